// R2 and R4 from a wave's view: which site-level numbers are put beside shared responsibility, and
// what is said of each.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_ASSOCIATIONS_H_
#define WEFT_SERVICES_METRICS_DOMAIN_ASSOCIATIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "services/metrics/domain/statistics/ordinal_table.h"
#include "services/metrics/domain/wave_view.h"
#include "weft/metrics/v1/association.pb.h"

namespace weft::metrics {

// A number of docs/metrics.md with the ratings of the sites where both are known.
struct RatedNumber {
  std::string x;  // its id: "D1", "P1", "P1-all", "P3"
  OrdinalTable table;
};
// All of them. Needs part::Sites of the aggregate.
std::vector<RatedNumber> RateNumbers(const WaveView& view);

// Everything but the test. `counted` is N.
v1::AssociationDetail DescribeAssociation(const RatedNumber& number, int64_t counted);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_ASSOCIATIONS_H_
