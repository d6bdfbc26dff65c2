#include "services/metrics/domain/statistics/permutation_test.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace weft::metrics {
namespace {

struct Site {
  int x = 0;
  int y = 0;
};

OrdinalTable TableOf(const std::vector<Site>& sites) {
  std::vector<PairCount> pairs;
  pairs.reserve(sites.size());
  for (const Site& site : sites) pairs.push_back({{site.x, 1}, site.y, 1});
  return OrdinalTable(std::move(pairs));
}

v1::PermutationTest ResultOf(const OrdinalTable& table) {
  PermutationTest test(table);
  while (test.Work()) {
  }
  return test.Result();
}

int64_t DifferenceOf(const std::vector<Site>& sites) {
  int64_t difference = 0;
  for (size_t i = 0; i < sites.size(); ++i) {
    for (size_t j = i + 1; j < sites.size(); ++j) {
      const int x = (sites[i].x < sites[j].x) - (sites[i].x > sites[j].x);
      const int y = (sites[i].y < sites[j].y) - (sites[i].y > sites[j].y);
      difference += x * y;
    }
  }
  return difference;
}

// How often each |S| occurs when every distinct arrangement of the labels is written out.
std::map<int64_t, int64_t> Enumerate(std::vector<Site> sites) {
  std::vector<int> labels;
  labels.reserve(sites.size());
  for (const Site& site : sites) labels.push_back(site.y);
  std::sort(labels.begin(), labels.end());
  std::map<int64_t, int64_t> found;
  do {
    for (size_t i = 0; i < sites.size(); ++i) sites[i].y = labels[i];
    ++found[std::abs(DifferenceOf(sites))];
  } while (std::next_permutation(labels.begin(), labels.end()));
  return found;
}

TEST(PermutationTestTest, EqualsEveryArrangementWrittenOut) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 60; ++round) {
    std::vector<Site> sites(2 + random() % 8);
    const uint64_t values = 1 + random() % 6;
    for (Site& site : sites) {
      site = {static_cast<int>(random() % values), static_cast<int>(random() % 3)};
    }
    SCOPED_TRACE(round);
    const OrdinalTable table = TableOf(sites);
    const v1::PermutationTest test = ResultOf(table);
    if (table.rows() < 2 || table.columns() < 2) {
      EXPECT_EQ(test.method(), v1::PermutationTest::METHOD_NONE);
      EXPECT_FALSE(test.has_p());
      continue;
    }
    ASSERT_EQ(test.method(), v1::PermutationTest::METHOD_EXACT);
    const std::map<int64_t, int64_t> found = Enumerate(sites);
    int64_t all = 0;
    int64_t as_far = 0;
    for (const auto& [distance, ways] : found) {
      all += ways;
      if (distance >= std::abs(DifferenceOf(sites))) as_far += ways;
    }
    EXPECT_EQ(test.arrangements(), static_cast<double>(all));
    EXPECT_EQ(test.p(), static_cast<double>(as_far) / static_cast<double>(all));
    EXPECT_EQ(test.smallest_p(),
              static_cast<double>(found.rbegin()->second) / static_cast<double>(all));
    EXPECT_EQ(test.cannot_reach_05(), test.smallest_p() > 0.05);
  }
}

TEST(PermutationTestTest, OneAgainstNineCannotReachFivePercent) {
  std::vector<Site> sites;
  sites.reserve(10);
  for (int i = 0; i < 10; ++i) sites.push_back({i, i == 9 ? 1 : 0});
  const v1::PermutationTest test = ResultOf(TableOf(sites));
  EXPECT_EQ(test.p(), 0.2);
  EXPECT_EQ(test.smallest_p(), 0.2);
  EXPECT_TRUE(test.cannot_reach_05());
  EXPECT_EQ(test.arrangements(), 10);
}

TEST(PermutationTestTest, TheMostArrangementsOfTenSitesWithThreeRatings) {
  // 10! / (3! 3! 4!) = 4,200; of a split 1, 5, 4 they are 1,260.
  std::vector<Site> sites;
  sites.reserve(10);
  for (int i = 0; i < 10; ++i) sites.push_back({i, i / 3 == 3 ? 2 : i / 3});
  EXPECT_EQ(ResultOf(TableOf(sites)).arrangements(), 4200);
  for (int i = 0; i < 10; ++i) sites[i].y = i == 0 ? 0 : i < 6 ? 1 : 2;
  EXPECT_EQ(ResultOf(TableOf(sites)).arrangements(), 1260);
}

