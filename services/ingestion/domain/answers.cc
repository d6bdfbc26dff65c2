#include "services/ingestion/domain/answers.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/validation/text.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "services/ingestion/domain/conditions.h"

namespace weft::ingestion {
namespace {

using type::v1::MISSING_REASON_NOT_ANSWERED;

bool IsReason(type::v1::MissingReason reason) {
  return reason != type::v1::MISSING_REASON_UNSPECIFIED && type::v1::MissingReason_IsValid(reason);
}

// A place in the request, made text only when something is wrong there: a response has hundreds.
class Place {
 public:
  Place(absl::string_view path, absl::string_view list, int index)
      : path_(path), list_(list), index_(index) {}
  Place(absl::string_view path, absl::string_view field) : Place(path, field, -1) {}

  std::string operator/(absl::string_view field) const {
    return absl::StrCat(path_, list_, index_ < 0 ? "" : absl::StrCat("[", index_, "]"), field);
  }

 private:
  const absl::string_view path_;
  const absl::string_view list_;
  const int index_;
};

constexpr absl::string_view kMustSayWhy = "must say why the value is missing";

void CheckCount(const v1::PartnerCount& count, const Place& at, FieldViolations& violations) {
  if (count.min() < 0) violations.Add(at / ".partners.min", "must not be negative");
  if (count.has_max() && count.max() < count.min()) {
    violations.Add(at / ".partners.max",
                   absl::StrCat("is ", count.max(), ", below min, which is ", count.min()));
  }
  if (count.approximate() && !(count.has_max() && count.max() == count.min())) {
    violations.Add(at / ".partners.max", "must equal min when the count is approximate (\"~12\")");
  }
}

void CheckCell(const InstrumentIndex& instrument, const v1::PartnerCell& cell, const Place& at,
               FieldViolations& violations) {
  const v1::PartnerMatrixQuestion& matrix = instrument.partner_matrix()->partner_matrix();
  if (instrument.TypeOrder(cell.partner_type()) < 0) {
    violations.Add(
        at / ".partner_type",
        absl::StrCat(Quoted(cell.partner_type()), " is no partner type of ",
                     instrument.instrument().taxonomy(), ", which the instrument asks about"));
  }
  if (cell.has_partners()) {
    if (!matrix.ask_count()) {
      violations.Add(at / ".partners", "the instrument does not ask for counts");
    }
    CheckCount(cell.partners(), at, violations);
  }
  if (cell.has_count_missing() && !IsReason(cell.count_missing())) {
    violations.Add(at / ".count_missing", kMustSayWhy);
  }
  if (cell.has_level()) {
    if (!matrix.ask_level()) {
      violations.Add(at / ".level", "the instrument does not ask for levels");
    }
    if (cell.level() == type::v1::INTERACTION_LEVEL_UNSPECIFIED ||
        !type::v1::InteractionLevel_IsValid(cell.level())) {
      violations.Add(at / ".level",
                     "must be a level; no interaction is INTERACTION_LEVEL_NO_INTERACTION, and "
                     "an unknown level is a level_missing");
    }
  }
  if (cell.has_level_missing() && !IsReason(cell.level_missing())) {
    violations.Add(at / ".level_missing", kMustSayWhy);
  }
}

void CheckOptions(const InstrumentIndex& instrument, const v1::Question& question,
                  const v1::Choices& choices, const Place& at, FieldViolations& violations) {
  if (!question.has_multi_choice() && choices.options_size() != 1) {
    violations.Add(at / ".choices.options", "must hold exactly one option");
  }
  absl::flat_hash_set<absl::string_view> seen;
  for (int i = 0; i < choices.options_size(); ++i) {
    const std::string& option = choices.options(i);
    const bool known = instrument.FindOption(question, option) != nullptr;
    const bool is_new = seen.insert(option).second;
    if (known && is_new) continue;
    const std::string option_at = at / absl::StrCat(".choices.options[", i, "]");
    if (!known) {
      violations.Add(option_at, absl::StrCat(Quoted(option), " is no option of ", question.id()));
    }
    if (!is_new) violations.Add(option_at, "is chosen twice");
  }
}

void CheckNumber(const v1::NumberQuestion& question, double number, const Place& at,
                 FieldViolations& violations) {
  if (!std::isfinite(number)) {
    violations.Add(at / ".number", "must be a finite number");
    return;
  }
  if (question.has_min() && number < question.min()) {
    violations.Add(at / ".number", absl::StrCat("is below the lowest allowed, ", question.min()));
  }
  if (question.has_max() && number > question.max()) {
    violations.Add(at / ".number", absl::StrCat("is above the highest allowed, ", question.max()));
  }
  if (question.integer() && std::trunc(number) != number) {
    violations.Add(at / ".number", "must be a whole number");
  }
}

void CheckItem(const InstrumentIndex& instrument, const v1::Answer& answer, const Place& at,
               FieldViolations& violations) {
  const v1::Question* question = instrument.FindQuestion(answer.question());
  if (question == nullptr) {
    violations.Add(at / ".question", absl::StrCat(Quoted(answer.question()), " is no question of ",
                                                  instrument.instrument().name()));
    return;
  }
  switch (question->kind_case()) {
    case v1::Question::kChoice:
    case v1::Question::kMultiChoice:
    case v1::Question::kNumber:
      break;
    case v1::Question::kTextAnswer:
      violations.Add(at / ".question",
                     "takes free text, which is an open answer, not part of answers");
      return;
    case v1::Question::kPartnerMatrix:
      violations.Add(at / ".question", "is the partner matrix: answer it in partner_cells");
      return;
    case v1::Question::kSharedResponsibility:
      violations.Add(at / ".question",
                     "is shared responsibility: answer it in shared_responsibility");
      return;
    case v1::Question::KIND_NOT_SET:
      violations.Add(at / ".question", "has no kind");
      return;
  }
  switch (answer.outcome_case()) {
    case v1::Answer::kChoices:
      if (question->has_number()) {
        violations.Add(at / ".choices", "must be a number for this question");
      } else {
        CheckOptions(instrument, *question, answer.choices(), at, violations);
      }
      return;
    case v1::Answer::kNumber:
      if (!question->has_number()) {
        violations.Add(at / ".number", "must be choices for this question");
      } else {
        CheckNumber(question->number(), answer.number(), at, violations);
      }
      return;
    case v1::Answer::kMissing:
      if (!IsReason(answer.missing())) violations.Add(at / ".missing", kMustSayWhy);
      return;
    case v1::Answer::OUTCOME_NOT_SET:
      violations.Add(at / "",
                     "needs choices, a number, or why the answer is missing; leave it out "
                     "when the question was not answered");
      return;
  }
}

void CheckRating(const InstrumentIndex& instrument, const v1::SharedResponsibilityAnswer& answer,
                 const Place& at, FieldViolations& violations) {
  if (instrument.shared_responsibility() == nullptr) {
    violations.Add(at / "", absl::StrCat(instrument.instrument().name(), " does not ask for it"));
    return;
  }
  switch (answer.outcome_case()) {
    case v1::SharedResponsibilityAnswer::kRating:
      if (answer.rating() == type::v1::SHARED_RESPONSIBILITY_UNSPECIFIED ||
          !type::v1::SharedResponsibility_IsValid(answer.rating())) {
        violations.Add(at / ".rating", "must be a point of the scale");
      }
      return;
    case v1::SharedResponsibilityAnswer::kMissing:
      if (!IsReason(answer.missing())) violations.Add(at / ".missing", kMustSayWhy);
      return;
    case v1::SharedResponsibilityAnswer::OUTCOME_NOT_SET:
      violations.Add(at / "",
                     "needs a rating, or why it is missing; leave it out when the question was "
                     "not answered");
      return;
  }
}

// NOT_ANSWERED says no more than silence does.
bool SaysNothing(const v1::PartnerCell& cell) {
  const bool no_count = cell.count_case() == v1::PartnerCell::COUNT_NOT_SET ||
                        cell.count_missing() == MISSING_REASON_NOT_ANSWERED;
  const bool no_depth = cell.depth_case() == v1::PartnerCell::DEPTH_NOT_SET ||
                        cell.level_missing() == MISSING_REASON_NOT_ANSWERED;
  return no_count && no_depth && !cell.has_includes_self();
}

bool HasUnknown(const google::protobuf::Message& message) {
  return !message.GetReflection()->GetUnknownFields(message).empty();
}

// Whether any message in `answers` has unknown fields. Discarding them allocates for every message
// that has none, and finding the messages by reflection took longer than all else here; so each one
// is named, and a test looks whether one is missing.
bool HasUnknownFields(const v1::Answers& answers) {
  bool unknown = HasUnknown(answers) || HasUnknown(answers.shared_responsibility());
  for (const v1::PartnerCell& cell : answers.partner_cells()) {
    unknown |= HasUnknown(cell) || HasUnknown(cell.partners());
  }
  for (const v1::Answer& answer : answers.items()) {
    unknown |= HasUnknown(answer) || HasUnknown(answer.choices());
  }
  return unknown;
}

// Leaves out what `says_nothing` and sorts the rest by `order`. Most answers are in order already,
// and looking an entry's place up costs more than comparing two.
template <class T, class SaysNothingAt, class Order>
void Arrange(google::protobuf::RepeatedPtrField<T>& entries, SaysNothingAt says_nothing,
             Order order) {
  entries.erase(std::remove_if(entries.begin(), entries.end(), says_nothing), entries.end());
  int last = -1;
  for (const T& entry : entries) {
    const int place = order(entry);
    if (place < last) {
      std::sort(entries.begin(), entries.end(),
                [&](const T& a, const T& b) { return order(a) < order(b); });
      return;
    }
    last = place;
  }
}

}  // namespace

void ValidateAnswers(const InstrumentIndex& instrument, const v1::Answers& answers,
                     absl::string_view path, FieldViolations& violations) {
  if (answers.partner_cells_size() > 0 && instrument.partner_matrix() == nullptr) {
    violations.Add(absl::StrCat(path, ".partner_cells"),
                   absl::StrCat(instrument.instrument().name(), " has no partner matrix"));
  } else {
    absl::flat_hash_set<absl::string_view> types;
    for (int i = 0; i < answers.partner_cells_size(); ++i) {
      const v1::PartnerCell& cell = answers.partner_cells(i);
      const Place at(path, ".partner_cells", i);
      CheckCell(instrument, cell, at, violations);
      if (types.insert(cell.partner_type()).second) continue;
      violations.Add(at / ".partner_type", absl::StrCat("repeats ", Quoted(cell.partner_type())));
    }
  }
  if (answers.has_shared_responsibility()) {
    CheckRating(instrument, answers.shared_responsibility(), Place(path, ".shared_responsibility"),
                violations);
  }
  absl::flat_hash_set<absl::string_view> questions;
  for (int i = 0; i < answers.items_size(); ++i) {
    const Place at(path, ".items", i);
    const std::string& question = answers.items(i).question();
    CheckItem(instrument, answers.items(i), at, violations);
    if (questions.insert(question).second) continue;
    violations.Add(at / ".question", absl::StrCat("repeats ", Quoted(question)));
  }
}

std::vector<const v1::Question*> UnansweredRequired(
    const InstrumentIndex& instrument, const v1::Answers& answers,
    const absl::flat_hash_set<std::string>& answered_texts) {
  std::vector<const v1::Question*> unanswered;
  const bool has_required =
      std::any_of(instrument.questions().begin(), instrument.questions().end(),
                  [](const v1::Question* question) { return question->required(); });
  if (!has_required) return unanswered;
  const std::vector<bool> asked = AskedQuestions(instrument, answers);
  const std::vector<bool> answered = AnsweredQuestions(instrument, answers);
  for (size_t order = 0; order < asked.size(); ++order) {
    const v1::Question* question = instrument.questions()[order];
    if (!question->required() || !asked[order] || answered[order]) continue;
    if (!answered_texts.contains(question->id())) unanswered.push_back(question);
  }
  return unanswered;
}

std::string FieldOf(const v1::Question& question, absl::string_view path) {
  if (question.has_text_answer()) return "open_answers";
  absl::string_view field = "items";
  if (question.has_partner_matrix()) field = "partner_cells";
  if (question.has_shared_responsibility()) field = "shared_responsibility";
  return absl::StrCat(path, ".", field);
}

std::string LacksAnswer(const v1::Question& question) {
  if (question.has_text_answer()) {
    return absl::StrCat("lacks an open answer to the required question \"", question.id(), "\"");
  }
  return absl::StrCat("lacks an answer to the required question \"", question.id(),
                      "\", or why there is none");
}

void RequireAnswers(const InstrumentIndex& instrument, const v1::Answers& answers,
                    const absl::flat_hash_set<std::string>& answered_texts, absl::string_view path,
                    FieldViolations& violations) {
  for (const v1::Question* question : UnansweredRequired(instrument, answers, answered_texts)) {
    violations.Add(FieldOf(*question, path), LacksAnswer(*question));
  }
}

void Canonicalize(const InstrumentIndex& instrument, v1::Answers& answers) {
  if (HasUnknownFields(answers)) answers.DiscardUnknownFields();
  for (v1::PartnerCell& cell : *answers.mutable_partner_cells()) {
    if (cell.count_missing() == MISSING_REASON_NOT_ANSWERED) cell.clear_count();
    if (cell.level_missing() == MISSING_REASON_NOT_ANSWERED) cell.clear_depth();
  }
  if (answers.shared_responsibility().missing() == MISSING_REASON_NOT_ANSWERED) {
    answers.clear_shared_responsibility();
  }
  for (v1::Answer& answer : *answers.mutable_items()) {
    if (answer.has_number() && answer.number() == 0) answer.set_number(0);  // -0 is 0
    if (!answer.has_choices() || answer.choices().options_size() < 2) continue;
    const v1::Question* question = instrument.FindQuestion(answer.question());
    auto& options = *answer.mutable_choices()->mutable_options();
    std::sort(options.begin(), options.end(), [&](const std::string& a, const std::string& b) {
      return instrument.OptionOrder(*question, a) < instrument.OptionOrder(*question, b);
    });
  }
  Arrange(*answers.mutable_partner_cells(), SaysNothing,
          [&](const v1::PartnerCell& cell) { return instrument.TypeOrder(cell.partner_type()); });
  Arrange(
      *answers.mutable_items(),
      [](const v1::Answer& answer) { return answer.missing() == MISSING_REASON_NOT_ANSWERED; },
      [&](const v1::Answer& answer) { return instrument.QuestionOrder(answer.question()); });
}

void Complete(const InstrumentIndex& instrument, v1::Answers& answers) {
  FillNotAsked(instrument, answers);
  Canonicalize(instrument, answers);
}

bool SameAnswers(const v1::Answers& a, const v1::Answers& b) {
  return a.SerializeAsString() == b.SerializeAsString();
}

}  // namespace weft::ingestion
