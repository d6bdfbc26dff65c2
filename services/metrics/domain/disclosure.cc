#include "services/metrics/domain/disclosure.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/words/number_text.h"
#include "services/metrics/domain/compute.h"
#include "services/metrics/domain/figures.h"
#include "services/metrics/domain/level_distribution.h"
#include "services/metrics/domain/quadrants.h"
#include "services/metrics/domain/site_record.h"
#include "services/metrics/domain/withheld_cells.h"

namespace weft::metrics {
namespace {

using store::v1::CountedAnswers;
using store::v1::SiteRecord;
using type::v1::Estimate;

constexpr int kMostMinimumCell = 100;
constexpr int kDefaultMinimumCell = 5;
constexpr int kRatings = type::v1::SHARED_RESPONSIBILITY_SIGNIFICANTLY_EVIDENT;

bool Appears(const SiteRecord& site, const v1::DisclosurePolicy& policy) {
  if (policy.site_rows() == v1::SITE_ROWS_NONE) return false;
  return policy.site_rows() == v1::SITE_ROWS_ALL || site.named();
}

// What the sites that do not appear one by one said, by type and by rating.
struct Others {
  int64_t sites = 0;
  std::vector<LevelCounts> types;
  std::array<int64_t, kRatings + 1> ratings{};
  // Those with a cell that contradicts itself.
  int64_t contradicting = 0;
  // Those that gave enough levels, the same ones or different ones.
  int64_t straight_lined = 0;
  int64_t varied = 0;
};

Others CountOthers(const WaveView& view, const v1::DisclosurePolicy& policy) {
  Others others;
  others.types.resize(view.frame->type_count());
  for (const SiteRecord& site : view.sites) {
    const CountedAnswers* const answers = AnswersAt(site, view.parameters.floor());
    if (answers == nullptr || Appears(site, policy)) continue;
    ++others.sites;
    ++others.ratings[RatingOf(answers->rating())];
    const LevelSpread spread = SpreadOf(*answers);
    others.straight_lined += spread == LevelSpread::kSame ? 1 : 0;
    others.varied += spread == LevelSpread::kDifferent ? 1 : 0;
    bool contradicts = false;
    const int cells = std::min(answers->cells_size(), static_cast<int>(others.types.size()));
    for (int type = 0; type < cells; ++type) {
      const CellState cell(answers->cells(type));
      others.types[type].Add(cell.Count(view.variant()), 1);
      contradicts |= cell.contradiction();
    }
    others.contradicting += contradicts ? 1 : 0;
  }
  return others;
}

// Withholds values of a summary.
class Withholding {
 public:
  Withholding(const WaveView& view, const v1::DisclosurePolicy& policy, v1::WaveSummary& summary)
      : view_(view),
        policy_(policy),
        rule_{.minimum = policy.minimum_cell(), .coded_share = policy.coded_share()},
        others_(CountOthers(view, policy)),
        summary_(summary) {}

  // Whether it is withheld in which quadrant a site is.
  bool Apply() {
    if (!rule_.withholds_anything() || others_.sites == 0) return false;
    for (int type = 0; type < summary_.partner_types_size(); ++type) {
      ApplyToType(others_.types[type], *summary_.mutable_partner_types(type));
    }
    ApplyToRatings(*summary_.mutable_shared_responsibility());
    const RowCell straight{.count = others_.straight_lined};
    const WithheldCells lined = ChooseWithheld({straight, {.count = others_.varied}}, rule_);
    if (lined.any()) {
      Withhold(straight, straight.count + others_.varied, lined.bounds,
               *summary_.mutable_straight_lining());
    }
    if (others_.contradicting > 0 && others_.contradicting < rule_.minimum) {
      summary_.clear_contradictions();
    }
    // It tells how ratings and cells lie to each other.
    for (v1::Association& association : *summary_.mutable_associations()) {
      if (withheld_) Withhold(*association.mutable_tau_b());
    }
    const bool cells = cells_withheld();
    for (v1::SiteStatistic* statistic : Statistics()) ApplyToStatistic(cells, *statistic);
    return ApplyToQuadrants(*summary_.mutable_quadrants());
  }

