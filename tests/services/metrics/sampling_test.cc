#include "services/metrics/domain/statistics/sampling.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "tests/testing/errors.h"

namespace weft::metrics {
namespace {

using testing::IsError;

Sampling At(double confidence) { return *Sampling::FromConfidence(confidence); }

int Percent(double share) { return static_cast<int>(std::lround(100 * share)); }

TEST(WilsonTest, TenSites) {
  // Edwards' ten sites: 5 of 10, 8 of 10 and 10 of 10, in whole percent.
  const Sampling sampling = At(0.95);
  const auto five = Wilson(5, 10, sampling);
  EXPECT_EQ(Percent(five->lower), 24);
  EXPECT_EQ(Percent(five->upper), 76);
  const auto eight = Wilson(8, 10, sampling);
  EXPECT_EQ(Percent(eight->lower), 49);
  EXPECT_EQ(Percent(eight->upper), 94);
  const auto ten = Wilson(10, 10, sampling);
  EXPECT_EQ(Percent(ten->lower), 72);
  EXPECT_EQ(ten->upper, 1);
  EXPECT_EQ(Wilson(0, 10, sampling)->lower, 0);
}

TEST(WilsonTest, NewcombesExamples) {
  // Newcombe (1998), table I, method 3, for 81 of 263, 15 of 148 and 1 of 29.
  const Sampling sampling = At(0.95);
  EXPECT_NEAR(Wilson(81, 263, sampling)->lower, 0.2553, 5e-5);
  EXPECT_NEAR(Wilson(81, 263, sampling)->upper, 0.3662, 5e-5);
  EXPECT_NEAR(Wilson(15, 148, sampling)->lower, 0.0624, 5e-5);
  EXPECT_NEAR(Wilson(15, 148, sampling)->upper, 0.1605, 5e-5);
  EXPECT_NEAR(Wilson(1, 29, sampling)->lower, 0.0061, 5e-5);
  EXPECT_NEAR(Wilson(1, 29, sampling)->upper, 0.1718, 5e-5);
}

TEST(WilsonTest, AFinitePopulationNarrowsIt) {
  Sampling sampling = At(0.95);
  const auto open = Wilson(5, 10, sampling);
  sampling.population = 12;
  const auto most = Wilson(5, 10, sampling);
  EXPECT_GT(most->lower, open->lower);
  EXPECT_LT(most->upper, open->upper);
  // As if 10 * 11 / 2 = 55 sites had been asked; 22 of 44 and 33 of 66 stand around it.
  EXPECT_GT(most->lower, Wilson(22, 44, At(0.95))->lower);
  EXPECT_LT(most->lower, Wilson(33, 66, At(0.95))->lower);
  sampling.population = 10;
  EXPECT_FALSE(Wilson(5, 10, sampling).has_value());
}

TEST(SamplingTest, ThreeConfidences) {
  EXPECT_EQ(At(0).outside, 50);
  EXPECT_LT(At(0.9).z(), At(0.95).z());
  EXPECT_LT(At(0.95).z(), At(0.99).z());
  EXPECT_THAT(Sampling::FromConfidence(0.5),
              IsError(absl::StatusCode::kInvalidArgument, "INVALID_FIELD"));
}

v1::SamplingInterval Bootstrap(const std::vector<Sample::Occurrence>& values,
                               const Sampling& sampling) {
  MeanBootstrap bootstrap(values, sampling);
  while (bootstrap.Work()) {
  }
  v1::SamplingInterval interval;
  bootstrap.WriteTo(interval);
  return interval;
}

// Every way to draw n of n written out, the means sorted.
double WrittenOut(const std::vector<int>& values, double share) {
  std::vector<int> sums = {0};
  for (size_t drawn = 0; drawn < values.size(); ++drawn) {
    std::vector<int> next;
    for (const int sum : sums) {
      for (const int value : values) next.push_back(sum + value);
    }
    sums = std::move(next);
  }
  std::sort(sums.begin(), sums.end());
  const auto place = static_cast<size_t>(std::ceil(static_cast<double>(sums.size()) * share));
  return static_cast<double>(sums[place - 1]) / static_cast<double>(values.size());
}

TEST(MeanBootstrapTest, EqualsEveryWayWrittenOut) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 20; ++round) {
    std::vector<int> values(1 + random() % 6);
    std::vector<Sample::Occurrence> occurrences;
    for (int& value : values) {
      value = static_cast<int>(random() % 19);
      occurrences.push_back({{value, 1}, 1});
    }
    const v1::SamplingInterval interval = Bootstrap(occurrences, At(0.9));
    ASSERT_EQ(interval.method(), v1::SamplingInterval::METHOD_BOOTSTRAP_EXACT);
    EXPECT_DOUBLE_EQ(interval.lower(), WrittenOut(values, 0.05));
    EXPECT_DOUBLE_EQ(interval.upper(), WrittenOut(values, 0.95));
    EXPECT_EQ(interval.resamples(),
              std::pow(static_cast<double>(values.size()), static_cast<double>(values.size())));
  }
}

