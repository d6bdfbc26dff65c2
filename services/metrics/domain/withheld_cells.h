// Which cells of one row of counts must be withheld, when some are too small to be told and their
// sum is known.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_WITHHELD_CELLS_H_
#define WEFT_SERVICES_METRICS_DOMAIN_WITHHELD_CELLS_H_

#include <cstdint>
#include <vector>

namespace weft::metrics {

// What makes a count of sites one that may not be told.
struct CellRule {
  // Above 0 and below this.
  int64_t minimum = 0;
  // At most this share of its row, or all but this share; 0: not looked at.
  double coded_share = 0;

  bool withholds_anything() const { return minimum > 1 || coded_share > 0; }
  // So many sites or fewer are coded, in a row of `total`: never fewer than `minimum`, or one.
  double BoundIn(int64_t total) const;
  // Whether a cell of `count` out of `total` may not be told.
  bool Withholds(int64_t count, int64_t total) const;
};

// A cell of the row.
struct RowCell {
  int64_t count = 0;
  // False for one that everybody knows to be 0: it hides nothing.
  bool possible = true;
};

// What is withheld of a row.
struct WithheldCells {
  std::vector<bool> cells;
  // Whether it may be told of coded cells that they are at most, or at least, what they are coded
  // as: not where these bounds and the sum leave only one value to one of them.
  bool bounds = false;

  bool any() const;
};

// The cells that `rule` withholds, and as many more, the smallest first, as it takes for them to be
// two or more that stand for `minimum` sites or more together: by taking the others off the row's
// sum nobody learns any of them. All cells, where the row is too small for that.
WithheldCells ChooseWithheld(const std::vector<RowCell>& row, const CellRule& rule);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_WITHHELD_CELLS_H_
