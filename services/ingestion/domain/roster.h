// Rules of rosters: what a site's entry freezes, and amendments.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_ROSTER_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_ROSTER_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/base/error.h"
#include "google/type/date.pb.h"
#include "weft/ingestion/v1/response.pb.h"
#include "weft/ingestion/v1/wave.pb.h"
#include "weft/registry/v1/site.pb.h"

namespace weft::ingestion {

// The active entry of a site in `wave`, as the site is on `day`. `cohorts`: those of the wave's
// cohorts of which it is a member on that day.
v1::RosterEntry FreezeSite(absl::string_view wave, const registry::v1::Site& site,
                           const std::vector<std::string>& cohorts, const google::type::Date& day);

// Lists, reason and date of an amendment, with every problem at once.
absl::Status ValidateAmendment(const v1::AmendRosterRequest& request);

// Puts `entry`, which was taken off, back on the roster; FAILED_PRECONDITION (ALREADY_ON_ROSTER).
absl::Status AddToRoster(const v1::RosterAmendment& amendment, v1::RosterEntry& entry);
// Takes `entry` off the roster. `response` is the site's, if there is one. FAILED_PRECONDITION
// (NOT_ON_ROSTER, ROSTER_SITE_HAS_RESPONSE).
absl::Status RemoveFromRoster(const v1::RosterAmendment& amendment,
                              const std::optional<v1::Response>& response, v1::RosterEntry& entry);

// FAILED_PRECONDITION (NOT_ON_ROSTER) unless there is an active entry.
absl::Status RequireOnRoster(const std::optional<v1::RosterEntry>& entry, absl::string_view wave,
                             absl::string_view site);

// INVALID_ARGUMENT unless `cohort` is empty or one of the wave's.
absl::Status CheckCohort(const v1::Wave& wave, absl::string_view cohort);
// Whether the site was a member of `cohort` at the opening; every site is of the empty one.
bool InCohort(const v1::RosterEntry& entry, absl::string_view cohort);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_ROSTER_H_
