// What callers see and may do beyond the permission of a method: an organization's own account is
// bound to that organization.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_ACCESS_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_ACCESS_H_

#include "absl/strings/string_view.h"
#include "common/auth/principal.h"

namespace weft::registry {

// Contacts are personal: users, services and the organization itself see them, nobody else.
bool SeesContactsOf(const auth::Principal& principal, absl::string_view organization);

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_ACCESS_H_
