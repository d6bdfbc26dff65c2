#include "services/metrics/domain/partner_spread.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "services/metrics/domain/estimate.h"
#include "services/metrics/domain/fraction.h"

namespace weft::metrics {
namespace {

using store::v1::CountedAnswers;
using type::v1::Estimate;

// How many partners there are of a type: none when it is not engaged, else what was stated, if that
// is one number.
std::optional<int> PartnersOf(const CountedAnswers& answers, int type, const Variant& variant) {
  const v1::Engagement engagement = CellState(answers.cells(type)).Count(variant).engagement;
  if (engagement == v1::ENGAGEMENT_NO) return 0;
  const CountRange count = CountOf(answers, type, variant);
  if (count.min < 0 || count.min != count.max) return std::nullopt;
  return count.min;
}

// A number of which nothing is said about what is missing.
Estimate Exact(double value, const Units& units) {
  Estimate estimate = Value(value, units);
  if (units.known == units.all) SetInterval(value, value, estimate);
  return estimate;
}

}  // namespace

CountRange CountOf(const CountedAnswers& answers, int type, const Variant& variant) {
  CountRange count;
  if (answers.count_min(type) < 0) return count;
  const bool without_self =
      variant.self_rule == v1::SELF_RULE_EXCLUDE && CellState(answers.cells(type)).includes_self();
  const int self = without_self ? 1 : 0;
  count.min = std::max(0, answers.count_min(type) - self);
  if (answers.count_max(type) >= 0) count.max = std::max(0, answers.count_max(type) - self);
  return count;
}

v1::PartnerSpread SpreadPartners(const CountedAnswers& answers, const Variant& variant) {
  std::vector<int64_t> counts;
  Units units{.known = 0, .all = answers.cells_size(), .base = type::v1::BASE_TYPES};
  // Of types whose depth is known, too.
  Units weighted = units;
  int64_t level_sum = 0;
  int64_t level_partners = 0;
  for (int type = 0; type < answers.cells_size(); ++type) {
    const std::optional<int> partners = PartnersOf(answers, type, variant);
    if (!partners.has_value()) continue;
    ++units.known;
    if (*partners > 0) counts.push_back(*partners);
    const std::optional<int> depth = CellState(answers.cells(type)).Count(variant).depth;
    if (!depth.has_value()) continue;
    ++weighted.known;
    level_sum += int64_t{*partners} * *depth;
    level_partners += *partners;
  }
  int64_t total = 0;
  int64_t squares = 0;
  for (const int64_t count : counts) {
    total += count;
    squares += count * count;
  }

  v1::PartnerSpread spread;
  const Estimate no_data = Undefined(type::v1::UNDEFINED_REASON_NO_DATA, units);
  *spread.mutable_partners() =
      units.known == 0 ? no_data : Exact(static_cast<double>(total), units);
  *spread.mutable_count_weighted_level() =
      level_partners == 0 ? Undefined(type::v1::UNDEFINED_REASON_NO_DATA, weighted)
                          : Exact(Fraction{level_sum, level_partners}.ToDouble(), weighted);
  if (total == 0) {
    for (Estimate* estimate :
         {spread.mutable_shannon(), spread.mutable_simpson(), spread.mutable_hill_1(),
          spread.mutable_hill_2(), spread.mutable_evenness()}) {
      *estimate = no_data;
    }
    return spread;
  }
  double shannon = 0;
  for (const int64_t count : counts) {
    const double share = Fraction{count, total}.ToDouble();
    shannon -= share * std::log(share);
  }
  *spread.mutable_shannon() = Exact(shannon, units);
  *spread.mutable_simpson() =
      Exact(Fraction{total * total - squares, total * total}.ToDouble(), units);
  *spread.mutable_hill_1() = Exact(std::exp(shannon), units);
  *spread.mutable_hill_2() = Exact(Fraction{total * total, squares}.ToDouble(), units);
  *spread.mutable_evenness() =
      counts.size() < 2 ? Undefined(type::v1::UNDEFINED_REASON_TOO_FEW, units)
                        : Exact(shannon / std::log(static_cast<double>(counts.size())), units);
  return spread;
}

}  // namespace weft::metrics
