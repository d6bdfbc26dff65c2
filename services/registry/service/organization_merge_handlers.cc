#include "services/registry/service/organization_merge_handlers.h"

#include <memory>
#include <string>
#include <utility>

#include "common/base/status_macros.h"
#include "common/service/list.h"
#include "common/service/mutate.h"
#include "common/service/names.h"
#include "common/storage/random_id.h"
#include "services/registry/domain/access.h"
#include "services/registry/domain/names.h"
#include "services/registry/domain/organization.h"
#include "services/registry/domain/organization_merge.h"
#include "services/registry/service/organization_merger.h"
#include "services/registry/service/organization_unmerger.h"

namespace weft::registry {

Task<absl::Status> OrganizationMergeHandlers::MergeOrganizations(
    rpc::CallContext& context, const v1::MergeOrganizationsRequest& request,
    v1::MergeOrganizationsResponse& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateMerge(request));
  const std::string random = storage::NewUuid();
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    std::string id = MergeId(txn.now(), random);
    OrganizationMerger merger(context, tables_, txn, request, std::move(id));
    absl::Status merged = co_await merger.Run(response);
    co_return merged;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  if (status.ok() && !SeesContactsOf(context.principal(), response.survivor().name())) {
    HideContacts(*response.mutable_survivor());
  }
  co_return status;
}

Task<absl::Status> OrganizationMergeHandlers::UnmergeOrganizations(
    rpc::CallContext& context, const v1::UnmergeOrganizationsRequest& request,
    v1::UnmergeOrganizationsResponse& response) {
  WEFT_CO_RETURN_IF_ERROR(service::ParseName(kOrganizationMergePattern, request.name()).status());
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    OrganizationUnmerger unmerger(context, tables_, txn, request);
    absl::Status undone = co_await unmerger.Run(response);
    co_return undone;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  if (!status.ok()) co_return status;
  if (!SeesContactsOf(context.principal(), response.survivor().name())) {
    HideContacts(*response.mutable_survivor());
  }
  for (v1::Organization& duplicate : *response.mutable_duplicates()) {
    if (!SeesContactsOf(context.principal(), duplicate.name())) HideContacts(duplicate);
  }
  co_return status;
}

Task<absl::Status> OrganizationMergeHandlers::GetOrganizationMerge(
    rpc::CallContext& context, const v1::GetOrganizationMergeRequest& request,
    v1::OrganizationMerge& response) {
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::StatusOr<v1::OrganizationMerge> merge =
      co_await tables_.organization_merges.Get(*snapshot, request.name());
  WEFT_CO_ASSIGN_OR_RETURN(response, std::move(merge));
  co_return absl::OkStatus();
}

Task<absl::Status> OrganizationMergeHandlers::ListOrganizationMerges(
    rpc::CallContext& context, const v1::ListOrganizationMergesRequest& request,
    v1::ListOrganizationMergesResponse& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateList(request));
  WEFT_CO_ASSIGN_OR_RETURN(storage::PageRequest page, service::ReadPage(request));
  const bool undone = request.show_undone();
  OrganizationMergeStore::Filter keep = [undone](const v1::OrganizationMerge& merge) {
    return undone || merge.state() == v1::OrganizationMerge::STATE_IN_FORCE;
  };
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::StatusOr<storage::Page<v1::OrganizationMerge>> rows =
      co_await tables_.organization_merges.List(*snapshot, request.organization(), std::move(page),
                                                std::move(keep));
  WEFT_CO_RETURN_IF_ERROR(rows.status());
  for (v1::OrganizationMerge& row : rows->rows) {
    row.clear_fields();
    *response.add_organization_merges() = std::move(row);
  }
  response.set_next_page_token(service::NextPageToken(request, rows->next_key));
  co_return absl::OkStatus();
}

}  // namespace weft::registry
