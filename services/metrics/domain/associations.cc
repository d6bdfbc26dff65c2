#include "services/metrics/domain/associations.h"

#include <array>
#include <cstddef>
#include <utility>

#include "services/metrics/domain/aggregate.h"
#include "services/metrics/domain/estimate.h"
#include "services/metrics/domain/fraction.h"
#include "services/metrics/domain/site_numbers.h"
#include "services/metrics/domain/site_record.h"
#include "services/metrics/domain/statistics/ordinal_association.h"

namespace weft::metrics {
namespace {

type::v1::SharedResponsibility RatingAt(const OrdinalTable& table, size_t column) {
  return static_cast<type::v1::SharedResponsibility>(table.y(column));
}

v1::RatingGroup DescribeGroup(const OrdinalTable& table, size_t column) {
  std::vector<Sample::Occurrence> occurrences;
  for (size_t row = 0; row < table.rows(); ++row) {
    if (table.At(row, column) == 0) continue;
    occurrences.push_back({table.x(row), static_cast<uint64_t>(table.At(row, column))});
  }
  const Sample sample(std::move(occurrences));
  const int64_t sites = table.column_totals()[column];
  const Units units{.known = sites, .all = sites, .base = type::v1::BASE_ALL};
  v1::RatingGroup group;
  group.set_rating(RatingAt(table, column));
  group.set_sites(static_cast<int32_t>(sites));
  *group.mutable_mean() = Value(sample.Mean(), units);
  *group.mutable_median() = Value(sample.Median().ToDouble(), units);
  return group;
}

}  // namespace

std::vector<RatedNumber> RateNumbers(const WaveView& view) {
  const Scale scale = ScaleOf(view);
  std::array<std::vector<PairCount>, kComparedNumbers.size()> pairs;
  for (const auto& [key, times] : view.aggregate.Part(part::Sites(view.variant()))) {
    const SiteKey site = SiteKey::Unpack(key);
    const int rating = RatingOf(site.rating);
    if (scale.types == 0 || rating == type::v1::SHARED_RESPONSIBILITY_UNSPECIFIED) continue;
    const auto numbers =
        ComparedNumbers(scale, site.engaged, site.unknown, site.missing_depth, site.depth_sum);
    for (size_t i = 0; i < numbers.size(); ++i) {
      if (numbers[i].value.has_value()) pairs[i].push_back({*numbers[i].value, rating, times});
    }
  }
  std::vector<RatedNumber> rated;
  for (size_t i = 0; i < pairs.size(); ++i) {
    rated.push_back({std::string(kComparedNumbers[i]), OrdinalTable(std::move(pairs[i]))});
  }
  return rated;
}

v1::AssociationDetail DescribeAssociation(const RatedNumber& number, int64_t counted) {
  const OrdinalTable& table = number.table;
  v1::AssociationDetail detail;
  detail.set_x(number.x);
  detail.set_y("R1");
  *detail.mutable_tau_b() = KendallTauB(table, counted);
  *detail.mutable_gamma() = GoodmanKruskalGamma(table, counted);
  *detail.mutable_somers_d_x() = SomersDOfX(table, counted);
  *detail.mutable_somers_d_y() = SomersDOfY(table, counted);
  *detail.mutable_rho() = SpearmanRho(table, counted);
  Jonckheere jonckheere = JonckheereTerpstra(table, counted);
  *detail.mutable_jonckheere() = std::move(jonckheere.statistic);
  *detail.mutable_jonckheere_expected() = std::move(jonckheere.expected);
  for (size_t column = 0; column < table.columns(); ++column) {
    *detail.add_groups() = DescribeGroup(table, column);
  }
  for (size_t lower = 0; lower < table.columns(); ++lower) {
    for (size_t higher = lower + 1; higher < table.columns(); ++higher) {
      v1::GroupDifference& difference = *detail.add_differences();
      difference.set_lower(RatingAt(table, lower));
      difference.set_higher(RatingAt(table, higher));
      Dominance dominance = CliffsDelta(table, lower, higher);
      *difference.mutable_cliffs_delta() = std::move(dominance.delta);
      *difference.mutable_superiority() = std::move(dominance.superiority);
    }
  }
  return detail;
}

}  // namespace weft::metrics
