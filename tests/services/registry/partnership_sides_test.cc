// The two sides of a partnership: what each may write, and that neither can write the other's.
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/auth/policy.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "tests/services/registry/service_fixture.h"
#include "weft/type/v1/options.pb.h"

namespace weft::registry {
namespace {

using ::testing::ElementsAre;
using testing::EqualsProto;
using testing::IsError;
using testing::IsOk;
using testing::Violates;
using v1::Assessment;
using v1::Partnership;

constexpr char kTie[] = "sites/s1/partnerships/a";
constexpr char kOther[] = "sites/s1/partnerships/m";
constexpr char kOwn[] = "organizations/library";

class PartnershipSidesTest : public RegistryTest {
 protected:
  PartnershipSidesTest() {
    AddSite("s1");
    AddOrganization("library");
    AddOrganization("museum");
    Done<Partnership>("PartnershipService/CreatePartnership", PartnershipRequest("s1", "a"));
    v1::CreatePartnershipRequest other = PartnershipRequest("s1", "m");
    other.mutable_partnership()->set_organization("organizations/museum");
    Done<Partnership>("PartnershipService/CreatePartnership", other);
  }

  template <class Response, class Request>
  absl::StatusOr<Response> CallAs(const std::string& principal, absl::string_view method,
                                  const Request& request) {
    rpc::CallOptions options;
    options.principal = principal;
    return Call<Response>(method, request, options);
  }
  absl::StatusOr<v1::SiteView> GetSiteView(const std::string& tie = kTie) {
    return CallNamed<v1::SiteView, v1::GetSiteViewRequest>("PartnershipService/GetSiteView",
                                                           tie + "/siteView");
  }
  absl::StatusOr<v1::OrganizationView> GetOrganizationView(const std::string& tie = kTie) {
    return CallNamed<v1::OrganizationView, v1::GetOrganizationViewRequest>(
        "PartnershipService/GetOrganizationView", tie + "/organizationView");
  }
  static v1::UpdateSiteViewRequest SiteNote(const std::string& note) {
    v1::UpdateSiteViewRequest request;
    request.mutable_site_view()->set_name(absl::StrCat(kTie, "/siteView"));
    request.mutable_site_view()->set_note(note);
    return request;
  }
  static v1::UpdateOrganizationViewRequest OrganizationNote(const std::string& note,
                                                            const std::string& tie = kTie) {
    v1::UpdateOrganizationViewRequest request;
    request.mutable_organization_view()->set_name(tie + "/organizationView");
    request.mutable_organization_view()->set_note(note);
    return request;
  }
  template <class Request>
  static Request Rating(type::v1::InteractionLevel level, const std::string& tie = kTie) {
    Request request;
    request.set_name(tie);
    request.mutable_assessment()->set_level(level);
    return request;
  }
};
WEFT_ON_EVERY_ENGINE(PartnershipSidesTest);

TEST_P(PartnershipSidesTest, ViewsAreThereBeforeTheyAreWritten) {
  v1::SiteView empty;
  empty.set_name(absl::StrCat(kTie, "/siteView"));
  EXPECT_THAT(*GetSiteView(), EqualsProto(empty));
  EXPECT_EQ(GetOrganizationView()->confirmation(), Partnership::CONFIRMATION_UNCONFIRMED);
  EXPECT_THAT(GetSiteView("sites/s1/partnerships/z"),
              IsError(absl::StatusCode::kNotFound, "PARTNERSHIP_NOT_FOUND"));
  EXPECT_THAT(
      (CallNamed<v1::SiteView, v1::GetSiteViewRequest>("PartnershipService/GetSiteView", kTie)),
      IsError(absl::StatusCode::kInvalidArgument, "NAME_INVALID"));
}

TEST_P(PartnershipSidesTest, EachViewHasItsOwnEtag) {
  const auto site =
      Write<v1::SiteView>("PartnershipService/UpdateSiteView", SiteNote("good"), SiteNote("other"));
  EXPECT_EQ(site.note(), "good");
  EXPECT_NE(site.etag(), "");
  clock_.Advance(absl::Hours(48));
  const auto organization =
      Write<v1::OrganizationView>("PartnershipService/UpdateOrganizationView",
                                  OrganizationNote("fine"), OrganizationNote("other"));
  EXPECT_NE(organization.etag(), site.etag());
  EXPECT_THAT(*GetSiteView(), EqualsProto(site));

  v1::UpdateSiteViewRequest update = SiteNote("better");
  update.mutable_site_view()->set_etag(organization.etag());
  EXPECT_THAT(Call<v1::SiteView>("PartnershipService/UpdateSiteView", update),
              IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  update.mutable_site_view()->set_etag(site.etag());
  update.mutable_site_view()->add_roles("mentoring");
  const auto better = Call<v1::SiteView>("PartnershipService/UpdateSiteView", update);
  ASSERT_THAT(better, IsOk());
  EXPECT_EQ(better->uid(), site.uid());
  EXPECT_THAT(*GetOrganizationView(), EqualsProto(organization));
  update.mutable_site_view()->add_roles("mentoring");
  update.mutable_site_view()->clear_etag();
  EXPECT_THAT(Call<v1::SiteView>("PartnershipService/UpdateSiteView", update).status(),
              Violates("site_view.roles[1]"));
}

TEST_P(PartnershipSidesTest, AnUnwrittenViewHasNoEtagToMatch) {
  v1::UpdateSiteViewRequest update = SiteNote("first");
  update.mutable_site_view()->set_etag("\"0123456789abcdef\"");
  EXPECT_THAT(Call<v1::SiteView>("PartnershipService/UpdateSiteView", update),
              IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
}

TEST_P(PartnershipSidesTest, RatingsOfEachSideSetItsOwnLevel) {
  using type::v1::INTERACTION_LEVEL_COLLABORATION;
  using type::v1::INTERACTION_LEVEL_COOPERATION;
  v1::AssessPartnershipRequest site =
      Rating<v1::AssessPartnershipRequest>(INTERACTION_LEVEL_COOPERATION);
  site.mutable_assessment()->set_rater("program director");
  const auto first =
      Write<Assessment>("PartnershipService/AssessPartnership", site,
                        Rating<v1::AssessPartnershipRequest>(INTERACTION_LEVEL_COLLABORATION));
  EXPECT_EQ(first.name(), absl::StrCat(kTie, "/assessments/1"));
  EXPECT_EQ(first.side(), Assessment::SIDE_SITE);
  EXPECT_EQ(first.principal(), "users/anonymous");
  const auto second = CallAs<Assessment>(
      kOwn, "PartnershipService/AssessPartnershipAsOrganization",
      Rating<v1::AssessPartnershipAsOrganizationRequest>(INTERACTION_LEVEL_COLLABORATION));
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->side(), Assessment::SIDE_ORGANIZATION);
  EXPECT_EQ(second->principal(), kOwn);
  const auto tie = GetPartnership(kTie);
  EXPECT_EQ(tie->level(), INTERACTION_LEVEL_COOPERATION);
  EXPECT_EQ(tie->organization_level(), INTERACTION_LEVEL_COLLABORATION);
  EXPECT_EQ(tie->assessment_count(), 2);

  v1::ListAssessmentsRequest list;
  list.set_parent(kTie);
  list.set_page_size(1);
  auto page = Done<v1::ListAssessmentsResponse>("PartnershipService/ListAssessments", list);
  EXPECT_THAT(page.assessments(0), EqualsProto(first));
  list.set_page_token(page.next_page_token());
  page = Done<v1::ListAssessmentsResponse>("PartnershipService/ListAssessments", list);
  EXPECT_THAT(page.assessments(0), EqualsProto(*second));
  EXPECT_EQ(page.next_page_token(), "");

  site.mutable_assessment()->set_side(Assessment::SIDE_ORGANIZATION);
  EXPECT_THAT(Call<Assessment>("PartnershipService/AssessPartnership", site).status(),
              Violates("assessment.side"));
}

TEST_P(PartnershipSidesTest, TheOrganizationConfirmsAndDisputes) {
  v1::ConfirmPartnershipRequest confirm;
  confirm.set_name(kTie);
  confirm.set_note("since 2019");
  v1::ConfirmPartnershipRequest other = confirm;
  other.set_note("no");
  const auto confirmed =
      Write<Partnership>("PartnershipService/ConfirmPartnership", confirm, other);
  EXPECT_EQ(confirmed.confirmation(), Partnership::CONFIRMATION_CONFIRMED);
  v1::OrganizationView view = *GetOrganizationView();
  EXPECT_EQ(view.confirmation(), Partnership::CONFIRMATION_CONFIRMED);
  EXPECT_EQ(view.confirmation_note(), "since 2019");
  EXPECT_EQ(view.confirmed_by(), "users/anonymous");

  // A later word of the view does not touch what was confirmed.
  v1::UpdateOrganizationViewRequest note = OrganizationNote("all well");
  note.mutable_organization_view()->set_confirmation(Partnership::CONFIRMATION_DISPUTED);
  note.mutable_organization_view()->set_confirmed_by("users/x");
  note.mutable_update_mask()->add_paths("*");
  const auto noted = Call<v1::OrganizationView>("PartnershipService/UpdateOrganizationView", note);
  ASSERT_THAT(noted, IsOk());
  EXPECT_EQ(noted->confirmation(), Partnership::CONFIRMATION_CONFIRMED);
  EXPECT_EQ(noted->confirmed_by(), "users/anonymous");

  v1::DisputePartnershipRequest dispute;
  dispute.set_name(kTie);
  EXPECT_THAT(CallAs<Partnership>(kOwn, "PartnershipService/DisputePartnership", dispute).status(),
              Violates("note"));
  dispute.set_note("It ended.");
  dispute.set_etag("\"0123456789abcdef\"");
  EXPECT_THAT(CallAs<Partnership>(kOwn, "PartnershipService/DisputePartnership", dispute),
              IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  dispute.set_etag(confirmed.etag());
  const auto disputed = CallAs<Partnership>(kOwn, "PartnershipService/DisputePartnership", dispute);
  ASSERT_THAT(disputed, IsOk());
  EXPECT_EQ(disputed->confirmation(), Partnership::CONFIRMATION_DISPUTED);
  view = *GetOrganizationView();
  EXPECT_EQ(view.confirmed_by(), kOwn);
  EXPECT_EQ(view.note(), "all well");
}

TEST_P(PartnershipSidesTest, NothingIsSaidOfADeletedTie) {
  ASSERT_THAT((CallNamed<Partnership, v1::DeletePartnershipRequest>(
                  "PartnershipService/DeletePartnership", kTie)),
              IsOk());
  const auto refused = IsError(absl::StatusCode::kFailedPrecondition, "PARTNERSHIP_DELETED");
  EXPECT_THAT(Call<v1::SiteView>("PartnershipService/UpdateSiteView", SiteNote("x")), refused);
  EXPECT_THAT(Call<v1::OrganizationView>("PartnershipService/UpdateOrganizationView",
                                         OrganizationNote("x")),
              refused);
  EXPECT_THAT(Call<Assessment>(
                  "PartnershipService/AssessPartnership",
                  Rating<v1::AssessPartnershipRequest>(type::v1::INTERACTION_LEVEL_COOPERATION)),
              refused);
  v1::ConfirmPartnershipRequest confirm;
  confirm.set_name(kTie);
  EXPECT_THAT(Call<Partnership>("PartnershipService/ConfirmPartnership", confirm), refused);
}

TEST_P(PartnershipSidesTest, AgreementIsCountedOverWhatIsAskedFor) {
  using type::v1::INTERACTION_LEVEL_COLLABORATION;
  using type::v1::INTERACTION_LEVEL_COOPERATION;
  AddSite("s2");
  AddCohort("c1");
  AddMembership("c1", "s2");
  Done<Partnership>("PartnershipService/CreatePartnership", PartnershipRequest("s2", "a"));
  v1::CreatePartnershipRequest self = PartnershipRequest("s2", "self");
  self.mutable_partnership()->set_partner_type("cbo");
  self.mutable_partnership()->set_is_self(true);
  Done<Partnership>("PartnershipService/CreatePartnership", self);
  const auto rate = [&](const std::string& tie, type::v1::InteractionLevel site,
                        type::v1::InteractionLevel organization) {
    auto by_site = Rating<v1::AssessPartnershipRequest>(site, tie);
    *by_site.mutable_assessment()->mutable_effective_date() = Day(2025, 1, 1);
    Done<Assessment>("PartnershipService/AssessPartnership", by_site);
    auto by_organization = Rating<v1::AssessPartnershipAsOrganizationRequest>(organization, tie);
    *by_organization.mutable_assessment()->mutable_effective_date() = Day(2025, 2, 1);
    Done<Assessment>("PartnershipService/AssessPartnershipAsOrganization", by_organization);
  };
  rate(kTie, INTERACTION_LEVEL_COOPERATION, INTERACTION_LEVEL_COOPERATION);
  rate(kOther, INTERACTION_LEVEL_COLLABORATION, INTERACTION_LEVEL_COOPERATION);
  rate("sites/s2/partnerships/a", INTERACTION_LEVEL_COOPERATION, INTERACTION_LEVEL_COLLABORATION);
  rate("sites/s2/partnerships/self", INTERACTION_LEVEL_COOPERATION, INTERACTION_LEVEL_COOPERATION);
  v1::GetPartnershipAgreementRequest request;
  const auto agreement = [&](const std::string& principal = "users/amara") {
    return CallAs<v1::PartnershipAgreement>(principal, "PartnershipService/GetPartnershipAgreement",
                                            request);
  };
  request.set_parent("sites/-");
  EXPECT_EQ(agreement()->both_rated_count(), 3);
  EXPECT_DOUBLE_EQ(agreement()->exact().value(), 1.0 / 3);
  EXPECT_DOUBLE_EQ(agreement()->mean_gap().value(), 0);
  EXPECT_EQ(agreement(kOwn)->partnership_count(), 2);  // its own alone
  request.set_include_self(true);
  EXPECT_EQ(agreement()->both_rated_count(), 4);
  request.clear_include_self();
  *request.mutable_effective_on() = Day(2025, 1, 15);  // the organizations had not rated
  EXPECT_EQ(agreement()->site_only_count(), 3);
  *request.mutable_effective_on() = Day(2024, 8, 1);  // no tie had begun
  EXPECT_EQ(agreement()->partnership_count(), 0);
  request.clear_effective_on();
  request.set_cohort("cohorts/c1");
  EXPECT_DOUBLE_EQ(agreement()->mean_gap().value(), -2);
  *request.mutable_effective_on() = Day(2025, 7, 1);  // the cohort had ended
  EXPECT_EQ(agreement()->partnership_count(), 0);
  request.clear_effective_on();
  request.set_parent("sites/s1");
  EXPECT_THAT(agreement().status(), Violates("parent"));
  request.clear_cohort();
  EXPECT_EQ(agreement()->both_rated_count(), 2);
  request.set_organization("organizations/museum");
  EXPECT_DOUBLE_EQ(agreement()->mean_gap().value(), 2);
  EXPECT_THAT(agreement(kOwn),
              IsError(absl::StatusCode::kPermissionDenied, "NOT_OWN_ORGANIZATION"));
  request.set_parent("sites/s9");
  EXPECT_THAT(agreement(), IsError(absl::StatusCode::kNotFound, "SITE_NOT_FOUND"));
}

// Every method of the registry, called by the account of an organization: those that change
// anything are refused before their request is looked at, but for the six of its own side.
TEST_P(PartnershipSidesTest, AnOrganizationMayCallSixWritesOfAll) {
  std::set<std::string> let_in;
  for (const char* service :
       {"TaxonomyService", "CohortService", "SiteService", "OrganizationService",
        "PartnershipService", "VocabularyService", "ChangeService"}) {
    const auto* descriptor = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
        absl::StrCat("weft.registry.v1.", service));
    ASSERT_NE(descriptor, nullptr) << service;
    for (int i = 0; i < descriptor->method_count(); ++i) {
      const auto& method = *descriptor->method(i);
      if (method.server_streaming()) continue;
      auto* factory = google::protobuf::MessageFactory::generated_factory();
      const std::unique_ptr<google::protobuf::Message> request(
          factory->GetPrototype(method.input_type())->New());
      const std::unique_ptr<google::protobuf::Message> response(
          factory->GetPrototype(method.output_type())->New());
      rpc::CallOptions options;
      options.principal = kOwn;
      const absl::Status status =
          client().Call(absl::StrCat(method.service()->full_name(), "/", method.name()), *request,
                        *response, options);
      const bool reads =
          absl::StartsWith(method.name(), "Get") || absl::StartsWith(method.name(), "List") ||
          absl::StartsWith(method.name(), "BatchGet") ||
          absl::StartsWith(method.name(), "Lookup") || absl::StartsWith(method.name(), "Search");
      if (!reads && ReasonOf(status) != "PERMISSION_DENIED") let_in.insert(method.name());
    }
  }
  EXPECT_THAT(let_in, ElementsAre("AssessPartnershipAsOrganization", "ConfirmPartnership",
                                  "DisputePartnership", "ProposePartnership",
                                  "UpdateOrganizationView", "WithdrawPartnershipProposal"));
}

TEST_P(PartnershipSidesTest, WhatAnOrganizationWritesChangesNothingOfTheSites) {
  Done<v1::SiteView>("PartnershipService/UpdateSiteView", SiteNote("as the site sees it"));
  Done<Assessment>("PartnershipService/AssessPartnership",
                   Rating<v1::AssessPartnershipRequest>(type::v1::INTERACTION_LEVEL_COOPERATION));
  const Partnership before = *GetPartnership(kTie);
  const v1::SiteView site_view = *GetSiteView();
  clock_.Advance(absl::Hours(1));

  v1::ConfirmPartnershipRequest confirm;
  confirm.set_name(kTie);
  v1::DisputePartnershipRequest dispute;
  dispute.set_name(kTie);
  dispute.set_note("not so");
  v1::UpdateOrganizationViewRequest view = OrganizationNote("ours");
  view.mutable_update_mask()->add_paths("*");
  const auto unchanged = [&](const absl::Status& status, absl::string_view method) {
    ASSERT_THAT(status, IsOk()) << method;
    Partnership after = *GetPartnership(kTie);
    // What is the organization's.
    after.set_organization_level(before.organization_level());
    after.clear_organization_level_effective_date();
    after.set_confirmation(before.confirmation());
    after.set_assessment_count(before.assessment_count());
    *after.mutable_update_time() = before.update_time();
    after.set_etag(before.etag());
    EXPECT_THAT(after, EqualsProto(before)) << method;
    EXPECT_THAT(*GetSiteView(), EqualsProto(site_view)) << method;
  };
  const std::string service = "PartnershipService/";
  unchanged(CallAs<Partnership>(kOwn, service + "ConfirmPartnership", confirm).status(), "confirm");
  unchanged(CallAs<Partnership>(kOwn, service + "DisputePartnership", dispute).status(), "dispute");
  unchanged(CallAs<v1::OrganizationView>(kOwn, service + "UpdateOrganizationView", view).status(),
            "view");
  unchanged(CallAs<Assessment>(kOwn, service + "AssessPartnershipAsOrganization",
                               Rating<v1::AssessPartnershipAsOrganizationRequest>(
                                   type::v1::INTERACTION_LEVEL_COLLABORATION))
                .status(),
            "assess");
  v1::ProposePartnershipRequest propose;
  propose.set_parent("sites/s1");
  propose.set_partnership_proposal_id("q");
  *propose.mutable_partnership_proposal() = ExampleProposal();
  propose.mutable_partnership_proposal()->set_partner_type("cbo");
  unchanged(CallAs<v1::PartnershipProposal>(kOwn, service + "ProposePartnership", propose).status(),
            "propose");
  v1::WithdrawPartnershipProposalRequest withdraw;
  withdraw.set_name("sites/s1/partnershipProposals/q");
  unchanged(CallAs<v1::PartnershipProposal>(kOwn, service + "WithdrawPartnershipProposal", withdraw)
                .status(),
            "withdraw");
  // Nor is there a tie that the site has not made.
  v1::ListPartnershipsRequest list;
  list.set_parent("sites/s1");
  EXPECT_EQ(
      Done<v1::ListPartnershipsResponse>(service + "ListPartnerships", list).partnerships_size(),
      2);
}

TEST_P(PartnershipSidesTest, ATieThatAnOrganizationProposedHasNothingOfTheSites) {
  v1::ProposePartnershipRequest propose;
  propose.set_parent("sites/s1");
  propose.set_partnership_proposal_id("q");
  *propose.mutable_partnership_proposal() = ExampleProposal();
  propose.mutable_partnership_proposal()->set_partner_type("cbo");
  const std::string service = "PartnershipService/";
  ASSERT_THAT(CallAs<v1::PartnershipProposal>(kOwn, service + "ProposePartnership", propose),
              IsOk());
  v1::AcceptPartnershipProposalRequest accept;
  accept.set_name("sites/s1/partnershipProposals/q");
  accept.set_partnership_id("c");
  EXPECT_THAT(CallAs<Partnership>(kOwn, service + "AcceptPartnershipProposal", accept),
              IsError(absl::StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
  const auto tie =
      CallAs<Partnership>("users/amara", service + "AcceptPartnershipProposal", accept);
  ASSERT_THAT(tie, IsOk());
  EXPECT_EQ(tie->level(), type::v1::INTERACTION_LEVEL_UNSPECIFIED);
  EXPECT_FALSE(tie->has_level_effective_date());
  EXPECT_EQ(tie->organization_level(), type::v1::INTERACTION_LEVEL_COORDINATION);
  v1::SiteView empty;
  empty.set_name("sites/s1/partnerships/c/siteView");
  EXPECT_THAT(*GetSiteView("sites/s1/partnerships/c"), EqualsProto(empty));
}

TEST_P(PartnershipSidesTest, AnOrganizationHasNothingOfOthersTies) {
  const auto denied = IsError(absl::StatusCode::kPermissionDenied, "NOT_OWN_ORGANIZATION");
  const std::string service = "PartnershipService/";
  v1::ConfirmPartnershipRequest confirm;
  confirm.set_name(kOther);
  v1::DisputePartnershipRequest dispute;
  dispute.set_name(kOther);
  dispute.set_note("not so");
  v1::GetPartnershipRequest get;
  get.set_name(kOther);
  v1::GetSiteViewRequest site_view;
  site_view.set_name(absl::StrCat(kOther, "/siteView"));
  v1::GetOrganizationViewRequest view;
  view.set_name(absl::StrCat(kOther, "/organizationView"));
  v1::ListAssessmentsRequest assessments;
  assessments.set_parent(kOther);
  EXPECT_THAT(CallAs<Partnership>(kOwn, service + "ConfirmPartnership", confirm), denied);
  EXPECT_THAT(CallAs<Partnership>(kOwn, service + "DisputePartnership", dispute), denied);
  EXPECT_THAT(CallAs<v1::OrganizationView>(kOwn, service + "UpdateOrganizationView",
                                           OrganizationNote("x", kOther)),
              denied);
  EXPECT_THAT(CallAs<Assessment>(kOwn, service + "AssessPartnershipAsOrganization",
                                 Rating<v1::AssessPartnershipAsOrganizationRequest>(
                                     type::v1::INTERACTION_LEVEL_COLLABORATION, kOther)),
              denied);
  EXPECT_THAT(CallAs<Partnership>(kOwn, service + "GetPartnership", get), denied);
  EXPECT_THAT(CallAs<v1::SiteView>(kOwn, service + "GetSiteView", site_view), denied);
  EXPECT_THAT(CallAs<v1::OrganizationView>(kOwn, service + "GetOrganizationView", view), denied);
  EXPECT_THAT(CallAs<v1::ListAssessmentsResponse>(kOwn, service + "ListAssessments", assessments),
              denied);
  EXPECT_EQ(GetPartnership(kOther)->confirmation(), Partnership::CONFIRMATION_UNCONFIRMED);

  v1::ProposePartnershipRequest propose;
  propose.set_parent("sites/s1");
  propose.set_partnership_proposal_id("q");
  *propose.mutable_partnership_proposal() = ExampleProposal();
  propose.mutable_partnership_proposal()->set_organization("organizations/museum");
  propose.mutable_partnership_proposal()->set_partner_type("cbo");
  EXPECT_THAT(CallAs<v1::PartnershipProposal>(kOwn, service + "ProposePartnership", propose),
              denied);
  Done<v1::PartnershipProposal>(service + "ProposePartnership", propose);
  v1::GetPartnershipProposalRequest get_proposal;
  get_proposal.set_name("sites/s1/partnershipProposals/q");
  EXPECT_THAT(
      CallAs<v1::PartnershipProposal>(kOwn, service + "GetPartnershipProposal", get_proposal),
      denied);
  v1::WithdrawPartnershipProposalRequest withdraw;
  withdraw.set_name(get_proposal.name());
  EXPECT_THAT(
      CallAs<v1::PartnershipProposal>(kOwn, service + "WithdrawPartnershipProposal", withdraw),
      denied);
  v1::ListPartnershipProposalsRequest proposals;
  const auto proposed = [&](const std::string& parent, const std::string& organization = "") {
    proposals.set_parent(parent);
    proposals.set_organization(organization);
    return CallAs<v1::ListPartnershipProposalsResponse>(kOwn, service + "ListPartnershipProposals",
                                                        proposals);
  };
  EXPECT_EQ(proposed("sites/-")->partnership_proposals_size(), 0);
  EXPECT_EQ(proposed("sites/s1")->partnership_proposals_size(), 0);
  EXPECT_THAT(proposed("sites/-", "organizations/museum"), denied);

  v1::ListPartnershipsRequest list;
  list.set_parent("sites/-");
  const auto own = CallAs<v1::ListPartnershipsResponse>(kOwn, service + "ListPartnerships", list);
  ASSERT_THAT(own, IsOk());
  ASSERT_EQ(own->partnerships_size(), 1);
  EXPECT_EQ(own->partnerships(0).name(), kTie);
  // A filter widens nothing.
  list.set_filter("organization = museum");
  EXPECT_THAT(CallAs<v1::ListPartnershipsResponse>(kOwn, service + "ListPartnerships", list),
              denied);
  list.set_filter("organization = museum OR organization = library");
  EXPECT_EQ(CallAs<v1::ListPartnershipsResponse>(kOwn, service + "ListPartnerships", list)
                ->partnerships_size(),
            1);
  list.clear_filter();
  list.set_organization("organizations/museum");
  EXPECT_THAT(CallAs<v1::ListPartnershipsResponse>(kOwn, service + "ListPartnerships", list),
              denied);
}

// A merge gives the account of the duplicate nothing of the survivor's, and takes it what it had.
TEST_P(PartnershipSidesTest, TheAccountOfAMergedOrganizationHasNothing) {
  const std::string account = "organizations/museum";
  v1::ProposePartnershipRequest propose;
  propose.set_parent("sites/s1");
  propose.mutable_partnership_proposal()->set_organization(account);
  propose.mutable_partnership_proposal()->set_partner_type("cbo");
  const auto proposal =
      CallAs<v1::PartnershipProposal>(account, "PartnershipService/ProposePartnership", propose);
  ASSERT_THAT(proposal, IsOk());
  v1::MergeOrganizationsRequest merge;
  merge.set_survivor(kOwn);
  merge.add_duplicates(account);
  merge.set_tie_collision(v1::OrganizationMerge::TIE_COLLISION_END);
  const auto merged =
      Done<v1::MergeOrganizationsResponse>("OrganizationService/MergeOrganizations", merge);
  ASSERT_EQ(GetPartnership(kOther)->organization(), kOwn);

  // Every method that lets accounts of organizations in, about its former tie.
  std::set<std::string> refused;
  const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
      "weft.registry.v1.PartnershipService");
  ASSERT_NE(service, nullptr);
  const auto call = [&](const std::string& principal, const auto& request, auto response,
                        const std::string& method) {
    return CallAs<decltype(response)>(principal, "PartnershipService/" + method, request).status();
  };
  v1::ConfirmPartnershipRequest confirm;
  confirm.set_name(kOther);
  v1::DisputePartnershipRequest dispute;
  dispute.set_name(kOther);
  dispute.set_note("not so");
  v1::GetPartnershipRequest get;
  get.set_name(kOther);
  v1::GetSiteViewRequest site_view;
  site_view.set_name(absl::StrCat(kOther, "/siteView"));
  v1::GetOrganizationViewRequest view;
  view.set_name(absl::StrCat(kOther, "/organizationView"));
  v1::ListAssessmentsRequest assessments;
  assessments.set_parent(kOther);
  v1::ListPartnershipsRequest list;
  list.set_parent("sites/-");
  v1::GetPartnershipAgreementRequest agreement;
  agreement.set_parent("sites/-");
  v1::BatchGetPartnershipsRequest batch;
  batch.set_parent("sites/-");
  batch.add_names(kOther);
  const auto statuses = [&](const std::string& principal) {
    return std::map<std::string, absl::Status>{
        {"ConfirmPartnership", call(principal, confirm, Partnership(), "ConfirmPartnership")},
        {"DisputePartnership", call(principal, dispute, Partnership(), "DisputePartnership")},
        {"GetPartnership", call(principal, get, Partnership(), "GetPartnership")},
        {"BatchGetPartnerships",
         call(principal, batch, v1::BatchGetPartnershipsResponse(), "BatchGetPartnerships")},
        {"GetSiteView", call(principal, site_view, v1::SiteView(), "GetSiteView")},
        {"GetOrganizationView",
         call(principal, view, v1::OrganizationView(), "GetOrganizationView")},
        {"ListAssessments",
         call(principal, assessments, v1::ListAssessmentsResponse(), "ListAssessments")},
        {"ListPartnerships",
         call(principal, list, v1::ListPartnershipsResponse(), "ListPartnerships")},
        {"GetPartnershipAgreement",
         call(principal, agreement, v1::PartnershipAgreement(), "GetPartnershipAgreement")},
        {"UpdateOrganizationView", call(principal, OrganizationNote("x", kOther),
                                        v1::OrganizationView(), "UpdateOrganizationView")},
        {"AssessPartnershipAsOrganization",
         call(principal,
              Rating<v1::AssessPartnershipAsOrganizationRequest>(
                  type::v1::INTERACTION_LEVEL_COLLABORATION, kOther),
              Assessment(), "AssessPartnershipAsOrganization")}};
  };
  v1::GetPartnershipProposalRequest get_proposal;
  get_proposal.set_name(proposal->name());
  v1::ListPartnershipProposalsRequest proposals;
  proposals.set_parent("sites/-");
  v1::WithdrawPartnershipProposalRequest withdraw;
  withdraw.set_name(proposal->name());
  std::map<std::string, absl::Status> all = statuses(account);
  all["ProposePartnership"] =
      call(account, propose, v1::PartnershipProposal(), "ProposePartnership");
  all["GetPartnershipProposal"] =
      call(account, get_proposal, v1::PartnershipProposal(), "GetPartnershipProposal");
  all["ListPartnershipProposals"] =
      call(account, proposals, v1::ListPartnershipProposalsResponse(), "ListPartnershipProposals");
  all["WithdrawPartnershipProposal"] =
      call(account, withdraw, v1::PartnershipProposal(), "WithdrawPartnershipProposal");
  for (const auto& [method, status] : all) {
    EXPECT_THAT(status, IsError(absl::StatusCode::kPermissionDenied, "OWN_ORGANIZATION_MERGED"))
        << method;
    refused.insert(method);
  }
  for (int i = 0; i < service->method_count(); ++i) {
    const auto& method = *service->method(i);
    const std::string& permission = method.options().GetExtension(weft::type::v1::permission);
    if (auth::Policy::Loopback().Check({account}, permission).ok()) {
      EXPECT_EQ(refused.count(method.name()), 1) << method.name() << " is not tried";
    }
  }
  // What it proposed before becomes a tie of the one that stands for it.
  v1::AcceptPartnershipProposalRequest accept;
  accept.set_name(proposal->name());
  EXPECT_EQ(
      Done<Partnership>("PartnershipService/AcceptPartnershipProposal", accept).organization(),
      kOwn);
  // The other account has the tie, and what the first one had comes back with it.
  for (const auto& [method, status] : statuses(kOwn)) EXPECT_THAT(status, IsOk()) << method;
  ASSERT_THAT((CallNamed<v1::UnmergeOrganizationsResponse, v1::UnmergeOrganizationsRequest>(
                  "OrganizationService/UnmergeOrganizations", merged.merge().name())),
              IsOk());
  for (const auto& [method, status] : statuses(account)) EXPECT_THAT(status, IsOk()) << method;
  EXPECT_THAT(CallAs<Partnership>(kOwn, "PartnershipService/GetPartnership", get),
              IsError(absl::StatusCode::kPermissionDenied, "NOT_OWN_ORGANIZATION"));
}

}  // namespace
}  // namespace weft::registry
