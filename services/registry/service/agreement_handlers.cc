#include "services/registry/service/agreement_handlers.h"

#include <memory>
#include <utility>

#include "common/base/status_macros.h"
#include "common/rpc/status.h"
#include "services/registry/domain/access.h"
#include "services/registry/domain/membership.h"
#include "services/registry/domain/names.h"
#include "services/registry/domain/partnership.h"
#include "services/registry/service/partnership_reader.h"
#include "services/registry/service/redirects.h"

namespace weft::registry {
namespace {

constexpr size_t kRowsAtOnce = 500;

}  // namespace

Task<absl::Status> AgreementHandlers::GetPartnershipAgreement(
    rpc::CallContext& context, const v1::GetPartnershipAgreementRequest& request,
    v1::PartnershipAgreement& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateAgreement(request));
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::Status account = co_await CheckAccount(tables_, *snapshot, context.principal());
  WEFT_CO_RETURN_IF_ERROR(std::move(account));
  absl::StatusOr<std::string> standing =
      co_await StandingFor(tables_, *snapshot, request.organization());
  WEFT_CO_RETURN_IF_ERROR(standing.status());
  std::string organization = *std::move(standing);
  if (organization.empty()) organization = OnlyOrganizationOf(context.principal());
  WEFT_CO_RETURN_IF_ERROR(CheckOwnOrganization(context.principal(), organization));
  absl::StatusOr<std::vector<std::string>> parents = co_await Parents(*snapshot, request);
  WEFT_CO_RETURN_IF_ERROR(parents.status());
  AgreementCounter counter;
  for (const std::string& parent : *parents) {
    absl::Status counted =
        co_await Count(context, *snapshot, request, parent, organization, counter);
    WEFT_CO_RETURN_IF_ERROR(std::move(counted));
  }
  response = counter.Answer();
  co_return absl::OkStatus();
}

Task<absl::StatusOr<std::vector<std::string>>> AgreementHandlers::Parents(
    storage::Reader& reader, const v1::GetPartnershipAgreementRequest& request) {
  std::vector<std::string> parents;
  if (request.cohort().empty()) {
    if (request.parent() != kEverySite) {
      absl::StatusOr<v1::Site> site = co_await tables_.sites.Get(reader, request.parent());
      WEFT_CO_RETURN_IF_ERROR(site.status());
    }
    parents.push_back(request.parent());
    co_return parents;
  }
  absl::StatusOr<v1::Cohort> cohort = co_await tables_.cohorts.Get(reader, request.cohort());
  WEFT_CO_RETURN_IF_ERROR(cohort.status());
  storage::PageRequest page{.limit = kRowsAtOnce};
  do {
    absl::StatusOr<storage::Page<v1::Membership>> rows =
        co_await tables_.memberships.List(reader, request.cohort(), "", page);
    WEFT_CO_RETURN_IF_ERROR(rows.status());
    for (const v1::Membership& row : rows->rows) {
      if (!request.has_effective_on() || InForce(row, *cohort, request.effective_on())) {
        parents.push_back(row.site());
      }
    }
    page.after = std::move(rows->next_key);
  } while (!page.after.empty());
  co_return parents;
}

Task<absl::Status> AgreementHandlers::Count(rpc::CallContext& context, storage::Reader& reader,
                                            const v1::GetPartnershipAgreementRequest& request,
                                            std::string parent, std::string organization,
                                            AgreementCounter& counter) {
  storage::PageRequest page{.limit = kRowsAtOnce};
  do {
    if (context.cancelled()) co_return rpc::Stopped(context);
    absl::StatusOr<storage::Page<v1::Partnership>> rows =
        co_await tables_.partnerships.List(reader, parent, organization, page);
    WEFT_CO_RETURN_IF_ERROR(rows.status());
    for (v1::Partnership& row : rows->rows) {
      if (row.has_delete_time() || (row.is_self() && !request.include_self())) continue;
      if (request.has_effective_on()) {
        AsOf as_of;
        as_of.effective_on = request.effective_on();
        absl::StatusOr<v1::Partnership> then =
            co_await ReadAsOf(tables_, reader, std::move(row), std::move(as_of));
        if (absl::IsNotFound(then.status())) continue;
        WEFT_CO_RETURN_IF_ERROR(then.status());
        counter.Add(*then);
      } else {
        counter.Add(row);
      }
    }
    WEFT_CO_RETURN_IF_ERROR(counter.CheckSize());
    page.after = std::move(rows->next_key);
  } while (!page.after.empty());
  co_return absl::OkStatus();
}

}  // namespace weft::registry
