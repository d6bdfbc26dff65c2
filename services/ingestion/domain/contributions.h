// Several people fill one response: how what one of them says is merged into what stands there, and
// what is kept beside it. The draft is the memory; the answers are what counts.
//
// Every answer is merged by itself. Its version says what a contributor has seen: with the present
// one they change it; with an older one another value becomes an open conflict, and so nobody's
// answer is lost. Ratings are each contributor's own, and what the response says is their
// consensus.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_CONTRIBUTIONS_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_CONTRIBUTIONS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/ingestion/domain/instrument_index.h"
#include "weft/ingestion/v1/draft.pb.h"
#include "weft/ingestion/v1/response.pb.h"
#include "weft/ingestion/v1/response_service.pb.h"

namespace weft::ingestion {

// At most this many people contribute to a response, and at most this many values of one answer are
// in conflict at a time.
inline constexpr int kMaxContributors = 200;
inline constexpr int kMaxConflicting = 50;
// AnswerRecord.settled holds this many.
inline constexpr int kMaxSettled = 100;

// Everything about the request that is wrong whatever the response holds. INVALID_ARGUMENT.
absl::Status ValidateContribution(const v1::ContributeAnswersRequest& request);

// What one call made of a response.
struct Contributed {
  // Whether the draft holds anything new.
  bool changed = false;
  // One per answer of the request.
  std::vector<v1::ContributionResult> results;
};

// Merges what `request` says into `answers` (canonical before and after) and `draft`. All or
// nothing: after an error neither may be used. Errors: INVALID_ARGUMENT (ANSWERS_INVALID: what the
// instrument does not allow, and versions that there never were), FAILED_PRECONDITION
// (CONTRIBUTORS_TOO_MANY, CONFLICTS_TOO_MANY).
absl::StatusOr<Contributed> Contribute(const InstrumentIndex& instrument,
                                       const v1::ContributeAnswersRequest& request,
                                       absl::string_view source, absl::Time now,
                                       v1::Answers& answers, v1::ResponseDraft& draft);

// The answers were written as a whole: every answer that is not what `draft` says is attributed to
// `from` (all but its value) under `version`, above draft.version(). What was in conflict stays in
// conflict, unless it is what the answer is now; ratings have a consensus then.
void FollowAnswers(const v1::Answers& answers, const v1::AttributedValue& from, int version,
                   v1::ResponseDraft& draft);
// The same for a stored revision, whose number is the version: from a new draft on, all revisions
// in order make the draft of a response that nobody has contributed to.
void FollowRevision(const v1::ResponseRevision& revision, v1::ResponseDraft& draft);

// How many answers the contributors do not agree on (Response.unresolved_count).
int UnresolvedCount(const v1::ResponseDraft& draft);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_CONTRIBUTIONS_H_
