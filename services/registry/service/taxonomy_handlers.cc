#include "services/registry/service/taxonomy_handlers.h"

#include <memory>
#include <string>

#include "common/base/status_macros.h"
#include "common/service/field_mask.h"
#include "common/service/names.h"
#include "common/service/stored.h"
#include "services/registry/domain/names.h"
#include "services/registry/domain/taxonomy.h"
#include "services/registry/service/requests.h"
#include "services/registry/service/versioned_lists.h"

namespace weft::registry {
namespace {

const service::MaskRules& UpdateRules() {
  static const auto& rules =
      *new service::MaskRules{.output_only = {"state"}, .immutable = {"family", "version"}};
  return rules;
}

}  // namespace

Task<absl::Status> TaxonomyHandlers::CreateTaxonomy(rpc::CallContext& context,
                                                    const v1::CreateTaxonomyRequest& request,
                                                    v1::Taxonomy& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateCreate(request));
  WEFT_CO_ASSIGN_OR_RETURN(const std::string id,
                           service::IdForCreate(request.taxonomy_id(), "taxonomy_id"));
  const v1::Taxonomy draft = NewTaxonomy(request, id);
  absl::Status status =
      co_await CreateDraft(context, db_, tables_.taxonomies, request, draft, response);
  co_return status;
}

Task<absl::Status> TaxonomyHandlers::GetTaxonomy(rpc::CallContext& context,
                                                 const v1::GetTaxonomyRequest& request,
                                                 rpc::Serialized<v1::Taxonomy>& response) {
  return service::GetStored(db_, tables_.taxonomies, request.name(), response);
}

Task<absl::Status> TaxonomyHandlers::ListTaxonomies(
    rpc::CallContext& context, const v1::ListTaxonomiesRequest& request,
    rpc::Serialized<v1::ListTaxonomiesResponse>& response) {
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::Status listed =
      co_await service::ListStored(*snapshot, tables_.taxonomies, "", request,
                                   v1::ListTaxonomiesResponse::kTaxonomiesFieldNumber, response);
  co_return listed;
}

Task<absl::Status> TaxonomyHandlers::UpdateTaxonomy(rpc::CallContext& context,
                                                    const v1::UpdateTaxonomyRequest& request,
                                                    v1::Taxonomy& response) {
  WEFT_CO_RETURN_IF_ERROR(
      IdsToUpdate("taxonomy", request.has_taxonomy(), kTaxonomyPattern, request.taxonomy().name())
          .status());
  absl::Status status =
      co_await UpdateDraft(context, db_, tables_.taxonomies, request, request.taxonomy(),
                           UpdateRules(), &ValidateTaxonomy, response);
  co_return status;
}

Task<absl::Status> TaxonomyHandlers::DeleteTaxonomy(rpc::CallContext& context,
                                                    const v1::DeleteTaxonomyRequest& request,
                                                    google::protobuf::Empty& response) {
  return DeleteDraft(context, db_, tables_.taxonomies, request, response);
}

Task<absl::Status> TaxonomyHandlers::PublishTaxonomy(rpc::CallContext& context,
                                                     const v1::PublishTaxonomyRequest& request,
                                                     v1::Taxonomy& response) {
  return PublishDraft(context, db_, tables_.taxonomies, request, response);
}

}  // namespace weft::registry