TEST(PermutationTestTest, ManyWaysDoNotOverflow) {
  // 72! / 24!^3 ways, of which nearly all are those of one large group of ties.
  std::vector<Site> sites;
  sites.reserve(72);
  for (int i = 0; i < 72; ++i) sites.push_back({i < 70 ? 0 : i, i % 3});
  const v1::PermutationTest test = ResultOf(TableOf(sites));
  ASSERT_EQ(test.method(), v1::PermutationTest::METHOD_EXACT);
  const double ways = std::exp(std::lgamma(73.0) - 3 * std::lgamma(25.0));
  EXPECT_NEAR(test.arrangements() / ways, 1, 1e-9);
  EXPECT_GE(test.p(), test.smallest_p());
  EXPECT_LE(test.p(), 1);
}

TEST(PermutationTestTest, WilcoxonsTablesAreThatOfTwoGroups) {
  // Without ties and with two groups S = 2U - mn. Mann and Whitney (1947), table I: of 4 and 4
  // sites U <= 1 has the chance 0.029 (2 of 70), so that two-sided p is 4/70.
  const std::vector<Site> sites = {{1, 0}, {2, 0}, {3, 0}, {5, 0}, {4, 1}, {6, 1}, {7, 1}, {8, 1}};
  EXPECT_EQ(ResultOf(TableOf(sites)).p(), 4.0 / 70);
}

std::vector<Site> Draw(int count, uint64_t seed, int values, bool related) {
  std::mt19937_64 random(seed);
  std::vector<Site> sites(static_cast<size_t>(count));
  for (Site& site : sites) {
    site.x = static_cast<int>(random() % static_cast<uint64_t>(values));
    site.y = related && random() % 3 == 0 ? 3 * site.x / values : static_cast<int>(random() % 3);
  }
  return sites;
}

TEST(PermutationTestTest, MonteCarloIsNearTheNormalDistributionAndAlwaysTheSame) {
  for (const bool related : {false, true}) {
    const OrdinalTable table = TableOf(Draw(150, 5, 12, related));
    const v1::PermutationTest drawn = ResultOf(table);
    ASSERT_EQ(drawn.method(), v1::PermutationTest::METHOD_MONTE_CARLO);
    EXPECT_EQ(drawn.draws(), 99'999);
    EXPECT_EQ(drawn.SerializeAsString(), ResultOf(table).SerializeAsString());
    EXPECT_NEAR(drawn.p(), NormalP(table), 0.01);
    EXPECT_NEAR(drawn.standard_error(), std::sqrt(drawn.p() * (1 - drawn.p()) / 100'000), 1e-12);
    EXPECT_FALSE(drawn.has_smallest_p());
  }
}

TEST(PermutationTestTest, TheExactPIsNearTheNormalDistributionToo) {
  const OrdinalTable table = TableOf(Draw(40, 3, 8, true));
  const v1::PermutationTest exact = ResultOf(table);
  ASSERT_EQ(exact.method(), v1::PermutationTest::METHOD_EXACT);
  EXPECT_NEAR(exact.p(), NormalP(table), 0.02);
  EXPECT_FALSE(exact.cannot_reach_05());
}

TEST(PermutationTestTest, TheNormalDistributionAsInScipysManual) {
  // scipy 1.11, kendalltau([12, 2, 1, 12, 2], [1, 4, 7, 1, 0]).
  EXPECT_NEAR(NormalP(TableOf({{12, 1}, {2, 4}, {1, 7}, {12, 1}, {2, 0}})), 0.2827454599327748,
              1e-12);
  const std::vector<Site> sites = Draw(20'000, 8, 15, false);
  const OrdinalTable table = TableOf(sites);
  const v1::PermutationTest normal = ResultOf(table);
  ASSERT_EQ(normal.method(), v1::PermutationTest::METHOD_NORMAL);
  EXPECT_EQ(normal.p(), NormalP(table));
}

}  // namespace
}  // namespace weft::metrics
