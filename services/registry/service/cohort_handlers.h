// weft.registry.v1.CohortService: cohorts. Its memberships stand in membership_handlers.h.
#ifndef WEFT_SERVICES_REGISTRY_SERVICE_COHORT_HANDLERS_H_
#define WEFT_SERVICES_REGISTRY_SERVICE_COHORT_HANDLERS_H_

#include "absl/status/status.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/stream.h"
#include "common/storage/database.h"
#include "google/protobuf/empty.pb.h"
#include "services/registry/store/tables.h"
#include "weft/registry/v1/cohort.pb.h"

namespace weft::registry {

class CohortHandlers {
 public:
  CohortHandlers(const storage::Database& db, const Tables& tables) : db_(db), tables_(tables) {}

  Task<absl::Status> CreateCohort(rpc::CallContext& context, const v1::CreateCohortRequest& request,
                                  v1::Cohort& response);
  Task<absl::Status> GetCohort(rpc::CallContext& context, const v1::GetCohortRequest& request,
                               rpc::Serialized<v1::Cohort>& response);
  Task<absl::Status> ListCohorts(rpc::CallContext& context, const v1::ListCohortsRequest& request,
                                 rpc::Serialized<v1::ListCohortsResponse>& response);
  Task<absl::Status> UpdateCohort(rpc::CallContext& context, const v1::UpdateCohortRequest& request,
                                  v1::Cohort& response);
  Task<absl::Status> DeleteCohort(rpc::CallContext& context, const v1::DeleteCohortRequest& request,
                                  google::protobuf::Empty& response);

 private:
  // Whether every membership stays inside the cohort's new dates.
  Task<absl::Status> CheckMembershipsStay(storage::Transaction& txn, const v1::Cohort& cohort);

  const storage::Database& db_;
  const Tables& tables_;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_SERVICE_COHORT_HANDLERS_H_
