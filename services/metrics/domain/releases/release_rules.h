// The life of a release: what may be done to it in which state, and what is then kept of it.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_RELEASES_RELEASE_RULES_H_
#define WEFT_SERVICES_METRICS_DOMAIN_RELEASES_RELEASE_RULES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "weft/metrics/v1/release.pb.h"

namespace weft::metrics {

// Who does something, when, and what they say about it.
struct Act {
  std::string principal;
  absl::Time time;
  std::string note = {};
};

// INVALID_ARGUMENT, all at once: what a caller may set of a release, in the field `path`.
absl::Status ValidateRelease(const v1::Release& release, absl::string_view path);
// INVALID_ARGUMENT: the note of a transition.
absl::Status ValidateNote(absl::string_view note, bool is_needed);

// A draft of what the caller gave: defaults filled in, nothing of the server's own.
v1::Release NewRelease(const v1::Release& given, absl::string_view name, absl::string_view salt,
                       const Act& act);

// In what follows, FAILED_PRECONDITION (RELEASE_STATE) says which states allow what was asked for.

// DRAFT or REVISED: what it says may be changed.
absl::Status RequireEditable(const v1::Release& release);
absl::Status RequireDraft(const v1::Release& release);
absl::Status RequireInReview(const v1::Release& release);
// Between the first review and the approval: stances may be answered.
absl::Status RequireAnswerable(const v1::Release& release);
absl::Status RequireApproved(const v1::Release& release);
// Whether an update may make `after` of `before`.
absl::Status CheckReleaseUpdate(const v1::Release& before, const v1::Release& after);

// Each makes the transition, when it is allowed, and notes it.

// FINDING_MISSING, REVIEWER_MISSING.
absl::Status Submit(const Act& act, v1::Release& release);
absl::Status Revise(const Act& act, bool repin, v1::Release& release);
// CONTEST_UNANSWERED, REVIEW_INCOMPLETE.
absl::Status Approve(const Act& act, const std::vector<v1::Finding>& findings,
                     v1::Release& release);
absl::Status Publish(const Act& act, v1::Release& release);

// The release without the entries of its manifest.
v1::Release WithoutManifestEntries(v1::Release release);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_RELEASES_RELEASE_RULES_H_
