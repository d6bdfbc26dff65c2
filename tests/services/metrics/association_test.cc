#include "services/metrics/domain/association.h"

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "tests/testing/proto_matchers.h"

namespace weft::metrics {
namespace {

using testing::EqualsProto;

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

}  // namespace
}  // namespace weft::metrics
