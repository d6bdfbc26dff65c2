// "Did you mean": the name that is nearest to a misspelt one.
#ifndef WEFT_COMMON_BASE_NEAREST_H_
#define WEFT_COMMON_BASE_NEAREST_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace weft {

// The number of inserted, removed or changed bytes between the two, letter case aside.
size_t EditDistance(absl::string_view a, absl::string_view b);

// The candidate with the smallest distance, the first of several; "" when there is none.
std::string Nearest(absl::string_view name, const std::vector<std::string>& candidates);

}  // namespace weft

#endif  // WEFT_COMMON_BASE_NEAREST_H_
