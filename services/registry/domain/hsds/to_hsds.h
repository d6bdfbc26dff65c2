// One of our organizations as one of HSDS.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_HSDS_TO_HSDS_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_HSDS_TO_HSDS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "services/registry/domain/hsds/record.h"
#include "weft/registry/v1/organization.pb.h"
#include "weft/registry/v1/taxonomy.pb.h"

namespace weft::registry::hsds {

// The id by which HSDS knows an organization, a UUID: its own id if that is one, as that of an
// organization is which a directory brought; else its uid.
std::string HsdsIdOf(const v1::Organization& organization);

// `id` and `parent_id` are HSDS ids, the latter "" for none; `taxonomy` gives partner types their
// labels, and may be null. The ids of what belongs to it are made from `id`, so that they are the
// same each time. With `table` only what has rows of that table in it is made, as they would be.
Record ToRecord(const v1::Organization& organization, absl::string_view id,
                absl::string_view parent_id, const v1::Taxonomy* taxonomy,
                const TableSpec* table = nullptr);

}  // namespace weft::registry::hsds

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_HSDS_TO_HSDS_H_
