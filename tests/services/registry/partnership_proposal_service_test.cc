// Ties that organizations propose, and what becomes of them.
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "tests/services/registry/service_fixture.h"

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
constexpr char kUser[] = "users/amara";
constexpr char kProposal[] = "sites/s1/partnershipProposals/q";

class PartnershipProposalServiceTest : public RegistryTest {
 protected:
  PartnershipProposalServiceTest() {
    AddSite("s1");
    AddSite("s2");
    AddOrganization("library");
    AddOrganization("museum");
  }

  template <class Response, class Request>
  absl::StatusOr<Response> CallAs(const std::string& principal, absl::string_view method,
                                  const Request& request) {
    rpc::CallOptions options;
    options.principal = principal;
    return Call<Response>(absl::StrCat("PartnershipService/", method), request, options);
  }
  static v1::ProposePartnershipRequest ProposeRequest(const std::string& site,
                                                      const std::string& id,
                                                      const std::string& type = "library") {
    v1::ProposePartnershipRequest request;
    request.set_parent("sites/" + site);
    request.set_partnership_proposal_id(id);
    *request.mutable_partnership_proposal() = ExampleProposal();
    request.mutable_partnership_proposal()->set_partner_type(type);
    return request;
  }
  absl::StatusOr<PartnershipProposal> Propose(const std::string& site, const std::string& id,
                                              const std::string& type = "library") {
    return CallAs<PartnershipProposal>(kOwn, "ProposePartnership", ProposeRequest(site, id, type));
  }
  absl::StatusOr<PartnershipProposal> GetProposal(const std::string& name = kProposal) {
    return CallNamed<PartnershipProposal, v1::GetPartnershipProposalRequest>(
        "PartnershipService/GetPartnershipProposal", name);
  }
  absl::StatusOr<Partnership> Accept(const std::string& name = kProposal,
                                     const std::string& id = "a") {
    v1::AcceptPartnershipProposalRequest request;
    request.set_name(name);
    request.set_partnership_id(id);
    return CallAs<Partnership>(kUser, "AcceptPartnershipProposal", request);
  }
  absl::StatusOr<PartnershipProposal> Decline(const std::string& name = kProposal) {
    v1::DeclinePartnershipProposalRequest request;
    request.set_name(name);
    request.set_note("not this year");
    return CallAs<PartnershipProposal>(kUser, "DeclinePartnershipProposal", request);
  }
  absl::StatusOr<PartnershipProposal> Withdraw(const std::string& name = kProposal) {
    v1::WithdrawPartnershipProposalRequest request;
    request.set_name(name);
    return CallAs<PartnershipProposal>(kOwn, "WithdrawPartnershipProposal", request);
  }
  std::vector<std::string> TiesOf(const std::string& site) {
    v1::ListPartnershipsRequest request;
    request.set_parent(site);
    const auto page =
        Done<v1::ListPartnershipsResponse>("PartnershipService/ListPartnerships", request);
    std::vector<std::string> names;
    for (const Partnership& tie : page.partnerships()) names.push_back(tie.name());
    return names;
  }
  // "s1/q" of each, over all pages.
  std::vector<std::string> List(const std::string& principal, const std::string& parent,
                                const std::string& organization = "",
                                PartnershipProposal::State state = {}) {
    v1::ListPartnershipProposalsRequest request;
    request.set_parent(parent);
    request.set_organization(organization);
    request.set_state(state);
    request.set_page_size(1);
    std::vector<std::string> ids;
    do {
      const auto page = CallAs<v1::ListPartnershipProposalsResponse>(
          principal, "ListPartnershipProposals", request);
      EXPECT_THAT(page, IsOk());
      if (!page.ok()) return {};
      for (const PartnershipProposal& row : page->partnership_proposals()) {
        const std::vector<std::string> parts = absl::StrSplit(row.name(), '/');
        ids.push_back(absl::StrCat(parts[1], "/", parts[3]));
      }
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return ids;
  }
};
WEFT_ON_EVERY_ENGINE(PartnershipProposalServiceTest);

TEST_P(PartnershipProposalServiceTest, AnOrganizationProposesAndTheSiteAccepts) {
  const auto proposal = Propose("s1", "q");
  ASSERT_THAT(proposal, IsOk());
  EXPECT_EQ(proposal->name(), kProposal);
  EXPECT_EQ(proposal->state(), PartnershipProposal::STATE_PROPOSED);
  EXPECT_EQ(proposal->proposed_by(), kOwn);
  EXPECT_THAT(*GetProposal(), EqualsProto(*proposal));
  EXPECT_THAT(TiesOf("sites/s1"), IsEmpty());
  clock_.Advance(absl::Hours(24 * 7));

  const auto tie = Accept();
  ASSERT_THAT(tie, IsOk());
  EXPECT_EQ(tie->name(), "sites/s1/partnerships/a");
  EXPECT_EQ(tie->confirmation(), Partnership::CONFIRMATION_CONFIRMED);
  EXPECT_EQ(tie->level(), type::v1::INTERACTION_LEVEL_UNSPECIFIED);
  EXPECT_EQ(tie->organization_level(), type::v1::INTERACTION_LEVEL_COORDINATION);
  EXPECT_THAT(tie->roles(), ElementsAre("mentoring"));
  EXPECT_THAT(*GetPartnership(tie->name()), EqualsProto(*tie));
  const auto closed = GetProposal();
  EXPECT_EQ(closed->state(), PartnershipProposal::STATE_ACCEPTED);
  EXPECT_EQ(closed->partnership(), tie->name());
  EXPECT_EQ(closed->decided_by(), kUser);
  EXPECT_THAT(closed->decision_time(), EqualsProto(tie->create_time()));

  const auto view = CallNamed<v1::OrganizationView, v1::GetOrganizationViewRequest>(
      "PartnershipService/GetOrganizationView", tie->name() + "/organizationView");
  ASSERT_THAT(view, IsOk());
  EXPECT_EQ(view->confirmation_note(), proposal->note());
  EXPECT_EQ(view->confirmed_by(), kOwn);
  EXPECT_THAT(view->confirmation_time(), EqualsProto(proposal->create_time()));
  v1::ListAssessmentsRequest ratings;
  ratings.set_parent(tie->name());
  const auto rated =
      Done<v1::ListAssessmentsResponse>("PartnershipService/ListAssessments", ratings);
  ASSERT_EQ(rated.assessments_size(), 1);
  EXPECT_EQ(rated.assessments(0).side(), Assessment::SIDE_ORGANIZATION);
  EXPECT_EQ(rated.assessments(0).principal(), kOwn);
  EXPECT_THAT(rated.assessments(0).effective_date(), EqualsProto(Day(2025, 1, 15)));
  EXPECT_THAT(rated.assessments(0).create_time(), EqualsProto(tie->create_time()));

  // All of it in one commit.
  const auto feed = Done<weft::type::v1::ListChangesResponse>("ChangeService/ListChanges",
                                                              weft::type::v1::ListChangesRequest());
  std::vector<std::string> types;
  for (const auto& change : feed.batches(feed.batches_size() - 1).changes()) {
    types.push_back(change.type());
  }
  EXPECT_THAT(
      types, ElementsAre("partnership", "organization_view", "assessment", "partnership_proposal"));

  // From here on it is a tie as any other: the site rates it.
  v1::AssessPartnershipRequest assess;
  assess.set_name(tie->name());
  assess.mutable_assessment()->set_level(type::v1::INTERACTION_LEVEL_NETWORKING);
  const auto second = CallAs<Assessment>(kUser, "AssessPartnership", assess);
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->name(), "sites/s1/partnerships/a/assessments/2");
  EXPECT_EQ(GetPartnership(tie->name())->level(), type::v1::INTERACTION_LEVEL_NETWORKING);
}

