#include "services/ingestion/domain/open_answer_review.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/validation/text.h"
#include "google/protobuf/util/message_differencer.h"

namespace weft::ingestion {
namespace {

using v1::ReviewOpenAnswerRequest;

constexpr int kMaxRedactions = 200;
constexpr size_t kMaxReplacement = 40;
constexpr size_t kMaxNote = 2000;

// Where each character of `text` begins, and where the last one ends.
std::vector<size_t> CharacterOffsets(absl::string_view text) {
  std::vector<size_t> offsets;
  for (size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) offsets.push_back(i);
  }
  offsets.push_back(text.size());
  return offsets;
}

bool SameRedactions(const Redactions& a, const Redactions& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const v1::Redaction& left, const v1::Redaction& right) {
                      return google::protobuf::util::MessageDifferencer::Equals(left, right);
                    });
}

// Takes out `redactions`. What was cleared is what stood there before, so that clearances of
// another redaction go.
void TakeOut(const Redactions& redactions, v1::OpenAnswer& answer) {
  if (!SameRedactions(redactions, answer.redactions())) answer.clear_clearances();
  *answer.mutable_redactions() = redactions;
  answer.set_redacted_text(Redact(answer.text(), redactions));
}

bool HasCleared(const v1::OpenAnswer& answer, absl::string_view reviewer) {
  const auto& clearances = answer.clearances();
  return std::any_of(clearances.begin(), clearances.end(),
                     [&](const v1::Clearance& one) { return one.reviewer() == reviewer; });
}

// The words of learners take two, so that no single person decides about a child's.
int ClearancesNeeded(const v1::OpenAnswer& answer) {
  return answer.speaker() == v1::OpenAnswer::SPEAKER_LEARNER ? 2 : 1;
}

absl::Status Clear(absl::string_view reviewer, absl::Time now, v1::OpenAnswer& answer) {
  if (!HasCleared(answer, reviewer)) {
    v1::Clearance& clearance = *answer.add_clearances();
    clearance.set_reviewer(std::string(reviewer));
    *clearance.mutable_time() = ToProto(now);
  } else if (answer.clearances_size() < ClearancesNeeded(answer)) {
    return Error(absl::StatusCode::kFailedPrecondition, "SECOND_REVIEWER_NEEDED",
                 absl::StrCat(answer.name(), " holds a learner's words, and ", reviewer,
                              " has cleared them already: another reviewer has to clear them too"),
                 {{"reviewer", std::string(reviewer)}});
  }
  answer.set_release(answer.clearances_size() < ClearancesNeeded(answer)
                         ? v1::OpenAnswer::RELEASE_REDACTED
                         : v1::OpenAnswer::RELEASE_CLEARED);
  return absl::OkStatus();
}

}  // namespace

absl::Status ValidateRedactions(absl::string_view text, const Redactions& redactions) {
  FieldViolations violations;
  violations.Require(
      redactions.size() <= kMaxRedactions, "redactions",
      absl::StrCat("holds ", redactions.size(), "; at most ", kMaxRedactions, " are allowed"));
  const auto characters = static_cast<int64_t>(CharacterCount(text));
  int64_t last_end = 0;
  for (int i = 0; i < redactions.size(); ++i) {
    const v1::Redaction& redaction = redactions[i];
    const std::string at = absl::StrCat("redactions[", i, "]");
    const int64_t start = redaction.start();
    const int64_t end = start + redaction.length();
    violations.Require(redaction.length() >= 1, absl::StrCat(at, ".length"), "must be at least 1");
    const bool inside = start >= 0 && end <= characters;
    violations.Require(
        inside, at,
        absl::StrCat("covers characters ", start, " to ", end, " of a text of ", characters));
    violations.Require(!inside || start >= last_end, absl::StrCat(at, ".start"),
                       absl::StrCat("must be at least ", last_end,
                                    ", where the redaction before ends: redactions stand in order "
                                    "and do not overlap"));
    if (inside) last_end = std::max(last_end, end);
    RequireText(violations, absl::StrCat(at, ".replacement"), redaction.replacement(),
                kMaxReplacement);
  }
  return violations.ToStatus("REDACTIONS_INVALID");
}

