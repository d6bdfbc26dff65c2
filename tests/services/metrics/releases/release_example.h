// A release with its findings, in few words.
#ifndef WEFT_TESTS_SERVICES_METRICS_RELEASES_RELEASE_EXAMPLE_H_
#define WEFT_TESTS_SERVICES_METRICS_RELEASES_RELEASE_EXAMPLE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "services/metrics/domain/releases/finding_rules.h"
#include "services/metrics/domain/releases/release_rules.h"
#include "weft/metrics/v1/release.pb.h"

namespace weft::metrics {

inline constexpr char kFacilitator[] = "users/fay";
inline constexpr char kRepresentative[] = "users/rosa";

inline Act By(std::string principal, std::string note = "") {
  return {.principal = std::move(principal),
          .time = absl::FromUnixSeconds(1'750'000'000),
          .note = std::move(note)};
}

inline v1::Release GivenRelease() {
  v1::Release given;
  given.set_display_name("Winter 2025");
  given.set_wave("waves/w1");
  v1::Reviewer& facilitator = *given.add_reviewers();
  facilitator.set_principal(kFacilitator);
  facilitator.set_role(v1::REVIEWER_ROLE_FACILITATOR);
  v1::Reviewer& representative = *given.add_reviewers();
  representative.set_principal(kRepresentative);
  representative.set_role(v1::REVIEWER_ROLE_COMMUNITY_REPRESENTATIVE);
  return given;
}

inline v1::Release DraftRelease() {
  return NewRelease(GivenRelease(), "releases/r1", "00ff", By("users/amara"));
}

inline v1::Finding FindingOf(const v1::Release& release, const std::string& statement,
                             const std::string& id = "f1") {
  v1::Finding given;
  given.set_statement(statement);
  return NewFinding(release, given, release.name() + "/findings/" + id);
}

}  // namespace weft::metrics

#endif  // WEFT_TESTS_SERVICES_METRICS_RELEASES_RELEASE_EXAMPLE_H_
