#include "services/metrics/domain/statistics/paired_tests.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>

#include "absl/numeric/int128.h"
#include "services/metrics/domain/statistics/ways.h"

namespace weft::metrics {
namespace {

// Ways to choose that many signs fit 128 bits.
constexpr size_t kMostExact = 120;
constexpr double kLevel = 0.05;

// Whether signs that are chosen at random come out as uneven: each difference has a weight, and the
// weights of one sign are set against those of the other.
v1::PairedTest TestSigns(const std::vector<int64_t>& weights, int64_t observed) {
  v1::PairedTest test;
  test.set_differences(static_cast<int32_t>(weights.size()));
  if (weights.empty()) {
    test.set_method(v1::PairedTest::METHOD_NONE);
    return test;
  }
  test.set_smallest_p(std::ldexp(1.0, 1 - static_cast<int>(weights.size())));
  test.set_cannot_reach_05(test.smallest_p() > kLevel);
  if (weights.size() > kMostExact) {
    test.set_method(v1::PairedTest::METHOD_NORMAL);
    double variance = 0;
    for (const int64_t weight : weights) {
      variance += static_cast<double>(weight) * static_cast<double>(weight);
    }
    test.set_p(std::erfc(static_cast<double>(std::abs(observed)) / std::sqrt(2 * variance)));
    return test;
  }
  test.set_method(v1::PairedTest::METHOD_EXACT);
  int64_t total = 0;
  for (const int64_t weight : weights) total += weight;
  // How many choices give the positive ones this weight together.
  std::vector<absl::uint128> ways(static_cast<size_t>(total) + 1);
  ways[0] = 1;
  int64_t reached = 0;
  for (const int64_t weight : weights) {
    reached += weight;
    for (int64_t sum = reached; sum >= weight; --sum) {
      ways[static_cast<size_t>(sum)] += ways[static_cast<size_t>(sum - weight)];
    }
  }
  absl::uint128 as_uneven = 0;
  for (int64_t positive = 0; positive <= total; ++positive) {
    if (std::abs(2 * positive - total) >= std::abs(observed)) {
      as_uneven += ways[static_cast<size_t>(positive)];
    }
  }
  test.set_p(ShareOfWays(as_uneven, absl::uint128(1) << static_cast<int>(weights.size())));
  return test;
}

}  // namespace

v1::PairedTest SignTest(int64_t up, int64_t down) {
  return TestSigns(std::vector<int64_t>(static_cast<size_t>(up + down), 1), up - down);
}

v1::PairedTest SignedRankTest(std::vector<Fraction> differences) {
  const Fraction zero;
  const auto size_of = [&zero](const Fraction& difference) {
    return difference < zero ? zero - difference : difference;
  };
  differences.erase(std::remove(differences.begin(), differences.end(), zero), differences.end());
  std::sort(differences.begin(), differences.end(),
            [&](const Fraction& a, const Fraction& b) { return size_of(a) < size_of(b); });
  // Twice the mid-ranks: whole numbers.
  std::vector<int64_t> ranks;
  int64_t observed = 0;
  for (size_t begin = 0; begin < differences.size();) {
    size_t end = begin;
    while (end < differences.size() && size_of(differences[end]) == size_of(differences[begin])) {
      ++end;
    }
    const auto rank = static_cast<int64_t>(begin + end + 1);
    for (size_t i = begin; i < end; ++i) {
      ranks.push_back(rank);
      observed += differences[i] < zero ? -rank : rank;
    }
    begin = end;
  }
  return TestSigns(ranks, observed);
}

std::optional<double> StuartMaxwell(const std::array<std::array<int64_t, 3>, 3>& counts) {
  // Half of what was exchanged between each two, and how far the margins are apart.
  const auto exchanged = [&counts](size_t i, size_t j) {
    return static_cast<double>(counts[i][j] + counts[j][i]) / 2;
  };
  std::array<double, 3> apart{};
  for (size_t i = 0; i < 3; ++i) {
    for (size_t j = 0; j < 3; ++j) apart[i] += static_cast<double>(counts[i][j] - counts[j][i]);
  }
  const double n12 = exchanged(0, 1);
  const double n13 = exchanged(0, 2);
  const double n23 = exchanged(1, 2);
  const double denominator = 2 * (n12 * n23 + n12 * n13 + n13 * n23);
  if (denominator == 0) return std::nullopt;
  return (n23 * apart[0] * apart[0] + n13 * apart[1] * apart[1] + n12 * apart[2] * apart[2]) /
         denominator;
}

}  // namespace weft::metrics
