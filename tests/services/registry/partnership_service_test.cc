// Partnerships: one open tie of each kind, lists in both directions, soft delete.
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
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

class PartnershipServiceTest : public RegistryTest {
 protected:
  PartnershipServiceTest() {
    AddSite("s1");
    AddSite("s2");
    AddOrganization("library");
    AddOrganization("museum");
  }
  absl::StatusOr<v1::Partnership> Create(const v1::CreatePartnershipRequest& request) {
    return Call<v1::Partnership>("PartnershipService/CreatePartnership", request);
  }
  absl::StatusOr<v1::Partnership> CreateTie(const std::string& site, const std::string& id,
                                            const std::string& organization = "library",
                                            const std::string& type = "library") {
    v1::CreatePartnershipRequest request = PartnershipRequest(site, id);
    request.mutable_partnership()->set_organization("organizations/" + organization);
    request.mutable_partnership()->set_partner_type(type);
    return Create(request);
  }
  absl::StatusOr<v1::Partnership> Update(const v1::UpdatePartnershipRequest& request) {
    return Call<v1::Partnership>("PartnershipService/UpdatePartnership", request);
  }
  absl::StatusOr<v1::Partnership> End(const std::string& name, const google::type::Date* day) {
    v1::UpdatePartnershipRequest request;
    request.mutable_partnership()->set_name(name);
    if (day != nullptr) *request.mutable_partnership()->mutable_end_date() = *day;
    request.mutable_update_mask()->add_paths("end_date");
    return Update(request);
  }
  absl::StatusOr<v1::Partnership> Delete(const std::string& name) {
    return CallNamed<v1::Partnership, v1::DeletePartnershipRequest>(
        "PartnershipService/DeletePartnership", name);
  }
  absl::StatusOr<v1::Partnership> Undelete(const std::string& name) {
    return CallNamed<v1::Partnership, v1::UndeletePartnershipRequest>(
        "PartnershipService/UndeletePartnership", name);
  }
  absl::StatusOr<Empty> DeleteSite(const std::string& name) {
    return CallNamed<Empty, v1::DeleteSiteRequest>("SiteService/DeleteSite", name);
  }
  // "s1/p1" of each, over all pages.
  std::vector<std::string> List(v1::ListPartnershipsRequest request) {
    std::vector<std::string> ids;
    do {
      const auto page =
          Done<v1::ListPartnershipsResponse>("PartnershipService/ListPartnerships", request);
      for (const v1::Partnership& row : page.partnerships()) {
        const std::vector<std::string> parts = absl::StrSplit(row.name(), '/');
        ids.push_back(absl::StrCat(parts[1], "/", parts[3]));
      }
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return ids;
  }
  static v1::ListPartnershipsRequest Under(const std::string& parent,
                                           const std::string& organization = "",
                                           const std::string& filter = "") {
    v1::ListPartnershipsRequest request;
    request.set_parent(parent);
    request.set_organization(organization.empty() ? "" : "organizations/" + organization);
    request.set_filter(filter);
    request.set_page_size(1);
    return request;
  }
};
WEFT_ON_EVERY_ENGINE(PartnershipServiceTest);

TEST_P(PartnershipServiceTest, CreateStampsAndGetReads) {
  v1::CreatePartnershipRequest other = PartnershipRequest("s1", "b");
  other.mutable_partnership()->set_partner_type("cbo");
  const v1::Partnership made = Write<v1::Partnership>("PartnershipService/CreatePartnership",
                                                      PartnershipRequest("s1", "a"), other);
  EXPECT_EQ(made.name(), "sites/s1/partnerships/a");
  EXPECT_NE(made.uid(), "");
  EXPECT_EQ(made.confirmation(), v1::Partnership::CONFIRMATION_UNCONFIRMED);
  EXPECT_THAT(*GetPartnership("sites/s1/partnerships/a"), EqualsProto(made));
  EXPECT_THAT(GetPartnership("sites/s1/partnerships/z"),
              IsError(absl::StatusCode::kNotFound, "PARTNERSHIP_NOT_FOUND"));
}

TEST_P(PartnershipServiceTest, CreateNeedsBothSides) {
  EXPECT_THAT(CreateTie("s9", "a"), IsError(absl::StatusCode::kNotFound, "SITE_NOT_FOUND"));
  EXPECT_THAT(CreateTie("s1", "a", "bank"),
              IsError(absl::StatusCode::kNotFound, "ORGANIZATION_NOT_FOUND"));
  ASSERT_THAT((CallNamed<v1::Organization, v1::DeleteOrganizationRequest>(
                  "OrganizationService/DeleteOrganization", "organizations/library")),
              IsOk());
  EXPECT_THAT(CreateTie("s1", "a"),
              IsError(absl::StatusCode::kFailedPrecondition, "ORGANIZATION_DELETED"));
}

TEST_P(PartnershipServiceTest, OneOpenTieOfEachKind) {
  ASSERT_THAT(CreateTie("s1", "a"), IsOk());
  const absl::Status taken = CreateTie("s1", "b").status();
  EXPECT_THAT(taken, IsError(absl::StatusCode::kAlreadyExists, "PARTNERSHIP_OPEN_TIE_TAKEN"));
  EXPECT_THAT(taken.message(), HasSubstr("\"sites/s1/partnerships/a\" is an open tie"));
  EXPECT_THAT(CreateTie("s1", "c", "library", "cbo"), IsOk());
  EXPECT_THAT(CreateTie("s1", "d", "museum"), IsOk());
  EXPECT_THAT(CreateTie("s2", "a"), IsOk());

  // One that has ended makes room, and cannot be opened while another one is.
  const google::type::Date day = Day(2025, 1, 31);
  ASSERT_THAT(End("sites/s1/partnerships/a", &day), IsOk());
  ASSERT_THAT(CreateTie("s1", "b"), IsOk());
  EXPECT_THAT(End("sites/s1/partnerships/a", nullptr),
              IsError(absl::StatusCode::kAlreadyExists, "PARTNERSHIP_OPEN_TIE_TAKEN"));
  ASSERT_THAT(Delete("sites/s1/partnerships/b"), IsOk());
  EXPECT_THAT(End("sites/s1/partnerships/a", nullptr), IsOk());
  EXPECT_THAT(Undelete("sites/s1/partnerships/b"),
              IsError(absl::StatusCode::kAlreadyExists, "PARTNERSHIP_OPEN_TIE_TAKEN"));
}

TEST_P(PartnershipServiceTest, ABatchIsRecordedWholeOrNotAtAll) {
  v1::BatchCreatePartnershipsRequest batch;
  batch.set_parent("sites/-");
  for (const char* site : {"s1", "s2"}) {
    *batch.add_requests() = PartnershipRequest(site, "p1");
    batch.mutable_requests()->rbegin()->mutable_partnership()->set_organization(
        "organizations/library");
  }
  // The second of a kind with the same organization, which only the store knows of.
  *batch.add_requests() = batch.requests(0);
  batch.mutable_requests(2)->set_partnership_id("p2");
  const auto create = [&] {
    return Call<v1::BatchCreatePartnershipsResponse>("PartnershipService/BatchCreatePartnerships",
                                                     batch);
  };
  EXPECT_THAT(create(), IsError(absl::StatusCode::kAlreadyExists, "PARTNERSHIP_OPEN_TIE_TAKEN"));
  EXPECT_THAT(List(Under("sites/-")), IsEmpty());
  batch.mutable_requests(2)->mutable_partnership()->set_partner_type("museum");
  batch.set_request_id("once");
  const auto created = create();
  ASSERT_THAT(created, IsOk());
  EXPECT_THAT(*create(), EqualsProto(*created));
  EXPECT_THAT(List(Under("sites/-")), ElementsAre("s1/p1", "s1/p2", "s2/p1"));
  EXPECT_THAT(*GetPartnership("sites/s2/partnerships/p1"), EqualsProto(created->partnerships(1)));

  v1::BatchGetPartnershipsRequest get;
  get.set_parent("sites/-");
  get.add_names("sites/s2/partnerships/p1");
  get.add_names("sites/s1/partnerships/p2");
  const auto read = [&] {
    return Call<v1::BatchGetPartnershipsResponse>("PartnershipService/BatchGetPartnerships", get);
  };
  ASSERT_THAT(read(), IsOk());
  EXPECT_THAT(read()->partnerships(0), EqualsProto(created->partnerships(1)));
  EXPECT_THAT(read()->partnerships(1), EqualsProto(created->partnerships(2)));
  get.add_names("sites/s1/partnerships/none");
  EXPECT_THAT(read(), IsError(absl::StatusCode::kNotFound, "PARTNERSHIP_NOT_FOUND"));
  get.set_parent("sites/s1");
  get.set_names(1, "sites/s1");
  EXPECT_THAT(read().status(), Violates("names[0]", "names[1]"));
}

TEST_P(PartnershipServiceTest, ABatchSaysWhichRequestIsWrong) {
  v1::BatchCreatePartnershipsRequest batch;
  batch.set_parent("sites/s1");
  *batch.add_requests() = PartnershipRequest("s1", "p1");
  *batch.add_requests() = PartnershipRequest("s2", "p1");
  *batch.add_requests() = PartnershipRequest("s1", "p1");
  batch.mutable_requests(2)->mutable_partnership()->set_partner_type("No Code");
  batch.mutable_requests(2)->set_validate_only(true);
  EXPECT_THAT(
      Call<v1::BatchCreatePartnershipsResponse>("PartnershipService/BatchCreatePartnerships", batch)
          .status(),
      Violates("requests[1].parent", "requests[2].partnership.partner_type",
               "requests[2].partnership_id", "requests[2].validate_only"));
}

TEST_P(PartnershipServiceTest, TwoAtTheSameTimeDoNotBothOpenIt) {
  for (int round = 0; round < 20; ++round) {
    const std::string type = absl::StrCat("type", round);
    absl::Status one;
    std::thread other(
        [&] { one = CreateTie("s1", absl::StrCat("a", round), "library", type).status(); });
    const absl::Status two = CreateTie("s1", absl::StrCat("b", round), "library", type).status();
    other.join();
    EXPECT_NE(one.ok(), two.ok()) << one << two;
  }
}

TEST_P(PartnershipServiceTest, UpdateLeavesAloneWhatIsNotItsOwn) {
  const auto made = CreateTie("s1", "a");
  ASSERT_THAT(made, IsOk());
  v1::UpdatePartnershipRequest request;
  v1::Partnership& change = *request.mutable_partnership();
  change = *made;
  change.set_is_self(true);
  change.clear_roles();
  change.set_level(type::v1::INTERACTION_LEVEL_COLLABORATION);
  change.set_organization_level(type::v1::INTERACTION_LEVEL_COLLABORATION);
  change.set_confirmation(v1::Partnership::CONFIRMATION_CONFIRMED);
  change.set_assessment_count(9);
  request.mutable_update_mask()->add_paths("*");
  v1::UpdatePartnershipRequest other = request;
  other.mutable_partnership()->set_is_self(false);
  const auto changed =
      Write<v1::Partnership>("PartnershipService/UpdatePartnership", request, other);
  EXPECT_TRUE(changed.is_self());
  EXPECT_THAT(changed.roles(), IsEmpty());
  EXPECT_EQ(changed.level(), type::v1::INTERACTION_LEVEL_UNSPECIFIED);
  EXPECT_EQ(changed.organization_level(), type::v1::INTERACTION_LEVEL_UNSPECIFIED);
  EXPECT_EQ(changed.confirmation(), v1::Partnership::CONFIRMATION_UNCONFIRMED);
  EXPECT_EQ(changed.assessment_count(), 0);
  EXPECT_THAT(Update(request), IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  request.mutable_partnership()->clear_etag();
  request.mutable_partnership()->set_organization("organizations/museum");
  EXPECT_EQ(Update(request).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(Update({}).status(), Violates("partnership"));
}

TEST_P(PartnershipServiceTest, ListsInBothDirections) {
  ASSERT_THAT(CreateTie("s1", "a"), IsOk());
  ASSERT_THAT(CreateTie("s1", "b", "museum"), IsOk());
  ASSERT_THAT(CreateTie("s2", "a", "museum"), IsOk());
  ASSERT_THAT(CreateTie("s2", "b", "museum", "cbo"), IsOk());
  EXPECT_THAT(List(Under("sites/s1")), ElementsAre("s1/a", "s1/b"));
  EXPECT_THAT(List(Under("sites/-")), ElementsAre("s1/a", "s1/b", "s2/a", "s2/b"));
  EXPECT_THAT(List(Under("sites/-", "museum")), ElementsAre("s1/b", "s2/a", "s2/b"));
  EXPECT_THAT(List(Under("sites/-", "", "organization = museum")),
              ElementsAre("s1/b", "s2/a", "s2/b"));
  EXPECT_THAT(List(Under("sites/s2", "museum")), ElementsAre("s2/a", "s2/b"));
  EXPECT_THAT(List(Under("sites/-", "museum", "partner_type = library")),
              ElementsAre("s1/b", "s2/a"));
  EXPECT_THAT(List(Under("sites/-", "library", "organization = museum")), IsEmpty());
  EXPECT_THAT(
      Call<v1::ListPartnershipsResponse>("PartnershipService/ListPartnerships", Under("sites/s9")),
      IsError(absl::StatusCode::kNotFound, "SITE_NOT_FOUND"));
  ASSERT_THAT(Delete("sites/s2/partnerships/a"), IsOk());
  EXPECT_THAT(List(Under("sites/-", "museum")), ElementsAre("s1/b", "s2/b"));
  v1::ListPartnershipsRequest all = Under("sites/-", "museum");
  all.set_show_deleted(true);
  EXPECT_THAT(List(all), ElementsAre("s1/b", "s2/a", "s2/b"));
}

TEST_P(PartnershipServiceTest, DeletedOnesComeBack) {
  const auto made = CreateTie("s1", "a");
  ASSERT_THAT(made, IsOk());
  ASSERT_THAT(CreateTie("s2", "a"), IsOk());
  v1::DeletePartnershipRequest remove;
  remove.set_name(made->name());
  remove.set_etag(made->etag());
  v1::DeletePartnershipRequest other;
  other.set_name("sites/s2/partnerships/a");
  const auto deleted =
      Write<v1::Partnership>("PartnershipService/DeletePartnership", remove, other);
  EXPECT_TRUE(deleted.has_delete_time());
  EXPECT_THAT(Delete(made->name()),
              IsError(absl::StatusCode::kFailedPrecondition, "PARTNERSHIP_DELETED"));
  const google::type::Date day = Day(2025, 1, 31);
  EXPECT_THAT(End(made->name(), &day),
              IsError(absl::StatusCode::kFailedPrecondition, "PARTNERSHIP_DELETED"));
  const auto back = Undelete(made->name());
  ASSERT_THAT(back, IsOk());
  EXPECT_EQ(back->uid(), made->uid());
  EXPECT_THAT(Undelete(made->name()),
              IsError(absl::StatusCode::kFailedPrecondition, "PARTNERSHIP_NOT_DELETED"));
}

TEST_P(PartnershipServiceTest, ASiteStaysWhileItHasAny) {
  ASSERT_THAT(CreateTie("s1", "a"), IsOk());
  EXPECT_THAT(DeleteSite("sites/s1"),
              IsError(absl::StatusCode::kFailedPrecondition, "SITE_HAS_PARTNERSHIPS"));
  EXPECT_THAT(DeleteSite("sites/s2"), IsOk());
  for (int round = 0; round < 20; ++round) {
    const std::string site = absl::StrCat("t", round);
    AddSite(site);
    absl::Status created;
    std::thread other([&] { created = CreateTie(site, "a").status(); });
    const absl::Status deleted = DeleteSite("sites/" + site).status();
    other.join();
    EXPECT_NE(created.ok(), deleted.ok()) << created << deleted;
    EXPECT_EQ(GetPartnership(absl::StrCat("sites/", site, "/partnerships/a")).ok(), created.ok());
  }
}

}  // namespace
}  // namespace weft::registry
