// Values of proto enums as words: in filters, keys, names of columns.
#ifndef WEFT_COMMON_BASE_ENUM_WORD_H_
#define WEFT_COMMON_BASE_ENUM_WORD_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/generated_enum_reflection.h"

namespace weft {

// "out_of_school_provider" of SETTING_OUT_OF_SCHOOL_PROVIDER with the prefix "SETTING_".
std::string EnumWord(absl::string_view name, absl::string_view prefix);

// The words of all values but 0, which says nothing, in the order in which they stand.
std::vector<std::string> EnumWords(const google::protobuf::EnumDescriptor& type,
                                   absl::string_view prefix);
template <class Enum>
std::vector<std::string> EnumWords(absl::string_view prefix) {
  return EnumWords(*google::protobuf::GetEnumDescriptor<Enum>(), prefix);
}

}  // namespace weft

#endif  // WEFT_COMMON_BASE_ENUM_WORD_H_
