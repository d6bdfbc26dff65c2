// The life of a response: which verb is allowed in which state, and what it does to the record.
//
//   (none) -Create-> STARTED -Submit-> SUBMITTED -Approve-> APPROVED
//   SUBMITTED, APPROVED -Return-> RETURNED -Submit-> SUBMITTED
//   SUBMITTED -Update (other answers)-> STARTED; STARTED and RETURNED stay what they are
//   STARTED, SUBMITTED, APPROVED, RETURNED -Withdraw-> WITHDRAWN
//   (none), STARTED (never submitted) -Decline-> DECLINED
//   DECLINED, WITHDRAWN -Update-> STARTED: taking part after all; nothing of before counts any more
//   SUBMITTED -Contribute-> STARTED; STARTED and RETURNED stay what they are
//
// Each function changes `response` as a whole or not at all. A verb that finds its work done
// already (submitting what is submitted, say) is OK and changes nothing. Errors are
// FAILED_PRECONDITION.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_RESPONSE_STATE_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_RESPONSE_STATE_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "weft/ingestion/v1/response.pb.h"

namespace weft::ingestion {

// Makes a STARTED response with revision 1 out of one that has `respondent` and canonical
// `answers`.
void StartResponse(absl::string_view source, v1::Response& response);

// Gives `response` the canonical `answers` under a new revision number. Unchanged answers change
// nothing: compare `revision` before and after. Errors: RESPONSE_APPROVED.
absl::Status ChangeAnswers(const v1::Answers& answers, absl::string_view source,
                           v1::Response& response);

// Takes over canonical `answers` that contributions have led to, the same ones when they only left
// something to be resolved. Errors: RESPONSE_APPROVED, RESPONSE_WITHDRAWN, RESPONSE_DECLINED.
absl::Status TakeContribution(v1::Answers answers, absl::string_view source,
                              v1::Response& response);

// Hands the response in with `answers`: its own, as Complete() leaves them. Where that changes them,
// they are a revision of their own. Whether required questions are answered is RequireAnswers' part.
// Errors: RESPONSE_APPROVED, RESPONSE_DECLINED, RESPONSE_WITHDRAWN.
absl::Status Submit(v1::Answers answers, absl::Time now, v1::Response& response);

// Errors: RESPONSE_NOT_SUBMITTED.
absl::Status Approve(absl::Time now, v1::Response& response);

// Keeps `approved_revision`. Errors: RESPONSE_NOT_SUBMITTED.
using AnswerComments = google::protobuf::RepeatedPtrField<v1::AnswerComment>;
absl::Status Return(absl::string_view comment, const AnswerComments& answer_comments,
                    v1::Response& response);

// Errors: RESPONSE_DECLINED.
absl::Status Withdraw(absl::string_view comment, v1::Response& response);

// Errors: RESPONSE_SUBMITTED (withdraw it instead), RESPONSE_WITHDRAWN.
absl::Status Decline(absl::string_view comment, v1::Response& response);

// Creates or replaces and submits in one step, as streams and files do: `response` may be new
// (state unspecified, with `respondent`). Says whether anything changed: nothing does when these
// answers were submitted already, also when they were approved or returned since. A started or
// declined response becomes submitted; a withdrawn one is not taken up again behind its
// respondent's back, and what contributors do not agree on is not decided over their heads. Errors:
// RESPONSE_APPROVED, RESPONSE_WITHDRAWN, RESPONSE_UNRESOLVED.
absl::StatusOr<bool> Take(v1::Answers answers, absl::string_view source, absl::Time now,
                          v1::Response& response);

// Remembers the state when it is another one than before.
void RecordState(absl::Time now, absl::string_view principal, v1::Response& response);

// Whether the response counts as taking a place on the roster: not withdrawn, not declined.
bool HoldsRosterPlace(const v1::Response& response);

// FAILED_PRECONDITION (RESPONSE_WITHDRAWN, RESPONSE_DECLINED) unless the respondent takes part.
absl::Status RequireTakingPart(const v1::Response& response);

// The revision record of what `response` holds now, without name.
v1::ResponseRevision RevisionOf(const v1::Response& response, absl::string_view principal);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_RESPONSE_STATE_H_
