// Numbers by which registers know organizations: what they look like, how they are checked, and the
// one way in which each is kept.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_IDENTIFIER_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_IDENTIFIER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "weft/registry/v1/organization.pb.h"

namespace weft::registry {

using IdentifierScheme = v1::OrganizationIdentifier::Scheme;

// `text` as the number is kept. INVALID_ARGUMENT whose message, to follow the name of a field, says
// what is wrong and what would be right.
absl::StatusOr<std::string> NormalizeIdentifier(IdentifierScheme scheme, absl::string_view text);

// "ein" of SCHEME_EIN, and all there are.
std::string SchemeWord(IdentifierScheme scheme);
std::vector<std::string> SchemeWords();

// The key of a (normalized) identifier among all of them.
std::string IdentifierKey(IdentifierScheme scheme, absl::string_view value);

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_IDENTIFIER_H_
