#include "services/registry/domain/names.h"

#include "absl/strings/str_cat.h"
#include "common/validation/ids.h"
#include "common/validation/text.h"

namespace weft::registry {

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

}  // namespace weft::registry
