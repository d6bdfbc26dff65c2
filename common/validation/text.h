// Checks of text that people read. Lengths count characters (Unicode code points), so that a limit
// means the same in every language. Callers pass fields of parsed messages, which protobuf has
// already found to be valid UTF-8.
#ifndef WEFT_COMMON_VALIDATION_TEXT_H_
#define WEFT_COMMON_VALIDATION_TEXT_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "common/base/error.h"

namespace weft {

// Characters that a display_name may have.
inline constexpr size_t kMaxDisplayName = 63;

enum class Lines {
  kOne,   // a name or a label: no control character at all
  kMany,  // prose: line breaks and tabs are welcome
};

size_t CharacterCount(absl::string_view text);

// `text` in quotes for a message, cut after 40 characters: an error must stay small.
std::string Quoted(absl::string_view text);

// One line of 1 to `max` characters, not only white space.
void RequireText(FieldViolations& violations, absl::string_view field, absl::string_view text,
                 size_t max);
// At most `max` characters; may be empty.
void CheckText(FieldViolations& violations, absl::string_view field, absl::string_view text,
               size_t max, Lines lines = Lines::kOne);

}  // namespace weft

#endif  // WEFT_COMMON_VALIDATION_TEXT_H_
