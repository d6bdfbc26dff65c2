#include "services/metrics/domain/statistics/ordinal_association.h"

#include <cmath>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/testing/proto_matchers.h"

namespace weft::metrics {
namespace {

using testing::EqualsProto;

type::v1::Estimate KendallTauB(std::vector<PairCount> pairs, int64_t counted) {
  return metrics::KendallTauB(OrdinalTable(std::move(pairs)), counted);
}

// Counts by row and column, rows and columns being numbered from 0.
OrdinalTable TableOf(const std::vector<std::vector<uint64_t>>& counts) {
  std::vector<PairCount> pairs;
  for (size_t x = 0; x < counts.size(); ++x) {
    for (size_t y = 0; y < counts[x].size(); ++y) {
      pairs.push_back({{static_cast<int64_t>(x), 1}, static_cast<int>(y), counts[x][y]});
    }
  }
  return OrdinalTable(std::move(pairs));
}

// From (x, y) of each site.
OrdinalTable SitesOf(const std::vector<std::pair<int, int>>& sites) {
  std::vector<PairCount> pairs;
  pairs.reserve(sites.size());
  for (const auto& [x, y] : sites) pairs.push_back({{x, 1}, y, 1});
  return OrdinalTable(std::move(pairs));
}

TEST(KendallTauBTest, PerfectAgreementAndDisagreement) {
  EXPECT_THAT(KendallTauB({{{1, 1}, 1, 1}, {{2, 1}, 2, 1}, {{3, 1}, 3, 1}}, 5),
              EqualsProto("value: 1 n: 3 base_size: 5 base: BASE_ALL"));
  EXPECT_EQ(KendallTauB({{{1, 1}, 3, 1}, {{2, 1}, 2, 1}, {{3, 1}, 1, 1}}, 3).value(), -1);
}

TEST(KendallTauBTest, Ties) {
  // x: 1 2 2 3, y: 1 1 2 3. C = 4, D = 0, n0 = 6, one pair tied in x and one in y.
  EXPECT_EQ(
      KendallTauB({{{1, 1}, 1, 1}, {{2, 1}, 1, 1}, {{2, 1}, 2, 1}, {{3, 1}, 3, 1}}, 4).value(),
      4.0 / std::sqrt(5.0 * 5.0));
  // A table: three sites at (1, 1), two at (1, 2), four at (2, 2). C = 3·4, D = 0;
  // n0 = 36, n1 = 10 + 6, n2 = 3 + 15.
  EXPECT_EQ(KendallTauB({{{1, 1}, 1, 3}, {{1, 1}, 2, 2}, {{2, 1}, 2, 4}}, 9).value(),
            12.0 / std::sqrt(20.0 * 18.0));
}

TEST(KendallTauBTest, FractionsAreComparedExactly) {
  // 1/3 and 2/6 are one value, whatever they are as doubles: n1 = 1.
  EXPECT_EQ(KendallTauB({{{1, 3}, 1, 1}, {{2, 6}, 2, 1}, {{1, 2}, 3, 1}}, 3).value(),
            2.0 / std::sqrt(2.0 * 3.0));
}

TEST(KendallTauBTest, Undefined) {
  EXPECT_THAT(KendallTauB({}, 4),
              EqualsProto(R"pb(undefined {
                                 reason: UNDEFINED_REASON_TOO_FEW
                                 description: "fewer than two sites have both values"
                               }
                               n: 0
                               base_size: 4
                               base: BASE_ALL)pb"));
  EXPECT_EQ(KendallTauB({{{1, 1}, 1, 1}}, 4).undefined().reason(),
            type::v1::UNDEFINED_REASON_TOO_FEW);
  EXPECT_EQ(KendallTauB({{{2, 1}, 1, 1}, {{4, 2}, 2, 1}}, 4).undefined().reason(),
            type::v1::UNDEFINED_REASON_CONSTANT);
  EXPECT_EQ(KendallTauB({{{1, 1}, 2, 1}, {{2, 1}, 2, 3}}, 4).undefined().reason(),
            type::v1::UNDEFINED_REASON_CONSTANT);
  EXPECT_EQ(KendallTauB({{{1, 1}, 2, 2}}, 4).n(), 2);
}

TEST(KendallTauBTest, EqualsThePairByPairDefinition) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 300; ++round) {
    std::vector<PairCount> pairs;
    const int n = 2 + static_cast<int>(random() % 30);
    pairs.reserve(static_cast<size_t>(n));
    for (int i = 0; i < n; ++i) {
      pairs.push_back({{static_cast<int64_t>(random() % 6), 1 + static_cast<int64_t>(random() % 4)},
                       1 + static_cast<int>(random() % 3),
                       1});
    }
    int64_t difference = 0, tied_x = 0, tied_y = 0;
    for (int i = 0; i < n; ++i) {
      for (int j = i + 1; j < n; ++j) {
        const bool x_equal = pairs[i].x == pairs[j].x;
        const bool y_equal = pairs[i].y == pairs[j].y;
        tied_x += x_equal ? 1 : 0;
        tied_y += y_equal ? 1 : 0;
        if (x_equal || y_equal) continue;
        difference += (pairs[i].x < pairs[j].x) == (pairs[i].y < pairs[j].y) ? 1 : -1;
      }
    }
    const int64_t all = n * (n - 1) / 2;
    const type::v1::Estimate tau_b = KendallTauB(pairs, n);
    if (all == tied_x || all == tied_y) {
      EXPECT_TRUE(tau_b.has_undefined());
    } else {
      EXPECT_EQ(tau_b.value(),
                static_cast<double>(difference) / std::sqrt(static_cast<double>(all - tied_x) *
                                                            static_cast<double>(all - tied_y)));
    }
  }
}