TEST_P(PartnershipProposalServiceTest, EveryWriteMayBeCheckedAndRepeated) {
  Write<PartnershipProposal>("PartnershipService/ProposePartnership", ProposeRequest("s1", "q"),
                             ProposeRequest("s1", "q", "cbo"));
  v1::AcceptPartnershipProposalRequest accept, other_accept;
  accept.set_name(kProposal);
  accept.set_note("welcome");
  other_accept = accept;
  other_accept.set_note("no");
  // The id that the server made up stays what it was.
  const auto tie =
      Write<Partnership>("PartnershipService/AcceptPartnershipProposal", accept, other_accept);
  EXPECT_THAT(TiesOf("sites/s1"), ElementsAre(tie.name()));
  EXPECT_EQ(GetProposal()->decision_note(), "welcome");

  ASSERT_THAT(Propose("s2", "q"), IsOk());
  v1::DeclinePartnershipProposalRequest decline, other_decline;
  decline.set_name("sites/s2/partnershipProposals/q");
  decline.set_note("not this year");
  other_decline = decline;
  other_decline.set_note("never");
  EXPECT_EQ(Write<PartnershipProposal>("PartnershipService/DeclinePartnershipProposal", decline,
                                       other_decline)
                .state(),
            PartnershipProposal::STATE_DECLINED);

  // Declined or withdrawn, it may be proposed once more.
  ASSERT_THAT(Propose("s2", "r"), IsOk());
  v1::WithdrawPartnershipProposalRequest withdraw, other_withdraw;
  withdraw.set_name("sites/s2/partnershipProposals/r");
  other_withdraw = withdraw;
  other_withdraw.set_note("by mistake");
  EXPECT_EQ(Write<PartnershipProposal>("PartnershipService/WithdrawPartnershipProposal", withdraw,
                                       other_withdraw)
                .state(),
            PartnershipProposal::STATE_WITHDRAWN);
  EXPECT_THAT(Propose("s2", "s"), IsOk());
  EXPECT_THAT(TiesOf("sites/s2"), IsEmpty());
}

