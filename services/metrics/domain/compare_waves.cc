#include "services/metrics/domain/compare_waves.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "services/metrics/domain/aggregate.h"
#include "services/metrics/domain/cell.h"
#include "services/metrics/domain/estimate.h"
#include "services/metrics/domain/fraction.h"
#include "services/metrics/domain/site_numbers.h"
#include "services/metrics/domain/site_record.h"
#include "services/metrics/domain/statistics/paired_tests.h"

namespace weft::metrics {
namespace {

using type::v1::Estimate;

constexpr int kLevels = 5;
constexpr int kRatings = 3;
constexpr int kMostNamed = 100;

type::v1::InteractionLevel LevelAt(int depth) {
  return static_cast<type::v1::InteractionLevel>(type::v1::INTERACTION_LEVEL_NO_INTERACTION +
                                                 depth);
}

type::v1::SharedResponsibility RatingAt(int place) {
  return static_cast<type::v1::SharedResponsibility>(type::v1::SHARED_RESPONSIBILITY_NOT_EVIDENT +
                                                     place);
}

// How many of each pair of places on an ordered scale.
template <int kPlaces>
struct Transitions {
  std::array<std::array<int64_t, kPlaces>, kPlaces> counts{};
  int64_t unknown = 0;

  void Add(std::optional<int> earlier, std::optional<int> later) {
    if (earlier.has_value() && later.has_value()) {
      ++counts[static_cast<size_t>(*earlier)][static_cast<size_t>(*later)];
    } else {
      ++unknown;
    }
  }

  struct Moves {
    int64_t up = 0;
    int64_t same = 0;
    int64_t down = 0;
  };
  Moves Sum() const {
    Moves moves;
    for (size_t i = 0; i < kPlaces; ++i) {
      for (size_t j = 0; j < kPlaces; ++j) {
        (i < j ? moves.up : i == j ? moves.same : moves.down) += counts[i][j];
      }
    }
    return moves;
  }

  // up, same and down of a message.
  template <class Message>
  void WriteShares(Message& message) const {
    const Moves moves = Sum();
    const int64_t known = moves.up + moves.same + moves.down;
    const Units units{.known = known, .all = known + unknown, .base = type::v1::BASE_ALL};
    *message.mutable_up() = Share(moves.up, unknown, units);
    *message.mutable_same() = Share(moves.same, unknown, units);
    *message.mutable_down() = Share(moves.down, unknown, units);
  }
};

v1::LevelTransitions Describe(const Transitions<kLevels>& levels) {
  v1::LevelTransitions described;
  for (int earlier = 0; earlier < kLevels; ++earlier) {
    for (int later = 0; later < kLevels; ++later) {
      const int64_t cells = levels.counts[static_cast<size_t>(earlier)][static_cast<size_t>(later)];
      if (cells == 0) continue;
      v1::LevelTransition& transition = *described.add_transitions();
      transition.set_earlier(LevelAt(earlier));
      transition.set_later(LevelAt(later));
      transition.set_cells(static_cast<int32_t>(cells));
    }
  }
  levels.WriteShares(described);
  return described;
}

v1::RatingTransitions Describe(const Transitions<kRatings>& ratings, bool test) {
  v1::RatingTransitions described;
  for (int earlier = 0; earlier < kRatings; ++earlier) {
    for (int later = 0; later < kRatings; ++later) {
      const int64_t sites =
          ratings.counts[static_cast<size_t>(earlier)][static_cast<size_t>(later)];
      if (sites == 0) continue;
      v1::RatingTransition& transition = *described.add_transitions();
      transition.set_earlier(RatingAt(earlier));
      transition.set_later(RatingAt(later));
      transition.set_sites(static_cast<int32_t>(sites));
    }
  }
  ratings.WriteShares(described);
  if (!test) return described;
  const auto moves = ratings.Sum();
  const int64_t known = moves.up + moves.same + moves.down;
  const Units units{.known = known, .all = known + ratings.unknown, .base = type::v1::BASE_ALL};
  const std::optional<double> statistic = StuartMaxwell(ratings.counts);
  if (statistic.has_value()) {
    *described.mutable_stuart_maxwell() = Value(*statistic, units);
    described.set_stuart_maxwell_p(std::exp(-*statistic / 2));
  } else {
    *described.mutable_stuart_maxwell() = Undefined(
        known == 0 ? type::v1::UNDEFINED_REASON_NO_DATA : type::v1::UNDEFINED_REASON_CONSTANT,
        units);
  }
  *described.mutable_sign_test() = SignTest(moves.up, moves.down);
  return described;
}

// C2 over some cells.
struct Engagements {
  int64_t added = 0;
  int64_t dropped = 0;
  int64_t kept = 0;
  int64_t neither = 0;
  int64_t unknown = 0;
  // Those of the unknown ones that may have been kept.
  int64_t may_be_kept = 0;

