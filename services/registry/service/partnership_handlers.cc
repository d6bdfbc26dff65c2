#include "services/registry/service/partnership_handlers.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/status_macros.h"
#include "common/rpc/status.h"
#include "common/service/field_mask.h"
#include "common/service/list.h"
#include "common/service/mutate.h"
#include "common/service/names.h"
#include "services/registry/domain/access.h"
#include "services/registry/domain/names.h"
#include "services/registry/domain/organization.h"
#include "services/registry/domain/partnership.h"
#include "services/registry/domain/soft_delete.h"
#include "services/registry/service/partnership_reader.h"
#include "services/registry/service/redirects.h"
#include "services/registry/service/requests.h"
#include "services/registry/service/soft_delete.h"
#include "services/registry/service/vocabulary_reader.h"

namespace weft::registry {
namespace {

// A page of another state than now's looks at this many pages of rows at most.
constexpr int kMaxRounds = 20;

const service::MaskRules& UpdateRules() {
  static const auto& rules =
      *new service::MaskRules{.output_only = {"level", "level_effective_date", "organization_level",
                                              "organization_level_effective_date", "confirmation",
                                              "assessment_count", "delete_time"},
                              .immutable = {"organization", "partner_type"}};
  return rules;
}

template <class Request>
AsOf AsOfRequest(const Request& request) {
  AsOf as_of;
  if (request.has_effective_on()) as_of.effective_on = request.effective_on();
  if (request.has_recorded_by()) as_of.recorded_by = request.recorded_by();
  return as_of;
}

}  // namespace

Task<absl::Status> PartnershipHandlers::CreatePartnership(
    rpc::CallContext& context, const v1::CreatePartnershipRequest& request,
    v1::Partnership& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateCreate(request));
  WEFT_CO_ASSIGN_OR_RETURN(const std::string id,
                           service::IdForCreate(request.partnership_id(), "partnership_id"));
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    VocabularyReader vocabularies(tables_, txn);
    absl::Status created = co_await CreateIn(txn, vocabularies, request, id, "", response);
    co_return created;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> PartnershipHandlers::CreateIn(storage::Transaction& txn,
                                                 VocabularyReader& vocabularies,
                                                 const v1::CreatePartnershipRequest& request,
                                                 absl::string_view id, std::string prefix,
                                                 v1::Partnership& partnership) {
  partnership = NewPartnership(request, id);
  absl::Status said = co_await vocabularies.Check(partnership, prefix + "partnership");
  WEFT_CO_RETURN_IF_ERROR(std::move(said));
  absl::StatusOr<v1::Site> site = co_await tables_.sites.Get(txn, request.parent());
  WEFT_CO_RETURN_IF_ERROR(site.status());
  absl::StatusOr<v1::Organization> organization =
      co_await GetStanding(tables_, txn, partnership.organization());
  WEFT_CO_RETURN_IF_ERROR(organization.status());
  partnership.set_organization(organization->name());
  WEFT_CO_RETURN_IF_ERROR(CheckNotDeleted(*organization));
  absl::Status inserted = co_await tables_.partnerships.Insert(txn, partnership);
  co_return inserted;
}

Task<absl::Status> PartnershipHandlers::BatchCreatePartnerships(
    rpc::CallContext& context, const v1::BatchCreatePartnershipsRequest& request,
    v1::BatchCreatePartnershipsResponse& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateBatch(request));
  std::vector<std::string> ids;
  ids.reserve(request.requests_size());
  for (const v1::CreatePartnershipRequest& one : request.requests()) {
    WEFT_CO_ASSIGN_OR_RETURN(ids.emplace_back(),
                             service::IdForCreate(one.partnership_id(), "partnership_id"));
  }
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    std::vector<std::string> keys;
    keys.reserve(ids.size() * 4);
    for (size_t i = 0; i < ids.size(); ++i) {
      const v1::CreatePartnershipRequest& one = request.requests(static_cast<int>(i));
      keys.push_back(tables_.sites.KeyOf(one.parent()));
      keys.push_back(tables_.organizations.table().KeyOf(one.partnership().organization()));
      tables_.partnerships.AddKeysOf(NewPartnership(one, ids[i]), keys);
    }
    absl::Status prefetched = co_await txn.Prefetch(std::move(keys));
    WEFT_CO_RETURN_IF_ERROR(std::move(prefetched));
    VocabularyReader vocabularies(tables_, txn);
    for (size_t i = 0; i < ids.size(); ++i) {
      std::string prefix = absl::StrCat("requests[", i, "].");
      absl::Status created =
          co_await CreateIn(txn, vocabularies, request.requests(static_cast<int>(i)), ids[i],
                            std::move(prefix), *response.add_partnerships());
      WEFT_CO_RETURN_IF_ERROR(std::move(created));
    }
    co_return absl::OkStatus();
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> PartnershipHandlers::BatchGetPartnerships(
    rpc::CallContext& context, const v1::BatchGetPartnershipsRequest& request,
    v1::BatchGetPartnershipsResponse& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateBatch(request));
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::Status account = co_await CheckAccount(tables_, *snapshot, context.principal());
  WEFT_CO_RETURN_IF_ERROR(std::move(account));
  std::vector<std::string> names(request.names().begin(), request.names().end());
  absl::StatusOr<std::vector<std::optional<v1::Partnership>>> partnerships =
      co_await tables_.partnerships.GetMany(*snapshot, std::move(names));
  WEFT_CO_RETURN_IF_ERROR(partnerships.status());
  std::vector<std::string> missing;
  for (int i = 0; i < request.names_size(); ++i) {
    std::optional<v1::Partnership>& partnership = (*partnerships)[i];
    if (!partnership.has_value()) {
      missing.push_back(request.names(i));
      continue;
    }
    WEFT_CO_RETURN_IF_ERROR(CheckOwnOrganization(context.principal(), partnership->organization()));
    *response.add_partnerships() = *std::move(partnership);
  }
  if (!missing.empty()) co_return PartnershipsMissing(missing);
  co_return absl::OkStatus();
}