 private:
  // Takes the value off; what it rests on stays, for it tells of no answer.
  void Withhold(Estimate& estimate) {
    withheld_ = true;
    estimate.mutable_suppressed()->set_reason(
        absl::StrCat("it tells of fewer than ", std::max<int64_t>(rule_.minimum, 1),
                     " sites, or lets others be worked out that do"));
    estimate.clear_numerator();
    estimate.clear_low();
    estimate.clear_high();
  }

  // The same for a cell of a row of others, where a coded share may be told to lie within bounds.
  // The sites that appear one by one are in the value, too.
  void Withhold(const RowCell& cell, int64_t total, bool bounds, Estimate& estimate) {
    const auto shown = static_cast<double>(estimate.numerator() - cell.count);
    const auto n = static_cast<double>(estimate.n());
    Withhold(estimate);
    if (!bounds || rule_.coded_share == 0 || !rule_.Withholds(cell.count, total)) return;
    const double bound = rule_.BoundIn(total);
    // A row so small that its bound says nothing.
    if (bound >= static_cast<double>(total)) return;
    const bool few = static_cast<double>(cell.count) <= bound;
    const double low = (few ? shown : shown + static_cast<double>(total) - bound) / n;
    const double high = (few ? shown + bound : shown + static_cast<double>(total)) / n;
    estimate.mutable_suppressed()->set_reason(
        few ? absl::StrCat("at most ", Fixed(100 * high, 1), " %")
            : absl::StrCat("at least ", Fixed(100 * low, 1), " %"));
    estimate.set_low(low);
    estimate.set_high(high);
  }

  void WithholdCentre(v1::LevelDistribution& levels) {
    levels.clear_modes();
    Withhold(*levels.mutable_median());
    Withhold(*levels.mutable_interpolated_median());
    Withhold(*levels.mutable_iqr());
    Withhold(*levels.mutable_consensus());
  }

  void WithholdAll(v1::LevelDistribution& levels) {
    for (v1::LevelShare& share : *levels.mutable_shares()) Withhold(*share.mutable_share());
    WithholdCentre(levels);
  }

  // How many of the others are engaged, and at which level.
  void ApplyToType(const LevelCounts& counts, v1::PartnerTypeSummary& type) {
    const RowCell engaged{.count = counts.engaged_cells()};
    const int64_t known = engaged.count + counts.not_engaged;
    const WithheldCells presence = ChooseWithheld({engaged, {.count = counts.not_engaged}}, rule_);
    if (presence.any()) {
      Withhold(engaged, known, presence.bounds, *type.mutable_presence());
      WithholdAll(*type.mutable_levels_all());
      WithholdAll(*type.mutable_levels_engaged());
      // How many are engaged stands in the base of one, and at the least in what the other misses.
      HideUnits(*type.mutable_levels_all());
      HideUnits(*type.mutable_levels_engaged());
      return;
    }
    // Of those engaged the sum is known, from the presence.
    std::vector<RowCell> row;
    row.reserve(kLevelCount);
    for (int level = 0; level < kLevelCount; ++level) {
      row.push_back({.count = counts.engaged[level],
                     .possible = level >= view_.variant().lowest_engaged_depth()});
    }
    const WithheldCells levels = ChooseWithheld(row, rule_);
    if (!levels.any()) return;
    const int64_t with_level = engaged.count - counts.missing_depth;
    for (int level = 0; level < kLevelCount; ++level) {
      if (!levels.cells[level]) continue;
      Withhold(row[level], with_level, levels.bounds,
               *type.mutable_levels_engaged()->mutable_shares(level)->mutable_share());
      Withhold(*type.mutable_levels_all()->mutable_shares(level)->mutable_share());
    }
    WithholdCentre(*type.mutable_levels_all());
    WithholdCentre(*type.mutable_levels_engaged());
  }

