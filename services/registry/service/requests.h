// Checks of requests that the registry's handlers share.
#ifndef WEFT_SERVICES_REGISTRY_SERVICE_REQUESTS_H_
#define WEFT_SERVICES_REGISTRY_SERVICE_REQUESTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/error.h"
#include "common/service/names.h"

namespace weft::registry {

// The ids in the name of the resource that an update is about. INVALID_ARGUMENT when the resource
// is missing or its name is not like `pattern`.
inline absl::StatusOr<std::vector<std::string>> IdsToUpdate(absl::string_view field, bool present,
                                                            absl::string_view pattern,
                                                            absl::string_view name) {
  if (!present) {
    return FieldViolations().Add(field, "is required, with its name and what to change").ToStatus();
  }
  return service::ParseName(pattern, name, absl::StrCat(field, ".name"));
}

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_SERVICE_REQUESTS_H_
