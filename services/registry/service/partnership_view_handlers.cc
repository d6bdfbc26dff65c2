#include "services/registry/service/partnership_view_handlers.h"

#include <memory>
#include <optional>
#include <utility>

#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/service/field_mask.h"
#include "common/service/list.h"
#include "common/service/mutate.h"
#include "common/service/names.h"
#include "services/registry/domain/access.h"
#include "services/registry/domain/names.h"
#include "services/registry/domain/partnership.h"
#include "services/registry/domain/partnership_views.h"
#include "services/registry/service/requests.h"

namespace weft::registry {
namespace {

const service::MaskRules& OrganizationViewRules() {
  static const auto& rules = *new service::MaskRules{
      .output_only = {"confirmation", "confirmation_note", "confirmation_time", "confirmed_by"},
      .immutable = {}};
  return rules;
}

}  // namespace

Task<absl::Status> PartnershipViewHandlers::GetSiteView(rpc::CallContext& context,
                                                        const v1::GetSiteViewRequest& request,
                                                        v1::SiteView& response) {
  WEFT_CO_RETURN_IF_ERROR(service::ParseName(kSiteViewPattern, request.name()).status());
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::StatusOr<v1::Partnership> partnership =
      co_await Visible(context, *snapshot, PartnershipOf(request.name()));
  WEFT_CO_RETURN_IF_ERROR(partnership.status());
  absl::StatusOr<std::optional<v1::SiteView>> view =
      co_await tables_.site_views.Find(*snapshot, request.name());
  WEFT_CO_RETURN_IF_ERROR(view.status());
  response = view->has_value() ? **std::move(view) : EmptySiteView(partnership->name());
  co_return absl::OkStatus();
}

Task<absl::Status> PartnershipViewHandlers::UpdateSiteView(rpc::CallContext& context,
                                                           const v1::UpdateSiteViewRequest& request,
                                                           v1::SiteView& response) {
  WEFT_CO_RETURN_IF_ERROR(IdsToUpdate("site_view", request.has_site_view(), kSiteViewPattern,
                                      request.site_view().name())
                              .status());
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Partnership> partnership =
        co_await Writable(context, txn, PartnershipOf(request.site_view().name()));
    WEFT_CO_RETURN_IF_ERROR(partnership.status());
    absl::StatusOr<std::optional<v1::SiteView>> view =
        co_await tables_.site_views.Find(txn, request.site_view().name());
    WEFT_CO_RETURN_IF_ERROR(view.status());
    const bool exists = view->has_value();
    response = exists ? **std::move(view) : EmptySiteView(partnership->name());
    WEFT_CO_RETURN_IF_ERROR(
        service::ApplyUpdateMask(request.update_mask(), request.site_view(), response));
    WEFT_CO_RETURN_IF_ERROR(ValidateView(response));
    absl::Status put =
        co_await PutView(txn, tables_.site_views, exists, request.site_view().etag(), response);
    co_return put;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> PartnershipViewHandlers::GetOrganizationView(
    rpc::CallContext& context, const v1::GetOrganizationViewRequest& request,
    v1::OrganizationView& response) {
  WEFT_CO_RETURN_IF_ERROR(service::ParseName(kOrganizationViewPattern, request.name()).status());
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::StatusOr<v1::Partnership> partnership =
      co_await Visible(context, *snapshot, PartnershipOf(request.name()));
  WEFT_CO_RETURN_IF_ERROR(partnership.status());
  absl::StatusOr<std::optional<v1::OrganizationView>> view =
      co_await tables_.organization_views.Find(*snapshot, request.name());
  WEFT_CO_RETURN_IF_ERROR(view.status());
  response = view->has_value() ? **std::move(view) : EmptyOrganizationView(partnership->name());
  co_return absl::OkStatus();
}

Task<absl::Status> PartnershipViewHandlers::UpdateOrganizationView(
    rpc::CallContext& context, const v1::UpdateOrganizationViewRequest& request,
    v1::OrganizationView& response) {
  WEFT_CO_RETURN_IF_ERROR(IdsToUpdate("organization_view", request.has_organization_view(),
                                      kOrganizationViewPattern, request.organization_view().name())
                              .status());
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Partnership> partnership =
        co_await Writable(context, txn, PartnershipOf(request.organization_view().name()));
    WEFT_CO_RETURN_IF_ERROR(partnership.status());
    absl::StatusOr<std::optional<v1::OrganizationView>> view =
        co_await tables_.organization_views.Find(txn, request.organization_view().name());
    WEFT_CO_RETURN_IF_ERROR(view.status());
    const bool exists = view->has_value();
    response = exists ? **std::move(view) : EmptyOrganizationView(partnership->name());
    WEFT_CO_RETURN_IF_ERROR(service::ApplyUpdateMask(
        request.update_mask(), request.organization_view(), response, OrganizationViewRules()));
    WEFT_CO_RETURN_IF_ERROR(ValidateView(response));
    absl::Status put = co_await PutView(txn, tables_.organization_views, exists,
                                        request.organization_view().etag(), response);
    co_return put;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> PartnershipViewHandlers::ConfirmPartnership(
    rpc::CallContext& context, const v1::ConfirmPartnershipRequest& request,
    v1::Partnership& response) {
  WEFT_CO_RETURN_IF_ERROR(service::ParseName(kPartnershipPattern, request.name()).status());
  WEFT_CO_RETURN_IF_ERROR(ValidateConfirm(request));
  absl::Status status =
      co_await Decide(context, request, v1::Partnership::CONFIRMATION_CONFIRMED, response);
  co_return status;
}

Task<absl::Status> PartnershipViewHandlers::DisputePartnership(
    rpc::CallContext& context, const v1::DisputePartnershipRequest& request,
    v1::Partnership& response) {
  WEFT_CO_RETURN_IF_ERROR(service::ParseName(kPartnershipPattern, request.name()).status());
  WEFT_CO_RETURN_IF_ERROR(ValidateDispute(request));
  absl::Status status =
      co_await Decide(context, request, v1::Partnership::CONFIRMATION_DISPUTED, response);
  co_return status;
}

Task<absl::Status> PartnershipViewHandlers::AssessPartnership(
    rpc::CallContext& context, const v1::AssessPartnershipRequest& request,
    v1::Assessment& response) {
  absl::Status status = co_await Assess(context, request, v1::Assessment::SIDE_SITE, response);
  co_return status;
}

Task<absl::Status> PartnershipViewHandlers::AssessPartnershipAsOrganization(
    rpc::CallContext& context, const v1::AssessPartnershipAsOrganizationRequest& request,
    v1::Assessment& response) {
  absl::Status status =
      co_await Assess(context, request, v1::Assessment::SIDE_ORGANIZATION, response);
  co_return status;
}

Task<absl::Status> PartnershipViewHandlers::ListAssessments(
    rpc::CallContext& context, const v1::ListAssessmentsRequest& request,
    v1::ListAssessmentsResponse& response) {
  WEFT_CO_RETURN_IF_ERROR(
      service::ParseName(kPartnershipPattern, request.parent(), "parent").status());
  WEFT_CO_ASSIGN_OR_RETURN(storage::PageRequest page, service::ReadPage(request));
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::StatusOr<v1::Partnership> partnership =
      co_await Visible(context, *snapshot, request.parent());
  WEFT_CO_RETURN_IF_ERROR(partnership.status());
  absl::StatusOr<storage::Page<v1::Assessment>> rows =
      co_await tables_.assessments.List(*snapshot, request.parent(), std::move(page));
  WEFT_CO_RETURN_IF_ERROR(rows.status());
  for (v1::Assessment& row : rows->rows) *response.add_assessments() = std::move(row);
  response.set_next_page_token(service::NextPageToken(request, rows->next_key));
  co_return absl::OkStatus();
}

Task<absl::StatusOr<v1::Partnership>> PartnershipViewHandlers::Visible(
    const rpc::CallContext& context, storage::Reader& reader, std::string name) {
  absl::StatusOr<v1::Partnership> partnership =
      co_await tables_.partnerships.Get(reader, std::move(name));
  WEFT_CO_RETURN_IF_ERROR(partnership.status());
  WEFT_CO_RETURN_IF_ERROR(CheckOwnOrganization(context.principal(), partnership->organization()));
  co_return partnership;
}

Task<absl::StatusOr<v1::Partnership>> PartnershipViewHandlers::Writable(
    const rpc::CallContext& context, storage::Reader& reader, std::string name) {
  absl::StatusOr<v1::Partnership> partnership = co_await Visible(context, reader, std::move(name));
  WEFT_CO_RETURN_IF_ERROR(partnership.status());
  WEFT_CO_RETURN_IF_ERROR(CheckNotDeleted(*partnership));
  co_return partnership;
}

template <class View>
Task<absl::Status> PartnershipViewHandlers::PutView(storage::Transaction& txn,
                                                    const storage::Table<View>& table, bool exists,
                                                    std::string expected_etag, View& view) {
  if (exists) {
    absl::Status updated = co_await table.Update(txn, view, std::move(expected_etag));
    co_return updated;
  }
  if (!expected_etag.empty()) co_return StaleEtag(view.name(), expected_etag, "");
  absl::Status inserted = co_await table.Insert(txn, view);
  co_return inserted;
}

template <class Request>
Task<absl::Status> PartnershipViewHandlers::Decide(rpc::CallContext& context,
                                                   const Request& request,
                                                   v1::Partnership::Confirmation confirmation,
                                                   v1::Partnership& response) {
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Partnership> before = co_await Writable(context, txn, request.name());
    WEFT_CO_RETURN_IF_ERROR(before.status());
    response = *before;
    v1::OrganizationView view = EmptyOrganizationView(before->name());
    absl::StatusOr<std::optional<v1::OrganizationView>> stored =
        co_await tables_.organization_views.Find(txn, view.name());
    WEFT_CO_RETURN_IF_ERROR(stored.status());
    const bool exists = stored->has_value();
    if (exists) view = **std::move(stored);
    SetConfirmation(confirmation, request.note(), context.principal().name, ToProto(txn.now()),
                    view, response);
    absl::Status put = co_await PutView(txn, tables_.organization_views, exists, "", view);
    WEFT_CO_RETURN_IF_ERROR(std::move(put));
    absl::Status updated =
        co_await tables_.partnerships.Update(txn, *before, response, request.etag());
    co_return updated;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

template <class Request>
Task<absl::Status> PartnershipViewHandlers::Assess(rpc::CallContext& context,
                                                   const Request& request,
                                                   v1::Assessment::Side side,
                                                   v1::Assessment& response) {
  WEFT_CO_RETURN_IF_ERROR(service::ParseName(kPartnershipPattern, request.name()).status());
  if (!request.has_assessment()) {
    co_return FieldViolations().Add("assessment", "is required, with its level").ToStatus();
  }
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Partnership> before = co_await Writable(context, txn, request.name());
    WEFT_CO_RETURN_IF_ERROR(before.status());
    WEFT_CO_RETURN_IF_ERROR(ValidateAssessment(request.assessment(), side, *before, txn.now()));
    response =
        NewAssessment(request.assessment(), side, *before, context.principal().name, txn.now());
    absl::Status inserted = co_await tables_.assessments.Insert(txn, response);
    WEFT_CO_RETURN_IF_ERROR(std::move(inserted));
    v1::Partnership after = *before;
    ApplyAssessment(response, after);
    absl::Status updated = co_await tables_.partnerships.Update(txn, *before, after, "");
    co_return updated;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

}  // namespace weft::registry
