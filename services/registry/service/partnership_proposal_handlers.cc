#include "services/registry/service/partnership_proposal_handlers.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "common/service/list.h"
#include "common/service/mutate.h"
#include "common/service/names.h"
#include "services/registry/domain/access.h"
#include "services/registry/domain/names.h"
#include "services/registry/domain/partnership.h"
#include "services/registry/domain/partnership_proposal.h"
#include "services/registry/domain/soft_delete.h"
#include "services/registry/service/redirects.h"
#include "services/registry/service/vocabulary_reader.h"

namespace weft::registry {

Task<absl::Status> PartnershipProposalHandlers::ProposePartnership(
    rpc::CallContext& context, const v1::ProposePartnershipRequest& request,
    v1::PartnershipProposal& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidatePropose(request, db_.clock.Now()));
  WEFT_CO_RETURN_IF_ERROR(
      CheckOwnOrganization(context.principal(), request.partnership_proposal().organization()));
  WEFT_CO_ASSIGN_OR_RETURN(
      const std::string id,
      service::IdForCreate(request.partnership_proposal_id(), "partnership_proposal_id"));
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::Status account = co_await CheckAccount(tables_, txn, context.principal());
    WEFT_CO_RETURN_IF_ERROR(std::move(account));
    response = NewProposal(request, id, context.principal().name, txn.now());
    absl::Status sides = co_await CheckBothSides(txn, response);
    WEFT_CO_RETURN_IF_ERROR(std::move(sides));
    VocabularyReader vocabularies(tables_, txn);
    absl::Status said = co_await vocabularies.Check(response, "partnership_proposal");
    WEFT_CO_RETURN_IF_ERROR(std::move(said));
    absl::StatusOr<std::optional<v1::Partnership>> tie =
        co_await tables_.partnerships.FindOpenTie(txn, OpenTieKey(response));
    WEFT_CO_RETURN_IF_ERROR(tie.status());
    WEFT_CO_RETURN_IF_ERROR(CheckNotRecorded(response, *tie));
    absl::Status inserted = co_await tables_.partnership_proposals.Insert(txn, response);
    co_return inserted;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> PartnershipProposalHandlers::GetPartnershipProposal(
    rpc::CallContext& context, const v1::GetPartnershipProposalRequest& request,
    v1::PartnershipProposal& response) {
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::Status account = co_await CheckAccount(tables_, *snapshot, context.principal());
  WEFT_CO_RETURN_IF_ERROR(std::move(account));
  absl::StatusOr<v1::PartnershipProposal> proposal =
      co_await tables_.partnership_proposals.Get(*snapshot, request.name());
  WEFT_CO_RETURN_IF_ERROR(proposal.status());
  WEFT_CO_RETURN_IF_ERROR(CheckOwnOrganization(context.principal(), proposal->organization()));
  response = *std::move(proposal);
  co_return absl::OkStatus();
}

Task<absl::Status> PartnershipProposalHandlers::ListPartnershipProposals(
    rpc::CallContext& context, const v1::ListPartnershipProposalsRequest& request,
    v1::ListPartnershipProposalsResponse& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateList(request));
  WEFT_CO_ASSIGN_OR_RETURN(storage::PageRequest page, service::ReadPage(request));
  std::string organization = request.organization();
  if (organization.empty()) organization = OnlyOrganizationOf(context.principal());
  WEFT_CO_RETURN_IF_ERROR(CheckOwnOrganization(context.principal(), organization));
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::Status account = co_await CheckAccount(tables_, *snapshot, context.principal());
  WEFT_CO_RETURN_IF_ERROR(std::move(account));
  if (request.parent() != kEverySite) {
    absl::StatusOr<v1::Site> site = co_await tables_.sites.Get(*snapshot, request.parent());
    WEFT_CO_RETURN_IF_ERROR(site.status());
  }
  PartnershipProposalStore::Filter keep = nullptr;
  if (request.state() != v1::PartnershipProposal::STATE_UNSPECIFIED) {
    keep = [state = request.state()](const v1::PartnershipProposal& proposal) {
      return proposal.state() == state;
    };
  }
  absl::StatusOr<storage::Page<v1::PartnershipProposal>> rows =
      co_await tables_.partnership_proposals.List(
          *snapshot, request.parent(), std::move(organization), std::move(page), std::move(keep));
  WEFT_CO_RETURN_IF_ERROR(rows.status());
  for (v1::PartnershipProposal& row : rows->rows) {
    *response.add_partnership_proposals() = std::move(row);
  }
  response.set_next_page_token(service::NextPageToken(request, rows->next_key));
  co_return absl::OkStatus();
}

