// Counts of equally likely ways, and the exact share that some of them are.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_STATISTICS_WAYS_H_
#define WEFT_SERVICES_METRICS_DOMAIN_STATISTICS_WAYS_H_

#include "absl/numeric/int128.h"
#include "services/metrics/domain/natural.h"

namespace weft::metrics {

// The double nearest to some / all. `all` is not 0.
inline double ShareOfWays(absl::uint128 some, absl::uint128 all) {
  const auto natural = [](absl::uint128 ways) {
    Natural value(absl::Uint128High64(ways));
    value <<= 64;
    value += Natural(absl::Uint128Low64(ways));
    return value;
  };
  return NearestQuotient(natural(some), natural(all));
}

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_STATISTICS_WAYS_H_
