// Figure 4 of many sites: how many of them are alike.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_MODEL_GROUPS_H_
#define WEFT_SERVICES_METRICS_DOMAIN_MODEL_GROUPS_H_

#include <string>
#include <vector>

#include "services/metrics/domain/wave_view.h"
#include "weft/metrics/v1/figure.pb.h"

namespace weft::metrics {

// The counted sites whose diversity and depth have a value, each in one group, by richness, depth,
// rating and quadrant. As many groups as differ, however many sites there are. Needs SummaryParts()
// of the aggregate.
std::vector<v1::ModelGroup> GroupSites(const WaveView& view);

// The depth of a group in words: "2.25 to 2.5".
std::string LevelsText(const v1::ModelGroup& group);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_MODEL_GROUPS_H_
