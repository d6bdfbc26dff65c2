#include "services/registry/domain/access.h"

#include "absl/strings/str_cat.h"
#include "common/base/error.h"

namespace weft::registry {

bool SeesContactsOf(const auth::Principal& principal, absl::string_view organization) {
  const absl::string_view kind = auth::KindOf(principal);
  return kind == "users" || kind == "services" || principal.name == organization;
}

absl::Status CheckOwnOrganization(const auth::Principal& principal,
                                  absl::string_view organization) {
  if (auth::KindOf(principal) != "organizations" || principal.name == organization) {
    return absl::OkStatus();
  }
  // Which organization it is of is not for this caller.
  return Error(absl::StatusCode::kPermissionDenied, "NOT_OWN_ORGANIZATION",
               absl::StrCat(principal.name,
                            " may see and write its own partnerships alone; ListPartnerships with "
                            "organization \"",
                            principal.name, "\" lists them"),
               {{"principal", principal.name}});
}

std::string OnlyOrganizationOf(const auth::Principal& principal) {
  return auth::KindOf(principal) == "organizations" ? principal.name : "";
}

}  // namespace weft::registry
