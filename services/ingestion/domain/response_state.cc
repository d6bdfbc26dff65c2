#include "services/ingestion/domain/response_state.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "services/ingestion/domain/answers.h"

namespace weft::ingestion {
namespace {

// Of more, the first and the last half are kept.
constexpr int kMaxStateChanges = 100;

absl::Status Refuse(const v1::Response& response, absl::string_view reason,
                    absl::string_view what) {
  return Error(absl::StatusCode::kFailedPrecondition, reason,
               absl::StrCat("the response of \"", response.respondent(), "\" ", what),
               {{"name", response.name()},
                {"respondent", response.respondent()},
                {"state", v1::Response::State_Name(response.state())}});
}

absl::Status Approved(const v1::Response& response) {
  return Refuse(response, "RESPONSE_APPROVED",
                "is approved; return it first if its answers must change");
}

absl::Status Withdrawn(const v1::Response& response) {
  return Refuse(response, "RESPONSE_WITHDRAWN",
                "was withdrawn; UpdateResponse starts it again if its respondent wants that");
}

absl::Status Declined(const v1::Response& response) {
  return Refuse(response, "RESPONSE_DECLINED",
                "says that the site declined; UpdateResponse starts it if the site takes part "
                "after all");
}

absl::Status NotSubmitted(const v1::Response& response) {
  return Refuse(response, "RESPONSE_NOT_SUBMITTED", "is not submitted");
}

absl::Status NoState() { return absl::InternalError("a stored response has no state"); }

void SetAnswers(v1::Answers answers, absl::string_view source, v1::Response& response) {
  *response.mutable_answers() = std::move(answers);
  response.set_revision(response.revision() + 1);
  response.set_source(std::string(source));
}

// Nothing of the time before counts any more; the revisions stay and go on being numbered.
void Restart(v1::Response& response) {
  response.set_state(v1::Response::STATE_STARTED);
  response.set_submitted_revision(0);
  response.set_approved_revision(0);
  response.clear_submit_time();
  response.clear_approve_time();
}

void MarkSubmitted(absl::Time now, v1::Response& response) {
  response.set_state(v1::Response::STATE_SUBMITTED);
  response.clear_answer_comments();
  response.set_submitted_revision(response.revision());
  *response.mutable_submit_time() = ToProto(now);
}

}  // namespace

void StartResponse(absl::string_view source, v1::Response& response) {
  response.set_state(v1::Response::STATE_STARTED);
  response.set_revision(1);
  response.set_source(std::string(source));
}

absl::Status ChangeAnswers(const v1::Answers& answers, absl::string_view source,
                           v1::Response& response) {
  const bool same = response.revision() > 0 && SameAnswers(answers, response.answers());
  switch (response.state()) {
    case v1::Response::STATE_APPROVED:
      return same ? absl::OkStatus() : Approved(response);
    case v1::Response::STATE_STARTED:
    case v1::Response::STATE_RETURNED:
      if (!same) SetAnswers(answers, source, response);
      return absl::OkStatus();
    case v1::Response::STATE_SUBMITTED:
      if (!same) {
        SetAnswers(answers, source, response);
        response.set_state(v1::Response::STATE_STARTED);
      }
      return absl::OkStatus();
    case v1::Response::STATE_WITHDRAWN:
    case v1::Response::STATE_DECLINED:
      if (!same) SetAnswers(answers, source, response);
      Restart(response);
      return absl::OkStatus();
    case v1::Response::STATE_UNSPECIFIED:
    default:
      return NoState();
  }
}

absl::Status TakeContribution(v1::Answers answers, absl::string_view source,
                              v1::Response& response) {
  WEFT_RETURN_IF_ERROR(RequireTakingPart(response));
  switch (response.state()) {
    case v1::Response::STATE_APPROVED:
      return Approved(response);
    case v1::Response::STATE_SUBMITTED:
      response.set_state(v1::Response::STATE_STARTED);
      break;
    case v1::Response::STATE_STARTED:
    case v1::Response::STATE_RETURNED:
      break;
    default:
      return NoState();
  }
  if (!SameAnswers(answers, response.answers())) SetAnswers(std::move(answers), source, response);
  return absl::OkStatus();
}

absl::Status Submit(v1::Answers answers, absl::Time now, v1::Response& response) {
  switch (response.state()) {
    case v1::Response::STATE_SUBMITTED:
      return absl::OkStatus();
    case v1::Response::STATE_STARTED:
    case v1::Response::STATE_RETURNED:
      if (!SameAnswers(answers, response.answers())) {
        SetAnswers(std::move(answers), std::string(response.source()), response);
      }
      MarkSubmitted(now, response);
      return absl::OkStatus();
    case v1::Response::STATE_APPROVED:
      return Approved(response);
    case v1::Response::STATE_WITHDRAWN:
      return Withdrawn(response);
    case v1::Response::STATE_DECLINED:
      return Declined(response);
    case v1::Response::STATE_UNSPECIFIED:
    default:
      return NoState();
  }
}

absl::Status Approve(absl::Time now, v1::Response& response) {
  if (response.state() == v1::Response::STATE_APPROVED) return absl::OkStatus();
  if (response.state() != v1::Response::STATE_SUBMITTED) return NotSubmitted(response);
  response.set_state(v1::Response::STATE_APPROVED);
  response.set_approved_revision(response.submitted_revision());
  *response.mutable_approve_time() = ToProto(now);
  return absl::OkStatus();
}

absl::Status Return(absl::string_view comment, const AnswerComments& answer_comments,
                    v1::Response& response) {
  if (response.state() != v1::Response::STATE_SUBMITTED &&
      response.state() != v1::Response::STATE_APPROVED) {
    return NotSubmitted(response);
  }
  response.set_state(v1::Response::STATE_RETURNED);
  response.set_state_comment(std::string(comment));
  *response.mutable_answer_comments() = answer_comments;
  return absl::OkStatus();
}

absl::Status Withdraw(absl::string_view comment, v1::Response& response) {
  if (response.state() == v1::Response::STATE_WITHDRAWN) return absl::OkStatus();
  if (response.state() == v1::Response::STATE_DECLINED) return Declined(response);
  response.set_state(v1::Response::STATE_WITHDRAWN);
  response.set_state_comment(std::string(comment));
  return absl::OkStatus();
}

absl::Status Decline(absl::string_view comment, v1::Response& response) {
  if (response.state() == v1::Response::STATE_WITHDRAWN) return Withdrawn(response);
  if (response.submitted_revision() > 0) {
    return Refuse(response, "RESPONSE_SUBMITTED", "was submitted already; withdraw it instead");
  }
  response.set_state(v1::Response::STATE_DECLINED);
  response.set_state_comment(std::string(comment));
  return absl::OkStatus();
}

absl::StatusOr<bool> Take(v1::Answers answers, absl::string_view source, absl::Time now,
                          v1::Response& response) {
  if (response.state() == v1::Response::STATE_WITHDRAWN) return Withdrawn(response);
  const bool same = response.revision() > 0 && SameAnswers(answers, response.answers());
  if (same && response.submitted_revision() == response.revision()) return false;
  if (response.state() == v1::Response::STATE_APPROVED) return Approved(response);
  if (response.unresolved_count() > 0) {
    return Refuse(response, "RESPONSE_UNRESOLVED",
                  "has answers on which its contributors do not agree; GetResponseDraft shows "
                  "them, and ContributeAnswers resolves them");
  }
  if (!same) SetAnswers(std::move(answers), source, response);
  MarkSubmitted(now, response);
  return true;
}

void RecordState(absl::Time now, absl::string_view principal, v1::Response& response) {
  auto& changes = *response.mutable_state_changes();
  if (!changes.empty() && changes.rbegin()->state() == response.state()) return;
  if (changes.size() >= kMaxStateChanges) changes.DeleteSubrange(kMaxStateChanges / 2, 1);
  v1::StateChange& change = *changes.Add();
  change.set_state(response.state());
  *change.mutable_time() = ToProto(now);
  change.set_revision(response.revision());
  change.set_principal(std::string(principal));
}

bool HoldsRosterPlace(const v1::Response& response) {
  return response.state() != v1::Response::STATE_WITHDRAWN &&
         response.state() != v1::Response::STATE_DECLINED;
}

absl::Status RequireTakingPart(const v1::Response& response) {
  if (response.state() == v1::Response::STATE_WITHDRAWN) return Withdrawn(response);
  if (response.state() == v1::Response::STATE_DECLINED) return Declined(response);
  return absl::OkStatus();
}

v1::ResponseRevision RevisionOf(const v1::Response& response, absl::string_view principal) {
  v1::ResponseRevision revision;
  revision.set_revision(response.revision());
  *revision.mutable_answers() = response.answers();
  revision.set_principal(std::string(principal));
  revision.set_source(response.source());
  return revision;
}

}  // namespace weft::ingestion
