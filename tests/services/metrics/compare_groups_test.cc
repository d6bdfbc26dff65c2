#include "services/metrics/domain/compare_groups.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/metrics/wave_example.h"

namespace weft::metrics {
namespace {

// The sites of one cohort alone against those of another.
v1::GroupComparison Compare(const WaveBuilder& wave) {
  TwoGroups groups;
  v1::Parameters parameters;
  parameters.set_cohort("cohorts/one");
  groups.first = wave.View(parameters);
  parameters.set_cohort("cohorts/two");
  groups.second = wave.View(parameters);
  return CompareGroups(groups, GroupNumbers(groups));
}

TEST(CompareGroupsTest, ByHand) {
  WaveBuilder wave(3);
  wave.Add("4 2 0 | 2").Add("1 0 0 | 1").Invite();
  wave.Add("4 4 1 | 3", {"cohorts/two"}).Add("2 0 0", {"cohorts/two"});
  const v1::GroupComparison comparison = Compare(wave);
  EXPECT_EQ(comparison.wave(), "waves/w1");
  EXPECT_EQ(comparison.first().invited(), 3);
  EXPECT_EQ(comparison.first().counted(), 2);
  EXPECT_EQ(comparison.second().counted(), 2);
  ASSERT_EQ(comparison.numbers_size(), 5);
  // D1: 2 and 1 against 3 and 1: greater in 2 pairs, less in 1, equal in 1.
  const v1::GroupNumber& richness = comparison.numbers(0);
  EXPECT_EQ(richness.x(), "D1");
  EXPECT_EQ(richness.first_mean().value(), 1.5);
  EXPECT_EQ(richness.second_mean().value(), 2);
  EXPECT_EQ(richness.second_median().value(), 2);
  EXPECT_EQ(richness.cliffs_delta().value(), 0.25);
  EXPECT_EQ(richness.cliffs_delta().n(), 4);
  EXPECT_EQ(richness.superiority().value(), 0.625);
  // R1: 1 and 0 against 2; one site did not rate.
  const v1::GroupNumber& rating = comparison.numbers(4);
  EXPECT_EQ(rating.x(), "R1");
  EXPECT_EQ(rating.first_mean().value(), 0.5);
  EXPECT_EQ(rating.second_mean().value(), 2);
  EXPECT_EQ(rating.second_mean().n(), 1);
  EXPECT_EQ(rating.second_mean().base_size(), 2);
  EXPECT_EQ(rating.cliffs_delta().value(), 1);
  EXPECT_EQ(comparison.partner_types(1).first().numerator(), 1);
  EXPECT_EQ(comparison.partner_types(1).second().numerator(), 1);
}

TEST(CompareGroupsTest, OneGroupWithoutAnswersLeavesNothingToCompare) {
  WaveBuilder wave(2);
  wave.Add("4 2 | 2").Invite({"cohorts/two"});
  const v1::GroupComparison comparison = Compare(wave);
  EXPECT_EQ(comparison.numbers(0).first_mean().value(), 2);
  EXPECT_EQ(comparison.numbers(0).second_mean().undefined().reason(),
            type::v1::UNDEFINED_REASON_NO_DATA);
  EXPECT_EQ(comparison.numbers(0).cliffs_delta().undefined().reason(),
            type::v1::UNDEFINED_REASON_TOO_FEW);
  EXPECT_TRUE(comparison.partner_types(0).second().has_undefined());
}

}  // namespace
}  // namespace weft::metrics
