#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "tests/services/registry/service_fixture.h"

namespace weft::registry {
namespace {

using ::testing::ElementsAre;
using testing::EqualsProto;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using testing::Violates;

class MembershipServiceTest : public RegistryTest {
 protected:
  absl::StatusOr<v1::Membership> Create(const v1::CreateMembershipRequest& request) {
    return Call<v1::Membership>("CohortService/CreateMembership", request);
  }
  absl::StatusOr<v1::Membership> Update(const v1::UpdateMembershipRequest& request) {
    return Call<v1::Membership>("CohortService/UpdateMembership", request);
  }
  absl::StatusOr<v1::ListMembershipsResponse> List(const v1::ListMembershipsRequest& request) {
    return Call<v1::ListMembershipsResponse>("CohortService/ListMemberships", request);
  }
  // The names on all pages.
  std::vector<std::string> ListAll(v1::ListMembershipsRequest request) {
    std::vector<std::string> names;
    for (int pages = 0; pages < 100; ++pages) {
      const auto page = List(request);
      EXPECT_THAT(page, IsOk());
      if (!page.ok()) break;
      for (const v1::Membership& membership : page->memberships()) {
        names.push_back(membership.name());
      }
      if (page->next_page_token().empty()) return names;
      request.set_page_token(page->next_page_token());
    }
    ADD_FAILURE() << "the list has no end";
    return names;
  }
  static v1::ListMembershipsRequest ListRequest(const std::string& parent,
                                                const std::string& site = "") {
    v1::ListMembershipsRequest request;
    request.set_parent(parent);
    request.set_site(site);
    return request;
  }
};
WEFT_ON_EVERY_ENGINE(MembershipServiceTest);

TEST_P(MembershipServiceTest, CreateStampsAndGetReads) {
  AddCohort("c1");
  AddSite("s1");
  AddSite("s2");
  const v1::Membership membership =
      Write<v1::Membership>("CohortService/CreateMembership", MembershipRequest("c1", "s1"),
                            MembershipRequest("c1", "s2"));
  EXPECT_EQ(membership.name(), "cohorts/c1/memberships/s1");
  EXPECT_EQ(membership.site(), "sites/s1");
  const auto read = GetMembership("cohorts/c1/memberships/s1");
  ASSERT_THAT(read, IsOk());
  EXPECT_THAT(*read, EqualsProto(membership));
  EXPECT_THAT(GetMembership("cohorts/c1/memberships/s2"),
              IsError(absl::StatusCode::kNotFound, "MEMBERSHIP_NOT_FOUND"));
  EXPECT_THAT(GetMembership("cohorts/c1"),
              IsError(absl::StatusCode::kInvalidArgument, "NAME_INVALID"));
}

TEST_P(MembershipServiceTest, CreateRefuses) {
  EXPECT_THAT(Create({}).status(), Violates("parent", "membership_id", "membership"));
  EXPECT_THAT(Create(MembershipRequest("-", "s1")).status(), Violates("parent"));
  EXPECT_THAT(Create(MembershipRequest("c1", "s1")),
              IsError(absl::StatusCode::kNotFound, "COHORT_NOT_FOUND"));
  AddCohort("c1");
  EXPECT_THAT(Create(MembershipRequest("c1", "s1")),
              IsError(absl::StatusCode::kNotFound, "SITE_NOT_FOUND"));
  AddSite("s1");
  v1::CreateMembershipRequest outside = MembershipRequest("c1", "s1");
  *outside.mutable_membership()->mutable_start_date() = Day(2024, 6, 30);
  EXPECT_THAT(Create(outside).status(), Violates("membership.start_date"));
  EXPECT_THAT(Create(MembershipRequest("c1", "s1")), IsOk());
  EXPECT_THAT(Create(MembershipRequest("c1", "s1")),
              IsError(absl::StatusCode::kAlreadyExists, "MEMBERSHIP_EXISTS"));
}

TEST_P(MembershipServiceTest, ListOfOneCohortPagesThroughAll) {
  AddCohort("c1");
  AddCohort("c1-b");
  std::vector<std::string> expected;
  for (int i = 0; i < 30; ++i) {
    const std::string id = absl::StrFormat("s%02d", i);
    AddSite(id);
    AddMembership("c1-b", id);
    expected.push_back(AddMembership("c1", id).name());
  }
  v1::ListMembershipsRequest request = ListRequest("cohorts/c1");
  request.set_page_size(7);
  EXPECT_EQ(ListAll(request), expected);
}

TEST_P(MembershipServiceTest, ListOfAllCohorts) {
  for (const char* cohort : {"c1", "c2"}) AddCohort(cohort);
  for (const char* site : {"s1", "s2"}) {
    AddSite(site);
    for (const char* cohort : {"c1", "c2"}) AddMembership(cohort, site);
  }
  v1::ListMembershipsRequest request = ListRequest("cohorts/-");
  request.set_page_size(3);
  EXPECT_THAT(ListAll(request),
              ElementsAre("cohorts/c1/memberships/s1", "cohorts/c1/memberships/s2",
                          "cohorts/c2/memberships/s1", "cohorts/c2/memberships/s2"));
  request = ListRequest("cohorts/-", "sites/s2");
  request.set_page_size(1);
  EXPECT_THAT(ListAll(request),
              ElementsAre("cohorts/c1/memberships/s2", "cohorts/c2/memberships/s2"));
  EXPECT_THAT(ListAll(ListRequest("cohorts/c2", "sites/s1")),
              ElementsAre("cohorts/c2/memberships/s1"));
  EXPECT_THAT(ListAll(ListRequest("cohorts/-", "sites/s3")), IsEmpty());
  EXPECT_THAT(ListAll(ListRequest("cohorts/c1", "sites/s3")), IsEmpty());
}

TEST_P(MembershipServiceTest, ListOfThoseInForce) {
  AddCohort("c1");  // 2024-07-01 to 2025-06-30
  v1::CreateCohortRequest open;
  open.set_cohort_id("c2");
  *open.mutable_cohort() = ExampleCohort();
  *open.mutable_cohort()->mutable_start_date() = Day(2025, 7, 1);
  open.mutable_cohort()->clear_end_date();
  Done<v1::Cohort>("CohortService/CreateCohort", open);
  for (int i = 0; i < 40; ++i) {
    const std::string id = absl::StrFormat("s%02d", i);
    AddSite(id);
    v1::CreateMembershipRequest left = MembershipRequest("c1", id);
    if (i != 33) *left.mutable_membership()->mutable_end_date() = Day(2024, 12, 31);
    Done<v1::Membership>("CohortService/CreateMembership", left);
  }
  AddMembership("c2", "s00");
  v1::ListMembershipsRequest request = ListRequest("cohorts/-");
  request.set_page_size(5);
  *request.mutable_effective_on() = Day(2025, 1, 1);
  EXPECT_THAT(ListAll(request), ElementsAre("cohorts/c1/memberships/s33"));
  *request.mutable_effective_on() = Day(2025, 7, 1);
  EXPECT_THAT(ListAll(request), ElementsAre("cohorts/c2/memberships/s00"));
  *request.mutable_effective_on() = Day(2024, 6, 30);
  EXPECT_THAT(ListAll(request), IsEmpty());
  *request.mutable_effective_on() = Day(2024, 12, 31);
  EXPECT_EQ(ListAll(request).size(), 40u);
  request.set_site("sites/s00");
  *request.mutable_effective_on() = Day(2030, 1, 1);
  EXPECT_THAT(ListAll(request), ElementsAre("cohorts/c2/memberships/s00"));
}

TEST_P(MembershipServiceTest, ListRefuses) {
  EXPECT_THAT(List({}).status(), Violates("parent"));
  EXPECT_THAT(List(ListRequest("cohorts/nowhere")),
              IsError(absl::StatusCode::kNotFound, "COHORT_NOT_FOUND"));
  EXPECT_THAT(List(ListRequest("cohorts/-", "s1")).status(), Violates("site"));
  AddCohort("c1");
  for (const char* site : {"s1", "s2"}) {
    AddSite(site);
    AddMembership("c1", site);
  }
  v1::ListMembershipsRequest request = ListRequest("cohorts/c1");
  request.set_page_size(1);
  const auto page = List(request);
  ASSERT_THAT(page, IsOk());
  request.set_page_token(page->next_page_token());
  request.set_parent("cohorts/-");
  EXPECT_THAT(List(request), IsError(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID"));
}

TEST_P(MembershipServiceTest, UpdateChangesDates) {
  AddCohort("c1");
  AddSite("s1");
  const v1::Membership created = AddMembership("c1", "s1");
  v1::UpdateMembershipRequest request;
  request.mutable_membership()->set_name(created.name());
  request.mutable_membership()->set_etag(created.etag());
  request.mutable_membership()->set_site("sites/other");
  *request.mutable_membership()->mutable_end_date() = Day(2025, 1, 31);
  v1::UpdateMembershipRequest other = request;
  other.mutable_membership()->mutable_end_date()->set_day(30);
  const v1::Membership updated =
      Write<v1::Membership>("CohortService/UpdateMembership", request, other);
  EXPECT_EQ(updated.end_date().day(), 31);
  EXPECT_EQ(updated.site(), "sites/s1") << "output only";
}

TEST_P(MembershipServiceTest, UpdateRefuses) {
  AddCohort("c1");
  AddSite("s1");
  AddMembership("c1", "s1");
  v1::UpdateMembershipRequest request;
  EXPECT_THAT(Update(request).status(), Violates("membership"));
  request.mutable_membership()->set_name("cohorts/c1/memberships/s2");
  EXPECT_THAT(Update(request), IsError(absl::StatusCode::kNotFound, "MEMBERSHIP_NOT_FOUND"));
  request.mutable_membership()->set_name("cohorts/c1");
  EXPECT_THAT(Update(request), IsError(absl::StatusCode::kInvalidArgument, "NAME_INVALID"));
  request.mutable_membership()->set_name("cohorts/c1/memberships/s1");
  *request.mutable_membership()->mutable_end_date() = Day(2025, 7, 1);
  EXPECT_THAT(Update(request).status(), Violates("membership.end_date"));
  *request.mutable_membership()->mutable_end_date() = Day(2025, 6, 1);
  request.mutable_membership()->set_etag("\"0123456789abcdef\"");
  EXPECT_THAT(Update(request), IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
}

TEST_P(MembershipServiceTest, DeleteRemoves) {
  AddCohort("c1");
  for (const char* site : {"s1", "s2"}) {
    AddSite(site);
    AddMembership("c1", site);
  }
  v1::DeleteMembershipRequest request, other;
  request.set_name("cohorts/c1/memberships/s1");
  other.set_name("cohorts/c1/memberships/s2");
  Write<Empty>("CohortService/DeleteMembership", request, other);
  request.clear_request_id();
  EXPECT_THAT(Call<Empty>("CohortService/DeleteMembership", request),
              IsError(absl::StatusCode::kNotFound, "MEMBERSHIP_NOT_FOUND"));
  other.set_etag("\"0123456789abcdef\"");
  EXPECT_THAT(Call<Empty>("CohortService/DeleteMembership", other),
              IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  EXPECT_THAT(ListAll(ListRequest("cohorts/-", "sites/s1")), IsEmpty());
}

}  // namespace
}  // namespace weft::registry
