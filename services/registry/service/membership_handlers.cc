#include "services/registry/service/membership_handlers.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "common/base/status_macros.h"
#include "common/service/field_mask.h"
#include "common/service/list.h"
#include "common/service/mutate.h"
#include "services/registry/domain/membership.h"
#include "services/registry/domain/names.h"
#include "services/registry/service/requests.h"

namespace weft::registry {
namespace {

// A page with a filter looks at this many pages of rows at most; what it found until then is
// answered, with the token that goes on.
constexpr int kMaxRounds = 20;

const service::MaskRules& UpdateRules() {
  static const auto& rules = *new service::MaskRules{.output_only = {"site"}, .immutable = {}};
  return rules;
}

}  // namespace

Task<absl::Status> MembershipHandlers::CreateMembership(rpc::CallContext& context,
                                                        const v1::CreateMembershipRequest& request,
                                                        v1::Membership& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateCreate(request));
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    response = NewMembership(request);
    absl::StatusOr<v1::Cohort> cohort = co_await tables_.cohorts.Get(txn, request.parent());
    WEFT_CO_RETURN_IF_ERROR(cohort.status());
    absl::StatusOr<v1::Site> site = co_await tables_.sites.Get(txn, response.site());
    WEFT_CO_RETURN_IF_ERROR(site.status());
    WEFT_CO_RETURN_IF_ERROR(ValidateMembership(response, *cohort));
    absl::Status inserted = co_await tables_.memberships.Insert(txn, response);
    co_return inserted;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> MembershipHandlers::GetMembership(rpc::CallContext& context,
                                                     const v1::GetMembershipRequest& request,
                                                     v1::Membership& response) {
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::StatusOr<v1::Membership> membership =
      co_await tables_.memberships.Get(*snapshot, request.name());
  WEFT_CO_ASSIGN_OR_RETURN(response, std::move(membership));
  co_return absl::OkStatus();
}

Task<absl::Status> MembershipHandlers::ListMemberships(rpc::CallContext& context,
                                                       const v1::ListMembershipsRequest& request,
                                                       v1::ListMembershipsResponse& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateList(request));
  WEFT_CO_ASSIGN_OR_RETURN(storage::PageRequest page, service::ReadPage(request));
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  if (request.parent() != kEveryCohort) {
    absl::StatusOr<v1::Cohort> cohort = co_await tables_.cohorts.Get(*snapshot, request.parent());
    WEFT_CO_RETURN_IF_ERROR(cohort.status());
  }
  for (int round = 0; round < kMaxRounds && page.limit > 0; ++round) {
    absl::StatusOr<storage::Page<v1::Membership>> found =
        co_await tables_.memberships.List(*snapshot, request.parent(), request.site(), page);
    WEFT_CO_RETURN_IF_ERROR(found.status());
    absl::Status kept = co_await KeepInForce(*snapshot, request, found->rows);
    WEFT_CO_RETURN_IF_ERROR(std::move(kept));
    page.limit -= found->rows.size();
    page.after = std::move(found->next_key);
    for (v1::Membership& row : found->rows) *response.add_memberships() = std::move(row);
    if (page.after.empty()) break;
  }
  response.set_next_page_token(service::NextPageToken(request, page.after));
  co_return absl::OkStatus();
}

Task<absl::Status> MembershipHandlers::UpdateMembership(rpc::CallContext& context,
                                                        const v1::UpdateMembershipRequest& request,
                                                        v1::Membership& response) {
  WEFT_CO_RETURN_IF_ERROR(IdsToUpdate("membership", request.has_membership(), kMembershipPattern,
                                      request.membership().name())
                              .status());
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Membership> membership =
        co_await tables_.memberships.Get(txn, request.membership().name());
    WEFT_CO_ASSIGN_OR_RETURN(response, std::move(membership));
    absl::StatusOr<v1::Cohort> cohort = co_await tables_.cohorts.Get(txn, CohortOf(response));
    WEFT_CO_RETURN_IF_ERROR(cohort.status());
    WEFT_CO_RETURN_IF_ERROR(service::ApplyUpdateMask(request.update_mask(), request.membership(),
                                                     response, UpdateRules()));
    WEFT_CO_RETURN_IF_ERROR(ValidateMembership(response, *cohort));
    absl::Status updated =
        co_await tables_.memberships.Update(txn, response, request.membership().etag());
    co_return updated;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> MembershipHandlers::DeleteMembership(rpc::CallContext& context,
                                                        const v1::DeleteMembershipRequest& request,
                                                        google::protobuf::Empty& response) {
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    return tables_.memberships.Delete(txn, request.name(), request.etag());
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> MembershipHandlers::KeepInForce(storage::Reader& reader,
                                                   const v1::ListMembershipsRequest& request,
                                                   std::vector<v1::Membership>& memberships) {
  if (!request.has_effective_on()) co_return absl::OkStatus();
  std::vector<std::string> names;
  for (const v1::Membership& membership : memberships) names.push_back(CohortOf(membership));
  absl::StatusOr<std::vector<std::optional<v1::Cohort>>> cohorts =
      co_await tables_.cohorts.GetMany(reader, std::move(names));
  WEFT_CO_RETURN_IF_ERROR(cohorts.status());
  std::vector<v1::Membership> kept;
  for (size_t i = 0; i < memberships.size(); ++i) {
    const std::optional<v1::Cohort>& cohort = (*cohorts)[i];
    if (cohort.has_value() && InForce(memberships[i], *cohort, request.effective_on())) {
      kept.push_back(std::move(memberships[i]));
    }
  }
  memberships = std::move(kept);
  co_return absl::OkStatus();
}

}  // namespace weft::registry
