#include "services/ingestion/domain/open_answers.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "common/validation/ids.h"
#include "common/validation/text.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/ingestion/domain/open_answer_review.h"

namespace weft::ingestion {

std::string OpenAnswerId(absl::string_view question) {
  return absl::StrReplaceAll(question, {{"_", "-"}});
}

std::string QuestionOfOpenAnswerId(absl::string_view id) {
  return absl::StrReplaceAll(id, {{"-", "_"}});
}

std::string OpenAnswerName(absl::string_view response, absl::string_view question) {
  return absl::StrCat(response, "/openAnswers/", OpenAnswerId(question));
}

int MaxTextLength(const v1::TextQuestion& question) {
  return question.max_length() == 0 ? kDefaultMaxTextLength : question.max_length();
}

void ValidateOpenAnswer(const InstrumentIndex& instrument, const v1::OpenAnswer& answer,
                        absl::string_view path, FieldViolations& violations) {
  const v1::Question* question = instrument.FindQuestion(answer.question());
  const bool is_text = question != nullptr && question->has_text_answer();
  violations.Require(is_text, absl::StrCat(path, ".question"),
                     absl::StrCat(Quoted(answer.question()), " is no text question of ",
                                  instrument.instrument().name()));
  const int max_length = is_text ? MaxTextLength(question->text_answer()) : kDefaultMaxTextLength;
  const std::string text_at = absl::StrCat(path, ".text");
  violations.Require(!absl::StripAsciiWhitespace(answer.text()).empty(), text_at,
                     "is required; leave the open answer out when there is none");
  const size_t length = CharacterCount(answer.text());
  violations.Require(
      length <= static_cast<size_t>(max_length), text_at,
      absl::StrCat("has ", length, " characters; at most ", max_length, " are allowed"));
  violations.Require(v1::OpenAnswer::Consent_IsValid(answer.consent()),
                     absl::StrCat(path, ".consent"), "is no known consent");
  violations.Require(v1::OpenAnswer::Attribution_IsValid(answer.attribution()),
                     absl::StrCat(path, ".attribution"), "is no known attribution");
  violations.Require(v1::OpenAnswer::Speaker_IsValid(answer.speaker()),
                     absl::StrCat(path, ".speaker"), "is no known speaker");
  violations.Require(answer.contributor().empty() || IsId(answer.contributor()),
                     absl::StrCat(path, ".contributor"), kIdRule);
}

void ValidateOpenAnswers(const InstrumentIndex& instrument,
                         const google::protobuf::RepeatedPtrField<v1::OpenAnswer>& answers,
                         absl::string_view path, FieldViolations& violations) {
  std::set<std::string> questions;
  for (int i = 0; i < answers.size(); ++i) {
    const std::string at = absl::StrCat(path, "[", i, "]");
    ValidateOpenAnswer(instrument, answers[i], at, violations);
    violations.Require(questions.insert(answers[i].question()).second,
                       absl::StrCat(at, ".question"),
                       absl::StrCat("repeats ", Quoted(answers[i].question())));
  }
}

bool MergeOpenAnswer(const v1::OpenAnswer& given, v1::OpenAnswer& stored) {
  v1::OpenAnswer merged = stored;
  if (given.text() != stored.text()) {
    merged.set_text(given.text());
    merged.set_consent(given.consent());
    merged.set_attribution(given.attribution());
    merged.set_speaker(given.speaker());
    merged.set_contributor(given.contributor());
  } else {
    if (given.consent() != v1::OpenAnswer::CONSENT_UNSPECIFIED) merged.set_consent(given.consent());
    if (given.attribution() != v1::OpenAnswer::ATTRIBUTION_UNSPECIFIED) {
      merged.set_attribution(given.attribution());
    }
    if (given.speaker() != v1::OpenAnswer::SPEAKER_UNSPECIFIED) merged.set_speaker(given.speaker());
    if (!given.contributor().empty()) merged.set_contributor(given.contributor());
  }
  KeepReviewHonest(stored, merged);
  const bool changed = !google::protobuf::util::MessageDifferencer::Equals(merged, stored);
  stored = std::move(merged);
  return changed;
}

v1::OpenAnswer TakeWords(v1::OpenAnswer& answer) {
  v1::OpenAnswer words;
  PutWords(answer, words);
  answer.clear_text();
  answer.clear_redacted_text();
  answer.clear_redactions();
  answer.clear_review_note();
  return words;
}

void PutWords(v1::OpenAnswer words, v1::OpenAnswer& answer) {
  answer.set_text(std::move(*words.mutable_text()));
  answer.set_redacted_text(std::move(*words.mutable_redacted_text()));
  *answer.mutable_redactions() = std::move(*words.mutable_redactions());
  answer.set_review_note(std::move(*words.mutable_review_note()));
}

}  // namespace weft::ingestion
