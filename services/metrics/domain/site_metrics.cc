#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/metrics/domain/aggregate.h"
#include "services/metrics/domain/compute.h"
#include "services/metrics/domain/estimate.h"
#include "services/metrics/domain/level_distribution.h"
#include "services/metrics/domain/partner_spread.h"
#include "services/metrics/domain/quadrants.h"
#include "services/metrics/domain/site_numbers.h"
#include "services/metrics/domain/site_record.h"

namespace weft::metrics {
namespace {

using store::v1::CountedAnswers;
using store::v1::SiteRecord;
using type::v1::Estimate;
using type::v1::UndefinedReason;
using v1::SiteMetrics;

Estimate UndefinedDistance() {
  return Undefined(type::v1::UNDEFINED_REASON_NO_DATA,
                   {.known = 0, .all = 1, .base = type::v1::BASE_ALL});
}

// A site without a counted response, or a wave without types.
void SetUndefined(int types, SiteMetrics& metrics) {
  const UndefinedReason reason =
      types == 0 ? type::v1::UNDEFINED_REASON_EMPTY_BASE : type::v1::UNDEFINED_REASON_NO_DATA;
  const Estimate of_types =
      Undefined(reason, {.known = 0, .all = types, .base = type::v1::BASE_TYPES});
  const Estimate of_engaged =
      Undefined(reason, {.known = 0, .all = types, .base = type::v1::BASE_ENGAGED});
  *metrics.mutable_richness() = of_types;
  *metrics.mutable_coverage() = of_types;
  *metrics.mutable_mean_level_engaged() = of_engaged;
  *metrics.mutable_mean_level_all() = of_types;
  *metrics.mutable_share_coordination_or_deeper() = of_engaged;
  *metrics.mutable_share_collaboration() = of_engaged;
  *metrics.mutable_depth_weighted_breadth() = of_types;
  *metrics.mutable_levels_all() = UndefinedLevels(type::v1::BASE_ALL, reason, types);
  *metrics.mutable_levels_engaged() = UndefinedLevels(type::v1::BASE_ENGAGED, reason, types);
}

void SetNumbers(const CountedAnswers& answers, const Scale& scale, const Variant& variant,
                SiteMetrics& metrics) {
  const SiteCounts counts = CountSite(answers, variant);
  *metrics.mutable_richness() = ToEstimate(Richness(scale, counts.engaged, counts.unknown));
  *metrics.mutable_coverage() = ToEstimate(Coverage(scale, counts.engaged, counts.unknown));
  *metrics.mutable_mean_level_engaged() = ToEstimate(MeanLevelEngaged(
      scale, counts.engaged, counts.unknown, counts.missing_depth, counts.depth_sum));
  *metrics.mutable_mean_level_all() =
      ToEstimate(MeanLevelAll(scale, counts.unknown, counts.missing_depth, counts.depth_sum));
  *metrics.mutable_share_coordination_or_deeper() = ToEstimate(
      DeepShare(counts.engaged, counts.engaged_known(), counts.open(), counts.coordination));
  *metrics.mutable_share_collaboration() = ToEstimate(
      DeepShare(counts.engaged, counts.engaged_known(), counts.open(), counts.collaboration));
  *metrics.mutable_depth_weighted_breadth() = ToEstimate(
      DepthWeightedBreadth(scale, counts.unknown, counts.missing_depth, counts.depth_sum));

  LevelCounts levels;
  for (const uint32_t code : answers.cells()) levels.Add(CellState(code).Count(variant), 1);
  *metrics.mutable_levels_all() = DistributeLevels(levels, type::v1::BASE_ALL, variant);
  *metrics.mutable_levels_engaged() = DistributeLevels(levels, type::v1::BASE_ENGAGED, variant);
}

void SetQuadrant(const CountedAnswers& answers, const Cuts& cuts, const Variant& variant,
                 SiteMetrics& metrics) {
  const SiteCounts counts = CountSite(answers, variant);
  const v1::Quadrant quadrant =
      cuts.Place(counts.engaged, counts.engaged_known(), counts.depth_sum);
  metrics.set_quadrant(quadrant);
  if (quadrant == v1::QUADRANT_UNSPECIFIED) return;
  const Units units{.known = 1, .all = 1, .base = type::v1::BASE_ALL};
  const Fraction richness = Fraction{counts.engaged, 1} - *cuts.richness;
  const Fraction depth = Fraction{counts.depth_sum, counts.engaged_known()} - *cuts.depth;
  *metrics.mutable_richness_distance() = Value(richness.ToDouble(), units);
  *metrics.mutable_depth_distance() = Value(depth.ToDouble(), units);
}

void AddCells(const CountedAnswers& answers, const WaveFrame& frame, const Variant& variant,
              SiteMetrics& metrics) {
  for (int type = 0; type < answers.cells_size() && type < frame.type_count(); ++type) {
    const CellState state(answers.cells(type));
    const CountedCell counted = state.Count(variant);
    v1::SiteCell& cell = *metrics.add_cells();
    cell.set_partner_type(frame.instrument.partner_types(type));
    cell.set_engagement(counted.engagement);
    if (counted.depth.has_value()) {
      cell.set_level(LevelAt(*counted.depth));
    } else {
      cell.set_level_missing(state.level_missing());
    }
    cell.set_count_missing(state.count_missing());
    const CountRange count = CountOf(answers, type, variant);
    if (count.min >= 0) cell.set_count_min(count.min);
    if (count.max >= 0) cell.set_count_max(count.max);
    cell.set_contradiction(state.contradiction());
  }
}

Cuts CutsOf(const WaveView& view) {
  return view.cuts.has_value() ? *view.cuts : FindCuts(view.aggregate, view.variant());
}

SiteMetrics Compute(const WaveView& view, const SiteRecord& site, const Cuts& cuts) {
  const Variant variant = view.variant();
  const Scale scale = ScaleOf(view);
  SiteMetrics metrics;
  metrics.set_name(absl::StrCat(view.frame->wave.name(), "/siteMetrics/",
                                absl::StripPrefix(site.site(), "sites/")));
  metrics.set_site(site.site());
  metrics.set_label(site.label());
  *metrics.mutable_richness_distance() = UndefinedDistance();
  *metrics.mutable_depth_distance() = UndefinedDistance();

  const CountedAnswers* answers = AnswersAt(site, view.parameters.floor());
  if (answers == nullptr) {
    SetUndefined(scale.types, metrics);
    return metrics;
  }
  metrics.set_counted(true);
  metrics.set_revision(answers->revision());
  metrics.set_shared_responsibility(RatingOf(answers->rating()));
  metrics.set_shared_responsibility_missing(RatingMissing(answers->rating()));
  if (scale.types == 0) {
    SetUndefined(scale.types, metrics);
    return metrics;
  }
  SetNumbers(*answers, scale, variant, metrics);
  *metrics.mutable_partner_spread() = SpreadPartners(*answers, variant);
  SetQuadrant(*answers, cuts, variant, metrics);
  for (const uint32_t code : answers->cells()) {
    if (CellState(code).contradiction()) metrics.set_contradictions(metrics.contradictions() + 1);
  }
  metrics.set_straight_lined(SpreadOf(*answers) == LevelSpread::kSame);
  AddCells(*answers, *view.frame, variant, metrics);
  return metrics;
}

}  // namespace

SiteMetrics ComputeSite(const WaveView& view, const SiteRecord& site) {
  return Compute(view, site, CutsOf(view));
}

std::vector<SiteMetrics> ComputeSites(const WaveView& view) {
  const Cuts cuts = CutsOf(view);
  std::vector<SiteMetrics> sites;
  sites.reserve(view.sites.size());
  for (const SiteRecord& site : view.sites) sites.push_back(Compute(view, site, cuts));
  return sites;
}

}  // namespace weft::metrics
