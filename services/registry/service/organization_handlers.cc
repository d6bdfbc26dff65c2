#include "services/registry/service/organization_handlers.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/service/field_mask.h"
#include "common/service/list.h"
#include "common/service/mutate.h"
#include "common/service/names.h"
#include "common/service/stored.h"
#include "services/registry/domain/access.h"
#include "services/registry/domain/names.h"
#include "services/registry/domain/organization.h"
#include "services/registry/domain/organization_filter.h"
#include "services/registry/domain/soft_delete.h"
#include "services/registry/service/organization_parents.h"
#include "services/registry/service/redirects.h"
#include "services/registry/service/requests.h"
#include "services/registry/service/soft_delete.h"

namespace weft::registry {
namespace {

const service::MaskRules& UpdateRules() {
  static const auto& rules =
      *new service::MaskRules{.output_only = {"merged_into", "delete_time"}, .immutable = {}};
  return rules;
}

// What this caller may see of it.
void Show(const rpc::CallContext& context, v1::Organization& organization) {
  if (!SeesContactsOf(context.principal(), organization.name())) HideContacts(organization);
}

}  // namespace

Task<absl::Status> OrganizationHandlers::CreateOrganization(
    rpc::CallContext& context, const v1::CreateOrganizationRequest& request,
    v1::Organization& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateCreate(request));
  WEFT_CO_ASSIGN_OR_RETURN(const std::string id,
                           service::IdForCreate(request.organization_id(), "organization_id"));
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    response = NewOrganization(request, id);
    absl::Status parents = co_await CheckParents(tables_, txn, response);
    WEFT_CO_RETURN_IF_ERROR(std::move(parents));
    absl::Status inserted = co_await tables_.organizations.Insert(txn, response);
    co_return inserted;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> OrganizationHandlers::BatchCreateOrganizations(
    rpc::CallContext& context, const v1::BatchCreateOrganizationsRequest& request,
    v1::BatchCreateOrganizationsResponse& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateBatch(request));
  std::vector<std::string> ids;
  ids.reserve(request.requests_size());
  for (const v1::CreateOrganizationRequest& one : request.requests()) {
    WEFT_CO_ASSIGN_OR_RETURN(ids.emplace_back(),
                             service::IdForCreate(one.organization_id(), "organization_id"));
  }
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    std::vector<v1::Organization> organizations;
    organizations.reserve(ids.size());
    for (size_t i = 0; i < ids.size(); ++i) {
      organizations.push_back(NewOrganization(request.requests(static_cast<int>(i)), ids[i]));
    }
    absl::Status prefetched = co_await tables_.organizations.Prefetch(txn, organizations);
    WEFT_CO_RETURN_IF_ERROR(std::move(prefetched));
    for (v1::Organization& organization : organizations) {
      absl::Status parents = co_await CheckParents(tables_, txn, organization);
      WEFT_CO_RETURN_IF_ERROR(std::move(parents));
      absl::Status inserted = co_await tables_.organizations.Insert(txn, organization);
      WEFT_CO_RETURN_IF_ERROR(std::move(inserted));
      *response.add_organizations() = std::move(organization);
    }
    co_return absl::OkStatus();
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> OrganizationHandlers::GetOrganization(
    rpc::CallContext& context, const v1::GetOrganizationRequest& request,
    rpc::Serialized<v1::Organization>& response) {
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::StatusOr<storage::Entry> stored =
      co_await tables_.organizations.table().GetStored(*snapshot, request.name());
  WEFT_CO_RETURN_IF_ERROR(stored.status());
  v1::Organization organization;
  WEFT_CO_RETURN_IF_ERROR(tables_.organizations.table().Parse(*stored, organization));
  if (!organization.merged_into().empty() && !request.show_merged()) {
    stored =
        co_await tables_.organizations.table().GetStored(*snapshot, organization.merged_into());
    WEFT_CO_RETURN_IF_ERROR(stored.status());
    WEFT_CO_RETURN_IF_ERROR(tables_.organizations.table().Parse(*stored, organization));
  }
  if (SeesContactsOf(context.principal(), organization.name())) {
    response = rpc::Serialized<v1::Organization>::FromBytes(std::move(stored->value));
    co_return absl::OkStatus();
  }
  HideContacts(organization);
  response = rpc::Serialized<v1::Organization>(organization);
  co_return absl::OkStatus();
}

Task<absl::Status> OrganizationHandlers::BatchGetOrganizations(
    rpc::CallContext& context, const v1::BatchGetOrganizationsRequest& request,
    v1::BatchGetOrganizationsResponse& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateBatch(request));
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  std::vector<std::string> names(request.names().begin(), request.names().end());
  absl::StatusOr<std::vector<std::optional<v1::Organization>>> organizations =
      co_await tables_.organizations.table().GetMany(*snapshot, std::move(names));
  WEFT_CO_RETURN_IF_ERROR(organizations.status());
  if (!request.show_merged()) {
    absl::Status followed = co_await FollowRedirects(tables_, *snapshot, *organizations);
    WEFT_CO_RETURN_IF_ERROR(std::move(followed));
  }
  std::vector<std::string> missing;
  for (int i = 0; i < request.names_size(); ++i) {
    std::optional<v1::Organization>& organization = (*organizations)[i];
    if (!organization.has_value()) {
      missing.push_back(request.names(i));
      continue;
    }
    Show(context, *organization);
    *response.add_organizations() = *std::move(organization);
  }
  if (!missing.empty()) co_return OrganizationsMissing(missing);
  co_return absl::OkStatus();
}

