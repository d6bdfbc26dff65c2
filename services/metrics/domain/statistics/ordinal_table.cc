#include "services/metrics/domain/statistics/ordinal_table.h"

#include <algorithm>
#include <utility>

namespace weft::metrics {
namespace {

int64_t PairsOf(int64_t n) { return n * (n - 1) / 2; }

}  // namespace

OrdinalTable::OrdinalTable(std::vector<PairCount> pairs) {
  pairs.erase(std::remove_if(pairs.begin(), pairs.end(),
                             [](const PairCount& pair) { return pair.times == 0; }),
              pairs.end());
  std::sort(pairs.begin(), pairs.end(),
            [](const PairCount& a, const PairCount& b) { return a.x < b.x; });
  for (const PairCount& pair : pairs) ys_.push_back(pair.y);
  std::sort(ys_.begin(), ys_.end());
  ys_.erase(std::unique(ys_.begin(), ys_.end()), ys_.end());
  column_totals_.resize(columns());
  for (const PairCount& pair : pairs) {
    if (xs_.empty() || xs_.back() != pair.x) {
      xs_.push_back(pair.x);
      counts_.resize(rows() * columns());
      row_totals_.push_back(0);
    }
    const auto column =
        static_cast<size_t>(std::lower_bound(ys_.begin(), ys_.end(), pair.y) - ys_.begin());
    const auto times = static_cast<int64_t>(pair.times);
    counts_[(rows() - 1) * columns() + column] += times;
    row_totals_.back() += times;
    column_totals_[column] += times;
    n_ += times;
  }
}

PairTotals CountPairs(const OrdinalTable& table) {
  PairTotals totals;
  totals.all = PairsOf(table.n());
  for (const int64_t sites : table.row_totals()) totals.tied_x += PairsOf(sites);
  for (const int64_t sites : table.column_totals()) totals.tied_y += PairsOf(sites);
  // How many sites with a smaller x stand in each column.
  std::vector<int64_t> smaller(table.columns());
  int64_t all_smaller = 0;
  for (size_t row = 0; row < table.rows(); ++row) {
    int64_t left = 0;
    for (size_t column = 0; column < table.columns(); ++column) {
      const int64_t here = table.At(row, column);
      totals.concordant += here * left;
      left += smaller[column];
      totals.discordant += here * (all_smaller - left);
    }
    for (size_t column = 0; column < table.columns(); ++column) {
      smaller[column] += table.At(row, column);
    }
    all_smaller += table.row_totals()[row];
  }
  return totals;
}

}  // namespace weft::metrics
