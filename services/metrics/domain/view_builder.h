// A wave's view from its records, without a store: what the read model's incremental upkeep must
// come to. For tests and for computations over stored revisions.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_VIEW_BUILDER_H_
#define WEFT_SERVICES_METRICS_DOMAIN_VIEW_BUILDER_H_

#include <vector>

#include "services/metrics/domain/wave_view.h"
#include "weft/ingestion/v1/response.pb.h"
#include "weft/ingestion/v1/wave.pb.h"
#include "weft/metrics/v1/metrics.pb.h"

namespace weft::metrics {

struct WaveRecords {
  WaveFrame frame;
  std::vector<ingestion::v1::RosterEntry> roster;
  std::vector<ingestion::v1::Response> responses;
  std::vector<ingestion::v1::ResponseRevision> revisions;
};

// In name order: every site with a roster entry or a response.
std::vector<store::v1::SiteRecord> BuildSiteRecords(const WaveRecords& records);

// Everything a view can hold: all parts, all sites. Of a filter that is none (AttributeFilter): no
// site.
WaveView BuildWaveView(const WaveRecords& records, const v1::Parameters& parameters);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_VIEW_BUILDER_H_
