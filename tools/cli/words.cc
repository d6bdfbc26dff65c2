#include "tools/cli/words.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "common/base/error.h"

namespace weft::cli {

absl::Status UsageError(absl::string_view message) {
  return Error(absl::StatusCode::kInvalidArgument, "USAGE", message);
}

std::string EnumWords(absl::string_view name, absl::string_view prefix) {
  if (absl::EndsWith(name, "_UNSPECIFIED")) return "–";
  return absl::StrReplaceAll(absl::AsciiStrToLower(absl::StripPrefix(name, prefix)), {{"_", " "}});
}

absl::StatusOr<int> ParseEnumNumber(const google::protobuf::EnumDescriptor& type,
                                    absl::string_view text, absl::string_view prefix,
                                    absl::string_view what) {
  const std::string name = absl::StrCat(
      prefix, absl::AsciiStrToUpper(absl::StrReplaceAll(text, {{"-", "_"}, {" ", "_"}})));
  std::vector<std::string> choices;
  for (int i = 0; i < type.value_count(); ++i) {
    const google::protobuf::EnumValueDescriptor& value = *type.value(i);
    if (value.number() == 0) continue;
    if (value.name() == name) return value.number();
    choices.push_back(absl::StrReplaceAll(
        absl::AsciiStrToLower(absl::StripPrefix(value.name(), prefix)), {{"_", "-"}}));
  }
  return UsageError(
      absl::StrCat("\"", text, "\" is no ", what, "; there are ", absl::StrJoin(choices, ", ")));
}

}  // namespace weft::cli
