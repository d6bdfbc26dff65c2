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
#include "services/registry/domain/soft_delete.h"
#include "services/registry/service/redirects.h"
#include "services/registry/service/requests.h"
#include "services/registry/service/vocabulary_reader.h"

namespace weft::registry {
namespace {

const service::MaskRules& SiteViewRules() {
  static const auto& rules = *new service::MaskRules();
  return rules;
}

const service::MaskRules& OrganizationViewRules() {
  static const auto& rules = *new service::MaskRules{
      .output_only = {"confirmation", "confirmation_note", "confirmation_time", "confirmed_by"},
      .immutable = {}};
  return rules;
}

// Where a view stands in its request.
const char* FieldOf(const v1::SiteView& /*view*/) { return "site_view"; }
const char* FieldOf(const v1::OrganizationView& /*view*/) { return "organization_view"; }

// The view of a partnership as it is stored, or as it is before anything is written in it.
template <class View>
Task<absl::StatusOr<View>> ReadView(storage::Reader& reader, const storage::Table<View>& table,
                                    const v1::Partnership& partnership) {
  View empty;
  MakeEmpty(partnership.name(), empty);
  absl::StatusOr<std::optional<View>> stored = co_await table.Find(reader, empty.name());
  WEFT_CO_RETURN_IF_ERROR(stored.status());
  co_return stored->has_value() ? **std::move(stored) : std::move(empty);
}

// Writes a view that ReadView() gave and that was changed since.
template <class View>
Task<absl::Status> WriteView(storage::Transaction& txn, const storage::Table<View>& table,
                             std::string expected_etag, View& view) {
  const bool is_stored = !view.uid().empty();
  if (is_stored) {
    absl::Status updated = co_await table.Update(txn, view, std::move(expected_etag));
    co_return updated;
  }
  if (!expected_etag.empty()) co_return StaleEtag(view.name(), expected_etag, "");
  absl::Status inserted = co_await table.Insert(txn, view);
  co_return inserted;
}

}  // namespace

Task<absl::Status> PartnershipViewHandlers::GetSiteView(rpc::CallContext& context,
                                                        const v1::GetSiteViewRequest& request,
                                                        v1::SiteView& response) {
  return GetView(context, kSiteViewPattern, tables_.site_views, request, response);
}

Task<absl::Status> PartnershipViewHandlers::UpdateSiteView(rpc::CallContext& context,
                                                           const v1::UpdateSiteViewRequest& request,
                                                           v1::SiteView& response) {
  WEFT_CO_RETURN_IF_ERROR(IdsToUpdate("site_view", request.has_site_view(), kSiteViewPattern,
                                      request.site_view().name())
                              .status());
  absl::Status status = co_await UpdateView(context, tables_.site_views, request,
                                            request.site_view(), SiteViewRules(), response);
  co_return status;
}

Task<absl::Status> PartnershipViewHandlers::GetOrganizationView(
    rpc::CallContext& context, const v1::GetOrganizationViewRequest& request,
    v1::OrganizationView& response) {
  return GetView(context, kOrganizationViewPattern, tables_.organization_views, request, response);
}

Task<absl::Status> PartnershipViewHandlers::UpdateOrganizationView(
    rpc::CallContext& context, const v1::UpdateOrganizationViewRequest& request,
    v1::OrganizationView& response) {
  WEFT_CO_RETURN_IF_ERROR(IdsToUpdate("organization_view", request.has_organization_view(),
                                      kOrganizationViewPattern, request.organization_view().name())
                              .status());
  absl::Status status =
      co_await UpdateView(context, tables_.organization_views, request, request.organization_view(),
                          OrganizationViewRules(), response);
  co_return status;
}

template <class View, class Request>
Task<absl::Status> PartnershipViewHandlers::GetView(const rpc::CallContext& context,
                                                    absl::string_view pattern,
                                                    const storage::Table<View>& table,
                                                    const Request& request, View& response) {
  WEFT_CO_RETURN_IF_ERROR(service::ParseName(pattern, request.name()).status());
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::StatusOr<v1::Partnership> partnership =
      co_await Visible(context, *snapshot, PartnershipOf(request.name()));
  WEFT_CO_RETURN_IF_ERROR(partnership.status());
  absl::StatusOr<View> view = co_await ReadView(*snapshot, table, *partnership);
  WEFT_CO_ASSIGN_OR_RETURN(response, std::move(view));
  co_return absl::OkStatus();
}

template <class View, class Request>
Task<absl::Status> PartnershipViewHandlers::UpdateView(rpc::CallContext& context,
                                                       const storage::Table<View>& table,
                                                       const Request& request, const View& asked,
                                                       const service::MaskRules& rules,
                                                       View& response) {
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Partnership> partnership =
        co_await Writable(context, txn, PartnershipOf(asked.name()));
    WEFT_CO_RETURN_IF_ERROR(partnership.status());
    absl::StatusOr<View> view = co_await ReadView(txn, table, *partnership);
    WEFT_CO_ASSIGN_OR_RETURN(response, std::move(view));
    WEFT_CO_RETURN_IF_ERROR(
        service::ApplyUpdateMask(request.update_mask(), asked, response, rules));
    WEFT_CO_RETURN_IF_ERROR(ValidateView(response));
    VocabularyReader vocabularies(tables_, txn);
    absl::Status said = co_await vocabularies.Check(response, FieldOf(response));
    WEFT_CO_RETURN_IF_ERROR(std::move(said));
    absl::Status written = co_await WriteView(txn, table, asked.etag(), response);
    co_return written;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> PartnershipViewHandlers::ConfirmPartnership(
    rpc::CallContext& context, const v1::ConfirmPartnershipRequest& request,
    v1::Partnership& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateConfirm(request));
  absl::Status status =
      co_await Decide(context, request, v1::Partnership::CONFIRMATION_CONFIRMED, response);
  co_return status;
}

Task<absl::Status> PartnershipViewHandlers::DisputePartnership(
    rpc::CallContext& context, const v1::DisputePartnershipRequest& request,
    v1::Partnership& response) {
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
  absl::Status account = co_await CheckAccount(tables_, reader, context.principal());
  WEFT_CO_RETURN_IF_ERROR(std::move(account));
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

template <class Request>
Task<absl::Status> PartnershipViewHandlers::Decide(rpc::CallContext& context,
                                                   const Request& request,
                                                   v1::Partnership::Confirmation confirmation,
                                                   v1::Partnership& response) {
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Partnership> before = co_await Writable(context, txn, request.name());
    WEFT_CO_RETURN_IF_ERROR(before.status());
    response = *before;
    absl::StatusOr<v1::OrganizationView> view =
        co_await ReadView(txn, tables_.organization_views, *before);
    WEFT_CO_RETURN_IF_ERROR(view.status());
    SetConfirmation(confirmation, request.note(), context.principal().name, ToProto(txn.now()),
                    *view, response);
    absl::Status written = co_await WriteView(txn, tables_.organization_views, "", *view);
    WEFT_CO_RETURN_IF_ERROR(std::move(written));
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
