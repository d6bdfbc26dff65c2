// Two groups of a wave's sites side by side.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_COMPARE_GROUPS_H_
#define WEFT_SERVICES_METRICS_DOMAIN_COMPARE_GROUPS_H_

#include <string>
#include <vector>

#include "services/metrics/domain/statistics/ordinal_table.h"
#include "services/metrics/domain/wave_view.h"
#include "weft/metrics/v1/group_comparison.pb.h"

namespace weft::metrics {

// Of the same wave, with no site in both.
struct TwoGroups {
  WaveView first;
  WaveView second;
  // How many invited sites were in both before.
  int in_both = 0;
};

// A number with the group that each site is in: 1 or 2.
struct GroupedNumber {
  std::string x;
  OrdinalTable table;
};
// In the order of GroupComparison.numbers. Needs SummaryParts() of both aggregates.
std::vector<GroupedNumber> GroupNumbers(const TwoGroups& groups);

// Everything but the groups' definitions, provenance and tests.
v1::GroupComparison CompareGroups(const TwoGroups& groups,
                                  const std::vector<GroupedNumber>& numbers);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_COMPARE_GROUPS_H_
