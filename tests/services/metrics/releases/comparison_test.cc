#include "services/metrics/domain/releases/comparison.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/metrics/domain/compute.h"
#include "tests/services/metrics/releases/release_example.h"
#include "tests/services/metrics/wave_example.h"

namespace weft::metrics {
namespace {

TEST(CompareReleases, SaysWhatDiffersAndHowMuchDoesNot) {
  WaveBuilder wave(2);
  wave.Add("4/3 1/1 | 2").Add("3/2 0/0 | 3");
  const v1::WaveSummary before = Summarize(wave.View());
  *wave.records().revisions[0].mutable_answers() = MakeAnswers("4/3 2/1 | 2");
  const v1::WaveSummary after = Summarize(wave.View());
  v1::Release earlier = DraftRelease();
  v1::Release later = DraftRelease();
  later.set_name("releases/r2");
  later.mutable_parameters()->set_floor(v1::REVIEW_FLOOR_APPROVED);
  const std::vector<v1::Finding> earlier_findings = {FindingOf(earlier, "Same.", "a"),
                                                     FindingOf(earlier, "All.", "b"),
                                                     FindingOf(earlier, "Gone.", "c")};
  const std::vector<v1::Finding> later_findings = {FindingOf(later, "Same.", "a"),
                                                   FindingOf(later, "Half.", "b"),
                                                   FindingOf(later, "New.", "d")};
  const ComparedRelease was{earlier, before, earlier_findings};
  const ComparedRelease is{later, after, later_findings};
  const v1::CompareReleasesResponse found = CompareReleases(was, is);
  EXPECT_EQ(found.earlier(), "releases/r1");
  EXPECT_EQ(found.later(), "releases/r2");
  EXPECT_EQ(found.earlier_parameters().floor(), v1::REVIEW_FLOOR_SUBMITTED);
  EXPECT_EQ(found.later_parameters().floor(), v1::REVIEW_FLOOR_APPROVED);

  bool mean_changed = false;
  for (const v1::ReleaseNumberChange& change : found.number_changes()) {
    EXPECT_NE(change.number(), "partner_types.t1.presence");
    if (change.number() != "mean_level_all.mean") continue;
    mean_changed = true;
    EXPECT_EQ(change.metric(), "P1-all");
    EXPECT_EQ(change.earlier().value(), 2);
    EXPECT_EQ(change.later().value(), 2.25);
  }
  EXPECT_TRUE(mean_changed);
  EXPECT_GT(found.unchanged_numbers(), 20);

  ASSERT_EQ(found.finding_changes_size(), 3);
  EXPECT_EQ(found.finding_changes(0).kind(), v1::FindingChange::KIND_REWORDED);
  EXPECT_EQ(found.finding_changes(0).earlier_statement(), "All.");
  EXPECT_EQ(found.finding_changes(0).later_statement(), "Half.");
  EXPECT_EQ(found.finding_changes(1).kind(), v1::FindingChange::KIND_DROPPED);
  EXPECT_EQ(found.finding_changes(2).kind(), v1::FindingChange::KIND_ADDED);
  EXPECT_EQ(found.finding_changes(2).finding(), "d");
}

TEST(CompareReleases, NumbersThatOnlyOneHasAreToldToo) {
  WaveBuilder small(1);
  small.Add("4/3 | 2");
  WaveBuilder large(2);
  large.Add("4/3 1/1 | 2");
  const v1::WaveSummary one = Summarize(small.View());
  const v1::WaveSummary two = Summarize(large.View());
  const v1::Release release = DraftRelease();
  const std::vector<v1::Finding> none;
  const ComparedRelease of_one{release, one, none};
  const ComparedRelease of_two{release, two, none};
  const auto find = [](const v1::CompareReleasesResponse& response, const std::string& number) {
    for (const v1::ReleaseNumberChange& change : response.number_changes()) {
      if (change.number() == number) return change;
    }
    ADD_FAILURE() << number << " is missing";
    return v1::ReleaseNumberChange();
  };
  const std::string number = "partner_types.t2.presence";
  EXPECT_FALSE(find(CompareReleases(of_one, of_two), number).has_earlier());
  EXPECT_FALSE(find(CompareReleases(of_two, of_one), number).has_later());
}

}  // namespace
}  // namespace weft::metrics
