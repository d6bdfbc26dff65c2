#include "services/metrics/domain/association.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "absl/container/btree_map.h"
#include "services/metrics/domain/estimate.h"

namespace weft::metrics {
namespace {

int64_t PairsOf(int64_t n) { return n * (n - 1) / 2; }

}  // namespace

type::v1::Estimate KendallTauB(std::vector<PairCount> pairs, int64_t counted) {
  std::sort(pairs.begin(), pairs.end(),
            [](const PairCount& a, const PairCount& b) { return a.x < b.x; });
  // How many sites with a smaller x have each y.
  absl::btree_map<int, int64_t> below;
  int64_t n = 0;
  int64_t difference = 0;  // C - D
  int64_t tied_x = 0;      // n1
  for (size_t begin = 0; begin < pairs.size();) {
    // The sites of one x, by y.
    absl::btree_map<int, int64_t> here;
    int64_t sites = 0;
    size_t end = begin;
    for (; end < pairs.size() && pairs[end].x == pairs[begin].x; ++end) {
      here[pairs[end].y] += static_cast<int64_t>(pairs[end].times);
      sites += static_cast<int64_t>(pairs[end].times);
    }
    for (const auto& [y, times] : here) {
      for (const auto& [y_below, times_below] : below) {
        if (y_below < y) difference += times * times_below;
        if (y_below > y) difference -= times * times_below;
      }
    }
    for (const auto& [y, times] : here) below[y] += times;
    n += sites;
    tied_x += PairsOf(sites);
    begin = end;
  }
  int64_t tied_y = 0;  // n2
  for (const auto& [y, times] : below) tied_y += PairsOf(times);

  const Units units{.known = n, .all = counted, .base = type::v1::BASE_ALL};
  if (n < 2) return Undefined(type::v1::UNDEFINED_REASON_TOO_FEW, units);
  const int64_t all_pairs = PairsOf(n);
  if (all_pairs == tied_x || all_pairs == tied_y) {
    return Undefined(type::v1::UNDEFINED_REASON_CONSTANT, units);
  }
  return Value(static_cast<double>(difference) / std::sqrt(static_cast<double>(all_pairs - tied_x) *
                                                           static_cast<double>(all_pairs - tied_y)),
               units);
}

}  // namespace weft::metrics
