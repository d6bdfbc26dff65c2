// The numbers of docs/metrics.md, computed from a wave's view. Pure: the same view gives the same
// answer, to the last bit.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_COMPUTE_H_
#define WEFT_SERVICES_METRICS_DOMAIN_COMPUTE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "services/metrics/domain/wave_view.h"
#include "weft/metrics/store/v1/read_model.pb.h"
#include "weft/metrics/v1/metrics.pb.h"

namespace weft::metrics {

// The wave at a glance, provenance included. Needs SummaryParts() of the aggregate.
v1::WaveSummary Summarize(const WaveView& view);

// One site, without provenance. Needs CutParts() of the aggregate, for the quadrant, or view.cuts.
v1::SiteMetrics ComputeSite(const WaveView& view, const store::v1::SiteRecord& site);

// All of view.sites, in their order, without provenance. The wave's cuts are computed once.
std::vector<v1::SiteMetrics> ComputeSites(const WaveView& view);

// How often each answer to the structured items was given: those of `questions`, in that order, or
// all. Needs ItemParts() of the aggregate.
//  INVALID_ARGUMENT: NOT_A_STRUCTURED_ITEM, QUESTION_NOT_IN_INSTRUMENT.
absl::StatusOr<std::vector<v1::ItemFrequencies>> ComputeItems(
    const WaveView& view, const google::protobuf::RepeatedPtrField<std::string>& questions);

// The parts of an aggregate that the computations above need.
std::vector<uint32_t> SummaryParts(const Variant& variant);
std::vector<uint32_t> CutParts(const Variant& variant);
std::vector<uint32_t> ItemParts(const ingestion::v1::Instrument& instrument);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_COMPUTE_H_
