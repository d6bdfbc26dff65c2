#include "services/metrics/domain/sampling_intervals.h"

#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "services/metrics/domain/aggregate.h"
#include "services/metrics/domain/site_numbers.h"
#include "weft/type/v1/scale.pb.h"

namespace weft::metrics {
namespace {

// "significantly_evident", as items call it.
std::string RatingId(type::v1::SharedResponsibility rating) {
  constexpr absl::string_view kPrefix = "SHARED_RESPONSIBILITY_";
  return absl::AsciiStrToLower(type::v1::SharedResponsibility_Name(rating).substr(kPrefix.size()));
}

v1::SamplingInterval ShareInterval(const char* metric, std::string subject,
                                   const type::v1::Estimate& estimate, const Sampling& sampling) {
  v1::SamplingInterval interval;
  interval.set_metric(metric);
  interval.set_subject(std::move(subject));
  *interval.mutable_estimate() = estimate;
  interval.set_method(v1::SamplingInterval::METHOD_NONE);
  if (!estimate.has_value()) return interval;
  const std::optional<Ends> ends = Wilson(estimate.numerator(), estimate.n(), sampling);
  if (!ends.has_value()) return interval;
  interval.set_method(v1::SamplingInterval::METHOD_WILSON);
  interval.set_lower(ends->lower);
  interval.set_upper(ends->upper);
  return interval;
}

}  // namespace

std::vector<v1::SamplingInterval> ShareIntervals(const v1::WaveSummary& summary,
                                                 const Sampling& sampling) {
  std::vector<v1::SamplingInterval> intervals;
  for (const v1::PartnerTypeSummary& type : summary.partner_types()) {
    intervals.push_back(ShareInterval("F1", type.partner_type(), type.presence(), sampling));
  }
  const v1::SharedResponsibilitySummary& ratings = summary.shared_responsibility();
  for (const v1::RatingShare& share : ratings.shares()) {
    intervals.push_back(ShareInterval("R1", RatingId(share.rating()), share.share(), sampling));
  }
  intervals.push_back(
      ShareInterval("R1", "at_least_moderate", ratings.at_least_moderate(), sampling));
  return intervals;
}

std::vector<SiteValues> CollectSiteValues(const WaveView& view, const v1::WaveSummary& summary) {
  const v1::SiteStatistic* statistics[] = {&summary.richness(), &summary.mean_level_engaged(),
                                           &summary.mean_level_all(),
                                           &summary.depth_weighted_breadth()};
  std::vector<SiteValues> all;
  for (size_t i = 0; i < kComparedNumbers.size(); ++i) {
    all.push_back({std::string(kComparedNumbers[i]), statistics[i]->mean(), {}});
  }
  const Scale scale = ScaleOf(view);
  if (scale.types == 0) return all;
  for (const auto& [key, times] : view.aggregate.Part(part::Sites(view.variant()))) {
    const SiteKey site = SiteKey::Unpack(key);
    const auto numbers =
        ComparedNumbers(scale, site.engaged, site.unknown, site.missing_depth, site.depth_sum);
    for (size_t i = 0; i < numbers.size(); ++i) {
      if (numbers[i].value.has_value()) all[i].values.push_back({*numbers[i].value, times});
    }
  }
  return all;
}

}  // namespace weft::metrics
