#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "services/metrics/domain/aggregate.h"
#include "services/metrics/domain/associations.h"
#include "services/metrics/domain/compute.h"
#include "services/metrics/domain/estimate.h"
#include "services/metrics/domain/fraction.h"
#include "services/metrics/domain/level_distribution.h"
#include "services/metrics/domain/missing_counts.h"
#include "services/metrics/domain/quadrants.h"
#include "services/metrics/domain/site_numbers.h"
#include "services/metrics/domain/site_record.h"
#include "services/metrics/domain/statistics/ordinal_association.h"

namespace weft::metrics {
namespace {

using type::v1::Estimate;

// Gathers one site-level number over the counted sites.
class StatisticBuilder {
 public:
  void Add(const SiteNumber& number, uint64_t times) {
    if (number.value.has_value()) values_.push_back({*number.value, times});
    if (number.interval.has_value()) {
      lows_.push_back({number.interval->low, times});
      highs_.push_back({number.interval->high, times});
    }
  }

  v1::SiteStatistic Build(int64_t counted) && {
    const Sample values(std::move(values_));
    const Sample lows(std::move(lows_));
    const Sample highs(std::move(highs_));
    const Units units{
        .known = static_cast<int64_t>(values.count()), .all = counted, .base = type::v1::BASE_ALL};
    const auto estimate = [&](auto statistic) {
      Estimate result = values.empty() ? Undefined(type::v1::UNDEFINED_REASON_NO_DATA, units)
                                       : Value(statistic(values), units);
      if (!lows.empty()) SetInterval(statistic(lows), statistic(highs), result);
      return result;
    };
    v1::SiteStatistic built;
    *built.mutable_mean() = estimate([](const Sample& sample) { return sample.Mean(); });
    *built.mutable_median() =
        estimate([](const Sample& sample) { return sample.Median().ToDouble(); });
    *built.mutable_min() = estimate([](const Sample& sample) { return sample.Min().ToDouble(); });
    *built.mutable_max() = estimate([](const Sample& sample) { return sample.Max().ToDouble(); });
    return built;
  }

