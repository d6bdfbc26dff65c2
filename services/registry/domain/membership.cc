#include "services/registry/domain/membership.h"

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/validation/dates.h"
#include "common/validation/ids.h"
#include "services/registry/domain/names.h"
#include "services/registry/domain/period.h"

namespace weft::registry {
namespace {

void CheckInside(FieldViolations& violations, const std::string& field,
                 const std::optional<google::type::Date>& date, const v1::Cohort& cohort) {
  if (!date.has_value() || Contains(PeriodOf(cohort), *date)) return;
  violations.Add(
      field, absl::StrCat("is ", FormatDate(*date), ", which is outside the cohort, ",
                          cohort.has_start_date() ? FormatDate(cohort.start_date()) : "open",
                          " to ", cohort.has_end_date() ? FormatDate(cohort.end_date()) : "open"));
}

void CheckMembership(FieldViolations& violations, const v1::Membership& membership,
                     const v1::Cohort& cohort) {
  const Period period = PeriodOf(membership);
  CheckPeriod(violations, "membership", period);
  CheckInside(violations, "membership.start_date", period.first, cohort);
  CheckInside(violations, "membership.end_date", period.last, cohort);
}

}  // namespace

absl::Status ValidateCreate(const v1::CreateMembershipRequest& request) {
  FieldViolations violations;
  CheckName(violations, "parent", kCohorts, request.parent());
  violations.Require(IsId(request.membership_id()), "membership_id",
                     "is required and must be the id of the site, e.g. \"site-01\"");
  if (request.has_membership()) {
    CheckPeriod(violations, "membership", PeriodOf(request.membership()));
  } else {
    violations.Add("membership", "is required; {} stands for the cohort's whole time");
  }
  return violations.ToStatus();
}

absl::Status ValidateList(const v1::ListMembershipsRequest& request) {
  FieldViolations violations;
  if (request.parent() != kEveryCohort) {
    CheckName(violations, "parent", kCohorts, request.parent());
  }
  if (!request.site().empty()) CheckName(violations, "site", kSites, request.site());
  if (request.has_effective_on()) CheckDate(violations, "effective_on", request.effective_on());
  return violations.ToStatus();
}

v1::Membership NewMembership(const v1::CreateMembershipRequest& request) {
  v1::Membership membership = request.membership();
  ClearStamps(membership);
  membership.set_name(MembershipName(request.parent(), request.membership_id()));
  membership.set_site(NameIn(kSites, request.membership_id()));
  return membership;
}

std::string MembershipName(absl::string_view cohort, absl::string_view site_id) {
  return NameIn(NameIn(cohort, kMemberships), site_id);
}

std::string CohortOf(const v1::Membership& membership) {
  const std::string& name = membership.name();
  return name.substr(0, name.find("/memberships/"));
}

absl::Status ValidateMembership(const v1::Membership& membership, const v1::Cohort& cohort) {
  FieldViolations violations;
  CheckMembership(violations, membership, cohort);
  return violations.ToStatus();
}

absl::Status CheckCovers(const v1::Cohort& cohort, const std::vector<v1::Membership>& memberships) {
  for (const v1::Membership& membership : memberships) {
    if (ValidateMembership(membership, cohort).ok()) continue;
    return Error(absl::StatusCode::kFailedPrecondition, "MEMBERSHIP_OUTSIDE_COHORT",
                 absl::StrCat("with these dates \"", membership.name(),
                              "\" would begin or end outside the cohort; change the dates of that "
                              "membership first"),
                 {{"name", cohort.name()}, {"membership", membership.name()}});
  }
  return absl::OkStatus();
}

bool InForce(const v1::Membership& membership, const v1::Cohort& cohort,
             const google::type::Date& day) {
  return Contains(PeriodOf(membership), day) && Contains(PeriodOf(cohort), day);
}

}  // namespace weft::registry
