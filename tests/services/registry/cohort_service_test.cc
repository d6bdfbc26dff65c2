#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "tests/services/registry/service_fixture.h"

namespace weft::registry {
namespace {

using testing::EqualsProto;
using testing::IsError;
using testing::IsOk;
using testing::Violates;

class CohortServiceTest : public RegistryTest {
 protected:
  static v1::CreateCohortRequest CreateRequest(const std::string& id) {
    v1::CreateCohortRequest request;
    request.set_cohort_id(id);
    *request.mutable_cohort() = ExampleCohort();
    return request;
  }
  absl::StatusOr<v1::Cohort> Create(const v1::CreateCohortRequest& request) {
    return Call<v1::Cohort>("CohortService/CreateCohort", request);
  }
  absl::StatusOr<v1::Cohort> Update(const v1::UpdateCohortRequest& request) {
    return Call<v1::Cohort>("CohortService/UpdateCohort", request);
  }
  absl::StatusOr<Empty> Delete(const std::string& name, const std::string& etag = "") {
    v1::DeleteCohortRequest request;
    request.set_name(name);
    request.set_etag(etag);
    return Call<Empty>("CohortService/DeleteCohort", request);
  }
};
WEFT_ON_EVERY_ENGINE(CohortServiceTest);

TEST_P(CohortServiceTest, CreateStampsAndGetReads) {
  const v1::Cohort cohort =
      Write<v1::Cohort>("CohortService/CreateCohort", CreateRequest("c1"), CreateRequest("c2"));
  EXPECT_EQ(cohort.name(), "cohorts/c1");
  EXPECT_NE(cohort.uid(), "");
  const auto read = GetCohort("cohorts/c1");
  ASSERT_THAT(read, IsOk());
  EXPECT_THAT(*read, EqualsProto(cohort));
  EXPECT_THAT(GetCohort("cohorts/c2"), IsError(absl::StatusCode::kNotFound, "COHORT_NOT_FOUND"));
  EXPECT_THAT(GetCohort("c1"), IsError(absl::StatusCode::kInvalidArgument, "NAME_INVALID"));
}

TEST_P(CohortServiceTest, CreateRefuses) {
  v1::CreateCohortRequest request = CreateRequest("c_1");
  request.mutable_cohort()->clear_lab();
  EXPECT_THAT(Create(request).status(), Violates("cohort_id", "cohort.lab"));
  AddCohort("c1");
  EXPECT_THAT(Create(CreateRequest("c1")),
              IsError(absl::StatusCode::kAlreadyExists, "COHORT_EXISTS"));
  const auto made_up = Create(CreateRequest(""));
  ASSERT_THAT(made_up, IsOk());
  EXPECT_THAT(GetCohort(made_up->name()), IsOk());
}

TEST_P(CohortServiceTest, ListPagesThroughAll) {
  std::vector<std::string> expected;
  for (int i = 0; i < 55; ++i) expected.push_back(AddCohort(absl::StrFormat("c%02d", i)).name());
  v1::ListCohortsRequest request;
  std::vector<std::string> names;
  for (int pages = 0; pages == 0 || (pages < 10 && !request.page_token().empty()); ++pages) {
    const auto page = Done<v1::ListCohortsResponse>("CohortService/ListCohorts", request);
    for (const v1::Cohort& cohort : page.cohorts()) names.push_back(cohort.name());
    request.set_page_token(page.next_page_token());
  }
  EXPECT_EQ(names, expected);
  request.set_page_token("mine");
  EXPECT_THAT(Call<v1::ListCohortsResponse>("CohortService/ListCohorts", request),
              IsError(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID"));
}

TEST_P(CohortServiceTest, UpdateWritesWhatTheMaskNames) {
  const v1::Cohort created = AddCohort("c1");
  v1::UpdateCohortRequest request;
  request.mutable_cohort()->set_name("cohorts/c1");
  request.mutable_cohort()->set_etag(created.etag());
  request.mutable_cohort()->set_label("25");
  request.mutable_cohort()->set_lab("not in the mask");
  request.mutable_update_mask()->add_paths("label");
  request.mutable_update_mask()->add_paths("end_date");
  v1::UpdateCohortRequest other = request;
  other.mutable_cohort()->set_label("26");
  const v1::Cohort updated = Write<v1::Cohort>("CohortService/UpdateCohort", request, other);
  EXPECT_EQ(updated.label(), "25");
  EXPECT_EQ(updated.lab(), created.lab());
  EXPECT_TRUE(updated.has_start_date());
  EXPECT_FALSE(updated.has_end_date()) << "named by the mask and unset: cleared";
}

TEST_P(CohortServiceTest, UpdateRefuses) {
  const v1::Cohort created = AddCohort("c1");
  v1::UpdateCohortRequest request;
  EXPECT_THAT(Update(request).status(), Violates("cohort"));
  request.mutable_cohort()->set_name("cohorts/nowhere");
  EXPECT_THAT(Update(request), IsError(absl::StatusCode::kNotFound, "COHORT_NOT_FOUND"));
  request.mutable_cohort()->set_name("cohorts/");
  EXPECT_THAT(Update(request), IsError(absl::StatusCode::kInvalidArgument, "NAME_INVALID"));
  request.mutable_cohort()->set_name("cohorts/c1");
  *request.mutable_cohort()->mutable_end_date() = Day(2020, 1, 1);
  EXPECT_THAT(Update(request).status(), Violates("cohort.end_date"));
  request.mutable_cohort()->clear_end_date();
  request.mutable_cohort()->set_etag("\"0123456789abcdef\"");
  EXPECT_THAT(Update(request), IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  request.mutable_cohort()->clear_etag();
  request.mutable_update_mask()->add_paths("labels");
  EXPECT_THAT(Update(request), IsError(absl::StatusCode::kInvalidArgument, "UPDATE_MASK_INVALID"));
}

TEST_P(CohortServiceTest, DatesKeepItsMembershipsInside) {
  AddCohort("c1");
  AddSite("s1");
  AddSite("s2");
  AddMembership("c1", "s1");
  v1::CreateMembershipRequest second = MembershipRequest("c1", "s2");
  *second.mutable_membership()->mutable_end_date() = Day(2025, 6, 30);
  Done<v1::Membership>("CohortService/CreateMembership", second);

  v1::UpdateCohortRequest request;
  request.mutable_cohort()->set_name("cohorts/c1");
  *request.mutable_cohort()->mutable_end_date() = Day(2025, 6, 29);
  const absl::Status status = Update(request).status();
  EXPECT_THAT(status, IsError(absl::StatusCode::kFailedPrecondition, "MEMBERSHIP_OUTSIDE_COHORT"));
  EXPECT_THAT(status.message(), ::testing::HasSubstr("cohorts/c1/memberships/s2"));
  *request.mutable_cohort()->mutable_end_date() = Day(2025, 7, 31);
  EXPECT_THAT(Update(request), IsOk());
}

TEST_P(CohortServiceTest, DatesAreHeldAgainstEveryMembership) {
  AddCohort("c1");
  for (int i = 0; i < 150; ++i) {
    const std::string id = absl::StrFormat("s%03d", i);
    AddSite(id);
    v1::CreateMembershipRequest request = MembershipRequest("c1", id);
    if (i == 149) *request.mutable_membership()->mutable_end_date() = Day(2025, 6, 30);
    Done<v1::Membership>("CohortService/CreateMembership", request);
  }
  v1::UpdateCohortRequest request;
  request.mutable_cohort()->set_name("cohorts/c1");
  *request.mutable_cohort()->mutable_end_date() = Day(2025, 6, 29);
  EXPECT_THAT(Update(request),
              IsError(absl::StatusCode::kFailedPrecondition, "MEMBERSHIP_OUTSIDE_COHORT"));
}

TEST_P(CohortServiceTest, DeleteRemovesACohortWithoutMemberships) {
  AddCohort("c1");
  AddCohort("c2");
  AddSite("s1");
  AddMembership("c1", "s1");
  EXPECT_THAT(Delete("cohorts/c1"),
              IsError(absl::StatusCode::kFailedPrecondition, "COHORT_HAS_MEMBERSHIPS"));
  v1::DeleteMembershipRequest membership;
  membership.set_name("cohorts/c1/memberships/s1");
  Done<Empty>("CohortService/DeleteMembership", membership);
  v1::DeleteCohortRequest request, other;
  request.set_name("cohorts/c1");
  other.set_name("cohorts/c2");
  Write<Empty>("CohortService/DeleteCohort", request, other);
  EXPECT_THAT(Delete("cohorts/c1"), IsError(absl::StatusCode::kNotFound, "COHORT_NOT_FOUND"));
  EXPECT_THAT(Delete("cohorts/c2", "\"0123456789abcdef\""),
              IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
}

}  // namespace
}  // namespace weft::registry