TEST_P(PartnershipProposalServiceTest, NeedsBothSides) {
  EXPECT_THAT(Propose("s9", "q"), IsError(absl::StatusCode::kNotFound, "SITE_NOT_FOUND"));
  v1::ProposePartnershipRequest request = ProposeRequest("s1", "q");
  request.mutable_partnership_proposal()->set_organization("organizations/bank");
  EXPECT_THAT(CallAs<PartnershipProposal>(kUser, "ProposePartnership", request),
              IsError(absl::StatusCode::kNotFound, "ORGANIZATION_NOT_FOUND"));
  ASSERT_THAT(Propose("s1", "q"), IsOk());
  ASSERT_THAT((CallNamed<v1::Organization, v1::DeleteOrganizationRequest>(
                  "OrganizationService/DeleteOrganization", kOwn)),
              IsOk());
  const auto deleted = IsError(absl::StatusCode::kFailedPrecondition, "ORGANIZATION_DELETED");
  EXPECT_THAT(Propose("s2", "q"), deleted);
  EXPECT_THAT(Accept(), deleted);
  // The site can still be rid of it.
  EXPECT_THAT(Decline(), IsOk());
}

TEST_P(PartnershipProposalServiceTest, OneOpenProposalOfEachKind) {
  ASSERT_THAT(Propose("s1", "q"), IsOk());
  const absl::Status taken = Propose("s1", "r").status();
  EXPECT_THAT(taken, IsError(absl::StatusCode::kAlreadyExists, "PARTNERSHIP_PROPOSAL_OPEN_TAKEN"));
  EXPECT_THAT(taken.message(), HasSubstr(kProposal));
  EXPECT_THAT(Propose("s1", "q", "cbo"),
              IsError(absl::StatusCode::kAlreadyExists, "PARTNERSHIP_PROPOSAL_EXISTS"));
  EXPECT_THAT(Propose("s1", "r", "cbo"), IsOk());
  EXPECT_THAT(Propose("s2", "q"), IsOk());
  v1::ProposePartnershipRequest other = ProposeRequest("s1", "t");
  other.mutable_partnership_proposal()->set_organization("organizations/museum");
  EXPECT_THAT(CallAs<PartnershipProposal>("organizations/museum", "ProposePartnership", other),
              IsOk());
}