  static void HideUnits(v1::LevelDistribution& levels) {
    const auto hide = [](Estimate& estimate) {
      estimate.clear_n();
      estimate.clear_base_size();
    };
    for (v1::LevelShare& share : *levels.mutable_shares()) hide(*share.mutable_share());
    hide(*levels.mutable_median());
    hide(*levels.mutable_interpolated_median());
    hide(*levels.mutable_iqr());
    hide(*levels.mutable_consensus());
  }

  void ApplyToRatings(v1::SharedResponsibilitySummary& ratings) {
    std::vector<RowCell> row;
    int64_t rated = 0;
    row.reserve(ratings.shares_size());
    for (const v1::RatingShare& share : ratings.shares()) {
      row.push_back({.count = others_.ratings[share.rating()]});
      rated += row.back().count;
    }
    const WithheldCells withheld = ChooseWithheld(row, rule_);
    for (int i = 0; i < ratings.shares_size(); ++i) {
      if (!withheld.cells[i]) continue;
      Withhold(row[i], rated, withheld.bounds, *ratings.mutable_shares(i)->mutable_share());
    }
    // All but the lowest.
    if (!withheld.cells.empty() && withheld.cells.front())
      Withhold(*ratings.mutable_at_least_moderate());
  }

  std::array<v1::SiteStatistic*, 7> Statistics() {
    return {summary_.mutable_richness(),
            summary_.mutable_coverage(),
            summary_.mutable_mean_level_engaged(),
            summary_.mutable_mean_level_all(),
            summary_.mutable_share_coordination_or_deeper(),
            summary_.mutable_share_collaboration(),
            summary_.mutable_depth_weighted_breadth()};
  }

  // Enough sites on either side of a median for it to tell of none.
  bool hides_median() const { return others_.sites >= 2 * std::max<int64_t>(rule_.minimum, 1); }

  void ApplyToStatistic(bool cells, v1::SiteStatistic& statistic) {
    // Single sites' values.
    Withhold(*statistic.mutable_min());
    Withhold(*statistic.mutable_max());
    if (!hides_median()) Withhold(*statistic.mutable_median());
    // Means are sums over types and levels, of which some are withheld.
    if (cells) Withhold(*statistic.mutable_mean());
  }

  bool ApplyToQuadrants(v1::QuadrantSummary& quadrants) {
    const Cuts cuts = FindCuts(view_.aggregate, view_.variant());
    std::array<int64_t, v1::Quadrant_ARRAYSIZE> others{};
    for (const SiteRecord& site : view_.sites) {
      const CountedAnswers* const answers = AnswersAt(site, view_.parameters.floor());
      if (answers == nullptr || Appears(site, policy_)) continue;
      const SiteCounts counts = CountSite(*answers, view_.variant());
      ++others[cuts.Place(counts.engaged, counts.engaged_known(), counts.depth_sum)];
    }
    const bool told = hides_median() && std::none_of(others.begin(), others.end(), [&](int64_t n) {
                        return n > 0 && n < rule_.minimum;
                      });
    if (told) return false;
    Withhold(*quadrants.mutable_richness_cut());
    Withhold(*quadrants.mutable_depth_cut());
    quadrants.clear_counts();
    return true;
  }

  bool cells_withheld() const {
    const auto withheld = [](const Estimate& estimate) { return estimate.has_suppressed(); };
    for (const v1::PartnerTypeSummary& type : summary_.partner_types()) {
      if (withheld(type.presence()) || withheld(type.levels_engaged().median())) return true;
    }
    return false;
  }

