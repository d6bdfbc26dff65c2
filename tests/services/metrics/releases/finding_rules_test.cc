#include "services/metrics/domain/releases/finding_rules.h"

#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/metrics/domain/compute.h"
#include "services/metrics/domain/releases/summary_numbers.h"
#include "tests/services/metrics/releases/release_example.h"
#include "tests/services/metrics/wave_example.h"
#include "tests/testing/errors.h"

namespace weft::metrics {
namespace {

using ::testing::HasSubstr;
using testing::IsError;
using testing::IsOk;
using testing::Violates;

constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;
constexpr auto kSupports = v1::FindingStance::STANCE_SUPPORTS;
constexpr auto kContests = v1::FindingStance::STANCE_CONTESTS;

v1::Release InReview(int round = 1) {
  v1::Release release = DraftRelease();
  release.set_state(v1::Release::STATE_IN_REVIEW);
  release.set_review_round(round);
  return release;
}

v1::AnswerStanceRequest AnswerTo(const std::string& principal, int round = 0) {
  v1::AnswerStanceRequest request;
  request.set_principal(principal);
  request.set_review_round(round);
  request.set_answer("We have said so.");
  return request;
}

v1::WaveSummary SummaryOfThree() {
  WaveBuilder wave(2);
  wave.Add("4/3 1/1 | 2").Add("3/2 0/0 | 3").Add("4/1 2/2 | 1");
  return Summarize(wave.View());
}

TEST(Finding, SaysEverythingThatIsWrongAtOnce) {
  v1::Finding finding;
  finding.add_references();
  finding.add_quotes()->set_open_answer("waves/w2/responses/s1/openAnswers/barriers");
  finding.add_quotes()->set_open_answer("waves/w1/responses/s1/openAnswers/barriers");
  finding.add_quotes()->set_open_answer("waves/w1/responses/s1/openAnswers/barriers");
  EXPECT_THAT(
      ValidateFinding(finding, "waves/w1", "finding"),
      Violates("finding.statement", "finding.references[0].metric", "finding.references[0].number",
               "finding.quotes[0].open_answer", "finding.quotes[2].open_answer"));
}

TEST(Finding, NumbersAreThoseOfTheSummary) {
  const v1::WaveSummary summary = SummaryOfThree();
  v1::Finding finding;
  const auto refer = [&](const std::string& metric, const std::string& number) {
    v1::FindingReference& reference = *finding.add_references();
    reference.set_metric(metric);
    reference.set_number(number);
    reference.mutable_estimate()->set_value(99);
  };
  refer("D1", "richness.mean");
  refer("P5", "partner_types.t1.levels_all.collaboration");
  refer("R1", "shared_responsibility.at_least_moderate");
  EXPECT_THAT(FillReferences(summary, "finding", finding), IsOk());
  EXPECT_EQ(finding.references(0).estimate().value(), summary.richness().mean().value());
  EXPECT_EQ(finding.references(1).estimate().numerator(), 2);
  EXPECT_EQ(finding.references(2).estimate().numerator(), 2);
  refer("D1", "coverage.mean");
  refer("X9", "richness.mean");
  const absl::Status refused = FillReferences(summary, "finding", finding);
  EXPECT_THAT(refused, IsError(absl::StatusCode::kInvalidArgument, "METRIC_NUMBER_UNKNOWN"));
  EXPECT_THAT(testing::Violation(refused, "finding.references[3]"), HasSubstr("richness.mean"));
  EXPECT_THAT(testing::Violation(refused, "finding.references[4]"), HasSubstr("X9"));
}

TEST(Finding, EachNumberOfTheSummaryStandsOnce) {
  const v1::WaveSummary summary = SummaryOfThree();
  std::set<std::string> names;
  for (const SummaryNumber& number : NumbersOf(summary)) {
    EXPECT_TRUE(names.insert(number.number).second) << number.number;
  }
  // 1 rate, 7 statistics of 4, 2 types with presence and 2 distributions of 9, 4 of ratings, 2
  // taus, 2 cuts, 1 share of straight-lined sites.
  EXPECT_EQ(names.size(), 1u + 28 + 2 * 19 + 4 + 2 + 2 + 1);
}

TEST(Finding, KeepsEarlierWordingsAndHasReviewersLookAgain) {
  const v1::Release release = InReview(2);
  v1::Finding before = FindingOf(DraftRelease(), "All collaborate.");
  EXPECT_EQ(before.current_since_round(), 1);
  v1::Finding after = before;
  NoteChange(release, before, By("users/amara"), after);
  EXPECT_EQ(after.current_since_round(), 1) << "nothing has changed";
  after.set_statement("Half collaborate.");
  NoteChange(release, before, By("users/amara"), after);
  EXPECT_EQ(after.current_since_round(), 3);
  ASSERT_EQ(after.wordings_size(), 1);
  EXPECT_EQ(after.wordings(0).statement(), "All collaborate.");
  EXPECT_EQ(after.wordings(0).review_round(), 2);
  before = after;
  after.add_references()->set_metric("D1");
  NoteChange(release, before, By("users/amara"), after);
  EXPECT_EQ(after.wordings_size(), 1) << "the words are the same";
}

TEST(Stance, IsForReviewersInReview) {
  v1::Finding finding = FindingOf(DraftRelease(), "All collaborate.");
  EXPECT_THAT(TakeStance(DraftRelease(), kSupports, By(kFacilitator), finding),
              IsError(kPrecondition, "RELEASE_STATE"));
  EXPECT_THAT(TakeStance(InReview(), kSupports, By("users/amara"), finding),
              IsError(absl::StatusCode::kPermissionDenied, "NOT_A_REVIEWER"));
  EXPECT_THAT(TakeStance(InReview(), kSupports, By(kRepresentative), finding), IsOk());
  EXPECT_EQ(finding.stances(0).role(), v1::REVIEWER_ROLE_COMMUNITY_REPRESENTATIVE);
}

TEST(Stance, IsReplacedInItsRoundAndKeptAfterIt) {
  v1::Finding finding = FindingOf(DraftRelease(), "All collaborate.");
  EXPECT_THAT(TakeStance(InReview(), kContests, By(kFacilitator, "No."), finding), IsOk());
  EXPECT_THAT(TakeStance(InReview(), kContests, By(kFacilitator, "Not here."), finding), IsOk());
  ASSERT_EQ(finding.stances_size(), 1);
  EXPECT_EQ(finding.stances(0).note(), "Not here.");
  EXPECT_EQ(OpenContests(finding), 1);
  EXPECT_THAT(TakeStance(InReview(2), kSupports, By(kFacilitator), finding), IsOk());
  ASSERT_EQ(finding.stances_size(), 2);
  EXPECT_EQ(finding.stances(0).stance(), kContests);
  EXPECT_EQ(OpenContests(finding), 0) << "its reviewer has spoken again";
}

TEST(Stance, AnsweredContestsStayAsTheyAre) {
  v1::Finding finding = FindingOf(DraftRelease(), "All collaborate.");
  EXPECT_THAT(TakeStance(InReview(), kContests, By(kFacilitator, "No."), finding), IsOk());
  EXPECT_THAT(CheckContestsAnswered({finding}), IsError(kPrecondition, "CONTEST_UNANSWERED"));
  EXPECT_THAT(AnswerStance(InReview(), AnswerTo("users/kim"), By("users/amara"), finding),
              IsError(absl::StatusCode::kNotFound, "STANCE_NOT_FOUND"));
  EXPECT_THAT(AnswerStance(InReview(), AnswerTo(kFacilitator, 2), By("users/amara"), finding),
              IsError(absl::StatusCode::kNotFound, "STANCE_NOT_FOUND"));
  EXPECT_THAT(AnswerStance(DraftRelease(), AnswerTo(kFacilitator), By("users/amara"), finding),
              IsError(kPrecondition, "RELEASE_STATE"));
  v1::Release revised = InReview();
  revised.set_state(v1::Release::STATE_REVISED);
  EXPECT_THAT(AnswerStance(revised, AnswerTo(kFacilitator), By("users/amara"), finding), IsOk());
  EXPECT_EQ(finding.stances(0).answer_principal(), "users/amara");
  EXPECT_THAT(CheckContestsAnswered({finding}), IsOk());
  EXPECT_EQ(finding.stances(0).stance(), kContests) << "dissent stays";
  EXPECT_THAT(TakeStance(InReview(), kSupports, By(kFacilitator), finding),
              IsError(kPrecondition, "STANCE_ANSWERED"));
}

TEST(Stance, NeedsANoteUnlessItSupports) {
  v1::ReviewFindingRequest request;
  EXPECT_THAT(ValidateStance(request), Violates("stance", "note"));
  request.set_stance(kContests);
  EXPECT_THAT(ValidateStance(request), Violates("note"));
  request.set_note("No.");
  EXPECT_THAT(ValidateStance(request), IsOk());
  EXPECT_THAT(ValidateAnswer({}), Violates("principal", "answer"));
}

TEST(Review, IsCompleteWhenBothRolesHaveSeenTheWords) {
  v1::Finding finding = FindingOf(DraftRelease(), "All collaborate.");
  EXPECT_THAT(TakeStance(InReview(), kSupports, By(kFacilitator), finding), IsOk());
  EXPECT_THAT(CheckReviewComplete({finding}), IsError(kPrecondition, "REVIEW_INCOMPLETE"));
  EXPECT_THAT(TakeStance(InReview(), kSupports, By(kRepresentative), finding), IsOk());
  EXPECT_THAT(CheckReviewComplete({finding}), IsOk());
  v1::Finding reworded = finding;
  reworded.set_statement("Half collaborate.");
  NoteChange(InReview(), finding, By("users/amara"), reworded);
  EXPECT_THAT(CheckReviewComplete({reworded}), IsError(kPrecondition, "REVIEW_INCOMPLETE"));
}

TEST(Finding, WithAStanceIsNotDeleted) {
  v1::Finding finding = FindingOf(DraftRelease(), "All collaborate.");
  v1::Release revised = InReview();
  revised.set_state(v1::Release::STATE_REVISED);
  EXPECT_THAT(CheckFindingDelete(InReview(), finding), IsError(kPrecondition, "RELEASE_STATE"));
  EXPECT_THAT(CheckFindingDelete(revised, finding), IsOk());
  EXPECT_THAT(TakeStance(InReview(), kContests, By(kFacilitator, "No."), finding), IsOk());
  EXPECT_THAT(CheckFindingDelete(revised, finding), IsError(kPrecondition, "FINDING_REVIEWED"));
}

TEST(Finding, AReleaseHasOnlySoMany) {
  v1::Release release = DraftRelease();
  release.set_finding_count(kMostFindings - 1);
  EXPECT_THAT(CheckRoomForFinding(release), IsOk());
  release.set_finding_count(kMostFindings);
  EXPECT_THAT(CheckRoomForFinding(release), IsError(kPrecondition, "FINDINGS_FULL"));
}

}  // namespace
}  // namespace weft::metrics
