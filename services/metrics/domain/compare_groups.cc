#include "services/metrics/domain/compare_groups.h"

#include <array>
#include <cstdint>
#include <utility>

#include "services/metrics/domain/aggregate.h"
#include "services/metrics/domain/compute.h"
#include "services/metrics/domain/estimate.h"
#include "services/metrics/domain/site_numbers.h"
#include "services/metrics/domain/site_record.h"
#include "services/metrics/domain/statistics/ordinal_association.h"

namespace weft::metrics {
namespace {

constexpr int kFirst = 1;
constexpr int kSecond = 2;

using Pairs = std::vector<PairCount>;

// The compared numbers and the rating of every counted site of a group.
void AddGroup(const WaveView& view, int group, std::array<Pairs, kComparedNumbers.size()>& numbers,
              Pairs& ratings) {
  const Scale scale = ScaleOf(view);
  for (const auto& [key, times] : view.aggregate.Part(part::Sites(view.variant()))) {
    const SiteKey site = SiteKey::Unpack(key);
    const int rating = RatingOf(site.rating);
    if (rating != type::v1::SHARED_RESPONSIBILITY_UNSPECIFIED) {
      const int steps = rating - type::v1::SHARED_RESPONSIBILITY_NOT_EVIDENT;
      ratings.push_back({Fraction{steps, 1}, group, times});
    }
    if (scale.types == 0) continue;
    const auto of_site =
        ComparedNumbers(scale, site.engaged, site.unknown, site.missing_depth, site.depth_sum);
    for (size_t i = 0; i < of_site.size(); ++i) {
      if (of_site[i].value.has_value()) numbers[i].push_back({*of_site[i].value, group, times});
    }
  }
}

// Mean and median over one group.
void Describe(const OrdinalTable& table, int group, int64_t counted, type::v1::Estimate& mean,
              type::v1::Estimate& median) {
  std::vector<Sample::Occurrence> occurrences;
  int64_t sites = 0;
  for (size_t column = 0; column < table.columns(); ++column) {
    if (table.y(column) != group) continue;
    for (size_t row = 0; row < table.rows(); ++row) {
      if (table.At(row, column) == 0) continue;
      occurrences.push_back({table.x(row), static_cast<uint64_t>(table.At(row, column))});
      sites += table.At(row, column);
    }
  }
  const Units units{.known = sites, .all = counted, .base = type::v1::BASE_ALL};
  if (occurrences.empty()) {
    mean = median = Undefined(type::v1::UNDEFINED_REASON_NO_DATA, units);
    return;
  }
  const Sample sample(std::move(occurrences));
  mean = Value(sample.Mean(), units);
  median = Value(sample.Median().ToDouble(), units);
}

}  // namespace

std::vector<GroupedNumber> GroupNumbers(const TwoGroups& groups) {
  std::array<Pairs, kComparedNumbers.size()> numbers;
  Pairs ratings;
  AddGroup(groups.first, kFirst, numbers, ratings);
  AddGroup(groups.second, kSecond, numbers, ratings);
  std::vector<GroupedNumber> grouped;
  grouped.reserve(numbers.size() + 1);
  for (size_t i = 0; i < numbers.size(); ++i) {
    grouped.push_back({std::string(kComparedNumbers[i]), OrdinalTable(std::move(numbers[i]))});
  }
  grouped.push_back({"R1", OrdinalTable(std::move(ratings))});
  return grouped;
}

v1::GroupComparison CompareGroups(const TwoGroups& groups,
                                  const std::vector<GroupedNumber>& numbers) {
  const v1::WaveSummary first = Summarize(groups.first);
  const v1::WaveSummary second = Summarize(groups.second);
  v1::GroupComparison comparison;
  comparison.set_wave(groups.first.frame->wave.name());
  comparison.mutable_first()->set_invited(first.invited());
  comparison.mutable_first()->set_counted(first.counted());
  comparison.mutable_second()->set_invited(second.invited());
  comparison.mutable_second()->set_counted(second.counted());
  comparison.set_in_both(groups.in_both);
  for (const GroupedNumber& number : numbers) {
    v1::GroupNumber& row = *comparison.add_numbers();
    row.set_x(number.x);
    Describe(number.table, kFirst, first.counted(), *row.mutable_first_mean(),
             *row.mutable_first_median());
    Describe(number.table, kSecond, second.counted(), *row.mutable_second_mean(),
             *row.mutable_second_median());
    if (number.table.columns() == 2) {
      Dominance dominance = CliffsDelta(number.table, 0, 1);
      *row.mutable_cliffs_delta() = std::move(dominance.delta);
      *row.mutable_superiority() = std::move(dominance.superiority);
    } else {
      const Units units{
          .known = 0, .all = first.counted() + second.counted(), .base = type::v1::BASE_ALL};
      *row.mutable_cliffs_delta() = Undefined(type::v1::UNDEFINED_REASON_TOO_FEW, units);
      *row.mutable_superiority() = row.cliffs_delta();
    }
  }
  for (int type = 0; type < first.partner_types_size(); ++type) {
    v1::GroupPresence& row = *comparison.add_partner_types();
    row.set_partner_type(first.partner_types(type).partner_type());
    row.set_display_name(first.partner_types(type).display_name());
    *row.mutable_first() = first.partner_types(type).presence();
    *row.mutable_second() = second.partner_types(type).presence();
  }
  return comparison;
}

}  // namespace weft::metrics
