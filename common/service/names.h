// Resource names as handlers use them (AIP-122).
#ifndef WEFT_COMMON_SERVICE_NAMES_H_
#define WEFT_COMMON_SERVICE_NAMES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace weft::service {

// Whether a caller may choose `id`: ^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$.
bool ValidId(absl::string_view id);

// The ids of `name`, in order: ("waves/{wave}/roster/{site}", "waves/w1/roster/s2") gives {w1, s2}.
// INVALID_ARGUMENT (NAME_INVALID) that says what the name must look like; `field` is the request's
// field that held it.
absl::StatusOr<std::vector<std::string>> ParseName(absl::string_view pattern,
                                                   absl::string_view name,
                                                   absl::string_view field = "name");

// The id of a new resource: the caller's own, or one made up when that is empty. INVALID_ARGUMENT
// with what an id must be; `field` is the request's field that held it.
absl::StatusOr<std::string> IdForCreate(absl::string_view id, absl::string_view field);

}  // namespace weft::service

#endif  // WEFT_COMMON_SERVICE_NAMES_H_