std::string Redact(absl::string_view text, const Redactions& redactions) {
  const std::vector<size_t> offsets = CharacterOffsets(text);
  std::string redacted;
  size_t from = 0;
  for (const v1::Redaction& redaction : redactions) {
    const size_t begin = offsets[static_cast<size_t>(redaction.start())];
    absl::StrAppend(&redacted, text.substr(from, begin - from), redaction.replacement());
    from =
        offsets[static_cast<size_t>(redaction.start()) + static_cast<size_t>(redaction.length())];
  }
  absl::StrAppend(&redacted, text.substr(from));
  return redacted;
}

absl::Status ValidateReview(const ReviewOpenAnswerRequest& request) {
  FieldViolations violations;
  violations.Require(!request.etag().empty(), "etag",
                     "is required: it says which text was read, so that no other one is released");
  violations.Require(ReviewOpenAnswerRequest::Outcome_IsValid(request.outcome()) &&
                         request.outcome() != ReviewOpenAnswerRequest::OUTCOME_UNSPECIFIED,
                     "outcome", "must be OUTCOME_WITHHOLD, OUTCOME_REDACT or OUTCOME_CLEAR");
  violations.Require(
      request.outcome() != ReviewOpenAnswerRequest::OUTCOME_REDACT || !request.redactions().empty(),
      "redactions", "is required: it says what to take out of the text");
  violations.Require(request.outcome() != ReviewOpenAnswerRequest::OUTCOME_WITHHOLD ||
                         request.redactions().empty(),
                     "redactions", "must be empty: a text that is withheld is redacted nowhere");
  CheckText(violations, "note", request.note(), kMaxNote, Lines::kMany);
  return violations.ToStatus();
}

absl::Status Review(const ReviewOpenAnswerRequest& request, absl::string_view reviewer,
                    absl::Time now, v1::OpenAnswer& answer) {
  if (answer.release() == v1::OpenAnswer::RELEASE_ERASED) {
    return Error(absl::StatusCode::kFailedPrecondition, "OPEN_ANSWER_ERASED",
                 absl::StrCat(answer.name(), " was erased: there is no text to review"));
  }
  if (request.outcome() == ReviewOpenAnswerRequest::OUTCOME_CLEAR &&
      answer.consent() != v1::OpenAnswer::CONSENT_QUOTE) {
    return Error(absl::StatusCode::kFailedPrecondition, "CONSENT_MISSING",
                 absl::StrCat("the writer of ", answer.name(),
                              " has not agreed to be quoted; once they do, state it as consent "
                              "with UpdateOpenAnswer"));
  }
  if (absl::Status valid = ValidateRedactions(answer.text(), request.redactions()); !valid.ok()) {
    return valid;
  }
  v1::OpenAnswer reviewed = answer;
  switch (request.outcome()) {
    case ReviewOpenAnswerRequest::OUTCOME_REDACT:
      TakeOut(request.redactions(), reviewed);
      reviewed.clear_clearances();
      reviewed.set_release(v1::OpenAnswer::RELEASE_REDACTED);
      break;
    case ReviewOpenAnswerRequest::OUTCOME_CLEAR: {
      const Redactions redactions =
          request.redactions().empty() ? reviewed.redactions() : request.redactions();
      TakeOut(redactions, reviewed);
      if (absl::Status cleared = Clear(reviewer, now, reviewed); !cleared.ok()) return cleared;
      break;
    }
    default:
      Unreview(reviewed);
      break;
  }
  reviewed.set_review_note(request.note());
  answer = std::move(reviewed);
  return absl::OkStatus();
}

void Unreview(v1::OpenAnswer& answer) {
  answer.set_release(v1::OpenAnswer::RELEASE_WITHHELD);
  answer.clear_redacted_text();
  answer.clear_redactions();
  answer.clear_clearances();
  answer.clear_review_note();
}

void KeepReviewHonest(const v1::OpenAnswer& before, v1::OpenAnswer& after) {
  const bool other_text = after.text() != before.text();
  const bool taken_back = before.consent() == v1::OpenAnswer::CONSENT_QUOTE &&
                          after.consent() != v1::OpenAnswer::CONSENT_QUOTE;
  if (!other_text && !taken_back && after.speaker() == before.speaker()) return;
  Unreview(after);
  if (other_text) after.clear_erase_time();
}

}  // namespace weft::ingestion
