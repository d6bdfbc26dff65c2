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

absl::Status CheckNotMerged(const auth::Principal& principal, const v1::Organization& own) {
  if (own.merged_into().empty()) return absl::OkStatus();
  return Error(absl::StatusCode::kPermissionDenied, "OWN_ORGANIZATION_MERGED",
               absl::StrCat(principal.name, " was merged into ", own.merged_into(),
                            ", whose account has its partnerships now; call as that one, or ask "
                            "the Lab to undo the merge"),
               {{"principal", principal.name}, {"merged_into", own.merged_into()}});
}

std::string OnlyOrganizationOf(const auth::Principal& principal) {
  return auth::KindOf(principal) == "organizations" ? principal.name : "";
}

}  // namespace weft::registry
