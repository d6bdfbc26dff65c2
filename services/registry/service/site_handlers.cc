#include "services/registry/service/site_handlers.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/status_macros.h"
#include "common/service/field_mask.h"
#include "common/service/mutate.h"
#include "common/service/names.h"
#include "common/service/stored.h"
#include "services/registry/domain/names.h"
#include "services/registry/domain/partnership.h"
#include "services/registry/domain/partnership_proposal.h"
#include "services/registry/domain/site.h"
#include "services/registry/service/requests.h"

namespace weft::registry {

Task<absl::Status> SiteHandlers::CreateSite(rpc::CallContext& context,
                                            const v1::CreateSiteRequest& request,
                                            v1::Site& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateCreate(request));
  WEFT_CO_ASSIGN_OR_RETURN(const std::string id,
                           service::IdForCreate(request.site_id(), "site_id"));
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    response = NewSite(request, id);
    return tables_.sites.Insert(txn, response);
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> SiteHandlers::GetSite(rpc::CallContext& context,
                                         const v1::GetSiteRequest& request,
                                         rpc::Serialized<v1::Site>& response) {
  return service::GetStored(db_, tables_.sites, request.name(), response);
}

Task<absl::Status> SiteHandlers::BatchGetSites(
    rpc::CallContext& context, const v1::BatchGetSitesRequest& request,
    rpc::Serialized<v1::BatchGetSitesResponse>& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateBatch(request));
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  std::vector<std::string> names(request.names().begin(), request.names().end());
  absl::StatusOr<std::vector<std::optional<storage::Entry>>> sites =
      co_await tables_.sites.GetManyStored(*snapshot, std::move(names));
  WEFT_CO_RETURN_IF_ERROR(sites.status());
  service::RowsWriter writer(v1::BatchGetSitesResponse::kSitesFieldNumber);
  std::vector<std::string> missing;
  for (int i = 0; i < request.names_size(); ++i) {
    const std::optional<storage::Entry>& site = (*sites)[i];
    if (site.has_value()) {
      writer.Add(site->value);
    } else {
      missing.push_back(request.names(i));
    }
  }
  if (!missing.empty()) co_return SitesMissing(missing);
  response = rpc::Serialized<v1::BatchGetSitesResponse>::FromBytes(
      std::move(writer).Build(v1::BatchGetSitesResponse()));
  co_return absl::OkStatus();
}

Task<absl::Status> SiteHandlers::ListSites(rpc::CallContext& context,
                                           const v1::ListSitesRequest& request,
                                           rpc::Serialized<v1::ListSitesResponse>& response) {
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::Status listed = co_await service::ListStored(
      *snapshot, tables_.sites, "", request, v1::ListSitesResponse::kSitesFieldNumber, response);
  co_return listed;
}

Task<absl::Status> SiteHandlers::UpdateSite(rpc::CallContext& context,
                                            const v1::UpdateSiteRequest& request,
                                            v1::Site& response) {
  WEFT_CO_RETURN_IF_ERROR(
      IdsToUpdate("site", request.has_site(), kSitePattern, request.site().name()).status());
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Site> site = co_await tables_.sites.Get(txn, request.site().name());
    WEFT_CO_ASSIGN_OR_RETURN(response, std::move(site));
    WEFT_CO_RETURN_IF_ERROR(
        service::ApplyUpdateMask(request.update_mask(), request.site(), response));
    WEFT_CO_RETURN_IF_ERROR(ValidateSite(response));
    absl::Status updated = co_await tables_.sites.Update(txn, response, request.site().etag());
    co_return updated;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> SiteHandlers::DeleteSite(rpc::CallContext& context,
                                            const v1::DeleteSiteRequest& request,
                                            google::protobuf::Empty& response) {
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Site> site = co_await tables_.sites.Get(txn, request.name());
    WEFT_CO_RETURN_IF_ERROR(site.status());
    absl::Status watched = co_await tables_.memberships.marks().Watch(txn, request.name());
    WEFT_CO_RETURN_IF_ERROR(std::move(watched));
    const storage::PageRequest one{.limit = 1};
    absl::StatusOr<storage::Page<v1::Membership>> some =
        co_await tables_.memberships.List(txn, kEveryCohort, request.name(), one);
    WEFT_CO_RETURN_IF_ERROR(some.status());
    WEFT_CO_RETURN_IF_ERROR(CheckNoMemberships(*site, some->rows));
    tables_.memberships.marks().Forget(txn, request.name());
    absl::Status ties_watched = co_await tables_.partnerships.marks().Watch(txn, request.name());
    WEFT_CO_RETURN_IF_ERROR(std::move(ties_watched));
    absl::StatusOr<storage::Page<v1::Partnership>> ties =
        co_await tables_.partnerships.List(txn, request.name(), "", one);
    WEFT_CO_RETURN_IF_ERROR(ties.status());
    WEFT_CO_RETURN_IF_ERROR(CheckNoPartnerships(*site, ties->rows));
    absl::StatusOr<storage::Page<v1::PartnershipProposal>> proposals =
        co_await tables_.partnership_proposals.List(txn, request.name(), "", one);
    WEFT_CO_RETURN_IF_ERROR(proposals.status());
    WEFT_CO_RETURN_IF_ERROR(CheckNoProposals(*site, proposals->rows));
    tables_.partnerships.marks().Forget(txn, request.name());
    absl::Status deleted = co_await tables_.sites.Delete(txn, request.name(), request.etag());
    co_return deleted;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

}  // namespace weft::registry
