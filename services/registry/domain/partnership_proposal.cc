#include "services/registry/domain/partnership_proposal.h"

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/validation/dates.h"
#include "services/registry/domain/codes.h"
#include "services/registry/domain/names.h"
#include "services/registry/domain/partnership.h"
#include "services/registry/domain/partnership_views.h"

namespace weft::registry {
namespace {

using v1::Assessment;
using v1::Partnership;
using v1::PartnershipProposal;

Assessment AssessmentOf(const PartnershipProposal::Rating& rating) {
  Assessment assessment;
  assessment.set_level(rating.level());
  if (rating.has_effective_date()) *assessment.mutable_effective_date() = rating.effective_date();
  assessment.set_rater(rating.rater());
  assessment.set_definition(rating.definition());
  assessment.set_note(rating.note());
  return assessment;
}

void CheckProposal(FieldViolations& violations, const PartnershipProposal& proposal,
                   absl::Time now) {
  const std::string field = "partnership_proposal";
  CheckName(violations, absl::StrCat(field, ".organization"), kOrganizations,
            proposal.organization());
  CheckCode(violations, absl::StrCat(field, ".partner_type"), proposal.partner_type());
  CheckRolesMechanisms(violations, proposal);
  CheckDecisionNote(violations, absl::StrCat(field, ".note"), proposal.note());
  Partnership days;
  if (proposal.has_start_date()) {
    CheckDate(violations, absl::StrCat(field, ".start_date"), proposal.start_date());
    if (IsDay(proposal.start_date())) *days.mutable_start_date() = proposal.start_date();
  }
  if (proposal.has_rating()) {
    CheckRating(violations, absl::StrCat(field, ".rating"), AssessmentOf(proposal.rating()), days,
                now);
  }
}

}  // namespace

absl::Status ValidatePropose(const v1::ProposePartnershipRequest& request, absl::Time now) {
  FieldViolations violations;
  CheckName(violations, "parent", kSites, request.parent());
  CheckNewId(violations, "partnership_proposal_id", request.partnership_proposal_id());
  if (request.has_partnership_proposal()) {
    CheckProposal(violations, request.partnership_proposal(), now);
  } else {
    violations.Add("partnership_proposal", "is required");
  }
  return violations.ToStatus();
}

absl::Status ValidateList(const v1::ListPartnershipProposalsRequest& request) {
  FieldViolations violations;
  if (request.parent() != kEverySite) CheckName(violations, "parent", kSites, request.parent());
  if (!request.organization().empty()) {
    CheckName(violations, "organization", kOrganizations, request.organization());
  }
  violations.Require(PartnershipProposal::State_IsValid(request.state()), "state",
                     "must be STATE_PROPOSED, STATE_ACCEPTED, STATE_DECLINED, STATE_WITHDRAWN or "
                     "unset");
  return violations.ToStatus();
}

absl::Status ValidateAccept(const v1::AcceptPartnershipProposalRequest& request) {
  FieldViolations violations;
  CheckNewId(violations, "partnership_id", request.partnership_id());
  CheckDecisionNote(violations, "note", request.note());
  return violations.ToStatus();
}

absl::Status ValidateDecline(const v1::DeclinePartnershipProposalRequest& request) {
  FieldViolations violations;
  violations.Require(!request.note().empty(), "note",
                     "is required: say why, for the organization to read");
  CheckDecisionNote(violations, "note", request.note());
  return violations.ToStatus();
}

absl::Status ValidateWithdraw(const v1::WithdrawPartnershipProposalRequest& request) {
  FieldViolations violations;
  CheckDecisionNote(violations, "note", request.note());
  return violations.ToStatus();
}

PartnershipProposal NewProposal(const v1::ProposePartnershipRequest& request, absl::string_view id,
                                absl::string_view principal, absl::Time now) {
  PartnershipProposal proposal = request.partnership_proposal();
  ClearStamps(proposal);
  proposal.set_name(absl::StrCat(request.parent(), "/partnershipProposals/", id));
  proposal.set_state(PartnershipProposal::STATE_PROPOSED);
  proposal.set_proposed_by(std::string(principal));
  proposal.clear_decision_time();
  proposal.clear_decided_by();
  proposal.clear_decision_note();
  proposal.clear_partnership();
  if (proposal.has_rating() && !proposal.rating().has_effective_date()) {
    *proposal.mutable_rating()->mutable_effective_date() = DayOf(now);
  }
  return proposal;
}

bool IsOpen(const PartnershipProposal& proposal) {
  return proposal.state() == PartnershipProposal::STATE_PROPOSED;
}

absl::Status CheckOpen(const PartnershipProposal& proposal) {
  if (IsOpen(proposal)) return absl::OkStatus();
  const std::string state = PartnershipProposal::State_Name(proposal.state());
  return Error(
      absl::StatusCode::kFailedPrecondition, "PARTNERSHIP_PROPOSAL_CLOSED",
      absl::StrCat("\"", proposal.name(), "\" is decided already: ", state, " by ",
                   proposal.decided_by(),
                   proposal.partnership().empty()
                       ? "; the organization may propose the tie once more"
                       : absl::StrCat("; the tie is \"", proposal.partnership(), "\"")),
      {{"name", proposal.name()}, {"state", state}, {"partnership", proposal.partnership()}});
}

void Decide(PartnershipProposal::State state, absl::string_view note, absl::string_view principal,
            const google::protobuf::Timestamp& now, PartnershipProposal& proposal) {
  proposal.set_state(state);
  *proposal.mutable_decision_time() = now;
  proposal.set_decided_by(std::string(principal));
  proposal.set_decision_note(std::string(note));
}

std::string OpenTieKey(const PartnershipProposal& proposal) {
  return OpenTieKey(SiteOf(proposal.name()), proposal.organization(), proposal.partner_type());
}

std::vector<std::string> OpenProposalKeys(const PartnershipProposal& proposal) {
  if (!IsOpen(proposal)) return {};
  return {OpenTieKey(proposal)};
}

std::vector<std::string> OpenProposalCounts(const PartnershipProposal& proposal) {
  if (!IsOpen(proposal)) return {};
  return {CountOfOrganization(proposal), CountWithSite(proposal)};
}

std::string CountOfOrganization(const PartnershipProposal& proposal) {
  return proposal.organization();
}

std::string CountWithSite(const PartnershipProposal& proposal) {
  return absl::StrCat(proposal.organization(), " ", SiteOf(proposal.name()));
}

absl::Status CheckRoom(const PartnershipProposal& proposal, int open, int open_with_site) {
  const bool with_site = open_with_site >= kMaxOpenProposalsWithSite;
  if (!with_site && open < kMaxOpenProposals) return absl::OkStatus();
  const int most = with_site ? kMaxOpenProposalsWithSite : kMaxOpenProposals;
  return Error(absl::StatusCode::kFailedPrecondition, "PARTNERSHIP_PROPOSALS_TOO_MANY",
               absl::StrCat("\"", proposal.organization(), "\" has ", most, " open proposals",
                            with_site ? " with this site" : "",
                            ", the most there may be; wait for answers, or withdraw some with "
                            "WithdrawPartnershipProposal"),
               {{"organization", proposal.organization()}, {"limit", absl::StrCat(most)}});
}

absl::Status ProposalOpenTaken(const PartnershipProposal& proposal, absl::string_view existing) {
  return Error(absl::StatusCode::kAlreadyExists, "PARTNERSHIP_PROPOSAL_OPEN_TAKEN",
               absl::StrCat("\"", existing, "\" proposes a tie of that site with \"",
                            proposal.organization(), "\" as ", proposal.partner_type(),
                            " already; wait for its answer, or withdraw it first"),
               {{"name", proposal.name()}, {"existing", std::string(existing)}});
}

absl::Status CheckNotRecorded(const PartnershipProposal& proposal,
                              const std::optional<Partnership>& tie) {
  if (!tie.has_value()) return absl::OkStatus();
  return Error(absl::StatusCode::kAlreadyExists, "PARTNERSHIP_OPEN_TIE_TAKEN",
               absl::StrCat("the site has recorded a tie with \"", proposal.organization(),
                            "\" as ", proposal.partner_type(), " already, \"", tie->name(),
                            "\"; say what is so of that one with ConfirmPartnership or "
                            "DisputePartnership"),
               {{"name", proposal.name()}, {"existing", tie->name()}});
}

absl::Status CheckNoProposals(const v1::Site& site, const std::vector<PartnershipProposal>& some) {
  if (some.empty()) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "SITE_HAS_PARTNERSHIP_PROPOSALS",
               absl::StrCat("\"", site.name(), "\" has proposals of partnerships, e.g. \"",
                            some.front().name(),
                            "\", which would go with it; end the site's memberships and keep it "
                            "instead"),
               {{"name", site.name()}, {"partnership_proposal", some.front().name()}});
}