Task<absl::Status> PartnershipHandlers::GetPartnership(rpc::CallContext& context,
                                                       const v1::GetPartnershipRequest& request,
                                                       v1::Partnership& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateGet(request));
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::Status account = co_await CheckAccount(tables_, *snapshot, context.principal());
  WEFT_CO_RETURN_IF_ERROR(std::move(account));
  absl::StatusOr<v1::Partnership> current =
      co_await tables_.partnerships.Get(*snapshot, request.name());
  WEFT_CO_RETURN_IF_ERROR(current.status());
  WEFT_CO_RETURN_IF_ERROR(CheckOwnOrganization(context.principal(), current->organization()));
  AsOf as_of = AsOfRequest(request);
  absl::StatusOr<v1::Partnership> then =
      co_await ReadAsOf(tables_, *snapshot, *std::move(current), std::move(as_of));
  WEFT_CO_ASSIGN_OR_RETURN(response, std::move(then));
  co_return absl::OkStatus();
}

Task<absl::Status> PartnershipHandlers::ListPartnerships(rpc::CallContext& context,
                                                         const v1::ListPartnershipsRequest& request,
                                                         v1::ListPartnershipsResponse& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateList(request));
  WEFT_CO_ASSIGN_OR_RETURN(storage::PageRequest page, service::ReadPage(request));
  WEFT_CO_ASSIGN_OR_RETURN(PartnershipFilter filter, ParsePartnershipFilter(request.filter()));
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::Status account = co_await CheckAccount(tables_, *snapshot, context.principal());
  WEFT_CO_RETURN_IF_ERROR(std::move(account));
  absl::Status followed = co_await FollowRedirects(tables_, *snapshot, "organization", filter);
  WEFT_CO_RETURN_IF_ERROR(std::move(followed));
  absl::StatusOr<std::string> standing =
      co_await StandingFor(tables_, *snapshot, request.organization());
  WEFT_CO_RETURN_IF_ERROR(standing.status());
  std::string organization = *std::move(standing);
  if (organization.empty()) organization = filter.Required("organization");
  if (organization.empty()) organization = OnlyOrganizationOf(context.principal());
  if (!organization.empty()) {
    WEFT_CO_RETURN_IF_ERROR(CheckOwnOrganization(context.principal(), organization));
  }
  if (request.parent() != kEverySite) {
    absl::StatusOr<v1::Site> site = co_await tables_.sites.Get(*snapshot, request.parent());
    WEFT_CO_RETURN_IF_ERROR(site.status());
  }
  if (!AsOfRequest(request).now()) {
    absl::Status listed = co_await ListAsOf(context, *snapshot, request, std::move(organization),
                                            filter, std::move(page), response);
    co_return listed;
  }
  const bool deleted = request.show_deleted();
  PartnershipStore::Filter keep = [&filter, deleted](const v1::Partnership& partnership) {
    return (deleted || !partnership.has_delete_time()) && filter.Matches(partnership);
  };
  absl::StatusOr<storage::Page<v1::Partnership>> rows = co_await tables_.partnerships.List(
      *snapshot, request.parent(), std::move(organization), std::move(page), std::move(keep));
  WEFT_CO_RETURN_IF_ERROR(rows.status());
  for (v1::Partnership& row : rows->rows) *response.add_partnerships() = std::move(row);
  response.set_next_page_token(service::NextPageToken(request, rows->next_key));
  co_return absl::OkStatus();
}

