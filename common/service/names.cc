#include "common/service/names.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/error.h"
#include "common/storage/name_pattern.h"
#include "common/storage/random_id.h"
#include "common/validation/ids.h"

namespace weft::service {

bool ValidId(absl::string_view id) { return IsId(id); }

absl::StatusOr<std::vector<std::string>> ParseName(absl::string_view pattern,
                                                   absl::string_view name,
                                                   absl::string_view field) {
  const storage::NamePattern parsed(pattern);
  if (!parsed.Parse(name).ok()) {
    return FieldViolations()
        .Add(field, absl::StrCat("must be a name of the form ", pattern, ", not \"",
                                 name.substr(0, 200), "\""))
        .ToStatus("NAME_INVALID");
  }
  std::vector<std::string> ids;
  const std::vector<absl::string_view> shape = absl::StrSplit(pattern, '/');
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  for (size_t i = 0; i < shape.size(); ++i) {
    if (absl::StartsWith(shape[i], "{")) ids.emplace_back(parts[i]);
  }
  return ids;
}

absl::StatusOr<std::string> IdForCreate(absl::string_view id, absl::string_view field) {
  if (id.empty()) return storage::NewUuid();
  if (ValidId(id)) return std::string(id);
  return FieldViolations().Add(field, kIdRule).ToStatus("ID_INVALID");
}

}  // namespace weft::service