  const WaveView& view_;
  const v1::DisclosurePolicy& policy_;
  const CellRule rule_;
  const Others others_;
  v1::WaveSummary& summary_;
  bool withheld_ = false;
};

int CountSuppressed(const google::protobuf::Message& message) {
  if (const auto* const estimate = google::protobuf::DynamicCastToGenerated<Estimate>(&message)) {
    return estimate->has_suppressed() ? 1 : 0;
  }
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  int count = 0;
  for (const google::protobuf::FieldDescriptor* field : fields) {
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      count += CountSuppressed(reflection.GetMessage(message, field));
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      count += CountSuppressed(reflection.GetRepeatedMessage(message, field, i));
    }
  }
  return count;
}

// The figures of a summary, and of the sites that appear in them.
void AddFigures(const FigureData& data, v1::WaveContent& content) {
  for (const FigureKind kind : kFigureKinds) {
    v1::GetFigureRequest request;
    request.set_name(
        absl::StrCat(content.summary().provenance().wave(), "/figures/", FigureId(kind)));
    // It asks for no type, so that nothing can be wrong with it.
    absl::StatusOr<v1::Figure> figure = BuildFigure(request, kind, data);
    if (figure.ok()) *content.add_figures() = *std::move(figure);
  }
}

}  // namespace

absl::Status ValidatePolicy(const v1::DisclosurePolicy& policy, absl::string_view field) {
  const auto path = [&](absl::string_view name) { return absl::StrCat(field, name); };
  return FieldViolations()
      .Require(
          v1::Audience_IsValid(policy.audience()) && policy.audience() != v1::AUDIENCE_UNSPECIFIED,
          path("audience"), "must say who reads it")
      .Require(policy.minimum_cell() >= 0 && policy.minimum_cell() <= kMostMinimumCell,
               path("minimum_cell"), absl::StrCat("must be 0 to ", kMostMinimumCell))
      .Require(policy.coded_share() >= 0 && policy.coded_share() < 0.5, path("coded_share"),
               "must be at least 0 and less than 0.5")
      .Require(v1::SiteRows_IsValid(policy.site_rows()), path("site_rows"),
               "must say which sites appear one by one")
      .ToStatus();
}

v1::DisclosurePolicy DefaultPolicy(v1::Audience audience) {
  v1::DisclosurePolicy policy;
  policy.set_audience(audience);
  const bool is_public = audience == v1::AUDIENCE_PUBLIC;
  policy.set_site_rows(is_public ? v1::SITE_ROWS_NAMED : v1::SITE_ROWS_ALL);
  if (is_public) policy.set_minimum_cell(kDefaultMinimumCell);
  return policy;
}

v1::WaveContent MakeContent(const WaveView& view) {
  v1::WaveContent content;
  FigureData data = MakeFigureData(view, FigureKind::kModel);
  *content.mutable_summary() = data.summary;
  AddFigures(data, content);
  return content;
}

v1::WaveContent Disclose(const WaveView& view, const v1::DisclosurePolicy& policy) {
  v1::WaveContent content;
  FigureData data = MakeFigureData(view, FigureKind::kModel);
  const bool without_quadrants = Withholding(view, policy, data.summary).Apply();
  absl::flat_hash_set<std::string> appearing;
  for (const SiteRecord& site : view.sites) {
    if (Appears(site, policy)) appearing.insert(site.site());
  }
  const auto hidden =
      std::remove_if(data.sites.begin(), data.sites.end(),
                     [&](const v1::SiteMetrics& site) { return !appearing.contains(site.site()); });
  data.not_shown = static_cast<int>(std::count_if(
      hidden, data.sites.end(), [](const v1::SiteMetrics& site) { return site.counted(); }));
  data.sites.erase(hidden, data.sites.end());
  if (data.not_shown > 0) data.groups.clear();
  if (without_quadrants) {
    for (v1::SiteMetrics& site : data.sites) site.set_quadrant(v1::QUADRANT_UNSPECIFIED);
  }
  *content.mutable_summary() = data.summary;
  AddFigures(data, content);
  content.set_suppressed_count(CountSuppressed(content) +
                               (content.summary().has_contradictions() ? 0 : 1));
  return content;
}

}  // namespace weft::metrics
