#include "services/metrics/domain/site_numbers.h"

namespace weft::metrics {
namespace {

constexpr int kDeepest = 4;

}  // namespace

SiteNumber Richness(const Scale& scale, int engaged, int unknown) {
  SiteNumber number;
  number.units = {.known = scale.types - unknown, .all = scale.types, .base = type::v1::BASE_TYPES};
  if (number.units.known > 0) number.value = Fraction{engaged, 1};
  number.interval = Interval{{engaged, 1}, {engaged + unknown, 1}};
  return number;
}

SiteNumber Coverage(const Scale& scale, int engaged, int unknown) {
  SiteNumber number = Richness(scale, engaged, unknown);
  if (number.value.has_value()) {
    number.value->denominator = scale.types;
    number.numerator = engaged;
  }
  number.interval->low.denominator = scale.types;
  number.interval->high.denominator = scale.types;
  return number;
}

SiteNumber MeanLevelEngaged(const Scale& scale, int engaged, int unknown, int missing_depth,
                            int depth_sum) {
  const int known = engaged - missing_depth;
  const int open = unknown + missing_depth;
  SiteNumber number;
  number.units = {.known = known, .all = engaged, .base = type::v1::BASE_ENGAGED};
  if (known > 0) number.value = Fraction{depth_sum, known};
  if (known + open > 0) {
    number.interval = Interval{{depth_sum + scale.lowest * open, known + open},
                               {depth_sum + kDeepest * open, known + open}};
  }
  return number;
}

SiteNumber MeanLevelAll(const Scale& scale, int unknown, int missing_depth, int depth_sum) {
  const int open = unknown + missing_depth;
  SiteNumber number;
  number.units = {.known = scale.types - open, .all = scale.types, .base = type::v1::BASE_TYPES};
  if (number.units.known > 0) number.value = Fraction{depth_sum, number.units.known};
  number.interval = Interval{{depth_sum + scale.lowest * missing_depth, scale.types},
                             {depth_sum + kDeepest * open, scale.types}};
  return number;
}

SiteNumber DepthWeightedBreadth(const Scale& scale, int unknown, int missing_depth, int depth_sum) {
  SiteNumber number = MeanLevelAll(scale, unknown, missing_depth, depth_sum);
  if (number.value.has_value()) number.value->denominator *= kDeepest;
  number.interval->low.denominator *= kDeepest;
  number.interval->high.denominator *= kDeepest;
  return number;
}

SiteNumber DeepShare(int engaged, int engaged_known, int open, int deep) {
  SiteNumber number;
  number.units = {.known = engaged_known, .all = engaged, .base = type::v1::BASE_ENGAGED};
  if (engaged_known > 0) {
    number.value = Fraction{deep, engaged_known};
    number.numerator = deep;
  }
  if (engaged_known + open > 0) {
    number.interval = Interval{{deep, engaged_known + open}, {deep + open, engaged_known + open}};
  }
  return number;
}

SiteNumbers ComparedNumbers(const Scale& scale, int engaged, int unknown, int missing_depth,
                            int depth_sum) {
  return {Richness(scale, engaged, unknown),
          MeanLevelEngaged(scale, engaged, unknown, missing_depth, depth_sum),
          MeanLevelAll(scale, unknown, missing_depth, depth_sum),
          DepthWeightedBreadth(scale, unknown, missing_depth, depth_sum)};
}

type::v1::Estimate ToEstimate(const SiteNumber& number) {
  type::v1::Estimate estimate = number.value.has_value()
                                    ? Value(number.value->ToDouble(), number.units)
                                    : Undefined(type::v1::UNDEFINED_REASON_NO_DATA, number.units);
  if (number.numerator.has_value()) {
    estimate.set_numerator(static_cast<int32_t>(*number.numerator));
  }
  if (number.interval.has_value()) {
    SetInterval(number.interval->low.ToDouble(), number.interval->high.ToDouble(), estimate);
  }
  return estimate;
}

}  // namespace weft::metrics
