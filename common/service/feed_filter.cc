#include "common/service/feed_filter.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/storage/fixed_hash.h"

namespace weft::service {
namespace {

// Whether `name` begins with the segments, without taking it apart.
bool StandsBelow(absl::string_view name, const std::vector<std::string>& segments) {
  for (size_t i = 0; i < segments.size(); ++i) {
    const size_t end = std::min(name.find('/'), name.size());
    if (end == 0 || (segments[i] != "-" && name.substr(0, end) != segments[i])) return false;
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  return true;
}

}  // namespace

absl::Status FeedCorrupt(const storage::Position& position) {
  return Error(
      absl::StatusCode::kDataLoss, "FEED_CORRUPT",
      absl::StrCat("a change record at position ", position.ToString(), " does not parse"));
}

absl::StatusOr<FeedFilter> FeedFilter::Make(
    absl::string_view parent, const google::protobuf::RepeatedPtrField<std::string>& types,
    absl::Span<const storage::FeedTable> tables) {
  FeedFilter filter;
  FieldViolations violations;
  if (!parent.empty()) {
    filter.parent_ = absl::StrSplit(parent, '/');
    for (const std::string& segment : filter.parent_) {
      if (!segment.empty()) continue;
      violations.Add("parent", "must be a resource name, like \"waves/2025\" or \"waves/-\"");
      break;
    }
  }
  filter.types_.assign(types.begin(), types.end());
  std::sort(filter.types_.begin(), filter.types_.end());
  for (const std::string& type : filter.types_) {
    const bool known = std::any_of(tables.begin(), tables.end(),
                                   [&](const auto& table) { return table.type == type; });
    if (known) continue;
    const std::string all = absl::StrJoin(
        tables, ", ", [](std::string* out, const auto& table) { out->append(table.type); });
    violations.Add("types", absl::StrCat("has \"", type, "\"; this feed holds: ", all));
  }
  WEFT_RETURN_IF_ERROR(violations.ToStatus());
  return filter;
}

bool FeedFilter::WantsType(absl::string_view type) const {
  return types_.empty() || std::find(types_.begin(), types_.end(), type) != types_.end();
}

bool FeedFilter::Wants(absl::string_view type, absl::string_view name) const {
  return WantsType(type) && StandsBelow(name, parent_);
}

absl::Status FeedFilter::AppendWanted(
    const storage::FeedPage& page,
    google::protobuf::RepeatedPtrField<weft::type::v1::ChangeBatch>& batches) const {
  for (const auto& commit : page.commits) {
    weft::type::v1::ChangeBatch* batch = batches.Add();
    for (const std::string& record : commit->changes) {
      weft::type::v1::Change* change = batch->add_changes();
      if (!change->ParseFromString(record)) return FeedCorrupt(commit->position);
      if (!Wants(change->type(), change->name())) batch->mutable_changes()->RemoveLast();
    }
    if (batch->changes().empty()) batches.RemoveLast();
  }
  return absl::OkStatus();
}

std::string FeedFilter::ToText() const {
  return absl::StrCat(absl::StrJoin(parent_, "/"), "\n", absl::StrJoin(types_, "\n"));
}

uint64_t FeedFilter::Hash() const { return storage::FixedHash(ToText()); }

}  // namespace weft::service
