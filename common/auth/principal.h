// Who makes a call. Until credentials exist the name comes from the `weft-principal` metadata of a
// caller on loopback; never from a field of a request.
#ifndef WEFT_COMMON_AUTH_PRINCIPAL_H_
#define WEFT_COMMON_AUTH_PRINCIPAL_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace weft::auth {

// The metadata key that names the caller.
inline constexpr char kPrincipalMetadata[] = "weft-principal";

struct Principal {
  // `{kind}/{id}`: "users/amara", "services/metrics". Callers that name none are "users/anonymous".
  // The account of a partner organization has the organization's name: "organizations/sparknc".
  std::string name = "users/anonymous";
};

// A principal by name; UNAUTHENTICATED with reason INVALID_PRINCIPAL when it is none of a known
// kind (users, services, researchers, organizations, public) with an id of letters, digits and
// "._@-".
absl::StatusOr<Principal> ParsePrincipal(absl::string_view name);

// "users" of "users/amara".
absl::string_view KindOf(const Principal& principal);

}  // namespace weft::auth

#endif  // WEFT_COMMON_AUTH_PRINCIPAL_H_