Task<absl::Status> PartnershipProposalHandlers::AcceptPartnershipProposal(
    rpc::CallContext& context, const v1::AcceptPartnershipProposalRequest& request,
    v1::Partnership& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateAccept(request));
  WEFT_CO_ASSIGN_OR_RETURN(const std::string id,
                           service::IdForCreate(request.partnership_id(), "partnership_id"));
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::PartnershipProposal> proposal =
        co_await tables_.partnership_proposals.Get(txn, request.name());
    WEFT_CO_RETURN_IF_ERROR(proposal.status());
    WEFT_CO_RETURN_IF_ERROR(CheckOpen(*proposal));
    // The proposal keeps the name of who made it; the tie is of the one that stands for it by now.
    v1::PartnershipProposal standing = *proposal;
    absl::Status sides = co_await CheckBothSides(txn, standing);
    WEFT_CO_RETURN_IF_ERROR(std::move(sides));
    response = TieOf(standing, id);
    v1::OrganizationView view = ViewOf(*proposal, response);
    std::optional<v1::Assessment> rating = RatingOf(*proposal, response, txn.now());
    absl::Status recorded = co_await tables_.partnerships.Insert(txn, response);
    WEFT_CO_RETURN_IF_ERROR(std::move(recorded));
    absl::Status viewed = co_await tables_.organization_views.Insert(txn, view);
    WEFT_CO_RETURN_IF_ERROR(std::move(viewed));
    if (rating.has_value()) {
      absl::Status rated = co_await tables_.assessments.Insert(txn, *rating);
      WEFT_CO_RETURN_IF_ERROR(std::move(rated));
    }
    Decide(v1::PartnershipProposal::STATE_ACCEPTED, request.note(), context.principal().name,
           ToProto(txn.now()), *proposal);
    proposal->set_partnership(response.name());
    absl::Status updated =
        co_await tables_.partnership_proposals.Update(txn, *proposal, request.etag());
    co_return updated;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> PartnershipProposalHandlers::DeclinePartnershipProposal(
    rpc::CallContext& context, const v1::DeclinePartnershipProposalRequest& request,
    v1::PartnershipProposal& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateDecline(request));
  absl::Status status =
      co_await Close(context, request, v1::PartnershipProposal::STATE_DECLINED, response);
  co_return status;
}

Task<absl::Status> PartnershipProposalHandlers::WithdrawPartnershipProposal(
    rpc::CallContext& context, const v1::WithdrawPartnershipProposalRequest& request,
    v1::PartnershipProposal& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateWithdraw(request));
  absl::Status status =
      co_await Close(context, request, v1::PartnershipProposal::STATE_WITHDRAWN, response);
  co_return status;
}

Task<absl::Status> PartnershipProposalHandlers::CheckBothSides(storage::Reader& reader,
                                                               v1::PartnershipProposal& proposal) {
  absl::StatusOr<v1::Site> site = co_await tables_.sites.Get(reader, SiteOf(proposal.name()));
  WEFT_CO_RETURN_IF_ERROR(site.status());
  absl::StatusOr<v1::Organization> organization =
      co_await GetStanding(tables_, reader, proposal.organization());
  WEFT_CO_RETURN_IF_ERROR(organization.status());
  proposal.set_organization(organization->name());
  co_return CheckNotDeleted(*organization);
}

template <class Request>
Task<absl::Status> PartnershipProposalHandlers::Close(rpc::CallContext& context,
                                                      const Request& request,
                                                      v1::PartnershipProposal::State state,
                                                      v1::PartnershipProposal& response) {
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::Status account = co_await CheckAccount(tables_, txn, context.principal());
    WEFT_CO_RETURN_IF_ERROR(std::move(account));
    absl::StatusOr<v1::PartnershipProposal> proposal =
        co_await tables_.partnership_proposals.Get(txn, request.name());
    WEFT_CO_ASSIGN_OR_RETURN(response, std::move(proposal));
    WEFT_CO_RETURN_IF_ERROR(CheckOwnOrganization(context.principal(), response.organization()));
    WEFT_CO_RETURN_IF_ERROR(CheckOpen(response));
    Decide(state, request.note(), context.principal().name, ToProto(txn.now()), response);
    absl::Status updated =
        co_await tables_.partnership_proposals.Update(txn, response, request.etag());
    co_return updated;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

}  // namespace weft::registry
