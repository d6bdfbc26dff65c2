#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registry/domain/partnership_proposal.h"
#include "tests/services/registry/examples.h"
#include "tests/testing/errors.h"
#include "tests/testing/proto_matchers.h"

namespace weft::registry {
namespace {

using ::testing::ElementsAre;
using testing::EqualsProto;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using testing::Violates;
using v1::Assessment;
using v1::Partnership;
using v1::PartnershipProposal;

constexpr char kOwn[] = "organizations/library";

absl::Time Now() { return absl::FromCivil(absl::CivilDay(2025, 3, 1), absl::UTCTimeZone()); }

v1::ProposePartnershipRequest RequestOf(const PartnershipProposal& proposal) {
  v1::ProposePartnershipRequest request;
  request.set_parent("sites/s1");
  *request.mutable_partnership_proposal() = proposal;
  return request;
}

PartnershipProposal Proposed(const PartnershipProposal& proposal = ExampleProposal()) {
  PartnershipProposal made = NewProposal(RequestOf(proposal), "q", kOwn, Now());
  *made.mutable_create_time() = ToProto(Now());
  return made;
}

TEST(Proposal, ExampleIsValid) {
  EXPECT_THAT(ValidatePropose(RequestOf(ExampleProposal()), Now()), IsOk());
}

TEST(Proposal, SaysEverythingAtOnce) {
  EXPECT_THAT(ValidatePropose(v1::ProposePartnershipRequest(), Now()),
              Violates("parent", "partnership_proposal"));
  PartnershipProposal proposal;
  proposal.set_organization("library");
  proposal.set_partner_type("A library");
  proposal.add_roles("Mentoring");
  proposal.add_mechanisms("a");
  proposal.add_mechanisms("a");
  proposal.add_vocabularies("roles");
  proposal.mutable_start_date()->set_month(2);
  proposal.set_note(std::string(2001, 'a'));
  proposal.mutable_rating()->set_rater(std::string(201, 'a'));
  proposal.mutable_rating()->set_definition(std::string(2001, 'a'));
  proposal.mutable_rating()->set_note(std::string(2001, 'a'));
  v1::ProposePartnershipRequest request = RequestOf(proposal);
  request.set_partnership_proposal_id("-");
  EXPECT_THAT(
      ValidatePropose(request, Now()),
      Violates("partnership_proposal_id", "partnership_proposal.organization",
               "partnership_proposal.partner_type", "partnership_proposal.roles[0]",
               "partnership_proposal.mechanisms[1]", "partnership_proposal.vocabularies[0]",
               "partnership_proposal.start_date", "partnership_proposal.note",
               "partnership_proposal.rating.level", "partnership_proposal.rating.rater",
               "partnership_proposal.rating.definition", "partnership_proposal.rating.note"));
}

TEST(Proposal, ARatingIsOfADayOfTheTieThatHasCome) {
  PartnershipProposal proposal = ExampleProposal();
  *proposal.mutable_rating()->mutable_effective_date() = Day(2024, 8, 31);
  EXPECT_THAT(ValidatePropose(RequestOf(proposal), Now()),
              Violates("partnership_proposal.rating.effective_date"));
  *proposal.mutable_rating()->mutable_effective_date() = Day(2025, 3, 3);
  EXPECT_THAT(ValidatePropose(RequestOf(proposal), Now()),
              Violates("partnership_proposal.rating.effective_date"));
  proposal.mutable_rating()->clear_effective_date();
  EXPECT_THAT(ValidatePropose(RequestOf(proposal), Now()), IsOk());
  EXPECT_THAT(Proposed(proposal).rating().effective_date(), EqualsProto(Day(2025, 3, 1)));
}

TEST(Proposal, NewOnesAreOpenWhateverIsAsked) {
  PartnershipProposal asked = ExampleProposal();
  asked.set_name("sites/s2/partnershipProposals/x");
  asked.set_uid("mine");
  asked.set_state(PartnershipProposal::STATE_ACCEPTED);
  asked.set_proposed_by("users/x");
  *asked.mutable_decision_time() = ToProto(Now());
  asked.set_decided_by("users/x");
  asked.set_decision_note("yes");
  asked.set_partnership("sites/s1/partnerships/a");
  PartnershipProposal expected = ExampleProposal();
  expected.set_name("sites/s1/partnershipProposals/q");
  expected.set_state(PartnershipProposal::STATE_PROPOSED);
  expected.set_proposed_by(kOwn);
  EXPECT_THAT(NewProposal(RequestOf(asked), "q", kOwn, Now()), EqualsProto(expected));
}

TEST(Proposal, IsDecidedOnce) {
  PartnershipProposal proposal = Proposed();
  EXPECT_THAT(CheckOpen(proposal), IsOk());
  EXPECT_THAT(OpenProposalKeys(proposal), ElementsAre("sites/s1 organizations/library library"));
  EXPECT_THAT(OpenProposalCounts(proposal),
              ElementsAre("organizations/library", "organizations/library sites/s1"));
  Decide(PartnershipProposal::STATE_DECLINED, "not this year", "users/amara", ToProto(Now()),
         proposal);
  const absl::Status closed = CheckOpen(proposal);
  EXPECT_THAT(closed,
              IsError(absl::StatusCode::kFailedPrecondition, "PARTNERSHIP_PROPOSAL_CLOSED"));
  EXPECT_THAT(closed.message(), HasSubstr("STATE_DECLINED by users/amara; the organization may"));
  PartnershipProposal accepted = Proposed();
  Decide(PartnershipProposal::STATE_ACCEPTED, "", "users/amara", ToProto(Now()), accepted);
  accepted.set_partnership("sites/s1/partnerships/a");
  EXPECT_THAT(CheckOpen(accepted).message(), HasSubstr("the tie is \"sites/s1/partnerships/a\""));
  EXPECT_EQ(proposal.decision_note(), "not this year");
  EXPECT_THAT(OpenProposalKeys(proposal), IsEmpty());
  EXPECT_THAT(OpenProposalCounts(proposal), IsEmpty());
}

TEST(Proposal, SoManyMayBeOpen) {
  const PartnershipProposal proposal = Proposed();
  EXPECT_THAT(CheckRoom(proposal, 49, 4), IsOk());
  const auto refused =
      IsError(absl::StatusCode::kFailedPrecondition, "PARTNERSHIP_PROPOSALS_TOO_MANY");
  EXPECT_THAT(CheckRoom(proposal, 50, 0), refused);
  const absl::Status with_site = CheckRoom(proposal, 5, 5);
  EXPECT_THAT(with_site, refused);
  EXPECT_THAT(with_site.message(), HasSubstr("5 open proposals with this site"));
}

TEST(Proposal, AWordIsAskedForWhereItIsDeclined) {
  v1::DeclinePartnershipProposalRequest decline;
  EXPECT_THAT(ValidateDecline(decline), Violates("note"));
  decline.set_note(std::string(2001, 'a'));
  EXPECT_THAT(ValidateDecline(decline), Violates("note"));
  v1::WithdrawPartnershipProposalRequest withdraw;
  EXPECT_THAT(ValidateWithdraw(withdraw), IsOk());
  withdraw.set_note(decline.note());
  EXPECT_THAT(ValidateWithdraw(withdraw), Violates("note"));
  v1::AcceptPartnershipProposalRequest accept;
  EXPECT_THAT(ValidateAccept(accept), IsOk());
  accept.set_note(decline.note());
  accept.set_partnership_id("-");
  EXPECT_THAT(ValidateAccept(accept), Violates("note", "partnership_id"));
}

TEST(Proposal, BecomesATieThatIsConfirmedAndRatedByTheOrganization) {
  const PartnershipProposal proposal = Proposed();
  Partnership tie = TieOf(proposal, "a");
  Partnership expected;
  expected.set_name("sites/s1/partnerships/a");
  expected.set_organization(kOwn);
  expected.set_partner_type("library");
  expected.add_roles("mentoring");
  expected.add_mechanisms("shared_staff");
  *expected.mutable_start_date() = Day(2024, 9, 1);
  expected.set_confirmation(Partnership::CONFIRMATION_UNCONFIRMED);
  EXPECT_THAT(tie, EqualsProto(expected));

  const v1::OrganizationView view = ViewOf(proposal, tie);
  EXPECT_EQ(view.name(), "sites/s1/partnerships/a/organizationView");
  EXPECT_THAT(view.roles(), ElementsAre("mentoring"));
  EXPECT_EQ(view.confirmation_note(), proposal.note());
  EXPECT_EQ(view.confirmed_by(), kOwn);
  EXPECT_THAT(view.confirmation_time(), EqualsProto(proposal.create_time()));
  expected.set_confirmation(Partnership::CONFIRMATION_CONFIRMED);
  EXPECT_THAT(tie, EqualsProto(expected));

  // Accepted a week later: the rating is still of its day, and its rater's.
  const std::optional<Assessment> rating = RatingOf(proposal, tie, Now() + absl::Hours(168));
  ASSERT_TRUE(rating.has_value());
  EXPECT_EQ(rating->name(), "sites/s1/partnerships/a/assessments/1");
  EXPECT_EQ(rating->side(), Assessment::SIDE_ORGANIZATION);
  EXPECT_EQ(rating->principal(), kOwn);
  EXPECT_EQ(rating->rater(), "branch manager");
  expected.set_organization_level(weft::type::v1::INTERACTION_LEVEL_COORDINATION);
  *expected.mutable_organization_level_effective_date() = Day(2025, 1, 15);
  expected.set_assessment_count(1);
  EXPECT_THAT(tie, EqualsProto(expected));
}

TEST(Proposal, WithoutARatingThereIsNone) {
  PartnershipProposal proposal = ExampleProposal();
  proposal.clear_rating();
  Partnership tie = TieOf(Proposed(proposal), "a");
  EXPECT_FALSE(RatingOf(Proposed(proposal), tie, Now()).has_value());
  EXPECT_EQ(tie.assessment_count(), 0);
}

}  // namespace
}  // namespace weft::registry
