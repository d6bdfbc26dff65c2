// What an audience may be told of a wave: withholds small cells, whatever would let somebody work
// them out again, and the rows of sites that do not appear one by one (docs/metrics.md, X1).
//
//   v1::WaveContent whole = MakeContent(view);
//   v1::WaveContent told = Disclose(view, policy);
#ifndef WEFT_SERVICES_METRICS_DOMAIN_DISCLOSURE_H_
#define WEFT_SERVICES_METRICS_DOMAIN_DISCLOSURE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/metrics/domain/wave_view.h"
#include "weft/metrics/v1/disclosure.pb.h"

namespace weft::metrics {

// INVALID_ARGUMENT; `field` is where the policy stands in the request: "policy.".
absl::Status ValidatePolicy(const v1::DisclosurePolicy& policy, absl::string_view field);
// What an audience is told unless somebody decides otherwise: operators everything, members every
// site by its label, the public sites that agreed to be named and no cell of fewer than five
// others.
v1::DisclosurePolicy DefaultPolicy(v1::Audience audience);

// The summary and the four figures, nothing withheld. `view` holds all counted sites, all parts.
v1::WaveContent MakeContent(const WaveView& view);
// The same without what the policy's audience may not know.
v1::WaveContent Disclose(const WaveView& view, const v1::DisclosurePolicy& policy);

// The sites that somebody has read about, in one publication: names.
using SiteSet = std::vector<std::string>;
// Whether counts over each of `sets` together tell of fewer than `minimum_cell` sites: by adding
// and taking off publications from each other. Then the names of the fewest such sites, sorted;
// else none.
SiteSet FewestSingledOut(const std::vector<SiteSet>& sets, int minimum_cell);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_DISCLOSURE_H_
