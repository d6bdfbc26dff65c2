#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "services/metrics/domain/aggregate.h"
#include "services/metrics/domain/compute.h"
#include "services/metrics/domain/estimate.h"
#include "services/metrics/domain/missing_counts.h"
#include "services/metrics/domain/site_record.h"

namespace weft::metrics {
namespace {

using ingestion::v1::Instrument;
using ingestion::v1::Option;
using ingestion::v1::Question;
using type::v1::Estimate;
using v1::ItemFrequencies;

struct Labelled {
  std::string id;
  std::string label;
};

std::vector<Labelled> FromOptions(const google::protobuf::RepeatedPtrField<Option>& options) {
  std::vector<Labelled> result;
  for (const Option& option : options) result.push_back({option.id(), option.label()});
  return result;
}

std::vector<Labelled> RatingOptions(const Instrument& instrument) {
  std::vector<Labelled> result = {
      {"not_evident", ""}, {"moderately_evident", ""}, {"significantly_evident", ""}};
  for (const auto& label : instrument.shared_responsibility()) {
    const int place = label.rating() - type::v1::SHARED_RESPONSIBILITY_NOT_EVIDENT;
    if (place >= 0 && place < static_cast<int>(result.size())) result[place].label = label.label();
  }
  return result;
}

std::vector<Labelled> OptionsOf(const Instrument& instrument, const Question& question) {
  if (question.has_choice()) return FromOptions(question.choice().options());
  if (question.has_multi_choice()) return FromOptions(question.multi_choice().options());
  if (question.has_shared_responsibility()) return RatingOptions(instrument);
  return {};
}

// Half the sum of two doubles, rounded once.
double MiddleOf(double a, double b) {
  const double sum = a + b;
  return std::isfinite(sum) ? sum / 2 : a / 2 + b / 2;
}

// The values' sum, added one by one in ascending order. Whole numbers whose sum is exact are added
// at once.
double SumAscending(const Histogram& values) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  double sum = 0;
  for (const auto& [key, times] : values) {
    const double value = part::NumberOfKey(key);
    const double together = value * static_cast<double>(times);
    if (value == std::trunc(value) && sum == std::trunc(sum) &&
        std::fabs(together) + std::fabs(sum) <= kExact) {
      sum += together;
    } else {
      for (uint64_t i = 0; i < times; ++i) sum += value;
    }
  }
  return sum;
}

double ValueAt(const Histogram& values, uint64_t i) {
  double value = 0;
  for (const auto& [key, times] : values) {
    value = part::NumberOfKey(key);
    if (i < times) break;
    i -= times;
  }
  return value;
}

v1::SiteStatistic SummarizeNumbers(const Histogram& values, const Units& units) {
  v1::SiteStatistic statistic;
  const auto set = [&](double value, Estimate& estimate) {
    estimate = Value(value, units);
    if (units.known == units.all) SetInterval(value, value, estimate);
  };
  if (values.empty()) {
    const Estimate undefined = Undefined(type::v1::UNDEFINED_REASON_NO_DATA, units);
    *statistic.mutable_mean() = undefined;
    *statistic.mutable_median() = undefined;
    *statistic.mutable_min() = undefined;
    *statistic.mutable_max() = undefined;
    return statistic;
  }
  const auto n = static_cast<uint64_t>(units.known);
  set(SumAscending(values) / static_cast<double>(n), *statistic.mutable_mean());
  set(n % 2 == 1 ? ValueAt(values, n / 2)
                 : MiddleOf(ValueAt(values, n / 2 - 1), ValueAt(values, n / 2)),
      *statistic.mutable_median());
  set(part::NumberOfKey(values.begin()->first), *statistic.mutable_min());
  set(part::NumberOfKey(values.rbegin()->first), *statistic.mutable_max());
  return statistic;
}

ItemFrequencies Frequencies(const WaveView& view, const StructuredItem& item, int place) {
  const Histogram& answers = view.aggregate.Part(part::Item(place));
  int64_t missing = 0;
  MissingCounts reasons;
  for (const auto& [key, times] : answers) {
    if (key >= part::kAnswered) break;
    reasons.Add(static_cast<type::v1::MissingReason>(key), static_cast<int64_t>(times));
    missing += static_cast<int64_t>(times);
  }
  const Units units{
      .known = static_cast<int64_t>(view.aggregate.Count(part::Item(place), part::kAnswered)),
      .all = view.aggregate.counted(),
      .base = type::v1::BASE_ALL};

  ItemFrequencies frequencies;
  frequencies.set_question(item.question->id());
  frequencies.set_text(item.question->text());
  frequencies.set_section(item.section->display_name());
  const std::vector<Labelled> options = OptionsOf(view.frame->instrument, *item.question);
  for (size_t i = 0; i < options.size(); ++i) {
    v1::OptionFrequency& option = *frequencies.add_options();
    option.set_option(options[i].id);
    option.set_label(options[i].label);
    const uint64_t chosen = view.aggregate.Count(part::Item(place), part::kOption + i);
    *option.mutable_share() = Share(static_cast<int64_t>(chosen), missing, units);
  }
  if (item.question->has_number()) {
    *frequencies.mutable_number() =
        SummarizeNumbers(view.aggregate.Part(part::ItemNumbers(place)), units);
  }
  reasons.WriteTo(*frequencies.mutable_missing());
  return frequencies;
}

absl::Status NoSuchItem(const Instrument& instrument, const std::string& id) {
  for (const auto& section : instrument.sections()) {
    for (const Question& question : section.questions()) {
      if (question.id() != id) continue;
      return Error(absl::StatusCode::kInvalidArgument, "NOT_A_STRUCTURED_ITEM",
                   question.has_partner_matrix()
                       ? absl::StrCat("\"", id,
                                      "\" is the partner matrix: its numbers are in GetWaveSummary")
                       : absl::StrCat("\"", id, "\" takes free text, which is never counted"),
                   {{"question", id}});
    }
  }
  return Error(absl::StatusCode::kInvalidArgument, "QUESTION_NOT_IN_INSTRUMENT",
               absl::StrCat("\"", id, "\" is no question of ", instrument.name(),
                            "; ask without questions for every structured item"),
               {{"question", id}, {"instrument", instrument.name()}});
}

}  // namespace