TEST(MeanBootstrapTest, TenSitesWithFractionsAreCountedExactly) {
  std::vector<Sample::Occurrence> values;
  values.reserve(10);
  for (int i = 0; i < 10; ++i) values.push_back({{20 + 3 * i, 11 + i % 8}, 1});
  const v1::SamplingInterval interval = Bootstrap(values, At(0.95));
  EXPECT_EQ(interval.method(), v1::SamplingInterval::METHOD_BOOTSTRAP_EXACT);
  EXPECT_EQ(interval.resamples(), 1e10);
  const double mean = Sample(values).Mean();
  EXPECT_LT(interval.lower(), mean);
  EXPECT_GT(interval.upper(), mean);
}

TEST(MeanBootstrapTest, MoreSitesAreDrawnAndThenTakenForNormal) {
  std::vector<Sample::Occurrence> values;
  for (int i = 0; i <= 18; ++i) values.push_back({{i, 1}, 100});
  const v1::SamplingInterval drawn = Bootstrap(values, At(0.95));
  EXPECT_EQ(drawn.method(), v1::SamplingInterval::METHOD_BOOTSTRAP_MONTE_CARLO);
  EXPECT_EQ(drawn.SerializeAsString(), Bootstrap(values, At(0.95)).SerializeAsString());
  values.push_back({{9, 1}, 1000});
  const v1::SamplingInterval normal = Bootstrap(values, At(0.95));
  EXPECT_EQ(normal.method(), v1::SamplingInterval::METHOD_NORMAL);
  EXPECT_FALSE(normal.has_resamples());
  // 1900 sites, evenly from 0 to 18: the mean's standard error is sqrt(30 / 1900).
  const double half = At(0.95).z() * std::sqrt(30.0 / 1900);
  EXPECT_NEAR(drawn.lower(), 9 - half, 0.02);
  EXPECT_NEAR(drawn.upper(), 9 + half, 0.02);
}

TEST(MeanBootstrapTest, AFinitePopulationNarrowsItAndEndsIt) {
  const std::vector<Sample::Occurrence> values = {{{11, 1}, 2}, {{15, 1}, 6}, {{18, 1}, 2}};
  Sampling sampling = At(0.95);
  const v1::SamplingInterval open = Bootstrap(values, sampling);
  sampling.population = 12;
  const v1::SamplingInterval most = Bootstrap(values, sampling);
  const double mean = Sample(values).Mean();
  EXPECT_NEAR(most.lower() - mean, (open.lower() - mean) * std::sqrt(2.0 / 11), 1e-12);
  sampling.population = 10;
  EXPECT_EQ(Bootstrap(values, sampling).method(), v1::SamplingInterval::METHOD_NONE);
}

}  // namespace
}  // namespace weft::metrics
