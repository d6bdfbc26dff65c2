// R2: Kendall's tau-b of a site-level number with shared responsibility.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_ASSOCIATION_H_
#define WEFT_SERVICES_METRICS_DOMAIN_ASSOCIATION_H_

#include <cstdint>
#include <vector>

#include "services/metrics/domain/fraction.h"
#include "weft/type/v1/estimate.pb.h"

namespace weft::metrics {

// A cell of a contingency table: sites with this x and this y.
struct PairCount {
  Fraction x;
  int y = 0;
  uint64_t times = 0;
};

// tau-b over the pairs, which may come in any order and apart. `counted` is N.
type::v1::Estimate KendallTauB(std::vector<PairCount> pairs, int64_t counted);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_ASSOCIATION_H_
