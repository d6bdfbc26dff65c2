#include "services/metrics/domain/statistics/ordinal_association.h"

#include <cmath>

#include "absl/numeric/int128.h"

namespace weft::metrics {
namespace {

using type::v1::Estimate;

Units UnitsOf(const OrdinalTable& table, int64_t counted) {
  return {.known = table.n(), .all = counted, .base = type::v1::BASE_ALL};
}

// numerator / denominator, where a denominator of 0 says that a variable is constant.
Estimate Quotient(const OrdinalTable& table, int64_t counted, int64_t numerator,
                  double denominator) {
  const Units units = UnitsOf(table, counted);
  if (table.n() < 2) return Undefined(type::v1::UNDEFINED_REASON_TOO_FEW, units);
  if (denominator == 0) return Undefined(type::v1::UNDEFINED_REASON_CONSTANT, units);
  return Value(static_cast<double>(numerator) / denominator, units);
}

// Twice the deviation of each value's mid-rank from the mean rank: a whole number.
std::vector<int64_t> RankDeviations(const std::vector<int64_t>& totals, int64_t n) {
  std::vector<int64_t> deviations;
  deviations.reserve(totals.size());
  int64_t before = 0;
  for (const int64_t sites : totals) {
    deviations.push_back(2 * before + sites - n);
    before += sites;
  }
  return deviations;
}

absl::int128 SumOfSquares(const std::vector<int64_t>& deviations,
                          const std::vector<int64_t>& totals) {
  absl::int128 sum = 0;
  for (size_t i = 0; i < totals.size(); ++i) {
    sum += absl::int128(deviations[i]) * deviations[i] * totals[i];
  }
  return sum;
}

}  // namespace

Estimate KendallTauB(const OrdinalTable& table, int64_t counted) {
  const PairTotals pairs = CountPairs(table);
  return Quotient(table, counted, pairs.difference(),
                  std::sqrt(static_cast<double>(pairs.all - pairs.tied_x) *
                            static_cast<double>(pairs.all - pairs.tied_y)));
}

Estimate GoodmanKruskalGamma(const OrdinalTable& table, int64_t counted) {
  const PairTotals pairs = CountPairs(table);
  return Quotient(table, counted, pairs.difference(),
                  static_cast<double>(pairs.concordant + pairs.discordant));
}

Estimate SomersDOfX(const OrdinalTable& table, int64_t counted) {
  const PairTotals pairs = CountPairs(table);
  return Quotient(table, counted, pairs.difference(),
                  static_cast<double>(pairs.all - pairs.tied_y));
}

Estimate SomersDOfY(const OrdinalTable& table, int64_t counted) {
  const PairTotals pairs = CountPairs(table);
  return Quotient(table, counted, pairs.difference(),
                  static_cast<double>(pairs.all - pairs.tied_x));
}

Estimate SpearmanRho(const OrdinalTable& table, int64_t counted) {
  const Units units = UnitsOf(table, counted);
  if (table.n() < 2) return Undefined(type::v1::UNDEFINED_REASON_TOO_FEW, units);
  const std::vector<int64_t> xs = RankDeviations(table.row_totals(), table.n());
  const std::vector<int64_t> ys = RankDeviations(table.column_totals(), table.n());
  absl::int128 covariance = 0;
  for (size_t row = 0; row < table.rows(); ++row) {
    for (size_t column = 0; column < table.columns(); ++column) {
      covariance += absl::int128(xs[row]) * ys[column] * table.At(row, column);
    }
  }
  const absl::int128 x_squares = SumOfSquares(xs, table.row_totals());
  const absl::int128 y_squares = SumOfSquares(ys, table.column_totals());
  if (x_squares == 0 || y_squares == 0) {
    return Undefined(type::v1::UNDEFINED_REASON_CONSTANT, units);
  }
  return Value(static_cast<double>(covariance) /
                   std::sqrt(static_cast<double>(x_squares) * static_cast<double>(y_squares)),
               units);
}

Jonckheere JonckheereTerpstra(const OrdinalTable& table, int64_t counted) {
  const Units units = UnitsOf(table, counted);
  if (table.n() < 2 || table.columns() < 2) {
    const Estimate none = Undefined(
        table.n() < 2 ? type::v1::UNDEFINED_REASON_TOO_FEW : type::v1::UNDEFINED_REASON_CONSTANT,
        units);
    return {.statistic = none, .expected = none};
  }
  const PairTotals pairs = CountPairs(table);
  const int64_t apart = pairs.all - pairs.tied_y;
  return {.statistic = Value(static_cast<double>(apart + pairs.difference()) / 2, units),
          .expected = Value(static_cast<double>(apart) / 2, units)};
}

Dominance CliffsDelta(const OrdinalTable& table, size_t lower, size_t higher) {
  int64_t difference = 0;  // #(x of `higher` > x of `lower`) - #(it is less)
  int64_t lower_below = 0;
  int64_t higher_below = 0;
  for (size_t row = 0; row < table.rows(); ++row) {
    const int64_t in_lower = table.At(row, lower);
    const int64_t in_higher = table.At(row, higher);
    difference += in_higher * lower_below - in_lower * higher_below;
    lower_below += in_lower;
    higher_below += in_higher;
  }
  const int64_t sites = lower_below + higher_below;
  const int64_t pairs = lower_below * higher_below;
  const Units units{.known = sites, .all = sites, .base = type::v1::BASE_ALL};
  if (pairs == 0) {
    const Estimate none = Undefined(type::v1::UNDEFINED_REASON_NO_DATA, units);
    return {.delta = none, .superiority = none};
  }
  return {.delta = Value(static_cast<double>(difference) / static_cast<double>(pairs), units),
          .superiority = Value(
              static_cast<double>(difference + pairs) / static_cast<double>(2 * pairs), units)};
}

}  // namespace weft::metrics
