// Ids and top-level resource names, for rules that must not know the services' support code.
#ifndef WEFT_COMMON_VALIDATION_IDS_H_
#define WEFT_COMMON_VALIDATION_IDS_H_

#include <optional>

#include "absl/strings/string_view.h"

namespace weft {

// What an id must be, to follow a field's name in an error.
inline constexpr absl::string_view kIdRule =
    "must have 1 to 63 characters of a-z, 0-9 and \"-\", and begin and end with a letter or digit";

// True when `id` matches ^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$.
bool IsId(absl::string_view id);

// The id in a name of a top-level collection: ("sites", "sites/site-01") gives "site-01"; nullopt
// for anything that is no such name.
std::optional<absl::string_view> IdIn(absl::string_view collection, absl::string_view name);

}  // namespace weft

#endif  // WEFT_COMMON_VALIDATION_IDS_H_
