#include "services/registry/domain/access.h"

namespace weft::registry {

bool SeesContactsOf(const auth::Principal& principal, absl::string_view organization) {
  const absl::string_view kind = auth::KindOf(principal);
  return kind == "users" || kind == "services" || principal.name == organization;
}

}  // namespace weft::registry
