// The site-level numbers D1, D2, P1, P2 and P3 as exact fractions, from which both a site's
// estimates and the wave's statistics are made.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_SITE_NUMBERS_H_
#define WEFT_SERVICES_METRICS_DOMAIN_SITE_NUMBERS_H_

#include <array>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "services/metrics/domain/estimate.h"
#include "services/metrics/domain/fraction.h"
#include "weft/type/v1/estimate.pb.h"

namespace weft::metrics {

struct Interval {
  Fraction low;
  Fraction high;
};

// A number of one site. Without a value it is undefined: nothing is known.
struct SiteNumber {
  std::optional<Fraction> value;
  std::optional<Interval> interval;
  Units units;
  // For shares: how many of units.known have the property.
  std::optional<int64_t> numerator;
};

// K types and λ, the lowest depth of an engaged cell: what all sites of a wave share.
struct Scale {
  int types = 0;
  int lowest = 1;
};

// `engaged` is S, `unknown` u, `missing_depth` v, `depth_sum` Σ (docs/metrics.md). K is not 0.
SiteNumber Richness(const Scale& scale, int engaged, int unknown);
SiteNumber Coverage(const Scale& scale, int engaged, int unknown);
SiteNumber MeanLevelEngaged(const Scale& scale, int engaged, int unknown, int missing_depth,
                            int depth_sum);
SiteNumber MeanLevelAll(const Scale& scale, int unknown, int missing_depth, int depth_sum);
SiteNumber DepthWeightedBreadth(const Scale& scale, int unknown, int missing_depth, int depth_sum);
// P2: `deep` of the `engaged_known` engaged cells with known depth, of `engaged` ones; `open` cells
// leave it open.
SiteNumber DeepShare(int engaged, int engaged_known, int open, int deep);

// The numbers that are put beside others (R2 to R5, C3), by their ids, and those of a site.
inline constexpr std::array<absl::string_view, 4> kComparedNumbers = {"D1", "P1", "P1-all", "P3"};
using SiteNumbers = std::array<SiteNumber, kComparedNumbers.size()>;
SiteNumbers ComparedNumbers(const Scale& scale, int engaged, int unknown, int missing_depth,
                            int depth_sum);

type::v1::Estimate ToEstimate(const SiteNumber& number);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_SITE_NUMBERS_H_
