#include "services/registry/domain/codes.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/validation/counts.h"
#include "common/validation/text.h"

namespace weft::registry {
namespace {

constexpr size_t kMaxCode = 41;

}  // namespace

bool IsCode(absl::string_view code) {
  const auto allowed = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return absl::ascii_islower(byte) || absl::ascii_isdigit(byte) || c == '_';
  };
  return !code.empty() && code.size() <= kMaxCode &&
         absl::ascii_islower(static_cast<unsigned char>(code.front())) &&
         std::all_of(code.begin(), code.end(), allowed);
}

void CheckCode(FieldViolations& violations, absl::string_view field, absl::string_view code) {
  if (code.empty()) {
    violations.Add(field, "is required");
  } else if (!IsCode(code)) {
    violations.Add(field, absl::StrCat("is ", Quoted(code),
                                       " and must have 1 to 41 characters of a-z, 0-9 and \"_\" "
                                       "and begin with a letter, e.g. \"ost_program\""));
  }
}

void CheckCodes(FieldViolations& violations, const std::string& field,
                const google::protobuf::RepeatedPtrField<std::string>& codes, int max) {
  if (!CheckCount(violations, field, codes.size(), max)) return;
  absl::flat_hash_set<std::string> seen;
  for (int i = 0; i < codes.size(); ++i) {
    const std::string entry = absl::StrCat(field, "[", i, "]");
    CheckCode(violations, entry, codes[i]);
    if (!seen.insert(codes[i]).second) {
      violations.Add(entry, absl::StrCat("repeats ", Quoted(codes[i])));
    }
  }
}

}  // namespace weft::registry
