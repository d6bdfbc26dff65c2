#include "services/ingestion/domain/conditions.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/validation/text.h"
#include "services/ingestion/domain/answer_values.h"
#include "services/ingestion/domain/scale_words.h"

namespace weft::ingestion {
namespace {

using filter::Expression;
using filter::Operator;
using filter::Test;
using type::v1::MISSING_REASON_NOT_ANSWERED;
using type::v1::MISSING_REASON_NOT_ASKED;

// Beyond this, forms would need exponents, which XPath does not have.
constexpr double kMaxNumber = 1e15;

// What an answer is compared as: a number, or the place of a point on a scale or of an option.
enum class Measure { kNumber, kLevel, kFlag, kRating, kChoice, kMultiChoice };

struct Subject {
  const v1::Question* question = nullptr;
  Measure measure = Measure::kNumber;
};

// nullopt when the instrument has no single value of that name.
std::optional<Subject> FindSubject(const InstrumentIndex& instrument, absl::string_view field) {
  const std::optional<AnswerSlot> slot = FindSlot(instrument, field);
  if (!slot.has_value()) return std::nullopt;
  switch (slot->question->kind_case()) {
    case v1::Question::kPartnerMatrix:
      if (absl::EndsWith(field, ".level")) return Subject{slot->question, Measure::kLevel};
      if (absl::EndsWith(field, ".count")) return Subject{slot->question, Measure::kNumber};
      return Subject{slot->question, Measure::kFlag};
    case v1::Question::kSharedResponsibility:
      return Subject{slot->question, Measure::kRating};
    case v1::Question::kChoice:
      return Subject{slot->question, Measure::kChoice};
    case v1::Question::kMultiChoice:
      return Subject{slot->question, Measure::kMultiChoice};
    case v1::Question::kNumber:
    case v1::Question::kTextAnswer:
    case v1::Question::KIND_NOT_SET:
      return Subject{slot->question, Measure::kNumber};
  }
  return std::nullopt;
}

// Where a test's value lies on what the subject is measured by; nullopt when it is none of those.
std::optional<double> PointOf(const InstrumentIndex& instrument, const Subject& subject,
                              const std::string& value) {
  switch (subject.measure) {
    case Measure::kNumber: {
      double number = 0;
      if (!absl::SimpleAtod(value, &number) || !(std::abs(number) < kMaxNumber)) {
        return std::nullopt;
      }
      return number;
    }
    case Measure::kLevel:
      return LevelOf(value);
    case Measure::kRating:
      return ResponsibilityOf(value);
    case Measure::kFlag:
      if (value == "true") return 1;
      if (value == "false") return 0;
      return std::nullopt;
    case Measure::kChoice:
    case Measure::kMultiChoice: {
      const int place = instrument.OptionOrder(*subject.question, value);
      if (place < 0) return std::nullopt;
      return place;
    }
  }
  return std::nullopt;
}

absl::string_view ValuesOf(Measure measure) {
  switch (measure) {
    case Measure::kNumber:
      return "a number of at most 15 digits";
    case Measure::kLevel:
      return "no_interaction, networking, cooperation, coordination or collaboration";
    case Measure::kRating:
      return "not_evident, moderately_evident or significantly_evident";
    case Measure::kFlag:
      return "true or false";
    case Measure::kChoice:
    case Measure::kMultiChoice:
      return "the id of one of its options";
  }
  return "";
}

bool IsOrdered(const Subject& subject) {
  if (subject.measure == Measure::kChoice) return subject.question->choice().ordered();
  return subject.measure != Measure::kFlag && subject.measure != Measure::kMultiChoice;
}

// What is wrong with the operator; "" when nothing is.
std::string OperatorProblem(const Subject& subject, const Test& test) {
  if (test.any) return "";
  if (subject.measure == Measure::kMultiChoice) {
    if (test.op == Operator::kHas) return "";
    return absl::StrCat("takes several options; ask whether it has one: ", test.field, ":",
                        test.value);
  }
  if (test.op == Operator::kHas) {
    return absl::StrCat("has one value; ask for it with =, or for any with ", test.field, ":*");
  }
  const bool equality = test.op == Operator::kEqual || test.op == Operator::kNotEqual;
  if (equality || IsOrdered(subject)) return "";
  return absl::StrCat("has no order; it can be compared with = and !=, not with ",
                      filter::Symbol(test.op));
}

struct Interval {
  double low;
  double high;
};

// The ends of a scale; nullopt for what is not chosen from one.
std::optional<Interval> ScaleOf(const Subject& subject) {
  switch (subject.measure) {
    case Measure::kLevel:
      return Interval{type::v1::INTERACTION_LEVEL_NO_INTERACTION,
                      type::v1::INTERACTION_LEVEL_COLLABORATION};
    case Measure::kRating:
      return Interval{type::v1::SHARED_RESPONSIBILITY_NOT_EVIDENT,
                      type::v1::SHARED_RESPONSIBILITY_SIGNIFICANTLY_EVIDENT};
    case Measure::kChoice:
      return Interval{0, subject.question->choice().options_size() - 1.0};
    case Measure::kNumber:
    case Measure::kFlag:
    case Measure::kMultiChoice:
      return std::nullopt;
  }
  return std::nullopt;
}

// What was answered, when it is one point or a range; nullopt without a value.
std::optional<Interval> AnsweredOf(const InstrumentIndex& instrument, const Subject& subject,
                                   const v1::AnswerValue& value) {
  const auto point = [](double at) { return Interval{at, at}; };
  switch (value.value_case()) {
    case v1::AnswerValue::kPartners:
      return Interval{static_cast<double>(value.partners().min()),
                      value.partners().has_max() ? static_cast<double>(value.partners().max())
                                                 : std::numeric_limits<double>::infinity()};
    case v1::AnswerValue::kLevel:
      return point(value.level());
    case v1::AnswerValue::kRating:
      return point(value.rating());
    case v1::AnswerValue::kIncludesSelf:
      return point(value.includes_self() ? 1 : 0);
    case v1::AnswerValue::kNumber:
      return point(value.number());
    case v1::AnswerValue::kChoices:
      if (value.choices().options_size() != 1) return std::nullopt;
      return point(instrument.OptionOrder(*subject.question, value.choices().options(0)));
    case v1::AnswerValue::kMissing:
    case v1::AnswerValue::VALUE_NOT_SET:
      return std::nullopt;
  }
  return std::nullopt;
}

bool Compares(const Interval& answered, Operator op, double point) {
  switch (op) {
    case Operator::kEqual:
      return answered.low == point && answered.high == point;
    case Operator::kNotEqual:
      return !Compares(answered, Operator::kEqual, point);
    case Operator::kLess:
      return answered.high < point;
    case Operator::kLessOrEqual:
      return answered.high <= point;
    case Operator::kGreater:
      return answered.low > point;
    case Operator::kGreaterOrEqual:
      return answered.low >= point;
    case Operator::kHas:
      return false;
  }
  return false;
}

class Evaluator {
 public:
  // `asked`: of the questions so far, by their places.
  Evaluator(const InstrumentIndex& instrument, const v1::Answers& answers,
            const std::vector<bool>& asked)
      : instrument_(instrument), answers_(answers), asked_(asked) {}

