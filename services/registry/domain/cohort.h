// What makes a cohort valid.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_COHORT_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_COHORT_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "weft/registry/v1/cohort.pb.h"

namespace weft::registry {

// Everything that is wrong with the request, in one answer.
absl::Status ValidateCreate(const v1::CreateCohortRequest& request);

// The cohort that a valid request asks for, under the id that was chosen for it.
v1::Cohort NewCohort(const v1::CreateCohortRequest& request, absl::string_view id);

// Whether `cohort` may be stored as it is.
absl::Status ValidateCohort(const v1::Cohort& cohort);

// True when an update may leave memberships outside the cohort's days.
bool DatesDiffer(const v1::Cohort& before, const v1::Cohort& after);

// FAILED_PRECONDITION while a cohort that is to be deleted has memberships, of which `some` are
// given; OK when there are none.
absl::Status CheckNoMemberships(const v1::Cohort& cohort, const std::vector<v1::Membership>& some);

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_COHORT_H_