  void Add(v1::Engagement earlier, v1::Engagement later) {
    const bool was = earlier == v1::ENGAGEMENT_YES;
    const bool is = later == v1::ENGAGEMENT_YES;
    if (earlier == v1::ENGAGEMENT_UNKNOWN || later == v1::ENGAGEMENT_UNKNOWN) {
      ++unknown;
      if (earlier != v1::ENGAGEMENT_NO && later != v1::ENGAGEMENT_NO) ++may_be_kept;
    } else {
      ++(was ? (is ? kept : dropped) : (is ? added : neither));
    }
  }

  v1::Turnover Describe() const {
    v1::Turnover turnover;
    turnover.set_added(static_cast<int32_t>(added));
    turnover.set_dropped(static_cast<int32_t>(dropped));
    turnover.set_kept(static_cast<int32_t>(kept));
    turnover.set_neither(static_cast<int32_t>(neither));
    turnover.set_unknown(static_cast<int32_t>(unknown));
    const int64_t ever = kept + added + dropped;
    const int64_t known = ever + neither;
    const Units units{.known = known, .all = known + unknown, .base = type::v1::BASE_ALL};
    Estimate jaccard = ever > 0 ? Value(Fraction{kept, ever}.ToDouble(), units)
                                : Undefined(type::v1::UNDEFINED_REASON_NO_DATA, units);
    if (ever + unknown > 0) {
      // At the lowest each unknown cell has changed; at the highest it was kept, or was never
      // engaged. Where that leaves nothing that ever was engaged, nothing can have been kept.
      const int64_t most = ever + may_be_kept;
      SetInterval(Fraction{kept, ever + unknown}.ToDouble(),
                  most > 0 ? Fraction{kept + may_be_kept, most}.ToDouble() : 0, jaccard);
    }
    *turnover.mutable_jaccard() = std::move(jaccard);
    return turnover;
  }
};

// A cell by its place; one that a damaged row lacks counts as not answered.
CellState CellAt(const store::v1::CountedAnswers& answers, int place) {
  return place < answers.cells_size() ? CellState(answers.cells(place)) : CellState();
}

void AddCell(const CountedCell& cell, SiteCounts& counts) {
  if (cell.engagement == v1::ENGAGEMENT_UNKNOWN) ++counts.unknown;
  if (cell.engagement != v1::ENGAGEMENT_YES) return;
  ++counts.engaged;
  if (cell.depth.has_value()) {
    counts.depth_sum += *cell.depth;
  } else {
    ++counts.missing_depth;
  }
}

// C3 of one number.
class NumberChanges {
 public:
  void Add(const SiteNumber& earlier, const SiteNumber& later) {
    if (!earlier.value.has_value() || !later.value.has_value()) return;
    earlier_.push_back({*earlier.value, 1});
    later_.push_back({*later.value, 1});
    changes_.push_back(*later.value - *earlier.value);
  }

  v1::NumberChange Describe(absl::string_view x, int64_t matched, bool test) && {
    v1::NumberChange described;
    described.set_x(std::string(x));
    const Fraction zero;
    const auto count = [this](auto condition) {
      return static_cast<int32_t>(std::count_if(changes_.begin(), changes_.end(), condition));
    };
    described.set_up(count([&zero](const Fraction& change) { return change > zero; }));
    described.set_down(count([&zero](const Fraction& change) { return change < zero; }));
    described.set_same(count([&zero](const Fraction& change) { return change == zero; }));
    const Units units{
        .known = static_cast<int64_t>(changes_.size()), .all = matched, .base = type::v1::BASE_ALL};
    if (changes_.empty()) {
      *described.mutable_mean_change() = Undefined(type::v1::UNDEFINED_REASON_NO_DATA, units);
      *described.mutable_median_change() = Undefined(type::v1::UNDEFINED_REASON_NO_DATA, units);
    } else {
      *described.mutable_mean_change() =
          Value(Sample(std::move(later_)).Mean() - Sample(std::move(earlier_)).Mean(), units);
      *described.mutable_median_change() = Value(MedianChange().ToDouble(), units);
    }
    if (test) {
      *described.mutable_sign_test() = SignTest(described.up(), described.down());
      *described.mutable_signed_rank_test() = SignedRankTest(std::move(changes_));
    }
    return described;
  }

 private:
  Fraction MedianChange() {
    std::sort(changes_.begin(), changes_.end(),
              [](const Fraction& a, const Fraction& b) { return a < b; });
    const size_t half = changes_.size() / 2;
    return changes_.size() % 2 == 1 ? changes_[half] : Middle(changes_[half - 1], changes_[half]);
  }

