// Words of enums, to print and to read, and what is said of a command that is not right.
#ifndef WEFT_TOOLS_CLI_WORDS_H_
#define WEFT_TOOLS_CLI_WORDS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/status_macros.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/generated_enum_reflection.h"

namespace weft::cli {

// INVALID_ARGUMENT with the reason USAGE.
absl::Status UsageError(absl::string_view message);

// "in review" of STATE_IN_REVIEW with the prefix "STATE_"; "–" for the unspecified value.
std::string EnumWords(absl::string_view name, absl::string_view prefix);

// The number of the value that `text` names in small or capital letters, with "-", "_" or spaces,
// without `prefix`. USAGE for what is none or the unspecified value, naming all there are; `what`
// says what was to be given: "level", "value of --floor".
absl::StatusOr<int> ParseEnumNumber(const google::protobuf::EnumDescriptor& type,
                                    absl::string_view text, absl::string_view prefix,
                                    absl::string_view what);

template <class Enum>
absl::StatusOr<Enum> ParseEnum(absl::string_view text, absl::string_view prefix,
                               absl::string_view what) {
  WEFT_ASSIGN_OR_RETURN(
      const int number,
      ParseEnumNumber(*google::protobuf::GetEnumDescriptor<Enum>(), text, prefix, what));
  return static_cast<Enum>(number);
}

}  // namespace weft::cli

#endif  // WEFT_TOOLS_CLI_WORDS_H_
