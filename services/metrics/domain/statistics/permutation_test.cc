#include "services/metrics/domain/statistics/permutation_test.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <utility>

#include "services/metrics/domain/statistics/draws.h"
#include "services/metrics/domain/statistics/ways.h"

namespace weft::metrics {
namespace {

// Of the exact distribution: about a tenth of a second.
constexpr double kMostAdditions = 5e7;
// Ways are counted in 128 bits, and multiplied by how many sites are left before they are divided:
// at most ten thousand, while that is few enough additions.
constexpr double kMostBits = 112;

// Monte Carlo. The seed is part of the definition: the same table gives the same p.
constexpr uint64_t kSeed = 20260601;
constexpr int64_t kMostDeals = 20'000'000;  // of single labels
constexpr int64_t kMostDraws = 99'999;
constexpr int64_t kFewestDraws = 9'999;
constexpr int64_t kDealsPerStep = 100'000;

constexpr double kLevel = 0.05;

double LogFactorial(int64_t n) { return std::lgamma(static_cast<double>(n) + 1); }

// log2 of how many ways there are to deal the labels.
double BitsOfAllWays(const OrdinalTable& table) {
  double log = LogFactorial(table.n());
  for (const int64_t sites : table.column_totals()) log -= LogFactorial(sites);
  return log / std::log(2.0);
}

// How many pairs there are of `n` sites: how far S can go.
int64_t PairsOf(int64_t n) { return n * (n - 1) / 2; }

}  // namespace

// --- The exact distribution ----------------------------------------------------------------------

ExactDistribution::ExactDistribution(const OrdinalTable& table)
    : table_(table), feasible_(IsFeasible()) {
  Ways nothing;
  nothing.counts.push_back(1);
  states_.emplace(State(table.columns(), 0), std::move(nothing));
}

bool ExactDistribution::IsFeasible() const {
  if (BitsOfAllWays(table_) > kMostBits) return false;
  // How many states have dealt this many sites: as many as there are ways to take them from the
  // columns, whoever they are.
  std::vector<double> states(static_cast<size_t>(table_.n()) + 1);
  states[0] = 1;
  for (const int64_t sites : table_.column_totals()) {
    std::vector<double> next(states.size());
    double ways = 0;
    for (size_t dealt = 0; dealt < states.size(); ++dealt) {
      ways += states[dealt];
      if (dealt > static_cast<size_t>(sites))
        ways -= states[dealt - static_cast<size_t>(sites) - 1];
      next[dealt] = ways;
    }
    states = std::move(next);
  }
  double additions = 0;
  int64_t dealt = 0;
  for (const int64_t sites : table_.row_totals()) {
    // Ways to deal a row's sites to the columns.
    double ways = 1;
    for (size_t column = 1; column < table_.columns(); ++column) {
      ways *=
          static_cast<double>(sites + static_cast<int64_t>(column)) / static_cast<double>(column);
    }
    additions +=
        states[static_cast<size_t>(dealt)] * ways * static_cast<double>(PairsOf(dealt) + 1);
    if (additions > kMostAdditions) return false;
    dealt += sites;
  }
  return true;
}

void ExactDistribution::Deal(const State& from, const Ways& ways, size_t column, int64_t left,
                             absl::uint128 factor, State& to, States& next) const {
  const int64_t free = table_.column_totals()[column] - from[column];
  const bool is_last = column + 1 == table_.columns();
  if (is_last) {
    if (left > free) return;
    to[column] = from[column] + left;
    // Each new site makes a pair with each that was dealt before: concordant where the other's
    // label is lower, discordant where it is higher.
    int64_t shift = 0;
    int64_t below = 0;
    int64_t all = 0;
    for (const int64_t sites : from) all += sites;
    for (size_t i = 0; i < from.size(); ++i) {
      shift += (to[i] - from[i]) * (below - (all - below - from[i]));
      below += from[i];
    }
    Ways& sum = next[to];
    const int64_t low = ways.low + shift;
    const auto size = static_cast<int64_t>(ways.counts.size());
    if (sum.counts.empty()) sum.low = low;
    if (low < sum.low) {
      sum.counts.insert(sum.counts.begin(), static_cast<size_t>(sum.low - low), 0);
      sum.low = low;
    }
    const auto needed = static_cast<size_t>(low + size - sum.low);
    if (sum.counts.size() < needed) sum.counts.resize(needed);
    const auto offset = static_cast<size_t>(low - sum.low);
    for (size_t i = 0; i < ways.counts.size(); ++i) {
      sum.counts[offset + i] += ways.counts[i] * factor;
    }
    return;
  }
  // `factor` times the binomial coefficient of `left` over `taken`: which of the row's sites they
  // are.
  for (int64_t taken = 0; taken <= std::min(left, free); ++taken) {
    to[column] = from[column] + taken;
    Deal(from, ways, column + 1, left - taken, factor, to, next);
    factor =
        factor * static_cast<absl::uint128>(left - taken) / static_cast<absl::uint128>(taken + 1);
  }
}

bool ExactDistribution::Work() {
  if (row_ == table_.rows()) return false;
  States next;
  State to(table_.columns());
  for (const auto& [from, ways] : states_) {
    Deal(from, ways, 0, table_.row_totals()[row_], 1, to, next);
  }
  states_ = std::move(next);
  ++row_;
  return row_ < table_.rows();
}

absl::uint128 ExactDistribution::AtLeast(int64_t least) const {
  absl::uint128 ways = 0;
  for (size_t i = 0; i < last().counts.size(); ++i) {
    if (std::abs(last().low + static_cast<int64_t>(i)) >= least) ways += last().counts[i];
  }
  return ways;
}

absl::uint128 ExactDistribution::all() const { return AtLeast(0); }

int64_t ExactDistribution::greatest() const {
  int64_t greatest = 0;
  for (size_t i = 0; i < last().counts.size(); ++i) {
    if (last().counts[i] == 0) continue;
    greatest = std::max(greatest, std::abs(last().low + static_cast<int64_t>(i)));
  }
  return greatest;
}

// --- The test ------------------------------------------------------------------------------------

double NormalP(const OrdinalTable& table) {
  const auto n = static_cast<double>(table.n());
  double x1 = 0, x2 = 0, x3 = 0;
  for (const int64_t sites : table.row_totals()) {
    const auto t = static_cast<double>(sites);
    x1 += t * (t - 1) * (2 * t + 5);
    x2 += t * (t - 1);
    x3 += t * (t - 1) * (t - 2);
  }
  double y1 = 0, y2 = 0, y3 = 0;
  for (const int64_t sites : table.column_totals()) {
    const auto t = static_cast<double>(sites);
    y1 += t * (t - 1) * (2 * t + 5);
    y2 += t * (t - 1);
    y3 += t * (t - 1) * (t - 2);
  }
  const double variance = (n * (n - 1) * (2 * n + 5) - x1 - y1) / 18 + x2 * y2 / (2 * n * (n - 1)) +
                          x3 * y3 / (9 * n * (n - 1) * (n - 2));
  const int64_t difference = std::abs(CountPairs(table).difference());
  return std::erfc(static_cast<double>(difference) / std::sqrt(2 * variance));
}

PermutationTest::PermutationTest(const OrdinalTable& table)
    : table_(table),
      observed_(std::abs(CountPairs(table).difference())),
      exact_(table),
      random_(kSeed) {
  if (table.rows() < 2 || table.columns() < 2) {
    method_ = v1::PermutationTest::METHOD_NONE;
  } else if (exact_.feasible()) {
    method_ = v1::PermutationTest::METHOD_EXACT;
  } else if (table.n() <= kMostDeals / kFewestDraws &&
             table.columns() <= std::numeric_limits<uint8_t>::max()) {
    method_ = v1::PermutationTest::METHOD_MONTE_CARLO;
    wanted_ = std::min(kMostDraws, kMostDeals / table.n());
    for (size_t column = 0; column < table.columns(); ++column) {
      labels_.insert(labels_.end(), static_cast<size_t>(table.column_totals()[column]),
                     static_cast<uint8_t>(column));
    }
  } else {
    method_ = v1::PermutationTest::METHOD_NORMAL;
  }
}

int64_t PermutationTest::Difference() const {
  std::vector<int64_t> smaller(table_.columns());
  std::vector<int64_t> here(table_.columns());
  int64_t difference = 0;
  int64_t all = 0;
  size_t site = 0;
  for (const int64_t sites : table_.row_totals()) {
    std::fill(here.begin(), here.end(), 0);
    for (int64_t i = 0; i < sites; ++i) ++here[labels_[site++]];
    int64_t below = 0;
    for (size_t column = 0; column < here.size(); ++column) {
      difference += here[column] * (below - (all - below - smaller[column]));
      below += smaller[column];
    }
    for (size_t column = 0; column < here.size(); ++column) smaller[column] += here[column];
    all += sites;
  }
  return difference;
}

bool PermutationTest::Work() {
  switch (method_) {
    case v1::PermutationTest::METHOD_EXACT:
      return exact_.Work();
    case v1::PermutationTest::METHOD_MONTE_CARLO: {
      for (int64_t dealt = 0; dealt < kDealsPerStep && drawn_ < wanted_; dealt += table_.n()) {
        for (size_t i = labels_.size() - 1; i > 0; --i) {
          std::swap(labels_[i], labels_[DrawBelow(i + 1, random_)]);
        }
        ++drawn_;
        if (std::abs(Difference()) >= observed_) ++as_far_;
      }
      return drawn_ < wanted_;
    }
    default:
      return false;
  }
}

void PermutationTest::ExactResult(v1::PermutationTest& result) const {
  const absl::uint128 all = exact_.all();
  result.set_p(ShareOfWays(exact_.AtLeast(observed_), all));
  result.set_smallest_p(ShareOfWays(exact_.AtLeast(exact_.greatest()), all));
  result.set_arrangements(static_cast<double>(all));
  result.set_cannot_reach_05(result.smallest_p() > kLevel);
}

v1::PermutationTest PermutationTest::Result() const {
  v1::PermutationTest result;
  result.set_method(method_);
  switch (method_) {
    case v1::PermutationTest::METHOD_EXACT:
      ExactResult(result);
      break;
    case v1::PermutationTest::METHOD_MONTE_CARLO: {
      // The observed arrangement is one of those that chance can deal.
      const double p = static_cast<double>(as_far_ + 1) / static_cast<double>(wanted_ + 1);
      result.set_p(p);
      result.set_standard_error(std::sqrt(p * (1 - p) / static_cast<double>(wanted_ + 1)));
      result.set_draws(static_cast<int32_t>(wanted_));
      result.set_seed(static_cast<int64_t>(kSeed));
      break;
    }
    case v1::PermutationTest::METHOD_NORMAL:
      result.set_p(NormalP(table_));
      break;
    default:
      break;
  }
  return result;
}

}  // namespace weft::metrics