Task<absl::Status> OrganizationHandlers::LookupOrganization(
    rpc::CallContext& context, const v1::LookupOrganizationRequest& request,
    v1::Organization& response) {
  WEFT_CO_ASSIGN_OR_RETURN(std::string key, LookupKey(request));
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::StatusOr<std::optional<v1::Organization>> found =
      co_await tables_.organizations.FindByIdentifier(*snapshot, std::move(key));
  WEFT_CO_RETURN_IF_ERROR(found.status());
  if (!found->has_value()) co_return NoSuchIdentifier(request);
  response = **std::move(found);
  Show(context, response);
  co_return absl::OkStatus();
}

Task<absl::Status> OrganizationHandlers::ListOrganizations(
    rpc::CallContext& context, const v1::ListOrganizationsRequest& request,
    v1::ListOrganizationsResponse& response) {
  WEFT_CO_ASSIGN_OR_RETURN(storage::PageRequest page, service::ReadPage(request));
  WEFT_CO_ASSIGN_OR_RETURN(OrganizationFilter filter, ParseOrganizationFilter(request.filter()));
  WEFT_CO_ASSIGN_OR_RETURN(const OrganizationOrder order, ParseOrder(request.order_by()));
  const bool deleted = request.show_deleted();
  const bool merged = request.show_merged();
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::Status followed = co_await FollowRedirects(tables_, *snapshot, "parent", filter);
  WEFT_CO_RETURN_IF_ERROR(std::move(followed));
  std::string parent = filter.Required("parent");
  storage::Table<v1::Organization>::Filter keep = [&filter, deleted,
                                                   merged](const v1::Organization& organization) {
    return (deleted || !organization.has_delete_time()) &&
           (merged || organization.merged_into().empty()) && filter.Matches(organization);
  };
  absl::StatusOr<storage::Page<v1::Organization>> rows = co_await tables_.organizations.List(
      *snapshot, order, std::move(parent), std::move(page), std::move(keep));
  WEFT_CO_RETURN_IF_ERROR(rows.status());
  for (v1::Organization& organization : rows->rows) {
    Show(context, organization);
    *response.add_organizations() = std::move(organization);
  }
  response.set_next_page_token(service::NextPageToken(request, rows->next_key));
  co_return absl::OkStatus();
}

Task<absl::Status> OrganizationHandlers::UpdateOrganization(
    rpc::CallContext& context, const v1::UpdateOrganizationRequest& request,
    v1::Organization& response) {
  WEFT_CO_RETURN_IF_ERROR(IdsToUpdate("organization", request.has_organization(),
                                      kOrganizationPattern, request.organization().name())
                              .status());
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Organization> before =
        co_await tables_.organizations.Get(txn, request.organization().name());
    WEFT_CO_RETURN_IF_ERROR(before.status());
    WEFT_CO_RETURN_IF_ERROR(CheckNotDeleted(*before));
    response = *before;
    WEFT_CO_RETURN_IF_ERROR(service::ApplyUpdateMask(request.update_mask(), request.organization(),
                                                     response, UpdateRules()));
    WEFT_CO_RETURN_IF_ERROR(ValidateOrganization(response));
    Normalize(response);
    if (response.parent_organization() != before->parent_organization()) {
      absl::Status parents = co_await CheckParents(tables_, txn, response);
      WEFT_CO_RETURN_IF_ERROR(std::move(parents));
    }
    absl::Status updated = co_await tables_.organizations.Update(txn, *before, response,
                                                                 request.organization().etag());
    co_return updated;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> OrganizationHandlers::DeleteOrganization(
    rpc::CallContext& context, const v1::DeleteOrganizationRequest& request,
    v1::Organization& response) {
  return SetDeleted(context, db_, tables_.organizations, request, true, response);
}

Task<absl::Status> OrganizationHandlers::UndeleteOrganization(
    rpc::CallContext& context, const v1::UndeleteOrganizationRequest& request,
    v1::Organization& response) {
  return SetDeleted(context, db_, tables_.organizations, request, false, response);
}

}  // namespace weft::registry
