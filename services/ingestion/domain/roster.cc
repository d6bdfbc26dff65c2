#include "services/ingestion/domain/roster.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/validation/dates.h"
#include "common/validation/ids.h"
#include "common/validation/text.h"
#include "services/ingestion/domain/names.h"
#include "services/ingestion/domain/response_state.h"

namespace weft::ingestion {
namespace {

constexpr size_t kMaxReason = 1000;
constexpr int kMaxAmendedSites = 1000;

absl::Status Refuse(absl::string_view wave, absl::string_view site, absl::string_view reason,
                    absl::string_view what) {
  return Error(absl::StatusCode::kFailedPrecondition, reason,
               absl::StrCat("\"", site, "\" ", what, " \"", wave, "\""),
               {{"wave", std::string(wave)}, {"site", std::string(site)}});
}

void ValidateSites(const google::protobuf::RepeatedPtrField<std::string>& sites,
                   absl::string_view field, std::set<std::string>& seen,
                   FieldViolations& violations) {
  for (int i = 0; i < sites.size(); ++i) {
    const std::string at = absl::StrCat(field, "[", i, "]");
    violations.Require(IdIn("sites", sites[i]).has_value(), at,
                       "must be a name like sites/site-01");
    violations.Require(seen.insert(sites[i]).second, at,
                       absl::StrCat("repeats ", Quoted(sites[i])));
  }
}

}  // namespace

v1::RosterEntry FreezeSite(absl::string_view wave, const registry::v1::Site& site,
                           const std::vector<std::string>& cohorts, const google::type::Date& day) {
  v1::RosterEntry entry;
  entry.set_name(RosterEntryName(wave, site.name()));
  entry.set_display_name(site.display_name());
  entry.set_site(site.name());
  entry.set_neutral_label(site.neutral_label());
  entry.set_naming(site.naming());
  for (const std::string& cohort : cohorts) entry.add_cohorts(cohort);
  for (const registry::v1::SiteAttributes& attributes : site.attributes()) {
    // In ascending order; the first one may hold from the beginning.
    if (attributes.has_effective_date() && CompareDates(attributes.effective_date(), day) > 0)
      break;
    *entry.mutable_attributes() = attributes;
  }
  *entry.mutable_places() = site.places();
  entry.set_active(true);
  return entry;
}

absl::Status ValidateAmendment(const v1::AmendRosterRequest& request) {
  FieldViolations violations;
  violations.Require(IdIn("waves", request.name()).has_value(), "name",
                     "must be a name like waves/2025-winter");
  const int sites = request.add_sites_size() + request.remove_sites_size();
  violations.Require(sites > 0, "add_sites", "or remove_sites must name a site");
  violations.Require(sites <= kMaxAmendedSites, "add_sites",
                     absl::StrCat("and remove_sites name ", sites, " sites; at most ",
                                  kMaxAmendedSites, " are allowed at once"));
  std::set<std::string> seen;
  ValidateSites(request.add_sites(), "add_sites", seen, violations);
  ValidateSites(request.remove_sites(), "remove_sites", seen, violations);
  RequireText(violations, "reason", request.reason(), kMaxReason);
  if (request.has_effective_date()) {
    CheckDate(violations, "effective_date", request.effective_date());
  }
  return violations.ToStatus();
}

absl::Status AddToRoster(const v1::RosterAmendment& amendment, v1::RosterEntry& entry) {
  if (entry.active()) {
    return Refuse(WaveOf(entry.name()), entry.site(), "ALREADY_ON_ROSTER",
                  "is already on the roster of");
  }
  entry.set_active(true);
  *entry.add_amendments() = amendment;
  return absl::OkStatus();
}

absl::Status RemoveFromRoster(const v1::RosterAmendment& amendment,
                              const std::optional<v1::Response>& response, v1::RosterEntry& entry) {
  if (!entry.active()) return RequireOnRoster(entry, WaveOf(entry.name()), entry.site());
  if (response.has_value() && HoldsRosterPlace(*response)) {
    return Refuse(WaveOf(entry.name()), entry.site(), "ROSTER_SITE_HAS_RESPONSE",
                  "has a response, which must be withdrawn before the site is taken off the roster "
                  "of");
  }
  entry.set_active(false);
  *entry.add_amendments() = amendment;
  return absl::OkStatus();
}

absl::Status RequireOnRoster(const std::optional<v1::RosterEntry>& entry, absl::string_view wave,
                             absl::string_view site) {
  if (entry.has_value() && entry->active()) return absl::OkStatus();
  return Refuse(wave, site, "NOT_ON_ROSTER",
                entry.has_value() ? "was taken off the roster of" : "is not on the roster of");
}

absl::Status CheckCohort(const v1::Wave& wave, absl::string_view cohort) {
  const bool known = cohort.empty() || std::find(wave.cohorts().begin(), wave.cohorts().end(),
                                                 cohort) != wave.cohorts().end();
  return FieldViolations()
      .Require(known, "cohort", absl::StrCat("is none of the cohorts of ", wave.name()))
      .ToStatus();
}

bool InCohort(const v1::RosterEntry& entry, absl::string_view cohort) {
  return cohort.empty() ||
         std::find(entry.cohorts().begin(), entry.cohorts().end(), cohort) != entry.cohorts().end();
}

}  // namespace weft::ingestion
