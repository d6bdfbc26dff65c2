#include "services/metrics/domain/fraction.h"

#include <cmath>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "services/metrics/domain/natural.h"

namespace weft::metrics {
namespace {

TEST(NaturalTest, Arithmetic) {
  Natural big(1);
  for (int i = 2; i <= 30; ++i) big *= i;  // 30! has 108 bits
  EXPECT_EQ(big.bits(), 108);
  uint64_t rest = 7;
  Natural divided = big;
  for (int i = 30; i >= 3; --i) {
    divided = divided.DividedBy(i, &rest);
    EXPECT_EQ(rest, 0u);
  }
  EXPECT_EQ(divided, Natural(2));

  Natural more = big;
  more += Natural(1);
  EXPECT_GT(more, big);
  more.DividedBy(30, &rest);
  EXPECT_EQ(rest, 1u);
  more -= big;
  EXPECT_EQ(more, Natural(1));
  more <<= 200;
  EXPECT_EQ(more.bits(), 201);
  for (int i = 0; i < 200; ++i) more.Halve();
  EXPECT_EQ(more, Natural(1));
  more -= Natural(1);
  EXPECT_TRUE(more.is_zero());
  EXPECT_EQ(more, Natural());
}

TEST(NaturalTest, CarriesAndBorrowsAcrossWords) {
  Natural a(~uint64_t{0});
  a += Natural(1);
  EXPECT_EQ(a.bits(), 65);
  a -= Natural(1);
  EXPECT_EQ(a, Natural(~uint64_t{0}));
  a *= ~uint64_t{0};
  EXPECT_EQ(a.bits(), 128);
}

TEST(NaturalTest, NearestQuotientOfExactDoubles) {
  // The division of two exact doubles rounds once, so the machine knows the answer.
  std::mt19937_64 random(20250614);
  for (int i = 0; i < 20000; ++i) {
    const uint64_t a = random() >> (11 + random() % 50);
    const uint64_t b = 1 + (random() >> (11 + random() % 50));
    ASSERT_EQ(NearestQuotient(Natural(a), Natural(b)),
              static_cast<double>(a) / static_cast<double>(b))
        << a << " / " << b;
  }
}

TEST(NaturalTest, NearestQuotientRoundsTiesToEven) {
  const uint64_t odd = (uint64_t{1} << 53) + 1;  // between two doubles
  EXPECT_EQ(NearestQuotient(Natural(odd), Natural(1)), std::ldexp(1.0, 53));
  EXPECT_EQ(NearestQuotient(Natural(odd + 2), Natural(1)), std::ldexp(1.0, 53) + 4);
  // The least bit more breaks the tie.
  Natural above(odd);
  above <<= 100;
  above += Natural(1);
  Natural one(1);
  one <<= 100;
  EXPECT_EQ(NearestQuotient(above, one), std::ldexp(1.0, 53) + 2);
}

TEST(FractionTest, ComparesExactly) {
  EXPECT_TRUE((Fraction{2, 3} == Fraction{4, 6}));
  EXPECT_TRUE((Fraction{2, 3} > Fraction{1, 2}));
  EXPECT_EQ((Fraction{7, 3} - Fraction{5, 2}).ToDouble(), -1.0 / 6.0);
  EXPECT_EQ(Middle({8, 3}, {2, 1}).ToDouble(), 7.0 / 3.0);
}

TEST(SampleTest, Statistics) {
  const Sample sample({{{3, 1}, 1}, {{1, 2}, 2}, {{2, 4}, 1}, {{5, 2}, 2}});
  EXPECT_EQ(sample.count(), 6u);
  EXPECT_EQ(sample.Min().ToDouble(), 0.5);
  EXPECT_EQ(sample.Max().ToDouble(), 3);
  // 1/2 1/2 1/2 | 5/2 5/2 3
  EXPECT_EQ(sample.Median().ToDouble(), 1.5);
  EXPECT_EQ(sample.Mean(), 9.5 / 6);
  const Sample odd({{{3, 1}, 2}, {{1, 2}, 1}});
  EXPECT_EQ(odd.Median().ToDouble(), 3);
  EXPECT_TRUE(Sample({}).empty());
}

TEST(SampleTest, MeanIsTheNearestDoubleForEveryDenominator) {
  // 1/1 + 1/2 + … + 1/200 over a common denominator of 300 bits; the sum of doubles would be off in
  // the last places. Reference: 5.87803094812144… / 200, from exact arithmetic.
  std::vector<Sample::Occurrence> harmonic;
  for (int i = 1; i <= 200; ++i) harmonic.push_back({{1, i}, 1});
  EXPECT_EQ(Sample(harmonic).Mean(), 0.029390154740607223);

  // 1/3 three times is exactly 1, 1/10 ten times too.
  EXPECT_EQ(Sample({{{1, 3}, 3}}).Mean(), 1.0 / 3.0);
  EXPECT_EQ(Sample({{{1, 10}, 7}, {{3, 10}, 1}}).Mean(), 1.0 / 8.0);
}

}  // namespace
}  // namespace weft::metrics
