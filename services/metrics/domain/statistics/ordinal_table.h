// How two ordered variables fall together: a contingency table, and the pairs that it holds.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_STATISTICS_ORDINAL_TABLE_H_
#define WEFT_SERVICES_METRICS_DOMAIN_STATISTICS_ORDINAL_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "services/metrics/domain/fraction.h"

namespace weft::metrics {

// A cell of a contingency table: sites with this x and this y.
struct PairCount {
  Fraction x;
  int y = 0;
  uint64_t times = 0;
};

// Rows are the values of x that occur, ascending; columns those of y.
class OrdinalTable {
 public:
  // The pairs may come in any order and apart.
  explicit OrdinalTable(std::vector<PairCount> pairs);

  size_t rows() const { return xs_.size(); }
  size_t columns() const { return ys_.size(); }
  // The value of a row, and of a column.
  const Fraction& x(size_t row) const { return xs_[row]; }
  int y(size_t column) const { return ys_[column]; }
  int64_t At(size_t row, size_t column) const { return counts_[row * columns() + column]; }
  const std::vector<int64_t>& row_totals() const { return row_totals_; }
  const std::vector<int64_t>& column_totals() const { return column_totals_; }
  int64_t n() const { return n_; }

 private:
  std::vector<Fraction> xs_;
  std::vector<int> ys_;
  std::vector<int64_t> counts_;
  std::vector<int64_t> row_totals_;
  std::vector<int64_t> column_totals_;
  int64_t n_ = 0;
};

// The pairs of sites, by how they stand to each other. Up to two thousand million sites fit.
struct PairTotals {
  int64_t all = 0;     // n0 = n(n - 1)/2
  int64_t tied_x = 0;  // n1: the same x, whatever y
  int64_t tied_y = 0;  // n2: the same y, whatever x
  int64_t concordant = 0;
  int64_t discordant = 0;

  int64_t difference() const { return concordant - discordant; }
};
PairTotals CountPairs(const OrdinalTable& table);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_STATISTICS_ORDINAL_TABLE_H_
