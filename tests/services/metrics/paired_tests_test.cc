#include "services/metrics/domain/statistics/paired_tests.h"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace weft::metrics {
namespace {

std::vector<Fraction> Whole(const std::vector<int>& numbers) {
  std::vector<Fraction> fractions;
  fractions.reserve(numbers.size());
  for (const int number : numbers) fractions.push_back({number, 1});
  return fractions;
}

TEST(SignTest, IsTheBinomialDistribution) {
  // Of 10 differences, 8 up: 2 (1 + 10 + 45) / 1024.
  const v1::PairedTest test = SignTest(8, 2);
  EXPECT_EQ(test.method(), v1::PairedTest::METHOD_EXACT);
  EXPECT_EQ(test.p(), 112.0 / 1024);
  EXPECT_EQ(test.smallest_p(), 2.0 / 1024);
  EXPECT_EQ(test.differences(), 10);
  EXPECT_FALSE(test.cannot_reach_05());
  EXPECT_EQ(SignTest(2, 8).p(), test.p());
  EXPECT_EQ(SignTest(5, 5).p(), 1);
  EXPECT_TRUE(SignTest(5, 0).cannot_reach_05());
  EXPECT_EQ(SignTest(5, 0).p(), 0.0625);
  EXPECT_FALSE(SignTest(6, 0).cannot_reach_05());
}

TEST(SignTest, NothingToTest) {
  const v1::PairedTest test = SignTest(0, 0);
  EXPECT_EQ(test.method(), v1::PairedTest::METHOD_NONE);
  EXPECT_FALSE(test.has_p());
  EXPECT_FALSE(test.has_smallest_p());
}

TEST(SignTest, TheNormalDistributionTakesOver) {
  const v1::PairedTest exact = SignTest(70, 50);
  EXPECT_EQ(exact.method(), v1::PairedTest::METHOD_EXACT);
  const v1::PairedTest normal = SignTest(71, 50);
  EXPECT_EQ(normal.method(), v1::PairedTest::METHOD_NORMAL);
  EXPECT_NEAR(normal.p(), exact.p(), 0.03);
  EXPECT_DOUBLE_EQ(normal.p(), std::erfc(21 / std::sqrt(2.0 * 121)));
}

TEST(SignedRankTestTest, DarwinsMaize) {
  // The differences in height of Darwin's cross- and self-fertilized corn plants (1876), as in the
  // manual of scipy 1.11 for wilcoxon(): two-sided p = 0.041259765625.
  const v1::PairedTest test =
      SignedRankTest(Whole({6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75}));
  EXPECT_EQ(test.method(), v1::PairedTest::METHOD_EXACT);
  EXPECT_EQ(test.p(), 0.041259765625);
  EXPECT_EQ(test.differences(), 15);
}

TEST(SignedRankTestTest, EqualsEveryChoiceOfSignsWrittenOut) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 100; ++round) {
    std::vector<Fraction> differences(random() % 9);
    for (Fraction& difference : differences) {
      difference = {static_cast<int64_t>(random() % 9) - 4, 1 + static_cast<int64_t>(random() % 3)};
    }
    // Twice the mid-rank of each difference that is not 0.
    std::vector<int64_t> ranks;
    int64_t observed = 0;
    const auto size = [](const Fraction& of) { return std::abs(of.ToDouble()); };
    for (const Fraction& each : differences) {
      if (each.numerator == 0) continue;
      int64_t rank = 1;
      for (const Fraction& other : differences) {
        if (other.numerator == 0) continue;
        rank += size(other) < size(each) ? 2 : size(other) == size(each) ? 1 : 0;
      }
      ranks.push_back(rank);
      observed += each.numerator < 0 ? -rank : rank;
    }
    const uint64_t all = uint64_t{1} << ranks.size();
    uint64_t as_uneven = 0;
    for (uint64_t signs = 0; signs < all; ++signs) {
      int64_t sum = 0;
      for (size_t i = 0; i < ranks.size(); ++i) sum += (signs >> i) % 2 == 1 ? ranks[i] : -ranks[i];
      if (std::abs(sum) >= std::abs(observed)) ++as_uneven;
    }
    const v1::PairedTest test = SignedRankTest(differences);
    EXPECT_EQ(test.differences(), static_cast<int>(ranks.size()));
    if (ranks.empty()) {
      EXPECT_EQ(test.method(), v1::PairedTest::METHOD_NONE);
    } else {
      EXPECT_EQ(test.p(), static_cast<double>(as_uneven) / static_cast<double>(all));
    }
  }
}

TEST(StuartMaxwellTest, PublishedTables) {
  // Fleiss, Statistical Methods for Rates and Proportions (1981), table 8.8: 14.00; and Uebersax'
  // page on McNemar tests: 13.76.
  EXPECT_EQ(StuartMaxwell({{{35, 5, 0}, {15, 20, 5}, {10, 5, 5}}}), 14.0);
  EXPECT_DOUBLE_EQ(*StuartMaxwell({{{20, 10, 5}, {3, 30, 15}, {0, 5, 40}}}), 234.0 / 17);
}

TEST(StuartMaxwellTest, UndefinedWithoutTwoKindsOfExchange) {
  EXPECT_FALSE(StuartMaxwell({}).has_value());
  EXPECT_FALSE(StuartMaxwell({{{3, 2, 0}, {1, 4, 0}, {0, 0, 5}}}).has_value());
}

}  // namespace
}  // namespace weft::metrics
