// Findings: what they rest on, what reviewers say of them, and when that is enough.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_RELEASES_FINDING_RULES_H_
#define WEFT_SERVICES_METRICS_DOMAIN_RELEASES_FINDING_RULES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/metrics/domain/releases/release_rules.h"
#include "weft/metrics/v1/metrics.pb.h"
#include "weft/metrics/v1/release.pb.h"
#include "weft/metrics/v1/release_service.pb.h"

namespace weft::metrics {

// So many findings a release takes.
inline constexpr int kMostFindings = 200;

// INVALID_ARGUMENT, all at once: what a caller may set of a finding of a release of `wave`.
absl::Status ValidateFinding(const v1::Finding& finding, absl::string_view wave,
                             absl::string_view path);
absl::Status ValidateStance(const v1::ReviewFindingRequest& request);
absl::Status ValidateAnswer(const v1::AnswerStanceRequest& request);

// FAILED_PRECONDITION (FINDINGS_FULL).
absl::Status CheckRoomForFinding(const v1::Release& release);
// A finding of what the caller gave, nothing of the server's own in it.
v1::Finding NewFinding(const v1::Release& release, const v1::Finding& given,
                       absl::string_view name);
// Fills in what each reference's number is in the summary. INVALID_ARGUMENT (METRIC_NUMBER_UNKNOWN)
// that says which numbers of the metric there are.
absl::Status FillReferences(const v1::WaveSummary& summary, absl::string_view path,
                            v1::Finding& finding);
// Keeps what `before` said, when `after` says something else, and has reviewers look again.
void NoteChange(const v1::Release& release, const v1::Finding& before, const Act& act,
                v1::Finding& after);
// FAILED_PRECONDITION (RELEASE_STATE, FINDING_REVIEWED).
absl::Status CheckFindingDelete(const v1::Release& release, const v1::Finding& finding);

// The act's principal says `stance`, as the reviewer that the release names them. PERMISSION_DENIED
// (NOT_A_REVIEWER), FAILED_PRECONDITION (RELEASE_STATE, STANCE_ANSWERED).
absl::Status TakeStance(const v1::Release& release, v1::FindingStance::Stance stance,
                        const Act& act, v1::Finding& finding);
// Answers the stance that `principal` took in a round (0: their last). NOT_FOUND
// (STANCE_NOT_FOUND), FAILED_PRECONDITION (RELEASE_STATE).
absl::Status AnswerStance(const v1::Release& release, const v1::AnswerStanceRequest& request,
                          const Act& act, v1::Finding& finding);

// How many contests of the finding are open: without an answer, and their reviewer has taken no
// stance in a later round.
int OpenContests(const v1::Finding& finding);
// FAILED_PRECONDITION (CONTEST_UNANSWERED) that names a finding with an open contest.
absl::Status CheckContestsAnswered(const std::vector<v1::Finding>& findings);
// FAILED_PRECONDITION (REVIEW_INCOMPLETE) unless on each finding, as it is now, a facilitator and a
// community representative have taken a stance.
absl::Status CheckReviewComplete(const std::vector<v1::Finding>& findings);

// Counts findings and open contests into the release.
void CountFindings(const std::vector<v1::Finding>& findings, v1::Release& release);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_RELEASES_FINDING_RULES_H_
