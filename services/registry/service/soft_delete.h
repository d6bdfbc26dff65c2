// Deleting a resource that is kept, and bringing it back.
#ifndef WEFT_SERVICES_REGISTRY_SERVICE_SOFT_DELETE_H_
#define WEFT_SERVICES_REGISTRY_SERVICE_SOFT_DELETE_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/service/mutate.h"
#include "common/storage/database.h"
#include "services/registry/domain/soft_delete.h"

namespace weft::registry {

// The resource that `request` names, in `response` as it is then. `store` has Get() and Update(),
// as OrganizationStore has. Errors are those of soft_delete.h in domain, and of the store.
template <class Store, class Request, class Resource>
Task<absl::Status> SetDeleted(rpc::CallContext& context, const storage::Database& db,
                              const Store& store, const Request& request, bool deleted,
                              Resource& response) {
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<Resource> before = co_await store.Get(txn, request.name());
    WEFT_CO_RETURN_IF_ERROR(before.status());
    WEFT_CO_RETURN_IF_ERROR(deleted ? CheckNotDeleted(*before) : CheckDeleted(*before));
    response = *before;
    if (deleted) {
      *response.mutable_delete_time() = ToProto(txn.now());
    } else {
      response.clear_delete_time();
    }
    absl::Status updated = co_await store.Update(txn, *before, response, request.etag());
    co_return updated;
  };
  absl::Status status = co_await service::Mutate(context, db, request, response, body);
  co_return status;
}

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_SERVICE_SOFT_DELETE_H_
