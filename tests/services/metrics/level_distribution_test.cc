#include "services/metrics/domain/level_distribution.h"

#include <cmath>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/proto_matchers.h"

namespace weft::metrics {
namespace {

using ::testing::ElementsAre;
using testing::EqualsProto;
using type::v1::BASE_ALL;
using type::v1::BASE_ENGAGED;

constexpr Variant kLevelFirst{};
constexpr Variant kCountOnly{.engaged_rule = v1::ENGAGED_RULE_COUNT_ONLY};

std::vector<int> Modes(const v1::LevelDistribution& levels) {
  std::vector<int> modes;
  for (const int level : levels.modes()) modes.push_back(level - 1);
  return modes;
}

TEST(LevelDistributionTest, NothingMissing) {
  // Depths 0, 1 1, 2 2 2, 3 3, 4 4.
  const LevelCounts counts{.not_engaged = 1, .engaged = {0, 2, 3, 2, 2}};
  const v1::LevelDistribution all = DistributeLevels(counts, BASE_ALL, kLevelFirst);
  ASSERT_EQ(all.shares_size(), 5);
  EXPECT_THAT(all.shares(0), EqualsProto(R"pb(
                level: INTERACTION_LEVEL_NO_INTERACTION
                share {
                  value: 0.1
                  n: 10
                  base_size: 10
                  base: BASE_ALL
                  low: 0.1
                  high: 0.1
                  numerator: 1
                })pb"));
  EXPECT_EQ(all.shares(2).share().numerator(), 3);
  EXPECT_EQ(all.shares(2).level(), type::v1::INTERACTION_LEVEL_COOPERATION);
  EXPECT_THAT(Modes(all), ElementsAre(2));
  EXPECT_THAT(all.median(),
              EqualsProto(R"pb(value: 2 n: 10 base_size: 10 base: BASE_ALL low: 2 high: 2)pb"));
  // n/2 = 5; up to 1 there are 3, at 2 three: 1.5 + (5 - 3) / 3.
  EXPECT_EQ(all.interpolated_median().value(), 13.0 / 6.0);
  // A quarter is 2.5: depth 1; three quarters are 7.5: depth 3.
  EXPECT_EQ(all.iqr().value(), 2);
  EXPECT_EQ(all.iqr().low(), 2);

  // The nine engaged cells.
  const v1::LevelDistribution engaged = DistributeLevels(counts, BASE_ENGAGED, kLevelFirst);
  EXPECT_EQ(engaged.shares(0).share().value(), 0);
  EXPECT_THAT(engaged.shares(4).share(), EqualsProto(R"pb(value: 0.22222222222222221
                                                          n: 9
                                                          base_size: 9
                                                          base: BASE_ENGAGED
                                                          low: 0.22222222222222221
                                                          high: 0.22222222222222221
                                                          numerator: 2)pb"));
  EXPECT_EQ(engaged.median().value(), 2);
  // n/2 = 4.5; two below 2, three at 2: 1.5 + 2.5 / 3.
  EXPECT_EQ(engaged.interpolated_median().value(), 7.0 / 3.0);
}

TEST(LevelDistributionTest, MedianBetweenTwoLevels) {
  const LevelCounts counts{.not_engaged = 2, .engaged = {0, 0, 0, 2, 0}};
  const v1::LevelDistribution all = DistributeLevels(counts, BASE_ALL, kLevelFirst);
  EXPECT_EQ(all.median().value(), 1.5);
  // The cumulative count reaches n/2 at 0 already: -0.5 + 2/2.
  EXPECT_EQ(all.interpolated_median().value(), 0.5);
  EXPECT_THAT(Modes(all), ElementsAre(0, 3));
  // A quarter of 4 is 1: depth 0; three quarters are 3: depth 3.
  EXPECT_EQ(all.iqr().value(), 3);
}

TEST(LevelDistributionTest, MissingCellsBoundTheNumbers) {
  // Known: 0, 2, 4; two unknown, one engaged without a depth.
  const LevelCounts counts{
      .not_engaged = 1, .engaged = {0, 0, 1, 0, 1}, .unknown = 2, .missing_depth = 1};
  const v1::LevelDistribution all = DistributeLevels(counts, BASE_ALL, kLevelFirst);
  // At 0 may be the unknown ones, above also the engaged one.
  EXPECT_THAT(all.shares(0).share(), EqualsProto(R"pb(
                value: 0.33333333333333331
                n: 3
                base_size: 6
                base: BASE_ALL
                low: 0.16666666666666666
                high: 0.5
                numerator: 1)pb"));
  EXPECT_THAT(
      all.shares(1).share(),
      EqualsProto(R"pb(
        value: 0 n: 3 base_size: 6 base: BASE_ALL low: 0 high: 0.5 numerator: 0)pb"));
  // Lowest: 0 0 0 1 2 4; highest: 0 2 4 4 4 4.
  EXPECT_THAT(all.median(),
              EqualsProto(R"pb(value: 2 n: 3 base_size: 6 base: BASE_ALL low: 0.5 high: 4)pb"));
  EXPECT_EQ(all.interpolated_median().value(), 2);
  EXPECT_EQ(all.interpolated_median().low(), -0.5 + 3.0 / 3.0);
  EXPECT_EQ(all.interpolated_median().high(), 3.5 + 1.0 / 4.0);
  EXPECT_FALSE(all.iqr().has_low());
  EXPECT_FALSE(all.consensus().has_high());
  EXPECT_EQ(all.iqr().value(), 4);

  const v1::LevelDistribution engaged = DistributeLevels(counts, BASE_ENGAGED, kLevelFirst);
  // Three engaged, two of known depth; five may be.
  EXPECT_THAT(
      engaged.shares(0).share(),
      EqualsProto(R"pb(
        value: 0 n: 2 base_size: 3 base: BASE_ENGAGED low: 0 high: 0 numerator: 0)pb"));
  EXPECT_THAT(engaged.shares(2).share(), EqualsProto(R"pb(
                value: 0.5
                n: 2
                base_size: 3
                base: BASE_ENGAGED
                low: 0.2
                high: 0.8
                numerator: 1)pb"));
  // Lowest: 1 1 1 2 4; highest: 2 4 4 4 4.
  EXPECT_THAT(engaged.median(),
              EqualsProto(R"pb(value: 3 n: 2 base_size: 3 base: BASE_ENGAGED low: 1 high: 4)pb"));
}

TEST(LevelDistributionTest, RulesThatAllowEngagementAtLevelZero) {
  const LevelCounts counts{
      .not_engaged = 1, .engaged = {1, 0, 0, 0, 2}, .unknown = 1, .missing_depth = 1};
  const v1::LevelDistribution all = DistributeLevels(counts, BASE_ALL, kCountOnly);
  // Any of the two may be at 0.
  EXPECT_THAT(all.shares(0).share(), EqualsProto(R"pb(
                value: 0.5
                n: 4
                base_size: 6
                base: BASE_ALL
                low: 0.33333333333333331
                high: 0.66666666666666663
                numerator: 2)pb"));
  const v1::LevelDistribution engaged = DistributeLevels(counts, BASE_ENGAGED, kCountOnly);
  EXPECT_THAT(engaged.shares(0).share(), EqualsProto(R"pb(
                value: 0.33333333333333331
                n: 3
                base_size: 4
                base: BASE_ENGAGED
                low: 0.2
                high: 0.6
                numerator: 1)pb"));
  // Lowest: 0 0 0 4 4.
  EXPECT_EQ(engaged.median().low(), 0);
  // w = 4 - 0: 1 + 1/3 log2(1 - (8/3)/4) + 2/3 log2(1 - (4/3)/4).
  const double mu = 8.0 / 3.0;
  double c = 1.0;
  c += 1.0 / 3.0 * std::log2(1.0 - std::fabs(0 - mu) / 4.0);
  c += 2.0 / 3.0 * std::log2(1.0 - std::fabs(4 - mu) / 4.0);
  EXPECT_EQ(engaged.consensus().value(), c);
}

TEST(LevelDistributionTest, Consensus) {
  const auto consensus = [](const LevelCounts& counts, type::v1::Base base) {
    return DistributeLevels(counts, base, kLevelFirst).consensus().value();
  };
  EXPECT_EQ(consensus({.engaged = {0, 0, 7, 0, 0}}, BASE_ALL), 1) << "all agree";
  EXPECT_EQ(consensus({.not_engaged = 3, .engaged = {0, 0, 0, 0, 3}}, BASE_ALL), 0)
      << "split between the ends";
  // Engaged cells stand on 1 to 4, so that is where the ends are.
  EXPECT_EQ(consensus({.engaged = {0, 3, 0, 0, 3}}, BASE_ENGAGED), 0);
  // 1 + 2 * 1/2 * log2(1 - 1/4)
  EXPECT_NEAR(consensus({.engaged = {0, 2, 0, 2, 0}}, BASE_ALL), 1 + std::log2(0.75), 1e-15);
}

TEST(LevelDistributionTest, NothingKnown) {
  const LevelCounts counts{.unknown = 3};
  const v1::LevelDistribution all = DistributeLevels(counts, BASE_ALL, kLevelFirst);
  EXPECT_EQ(all.shares_size(), 5);
  EXPECT_EQ(all.modes_size(), 0);
  for (const auto* estimate : {&all.shares(3).share(), &all.median(), &all.interpolated_median(),
                               &all.iqr(), &all.consensus()}) {
    EXPECT_EQ(estimate->undefined().reason(), type::v1::UNDEFINED_REASON_NO_DATA);
    EXPECT_FALSE(estimate->undefined().description().empty());
    EXPECT_EQ(estimate->n(), 0);
    EXPECT_EQ(estimate->base_size(), 3);
    EXPECT_FALSE(estimate->has_low());
    EXPECT_FALSE(estimate->has_numerator());
  }
  const v1::LevelDistribution engaged = DistributeLevels(counts, BASE_ENGAGED, kLevelFirst);
  EXPECT_EQ(engaged.median().base_size(), 0);
}

}  // namespace
}  // namespace weft::metrics