  std::vector<Sample::Occurrence> earlier_;
  std::vector<Sample::Occurrence> later_;
  std::vector<Fraction> changes_;
};

std::optional<int> RatingPlace(uint32_t code) {
  const type::v1::SharedResponsibility rating = RatingOf(code);
  if (rating == type::v1::SHARED_RESPONSIBILITY_UNSPECIFIED) return std::nullopt;
  return rating - type::v1::SHARED_RESPONSIBILITY_NOT_EVIDENT;
}

class Comparison {
 public:
  Comparison(const WaveView& earlier, const WaveView& later, const std::vector<TypePair>& types)
      : earlier_(earlier),
        later_(later),
        types_(types),
        scale_{.types = static_cast<int>(types.size()),
               .lowest = later.variant().lowest_engaged_depth()},
        levels_(types.size()),
        engagements_(types.size()) {}

  void Add(const store::v1::CountedAnswers& then, const store::v1::CountedAnswers& now) {
    ++matched_;
    SiteCounts before, after;  // of the compared types
    for (size_t i = 0; i < types_.size(); ++i) {
      const CountedCell earlier = CellAt(then, types_[i].earlier).Count(earlier_.variant());
      const CountedCell later = CellAt(now, types_[i].later).Count(later_.variant());
      AddCell(earlier, before);
      AddCell(later, after);
      all_levels_.Add(earlier.depth, later.depth);
      levels_[i].Add(earlier.depth, later.depth);
      all_engagements_.Add(earlier.engagement, later.engagement);
      engagements_[i].Add(earlier.engagement, later.engagement);
    }
    ratings_.Add(RatingPlace(then.rating()), RatingPlace(now.rating()));
    if (types_.empty()) return;
    const SiteNumbers earlier = NumbersOf(before);
    const SiteNumbers later = NumbersOf(after);
    for (size_t i = 0; i < numbers_.size(); ++i) numbers_[i].Add(earlier[i], later[i]);
  }

  void Write(bool test, v1::WaveComparison& comparison) && {
    comparison.set_matched(static_cast<int32_t>(matched_));
    *comparison.mutable_levels() = Describe(all_levels_);
    *comparison.mutable_turnover() = all_engagements_.Describe();
    for (size_t i = 0; i < types_.size(); ++i) {
      v1::TypeChange& change = *comparison.add_partner_types();
      change.set_partner_type(later_.frame->instrument.partner_types(types_[i].later));
      *change.mutable_levels() = Describe(levels_[i]);
      *change.mutable_turnover() = engagements_[i].Describe();
    }
    for (size_t i = 0; i < numbers_.size(); ++i) {
      *comparison.add_numbers() =
          std::move(numbers_[i]).Describe(kComparedNumbers[i], matched_, test);
    }
    *comparison.mutable_shared_responsibility() = metrics::Describe(ratings_, test);
  }

 private:
  SiteNumbers NumbersOf(const SiteCounts& counts) const {
    return ComparedNumbers(scale_, counts.engaged, counts.unknown, counts.missing_depth,
                           counts.depth_sum);
  }

