#include "services/metrics/domain/expectation_rules.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/nearest.h"
#include "common/validation/ids.h"
#include "common/validation/text.h"

namespace weft::metrics {
namespace {

constexpr size_t kMaxStatement = 1000;
constexpr size_t kMaxSource = 300;
constexpr int kMaxDecimals = 9;

// What a reference to a metric must state.
struct Needs {
  bool partner_types = false;
  bool level = false;
  bool base = false;  // may, need not
  bool rating = false;
  bool site = false;
  bool mode = false;       // its claim is about a level
  bool numerator = false;  // it counts something
};

Needs NeedsOf(v1::Metric metric) {
  switch (metric) {
    case v1::METRIC_RESPONSE_RATE:
      return {.numerator = true};
    case v1::METRIC_SITE_RICHNESS:
      return {.site = true};
    case v1::METRIC_PRESENCE:
      return {.partner_types = true, .numerator = true};
    case v1::METRIC_LEVEL_SHARE:
      return {.partner_types = true, .level = true, .base = true, .numerator = true};
    case v1::METRIC_LEVEL_MODE:
      return {.partner_types = true, .base = true, .mode = true};
    case v1::METRIC_RATING_SHARE:
    case v1::METRIC_RATING_AT_LEAST_SHARE:
      return {.rating = true, .numerator = true};
    default:
      return {};
  }
}

// "must be set" or "is not for this metric", or nothing.
void CheckPresence(FieldViolations& violations, const std::string& field, bool needed, bool present,
                   absl::string_view metric) {
  if (needed && !present) violations.Add(field, absl::StrCat("is required for ", metric));
  if (!needed && present) {
    violations.Add(field, absl::StrCat("is not for ", metric, "; leave it out"));
  }
}

void CheckReference(FieldViolations& violations, const std::string& field,
                    const v1::MetricReference& reference, const Needs& needs) {
  const std::string& metric = v1::Metric_Name(reference.metric());
  CheckPresence(violations, absl::StrCat(field, ".partner_types"), needs.partner_types,
                !reference.partner_types().empty(), metric);
  CheckPresence(violations, absl::StrCat(field, ".level"), needs.level,
                reference.level() != type::v1::INTERACTION_LEVEL_UNSPECIFIED, metric);
  CheckPresence(violations, absl::StrCat(field, ".rating"), needs.rating,
                reference.rating() != type::v1::SHARED_RESPONSIBILITY_UNSPECIFIED, metric);
  CheckPresence(violations, absl::StrCat(field, ".site"), needs.site, !reference.site().empty(),
                metric);
  if (!reference.site().empty() && !IdIn("sites", reference.site())) {
    violations.Add(absl::StrCat(field, ".site"),
                   absl::StrCat("must be sites/{site}, not ", Quoted(reference.site())));
  }
  if (!needs.base && reference.base() != type::v1::BASE_UNSPECIFIED) {
    violations.Add(absl::StrCat(field, ".base"),
                   absl::StrCat("is not for ", metric, "; leave it out"));
  } else if (reference.base() != type::v1::BASE_UNSPECIFIED &&
             reference.base() != type::v1::BASE_ALL && reference.base() != type::v1::BASE_ENGAGED) {
    violations.Add(absl::StrCat(field, ".base"), "must be BASE_ALL or BASE_ENGAGED");
  }
}

void CheckClaim(FieldViolations& violations, const std::string& field,
                const v1::Expectation& expectation, const Needs& needs) {
  const std::string& metric = v1::Metric_Name(expectation.metric().metric());
  if (expectation.has_mode()) {
    const std::string path = absl::StrCat(field, ".mode");
    violations.Require(needs.mode, path,
                       absl::StrCat(metric, " is a number; state the claim in `number`"));
    violations.Require(expectation.mode().level() != type::v1::INTERACTION_LEVEL_UNSPECIFIED,
                       absl::StrCat(path, ".level"), "is required");
    violations.Require(expectation.mode().n() >= 0, absl::StrCat(path, ".n"), "must be 0 or more");
  }
  if (expectation.has_number()) {
    const v1::NumberClaim& claim = expectation.number();
    const std::string path = absl::StrCat(field, ".number");
    violations.Require(!needs.mode, path,
                       absl::StrCat(metric, " is a level; state the claim in `mode`"));
    violations.Require(claim.comparison() != v1::NumberClaim::COMPARISON_UNSPECIFIED,
                       absl::StrCat(path, ".comparison"), "is required");
    violations.Require(std::isfinite(claim.value()), absl::StrCat(path, ".value"),
                       "must be a finite number");
    violations.Require(claim.decimals() >= 0 && claim.decimals() <= kMaxDecimals,
                       absl::StrCat(path, ".decimals"), "must be 0 to 9");
    violations.Require(
        needs.numerator || claim.quantity() != v1::NumberClaim::QUANTITY_NUMERATOR,
        absl::StrCat(path, ".quantity"),
        absl::StrCat(metric, " is no share and has no numerator; use QUANTITY_VALUE"));
    violations.Require(claim.n() >= 0, absl::StrCat(path, ".n"), "must be 0 or more");
  }
}

// "Did you mean" for a list of known names; "" when there is none.
std::string DidYouMean(absl::string_view name, const std::vector<std::string>& known) {
  const std::string nearest = Nearest(name, known);
  return nearest.empty() ? "" : absl::StrCat("; the nearest is \"", nearest, "\"");
}

}  // namespace

absl::Status ValidateExpectations(const v1::CheckExpectationsRequest& request) {
  FieldViolations violations;
  const int count = request.expectations_size();
  if (count == 0 || count > kMaxExpectations) {
    return violations
        .Add("expectations",
             absl::StrCat("must hold 1 to ", kMaxExpectations, " claims, not ", count))
        .ToStatus();
  }
  absl::flat_hash_map<absl::string_view, int> ids;
  for (int i = 0; i < count; ++i) {
    const v1::Expectation& expectation = request.expectations(i);
    const std::string field = absl::StrCat("expectations[", i, "]");
    const std::string id_field = absl::StrCat(field, ".id");
    RequireText(violations, id_field, expectation.id(), kMaxDisplayName);
    if (const auto [first, added] = ids.emplace(expectation.id(), i); !added) {
      violations.Add(id_field, absl::StrCat("must be unique; expectations[", first->second,
                                            "] has ", Quoted(expectation.id()), ", too"));
    }
    RequireText(violations, absl::StrCat(field, ".statement"), expectation.statement(),
                kMaxStatement);
    CheckText(violations, absl::StrCat(field, ".source"), expectation.source(), kMaxSource);
    const v1::Metric metric = expectation.metric().metric();
    if (metric == v1::METRIC_UNSPECIFIED || !v1::Metric_IsValid(metric)) {
      violations.Add(absl::StrCat(field, ".metric.metric"), "must name a metric");
      continue;
    }
    const Needs needs = NeedsOf(metric);
    CheckReference(violations, absl::StrCat(field, ".metric"), expectation.metric(), needs);
    CheckClaim(violations, field, expectation, needs);
  }
  return violations.ToStatus();
}

bool NeedsSites(const v1::CheckExpectationsRequest& request) {
  return std::any_of(request.expectations().begin(), request.expectations().end(),
                     [](const v1::Expectation& expectation) {
                       return expectation.metric().metric() == v1::METRIC_SITE_RICHNESS;
                     });
}

absl::Status CheckReferences(const v1::CheckExpectationsRequest& request,
                             const v1::WaveSummary& summary,
                             const std::vector<v1::SiteMetrics>& sites) {
  std::vector<std::string> types;
  for (const v1::PartnerTypeSummary& type : summary.partner_types()) {
    types.push_back(type.partner_type());
  }
  std::vector<std::string> names;
  for (const v1::SiteMetrics& site : sites) names.push_back(site.site());
  const auto has = [](const std::vector<std::string>& known, const std::string& name) {
    return std::find(known.begin(), known.end(), name) != known.end();
  };
  FieldViolations violations;
  for (int i = 0; i < request.expectations_size(); ++i) {
    const v1::MetricReference& metric = request.expectations(i).metric();
    const std::string field = absl::StrCat("expectations[", i, "].metric");
    for (int k = 0; k < metric.partner_types_size(); ++k) {
      const std::string& code = metric.partner_types(k);
      const std::string path = absl::StrCat(field, ".partner_types[", k, "]");
      if (!has(types, code)) {
        violations.Add(path, absl::StrCat(Quoted(code), " is no partner type of this wave",
                                          DidYouMean(code, types)));
      } else if (std::find(metric.partner_types().begin(), metric.partner_types().begin() + k,
                           code) != metric.partner_types().begin() + k) {
        violations.Add(path, absl::StrCat(Quoted(code), " is there twice"));
      }
    }
    if (!metric.site().empty() && !has(names, metric.site())) {
      violations.Add(absl::StrCat(field, ".site"),
                     absl::StrCat(Quoted(metric.site()), " is not on the wave's roster",
                                  DidYouMean(metric.site(), names)));
    }
  }
  return violations.ToStatus();
}

}  // namespace weft::metrics
