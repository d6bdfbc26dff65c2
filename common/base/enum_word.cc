#include "common/base/enum_word.h"

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"

namespace weft {

std::string EnumWord(absl::string_view name, absl::string_view prefix) {
  return absl::AsciiStrToLower(absl::StripPrefix(name, prefix));
}

std::vector<std::string> EnumWords(const google::protobuf::EnumDescriptor& type,
                                   absl::string_view prefix) {
  std::vector<std::string> words;
  words.reserve(type.value_count());
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() != 0) words.push_back(EnumWord(type.value(i)->name(), prefix));
  }
  return words;
}

}  // namespace weft
