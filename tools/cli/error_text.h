// An error as the CLI shows it: what is wrong, each field, and when to try again.
#ifndef WEFT_TOOLS_CLI_ERROR_TEXT_H_
#define WEFT_TOOLS_CLI_ERROR_TEXT_H_

#include <string>

#include "absl/status/status.h"

namespace weft::cli {

// Several lines, the first "error: …", each ended by a newline.
std::string ErrorText(const absl::Status& status);

}  // namespace weft::cli

#endif  // WEFT_TOOLS_CLI_ERROR_TEXT_H_
