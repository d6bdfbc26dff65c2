#include "services/registry/service/cohort_handlers.h"

#include <memory>
#include <string>
#include <utility>

#include "common/base/status_macros.h"
#include "common/service/field_mask.h"
#include "common/service/mutate.h"
#include "common/service/names.h"
#include "common/service/stored.h"
#include "services/registry/domain/cohort.h"
#include "services/registry/domain/membership.h"
#include "services/registry/domain/names.h"
#include "services/registry/service/requests.h"

namespace weft::registry {
namespace {

// Memberships that are looked at in one step.
constexpr size_t kScanRows = 100;

}  // namespace

Task<absl::Status> CohortHandlers::CreateCohort(rpc::CallContext& context,
                                                const v1::CreateCohortRequest& request,
                                                v1::Cohort& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateCreate(request));
  WEFT_CO_ASSIGN_OR_RETURN(const std::string id,
                           service::IdForCreate(request.cohort_id(), "cohort_id"));
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    response = NewCohort(request, id);
    return tables_.cohorts.Insert(txn, response);
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> CohortHandlers::GetCohort(rpc::CallContext& context,
                                             const v1::GetCohortRequest& request,
                                             rpc::Serialized<v1::Cohort>& response) {
  return service::GetStored(db_, tables_.cohorts, request.name(), response);
}

Task<absl::Status> CohortHandlers::ListCohorts(rpc::CallContext& context,
                                               const v1::ListCohortsRequest& request,
                                               rpc::Serialized<v1::ListCohortsResponse>& response) {
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::Status listed =
      co_await service::ListStored(*snapshot, tables_.cohorts, "", request,
                                   v1::ListCohortsResponse::kCohortsFieldNumber, response);
  co_return listed;
}

Task<absl::Status> CohortHandlers::UpdateCohort(rpc::CallContext& context,
                                                const v1::UpdateCohortRequest& request,
                                                v1::Cohort& response) {
  WEFT_CO_RETURN_IF_ERROR(
      IdsToUpdate("cohort", request.has_cohort(), kCohortPattern, request.cohort().name())
          .status());
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Cohort> before = co_await tables_.cohorts.Get(txn, request.cohort().name());
    WEFT_CO_RETURN_IF_ERROR(before.status());
    response = *before;
    WEFT_CO_RETURN_IF_ERROR(
        service::ApplyUpdateMask(request.update_mask(), request.cohort(), response));
    WEFT_CO_RETURN_IF_ERROR(ValidateCohort(response));
    if (DatesDiffer(*before, response)) {
      absl::Status stay = co_await CheckMembershipsStay(txn, response);
      WEFT_CO_RETURN_IF_ERROR(std::move(stay));
    }
    absl::Status updated = co_await tables_.cohorts.Update(txn, response, request.cohort().etag());
    co_return updated;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> CohortHandlers::DeleteCohort(rpc::CallContext& context,
                                                const v1::DeleteCohortRequest& request,
                                                google::protobuf::Empty& response) {
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Cohort> cohort = co_await tables_.cohorts.Get(txn, request.name());
    WEFT_CO_RETURN_IF_ERROR(cohort.status());
    absl::Status watched = co_await tables_.memberships.marks().Watch(txn, request.name());
    WEFT_CO_RETURN_IF_ERROR(std::move(watched));
    const storage::PageRequest one{.limit = 1};
    absl::StatusOr<storage::Page<v1::Membership>> some =
        co_await tables_.memberships.List(txn, request.name(), "", one);
    WEFT_CO_RETURN_IF_ERROR(some.status());
    WEFT_CO_RETURN_IF_ERROR(CheckNoMemberships(*cohort, some->rows));
    tables_.memberships.marks().Forget(txn, request.name());
    absl::Status deleted = co_await tables_.cohorts.Delete(txn, request.name(), request.etag());
    co_return deleted;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> CohortHandlers::CheckMembershipsStay(storage::Transaction& txn,
                                                        const v1::Cohort& cohort) {
  absl::Status watched = co_await tables_.memberships.marks().Watch(txn, cohort.name());
  WEFT_CO_RETURN_IF_ERROR(std::move(watched));
  // The mark stands for all memberships, so their rows are read without conditions of their own.
  storage::PageRequest page{.limit = kScanRows};
  do {
    absl::StatusOr<storage::Page<v1::Membership>> memberships =
        co_await tables_.memberships.List(txn.snapshot(), cohort.name(), "", page);
    WEFT_CO_RETURN_IF_ERROR(memberships.status());
    WEFT_CO_RETURN_IF_ERROR(CheckCovers(cohort, memberships->rows));
    page.after = memberships->next_key;
  } while (!page.after.empty());
  co_return absl::OkStatus();
}

}  // namespace weft::registry
