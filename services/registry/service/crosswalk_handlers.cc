#include "services/registry/service/crosswalk_handlers.h"

#include <memory>
#include <utility>

#include "common/base/status_macros.h"
#include "common/service/field_mask.h"
#include "common/service/mutate.h"
#include "common/service/stored.h"
#include "services/registry/domain/crosswalk.h"
#include "services/registry/domain/names.h"
#include "services/registry/service/requests.h"

namespace weft::registry {

Task<absl::Status> CrosswalkHandlers::CreateCrosswalk(rpc::CallContext& context,
                                                      const v1::CreateCrosswalkRequest& request,
                                                      v1::Crosswalk& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateCreate(request));
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    response = NewCrosswalk(request);
    absl::Status fits = co_await CheckFits(txn, response);
    WEFT_CO_RETURN_IF_ERROR(std::move(fits));
    absl::Status inserted = co_await tables_.crosswalks.Insert(txn, response);
    co_return inserted;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> CrosswalkHandlers::GetCrosswalk(rpc::CallContext& context,
                                                   const v1::GetCrosswalkRequest& request,
                                                   rpc::Serialized<v1::Crosswalk>& response) {
  return service::GetStored(db_, tables_.crosswalks, request.name(), response);
}

Task<absl::Status> CrosswalkHandlers::ListCrosswalks(
    rpc::CallContext& context, const v1::ListCrosswalksRequest& request,
    rpc::Serialized<v1::ListCrosswalksResponse>& response) {
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  WEFT_CO_RETURN_IF_ERROR(ValidateList(request));
  if (request.parent() != kEveryTaxonomy) {
    absl::StatusOr<v1::Taxonomy> taxonomy =
        co_await tables_.taxonomies.Get(*snapshot, request.parent());
    WEFT_CO_RETURN_IF_ERROR(taxonomy.status());
  }
  absl::Status listed =
      co_await service::ListStored(*snapshot, tables_.crosswalks, request.parent(), request,
                                   v1::ListCrosswalksResponse::kCrosswalksFieldNumber, response);
  co_return listed;
}

Task<absl::Status> CrosswalkHandlers::UpdateCrosswalk(rpc::CallContext& context,
                                                      const v1::UpdateCrosswalkRequest& request,
                                                      v1::Crosswalk& response) {
  WEFT_CO_RETURN_IF_ERROR(IdsToUpdate("crosswalk", request.has_crosswalk(), kCrosswalkPattern,
                                      request.crosswalk().name())
                              .status());
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Crosswalk> crosswalk =
        co_await tables_.crosswalks.Get(txn, request.crosswalk().name());
    WEFT_CO_ASSIGN_OR_RETURN(response, std::move(crosswalk));
    WEFT_CO_RETURN_IF_ERROR(
        service::ApplyUpdateMask(request.update_mask(), request.crosswalk(), response));
    absl::Status fits = co_await CheckFits(txn, response);
    WEFT_CO_RETURN_IF_ERROR(std::move(fits));
    absl::Status updated =
        co_await tables_.crosswalks.Update(txn, response, request.crosswalk().etag());
    co_return updated;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> CrosswalkHandlers::DeleteCrosswalk(rpc::CallContext& context,
                                                      const v1::DeleteCrosswalkRequest& request,
                                                      google::protobuf::Empty& response) {
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    return tables_.crosswalks.Delete(txn, request.name(), request.etag());
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> CrosswalkHandlers::CheckFits(storage::Reader& reader,
                                                const v1::Crosswalk& crosswalk) {
  absl::StatusOr<v1::Taxonomy> from = co_await tables_.taxonomies.Get(reader, SourceOf(crosswalk));
  WEFT_CO_RETURN_IF_ERROR(from.status());
  absl::StatusOr<v1::Taxonomy> to = co_await tables_.taxonomies.Get(reader, TargetOf(crosswalk));
  WEFT_CO_RETURN_IF_ERROR(to.status());
  co_return ValidateCrosswalk(crosswalk, *from, *to);
}

}  // namespace weft::registry
