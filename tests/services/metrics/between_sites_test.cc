#include "services/metrics/domain/between_sites.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/metrics/wave_example.h"

namespace weft::metrics {
namespace {

v1::BetweenSiteTurnover Compare(const WaveBuilder& wave) {
  const WaveView view = wave.View();
  SiteComparison comparison(view);
  while (comparison.Work()) {
  }
  return comparison.Result();
}

TEST(SiteComparisonTest, ByHand) {
  WaveBuilder wave(4);
  // {1, 2, 3}, {1, 2}, {4}; one that does not tell of the last type.
  wave.Add("4 2 1 0").Add("1 1 0 0").Add("0 0 0 3").Add("1 1 1 k").Invite();
  const v1::BetweenSiteTurnover turnover = Compare(wave);
  EXPECT_EQ(turnover.gamma().value(), 4);
  EXPECT_EQ(turnover.gamma().n(), 3);
  EXPECT_EQ(turnover.gamma().base_size(), 4);
  EXPECT_EQ(turnover.mean_alpha().value(), 2);
  EXPECT_EQ(turnover.whittaker().value(), 2);
  // 1 - 2/3, 1, 1.
  EXPECT_DOUBLE_EQ(turnover.jaccard().value(), (1.0 / 3 + 2) / 3);
  // 1 - 4/5, 1, 1.
  EXPECT_DOUBLE_EQ(turnover.sorensen().value(), (0.2 + 2) / 3);
  EXPECT_EQ(turnover.pairs(), 3);
  EXPECT_FALSE(turnover.sampled());
  // Sites: 100, 0, 0. Types of 2, 2, 1 and 1 sites: types 1 and 2 hold that of 3, and not that
  // of 4.
  EXPECT_DOUBLE_EQ(turnover.nodf().value(), (100.0 + 2 * 100) / (3 + 6));
}

TEST(SiteComparisonTest, PerfectlyNestedIsAHundred) {
  WaveBuilder wave(4);
  wave.Add("1 1 1 1").Add("1 1 1 0").Add("1 1 0 0").Add("1 0 0 0");
  EXPECT_EQ(Compare(wave).nodf().value(), 100);
}

TEST(SiteComparisonTest, TooFewSites) {
  WaveBuilder wave(2);
  EXPECT_EQ(Compare(wave).gamma().undefined().reason(), type::v1::UNDEFINED_REASON_NO_DATA);
  wave.Add("1 0");
  EXPECT_EQ(Compare(wave).gamma().value(), 1);
  EXPECT_EQ(Compare(wave).jaccard().undefined().reason(), type::v1::UNDEFINED_REASON_TOO_FEW);
  WaveBuilder idle(2);
  idle.Add("0 0").Add("0 0");
  EXPECT_EQ(Compare(idle).whittaker().undefined().reason(), type::v1::UNDEFINED_REASON_NO_DATA);
  EXPECT_EQ(Compare(idle).jaccard().value(), 0);
  EXPECT_EQ(Compare(idle).nodf().undefined().reason(), type::v1::UNDEFINED_REASON_TOO_FEW);
}

TEST(SiteComparisonTest, OfManySitesPairsAreDrawn) {
  WaveBuilder wave(3);
  // Three kinds of sites, as many of each: pairs of unlike ones are 2/3 of all but for 1/n.
  constexpr int kEach = 500;
  for (int i = 0; i < kEach; ++i) wave.Add("1 0 0").Add("0 1 0").Add("0 0 1");
  const v1::BetweenSiteTurnover turnover = Compare(wave);
  EXPECT_TRUE(turnover.sampled());
  EXPECT_EQ(turnover.pairs(), SiteComparison::kMostPairs);
  const double expected = 2.0 * kEach / (3 * kEach - 1);
  EXPECT_NEAR(turnover.jaccard_standard_error(), 0.00047, 0.00001);
  EXPECT_NEAR(turnover.jaccard().value(), expected, 4 * turnover.jaccard_standard_error());
  EXPECT_EQ(Compare(wave).jaccard().value(), turnover.jaccard().value());
}

}  // namespace
}  // namespace weft::metrics