TEST_P(PartnershipProposalServiceTest, NotWhatTheSiteHasRecorded) {
  Done<Partnership>("PartnershipService/CreatePartnership", PartnershipRequest("s1", "a"));
  const absl::Status recorded = Propose("s1", "q").status();
  EXPECT_THAT(recorded, IsError(absl::StatusCode::kAlreadyExists, "PARTNERSHIP_OPEN_TIE_TAKEN"));
  EXPECT_THAT(recorded.message(), HasSubstr("\"sites/s1/partnerships/a\"; say what is so"));
  // An end makes room.
  v1::UpdatePartnershipRequest end;
  end.mutable_partnership()->set_name("sites/s1/partnerships/a");
  *end.mutable_partnership()->mutable_end_date() = Day(2025, 1, 31);
  Done<Partnership>("PartnershipService/UpdatePartnership", end);
  EXPECT_THAT(Propose("s1", "q"), IsOk());
  // And the site may record it by itself meanwhile: then that is the tie.
  Done<Partnership>("PartnershipService/CreatePartnership", PartnershipRequest("s1", "b"));
  const absl::Status meanwhile = Accept(kProposal, "c").status();
  EXPECT_THAT(meanwhile, IsError(absl::StatusCode::kAlreadyExists, "PARTNERSHIP_OPEN_TIE_TAKEN"));
  EXPECT_THAT(meanwhile.message(), HasSubstr("sites/s1/partnerships/b"));
  EXPECT_EQ(GetProposal()->state(), PartnershipProposal::STATE_PROPOSED);
  EXPECT_THAT(Accept(kProposal, "b"),
              IsError(absl::StatusCode::kAlreadyExists, "PARTNERSHIP_EXISTS"));
  EXPECT_THAT(Withdraw(), IsOk());
}

