#include "services/metrics/domain/quadrants.h"

#include <array>
#include <utility>
#include <vector>

#include "services/metrics/domain/estimate.h"

namespace weft::metrics {
namespace {

int EngagedKnown(const SiteKey& site) { return site.engaged - site.missing_depth; }

type::v1::Estimate CutEstimate(const std::optional<Fraction>& cut, const Cuts& cuts) {
  const Units units{.known = cuts.sites, .all = cuts.counted, .base = type::v1::BASE_ALL};
  return cut.has_value() ? Value(cut->ToDouble(), units)
                         : Undefined(type::v1::UNDEFINED_REASON_NO_DATA, units);
}

}  // namespace

v1::Quadrant Cuts::Place(int engaged, int engaged_known, int depth_sum) const {
  if (engaged_known == 0 || !richness.has_value()) return v1::QUADRANT_UNSPECIFIED;
  const bool broad = Fraction{engaged, 1} >= *richness;
  const bool deep = Fraction{depth_sum, engaged_known} >= *depth;
  if (broad) return deep ? v1::QUADRANT_BROAD_DEEP : v1::QUADRANT_BROAD_SHALLOW;
  return deep ? v1::QUADRANT_NARROW_DEEP : v1::QUADRANT_NARROW_SHALLOW;
}

Cuts FindCuts(const Aggregate& aggregate, const Variant& variant) {
  std::vector<Sample::Occurrence> richness;
  std::vector<Sample::Occurrence> depth;
  for (const auto& [key, times] : aggregate.Part(part::Sites(variant))) {
    const SiteKey site = SiteKey::Unpack(key);
    if (EngagedKnown(site) == 0) continue;
    richness.push_back({{site.engaged, 1}, times});
    depth.push_back({{site.depth_sum, EngagedKnown(site)}, times});
  }
  const Sample richness_sample(std::move(richness));
  const Sample depth_sample(std::move(depth));
  Cuts cuts;
  cuts.sites = static_cast<int64_t>(richness_sample.count());
  cuts.counted = aggregate.counted();
  if (cuts.sites > 0) {
    cuts.richness = richness_sample.Median();
    cuts.depth = depth_sample.Median();
  }
  return cuts;
}

v1::QuadrantSummary SummarizeQuadrants(const Aggregate& aggregate, const Variant& variant) {
  const Cuts cuts = FindCuts(aggregate, variant);
  std::array<int64_t, v1::Quadrant_ARRAYSIZE> sites{};
  for (const auto& [key, times] : aggregate.Part(part::Sites(variant))) {
    const SiteKey site = SiteKey::Unpack(key);
    sites[cuts.Place(site.engaged, EngagedKnown(site), site.depth_sum)] +=
        static_cast<int64_t>(times);
  }
  v1::QuadrantSummary summary;
  *summary.mutable_richness_cut() = CutEstimate(cuts.richness, cuts);
  *summary.mutable_depth_cut() = CutEstimate(cuts.depth, cuts);
  for (int quadrant = 0; quadrant < v1::Quadrant_ARRAYSIZE; ++quadrant) {
    v1::QuadrantCount& count = *summary.add_counts();
    count.set_quadrant(static_cast<v1::Quadrant>(quadrant));
    count.set_sites(static_cast<int32_t>(sites[quadrant]));
  }
  return summary;
}

}  // namespace weft::metrics
