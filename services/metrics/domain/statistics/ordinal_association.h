// R2: how two ordered variables go together. docs/metrics.md has the formulas and their undefined
// cases; sources: Kendall (1945), Goodman and Kruskal (1954), Somers (1962), Spearman (1904),
// Jonckheere (1954) and Terpstra (1952).
#ifndef WEFT_SERVICES_METRICS_DOMAIN_STATISTICS_ORDINAL_ASSOCIATION_H_
#define WEFT_SERVICES_METRICS_DOMAIN_STATISTICS_ORDINAL_ASSOCIATION_H_

#include "services/metrics/domain/estimate.h"
#include "services/metrics/domain/statistics/ordinal_table.h"
#include "weft/type/v1/estimate.pb.h"

namespace weft::metrics {

// Each is undefined with fewer than two sites (TOO_FEW) and where what it divides by is 0
// (CONSTANT). n is the table's; `counted` is N.
type::v1::Estimate KendallTauB(const OrdinalTable& table, int64_t counted);
type::v1::Estimate GoodmanKruskalGamma(const OrdinalTable& table, int64_t counted);
// Of the dependent variable, given the other: pairs that are tied in the other one do not count.
type::v1::Estimate SomersDOfX(const OrdinalTable& table, int64_t counted);
type::v1::Estimate SomersDOfY(const OrdinalTable& table, int64_t counted);
type::v1::Estimate SpearmanRho(const OrdinalTable& table, int64_t counted);

// How many pairs of sites in different columns stand in the order of the columns; ties count half.
// And how many that would be by chance.
struct Jonckheere {
  type::v1::Estimate statistic;
  type::v1::Estimate expected;
};
Jonckheere JonckheereTerpstra(const OrdinalTable& table, int64_t counted);

// R4: Cliff's delta (1993) between two columns: how much more often x is greater in `higher` than
// in `lower`, and Vargha and Delaney's A (2000), the chance that it is.
struct Dominance {
  type::v1::Estimate delta;
  type::v1::Estimate superiority;
};
Dominance CliffsDelta(const OrdinalTable& table, size_t lower, size_t higher);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_STATISTICS_ORDINAL_ASSOCIATION_H_
