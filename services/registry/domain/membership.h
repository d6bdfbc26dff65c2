// What makes a membership valid, and when it is in force.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_MEMBERSHIP_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_MEMBERSHIP_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/type/date.pb.h"
#include "weft/registry/v1/cohort.pb.h"

namespace weft::registry {

// Everything that is wrong with the request by itself, in one answer.
absl::Status ValidateCreate(const v1::CreateMembershipRequest& request);
absl::Status ValidateList(const v1::ListMembershipsRequest& request);

// The membership that a valid request asks for.
v1::Membership NewMembership(const v1::CreateMembershipRequest& request);
// "cohorts/c1", "site-01": the name of that site's membership.
std::string MembershipName(absl::string_view cohort, absl::string_view site_id);
// The name of the cohort that the membership is in.
std::string CohortOf(const v1::Membership& membership);

// Whether `membership` may be stored: its days are in order and inside those of its cohort.
absl::Status ValidateMembership(const v1::Membership& membership, const v1::Cohort& cohort);

// FAILED_PRECONDITION (MEMBERSHIP_OUTSIDE_COHORT) when a change of the cohort's dates would leave
// one of `memberships` outside.
absl::Status CheckCovers(const v1::Cohort& cohort, const std::vector<v1::Membership>& memberships);

// Whether the membership holds on `day`; where it has no date of its own, its cohort's counts.
bool InForce(const v1::Membership& membership, const v1::Cohort& cohort,
             const google::type::Date& day);

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_MEMBERSHIP_H_
