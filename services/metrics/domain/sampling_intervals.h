// R5 and R6 of a wave: which numbers get an interval for sites that were not asked.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_SAMPLING_INTERVALS_H_
#define WEFT_SERVICES_METRICS_DOMAIN_SAMPLING_INTERVALS_H_

#include <string>
#include <vector>

#include "services/metrics/domain/statistics/sampling.h"
#include "services/metrics/domain/wave_view.h"
#include "weft/metrics/v1/interval.pb.h"
#include "weft/metrics/v1/metrics.pb.h"

namespace weft::metrics {

// Shares by Wilson: presence of each type, each rating, and the two upper ratings together.
std::vector<v1::SamplingInterval> ShareIntervals(const v1::WaveSummary& summary,
                                                 const Sampling& sampling);

// Means over sites, for the bootstrap; empty where nothing is known.
struct SiteValues {
  std::string metric;  // "D1", "P1", "P1-all", "P3"
  type::v1::Estimate mean;
  std::vector<Sample::Occurrence> values;
};
// `summary` is that of the view, which needs part::Sites of the aggregate.
std::vector<SiteValues> CollectSiteValues(const WaveView& view, const v1::WaveSummary& summary);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_SAMPLING_INTERVALS_H_
