// C1 to C3: two waves side by side.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_COMPARE_WAVES_H_
#define WEFT_SERVICES_METRICS_DOMAIN_COMPARE_WAVES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/metrics/domain/wave_view.h"
#include "weft/metrics/v1/comparison.pb.h"
#include "weft/registry/v1/taxonomy.pb.h"

namespace weft::metrics {

// Which types are the same thing in both waves: places in their instruments' partner_types().
struct TypePair {
  int earlier = 0;
  int later = 0;
};

// The types that both waves asked about, in the later one's order. Without a crosswalk those of one
// taxonomy, by code; with one, those that it maps to exactly one type which no other type is mapped
// to.
//  FAILED_PRECONDITION: TAXONOMIES_DIFFER (there is none, and one is needed);
//  CROSSWALK_OF_OTHER_TAXONOMY (it does not lead from the earlier wave's taxonomy to the later
//  one's).
absl::StatusOr<std::vector<TypePair>> MatchTypes(const WaveFrame& earlier, const WaveFrame& later,
                                                 const registry::v1::Crosswalk* crosswalk);

// Both views hold the sites, or at least those that are counted. `test`: also the tests. Without
// `crosswalk` in the answer.
v1::WaveComparison CompareWaves(const WaveView& earlier, const WaveView& later,
                                const std::vector<TypePair>& types, bool test);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_COMPARE_WAVES_H_
