// UUIDs (RFC 4122), by which HSDS names everything.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_HSDS_UUID_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_HSDS_UUID_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace weft::registry::hsds {

// `text` in small letters, or nullopt when it is no UUID.
std::optional<std::string> ReadUuid(absl::string_view text);

// The UUID (version 5) of a name in a namespace, which is a UUID in small letters.
std::string UuidOf(absl::string_view name_space, absl::string_view name);

}  // namespace weft::registry::hsds

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_HSDS_UUID_H_
