#include "services/registry/domain/names.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/validation/counts.h"
#include "common/validation/ids.h"
#include "common/validation/text.h"
#include "services/registry/domain/batches.h"

namespace weft::registry {
namespace {

// An error travels in a trailer of at most 8 KiB.
constexpr size_t kMaxNamed = 20;

}  // namespace

std::string NameIn(absl::string_view collection, absl::string_view id) {
  return absl::StrCat(collection, "/", id);
}

absl::string_view LastId(absl::string_view name) {
  const size_t slash = name.rfind('/');
  return slash == absl::string_view::npos ? name : name.substr(slash + 1);
}

void CheckNewId(FieldViolations& violations, absl::string_view field, absl::string_view id) {
  if (id.empty() || IsId(id)) return;
  violations.Add(field, absl::StrCat("is ", Quoted(id), " and ", kIdRule));
}

void CheckName(FieldViolations& violations, absl::string_view field, absl::string_view collection,
               absl::string_view name) {
  if (IdIn(collection, name).has_value()) return;
  const std::string pattern = absl::StrCat("\"", collection, "/{id}\"");
  if (name.empty()) {
    violations.Add(field, absl::StrCat("is required, as ", pattern));
    return;
  }
  violations.Add(field, absl::StrCat("is ", Quoted(name), " and must be a name like ", pattern,
                                     ", where the id ", kIdRule));
}

void CheckBatchOfNames(FieldViolations& violations, absl::string_view collection,
                       absl::string_view noun,
                       const google::protobuf::RepeatedPtrField<std::string>& names) {
  if (names.empty()) {
    violations.Add("names", absl::StrCat("is required; name at least one ", noun));
  }
  if (!CheckCount(violations, "names", names.size(), kMaxBatch, ", so ask in several batches")) {
    return;
  }
  for (int i = 0; i < names.size(); ++i) {
    CheckName(violations, absl::StrCat("names[", i, "]"), collection, names[i]);
  }
}

absl::Status NamesMissing(absl::string_view reason, absl::string_view noun,
                          absl::string_view list_method, const std::vector<std::string>& missing) {
  const size_t named = std::min(missing.size(), kMaxNamed);
  const std::string names = absl::StrJoin(missing.begin(), missing.begin() + named, ", ");
  const size_t unnamed = missing.size() - named;
  const std::string more = unnamed == 0 ? "" : absl::StrCat(" and ", unnamed, " more");
  return Error(absl::StatusCode::kNotFound, reason,
               absl::StrCat("no such ", noun, ": ", names, more,
                            "; leave them out, or look the names up with ", list_method),
               {{"names", names}, {"missing", absl::StrCat(missing.size())}});
}

}  // namespace weft::registry