Partnership TieOf(const PartnershipProposal& proposal, absl::string_view id) {
  Partnership partnership;
  partnership.set_name(PartnershipName(SiteOf(proposal.name()), id));
  partnership.set_organization(proposal.organization());
  partnership.set_partner_type(proposal.partner_type());
  *partnership.mutable_roles() = proposal.roles();
  *partnership.mutable_mechanisms() = proposal.mechanisms();
  *partnership.mutable_vocabularies() = proposal.vocabularies();
  if (proposal.has_start_date()) *partnership.mutable_start_date() = proposal.start_date();
  partnership.set_confirmation(Partnership::CONFIRMATION_UNCONFIRMED);
  return partnership;
}

v1::OrganizationView ViewOf(const PartnershipProposal& proposal, Partnership& partnership) {
  v1::OrganizationView view;
  MakeEmpty(partnership.name(), view);
  *view.mutable_roles() = proposal.roles();
  *view.mutable_mechanisms() = proposal.mechanisms();
  *view.mutable_vocabularies() = proposal.vocabularies();
  SetConfirmation(Partnership::CONFIRMATION_CONFIRMED, proposal.note(), proposal.proposed_by(),
                  proposal.create_time(), view, partnership);
  return view;
}

std::optional<Assessment> RatingOf(const PartnershipProposal& proposal, Partnership& partnership,
                                   absl::Time now) {
  if (!proposal.has_rating()) return std::nullopt;
  Assessment assessment =
      NewAssessment(AssessmentOf(proposal.rating()), Assessment::SIDE_ORGANIZATION, partnership,
                    proposal.proposed_by(), now);
  ApplyAssessment(assessment, partnership);
  return assessment;
}

}  // namespace weft::registry
