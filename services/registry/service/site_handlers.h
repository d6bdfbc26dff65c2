// weft.registry.v1.SiteService.
#ifndef WEFT_SERVICES_REGISTRY_SERVICE_SITE_HANDLERS_H_
#define WEFT_SERVICES_REGISTRY_SERVICE_SITE_HANDLERS_H_

#include "absl/status/status.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/stream.h"
#include "common/storage/database.h"
#include "google/protobuf/empty.pb.h"
#include "services/registry/store/tables.h"
#include "weft/registry/v1/site.pb.h"

namespace weft::registry {

class SiteHandlers {
 public:
  SiteHandlers(const storage::Database& db, const Tables& tables) : db_(db), tables_(tables) {}

  Task<absl::Status> CreateSite(rpc::CallContext& context, const v1::CreateSiteRequest& request,
                                v1::Site& response);
  Task<absl::Status> GetSite(rpc::CallContext& context, const v1::GetSiteRequest& request,
                             rpc::Serialized<v1::Site>& response);
  Task<absl::Status> BatchGetSites(rpc::CallContext& context,
                                   const v1::BatchGetSitesRequest& request,
                                   rpc::Serialized<v1::BatchGetSitesResponse>& response);
  Task<absl::Status> ListSites(rpc::CallContext& context, const v1::ListSitesRequest& request,
                               rpc::Serialized<v1::ListSitesResponse>& response);
  Task<absl::Status> UpdateSite(rpc::CallContext& context, const v1::UpdateSiteRequest& request,
                                v1::Site& response);
  Task<absl::Status> DeleteSite(rpc::CallContext& context, const v1::DeleteSiteRequest& request,
                                google::protobuf::Empty& response);

 private:
  const storage::Database& db_;
  const Tables& tables_;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_SERVICE_SITE_HANDLERS_H_
