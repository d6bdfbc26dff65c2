#include "common/service/field_mask.h"

#include <algorithm>
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

constexpr absl::string_view kServerFields[] = {"name", "uid", "create_time", "update_time", "etag"};

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

// Copies a field, which is set, if it is of one of the types that most are of; false if not.
bool CopyUsualField(const Message& from, Message& into, const FieldDescriptor& field) {
  const auto& reflection = *from.GetReflection();
  const FieldDescriptor::CppType type = field.cpp_type();
  const bool is_message = type == FieldDescriptor::CPPTYPE_MESSAGE;
  if (field.is_repeated()) {
    if (!is_message || field.is_map()) return false;
    reflection.ClearField(&into, &field);
    const int size = reflection.FieldSize(from, &field);
    for (int i = 0; i < size; ++i) {
      reflection.AddMessage(&into, &field)
          ->CopyFrom(reflection.GetRepeatedMessage(from, &field, i));
    }
    return true;
  }
  if (is_message) {
    reflection.MutableMessage(&into, &field)->CopyFrom(reflection.GetMessage(from, &field));
    return true;
  }
  if (type == FieldDescriptor::CPPTYPE_STRING) {
    std::string scratch;
    reflection.SetString(&into, &field, reflection.GetStringReference(from, &field, &scratch));
    return true;
  }
  if (type == FieldDescriptor::CPPTYPE_ENUM) {
    reflection.SetEnumValue(&into, &field, reflection.GetEnumValue(from, &field));
    return true;
  }
  return false;
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
  // Touches no other field: a write masks several of them, and a whole copy for each would cost
  // more than the rest of the write.
  if (CopyUsualField(*source, MutableHolder(into, path), *field)) return;
  // Knows every type of field.
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
  const auto is_output_only = [&rules](absl::string_view path) {
    for (const absl::string_view field : kServerFields) {
      if (Covers(field, path)) return true;
    }
    return CoveredByAny(rules.output_only, path);
  };
  const bool named = mask.paths_size() > 0 && mask.paths(0) != "*";

  FieldViolations unknown;
  std::vector<std::string> paths;
  std::vector<FieldPath> masked;
  for (std::string& path : Paths(mask, from)) {
    FieldPath fields = Resolve(*from.GetDescriptor(), path, unknown);
    if (fields.empty() || is_output_only(path)) continue;
    paths.push_back(std::move(path));
    masked.push_back(std::move(fields));
  }
  WEFT_RETURN_IF_ERROR(unknown.ToStatus("UPDATE_MASK_INVALID"));

  // The rules that copying can break: those about fields inside what is copied or around it.
  const auto touched = [&](const std::vector<std::string>& all) {
    std::vector<std::pair<std::string, FieldPath>> found;
    for (const std::string& rule : all) {
      const bool meets = std::any_of(paths.begin(), paths.end(), [&](const std::string& path) {
        return Covers(rule, path) || Covers(path, rule);
      });
      if (!meets) continue;
      FieldViolations ignored;
      FieldPath path = Resolve(*from.GetDescriptor(), rule, ignored);
      if (!path.empty()) found.emplace_back(rule, std::move(path));
    }
    return found;
  };
  // A message is copied whole, so what the server keeps to itself inside it is put back afterwards.
  const auto output_only = touched(rules.output_only);
  const auto immutable = touched(rules.immutable);
  std::unique_ptr<Message> before;
  if (!output_only.empty() || !immutable.empty()) {
    before.reset(into.New());
    before->CopyFrom(into);
  }
  for (const FieldPath& path : masked) CopyField(from, into, path);

  FieldViolations changed;
  for (const auto& [rule, path] : output_only) CopyField(*before, into, path);
  for (const auto& [rule, path] : immutable) {
    if (SameField(*before, into, path)) continue;
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