 private:
  std::vector<Sample::Occurrence> values_;
  std::vector<Sample::Occurrence> lows_;
  std::vector<Sample::Occurrence> highs_;
};

void SummarizeSites(const WaveView& view, v1::WaveSummary& summary) {
  const Scale scale = ScaleOf(view);
  StatisticBuilder richness, coverage, mean_engaged, mean_all, breadth;
  if (scale.types > 0) {
    for (const auto& [key, times] : view.aggregate.Part(part::Sites(view.variant()))) {
      const SiteKey site = SiteKey::Unpack(key);
      richness.Add(Richness(scale, site.engaged, site.unknown), times);
      coverage.Add(Coverage(scale, site.engaged, site.unknown), times);
      mean_engaged.Add(
          MeanLevelEngaged(scale, site.engaged, site.unknown, site.missing_depth, site.depth_sum),
          times);
      mean_all.Add(MeanLevelAll(scale, site.unknown, site.missing_depth, site.depth_sum), times);
      breadth.Add(DepthWeightedBreadth(scale, site.unknown, site.missing_depth, site.depth_sum),
                  times);
    }
  }
  const int64_t counted = summary.counted();
  *summary.mutable_richness() = std::move(richness).Build(counted);
  *summary.mutable_coverage() = std::move(coverage).Build(counted);
  *summary.mutable_mean_level_engaged() = std::move(mean_engaged).Build(counted);
  *summary.mutable_mean_level_all() = std::move(mean_all).Build(counted);
  *summary.mutable_depth_weighted_breadth() = std::move(breadth).Build(counted);
}

v1::SiteStatistic SummarizeDeep(const Histogram& histogram, const WaveView& view, int64_t counted) {
  StatisticBuilder builder;
  if (view.frame->type_count() > 0) {
    for (const auto& [key, times] : histogram) {
      const DeepKey site = DeepKey::Unpack(key);
      builder.Add(DeepShare(site.engaged_known, site.engaged_known, site.open, site.deep), times);
    }
  }
  return std::move(builder).Build(counted);
}

void SummarizeTypes(const WaveView& view, v1::WaveSummary& summary) {
  struct TypeCounts {
    LevelCounts levels;
    MissingCounts level_missing;
    MissingCounts count_missing;
  };
  std::vector<TypeCounts> types(view.frame->type_count());
  const Variant variant = view.variant();
  for (const auto& [key, times] : view.aggregate.Part(part::kCells)) {
    const uint64_t type = key / CellState::kCodes;
    if (type >= types.size()) continue;
    const CellState state(static_cast<uint32_t>(key % CellState::kCodes));
    const auto cells = static_cast<int64_t>(times);
    types[type].levels.Add(state.Count(variant), cells);
    types[type].level_missing.Add(state.level_missing(), cells);
    types[type].count_missing.Add(state.count_missing(), cells);
  }
  for (int type = 0; type < view.frame->type_count(); ++type) {
    const TypeCounts& counts = types[type];
    v1::PartnerTypeSummary& row = *summary.add_partner_types();
    row.set_partner_type(view.frame->instrument.partner_types(type));
    row.set_display_name(view.frame->TypeLabel(row.partner_type()));
    const int64_t engaged = counts.levels.engaged_cells();
    *row.mutable_presence() = Share(engaged, counts.levels.unknown,
                                    {.known = engaged + counts.levels.not_engaged,
                                     .all = summary.counted(),
                                     .base = type::v1::BASE_ALL});
    *row.mutable_levels_all() = DistributeLevels(counts.levels, type::v1::BASE_ALL, variant);
    *row.mutable_levels_engaged() =
        DistributeLevels(counts.levels, type::v1::BASE_ENGAGED, variant);
    counts.level_missing.WriteTo(*row.mutable_level_missing());
    counts.count_missing.WriteTo(*row.mutable_count_missing());
  }
}

void SummarizeRatings(const WaveView& view, v1::WaveSummary& summary) {
  constexpr int kLowest = type::v1::SHARED_RESPONSIBILITY_NOT_EVIDENT;
  constexpr int kHighest = type::v1::SHARED_RESPONSIBILITY_SIGNIFICANTLY_EVIDENT;
  std::array<int64_t, kHighest + 1> sites{};
  int64_t rated = 0;
  int64_t unrated = 0;
  MissingCounts missing;
  for (const auto& [key, times] : view.aggregate.Part(part::kTotals)) {
    if (key < part::kRating) continue;
    const auto code = static_cast<uint32_t>(key - part::kRating);
    const auto count = static_cast<int64_t>(times);
    const type::v1::SharedResponsibility rating = RatingOf(code);
    if (rating == type::v1::SHARED_RESPONSIBILITY_UNSPECIFIED) {
      missing.Add(RatingMissing(code), count);
      unrated += count;
    } else {
      sites[rating] += count;
      rated += count;
    }
  }
  const Units units{.known = rated, .all = summary.counted(), .base = type::v1::BASE_ALL};
  v1::SharedResponsibilitySummary& ratings = *summary.mutable_shared_responsibility();
  for (int rating = kLowest; rating <= kHighest; ++rating) {
    v1::RatingShare& share = *ratings.add_shares();
    share.set_rating(static_cast<type::v1::SharedResponsibility>(rating));
    *share.mutable_share() = Share(sites[rating], unrated, units);
  }
  *ratings.mutable_at_least_moderate() = Share(
      sites[type::v1::SHARED_RESPONSIBILITY_MODERATELY_EVIDENT] + sites[kHighest], unrated, units);
  missing.WriteTo(*ratings.mutable_missing());
}

void SummarizeAssociations(const WaveView& view, v1::WaveSummary& summary) {
  for (const RatedNumber& number : RateNumbers(view)) {
    if (number.x != "D1" && number.x != "P1") continue;
    v1::Association& association = *summary.add_associations();
    association.set_x(number.x);
    association.set_y("R1");
    *association.mutable_tau_b() = KendallTauB(number.table, summary.counted());
  }
}

}  // namespace

v1::WaveSummary Summarize(const WaveView& view) {
  v1::WaveSummary summary;
  summary.set_name(view.frame->wave.name() + "/summary");
  summary.set_display_name(view.frame->wave.display_name());
  *summary.mutable_provenance() = MakeProvenance(view);
  summary.set_invited(view.aggregate.invited());
  summary.set_counted(view.aggregate.counted());
  summary.set_type_count(view.frame->type_count());
  summary.set_contradictions(
      static_cast<int32_t>(view.aggregate.Count(part::kTotals, part::kContradictions)));

  const auto given = static_cast<int64_t>(view.aggregate.Count(part::kTotals, part::kLevelsGiven));
  *summary.mutable_straight_lining() =
      Share(static_cast<int64_t>(view.aggregate.Count(part::kTotals, part::kStraightLined)), 0,
            {.known = given, .all = given, .base = type::v1::BASE_ALL});

  const Units invited{
      .known = summary.invited(), .all = summary.invited(), .base = type::v1::BASE_INVITED};
  *summary.mutable_response_rate() = summary.invited() == 0
                                         ? Undefined(type::v1::UNDEFINED_REASON_EMPTY_BASE, invited)
                                         : Share(summary.counted(), 0, invited);

  SummarizeSites(view, summary);
  const Variant variant = view.variant();
  *summary.mutable_share_coordination_or_deeper() =
      SummarizeDeep(view.aggregate.Part(part::Coordination(variant)), view, summary.counted());
  *summary.mutable_share_collaboration() =
      SummarizeDeep(view.aggregate.Part(part::Collaboration(variant)), view, summary.counted());
  SummarizeTypes(view, summary);
  SummarizeRatings(view, summary);
  SummarizeAssociations(view, summary);
  *summary.mutable_quadrants() = SummarizeQuadrants(view.aggregate, variant);
  return summary;
}

std::vector<uint32_t> SummaryParts(const Variant& variant) {
  return {part::kTotals, part::kCells, part::Sites(variant), part::Coordination(variant),
          part::Collaboration(variant)};
}

std::vector<uint32_t> CutParts(const Variant& variant) {
  return {part::kTotals, part::Sites(variant)};
}

}  // namespace weft::metrics
