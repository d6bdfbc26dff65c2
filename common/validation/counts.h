// Checks of how many entries a list has.
#ifndef WEFT_COMMON_VALIDATION_COUNTS_H_
#define WEFT_COMMON_VALIDATION_COUNTS_H_

#include "absl/strings/string_view.h"
#include "common/base/error.h"

namespace weft {

// False, with a violation, when there are more than may be: then they are not looked at one by one.
// `way_out` follows the message, with what separates it: ", so ask in several batches".
bool CheckCount(FieldViolations& violations, absl::string_view field, int count, int max,
                absl::string_view way_out = "");

}  // namespace weft

#endif  // WEFT_COMMON_VALIDATION_COUNTS_H_
