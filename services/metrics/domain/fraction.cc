#include "services/metrics/domain/fraction.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

#include "absl/container/btree_map.h"
#include "services/metrics/domain/natural.h"

namespace weft::metrics {

Sample::Sample(std::vector<Occurrence> occurrences) : occurrences_(std::move(occurrences)) {
  std::sort(occurrences_.begin(), occurrences_.end(),
            [](const Occurrence& a, const Occurrence& b) { return a.value < b.value; });
  size_t kept = 0;
  for (size_t i = 0; i < occurrences_.size(); ++i) {
    const Occurrence occurrence = occurrences_[i];
    count_ += occurrence.times;
    if (kept > 0 && occurrences_[kept - 1].value == occurrence.value) {
      occurrences_[kept - 1].times += occurrence.times;
    } else {
      occurrences_[kept++] = occurrence;
    }
  }
  occurrences_.resize(kept);
}

Fraction Sample::At(uint64_t i) const {
  for (const Occurrence& occurrence : occurrences_) {
    if (i < occurrence.times) return occurrence.value;
    i -= occurrence.times;
  }
  return Max();
}

Fraction Sample::Median() const {
  if (count_ % 2 == 1) return At(count_ / 2);
  return Middle(At(count_ / 2 - 1), At(count_ / 2));
}

double Sample::Mean() const {
  // Numerators are added up for each denominator; then everything goes over the least common
  // multiple of the denominators.
  absl::btree_map<int64_t, uint64_t> sums;
  for (const Occurrence& occurrence : occurrences_) {
    sums[occurrence.value.denominator] +=
        static_cast<uint64_t>(occurrence.value.numerator) * occurrence.times;
  }
  Natural common(1);
  for (const auto& [denominator, sum] : sums) {
    uint64_t rest = 0;
    common.DividedBy(denominator, &rest);
    common *=
        static_cast<uint64_t>(denominator) / std::gcd(static_cast<uint64_t>(denominator), rest);
  }
  Natural total;
  for (const auto& [denominator, sum] : sums) {
    Natural share = common.DividedBy(denominator);
    share *= sum;
    total += share;
  }
  common *= count_;
  return NearestQuotient(std::move(total), std::move(common));
}

}  // namespace weft::metrics
