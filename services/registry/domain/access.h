// What callers see and may do beyond the permission of a method: an organization's own account is
// bound to that organization.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_ACCESS_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_ACCESS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/auth/principal.h"
#include "weft/registry/v1/organization.pb.h"

namespace weft::registry {

// Contacts are personal: users, services and the organization itself see them, nobody else.
bool SeesContactsOf(const auth::Principal& principal, absl::string_view organization);

// PERMISSION_DENIED (NOT_OWN_ORGANIZATION) for the account of an organization that is not this one.
absl::Status CheckOwnOrganization(const auth::Principal& principal, absl::string_view organization);
// PERMISSION_DENIED (OWN_ORGANIZATION_MERGED) for the account of an organization, which is given,
// that was merged into another: a merge gives nobody rights who did not have them.
absl::Status CheckNotMerged(const auth::Principal& principal, const v1::Organization& own);
// The one organization whose partnerships this caller may list; "" when it may list all.
std::string OnlyOrganizationOf(const auth::Principal& principal);

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_ACCESS_H_
