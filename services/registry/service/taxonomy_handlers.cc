#include "services/registry/service/taxonomy_handlers.h"

#include <memory>
#include <string>
#include <utility>

#include "common/base/status_macros.h"
#include "common/service/field_mask.h"
#include "common/service/mutate.h"
#include "common/service/names.h"
#include "common/service/stored.h"
#include "services/registry/domain/names.h"
#include "services/registry/domain/taxonomy.h"
#include "services/registry/service/requests.h"

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
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    response = NewTaxonomy(request, id);
    absl::Status superseded = co_await CheckSuperseded(txn, response);
    WEFT_CO_RETURN_IF_ERROR(std::move(superseded));
    absl::Status inserted = co_await tables_.taxonomies.Insert(txn, response);
    co_return inserted;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
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
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Taxonomy> taxonomy =
        co_await tables_.taxonomies.Get(txn, request.taxonomy().name());
    WEFT_CO_ASSIGN_OR_RETURN(response, std::move(taxonomy));
    WEFT_CO_RETURN_IF_ERROR(CheckDraft(response));
    WEFT_CO_RETURN_IF_ERROR(service::ApplyUpdateMask(request.update_mask(), request.taxonomy(),
                                                     response, UpdateRules()));
    WEFT_CO_RETURN_IF_ERROR(ValidateTaxonomy(response));
    absl::Status superseded = co_await CheckSuperseded(txn, response);
    WEFT_CO_RETURN_IF_ERROR(std::move(superseded));
    absl::Status updated =
        co_await tables_.taxonomies.Update(txn, response, request.taxonomy().etag());
    co_return updated;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> TaxonomyHandlers::DeleteTaxonomy(rpc::CallContext& context,
                                                    const v1::DeleteTaxonomyRequest& request,
                                                    google::protobuf::Empty& response) {
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Taxonomy> taxonomy = co_await tables_.taxonomies.Get(txn, request.name());
    WEFT_CO_RETURN_IF_ERROR(taxonomy.status());
    WEFT_CO_RETURN_IF_ERROR(CheckDraft(*taxonomy));
    absl::Status deleted = co_await tables_.taxonomies.Delete(txn, request.name(), request.etag());
    co_return deleted;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> TaxonomyHandlers::PublishTaxonomy(rpc::CallContext& context,
                                                     const v1::PublishTaxonomyRequest& request,
                                                     v1::Taxonomy& response) {
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Taxonomy> taxonomy = co_await tables_.taxonomies.Get(txn, request.name());
    WEFT_CO_ASSIGN_OR_RETURN(response, std::move(taxonomy));
    // Whatever the etag: a caller that lost the first answer asks again with the draft's.
    if (IsPublished(response)) co_return absl::OkStatus();
    WEFT_CO_RETURN_IF_ERROR(Publish(response));
    absl::Status updated = co_await tables_.taxonomies.Update(txn, response, request.etag());
    co_return updated;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> TaxonomyHandlers::CheckSuperseded(storage::Reader& reader,
                                                     const v1::Taxonomy& taxonomy) {
  if (taxonomy.supersedes().empty()) co_return absl::OkStatus();
  absl::StatusOr<v1::Taxonomy> superseded =
      co_await tables_.taxonomies.Get(reader, taxonomy.supersedes());
  WEFT_CO_RETURN_IF_ERROR(superseded.status());
  co_return CheckSupersedes(taxonomy, *superseded);
}

}  // namespace weft::registry
