#include "services/metrics/domain/withheld_cells.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace weft::metrics {

namespace {

struct Range {
  int64_t low = 0;
  int64_t high = 0;
};

// What is known of a withheld cell from its bound alone.
Range RangeOf(int64_t count, int64_t total, const CellRule& rule) {
  if (rule.coded_share == 0 || !rule.Withholds(count, total)) return {0, total};
  const auto bound = static_cast<int64_t>(rule.BoundIn(total));
  return count <= bound ? Range{0, bound} : Range{total - bound, total};
}

// Whether the bounds of the withheld cells and the sum of these leave each of them open.
bool LeaveOpen(const std::vector<RowCell>& row, const std::vector<bool>& withheld, int64_t total,
               const CellRule& rule) {
  int64_t sum = 0;
  Range all;
  for (size_t i = 0; i < row.size(); ++i) {
    if (!withheld[i]) continue;
    const Range range = RangeOf(row[i].count, total, rule);
    sum += row[i].count;
    all.low += range.low;
    all.high += range.high;
  }
  for (size_t i = 0; i < row.size(); ++i) {
    if (!withheld[i]) continue;
    const Range range = RangeOf(row[i].count, total, rule);
    const int64_t low = std::max(range.low, sum - (all.high - range.high));
    const int64_t high = std::min(range.high, sum - (all.low - range.low));
    if (low >= high) return false;
  }
  return true;
}

}  // namespace

double CellRule::BoundIn(int64_t total) const {
  const double bound = std::max(coded_share * static_cast<double>(total),
                                static_cast<double>(std::max<int64_t>(minimum, 1)));
  return std::min(bound, static_cast<double>(total));
}

bool CellRule::Withholds(int64_t count, int64_t total) const {
  if (count > 0 && count < minimum) return true;
  if (coded_share == 0 || total == 0) return false;
  const double bound = BoundIn(total);
  return static_cast<double>(count) <= bound || static_cast<double>(total - count) <= bound;
}

bool WithheldCells::any() const {
  return std::find(cells.begin(), cells.end(), true) != cells.end();
}

WithheldCells ChooseWithheld(const std::vector<RowCell>& row, const CellRule& rule) {
  int64_t total = 0;
  for (const RowCell& cell : row) total += cell.count;
  WithheldCells chosen{.cells = std::vector<bool>(row.size())};
  std::vector<bool>& withheld = chosen.cells;
  int64_t sites = 0;
  int cells = 0;
  const auto withhold = [&](size_t i) {
    withheld[i] = true;
    sites += row[i].count;
    ++cells;
  };
  for (size_t i = 0; i < row.size(); ++i) {
    if (row[i].possible && rule.Withholds(row[i].count, total)) withhold(i);
  }
  if (cells == 0) return chosen;

  // Cells with sites hide more than empty ones.
  std::vector<size_t> others;
  for (size_t i = 0; i < row.size(); ++i) {
    if (row[i].possible && !withheld[i]) others.push_back(i);
  }
  std::stable_sort(others.begin(), others.end(), [&](size_t a, size_t b) {
    if ((row[a].count == 0) != (row[b].count == 0)) return row[b].count == 0;
    return row[a].count < row[b].count;
  });
  for (const size_t i : others) {
    if (cells >= 2 && sites >= std::max<int64_t>(rule.minimum, 1)) break;
    withhold(i);
  }
  chosen.bounds = LeaveOpen(row, withheld, total, rule);
  return chosen;
}

}  // namespace weft::metrics
