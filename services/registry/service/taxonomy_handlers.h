// weft.registry.v1.TaxonomyService: taxonomies. Its crosswalks stand in crosswalk_handlers.h.
#ifndef WEFT_SERVICES_REGISTRY_SERVICE_TAXONOMY_HANDLERS_H_
#define WEFT_SERVICES_REGISTRY_SERVICE_TAXONOMY_HANDLERS_H_

#include "absl/status/status.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/stream.h"
#include "common/storage/database.h"
#include "google/protobuf/empty.pb.h"
#include "services/registry/store/tables.h"
#include "weft/registry/v1/taxonomy.pb.h"

namespace weft::registry {

class TaxonomyHandlers {
 public:
  TaxonomyHandlers(const storage::Database& db, const Tables& tables) : db_(db), tables_(tables) {}

  Task<absl::Status> CreateTaxonomy(rpc::CallContext& context,
                                    const v1::CreateTaxonomyRequest& request,
                                    v1::Taxonomy& response);
  Task<absl::Status> GetTaxonomy(rpc::CallContext& context, const v1::GetTaxonomyRequest& request,
                                 rpc::Serialized<v1::Taxonomy>& response);
  Task<absl::Status> ListTaxonomies(rpc::CallContext& context,
                                    const v1::ListTaxonomiesRequest& request,
                                    rpc::Serialized<v1::ListTaxonomiesResponse>& response);
  Task<absl::Status> UpdateTaxonomy(rpc::CallContext& context,
                                    const v1::UpdateTaxonomyRequest& request,
                                    v1::Taxonomy& response);
  // No crosswalk can be in the way: they only exist between published taxonomies, which stay.
  Task<absl::Status> DeleteTaxonomy(rpc::CallContext& context,
                                    const v1::DeleteTaxonomyRequest& request,
                                    google::protobuf::Empty& response);
  Task<absl::Status> PublishTaxonomy(rpc::CallContext& context,
                                     const v1::PublishTaxonomyRequest& request,
                                     v1::Taxonomy& response);

 private:
  const storage::Database& db_;
  const Tables& tables_;
};

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_SERVICE_TAXONOMY_HANDLERS_H_
