#include "services/metrics/domain/network/e_i_index.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "services/metrics/domain/network/network_number.h"
#include "services/metrics/domain/network/two_mode_graph.h"
#include "services/metrics/domain/statistics/draws.h"

namespace weft::metrics {
namespace {

// Draws: as many as look at so many ties, and none at all rather than few.
constexpr int64_t kMostVisits = 200'000'000;
constexpr int32_t kMostDraws = 9'999;
constexpr int32_t kFewestDraws = 199;
// Pairs of different sets of values.
constexpr size_t kMostSetPairs = 1 << 24;

// Numbers for sets of values, in the order of the sets.
using Sets = std::map<AttributeValues, int32_t>;

void Number(Sets& sets) {
  int32_t next = 0;
  for (auto& [set, number] : sets) number = next++;
}

bool Meet(const AttributeValues& a, const AttributeValues& b) {
  return std::any_of(a.begin(), a.end(), [&b](const std::string& value) {
    return std::find(b.begin(), b.end(), value) != b.end();
  });
}

// The sets that these nodes have, and for each node its place among those that have one, or -1.
std::vector<int32_t> Known(const std::vector<AttributeValues>& values, Sets& sets) {
  std::vector<int32_t> places;
  int32_t next = 0;
  for (const AttributeValues& each : values) {
    places.push_back(each.empty() ? -1 : next++);
    if (!each.empty()) sets.emplace(each, 0);
  }
  return places;
}

std::vector<int32_t> SetsOf(const std::vector<AttributeValues>& values, const Sets& sets) {
  std::vector<int32_t> numbers;
  for (const AttributeValues& each : values) {
    if (!each.empty()) numbers.push_back(sets.find(each)->second);
  }
  return numbers;
}

}  // namespace

EiIndexComputation::EiIndexComputation(const std::vector<AttributeValues>& values,
                                       const std::vector<std::pair<int32_t, int32_t>>& ties,
                                       int64_t seed)
    : one_mode_(true), random_(static_cast<uint64_t>(seed)) {
  Begin(values, values, ties);
}

EiIndexComputation::EiIndexComputation(const std::vector<AttributeValues>& first,
                                       const std::vector<AttributeValues>& second,
                                       const std::vector<std::pair<int32_t, int32_t>>& ties,
                                       int64_t seed)
    : one_mode_(false), random_(static_cast<uint64_t>(seed)) {
  Begin(first, second, ties);
}

void EiIndexComputation::Begin(const std::vector<AttributeValues>& first,
                               const std::vector<AttributeValues>& second,
                               const std::vector<std::pair<int32_t, int32_t>>& ties) {
  all_ties_ = static_cast<int64_t>(ties.size());
  all_nodes_ = static_cast<int32_t>(second.size());
  Sets first_sets;
  Sets second_sets;
  const std::vector<int32_t> first_places = Known(first, first_sets);
  const std::vector<int32_t> second_places = Known(second, second_sets);
  Number(first_sets);
  Number(second_sets);
  rows_ = SetsOf(first, first_sets);
  columns_ = SetsOf(second, second_sets);
  dealt_nodes_ = static_cast<int32_t>(columns_.size());
  row_sets_ = static_cast<int32_t>(first_sets.size());
  column_sets_ = static_cast<int32_t>(second_sets.size());
  for (const auto& [a, b] : ties) {
    if (first_places[a] >= 0 && second_places[b] >= 0) {
      ties_.emplace_back(first_places[a], second_places[b]);
    }
  }
  feasible_ = first_sets.size() * second_sets.size() <= kMostSetPairs;
  if (!feasible_ || ties_.empty()) return;
  meet_.reserve(first_sets.size() * second_sets.size());
  for (const auto& row : first_sets) {
    for (const auto& column : second_sets) meet_.push_back(Meet(row.first, column.first) ? 1 : 0);
  }
  internal_ = CountInternal(rows_, columns_);
  // Exactly, the mean over all ways to deal: each tie is within as often as two nodes drawn at
  // random meet.
  std::vector<int64_t> in_column(second_sets.size());
  for (const int32_t column : columns_) ++in_column[column];
  std::vector<double> meeting(first_sets.size());
  for (int32_t row = 0; row < row_sets_; ++row) {
    int64_t nodes = 0;
    for (int32_t column = 0; column < column_sets_; ++column) {
      if (meet_[static_cast<size_t>(row) * column_sets_ + column]) nodes += in_column[column];
    }
    meeting[row] = static_cast<double>(nodes);
  }
  if (one_mode_) {
    double meetings = 0;
    for (const int32_t row : rows_) meetings += meeting[row] - 1;
    const double nodes = dealt_nodes_;
    const double share = meetings / (nodes * (nodes - 1));
    expected_internal_ = share * static_cast<double>(ties_.size());
    // Where everybody is joined with everybody, it does not matter who is what.
    varies_ = share > 0 && share < 1 && static_cast<double>(ties_.size()) < nodes * (nodes - 1) / 2;
  } else {
    for (const auto& tie : ties_) expected_internal_ += meeting[rows_[tie.first]] / dealt_nodes_;
    varies_ = column_sets_ > 1 && expected_internal_ > 0 &&
              expected_internal_ < static_cast<double>(ties_.size());
  }
  if (!varies_) return;
  const int64_t possible = kMostVisits / static_cast<int64_t>(ties_.size() + columns_.size());
  if (possible >= kFewestDraws) {
    wanted_ = static_cast<int32_t>(std::min<int64_t>(possible, kMostDraws));
    dealt_ = columns_;
  }
}

int64_t EiIndexComputation::CountInternal(const std::vector<int32_t>& rows,
                                          const std::vector<int32_t>& columns) const {
  int64_t internal = 0;
  for (const auto& [a, b] : ties_) {
    internal += meet_[static_cast<size_t>(rows[a]) * column_sets_ + columns[b]];
  }
  return internal;
}

double EiIndexComputation::IndexOf(double internal) const {
  const auto ties = static_cast<double>(ties_.size());
  return (ties - 2 * internal) / ties;
}

bool EiIndexComputation::Work() {
  const double expected = IndexOf(expected_internal_);
  // Rounding must not make what is as far away nearer.
  const double far = std::abs(IndexOf(static_cast<double>(internal_)) - expected) - 1e-9;
  for (int64_t visits = 0; visits < kVisitsPerStep && drawn_ < wanted_; ++drawn_) {
    for (size_t i = dealt_.size() - 1; i > 0; --i) {
      std::swap(dealt_[i], dealt_[DrawBelow(i + 1, random_)]);
    }
    const int64_t internal = CountInternal(one_mode_ ? dealt_ : rows_, dealt_);
    const double index = IndexOf(static_cast<double>(internal));
    if (std::abs(index - expected) >= far) ++as_far_;
    sum_ += index - expected;
    squares_ += (index - expected) * (index - expected);
    visits += static_cast<int64_t>(ties_.size() + dealt_.size());
  }
  return drawn_ < wanted_;
}

v1::EiIndex EiIndexComputation::Result() const {
  v1::EiIndex result;
  const Units of_ties{
      .known = static_cast<int64_t>(ties_.size()), .all = all_ties_, .base = type::v1::BASE_TIES};
  const Units of_nodes{.known = dealt_nodes_, .all = all_nodes_, .base = type::v1::BASE_NODES};
  if (!feasible_) {
    *result.mutable_index() =
        UndefinedNumber(type::v1::UNDEFINED_REASON_TOO_LARGE,
                        "the attribute has too many different values", of_ties);
    *result.mutable_expected() =
        UndefinedNumber(type::v1::UNDEFINED_REASON_TOO_LARGE,
                        "the attribute has too many different values", of_nodes);
    return result;
  }
  if (ties_.empty()) {
    const bool none = all_ties_ == 0;
    const auto reason =
        none ? type::v1::UNDEFINED_REASON_EMPTY_BASE : type::v1::UNDEFINED_REASON_NO_DATA;
    const absl::string_view why =
        none ? "there is no such tie" : "no tie has the attribute at both ends";
    *result.mutable_index() = UndefinedNumber(reason, why, of_ties);
    *result.mutable_expected() = UndefinedNumber(reason, why, of_nodes);
    return result;
  }
  if (!varies_) {
    const absl::string_view why =
        "whichever way the attribute is dealt to the nodes, the index is the same";
    *result.mutable_index() = UndefinedNumber(type::v1::UNDEFINED_REASON_CONSTANT, why, of_ties);
    *result.mutable_expected() =
        UndefinedNumber(type::v1::UNDEFINED_REASON_CONSTANT, why, of_nodes);
    return result;
  }
  result.set_internal(static_cast<int32_t>(internal_));
  result.set_external(static_cast<int32_t>(static_cast<int64_t>(ties_.size()) - internal_));
  *result.mutable_index() = Value(IndexOf(static_cast<double>(internal_)), of_ties);
  *result.mutable_expected() = Value(IndexOf(expected_internal_), of_nodes);
  if (drawn_ > 1) {
    const double draws = drawn_;
    result.set_standard_deviation(
        std::sqrt(std::max(0.0, (squares_ - sum_ * sum_ / draws) / (draws - 1))));
    // What is observed is one of the ways that chance can deal.
    const double p = (as_far_ + 1) / (draws + 1);
    result.set_p(p);
    result.set_p_standard_error(std::sqrt(p * (1 - p) / (draws + 1)));
    result.set_draws(drawn_);
  }
  return result;
}

}  // namespace weft::metrics
