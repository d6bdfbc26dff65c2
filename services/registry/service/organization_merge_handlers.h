// weft.registry.v1.OrganizationService: organizations that are found to be one, and merges that
// are undone.
#ifndef WEFT_SERVICES_REGISTRY_SERVICE_ORGANIZATION_MERGE_HANDLERS_H_
#define WEFT_SERVICES_REGISTRY_SERVICE_ORGANIZATION_MERGE_HANDLERS_H_

#include "absl/status/status.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/storage/database.h"
#include "services/registry/store/tables.h"
#include "weft/registry/v1/organization.pb.h"
#include "weft/registry/v1/organization_merge.pb.h"

namespace weft::registry {

class OrganizationMergeHandlers {
 public:
  OrganizationMergeHandlers(const storage::Database& db, const Tables& tables)
      : db_(db), tables_(tables) {}

  Task<absl::Status> MergeOrganizations(rpc::CallContext& context,
                                        const v1::MergeOrganizationsRequest& request,
                                        v1::MergeOrganizationsResponse& response);
  Task<absl::Status> UnmergeOrganizations(rpc::CallContext& context,
                                          const v1::UnmergeOrganizationsRequest& request,
                                          v1::UnmergeOrganizationsResponse& response);
  Task<absl::Status> GetOrganizationMerge(rpc::CallContext& context,
                                          const v1::GetOrganizationMergeRequest& request,
                                          v1::OrganizationMerge& response);
  Task<absl::Status> ListOrganizationMerges(rpc::CallContext& context,
                                            const v1::ListOrganizationMergesRequest& request,
                                            v1::ListOrganizationMergesResponse& response);

 private:
  const storage::Database& db_;
  const Tables& tables_;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_SERVICE_ORGANIZATION_MERGE_HANDLERS_H_
