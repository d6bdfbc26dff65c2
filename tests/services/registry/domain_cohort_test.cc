// Cohorts and memberships.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registry/domain/cohort.h"
#include "services/registry/domain/membership.h"
#include "tests/services/registry/examples.h"
#include "tests/testing/errors.h"

namespace weft::registry {
namespace {

using ::testing::HasSubstr;
using testing::IsError;
using testing::IsOk;
using testing::Violates;
using testing::Violation;

TEST(CohortRules, ExampleIsValid) { EXPECT_THAT(ValidateCohort(ExampleCohort()), IsOk()); }

TEST(CohortRules, SaysEverythingAtOnce) {
  v1::CreateCohortRequest request;
  EXPECT_THAT(ValidateCreate(request), Violates("cohort"));
  request.set_cohort_id("Cohort 1");
  v1::Cohort& cohort = *request.mutable_cohort();
  *cohort.mutable_start_date() = Day(2025, 0, 0);
  cohort.set_description(std::string(4001, 'a'));
  EXPECT_THAT(ValidateCreate(request),
              Violates("cohort_id", "cohort.display_name", "cohort.lab", "cohort.label",
                       "cohort.start_date", "cohort.description"));
}

TEST(CohortRules, EndsNotBeforeItStarts) {
  v1::Cohort cohort = ExampleCohort();
  *cohort.mutable_end_date() = cohort.start_date();
  EXPECT_THAT(ValidateCohort(cohort), IsOk());
  *cohort.mutable_end_date() = Day(2024, 6, 30);
  EXPECT_THAT(ValidateCohort(cohort), Violates("cohort.end_date"));
  cohort.clear_start_date();
  EXPECT_THAT(ValidateCohort(cohort), IsOk());
}

TEST(CohortRules, DateThatIsNoneIsNotCompared) {
  v1::Cohort cohort = ExampleCohort();
  *cohort.mutable_end_date() = Day(2024, 1, 0);
  const absl::Status status = ValidateCohort(cohort);
  EXPECT_THAT(status, Violates("cohort.end_date"));
  EXPECT_THAT(Violation(status, "cohort.end_date"), HasSubstr("no day of the calendar"));
}

TEST(CohortRules, NewCohortHasItsName) {
  v1::CreateCohortRequest request;
  *request.mutable_cohort() = ExampleCohort();
  request.mutable_cohort()->set_uid("mine");
  EXPECT_EQ(NewCohort(request, "c1").name(), "cohorts/c1");
  EXPECT_EQ(NewCohort(request, "c1").uid(), "");
}

TEST(CohortRules, KnowsWhenItsDatesChange) {
  const v1::Cohort before = ExampleCohort();
  v1::Cohort after = before;
  after.set_lab("Another");
  EXPECT_FALSE(DatesDiffer(before, after));
  after.mutable_end_date()->set_day(29);
  EXPECT_TRUE(DatesDiffer(before, after));
  after.clear_end_date();
  EXPECT_TRUE(DatesDiffer(before, after));
  EXPECT_TRUE(DatesDiffer(after, before));
}

TEST(CohortRules, MembershipsKeepACohort) {
  v1::Membership membership;
  membership.set_name("cohorts/c1/memberships/s1");
  EXPECT_THAT(CheckNoMemberships(ExampleCohort(), {}), IsOk());
  EXPECT_THAT(CheckNoMemberships(ExampleCohort(), {membership}),
              IsError(absl::StatusCode::kFailedPrecondition, "COHORT_HAS_MEMBERSHIPS"));
}

TEST(MembershipRules, RequestNamesCohortAndSite) {
  v1::CreateMembershipRequest request;
  EXPECT_THAT(ValidateCreate(request), Violates("parent", "membership_id", "membership"));
  request.set_parent("cohorts/c1");
  request.set_membership_id("site-01");
  request.mutable_membership()->set_name("mine");
  request.mutable_membership()->set_uid("mine");
  request.mutable_membership()->set_site("sites/other");
  EXPECT_THAT(ValidateCreate(request), IsOk());
  const v1::Membership membership = NewMembership(request);
  EXPECT_EQ(membership.name(), "cohorts/c1/memberships/site-01");
  EXPECT_EQ(membership.site(), "sites/site-01");
  EXPECT_EQ(membership.uid(), "");
  EXPECT_EQ(CohortOf(membership), "cohorts/c1");
}

TEST(MembershipRules, ItsDaysAreInOrder) {
  v1::CreateMembershipRequest request;
  request.set_parent("cohorts/c1");
  request.set_membership_id("site-01");
  *request.mutable_membership()->mutable_start_date() = Day(2025, 1, 2);
  *request.mutable_membership()->mutable_end_date() = Day(2025, 1, 1);
  EXPECT_THAT(ValidateCreate(request), Violates("membership.end_date"));
  EXPECT_THAT(ValidateMembership(request.membership(), ExampleCohort()),
              Violates("membership.end_date"));
}

TEST(MembershipRules, ItsDaysAreInsideTheCohorts) {
  v1::Cohort cohort = ExampleCohort();  // 2024-07-01 to 2025-06-30
  v1::Membership membership;
  EXPECT_THAT(ValidateMembership(membership, cohort), IsOk());
  *membership.mutable_start_date() = Day(2024, 7, 1);
  *membership.mutable_end_date() = Day(2025, 6, 30);
  EXPECT_THAT(ValidateMembership(membership, cohort), IsOk());
  *membership.mutable_start_date() = Day(2024, 6, 30);
  *membership.mutable_end_date() = Day(2025, 7, 1);
  EXPECT_THAT(ValidateMembership(membership, cohort),
              Violates("membership.start_date", "membership.end_date"));
  EXPECT_THAT(Violation(ValidateMembership(membership, cohort), "membership.end_date"),
              HasSubstr("2024-07-01 to 2025-06-30"));
  cohort.clear_end_date();
  EXPECT_THAT(ValidateMembership(membership, cohort), Violates("membership.start_date"));
  cohort.clear_start_date();
  EXPECT_THAT(ValidateMembership(membership, cohort), IsOk());
}

TEST(MembershipRules, StartsNotAfterTheCohortEnds) {
  v1::Membership membership;
  *membership.mutable_start_date() = Day(2025, 7, 1);
  EXPECT_THAT(ValidateMembership(membership, ExampleCohort()), Violates("membership.start_date"));
}

TEST(MembershipRules, CohortCoversItsMemberships) {
  v1::Membership inside, outside;
  outside.set_name("cohorts/c1/memberships/s2");
  *outside.mutable_end_date() = Day(2025, 6, 30);
  v1::Cohort cohort = ExampleCohort();
  EXPECT_THAT(CheckCovers(cohort, {inside, outside}), IsOk());
  *cohort.mutable_end_date() = Day(2025, 6, 29);
  const absl::Status status = CheckCovers(cohort, {inside, outside});
  EXPECT_THAT(status, IsError(absl::StatusCode::kFailedPrecondition, "MEMBERSHIP_OUTSIDE_COHORT"));
  EXPECT_THAT(status.message(), HasSubstr("cohorts/c1/memberships/s2"));
}

TEST(MembershipRules, HoldsFromItsOwnOrItsCohortsDays) {
  const v1::Cohort cohort = ExampleCohort();
  v1::Membership membership;
  EXPECT_FALSE(InForce(membership, cohort, Day(2024, 6, 30)));
  EXPECT_TRUE(InForce(membership, cohort, Day(2024, 7, 1)));
  EXPECT_TRUE(InForce(membership, cohort, Day(2025, 6, 30)));
  EXPECT_FALSE(InForce(membership, cohort, Day(2025, 7, 1)));
  *membership.mutable_start_date() = Day(2025, 1, 1);
  *membership.mutable_end_date() = Day(2025, 1, 31);
  EXPECT_FALSE(InForce(membership, cohort, Day(2024, 12, 31)));
  EXPECT_TRUE(InForce(membership, cohort, Day(2025, 1, 1)));
  EXPECT_TRUE(InForce(membership, cohort, Day(2025, 1, 31)));
  EXPECT_FALSE(InForce(membership, cohort, Day(2025, 2, 1)));
}

TEST(MembershipRules, ListIsChecked) {
  v1::ListMembershipsRequest request;
  EXPECT_THAT(ValidateList(request), Violates("parent"));
  request.set_parent("cohorts/-");
  EXPECT_THAT(ValidateList(request), IsOk());
  request.set_parent("cohorts/c1");
  request.set_site("site-01");
  *request.mutable_effective_on() = Day(2025, 2, 30);
  EXPECT_THAT(ValidateList(request), Violates("site", "effective_on"));
}

}  // namespace
}  // namespace weft::registry
