// weft.registry.v1.OrganizationService.
#ifndef WEFT_SERVICES_REGISTRY_SERVICE_ORGANIZATION_HANDLERS_H_
#define WEFT_SERVICES_REGISTRY_SERVICE_ORGANIZATION_HANDLERS_H_

#include "absl/status/status.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/stream.h"
#include "common/storage/database.h"
#include "services/registry/store/tables.h"
#include "weft/registry/v1/organization.pb.h"

namespace weft::registry {

class OrganizationHandlers {
 public:
  OrganizationHandlers(const storage::Database& db, const Tables& tables)
      : db_(db), tables_(tables) {}

  Task<absl::Status> CreateOrganization(rpc::CallContext& context,
                                        const v1::CreateOrganizationRequest& request,
                                        v1::Organization& response);
  Task<absl::Status> BatchCreateOrganizations(rpc::CallContext& context,
                                              const v1::BatchCreateOrganizationsRequest& request,
                                              v1::BatchCreateOrganizationsResponse& response);
  Task<absl::Status> GetOrganization(rpc::CallContext& context,
                                     const v1::GetOrganizationRequest& request,
                                     rpc::Serialized<v1::Organization>& response);
  Task<absl::Status> BatchGetOrganizations(rpc::CallContext& context,
                                           const v1::BatchGetOrganizationsRequest& request,
                                           v1::BatchGetOrganizationsResponse& response);
  Task<absl::Status> LookupOrganization(rpc::CallContext& context,
                                        const v1::LookupOrganizationRequest& request,
                                        v1::Organization& response);
  Task<absl::Status> ListOrganizations(rpc::CallContext& context,
                                       const v1::ListOrganizationsRequest& request,
                                       v1::ListOrganizationsResponse& response);
  Task<absl::Status> UpdateOrganization(rpc::CallContext& context,
                                        const v1::UpdateOrganizationRequest& request,
                                        v1::Organization& response);
  Task<absl::Status> DeleteOrganization(rpc::CallContext& context,
                                        const v1::DeleteOrganizationRequest& request,
                                        v1::Organization& response);
  Task<absl::Status> UndeleteOrganization(rpc::CallContext& context,
                                          const v1::UndeleteOrganizationRequest& request,
                                          v1::Organization& response);

 private:
  const storage::Database& db_;
  const Tables& tables_;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_SERVICE_ORGANIZATION_HANDLERS_H_
