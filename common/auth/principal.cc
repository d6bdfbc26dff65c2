#include "common/auth/principal.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/error.h"

namespace weft::auth {
namespace {

constexpr std::array<absl::string_view, 5> kKinds = {"users", "services", "researchers",
                                                     "organizations", "public"};
constexpr size_t kMaxIdLength = 128;

bool ValidId(absl::string_view id) {
  return !id.empty() && id.size() <= kMaxIdLength && std::all_of(id.begin(), id.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           absl::string_view("._@-").find(c) != absl::string_view::npos;
  });
}

}  // namespace

absl::StatusOr<Principal> ParsePrincipal(absl::string_view name) {
  const size_t slash = name.find('/');
  if (slash != absl::string_view::npos &&
      std::find(kKinds.begin(), kKinds.end(), name.substr(0, slash)) != kKinds.end() &&
      ValidId(name.substr(slash + 1))) {
    return Principal{std::string(name)};
  }
  return Error(absl::StatusCode::kUnauthenticated, "INVALID_PRINCIPAL",
               absl::StrCat("the metadata ", kPrincipalMetadata, " is \"",
                            absl::CHexEscape(name.substr(0, kMaxIdLength)),
                            "\"; write users/{id}, services/{id}, researchers/{id}, "
                            "organizations/{id} or public/{id}, with an id of letters, digits, "
                            "'.', '_', '@' and '-'"));
}

absl::string_view KindOf(const Principal& principal) {
  const absl::string_view name = principal.name;
  return name.substr(0, name.find('/'));
}

}  // namespace weft::auth