  bool Holds(const Expression& condition) const {
    const auto holds = [this](const Expression& operand) { return Holds(operand); };
    switch (condition.kind) {
      case Expression::Kind::kTest:
        return Holds(condition.test);
      case Expression::Kind::kAnd:
        return std::all_of(condition.operands.begin(), condition.operands.end(), holds);
      case Expression::Kind::kOr:
        return std::any_of(condition.operands.begin(), condition.operands.end(), holds);
      case Expression::Kind::kNot:
        return !Holds(condition.operands.front());
    }
    return false;
  }

 private:
  bool Holds(const Test& test) const {
    const bool negative = test.op == Operator::kNotEqual;
    const std::optional<Subject> subject = FindSubject(instrument_, test.field);
    if (!subject.has_value()) return negative;
    const auto order = static_cast<size_t>(instrument_.QuestionOrder(subject->question->id()));
    if (order >= asked_.size() || !asked_[order]) return negative;
    const v1::AnswerValue value = ValueOf(answers_, test.field);
    if (!IsSet(value) || value.has_missing()) return negative;
    if (test.any) return true;
    if (subject->measure == Measure::kMultiChoice) {
      const auto& chosen = value.choices().options();
      return std::find(chosen.begin(), chosen.end(), test.value) != chosen.end();
    }
    const std::optional<Interval> answered = AnsweredOf(instrument_, *subject, value);
    const std::optional<double> point = PointOf(instrument_, *subject, test.value);
    if (!answered.has_value() || !point.has_value()) return negative;
    return Compares(*answered, test.op, *point);
  }