absl::StatusOr<std::vector<ItemFrequencies>> ComputeItems(
    const WaveView& view, const google::protobuf::RepeatedPtrField<std::string>& questions) {
  const std::vector<StructuredItem> items = StructuredItems(view.frame->instrument);
  std::vector<ItemFrequencies> frequencies;
  if (questions.empty()) {
    for (size_t place = 0; place < items.size(); ++place) {
      frequencies.push_back(Frequencies(view, items[place], static_cast<int>(place)));
    }
    return frequencies;
  }
  absl::flat_hash_map<absl::string_view, int> places;
  for (size_t place = 0; place < items.size(); ++place) {
    places.emplace(items[place].question->id(), static_cast<int>(place));
  }
  for (const std::string& id : questions) {
    const auto found = places.find(id);
    if (found == places.end()) return NoSuchItem(view.frame->instrument, id);
    frequencies.push_back(Frequencies(view, items[found->second], found->second));
  }
  return frequencies;
}

std::vector<uint32_t> ItemParts(const Instrument& instrument) {
  std::vector<uint32_t> parts = {part::kTotals};
  const std::vector<StructuredItem> items = StructuredItems(instrument);
  for (size_t place = 0; place < items.size(); ++place) {
    parts.push_back(part::Item(static_cast<int>(place)));
    if (items[place].question->has_number()) {
      parts.push_back(part::ItemNumbers(static_cast<int>(place)));
    }
  }
  return parts;
}

}  // namespace weft::metrics
