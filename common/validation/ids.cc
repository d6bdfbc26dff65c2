#include "common/validation/ids.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"

namespace weft {
namespace {

constexpr size_t kMaxId = 63;

bool IsIdCharacter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return absl::ascii_islower(byte) || absl::ascii_isdigit(byte) || c == '-';
}

}  // namespace

bool IsId(absl::string_view id) {
  return !id.empty() && id.size() <= kMaxId && id.front() != '-' && id.back() != '-' &&
         std::all_of(id.begin(), id.end(), IsIdCharacter);
}

std::optional<absl::string_view> IdIn(absl::string_view collection, absl::string_view name) {
  if (!absl::ConsumePrefix(&name, collection) || !absl::ConsumePrefix(&name, "/") || !IsId(name)) {
    return std::nullopt;
  }
  return name;
}

}  // namespace weft
