// What stands above an organization.
#ifndef WEFT_SERVICES_REGISTRY_SERVICE_ORGANIZATION_PARENTS_H_
#define WEFT_SERVICES_REGISTRY_SERVICE_ORGANIZATION_PARENTS_H_

#include "absl/status/status.h"
#include "common/base/task.h"
#include "common/storage/transaction.h"
#include "services/registry/store/tables.h"
#include "weft/registry/v1/organization.pb.h"

namespace weft::registry {

// Whether the organization may be a part of the one that it names, if it does, or of the one that
// stands for that one, whose name it then has. All that stand above it are read, so that two
// changes which close a circle together cannot both be committed.
Task<absl::Status> CheckParents(const Tables& tables, storage::Transaction& txn,
                                v1::Organization& organization);

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_SERVICE_ORGANIZATION_PARENTS_H_
