#include "common/service/field_mask.h"

#include <iterator>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/field_mask_util.h"
#include "google/protobuf/util/message_differencer.h"

namespace weft::service {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::util::FieldMaskUtil;
using FieldPath = std::vector<const FieldDescriptor*>;

constexpr const char* kServerFields[] = {"name", "uid", "create_time", "update_time", "etag"};

bool Covers(absl::string_view rule, absl::string_view path) {
  return path == rule || (absl::StartsWith(path, rule) && path[rule.size()] == '.');
}

bool CoveredByAny(const std::vector<std::string>& rules, absl::string_view path) {
  for (const std::string& rule : rules) {
    if (Covers(rule, path)) return true;
  }
  return false;
}

std::string FieldNames(const Descriptor& descriptor) {
  std::vector<std::string> names;
  names.reserve(static_cast<size_t>(descriptor.field_count()));
  for (int i = 0; i < descriptor.field_count(); ++i) names.push_back(descriptor.field(i)->name());
  return absl::StrJoin(names, ", ");
}

// Appends a violation and returns an empty path when there is no such field.
FieldPath Resolve(const Descriptor& root, const std::string& path, FieldViolations& violations) {
  FieldPath fields;
  const Descriptor* descriptor = &root;
  for (absl::string_view name : absl::StrSplit(path, '.')) {
    if (descriptor == nullptr) {
      violations.Add("update_mask",
                     absl::StrCat("has \"", path, "\", but \"", fields.back()->name(),
                                  "\" can only be named as a whole"));
      return {};
    }
    const FieldDescriptor* field = descriptor->FindFieldByName(std::string(name));
    if (field == nullptr) {
      violations.Add("update_mask", absl::StrCat("has \"", path, "\", but ", descriptor->name(),
                                                 " has only: ", FieldNames(*descriptor)));
      return {};
    }
    fields.push_back(field);
    descriptor = field->is_repeated() ? nullptr : field->message_type();
  }
  return fields;
}

// The message that holds the path's last field, or null when one on the way is not set.
const Message* Holder(const Message& root, const FieldPath& path) {
  const Message* holder = &root;
  for (size_t i = 0; i + 1 < path.size(); ++i) {
    if (!holder->GetReflection()->HasField(*holder, path[i])) return nullptr;
    holder = &holder->GetReflection()->GetMessage(*holder, path[i]);
  }
  return holder;
}

Message& MutableHolder(Message& root, const FieldPath& path) {
  Message* holder = &root;
  for (size_t i = 0; i + 1 < path.size(); ++i) {
    holder = holder->GetReflection()->MutableMessage(holder, path[i]);
  }
  return *holder;
}

bool IsSet(const Message& message, const FieldDescriptor* field) {
  const auto* reflection = message.GetReflection();
  return field->is_repeated() ? reflection->FieldSize(message, field) > 0
                              : reflection->HasField(message, field);
}

// Makes the field in `into` what it is in `from`, set or not.
void CopyField(const Message& from, Message& into, const FieldPath& path) {
  const FieldDescriptor* field = path.back();
  const Message* source = Holder(from, path);
  if (source == nullptr || !IsSet(*source, field)) {
    if (Holder(into, path) == nullptr) return;
    Message& holder = MutableHolder(into, path);
    holder.GetReflection()->ClearField(&holder, field);
    return;
  }
  // Knows every type of field, and touches no other field: a write masks several of them, and a
  // whole copy for each would cost more than the rest of the write.
  google::protobuf::FieldMask only;
  only.add_paths(field->name());
  FieldMaskUtil::MergeOptions replace;
  replace.set_replace_message_fields(true);
  replace.set_replace_repeated_fields(true);
  FieldMaskUtil::MergeMessageTo(*source, only, replace, &MutableHolder(into, path));
}

bool SameField(const Message& a, const Message& b, const FieldPath& path) {
  const std::unique_ptr<Message> only_a(a.New());
  const std::unique_ptr<Message> only_b(a.New());
  CopyField(a, *only_a, path);
  CopyField(b, *only_b, path);
  return google::protobuf::util::MessageDifferencer::Equals(*only_a, *only_b);
}

// The mask as paths: with "*" every field, without a mask those that are set.
std::vector<std::string> Paths(const google::protobuf::FieldMask& mask, const Message& from) {
  const bool all = mask.paths_size() == 1 && mask.paths(0) == "*";
  if (mask.paths_size() > 0 && !all) return {mask.paths().begin(), mask.paths().end()};
  std::vector<std::string> paths;
  const Descriptor& descriptor = *from.GetDescriptor();
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const FieldDescriptor* field = descriptor.field(i);
    if (all || IsSet(from, field)) paths.push_back(field->name());
  }
  return paths;
}

}  // namespace

absl::Status ApplyUpdateMask(const google::protobuf::FieldMask& mask, const Message& from,
                             Message& into, const MaskRules& rules) {
  std::vector<std::string> output_only = rules.output_only;
  output_only.insert(output_only.end(), std::begin(kServerFields), std::end(kServerFields));
  const bool named = mask.paths_size() > 0 && mask.paths(0) != "*";

  FieldViolations unknown;
  std::vector<FieldPath> masked;
  // What the server keeps to itself is put back afterwards: a whole message may be copied that
  // holds such a field somewhere inside.
  const std::unique_ptr<Message> before(into.New());
  before->CopyFrom(into);
  for (const std::string& path : Paths(mask, from)) {
    FieldPath fields = Resolve(*from.GetDescriptor(), path, unknown);
    if (!fields.empty() && !CoveredByAny(output_only, path)) masked.push_back(std::move(fields));
  }
  WEFT_RETURN_IF_ERROR(unknown.ToStatus("UPDATE_MASK_INVALID"));
  for (const FieldPath& path : masked) CopyField(from, into, path);

  FieldViolations changed;
  for (const std::string& rule : output_only) {
    FieldViolations ignored;
    const FieldPath path = Resolve(*from.GetDescriptor(), rule, ignored);
    if (!path.empty()) CopyField(*before, into, path);
  }
  for (const std::string& rule : rules.immutable) {
    FieldViolations ignored;
    const FieldPath path = Resolve(*from.GetDescriptor(), rule, ignored);
    if (path.empty() || SameField(*before, into, path)) continue;
    const Message* holder = Holder(into, path);
    const bool left_out = !named && (holder == nullptr || !IsSet(*holder, path.back()));
    if (left_out) {
      CopyField(*before, into, path);
    } else {
      changed.Add(rule, "cannot be changed once it is created");
    }
  }
  absl::Status status = changed.ToStatus("FIELD_IMMUTABLE");
  if (!status.ok()) into.CopyFrom(*before);
  return status;
}

}  // namespace weft::service