  const WaveView& earlier_;
  const WaveView& later_;
  const std::vector<TypePair>& types_;
  // Of the compared types.
  const Scale scale_;
  int64_t matched_ = 0;
  Transitions<kLevels> all_levels_;
  std::vector<Transitions<kLevels>> levels_;
  Engagements all_engagements_;
  std::vector<Engagements> engagements_;
  std::array<NumberChanges, kComparedNumbers.size()> numbers_;
  Transitions<kRatings> ratings_;
};

struct CountedSite {
  const std::string* site = nullptr;
  const store::v1::CountedAnswers* answers = nullptr;
};

// In the order of names.
std::vector<CountedSite> CountedSites(const WaveView& view) {
  std::vector<CountedSite> counted;
  counted.reserve(view.sites.size());
  for (const store::v1::SiteRecord& site : view.sites) {
    const store::v1::CountedAnswers* answers = AnswersAt(site, view.parameters.floor());
    if (answers != nullptr) counted.push_back({&site.site(), answers});
  }
  return counted;
}

void DescribeTypes(const WaveFrame& earlier, const WaveFrame& later,
                   const std::vector<TypePair>& types, v1::WaveComparison& comparison) {
  absl::flat_hash_set<int> seen_earlier, seen_later;
  for (const TypePair& type : types) {
    v1::MatchedType& matched = *comparison.add_types();
    matched.set_earlier(earlier.instrument.partner_types(type.earlier));
    matched.set_later(later.instrument.partner_types(type.later));
    matched.set_display_name(later.TypeLabel(matched.later()));
    seen_earlier.insert(type.earlier);
    seen_later.insert(type.later);
  }
  for (int i = 0; i < earlier.type_count(); ++i) {
    if (!seen_earlier.contains(i)) {
      comparison.add_earlier_types_left_out(earlier.instrument.partner_types(i));
    }
  }
  for (int i = 0; i < later.type_count(); ++i) {
    if (!seen_later.contains(i)) {
      comparison.add_later_types_left_out(later.instrument.partner_types(i));
    }
  }
}

// Places of the partner types by code.
absl::flat_hash_map<absl::string_view, int> PlacesOf(const WaveFrame& frame) {
  absl::flat_hash_map<absl::string_view, int> places;
  for (int i = 0; i < frame.type_count(); ++i) {
    places.emplace(frame.instrument.partner_types(i), i);
  }
  return places;
}

absl::Status CheckCrosswalk(const WaveFrame& earlier, const WaveFrame& later,
                            const registry::v1::Crosswalk* crosswalk) {
  const std::string& from = earlier.instrument.taxonomy();
  const std::string& to = later.instrument.taxonomy();
  if (crosswalk == nullptr) {
    if (from == to) return absl::OkStatus();
    return Error(absl::StatusCode::kFailedPrecondition, "TAXONOMIES_DIFFER",
                 absl::StrCat("the waves asked about the types of ", from, " and of ", to,
                              "; name the crosswalk that says how they map"),
                 {{"earlier", from}, {"later", to}});
  }
  const std::string wanted =
      absl::StrCat(from, "/crosswalks/", absl::string_view(to).substr(to.rfind('/') + 1));
  if (crosswalk->name() == wanted) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "CROSSWALK_OF_OTHER_TAXONOMY",
               absl::StrCat(crosswalk->name(), " does not lead from ", from, " to ", to,
                            "; that would be ", wanted),
               {{"crosswalk", crosswalk->name()}, {"wanted", wanted}});
}

}  // namespace

absl::StatusOr<std::vector<TypePair>> MatchTypes(const WaveFrame& earlier, const WaveFrame& later,
                                                 const registry::v1::Crosswalk* crosswalk) {
  WEFT_RETURN_IF_ERROR(CheckCrosswalk(earlier, later, crosswalk));
  const absl::flat_hash_map<absl::string_view, int> places = PlacesOf(earlier);
  // The one type of the earlier wave that becomes each code of the later one; -1 for several.
  absl::flat_hash_map<absl::string_view, int> source;
  if (crosswalk == nullptr) {
    source = places;
  } else {
    for (const registry::v1::CrosswalkMapping& mapping : crosswalk->mappings()) {
      const auto from = places.find(mapping.from_code());
      if (from == places.end()) continue;
      for (const std::string& to : mapping.to_codes()) {
        const bool whole = mapping.to_codes_size() == 1;
        const auto [known, is_new] = source.emplace(to, whole ? from->second : -1);
        if (!is_new) known->second = -1;
      }
    }
  }
  std::vector<TypePair> pairs;
  for (int i = 0; i < later.type_count(); ++i) {
    const auto found = source.find(later.instrument.partner_types(i));
    if (found != source.end() && found->second >= 0) pairs.push_back({found->second, i});
  }
  return pairs;
}

v1::WaveComparison CompareWaves(const WaveView& earlier, const WaveView& later,
                                const std::vector<TypePair>& types, bool test) {
  v1::WaveComparison result;
  *result.mutable_earlier() = MakeProvenance(earlier);
  *result.mutable_later() = MakeProvenance(later);
  DescribeTypes(*earlier.frame, *later.frame, types, result);
  Comparison comparison(earlier, later, types);
  const std::vector<CountedSite> then = CountedSites(earlier);
  const std::vector<CountedSite> now = CountedSites(later);
  size_t i = 0;
  size_t j = 0;
  while (i < then.size() || j < now.size()) {
    const int order = i == then.size()  ? 1
                      : j == now.size() ? -1
                                        : then[i].site->compare(*now[j].site);
    if (order == 0) {
      comparison.Add(*then[i++].answers, *now[j++].answers);
    } else if (order < 0) {
      result.set_leaving(result.leaving() + 1);
      if (result.leaving() <= kMostNamed) result.add_leaving_sites(*then[i].site);
      ++i;
    } else {
      result.set_entering(result.entering() + 1);
      if (result.entering() <= kMostNamed) result.add_entering_sites(*now[j].site);
      ++j;
    }
  }
  std::move(comparison).Write(test, result);
  return result;
}

}  // namespace weft::metrics
