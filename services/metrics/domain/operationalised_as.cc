// How a claim is read, in words.
#include <string>

#include "absl/strings/str_cat.h"
#include "common/words/number_text.h"
#include "common/words/terms.h"
#include "services/metrics/domain/expectations.h"

namespace weft::metrics {
namespace {

bool IsShare(v1::Metric metric) {
  return metric == v1::METRIC_RESPONSE_RATE || metric == v1::METRIC_PRESENCE ||
         metric == v1::METRIC_LEVEL_SHARE || metric == v1::METRIC_RATING_SHARE ||
         metric == v1::METRIC_RATING_AT_LEAST_SHARE;
}

// Whether the engaged rule and the self rule have a part in the number.
bool DependsOnEngagement(v1::Metric metric) {
  return metric != v1::METRIC_RESPONSE_RATE && metric != v1::METRIC_TYPE_COUNT &&
         metric != v1::METRIC_RATING_SHARE && metric != v1::METRIC_RATING_AT_LEAST_SHARE;
}

// Among which cells levels are counted.
absl::string_view LevelBase(const v1::MetricReference& metric) {
  return metric.base() == type::v1::BASE_ENGAGED
             ? "the sites that engage the partner type and whose level is known (\"when present\")"
             : "the counted sites whose level with the partner type is known, where a type that is "
               "not engaged is no interaction";
}

std::string MetricWords(const v1::MetricReference& metric) {
  switch (metric.metric()) {
    case v1::METRIC_RESPONSE_RATE:
      return "Sites with a counted response over invited sites";
    case v1::METRIC_TYPE_COUNT:
      return "Number of partner types that the wave asked about";
    case v1::METRIC_RICHNESS_MEAN:
      return "Mean over sites of the number of partner types engaged (D1)";
    case v1::METRIC_RICHNESS_MEDIAN:
      return "Median over sites of the number of partner types engaged (D1)";
    case v1::METRIC_RICHNESS_MIN:
      return "Lowest number of partner types that a site engages (D1)";
    case v1::METRIC_RICHNESS_MAX:
      return "Highest number of partner types that a site engages (D1)";
    case v1::METRIC_SITE_RICHNESS:
      return "Number of partner types that the site engages (D1)";
    case v1::METRIC_PRESENCE:
      return "Share of sites that engage the partner type, of the counted sites whose engagement "
             "is known";
    case v1::METRIC_LEVEL_SHARE:
      return absl::StrCat("Share of sites at ", LevelWords(metric.level()), ", of ",
                          LevelBase(metric));
    case v1::METRIC_LEVEL_MODE:
      return absl::StrCat("Most frequent interaction level among ", LevelBase(metric));
    case v1::METRIC_RATING_SHARE:
      return absl::StrCat("Share of sites whose shared responsibility is ",
                          RatingWords(metric.rating()),
                          " (R1), of the counted sites with a rating");
    case v1::METRIC_RATING_AT_LEAST_SHARE:
      return absl::StrCat("Share of sites whose shared responsibility is ",
                          RatingWords(metric.rating()),
                          " or more (R1), of the counted sites with a rating");
    case v1::METRIC_TAU_B_RICHNESS:
      return "Kendall's tau-b of the number of partner types engaged (D1) with shared "
             "responsibility (R1), over sites where both are known; a description, no test";
    case v1::METRIC_TAU_B_DEPTH:
      return "Kendall's tau-b of the mean level of engaged types (P1) with shared responsibility "
             "(R1), over sites where both are known; a description, no test";
    default:
      return "";
  }
}

absl::string_view ComparisonWords(v1::NumberClaim::Comparison comparison) {
  switch (comparison) {
    case v1::NumberClaim::COMPARISON_EQUAL:
      return "be";
    case v1::NumberClaim::COMPARISON_AT_LEAST:
      return "be at least";
    case v1::NumberClaim::COMPARISON_AT_MOST:
      return "be at most";
    case v1::NumberClaim::COMPARISON_GREATER_THAN:
      return "be more than";
    case v1::NumberClaim::COMPARISON_LESS_THAN:
      return "be less than";
    default:
      return "be";
  }
}

std::string ClaimWords(const v1::Expectation& expectation) {
  // The claim is about each of several types.
  const bool each = expectation.metric().partner_types_size() > 1;
  if (expectation.has_mode()) {
    std::string words = absl::StrCat("; for ", each ? "each type" : "the type", " it must be ",
                                     LevelWords(expectation.mode().level()), " and no other");
    if (expectation.mode().has_n()) {
      absl::StrAppend(&words, ", and rest on exactly ",
                      Counted(expectation.mode().n(), "site", "sites"));
    }
    return words;
  }
  if (!expectation.has_number()) return "; nothing is claimed, the value is reported";
  const v1::NumberClaim& claim = expectation.number();
  const bool numerator = claim.quantity() == v1::NumberClaim::QUANTITY_NUMERATOR;
  std::string words = absl::StrCat("; ", each ? "for each type " : "",
                                   numerator ? "the number of sites" : "it", " must");
  if (claim.has_decimals()) {
    absl::StrAppend(&words, ", rounded half up to ",
                    Counted(claim.decimals(), "decimal", "decimals"), ",");
  }
  absl::StrAppend(&words, " ", ComparisonWords(claim.comparison()), " ", Short(claim.value(), 9));
  if (IsShare(expectation.metric().metric()) && !numerator) {
    absl::StrAppend(&words, " (", Percent(claim.value()), ")");
  }
  if (claim.has_n()) {
    absl::StrAppend(&words, ", and rest on exactly ",
                    expectation.metric().metric() == v1::METRIC_SITE_RICHNESS ||
                            expectation.metric().metric() == v1::METRIC_TYPE_COUNT
                        ? Counted(claim.n(), "partner type", "partner types")
                        : Counted(claim.n(), "site", "sites"));
  }
  return words;
}

}  // namespace

std::string OperationalisedAs(const v1::Expectation& expectation, const v1::WaveSummary& summary) {
  const v1::Parameters& parameters = summary.provenance().parameters();
  std::string words = absl::StrCat(MetricWords(expectation.metric()), ClaimWords(expectation), ".");
  if (expectation.metric().metric() == v1::METRIC_TYPE_COUNT) return words;
  absl::StrAppend(&words, " Counted are sites with ", FloorWords(parameters.floor()));
  if (!parameters.cohort().empty()) {
    absl::StrAppend(&words, " in cohort ", IdOf(parameters.cohort()));
  }
  if (!parameters.filter().empty()) {
    absl::StrAppend(&words, " where ", parameters.filter());
  }
  absl::StrAppend(&words, ".");
  if (DependsOnEngagement(expectation.metric().metric())) {
    absl::StrAppend(&words, " A type is engaged when ", EngagedRuleWords(parameters.engaged_rule()),
                    "; ", SelfRuleWords(parameters.self_rule()), ".");
  }
  return words;
}

}  // namespace weft::metrics
