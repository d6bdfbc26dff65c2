// Q1: where sites stand in breadth and depth, and the cuts between.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_QUADRANTS_H_
#define WEFT_SERVICES_METRICS_DOMAIN_QUADRANTS_H_

#include <cstdint>
#include <optional>

#include "services/metrics/domain/aggregate.h"
#include "services/metrics/domain/fraction.h"
#include "weft/metrics/v1/metrics.pb.h"

namespace weft::metrics {

// The medians of D1 and of P1 engaged over the sites where both have a value.
struct Cuts {
  int64_t sites = 0;
  int64_t counted = 0;
  // Set when there is any such site.
  std::optional<Fraction> richness;
  std::optional<Fraction> depth;

  // `engaged` is S, `engaged_known` s, `depth_sum` Σ of a site.
  v1::Quadrant Place(int engaged, int engaged_known, int depth_sum) const;
};

// From the aggregate's part::Sites(variant).
Cuts FindCuts(const Aggregate& aggregate, const Variant& variant);
v1::QuadrantSummary SummarizeQuadrants(const Aggregate& aggregate, const Variant& variant);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_QUADRANTS_H_
