#include "services/metrics/domain/expectations.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/words/number_text.h"
#include "common/words/terms.h"
#include "services/metrics/domain/possible.h"

namespace weft::metrics {
namespace {

using Verdict = v1::ExpectationResult::Verdict;
constexpr Verdict kHolds = v1::ExpectationResult::VERDICT_HOLDS;
constexpr Verdict kFails = v1::ExpectationResult::VERDICT_FAILS;
constexpr Verdict kUndetermined = v1::ExpectationResult::VERDICT_UNDETERMINED;
constexpr Verdict kNotStated = v1::ExpectationResult::VERDICT_NOT_STATED;

// An observation, and what missing answers could make of it.
struct Finding {
  v1::Observation observation;
  Possible possible;
};

const v1::PartnerTypeSummary& TypeOf(const v1::WaveSummary& summary, const std::string& code) {
  return *std::find_if(
      summary.partner_types().begin(), summary.partner_types().end(),
      [&code](const v1::PartnerTypeSummary& type) { return type.partner_type() == code; });
}

type::v1::Estimate TypeCount(const v1::WaveSummary& summary) {
  type::v1::Estimate count;
  count.set_value(summary.type_count());
  count.set_low(summary.type_count());
  count.set_high(summary.type_count());
  count.set_n(summary.type_count());
  count.set_base_size(summary.type_count());
  count.set_base(type::v1::BASE_TYPES);
  return count;
}

type::v1::Estimate RatingShare(const v1::SharedResponsibilitySummary& summary,
                               type::v1::SharedResponsibility rating) {
  for (const v1::RatingShare& share : summary.shares()) {
    if (share.rating() == rating) return share.share();
  }
  return {};
}

type::v1::Estimate RatingAtLeast(const v1::SharedResponsibilitySummary& summary,
                                 type::v1::SharedResponsibility rating) {
  if (rating == type::v1::SHARED_RESPONSIBILITY_MODERATELY_EVIDENT) {
    return summary.at_least_moderate();
  }
  type::v1::Estimate share = RatingShare(summary, rating);
  if (rating == type::v1::SHARED_RESPONSIBILITY_NOT_EVIDENT && share.has_value()) {
    // Every rating is the lowest point or more.
    share.set_value(1);
    share.set_low(1);
    share.set_high(1);
    share.set_numerator(share.n());
  }
  return share;
}

type::v1::Estimate TauB(const v1::WaveSummary& summary, absl::string_view x) {
  for (const v1::Association& association : summary.associations()) {
    if (association.x() == x && association.y() == "R1") return association.tau_b();
  }
  return {};
}

// ", 1 not known" where units of the base have no answer.
std::string Missing(const type::v1::Estimate& estimate) {
  const int missing = estimate.base_size() - estimate.n();
  return missing > 0 ? absl::StrCat(", ", missing, " not known") : "";
}

std::string ObservedText(const v1::Expectation& expectation, const type::v1::Estimate& estimate) {
  if (!estimate.has_value()) return UndefinedText(estimate);
  if (estimate.has_numerator()) return absl::StrCat(ShareText(estimate), Missing(estimate));
  const v1::Metric metric = expectation.metric().metric();
  const std::string number = expectation.number().has_decimals()
                                 ? Fixed(estimate.value(), expectation.number().decimals())
                                 : Short(estimate.value(), 4);
  if (metric == v1::METRIC_TYPE_COUNT) return number;
  if (metric == v1::METRIC_SITE_RICHNESS) {
    return absl::StrCat(number, " of ", Counted(estimate.base_size(), "type", "types"),
                        Missing(estimate));
  }
  return absl::StrCat(number, " (", Counted(estimate.n(), "site", "sites"), Missing(estimate), ")");
}

Finding FindNumber(const v1::Expectation& expectation, std::string subject,
                   type::v1::Estimate estimate, NumberKind kind = NumberKind::kPlain) {
  Finding finding;
  v1::Observation& observation = finding.observation;
  observation.set_subject(std::move(subject));
  observation.set_text(ObservedText(expectation, estimate));
  if (!expectation.has_number()) {
    observation.set_verdict(kNotStated);
  } else if (!estimate.has_value()) {
    observation.set_verdict(kUndetermined);
  } else {
    const v1::NumberClaim& claim = expectation.number();
    observation.set_verdict(
        NumberHolds(claim, estimate.value(), estimate.numerator(), estimate.n()) ? kHolds : kFails);
    finding.possible = PossibleNumber(claim, estimate, kind);
  }
  *observation.mutable_estimate() = std::move(estimate);
  return finding;
}

std::string ModesText(const std::vector<std::string>& modes, const type::v1::Estimate& share) {
  if (modes.empty()) return UndefinedText(share);
  const std::string sites = absl::StrCat(ShareText(share), Missing(share));
  return modes.size() == 1 ? absl::StrCat(modes[0], ": ", sites)
                           : absl::StrCat(Listed(modes), " tie: ", sites, " each");
}

Finding FindMode(const v1::Expectation& expectation, const v1::WaveSummary& summary,
                 const std::string& code) {
  const v1::PartnerTypeSummary& type = TypeOf(summary, code);
  const bool engaged = expectation.metric().base() == type::v1::BASE_ENGAGED;
  const v1::LevelDistribution& levels = engaged ? type.levels_engaged() : type.levels_all();
  const int unknown = type.presence().base_size() - type.presence().n();
  OpenLevels cells{.counts = {},
                   .unknown = unknown,
                   .without_depth = 0,
                   .lowest = LowestEngagedDepth(summary.provenance().parameters().engaged_rule()),
                   .engaged_only = engaged};
  std::vector<std::string> modes;
  type::v1::Estimate share;
  for (const v1::LevelShare& level : levels.shares()) {
    cells.counts[LevelDepth(level.level())] = level.share().numerator();
    const int missing = level.share().base_size() - level.share().n();
    cells.without_depth = engaged ? missing : missing - unknown;
    const bool is_mode = std::find(levels.modes().begin(), levels.modes().end(), level.level()) !=
                         levels.modes().end();
    if (is_mode) modes.emplace_back(LevelWords(level.level()));
    // That of the most frequent level; where there is none, any says why.
    if ((is_mode && modes.size() == 1) || modes.empty()) share = level.share();
  }
  Finding finding;
  v1::Observation& observation = finding.observation;
  observation.set_subject(code);
  observation.set_text(ModesText(modes, share));
  *observation.mutable_modes() = levels.modes();
  if (!expectation.has_mode()) {
    observation.set_verdict(kNotStated);
  } else if (modes.empty()) {
    observation.set_verdict(kUndetermined);
  } else {
    const v1::ModeClaim& claim = expectation.mode();
    const bool holds = levels.modes_size() == 1 && levels.modes(0) == claim.level() &&
                       (!claim.has_n() || claim.n() == share.n());
    observation.set_verdict(holds ? kHolds : kFails);
    finding.possible =
        PossibleMode(LevelDepth(claim.level()),
                     claim.has_n() ? std::optional<int>(claim.n()) : std::nullopt, cells);
  }
  *observation.mutable_estimate() = std::move(share);
  return finding;
}

std::vector<Finding> Find(const v1::Expectation& expectation, const v1::WaveSummary& summary,
                          const std::vector<v1::SiteMetrics>& sites) {
  const v1::MetricReference& metric = expectation.metric();
  std::vector<Finding> findings;
  switch (metric.metric()) {
    case v1::METRIC_RESPONSE_RATE:
      return {FindNumber(expectation, "", summary.response_rate())};
    case v1::METRIC_TYPE_COUNT:
      return {FindNumber(expectation, "", TypeCount(summary), NumberKind::kWhole)};
    case v1::METRIC_RICHNESS_MEAN:
      return {FindNumber(expectation, "", summary.richness().mean())};
    case v1::METRIC_RICHNESS_MEDIAN:
      return {FindNumber(expectation, "", summary.richness().median())};
    case v1::METRIC_RICHNESS_MIN:
      return {FindNumber(expectation, "", summary.richness().min())};
    case v1::METRIC_RICHNESS_MAX:
      return {FindNumber(expectation, "", summary.richness().max())};
    case v1::METRIC_SITE_RICHNESS:
      for (const v1::SiteMetrics& site : sites) {
        if (site.site() != metric.site()) continue;
        findings.push_back(
            FindNumber(expectation, site.site(), site.richness(), NumberKind::kWhole));
      }
      return findings;
    case v1::METRIC_PRESENCE:
      for (const std::string& code : metric.partner_types()) {
        findings.push_back(FindNumber(expectation, code, TypeOf(summary, code).presence()));
      }
      return findings;
    case v1::METRIC_LEVEL_SHARE:
      for (const std::string& code : metric.partner_types()) {
        const v1::PartnerTypeSummary& type = TypeOf(summary, code);
        const v1::LevelDistribution& levels =
            metric.base() == type::v1::BASE_ENGAGED ? type.levels_engaged() : type.levels_all();
        const auto level = std::find_if(
            levels.shares().begin(), levels.shares().end(),
            [&metric](const v1::LevelShare& share) { return share.level() == metric.level(); });
        const bool open = levels.base() == type::v1::BASE_ENGAGED &&
                          type.presence().n() < type.presence().base_size();
        findings.push_back(FindNumber(expectation, code, level->share(),
                                      open ? NumberKind::kOfOpenBase : NumberKind::kPlain));
      }
      return findings;
    case v1::METRIC_LEVEL_MODE:
      for (const std::string& code : metric.partner_types()) {
        findings.push_back(FindMode(expectation, summary, code));
      }
      return findings;
    case v1::METRIC_RATING_SHARE:
      return {FindNumber(expectation, "",
                         RatingShare(summary.shared_responsibility(), metric.rating()))};
    case v1::METRIC_RATING_AT_LEAST_SHARE:
      return {FindNumber(expectation, "",
                         RatingAtLeast(summary.shared_responsibility(), metric.rating()))};
    case v1::METRIC_TAU_B_RICHNESS:
      return {FindNumber(expectation, "", TauB(summary, "D1"))};
    case v1::METRIC_TAU_B_DEPTH:
      return {FindNumber(expectation, "", TauB(summary, "P1"))};
    default:
      return findings;
  }
}

// The claim is about every one of them.
Verdict Together(const std::vector<Finding>& findings) {
  Verdict verdict = kHolds;
  for (const Finding& finding : findings) {
    const Verdict one = finding.observation.verdict();
    if (one == kNotStated) return kNotStated;
    if (one == kFails) verdict = kFails;
    if (one == kUndetermined && verdict == kHolds) verdict = kUndetermined;
  }
  return findings.empty() ? kUndetermined : verdict;
}

// Whether missing answers could change the verdict. The types' missing answers do not depend on
// each other, so each can be looked at alone.
std::optional<bool> Settled(Verdict verdict, const std::vector<Finding>& findings) {
  if (verdict != kHolds && verdict != kFails) return std::nullopt;
  // The whole could hold if all could; it could fail if any could.
  std::optional<bool> all_hold = true;
  std::optional<bool> any_fail = false;
  for (const Finding& finding : findings) {
    const Possible& possible = finding.possible;
    if (possible.hold == false) {
      all_hold = false;
    } else if (!possible.hold.has_value() && all_hold == true) {
      all_hold = std::nullopt;
    }
    if (possible.fail == true) {
      any_fail = true;
    } else if (!possible.fail.has_value() && any_fail == false) {
      any_fail = std::nullopt;
    }
  }
  const std::optional<bool> other = verdict == kHolds ? any_fail : all_hold;
  return other.has_value() ? std::optional<bool>(!*other) : std::nullopt;
}

}  // namespace

v1::CheckExpectationsResponse CheckExpectations(const v1::CheckExpectationsRequest& request,
                                                const v1::WaveSummary& summary,
                                                const std::vector<v1::SiteMetrics>& sites) {
  v1::CheckExpectationsResponse response;
  *response.mutable_provenance() = summary.provenance();
  for (const v1::Expectation& expectation : request.expectations()) {
    const std::vector<Finding> findings = Find(expectation, summary, sites);
    v1::ExpectationResult& result = *response.add_results();
    *result.mutable_expectation() = expectation;
    result.set_operationalised_as(OperationalisedAs(expectation, summary));
    result.set_verdict(Together(findings));
    if (const std::optional<bool> settled = Settled(result.verdict(), findings)) {
      result.set_settled(*settled);
    }
    for (const Finding& finding : findings) *result.add_observations() = finding.observation;
    if (result.verdict() == kHolds) response.set_holds(response.holds() + 1);
    if (result.verdict() == kFails || result.verdict() == kUndetermined) {
      response.set_fails(response.fails() + 1);
    }
  }
  return response;
}

}  // namespace weft::metrics
