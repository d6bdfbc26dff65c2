#include "services/metrics/domain/site_feedback.h"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/metrics/domain/aggregate.h"
#include "services/metrics/domain/cell.h"
#include "services/metrics/domain/compute.h"
#include "services/metrics/domain/estimate.h"
#include "services/metrics/domain/fraction.h"
#include "services/metrics/domain/site_numbers.h"
#include "services/metrics/domain/site_record.h"

namespace weft::metrics {
namespace {

using store::v1::CountedAnswers;

// Counts others, `times` of them at once, beside one's own value.
template <class T>
void Stand(const T& other, const T& own, uint64_t times, v1::Standing& standing) {
  const auto count = static_cast<int32_t>(times);
  if (other < own) {
    standing.set_lower(standing.lower() + count);
  } else if (own < other) {
    standing.set_higher(standing.higher() + count);
  } else {
    standing.set_same(standing.same() + count);
  }
}

// The aggregates hold the site itself, which is the same as itself.
void LeaveOutOneself(v1::Standing& standing) { standing.set_same(standing.same() - 1); }

void AddNumbers(const WaveView& view, const CountedAnswers& answers, v1::SiteFeedback& feedback) {
  const Variant variant = view.variant();
  const Scale scale = ScaleOf(view);
  const SiteCounts counts = CountSite(answers, variant);
  const SiteNumbers own = ComparedNumbers(scale, counts.engaged, counts.unknown,
                                          counts.missing_depth, counts.depth_sum);
  std::array<std::vector<Sample::Occurrence>, kComparedNumbers.size()> all;
  std::array<v1::Standing, kComparedNumbers.size()> others;
  for (const auto& [key, times] : view.aggregate.Part(part::Sites(variant))) {
    const SiteKey site = SiteKey::Unpack(key);
    const SiteNumbers numbers =
        ComparedNumbers(scale, site.engaged, site.unknown, site.missing_depth, site.depth_sum);
    for (size_t i = 0; i < numbers.size(); ++i) {
      if (!numbers[i].value.has_value()) continue;
      all[i].push_back({*numbers[i].value, times});
      if (own[i].value.has_value()) Stand(*numbers[i].value, *own[i].value, times, others[i]);
    }
  }
  for (size_t i = 0; i < own.size(); ++i) {
    v1::NumberStanding& standing = *feedback.add_numbers();
    standing.set_x(std::string(kComparedNumbers[i]));
    *standing.mutable_value() = ToEstimate(own[i]);
    const Sample sample(std::move(all[i]));
    const Units units{.known = static_cast<int64_t>(sample.count()),
                      .all = feedback.sites(),
                      .base = type::v1::BASE_ALL};
    *standing.mutable_median() = sample.empty()
                                     ? Undefined(type::v1::UNDEFINED_REASON_NO_DATA, units)
                                     : Value(sample.Median().ToDouble(), units);
    if (own[i].value.has_value()) LeaveOutOneself(others[i]);
    *standing.mutable_others() = std::move(others[i]);
  }
}

// What the others say of one type.
struct Elsewhere {
  int64_t engaged = 0;
  int64_t not_engaged = 0;
  int64_t unknown = 0;
  v1::Standing levels;
};

void AddTypes(const WaveView& view, const v1::SiteMetrics& own, const CountedAnswers& answers,
              v1::SiteFeedback& feedback) {
  const Variant variant = view.variant();
  std::vector<CountedCell> cells;
  for (const uint32_t code : answers.cells()) cells.push_back(CellState(code).Count(variant));
  std::vector<Elsewhere> types(static_cast<size_t>(view.frame->type_count()));
  for (const auto& [key, times] : view.aggregate.Part(part::kCells)) {
    const uint64_t type = key / CellState::kCodes;
    if (type >= types.size() || type >= cells.size()) continue;
    const CountedCell cell =
        CellState(static_cast<uint32_t>(key % CellState::kCodes)).Count(variant);
    Elsewhere& elsewhere = types[type];
    const auto count = static_cast<int64_t>(times);
    (cell.engagement == v1::ENGAGEMENT_YES  ? elsewhere.engaged
     : cell.engagement == v1::ENGAGEMENT_NO ? elsewhere.not_engaged
                                            : elsewhere.unknown) += count;
    if (cell.depth.has_value() && cells[type].depth.has_value()) {
      Stand(*cell.depth, *cells[type].depth, times, elsewhere.levels);
    }
  }
  for (size_t type = 0; type < types.size() && type < cells.size(); ++type) {
    Elsewhere& elsewhere = types[type];
    const v1::Engagement engagement = cells[type].engagement;
    // The site itself is in the aggregate.
    --(engagement == v1::ENGAGEMENT_YES  ? elsewhere.engaged
       : engagement == v1::ENGAGEMENT_NO ? elsewhere.not_engaged
                                         : elsewhere.unknown);
    if (cells[type].depth.has_value()) LeaveOutOneself(elsewhere.levels);

    v1::TypeStanding& standing = *feedback.add_partner_types();
    standing.set_partner_type(view.frame->instrument.partner_types(static_cast<int>(type)));
    standing.set_display_name(view.frame->TypeLabel(standing.partner_type()));
    *standing.mutable_cell() = own.cells(static_cast<int>(type));
    const int64_t known = elsewhere.engaged + elsewhere.not_engaged;
    *standing.mutable_presence_elsewhere() =
        Share(elsewhere.engaged, elsewhere.unknown,
              {.known = known, .all = known + elsewhere.unknown, .base = type::v1::BASE_ALL});
    *standing.mutable_level_elsewhere() = std::move(elsewhere.levels);
    if (known == 0) continue;
    const bool common = 2 * elsewhere.engaged >= known;
    if (common && engagement == v1::ENGAGEMENT_NO) {
      feedback.add_common_elsewhere(standing.partner_type());
    } else if (!common && engagement == v1::ENGAGEMENT_YES) {
      feedback.add_uncommon_elsewhere(standing.partner_type());
    }
  }
}

void AddRating(const WaveView& view, const CountedAnswers& answers, v1::SiteFeedback& feedback) {
  const type::v1::SharedResponsibility own = RatingOf(answers.rating());
  feedback.set_shared_responsibility(own);
  v1::Standing& standing = *feedback.mutable_shared_responsibility_standing();
  if (own == type::v1::SHARED_RESPONSIBILITY_UNSPECIFIED) return;
  for (const auto& [key, times] : view.aggregate.Part(part::kTotals)) {
    if (key < part::kRating) continue;
    const type::v1::SharedResponsibility other =
        RatingOf(static_cast<uint32_t>(key - part::kRating));
    if (other != type::v1::SHARED_RESPONSIBILITY_UNSPECIFIED) Stand(other, own, times, standing);
  }
  LeaveOutOneself(standing);
}

}  // namespace

v1::SiteFeedback GiveFeedback(const WaveView& view, const store::v1::SiteRecord& site) {
  const v1::SiteMetrics own = ComputeSite(view, site);
  v1::SiteFeedback feedback;
  feedback.set_name(absl::StrCat(view.frame->wave.name(), "/siteFeedback/",
                                 absl::StripPrefix(site.site(), "sites/")));
  feedback.set_site(site.site());
  feedback.set_label(own.label());
  feedback.set_counted(own.counted());
  feedback.set_sites(view.aggregate.counted());
  *feedback.mutable_provenance() = MakeProvenance(view);
  const CountedAnswers* answers = AnswersAt(site, view.parameters.floor());
  if (answers == nullptr || view.frame->type_count() == 0) return feedback;
  AddNumbers(view, *answers, feedback);
  AddTypes(view, own, *answers, feedback);
  AddRating(view, *answers, feedback);
  return feedback;
}

}  // namespace weft::metrics