Task<absl::Status> PartnershipHandlers::ListAsOf(rpc::CallContext& context, storage::Reader& reader,
                                                 const v1::ListPartnershipsRequest& request,
                                                 std::string organization,
                                                 const PartnershipFilter& filter,
                                                 storage::PageRequest page,
                                                 v1::ListPartnershipsResponse& response) {
  const AsOf as_of = AsOfRequest(request);
  // A row that is deleted now may not have been then.
  const bool skip_deleted = !request.show_deleted() && !as_of.recorded_by.has_value();
  for (int round = 0; round < kMaxRounds && page.limit > 0; ++round) {
    if (context.cancelled()) co_return rpc::Stopped(context);
    absl::StatusOr<storage::Page<v1::Partnership>> rows =
        co_await tables_.partnerships.List(reader, request.parent(), organization, page);
    WEFT_CO_RETURN_IF_ERROR(rows.status());
    page.after = std::move(rows->next_key);
    for (v1::Partnership& row : rows->rows) {
      if (skip_deleted && row.has_delete_time()) continue;
      AsOf asked = as_of;
      // A merge since may have given it to another organization, under which it is looked for.
      const std::string owner = row.organization();
      absl::StatusOr<v1::Partnership> then =
          co_await ReadAsOf(tables_, reader, std::move(row), std::move(asked));
      if (absl::IsNotFound(then.status())) continue;
      WEFT_CO_RETURN_IF_ERROR(then.status());
      if (then->has_delete_time() && !request.show_deleted()) continue;
      std::string owner_then = then->organization();
      then->set_organization(owner);
      if (!filter.Matches(*then)) continue;
      then->set_organization(std::move(owner_then));
      *response.add_partnerships() = *std::move(then);
      --page.limit;
    }
    if (page.after.empty()) break;
  }
  response.set_next_page_token(service::NextPageToken(request, page.after));
  co_return absl::OkStatus();
}

Task<absl::Status> PartnershipHandlers::UpdatePartnership(
    rpc::CallContext& context, const v1::UpdatePartnershipRequest& request,
    v1::Partnership& response) {
  WEFT_CO_RETURN_IF_ERROR(IdsToUpdate("partnership", request.has_partnership(), kPartnershipPattern,
                                      request.partnership().name())
                              .status());
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Partnership> before =
        co_await tables_.partnerships.Get(txn, request.partnership().name());
    WEFT_CO_RETURN_IF_ERROR(before.status());
    WEFT_CO_RETURN_IF_ERROR(CheckNotDeleted(*before));
    response = *before;
    WEFT_CO_RETURN_IF_ERROR(service::ApplyUpdateMask(request.update_mask(), request.partnership(),
                                                     response, UpdateRules()));
    WEFT_CO_RETURN_IF_ERROR(ValidatePartnership(response));
    VocabularyReader vocabularies(tables_, txn);
    absl::Status said = co_await vocabularies.Check(response, "partnership");
    WEFT_CO_RETURN_IF_ERROR(std::move(said));
    absl::Status updated =
        co_await tables_.partnerships.Update(txn, *before, response, request.partnership().etag());
    co_return updated;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> PartnershipHandlers::DeletePartnership(
    rpc::CallContext& context, const v1::DeletePartnershipRequest& request,
    v1::Partnership& response) {
  return SetDeleted(context, db_, tables_.partnerships, request, true, response);
}

Task<absl::Status> PartnershipHandlers::UndeletePartnership(
    rpc::CallContext& context, const v1::UndeletePartnershipRequest& request,
    v1::Partnership& response) {
  return SetDeleted(context, db_, tables_.partnerships, request, false, response);
}

}  // namespace weft::registry
