#include "services/metrics/domain/level_distribution.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "services/metrics/domain/estimate.h"
#include "services/metrics/domain/fraction.h"

namespace weft::metrics {
namespace {

using type::v1::Base;
using type::v1::Estimate;
using type::v1::UndefinedReason;
using v1::LevelDistribution;

using Counts = std::array<int64_t, kLevelCount>;

int64_t Total(const Counts& counts) {
  return std::accumulate(counts.begin(), counts.end(), int64_t{0});
}

// The depth of the i-th cell in ascending order, from 0.
int DepthAt(const Counts& counts, int64_t i) {
  int depth = 0;
  while (i >= counts[depth]) i -= counts[depth++];
  return depth;
}

Fraction Median(const Counts& counts) {
  const int64_t n = Total(counts);
  return {DepthAt(counts, (n - 1) / 2) + DepthAt(counts, n / 2), 2};
}

// c - 1/2 + (n/2 - F)/n_c over the common denominator 2 n_c.
Fraction InterpolatedMedian(const Counts& counts) {
  const int64_t n = Total(counts);
  int64_t below = 0;
  int depth = 0;
  while (2 * (below + counts[depth]) < n) below += counts[depth++];
  return {(2 * depth - 1) * counts[depth] + n - 2 * below, 2 * counts[depth]};
}

// The smallest depth whose cumulative count is at least quarters/4 of all.
int Quartile(const Counts& counts, int quarters) {
  const int64_t n = Total(counts);
  int depth = 0;
  int64_t cumulative = counts[0];
  while (4 * cumulative < quarters * n) cumulative += counts[++depth];
  return depth;
}

// Tastle and Wierman (2007), in doubles and in the order that docs/metrics.md states.
double Consensus(const Counts& counts, int width) {
  const double n = static_cast<double>(Total(counts));
  int64_t sum = 0;
  for (int l = 0; l < kLevelCount; ++l) sum += l * counts[l];
  const double mu = static_cast<double>(sum) / n;
  const double w = width;
  double c = 1.0;
  for (int l = 0; l < kLevelCount; ++l) {
    if (counts[l] == 0) continue;
    const double p = static_cast<double>(counts[l]) / n;
    c += p * std::log2(1.0 - std::fabs(static_cast<double>(l) - mu) / w);
  }
  return c;
}

Counts With(Counts counts, int depth, int64_t more) {
  counts[depth] += more;
  return counts;
}

}  // namespace

void LevelCounts::Add(const CountedCell& cell, int64_t times) {
  if (cell.engagement == v1::ENGAGEMENT_NO) {
    not_engaged += times;
  } else if (cell.engagement != v1::ENGAGEMENT_YES) {
    unknown += times;
  } else if (cell.depth.has_value()) {
    engaged[*cell.depth] += times;
  } else {
    missing_depth += times;
  }
}

int64_t LevelCounts::engaged_cells() const { return Total(engaged) + missing_depth; }

LevelDistribution DistributeLevels(const LevelCounts& counts, Base base, const Variant& variant) {
  const bool all = base == type::v1::BASE_ALL;
  const int lowest = variant.lowest_engaged_depth();
  const int64_t open = counts.unknown + counts.missing_depth;
  Counts known = counts.engaged;
  if (all) known[0] += counts.not_engaged;

  Units units{.known = Total(known), .all = counts.engaged_cells(), .base = base};
  if (all) units.all += counts.not_engaged + counts.unknown;
  if (units.known == 0) {
    return UndefinedLevels(base, type::v1::UNDEFINED_REASON_NO_DATA, units.all);
  }

  LevelDistribution levels;
  levels.set_base(base);
  const auto n = static_cast<double>(units.known);
  const auto widest = static_cast<double>(units.known + open);
  const int64_t most = *std::max_element(known.begin(), known.end());
  for (int l = 0; l < kLevelCount; ++l) {
    const int64_t below_lowest = all ? counts.unknown : 0;
    const int64_t could_be = l >= lowest ? open : below_lowest;
    v1::LevelShare& share = *levels.add_shares();
    share.set_level(LevelAt(l));
    Estimate& estimate = *share.mutable_share();
    estimate = Value(static_cast<double>(known[l]) / n, units);
    estimate.set_numerator(static_cast<int32_t>(known[l]));
    SetInterval(static_cast<double>(known[l]) / widest,
                static_cast<double>(known[l] + could_be) / widest, estimate);
    if (known[l] == most) levels.add_modes(LevelAt(l));
  }

  // The missing cells at their lowest, and at the highest level.
  Counts low = known;
  if (all) {
    low[0] += counts.unknown;
    low[lowest] += counts.missing_depth;
  } else {
    low[lowest] += open;
  }
  const Counts high = With(known, kLevelCount - 1, open);
  *levels.mutable_median() = Value(Median(known).ToDouble(), units);
  SetInterval(Median(low).ToDouble(), Median(high).ToDouble(), *levels.mutable_median());
  *levels.mutable_interpolated_median() = Value(InterpolatedMedian(known).ToDouble(), units);
  SetInterval(InterpolatedMedian(low).ToDouble(), InterpolatedMedian(high).ToDouble(),
              *levels.mutable_interpolated_median());

  const double iqr = Quartile(known, 3) - Quartile(known, 1);
  const double consensus = Consensus(known, all ? kLevelCount - 1 : kLevelCount - 1 - lowest);
  *levels.mutable_iqr() = Value(iqr, units);
  *levels.mutable_consensus() = Value(consensus, units);
  if (open == 0) {
    SetInterval(iqr, iqr, *levels.mutable_iqr());
    SetInterval(consensus, consensus, *levels.mutable_consensus());
  }
  return levels;
}

LevelDistribution UndefinedLevels(Base base, UndefinedReason reason, int64_t base_size) {
  const Estimate undefined = Undefined(reason, {.known = 0, .all = base_size, .base = base});
  LevelDistribution levels;
  levels.set_base(base);
  for (int l = 0; l < kLevelCount; ++l) {
    v1::LevelShare& share = *levels.add_shares();
    share.set_level(LevelAt(l));
    *share.mutable_share() = undefined;
  }
  *levels.mutable_median() = undefined;
  *levels.mutable_interpolated_median() = undefined;
  *levels.mutable_iqr() = undefined;
  *levels.mutable_consensus() = undefined;
  return levels;
}

}  // namespace weft::metrics