  const InstrumentIndex& instrument_;
  const v1::Answers& answers_;
  const std::vector<bool>& asked_;
};

void CheckTest(const InstrumentIndex& instrument, const Test& test, int order,
               absl::string_view path, FieldViolations& violations) {
  const auto add = [&](absl::string_view what) {
    const std::string at =
        test.position > 0 ? absl::StrCat("character ", test.position, ": ") : std::string();
    violations.Add(path, absl::StrCat(at, "\"", test.field, "\" ", what));
  };
  const std::optional<Subject> subject = FindSubject(instrument, test.field);
  if (!subject.has_value()) {
    const v1::Question* question = instrument.FindQuestion(test.field);
    if (question != nullptr && question->has_text_answer()) {
      return add("takes free text, which no condition looks at");
    }
    if (question != nullptr && question->has_partner_matrix()) {
      return add("is the partner matrix; name a type's value, like cbo.level");
    }
    return add(
        "is nothing that the instrument asks; name a question, or {type}.level, "
        "{type}.count, {type}.includes_self or shared_responsibility");
  }
  if (instrument.QuestionOrder(subject->question->id()) >= order) {
    return add("is not asked before; a condition looks at earlier questions");
  }
  const std::string problem = OperatorProblem(*subject, test);
  if (!problem.empty()) return add(problem);
  if (test.any) return;
  const std::optional<double> point = PointOf(instrument, *subject, test.value);
  if (!point.has_value()) {
    return add(absl::StrCat("is compared with ", Quoted(test.value), ", and takes ",
                            ValuesOf(subject->measure)));
  }
  const std::optional<Interval> scale = ScaleOf(*subject);
  if (!scale.has_value()) return;
  if ((test.op == Operator::kLess && *point == scale->low) ||
      (test.op == Operator::kGreater && *point == scale->high)) {
    add(absl::StrCat("is never ", filter::Symbol(test.op), " ", test.value,
                     ", which is the end of its scale"));
  }
}

void FillMatrix(const InstrumentIndex& instrument, v1::Answers& answers) {
  const v1::PartnerMatrixQuestion& matrix = instrument.partner_matrix()->partner_matrix();
  v1::AnswerValue not_asked;
  not_asked.set_missing(MISSING_REASON_NOT_ASKED);
  const auto fill = [&](const std::string& name) {
    if (!IsSet(ValueOf(answers, name))) PutValue(name, not_asked, answers);
  };
  for (const std::string& type : instrument.partner_types()) {
    if (matrix.ask_count()) fill(absl::StrCat(type, ".count"));
    if (matrix.ask_level()) fill(absl::StrCat(type, ".level"));
  }
}

}  // namespace

void CheckCondition(const InstrumentIndex& instrument, const Expression& condition, int order,
                    absl::string_view path, FieldViolations& violations) {
  if (condition.kind == Expression::Kind::kTest) {
    CheckTest(instrument, condition.test, order, path, violations);
  }
  for (const Expression& operand : condition.operands) {
    CheckCondition(instrument, operand, order, path, violations);
  }
}

std::vector<bool> AskedQuestions(const InstrumentIndex& instrument, const v1::Answers& answers) {
  std::vector<bool> asked;
  asked.reserve(instrument.questions().size());
  const Evaluator evaluator(instrument, answers, asked);
  for (size_t order = 0; order < instrument.questions().size(); ++order) {
    const Expression* condition = instrument.ConditionOf(static_cast<int>(order));
    asked.push_back(condition == nullptr || evaluator.Holds(*condition));
  }
  return asked;
}

void FillNotAsked(const InstrumentIndex& instrument, v1::Answers& answers) {
  if (!instrument.has_conditions()) return;
  const std::vector<bool> asked = AskedQuestions(instrument, answers);
  v1::AnswerValue not_asked;
  not_asked.set_missing(MISSING_REASON_NOT_ASKED);
  for (size_t order = 0; order < asked.size(); ++order) {
    const v1::Question& question = *instrument.questions()[order];
    // An open answer that is not there says nothing, whatever the reason.
    if (asked[order] || question.has_text_answer()) continue;
    if (question.has_partner_matrix()) {
      FillMatrix(instrument, answers);
      continue;
    }
    const std::string name =
        question.has_shared_responsibility() ? "shared_responsibility" : question.id();
    if (!IsSet(ValueOf(answers, name))) PutValue(name, not_asked, answers);
  }
}

bool IsAnswer(const InstrumentIndex& instrument, int order, type::v1::MissingReason reason) {
  if (reason == MISSING_REASON_NOT_ANSWERED) return false;
  return reason != MISSING_REASON_NOT_ASKED || instrument.ConditionOf(order) == nullptr;
}

std::vector<bool> AnsweredQuestions(const InstrumentIndex& instrument, const v1::Answers& answers) {
  std::vector<bool> answered(instrument.questions().size(), false);
  const auto mark = [&](int order, bool has_value, bool is_missing,
                        type::v1::MissingReason reason) {
    if (order < 0) return;
    if (has_value || (is_missing && IsAnswer(instrument, order, reason))) {
      answered[static_cast<size_t>(order)] = true;
    }
  };
  if (!answers.partner_cells().empty()) {
    const int matrix = instrument.QuestionOrder(instrument.partner_matrix()->id());
    for (const v1::PartnerCell& cell : answers.partner_cells()) {
      mark(matrix, cell.has_partners() || cell.has_includes_self(), cell.has_count_missing(),
           cell.count_missing());
      mark(matrix, cell.has_level(), cell.has_level_missing(), cell.level_missing());
    }
  }
  if (answers.has_shared_responsibility()) {
    const v1::SharedResponsibilityAnswer& answer = answers.shared_responsibility();
    mark(instrument.QuestionOrder(instrument.shared_responsibility()->id()), answer.has_rating(),
         answer.has_missing(), answer.missing());
  }
  for (const v1::Answer& item : answers.items()) {
    mark(instrument.QuestionOrder(item.question()), item.has_choices() || item.has_number(),
         item.has_missing(), item.missing());
  }
  return answered;
}

std::vector<const v1::Question*> AnsweredUnasked(const InstrumentIndex& instrument,
                                                 const v1::Answers& answers) {
  std::vector<const v1::Question*> found;
  if (!instrument.has_conditions()) return found;
  const std::vector<bool> asked = AskedQuestions(instrument, answers);
  const std::vector<bool> answered = AnsweredQuestions(instrument, answers);
  for (size_t order = 0; order < asked.size(); ++order) {
    if (!asked[order] && answered[order]) found.push_back(instrument.questions()[order]);
  }
  return found;
}

}  // namespace weft::ingestion
