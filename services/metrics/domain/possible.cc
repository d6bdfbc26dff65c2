#include "services/metrics/domain/possible.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "common/words/number_text.h"

namespace weft::metrics {
namespace {

double Compared(const v1::NumberClaim& claim, double number) {
  return claim.has_decimals() ? RoundedTo(number, claim.decimals()) : number;
}

bool Compare(v1::NumberClaim::Comparison comparison, double number, double claimed) {
  switch (comparison) {
    case v1::NumberClaim::COMPARISON_EQUAL:
      return number == claimed;
    case v1::NumberClaim::COMPARISON_AT_LEAST:
      return number >= claimed;
    case v1::NumberClaim::COMPARISON_AT_MOST:
      return number <= claimed;
    case v1::NumberClaim::COMPARISON_GREATER_THAN:
      return number > claimed;
    case v1::NumberClaim::COMPARISON_LESS_THAN:
      return number < claimed;
    default:
      return false;
  }
}

bool NumberHolds(const v1::NumberClaim& claim, double number) {
  return Compare(claim.comparison(), Compared(claim, number), claim.value());
}

// Whether the claim holds for some number(k), k from `low` to `high`, where number() rises with k.
template <class Number>
bool HoldsSomewhere(const v1::NumberClaim& claim, int64_t low, int64_t high, Number number) {
  if (NumberHolds(claim, number(low)) || NumberHolds(claim, number(high))) return true;
  // Only equality can hold in between and at neither end. Rounding keeps the order, so the first k
  // that is not below the claimed value decides.
  if (claim.comparison() != v1::NumberClaim::COMPARISON_EQUAL) return false;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    if (Compared(claim, number(middle)) < claim.value()) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return NumberHolds(claim, number(low));
}

// Numbers that can be counted: every k from `low` to `high` is possible, and then nothing is
// missing, so that the number rests on `n` units.
template <class Number>
Possible PossibleCount(const v1::NumberClaim& claim, int64_t low, int64_t high, int n,
                       Number number) {
  if (claim.has_n() && claim.n() != n) return {.hold = false, .fail = true};
  // What satisfies a claim is one stretch of numbers: if both ends do, all do.
  return {.hold = HoldsSomewhere(claim, low, high, number),
          .fail = !NumberHolds(claim, number(low)) || !NumberHolds(claim, number(high))};
}

// Numbers of which only the ends are known to be possible.
Possible PossibleBetween(const v1::NumberClaim& claim, const type::v1::Estimate& estimate,
                         bool open_base) {
  const bool at_low = NumberHolds(claim, estimate.low());
  const bool at_high = NumberHolds(claim, estimate.high());
  Possible possible{.hold = at_low || at_high, .fail = !at_low || !at_high};
  if (!*possible.hold && claim.comparison() == v1::NumberClaim::COMPARISON_EQUAL &&
      Compared(claim, estimate.low()) < claim.value() &&
      claim.value() < Compared(claim, estimate.high())) {
    possible.hold = std::nullopt;
  }
  const bool complete =
      !open_base && estimate.n() == estimate.base_size() && estimate.low() == estimate.high();
  if (claim.has_n() && complete && claim.n() != estimate.n()) return {.hold = false, .fail = true};
  if (claim.has_n() && !complete) {
    // How many units there would be is not known: what cannot hold anyway still cannot.
    if (possible.hold == true) possible.hold = std::nullopt;
    if (possible.fail == false) possible.fail = std::nullopt;
  }
  return possible;
}

}  // namespace

bool NumberHolds(const v1::NumberClaim& claim, double value, int numerator, int n) {
  if (claim.has_n() && claim.n() != n) return false;
  return NumberHolds(claim,
                     claim.quantity() == v1::NumberClaim::QUANTITY_NUMERATOR ? numerator : value);
}

Possible PossibleNumber(const v1::NumberClaim& claim, const type::v1::Estimate& estimate,
                        NumberKind kind) {
  if (!estimate.has_low() || !estimate.has_high()) return {};
  const int size = estimate.base_size();
  if (kind == NumberKind::kWhole) {
    return PossibleCount(claim, std::llround(estimate.low()), std::llround(estimate.high()), size,
                         [](int64_t k) { return static_cast<double>(k); });
  }
  const bool numerator = claim.quantity() == v1::NumberClaim::QUANTITY_NUMERATOR;
  const bool fixed_base =
      estimate.base() == type::v1::BASE_ALL || estimate.base() == type::v1::BASE_INVITED;
  if (estimate.has_numerator() && fixed_base && size > 0) {
    // Once every answer is known, the share is k of N.
    return PossibleCount(claim, std::llround(estimate.low() * size),
                         std::llround(estimate.high() * size), size, [=](int64_t k) {
                           return numerator ? static_cast<double>(k)
                                            : static_cast<double>(k) / size;
                         });
  }
  const bool open_base = kind == NumberKind::kOfOpenBase;
  if (!numerator) return PossibleBetween(claim, estimate, open_base);
  if (open_base || estimate.low() < estimate.high() || estimate.n() != size) return {};
  const bool holds = NumberHolds(claim, estimate.value(), estimate.numerator(), estimate.n());
  return {.hold = holds, .fail = !holds};
}

Possible PossibleMode(int depth, std::optional<int> claimed_n, const OpenLevels& cells) {
  const int missing = cells.unknown + cells.without_depth;
  const int target = cells.counts[depth];
  // How many of the missing cells can turn out to have a depth.
  const auto addable = [&](int d) {
    return d >= cells.lowest ? missing : cells.engaged_only ? 0 : cells.unknown;
  };
  Possible possible{.hold = true, .fail = target == 0};
  int highest_other = 0;
  for (int d = 0; d < 5; ++d) {
    if (d == depth) continue;
    highest_other = std::max(highest_other, cells.counts[d]);
    if (cells.counts[d] + addable(d) >= target) possible.fail = true;
  }
  if (depth < cells.lowest && !cells.engaged_only && cells.without_depth > 0) {
    // Engaged cells cannot come to this depth: at best they spread evenly over the others.
    int room = 0;
    int levels = 0;
    for (int d = cells.lowest; d < 5; ++d) {
      room += highest_other - cells.counts[d];
      ++levels;
    }
    const int rest = cells.without_depth - room;
    if (rest > 0) highest_other += (rest + levels - 1) / levels;
  }
  possible.hold = target + addable(depth) > highest_other;
  if (!claimed_n.has_value()) return possible;
  const int n = std::accumulate(std::begin(cells.counts), std::end(cells.counts), 0);
  if (!cells.engaged_only || missing == 0) {
    if (*claimed_n != n + missing) return {.hold = false, .fail = true};
    return possible;
  }
  if (possible.hold == true) possible.hold = std::nullopt;
  if (possible.fail == false) possible.fail = std::nullopt;
  return possible;
}

}  // namespace weft::metrics