TEST_P(PartnershipProposalServiceTest, IsDecidedOnce) {
  const auto closed = IsError(absl::StatusCode::kFailedPrecondition, "PARTNERSHIP_PROPOSAL_CLOSED");
  ASSERT_THAT(Propose("s1", "q"), IsOk());
  v1::DeclinePartnershipProposalRequest decline;
  decline.set_name(kProposal);
  EXPECT_THAT(CallAs<PartnershipProposal>(kUser, "DeclinePartnershipProposal", decline).status(),
              Violates("note"));
  decline.set_note("no");
  decline.set_etag("\"0123456789abcdef\"");
  EXPECT_THAT(CallAs<PartnershipProposal>(kUser, "DeclinePartnershipProposal", decline),
              IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  v1::AcceptPartnershipProposalRequest accept;
  accept.set_name(kProposal);
  accept.set_etag(decline.etag());
  EXPECT_THAT(CallAs<Partnership>(kUser, "AcceptPartnershipProposal", accept),
              IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  EXPECT_THAT(TiesOf("sites/s1"), IsEmpty());
  const auto declined = Decline();
  ASSERT_THAT(declined, IsOk());
  EXPECT_EQ(declined->decision_note(), "not this year");
  EXPECT_THAT(Accept(), closed);
  EXPECT_THAT(Withdraw(), closed);
  EXPECT_THAT(Decline(), closed);
  EXPECT_THAT(*GetProposal(), EqualsProto(*declined));
  EXPECT_THAT(TiesOf("sites/s1"), IsEmpty());
  EXPECT_THAT(Accept("sites/s1/partnershipProposals/z"),
              IsError(absl::StatusCode::kNotFound, "PARTNERSHIP_PROPOSAL_NOT_FOUND"));
}

TEST_P(PartnershipProposalServiceTest, AnAccountCannotFloodASite) {
  const auto refused =
      IsError(absl::StatusCode::kFailedPrecondition, "PARTNERSHIP_PROPOSALS_TOO_MANY");
  for (int i = 0; i < 5; ++i) {
    ASSERT_THAT(Propose("s1", absl::StrCat("q", i), absl::StrCat("type", i)), IsOk());
  }
  EXPECT_THAT(Propose("s1", "q5", "type5"), refused);
  ASSERT_THAT(Withdraw("sites/s1/partnershipProposals/q2"), IsOk());
  EXPECT_THAT(Propose("s1", "q5", "type5"), IsOk());
  EXPECT_THAT(Propose("s1", "q6", "type6"), refused);
  // Nor all of them together.
  int open = 5;
  for (int site = 3; open < 50; ++site) {
    const std::string id = absl::StrCat("s", site);
    AddSite(id);
    for (int i = 0; i < 5; ++i, ++open) {
      ASSERT_THAT(Propose(id, absl::StrCat("q", i), absl::StrCat("type", i)), IsOk()) << id << i;
    }
  }
  EXPECT_THAT(Propose("s2", "q", "library"), refused);
  ASSERT_THAT(Decline("sites/s1/partnershipProposals/q1"), IsOk());
  EXPECT_THAT(Propose("s2", "q", "library"), IsOk());
}

TEST_P(PartnershipProposalServiceTest, NorByProposingAtTheSameTime) {
  for (int i = 0; i < 4; ++i) {
    ASSERT_THAT(Propose("s1", absl::StrCat("q", i), absl::StrCat("type", i)), IsOk());
  }
  for (int round = 0; round < 20; ++round) {
    const std::string x = absl::StrCat("x", round);
    const std::string y = absl::StrCat("y", round);
    absl::Status one;
    std::thread other([&] { one = Propose("s1", x, x).status(); });
    const absl::Status two = Propose("s1", y, y).status();
    other.join();
    ASSERT_NE(one.ok(), two.ok()) << one << two;
    ASSERT_EQ(List(kUser, "sites/s1", "", PartnershipProposal::STATE_PROPOSED).size(), 5u);
    ASSERT_THAT(Withdraw(absl::StrCat("sites/s1/partnershipProposals/", one.ok() ? x : y)), IsOk());
  }
}

TEST_P(PartnershipProposalServiceTest, ListsOfASiteAndOfAnOrganization) {
  ASSERT_THAT(Propose("s1", "q"), IsOk());
  ASSERT_THAT(Propose("s1", "r", "cbo"), IsOk());
  ASSERT_THAT(Propose("s2", "q"), IsOk());
  v1::ProposePartnershipRequest other = ProposeRequest("s1", "m");
  other.mutable_partnership_proposal()->set_organization("organizations/museum");
  ASSERT_THAT(CallAs<PartnershipProposal>("organizations/museum", "ProposePartnership", other),
              IsOk());
  ASSERT_THAT(Decline("sites/s1/partnershipProposals/r"), IsOk());
  EXPECT_THAT(List(kUser, "sites/-"), ElementsAre("s1/m", "s1/q", "s1/r", "s2/q"));
  EXPECT_THAT(List(kUser, "sites/s1"), ElementsAre("s1/m", "s1/q", "s1/r"));
  EXPECT_THAT(List(kUser, "sites/s1", kOwn), ElementsAre("s1/q", "s1/r"));
  EXPECT_THAT(List(kUser, "sites/-", kOwn), ElementsAre("s1/q", "s1/r", "s2/q"));
  EXPECT_THAT(List(kUser, "sites/-", "", PartnershipProposal::STATE_PROPOSED),
              ElementsAre("s1/m", "s1/q", "s2/q"));
  EXPECT_THAT(List(kUser, "sites/-", kOwn, PartnershipProposal::STATE_DECLINED),
              ElementsAre("s1/r"));
  // An account sees its own alone, whatever it asks for.
  EXPECT_THAT(List(kOwn, "sites/-"), ElementsAre("s1/q", "s1/r", "s2/q"));
  EXPECT_THAT(List(kOwn, "sites/s1"), ElementsAre("s1/q", "s1/r"));
  v1::ListPartnershipProposalsRequest bad;
  bad.set_parent("organizations/library");
  bad.set_organization("library");
  bad.set_state(static_cast<PartnershipProposal::State>(9));
  EXPECT_THAT(
      CallAs<v1::ListPartnershipProposalsResponse>(kUser, "ListPartnershipProposals", bad).status(),
      Violates("parent", "organization", "state"));
  bad = {};
  bad.set_parent("sites/s9");
  EXPECT_THAT(CallAs<v1::ListPartnershipProposalsResponse>(kUser, "ListPartnershipProposals", bad),
              IsError(absl::StatusCode::kNotFound, "SITE_NOT_FOUND"));
}

TEST_P(PartnershipProposalServiceTest, AreSaidInPublishedVocabularies) {
  AddVocabulary("roles-1", v1::Vocabulary::KIND_ROLE, 1, {"tutoring"});
  v1::ProposePartnershipRequest request = ProposeRequest("s1", "q");
  request.mutable_partnership_proposal()->add_vocabularies("vocabularies/roles-1");
  const auto propose = [&] {
    return CallAs<PartnershipProposal>(kOwn, "ProposePartnership", request);
  };
  EXPECT_THAT(propose(),
              IsError(absl::StatusCode::kFailedPrecondition, "VOCABULARY_NOT_PUBLISHED"));
  PublishVocabulary("roles-1");
  EXPECT_THAT(propose().status(), Violates("partnership_proposal.roles[0]"));
  request.mutable_partnership_proposal()->set_roles(0, "tutoring");
  ASSERT_THAT(propose(), IsOk());
  EXPECT_THAT(Accept()->vocabularies(), ElementsAre("vocabularies/roles-1"));
}

TEST_P(PartnershipProposalServiceTest, ASiteWithProposalsIsKept) {
  ASSERT_THAT(Propose("s2", "q"), IsOk());
  ASSERT_THAT(Withdraw("sites/s2/partnershipProposals/q"), IsOk());
  const auto remove = [&](const std::string& name) {
    return CallNamed<Empty, v1::DeleteSiteRequest>("SiteService/DeleteSite", name);
  };
  EXPECT_THAT(remove("sites/s2"),
              IsError(absl::StatusCode::kFailedPrecondition, "SITE_HAS_PARTNERSHIP_PROPOSALS"));
  EXPECT_THAT(remove("sites/s1"), IsOk());
}

TEST_P(PartnershipProposalServiceTest, ASiteAndAProposalAtTheSameTimeDoNotMissEachOther) {
  for (int round = 0; round < 20; ++round) {
    const std::string id = absl::StrCat("t", round);
    AddSite(id);
    absl::Status proposed;
    std::thread other([&] { proposed = Propose(id, "q", absl::StrCat("x", round)).status(); });
    const absl::Status deleted =
        CallNamed<Empty, v1::DeleteSiteRequest>("SiteService/DeleteSite", "sites/" + id).status();
    other.join();
    EXPECT_NE(proposed.ok(), deleted.ok()) << proposed << deleted;
    if (proposed.ok()) {
      ASSERT_THAT(Withdraw(absl::StrCat("sites/", id, "/partnershipProposals/q")), IsOk());
    }
  }
}

TEST_P(PartnershipProposalServiceTest, AcceptedAndWithdrawnAtTheSameTimeItIsOneOfThem) {
  for (int round = 0; round < 20; ++round) {
    const std::string id = absl::StrCat("q", round);
    const std::string name = absl::StrCat("sites/s1/partnershipProposals/", id);
    ASSERT_THAT(Propose("s1", id, absl::StrCat("type", round)), IsOk());
    absl::Status withdrawn;
    std::thread other([&] { withdrawn = Withdraw(name).status(); });
    const absl::Status accepted = Accept(name, id).status();
    other.join();
    ASSERT_NE(accepted.ok(), withdrawn.ok()) << accepted << withdrawn;
    EXPECT_THAT(accepted.ok() ? withdrawn : accepted,
                IsError(absl::StatusCode::kFailedPrecondition, "PARTNERSHIP_PROPOSAL_CLOSED"));
    EXPECT_EQ(GetProposal(name)->state(), accepted.ok() ? PartnershipProposal::STATE_ACCEPTED
                                                        : PartnershipProposal::STATE_WITHDRAWN);
    EXPECT_EQ(GetPartnership(absl::StrCat("sites/s1/partnerships/", id)).ok(), accepted.ok());
  }
}

TEST_P(PartnershipProposalServiceTest, AcceptedAndRecordedAtTheSameTimeThereIsOneTie) {
  for (int round = 0; round < 20; ++round) {
    const std::string id = absl::StrCat("q", round);
    const std::string type = absl::StrCat("type", round);
    const std::string name = absl::StrCat("sites/s1/partnershipProposals/", id);
    ASSERT_THAT(Propose("s1", id, type), IsOk());
    v1::CreatePartnershipRequest create = PartnershipRequest("s1", absl::StrCat("own", round));
    create.mutable_partnership()->set_partner_type(type);
    absl::Status recorded;
    std::thread other([&] {
      recorded = Call<Partnership>("PartnershipService/CreatePartnership", create).status();
    });
    const absl::Status accepted = Accept(name, absl::StrCat("new", round)).status();
    other.join();
    ASSERT_NE(accepted.ok(), recorded.ok()) << accepted << recorded;
    EXPECT_THAT(accepted.ok() ? recorded : accepted,
                IsError(absl::StatusCode::kAlreadyExists, "PARTNERSHIP_OPEN_TIE_TAKEN"));
    if (!accepted.ok()) {
      EXPECT_EQ(GetProposal(name)->state(), PartnershipProposal::STATE_PROPOSED);
      // None of what it would have become is there.
      EXPECT_THAT(GetPartnership(absl::StrCat("sites/s1/partnerships/new", round)),
                  IsError(absl::StatusCode::kNotFound, "PARTNERSHIP_NOT_FOUND"));
      ASSERT_THAT(Withdraw(name), IsOk());
    }
  }
}

TEST_P(PartnershipProposalServiceTest, WhatItBecameIsReadAsOfAnyTime) {
  ASSERT_THAT(Propose("s1", "q"), IsOk());
  const absl::Time proposed = clock_.Now();
  clock_.Advance(absl::Hours(1));
  const auto tie = Accept();
  ASSERT_THAT(tie, IsOk());
  v1::GetPartnershipRequest get;
  get.set_name(tie->name());
  *get.mutable_recorded_by() = ToProto(proposed);
  EXPECT_THAT(CallAs<Partnership>(kUser, "GetPartnership", get),
              IsError(absl::StatusCode::kNotFound, "PARTNERSHIP_NOT_RECORDED"));
  get.clear_recorded_by();
  *get.mutable_effective_on() = Day(2025, 1, 14);
  EXPECT_EQ(CallAs<Partnership>(kUser, "GetPartnership", get)->organization_level(),
            type::v1::INTERACTION_LEVEL_UNSPECIFIED);
  *get.mutable_effective_on() = Day(2025, 1, 15);
  EXPECT_EQ(CallAs<Partnership>(kUser, "GetPartnership", get)->organization_level(),
            type::v1::INTERACTION_LEVEL_COORDINATION);
}

TEST_P(PartnershipProposalServiceTest, OutlivesARestart) {
  const auto proposal = Propose("s1", "q");
  ASSERT_THAT(proposal, IsOk());
  if (GetParam() != "memory") Restart();
  EXPECT_THAT(*GetProposal(), EqualsProto(*proposal));
  EXPECT_THAT(Propose("s1", "r"),
              IsError(absl::StatusCode::kAlreadyExists, "PARTNERSHIP_PROPOSAL_OPEN_TAKEN"));
  EXPECT_THAT(Accept(), IsOk());
}

}  // namespace
}  // namespace weft::registry
