// weft.registry.v1.CohortService: memberships.
#ifndef WEFT_SERVICES_REGISTRY_SERVICE_MEMBERSHIP_HANDLERS_H_
#define WEFT_SERVICES_REGISTRY_SERVICE_MEMBERSHIP_HANDLERS_H_

#include <vector>

#include "absl/status/status.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/storage/database.h"
#include "google/protobuf/empty.pb.h"
#include "services/registry/store/tables.h"
#include "weft/registry/v1/cohort.pb.h"

namespace weft::registry {

class MembershipHandlers {
 public:
  MembershipHandlers(const storage::Database& db, const Tables& tables)
      : db_(db), tables_(tables) {}

  Task<absl::Status> CreateMembership(rpc::CallContext& context,
                                      const v1::CreateMembershipRequest& request,
                                      v1::Membership& response);
  Task<absl::Status> GetMembership(rpc::CallContext& context,
                                   const v1::GetMembershipRequest& request,
                                   v1::Membership& response);
  Task<absl::Status> ListMemberships(rpc::CallContext& context,
                                     const v1::ListMembershipsRequest& request,
                                     v1::ListMembershipsResponse& response);
  Task<absl::Status> UpdateMembership(rpc::CallContext& context,
                                      const v1::UpdateMembershipRequest& request,
                                      v1::Membership& response);
  Task<absl::Status> DeleteMembership(rpc::CallContext& context,
                                      const v1::DeleteMembershipRequest& request,
                                      google::protobuf::Empty& response);

 private:
  // Leaves those that are in force on the day that the request names, if it does.
  Task<absl::Status> KeepInForce(storage::Reader& reader, const v1::ListMembershipsRequest& request,
                                 std::vector<v1::Membership>& memberships);

  const storage::Database& db_;
  const Tables& tables_;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_SERVICE_MEMBERSHIP_HANDLERS_H_
