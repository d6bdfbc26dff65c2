#include "services/metrics/domain/releases/release_rules.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/metrics/releases/release_example.h"
#include "tests/testing/errors.h"

namespace weft::metrics {
namespace {

using ::testing::ElementsAre;
using testing::IsError;
using testing::IsOk;
using testing::Violates;

constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;

std::vector<v1::Release::State> StatesOf(const v1::Release& release) {
  std::vector<v1::Release::State> states;
  for (const auto& step : release.history()) states.push_back(step.state());
  return states;
}

TEST(Release, SaysEverythingThatIsWrongAtOnce) {
  v1::Release release;
  release.set_name("releases/r1");
  release.set_wave("w1");
  release.set_supersedes("r0");
  release.add_reviewers()->set_principal("rosa");
  EXPECT_THAT(ValidateRelease(release, "release"),
              Violates("release.display_name", "release.wave", "release.supersedes",
                       "release.reviewers[0].principal", "release.reviewers[0].role"));
  EXPECT_THAT(ValidateRelease(GivenRelease(), "release"), IsOk());
}

TEST(Release, RefusesReviewersTwiceItselfAndOtherAudiences) {
  v1::Release release = GivenRelease();
  release.set_name("releases/r1");
  *release.add_reviewers() = release.reviewers(0);
  release.set_supersedes("releases/r1");
  release.mutable_policy()->set_audience(v1::AUDIENCE_OPERATORS);
  EXPECT_THAT(
      ValidateRelease(release, "release"),
      Violates("release.reviewers[2].principal", "release.supersedes", "release.policy.audience"));
}

TEST(Release, IsMadeWithDefaultsAndNothingOfTheServersOwn) {
  v1::Release given = GivenRelease();
  given.set_state(v1::Release::STATE_PUBLISHED);
  given.set_content_hash("feed");
  given.set_review_round(7);
  const v1::Release release = NewRelease(given, "releases/r1", "00ff", By("users/amara"));
  EXPECT_EQ(release.state(), v1::Release::STATE_DRAFT);
  EXPECT_EQ(release.content_hash(), "");
  EXPECT_EQ(release.review_round(), 0);
  EXPECT_EQ(release.parameters().floor(), v1::REVIEW_FLOOR_SUBMITTED);
  EXPECT_EQ(release.policy().audience(), v1::AUDIENCE_PUBLIC);
  EXPECT_GT(release.policy().minimum_cell(), 1);
  EXPECT_EQ(release.history(0).principal(), "users/amara");
}

TEST(Release, GoesItsWayAndKeepsIt) {
  v1::Release release = DraftRelease();
  std::vector<v1::Finding> findings = {FindingOf(release, "Breadth is high.")};
  CountFindings(findings, release);
  EXPECT_THAT(Submit(By("users/amara"), release), IsOk());
  EXPECT_EQ(release.review_round(), 1);
  EXPECT_THAT(RequireEditable(release), IsError(kPrecondition, "RELEASE_STATE"));
  EXPECT_THAT(Submit(By("users/amara"), release), IsError(kPrecondition, "RELEASE_STATE"));
  EXPECT_THAT(Revise(By("users/amara", "too strong"), false, release), IsOk());
  EXPECT_EQ(release.state(), v1::Release::STATE_REVISED);
  EXPECT_THAT(Submit(By("users/amara"), release), IsOk());
  EXPECT_EQ(release.review_round(), 2);
  for (const char* reviewer : {kFacilitator, kRepresentative}) {
    EXPECT_THAT(TakeStance(release, v1::FindingStance::STANCE_SUPPORTS, By(reviewer), findings[0]),
                IsOk());
  }
  EXPECT_THAT(Publish(By("users/amara"), release), IsError(kPrecondition, "RELEASE_STATE"));
  EXPECT_THAT(metrics::Approve(By("users/amara"), findings, release), IsOk());
  EXPECT_THAT(Publish(By("users/amara"), release), IsOk());
  EXPECT_TRUE(release.has_publish_time());
  EXPECT_THAT(Revise(By("users/amara", "late"), true, release),
              IsError(kPrecondition, "RELEASE_STATE"));
  EXPECT_THAT(StatesOf(release),
              ElementsAre(v1::Release::STATE_DRAFT, v1::Release::STATE_IN_REVIEW,
                          v1::Release::STATE_REVISED, v1::Release::STATE_IN_REVIEW,
                          v1::Release::STATE_APPROVED, v1::Release::STATE_PUBLISHED));
  EXPECT_EQ(release.history(2).note(), "too strong");
  EXPECT_EQ(release.history(3).review_round(), 2);
}

TEST(Release, AnApprovedOneCanBeTakenBack) {
  v1::Release release = DraftRelease();
  release.set_state(v1::Release::STATE_APPROVED);
  EXPECT_THAT(Revise(By("users/amara", "not reproducible"), true, release), IsOk());
  EXPECT_EQ(release.state(), v1::Release::STATE_REVISED);
  EXPECT_TRUE(release.history(1).repinned());
}

TEST(Release, IsPinnedAnewInItsState) {
  v1::Release release = DraftRelease();
  EXPECT_THAT(Revise(By("users/amara"), false, release), IsError(kPrecondition, "RELEASE_STATE"));
  EXPECT_THAT(Revise(By("users/amara"), true, release), IsOk());
  EXPECT_EQ(release.state(), v1::Release::STATE_DRAFT);
  release.set_state(v1::Release::STATE_REVISED);
  EXPECT_THAT(Revise(By("users/amara", "later answers"), true, release), IsOk());
  EXPECT_EQ(release.state(), v1::Release::STATE_REVISED);
}

TEST(Release, NeedsSomethingToReviewAndSomebodyToDoIt) {
  v1::Release release = DraftRelease();
  EXPECT_THAT(Submit(By("users/amara"), release), IsError(kPrecondition, "FINDING_MISSING"));
  CountFindings({FindingOf(release, "Breadth is high.")}, release);
  release.mutable_reviewers()->RemoveLast();
  EXPECT_THAT(Submit(By("users/amara"), release), IsError(kPrecondition, "REVIEWER_MISSING"));
}

TEST(Release, InReviewOnlyReviewersChange) {
  v1::Release before = DraftRelease();
  before.set_state(v1::Release::STATE_IN_REVIEW);
  v1::Release after = before;
  after.add_reviewers()->set_principal("users/kim");
  EXPECT_THAT(CheckReleaseUpdate(before, after), IsOk());
  after.set_statement("Another.");
  EXPECT_THAT(CheckReleaseUpdate(before, after), IsError(kPrecondition, "RELEASE_STATE"));
  before.set_state(v1::Release::STATE_REVISED);
  EXPECT_THAT(CheckReleaseUpdate(before, after), IsOk());
  before.set_state(v1::Release::STATE_APPROVED);
  EXPECT_THAT(CheckReleaseUpdate(before, after), IsError(kPrecondition, "RELEASE_STATE"));
}

TEST(Release, ANoteIsBoundedAndMayBeNeeded) {
  EXPECT_THAT(ValidateNote("", false), IsOk());
  EXPECT_THAT(ValidateNote("", true), Violates("note"));
  EXPECT_THAT(ValidateNote(std::string(2001, 'x'), false), Violates("note"));
}

TEST(Release, HistoryKeepsTheLastTwoHundred) {
  v1::Release release = DraftRelease();
  for (int i = 0; i < 250; ++i) {
    ASSERT_THAT(Revise(By("users/amara", std::to_string(i)), true, release), IsOk());
  }
  EXPECT_EQ(release.history_size(), 200);
  EXPECT_EQ(release.history(199).note(), "249");
}

}  // namespace
}  // namespace weft::metrics