// --- The others, with published examples ---------------------------------------------------------

TEST(OrdinalAssociationTest, ExamplesOfScipy) {
  // The manual of scipy 1.11: kendalltau, somersd and spearmanr.
  const OrdinalTable kendall = SitesOf({{12, 1}, {2, 4}, {1, 7}, {12, 1}, {2, 0}});
  EXPECT_DOUBLE_EQ(metrics::KendallTauB(kendall, 5).value(), -0.47140452079103173);
  const OrdinalTable hotels = TableOf({{27, 25, 14, 7, 0}, {7, 14, 18, 35, 12}, {1, 3, 2, 7, 17}});
  EXPECT_DOUBLE_EQ(SomersDOfY(hotels, 189).value(), 0.6032766111513396);
  const OrdinalTable spearman = SitesOf({{1, 5}, {2, 6}, {3, 7}, {4, 8}, {5, 7}});
  EXPECT_DOUBLE_EQ(SpearmanRho(spearman, 5).value(), 0.8207826816681233);
}

TEST(OrdinalAssociationTest, JonckheereOfHollanderAndWolfe) {
  // Motivational effect of knowledge of performance: Hollander and Wolfe (1973), table 6.3; J = 79.
  std::vector<std::pair<int, int>> sites;
  for (const int x : {40, 35, 38, 43, 44, 41}) sites.emplace_back(x, 0);
  for (const int x : {38, 40, 47, 44, 40, 42}) sites.emplace_back(x, 1);
  for (const int x : {48, 40, 45, 43, 46, 44}) sites.emplace_back(x, 2);
  const Jonckheere jonckheere = JonckheereTerpstra(SitesOf(sites), 20);
  EXPECT_THAT(jonckheere.statistic, EqualsProto("value: 79 n: 18 base_size: 20 base: BASE_ALL"));
  EXPECT_EQ(jonckheere.expected.value(), 54);
}

TEST(OrdinalAssociationTest, GammaAndSomersLeaveTiesOut) {
  // C = 4, D = 0; one pair is tied in x and one in y (see Ties).
  const OrdinalTable table = SitesOf({{1, 1}, {2, 1}, {2, 2}, {3, 3}});
  EXPECT_EQ(GoodmanKruskalGamma(table, 4).value(), 1);
  EXPECT_EQ(SomersDOfX(table, 4).value(), 4.0 / 5);
  EXPECT_EQ(SomersDOfY(table, 4).value(), 4.0 / 5);
}

TEST(OrdinalAssociationTest, UndefinedWhereAVariableIsConstant) {
  const OrdinalTable constant_x = SitesOf({{1, 1}, {1, 2}, {1, 3}});
  const OrdinalTable constant_y = SitesOf({{1, 1}, {2, 1}, {3, 1}});
  const auto reason = [](const type::v1::Estimate& estimate) {
    return estimate.undefined().reason();
  };
  for (const OrdinalTable& table : {constant_x, constant_y}) {
    EXPECT_EQ(reason(GoodmanKruskalGamma(table, 3)), type::v1::UNDEFINED_REASON_CONSTANT);
    EXPECT_EQ(reason(SpearmanRho(table, 3)), type::v1::UNDEFINED_REASON_CONSTANT);
  }
  EXPECT_EQ(SomersDOfX(constant_x, 3).value(), 0);
  EXPECT_EQ(reason(SomersDOfX(constant_y, 3)), type::v1::UNDEFINED_REASON_CONSTANT);
  EXPECT_EQ(reason(SomersDOfY(constant_x, 3)), type::v1::UNDEFINED_REASON_CONSTANT);
  EXPECT_EQ(reason(JonckheereTerpstra(constant_y, 3).statistic),
            type::v1::UNDEFINED_REASON_CONSTANT);
  EXPECT_EQ(reason(JonckheereTerpstra(SitesOf({{1, 1}}), 3).expected),
            type::v1::UNDEFINED_REASON_TOO_FEW);
}

TEST(OrdinalAssociationTest, CliffsDeltaCountsPairs) {
  // Of the 12 pairs, the second group's x is greater in 8, equal in 2 and less in 2.
  const OrdinalTable table = SitesOf({{1, 0}, {2, 0}, {2, 0}, {4, 0}, {2, 1}, {3, 1}, {5, 1}});
  const Dominance dominance = CliffsDelta(table, 0, 1);
  EXPECT_DOUBLE_EQ(dominance.delta.value(), (8.0 - 2.0) / 12);
  EXPECT_DOUBLE_EQ(dominance.superiority.value(), (8.0 + 1.0) / 12);
  EXPECT_EQ(dominance.delta.n(), 7);
}

}  // namespace
}  // namespace weft::metrics
