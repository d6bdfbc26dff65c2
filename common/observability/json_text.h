// JSON strings.
#ifndef WEFT_COMMON_OBSERVABILITY_JSON_TEXT_H_
#define WEFT_COMMON_OBSERVABILITY_JSON_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace weft::observability {

// Appends `text` as a quoted JSON string. Quotes, backslashes and control characters are escaped;
// bytes that are not UTF-8 become U+FFFD each.
void AppendJsonText(absl::string_view text, std::string& out);

}  // namespace weft::observability

#endif  // WEFT_COMMON_OBSERVABILITY_JSON_TEXT_H_
