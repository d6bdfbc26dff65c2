// One consistent state of one wave, as the computations take it. service/read_model.h loads it from
// the store; tests make one with BuildWaveView() (view_builder.h).
#ifndef WEFT_SERVICES_METRICS_DOMAIN_WAVE_VIEW_H_
#define WEFT_SERVICES_METRICS_DOMAIN_WAVE_VIEW_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/metrics/domain/aggregate.h"
#include "services/metrics/domain/cell.h"
#include "services/metrics/domain/quadrants.h"
#include "weft/ingestion/v1/instrument.pb.h"
#include "weft/ingestion/v1/wave.pb.h"
#include "weft/metrics/store/v1/read_model.pb.h"
#include "weft/metrics/v1/metrics.pb.h"
#include "weft/registry/v1/taxonomy.pb.h"

namespace weft::metrics {

// What a wave asked, and how it is called. Shared between views, never changed.
struct WaveFrame {
  ingestion::v1::Wave wave;
  // Empty when the wave's instrument is not known (yet).
  ingestion::v1::Instrument instrument;
  // Empty when the instrument's taxonomy is not known (yet).
  registry::v1::Taxonomy taxonomy;

  // K.
  int type_count() const { return instrument.partner_types_size(); }
  // As the taxonomy shows it, or the code itself.
  std::string TypeLabel(absl::string_view code) const;
};

// With which types a counted site is engaged: a bit for each, 64 to a word, the first type lowest.
struct SitePresence {
  std::vector<uint64_t> engaged;
  // Whether its engagement with every type is known.
  bool known = true;
};

struct WaveView {
  std::shared_ptr<const WaveFrame> frame;
  // Every default filled in (ResolveParameters).
  v1::Parameters parameters;
  v1::Positions computed_through;
  // Of the parameters' cohort and floor; only the parts that were asked for.
  Aggregate aggregate;
  // Where quadrants begin, when it is known already: then ComputeSite() and ComputeSites() need
  // nothing of the aggregate.
  std::optional<Cuts> cuts;
  // When asked for: the invited sites (of the cohort), in name order.
  std::vector<store::v1::SiteRecord> sites;
  // The last of them, `sites/{site}`, when there are more than were asked for.
  std::string more_after;
  // When asked for: of each counted site, in name order.
  std::vector<SitePresence> presence;

  Variant variant() const {
    return Variant{.engaged_rule = parameters.engaged_rule(), .self_rule = parameters.self_rule()};
  }
};

// What all sites of the view share in their numbers (site_numbers.h).
struct Scale ScaleOf(const WaveView& view);
// The parameters with every default filled in.
v1::Parameters ResolveParameters(const v1::Parameters& parameters);
// What a result computed from the view says about itself.
v1::Provenance MakeProvenance(const WaveView& view);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_WAVE_VIEW_H_
