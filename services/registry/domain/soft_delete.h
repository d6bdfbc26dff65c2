// Resources that deleting keeps: `delete_time` says since when, and an undelete clears it. An
// organization that was merged into another is kept, too, and is neither changed nor deleted.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_SOFT_DELETE_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_SOFT_DELETE_H_

#include "absl/status/status.h"
#include "weft/registry/v1/organization.pb.h"
#include "weft/registry/v1/partnership.pb.h"

namespace weft::registry {

// FAILED_PRECONDITION (ORGANIZATION_MERGED), which names the one that stands for it.
absl::Status CheckNotMerged(const v1::Organization& organization);
// FAILED_PRECONDITION (ORGANIZATION_MERGED, ORGANIZATION_DELETED, PARTNERSHIP_DELETED).
absl::Status CheckNotDeleted(const v1::Organization& organization);
absl::Status CheckNotDeleted(const v1::Partnership& partnership);
// FAILED_PRECONDITION (ORGANIZATION_MERGED, ORGANIZATION_NOT_DELETED, PARTNERSHIP_NOT_DELETED).
absl::Status CheckDeleted(const v1::Organization& organization);
absl::Status CheckDeleted(const v1::Partnership& partnership);

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_SOFT_DELETE_H_
