#include "services/ingestion/domain/answers.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/validation/text.h"

namespace weft::ingestion {
namespace {

using type::v1::MISSING_REASON_NOT_ANSWERED;

bool IsReason(type::v1::MissingReason reason) {
  return reason != type::v1::MISSING_REASON_UNSPECIFIED && type::v1::MissingReason_IsValid(reason);
}

void CheckReason(type::v1::MissingReason reason, absl::string_view at,
                 FieldViolations& violations) {
  violations.Require(IsReason(reason), at, "must say why the value is missing");
}

void CheckCount(const v1::PartnerCount& count, absl::string_view at, FieldViolations& violations) {
  violations.Require(count.min() >= 0, absl::StrCat(at, ".min"), "must not be negative");
  violations.Require(!count.has_max() || count.max() >= count.min(), absl::StrCat(at, ".max"),
                     absl::StrCat("is ", count.max(), ", below min, which is ", count.min()));
  violations.Require(!count.approximate() || (count.has_max() && count.max() == count.min()),
                     absl::StrCat(at, ".max"),
                     "must equal min when the count is approximate (\"~12\")");
}

void CheckCell(const InstrumentIndex& instrument, const v1::PartnerCell& cell, absl::string_view at,
               FieldViolations& violations) {
  const v1::PartnerMatrixQuestion& matrix = instrument.partner_matrix()->partner_matrix();
  violations.Require(
      instrument.TypeOrder(cell.partner_type()) >= 0, absl::StrCat(at, ".partner_type"),
      absl::StrCat(Quoted(cell.partner_type()), " is no partner type of ",
                   instrument.instrument().taxonomy(), ", which the instrument asks about"));
  if (cell.has_partners()) {
    violations.Require(matrix.ask_count(), absl::StrCat(at, ".partners"),
                       "the instrument does not ask for counts");
    CheckCount(cell.partners(), absl::StrCat(at, ".partners"), violations);
  }
  if (cell.has_count_missing()) {
    CheckReason(cell.count_missing(), absl::StrCat(at, ".count_missing"), violations);
  }
  if (cell.has_level()) {
    violations.Require(matrix.ask_level(), absl::StrCat(at, ".level"),
                       "the instrument does not ask for levels");
    violations.Require(cell.level() != type::v1::INTERACTION_LEVEL_UNSPECIFIED &&
                           type::v1::InteractionLevel_IsValid(cell.level()),
                       absl::StrCat(at, ".level"),
                       "must be a level; no interaction is INTERACTION_LEVEL_NO_INTERACTION, and "
                       "an unknown level is a level_missing");
  }
  if (cell.has_level_missing()) {
    CheckReason(cell.level_missing(), absl::StrCat(at, ".level_missing"), violations);
  }
}

void CheckOptions(const InstrumentIndex& instrument, const v1::Question& question,
                  const v1::Choices& choices, absl::string_view at, FieldViolations& violations) {
  violations.Require(question.has_multi_choice() || choices.options_size() == 1,
                     absl::StrCat(at, ".options"), "must hold exactly one option");
  std::set<std::string> seen;
  for (int i = 0; i < choices.options_size(); ++i) {
    const std::string& option = choices.options(i);
    const std::string option_at = absl::StrCat(at, ".options[", i, "]");
    violations.Require(instrument.FindOption(question, option) != nullptr, option_at,
                       absl::StrCat(Quoted(option), " is no option of ", question.id()));
    violations.Require(seen.insert(option).second, option_at, "is chosen twice");
  }
}

void CheckNumber(const v1::NumberQuestion& question, double number, absl::string_view at,
                 FieldViolations& violations) {
  if (!std::isfinite(number)) {
    violations.Add(at, "must be a finite number");
    return;
  }
  violations.Require(!question.has_min() || number >= question.min(), at,
                     absl::StrCat("is below the lowest allowed, ", question.min()));
  violations.Require(!question.has_max() || number <= question.max(), at,
                     absl::StrCat("is above the highest allowed, ", question.max()));
  violations.Require(!question.integer() || std::trunc(number) == number, at,
                     "must be a whole number");
}

void CheckItem(const InstrumentIndex& instrument, const v1::Answer& answer, absl::string_view at,
               FieldViolations& violations) {
  const v1::Question* question = instrument.FindQuestion(answer.question());
  const std::string question_at = absl::StrCat(at, ".question");
  if (question == nullptr) {
    violations.Add(question_at, absl::StrCat(Quoted(answer.question()), " is no question of ",
                                             instrument.instrument().name()));
    return;
  }
  switch (question->kind_case()) {
    case v1::Question::kChoice:
    case v1::Question::kMultiChoice:
    case v1::Question::kNumber:
      break;
    case v1::Question::kTextAnswer:
      violations.Add(question_at, "takes free text, which is an open answer, not part of answers");
      return;
    case v1::Question::kPartnerMatrix:
      violations.Add(question_at, "is the partner matrix: answer it in partner_cells");
      return;
    case v1::Question::kSharedResponsibility:
      violations.Add(question_at, "is shared responsibility: answer it in shared_responsibility");
      return;
    case v1::Question::KIND_NOT_SET:
      violations.Add(question_at, "has no kind");
      return;
  }
  switch (answer.outcome_case()) {
    case v1::Answer::kChoices:
      if (question->has_number()) {
        violations.Add(absl::StrCat(at, ".choices"), "must be a number for this question");
      } else {
        CheckOptions(instrument, *question, answer.choices(), absl::StrCat(at, ".choices"),
                     violations);
      }
      return;
    case v1::Answer::kNumber:
      if (!question->has_number()) {
        violations.Add(absl::StrCat(at, ".number"), "must be choices for this question");
      } else {
        CheckNumber(question->number(), answer.number(), absl::StrCat(at, ".number"), violations);
      }
      return;
    case v1::Answer::kMissing:
      CheckReason(answer.missing(), absl::StrCat(at, ".missing"), violations);
      return;
    case v1::Answer::OUTCOME_NOT_SET:
      violations.Add(at,
                     "needs choices, a number, or why the answer is missing; leave it out "
                     "when the question was not answered");
      return;
  }
}

void CheckRating(const InstrumentIndex& instrument, const v1::SharedResponsibilityAnswer& answer,
                 absl::string_view at, FieldViolations& violations) {
  if (instrument.shared_responsibility() == nullptr) {
    violations.Add(at, absl::StrCat(instrument.instrument().name(), " does not ask for it"));
    return;
  }
  switch (answer.outcome_case()) {
    case v1::SharedResponsibilityAnswer::kRating:
      violations.Require(answer.rating() != type::v1::SHARED_RESPONSIBILITY_UNSPECIFIED &&
                             type::v1::SharedResponsibility_IsValid(answer.rating()),
                         absl::StrCat(at, ".rating"), "must be a point of the scale");
      return;
    case v1::SharedResponsibilityAnswer::kMissing:
      CheckReason(answer.missing(), absl::StrCat(at, ".missing"), violations);
      return;
    case v1::SharedResponsibilityAnswer::OUTCOME_NOT_SET:
      violations.Add(at,
                     "needs a rating, or why it is missing; leave it out when the question was "
                     "not answered");
      return;
  }
}

bool SaysNothing(const v1::PartnerCell& cell) {
  return cell.count_case() == v1::PartnerCell::COUNT_NOT_SET &&
         cell.depth_case() == v1::PartnerCell::DEPTH_NOT_SET && !cell.has_includes_self();
}

// Leaves out what `says_nothing` and sorts the rest by `order`.
template <class T, class SaysNothingAt, class Order>
void Arrange(google::protobuf::RepeatedPtrField<T>& entries, SaysNothingAt says_nothing,
             Order order) {
  entries.erase(std::remove_if(entries.begin(), entries.end(), says_nothing), entries.end());
  std::sort(entries.begin(), entries.end(),
            [&](const T& a, const T& b) { return order(a) < order(b); });
}

}  // namespace

void ValidateAnswers(const InstrumentIndex& instrument, const v1::Answers& answers,
                     absl::string_view path, FieldViolations& violations) {
  if (answers.partner_cells_size() > 0 && instrument.partner_matrix() == nullptr) {
    violations.Add(absl::StrCat(path, ".partner_cells"),
                   absl::StrCat(instrument.instrument().name(), " has no partner matrix"));
  } else {
    std::set<std::string> types;
    for (int i = 0; i < answers.partner_cells_size(); ++i) {
      const v1::PartnerCell& cell = answers.partner_cells(i);
      const std::string at = absl::StrCat(path, ".partner_cells[", i, "]");
      CheckCell(instrument, cell, at, violations);
      violations.Require(types.insert(cell.partner_type()).second,
                         absl::StrCat(at, ".partner_type"),
                         absl::StrCat("repeats ", Quoted(cell.partner_type())));
    }
  }
  if (answers.has_shared_responsibility()) {
    CheckRating(instrument, answers.shared_responsibility(),
                absl::StrCat(path, ".shared_responsibility"), violations);
  }
  std::set<std::string> questions;
  for (int i = 0; i < answers.items_size(); ++i) {
    const std::string at = absl::StrCat(path, ".items[", i, "]");
    CheckItem(instrument, answers.items(i), at, violations);
    violations.Require(questions.insert(answers.items(i).question()).second,
                       absl::StrCat(at, ".question"),
                       absl::StrCat("repeats ", Quoted(answers.items(i).question())));
  }
}

void RequireAnswers(const InstrumentIndex& instrument, const v1::Answers& answers,
                    const absl::flat_hash_set<std::string>& answered_texts, absl::string_view path,
                    FieldViolations& violations) {
  const bool has_required =
      std::any_of(instrument.questions().begin(), instrument.questions().end(),
                  [](const v1::Question* question) { return question->required(); });
  if (!has_required) return;
  v1::Answers said = answers;
  Canonicalize(instrument, said);
  absl::flat_hash_set<std::string> answered = answered_texts;
  for (const v1::Answer& answer : said.items()) answered.insert(answer.question());
  if (!said.partner_cells().empty()) answered.insert(instrument.partner_matrix()->id());
  if (said.has_shared_responsibility()) answered.insert(instrument.shared_responsibility()->id());
  for (const v1::Question* question : instrument.questions()) {
    if (!question->required() || answered.contains(question->id())) continue;
    absl::string_view field = "items";
    if (question->has_partner_matrix()) field = "partner_cells";
    if (question->has_shared_responsibility()) field = "shared_responsibility";
    if (question->has_text_answer()) {
      violations.Add(
          "open_answers",
          absl::StrCat("lacks an open answer to the required question \"", question->id(), "\""));
    } else {
      violations.Add(absl::StrCat(path, ".", field),
                     absl::StrCat("lacks an answer to the required question \"", question->id(),
                                  "\", or why there is none"));
    }
  }
}

void Canonicalize(const InstrumentIndex& instrument, v1::Answers& answers) {
  answers.DiscardUnknownFields();
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

bool SameAnswers(const v1::Answers& a, const v1::Answers& b) {
  return a.SerializeAsString() == b.SerializeAsString();
}

}  // namespace weft::ingestion
