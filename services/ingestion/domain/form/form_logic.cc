#include "services/ingestion/domain/form/form_logic.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "services/ingestion/domain/form/form_words.h"
#include "services/ingestion/domain/import/cell_values.h"
#include "services/ingestion/domain/scale_words.h"

namespace weft::ingestion {
namespace {

using filter::Expression;
using filter::Operator;
using filter::Test;

constexpr absl::string_view kDotCount = ".count";
constexpr absl::string_view kDotLevel = ".level";

// The points of what has an order and is chosen from a list, lowest first, as a form names them;
// empty for numbers and for what has no order.
std::vector<std::string> ScaleOf(const InstrumentIndex& instrument, absl::string_view field) {
  std::vector<std::string> points;
  if (absl::EndsWith(field, kDotLevel)) {
    for (int level = type::v1::INTERACTION_LEVEL_NO_INTERACTION;
         level <= type::v1::INTERACTION_LEVEL_COLLABORATION; ++level) {
      points.push_back(WordOf(static_cast<type::v1::InteractionLevel>(level)));
    }
  } else if (field == kResponsibilityName) {
    for (int rating = type::v1::SHARED_RESPONSIBILITY_NOT_EVIDENT;
         rating <= type::v1::SHARED_RESPONSIBILITY_SIGNIFICANTLY_EVIDENT; ++rating) {
      points.push_back(WordOf(static_cast<type::v1::SharedResponsibility>(rating)));
    }
  } else if (const v1::Question* question = instrument.FindQuestion(field);
             question != nullptr && question->choice().ordered()) {
    for (const v1::Option& option : question->choice().options()) points.push_back(option.id());
  }
  return points;
}

bool Takes(Operator op, size_t place, size_t point) {
  switch (op) {
    case Operator::kLess:
      return place < point;
    case Operator::kLessOrEqual:
      return place <= point;
    case Operator::kGreater:
      return place > point;
    case Operator::kGreaterOrEqual:
      return place >= point;
    default:
      return false;
  }
}

std::string Literal(absl::string_view text) { return absl::StrCat("'", text, "'"); }

// XPath knows no exponents.
std::string Decimal(absl::string_view number) {
  char buffer[400];
  const auto [end, error] = std::to_chars(
      buffer, buffer + sizeof(buffer), ParseNumber(number).value_or(0), std::chars_format::fixed);
  return error == std::errc() ? std::string(buffer, end) : std::string("0");
}

std::string TestToRelevant(const InstrumentIndex& instrument, const Test& test,
                           const std::vector<std::string>& missing_words) {
  const std::string name = absl::StrCat(
      "${", absl::StrReplaceAll(test.field, {{kDotCount, kCountSuffix}, {kDotLevel, kLevelSuffix}}),
      "}");
  const v1::Question* question = instrument.FindQuestion(test.field);
  const bool number =
      absl::EndsWith(test.field, kDotCount) || (question != nullptr && question->has_number());
  if (test.any) {
    std::vector<std::string> tests = {absl::StrCat(name, " != ''")};
    const bool offers = !number && !(question != nullptr && question->has_multi_choice());
    for (const std::string& word : missing_words) {
      if (offers) tests.push_back(absl::StrCat(name, " != ", Literal(word)));
    }
    return tests.size() == 1 ? tests[0] : absl::StrCat("(", absl::StrJoin(tests, " and "), ")");
  }
  if (test.op == Operator::kHas) {
    return absl::StrCat("selected(", name, ", ", Literal(test.value), ")");
  }
  if (number) {
    return absl::StrCat(name, " ", filter::Symbol(test.op), " ", Decimal(test.value));
  }
  if (test.op == Operator::kEqual || test.op == Operator::kNotEqual) {
    return absl::StrCat(name, " ", filter::Symbol(test.op), " ", Literal(test.value));
  }
  // XPath would compare the words as numbers: say which ones are meant.
  const std::vector<std::string> scale = ScaleOf(instrument, test.field);
  const auto found = std::find(scale.begin(), scale.end(), test.value);
  const auto point = static_cast<size_t>(found - scale.begin());
  std::vector<std::string> tests;
  for (size_t place = 0; place < scale.size(); ++place) {
    if (!Takes(test.op, place, point)) continue;
    tests.push_back(absl::StrCat(name, " = ", Literal(scale[place])));
  }
  if (tests.empty()) return "false()";
  return tests.size() == 1 ? tests[0] : absl::StrCat("(", absl::StrJoin(tests, " or "), ")");
}

// What is read of a form's logic: an expression, or what always holds (nullopt).
using Read = std::optional<Expression>;

class Parser {
 public:
  Parser(const InstrumentIndex& instrument, absl::string_view text)
      : instrument_(instrument), rest_(text) {}

  absl::StatusOr<Expression> Parse() {
    Read read = ParseOr(0);
    SkipBlanks();
    if (!rest_.empty()) Refuse(absl::StrCat("\"", rest_.substr(0, 20), "\" is not understood"));
    if (!problem_.empty()) return absl::InvalidArgumentError(problem_);
    if (!read.has_value()) return absl::InvalidArgumentError("it always holds");
    return Simplify(*std::move(read));
  }

 private:
  struct Operand {
    std::string field;  // of the instrument; empty for a value
    std::string value;
  };

  Read Refuse(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
    return std::nullopt;
  }

  void SkipBlanks() { rest_ = absl::StripLeadingAsciiWhitespace(rest_); }
  bool Take(absl::string_view text) {
    SkipBlanks();
    return absl::ConsumePrefix(&rest_, text);
  }
  // A word, which ends where no letter follows.
  bool TakeWord(absl::string_view word) {
    SkipBlanks();
    if (!absl::StartsWith(rest_, word)) return false;
    const absl::string_view after = rest_.substr(word.size());
    if (!after.empty() && (absl::ascii_isalnum(static_cast<unsigned char>(after[0])) ||
                           after[0] == '_' || after[0] == '-')) {
      return false;
    }
    rest_ = after;
    return true;
  }
  void Expect(absl::string_view text) {
    if (!Take(text))
      Refuse(absl::StrCat("\"", text, "\" is missing before \"", rest_.substr(0, 20), "\""));
  }

  Read ParseOr(int depth) { return ParseSeries(depth, "or", Expression::Kind::kOr); }
  Read ParseAnd(int depth) { return ParseSeries(depth, "and", Expression::Kind::kAnd); }

  Read ParseSeries(int depth, absl::string_view word, Expression::Kind kind) {
    const bool is_or = kind == Expression::Kind::kOr;
    const auto next = [&] { return is_or ? ParseAnd(depth) : ParseTerm(depth); };
    Expression series;
    series.kind = kind;
    bool always = false;
    do {
      Read operand = next();
      if (!problem_.empty()) return std::nullopt;
      if (!operand.has_value()) {
        always = true;
      } else {
        series.operands.push_back(*std::move(operand));
      }
    } while (TakeWord(word));
    if ((is_or && always) || series.operands.empty()) return std::nullopt;
    if (series.operands.size() == 1) return std::move(series.operands.front());
    return series;
  }

  Read ParseTerm(int depth) {
    if (depth > filter::kMaxDepth) return Refuse("its parentheses are too many inside each other");
    if (TakeWord("not")) {
      Expect("(");
      Read inner = ParseOr(depth + 1);
      Expect(")");
      if (!inner.has_value()) return Refuse("it never holds");
      return Not(*std::move(inner));
    }
    if (TakeWord("selected")) return ParseSelected();
    if (Take("(")) {
      Read inner = ParseOr(depth + 1);
      Expect(")");
      return inner;
    }
    return ParseComparison();
  }

  static Expression Not(Expression inner) {
    Expression negation;
    negation.kind = Expression::Kind::kNot;
    negation.operands.push_back(std::move(inner));
    return negation;
  }

  static Expression Of(std::string field, Operator op, std::string value, bool any = false) {
    Expression expression;
    expression.test = {std::move(field), op, std::move(value), any, 0};
    return expression;
  }

  Read ParseSelected() {
    Expect("(");
    const Operand question = ParseOperand();
    Expect(",");
    const Operand value = ParseOperand();
    Expect(")");
    if (!problem_.empty()) return std::nullopt;
    if (question.field.empty() || !value.field.empty()) {
      return Refuse("selected() takes a question and a choice");
    }
    const v1::Question* asked = instrument_.FindQuestion(question.field);
    const bool several = asked != nullptr && asked->has_multi_choice();
    return Of(question.field, several ? Operator::kHas : Operator::kEqual,
              ValueOf(question.field, value.value));
  }

  Read ParseComparison() {
    Operand left = ParseOperand();
    if (!problem_.empty()) return std::nullopt;
    std::optional<Operator> op;
    for (const auto& [symbol, meant] :
         {std::pair<absl::string_view, Operator>{"!=", Operator::kNotEqual},
          {"<=", Operator::kLessOrEqual},
          {">=", Operator::kGreaterOrEqual},
          {"=", Operator::kEqual},
          {"<", Operator::kLess},
          {">", Operator::kGreater}}) {
      if (!op.has_value() && Take(symbol)) op = meant;
    }
    if (!op.has_value()) {
      return Refuse(absl::StrCat("\"", rest_.substr(0, 20), "\" is no comparison"));
    }
    Operand right = ParseOperand();
    if (!problem_.empty()) return std::nullopt;
    if (left.field.empty()) {
      std::swap(left, right);
      op = Flipped(*op);
    }
    if (left.field.empty() || !right.field.empty()) {
      return Refuse("a condition compares a question with a value");
    }
    if (right.value.empty()) {
      Expression any = Of(left.field, Operator::kHas, "*", true);
      if (*op == Operator::kNotEqual) return any;
      if (*op == Operator::kEqual) return Not(std::move(any));
      return Refuse("nothing is less or greater than ''");
    }
    // A choice for a kind of missing is no value, so nothing is equal to it.
    if (IsMissingWord(right.value)) {
      if (*op == Operator::kNotEqual) return std::nullopt;
      return Refuse(absl::StrCat("conditions do not tell ", right.value, " from no answer"));
    }
    double number = 0;
    const bool equality = *op == Operator::kEqual || *op == Operator::kNotEqual;
    if (!equality && !absl::SimpleAtod(right.value, &number)) {
      return Refuse("< and > compare numbers, not words");
    }
    return Of(left.field, *op, ValueOf(left.field, right.value));
  }

  static Operator Flipped(Operator op) {
    switch (op) {
      case Operator::kLess:
        return Operator::kGreater;
      case Operator::kLessOrEqual:
        return Operator::kGreaterOrEqual;
      case Operator::kGreater:
        return Operator::kLess;
      case Operator::kGreaterOrEqual:
        return Operator::kLessOrEqual;
      default:
        return op;
    }
  }

  Operand ParseOperand() {
    SkipBlanks();
    if (absl::ConsumePrefix(&rest_, "${")) {
      const size_t end = rest_.find('}');
      if (end == absl::string_view::npos) {
        Refuse("a \"}\" is missing");
        return {};
      }
      const absl::string_view name = absl::StripAsciiWhitespace(rest_.substr(0, end));
      rest_.remove_prefix(end + 1);
      return {FieldOf(name), ""};
    }
    if (!rest_.empty() && (rest_[0] == '\'' || rest_[0] == '"')) {
      const size_t end = rest_.find(rest_[0], 1);
      if (end == absl::string_view::npos) {
        Refuse("a quote is not closed");
        return {};
      }
      const std::string value(rest_.substr(1, end - 1));
      rest_.remove_prefix(end + 1);
      return {"", value};
    }
    const size_t end = std::min(rest_.find_first_not_of("0123456789.-"), rest_.size());
    if (end == 0 || rest_ == ".") {
      Refuse(absl::StrCat("\"", rest_.substr(0, 20), "\" is neither a question nor a value"));
      return {};
    }
    const std::string value(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return {"", value};
  }

  // What the instrument calls the question that a form calls `name`.
  std::string FieldOf(absl::string_view name) const {
    std::string id = AsId(name, "");
    for (const auto& [suffix, field] :
         {std::pair<absl::string_view, absl::string_view>{kCountSuffix, kDotCount},
          {kLevelSuffix, kDotLevel}}) {
      absl::string_view type = id;
      if (!absl::ConsumeSuffix(&type, suffix)) continue;
      if (instrument_.TypeOrder(type) >= 0) return absl::StrCat(type, field);
    }
    return id;
  }

  // What the instrument calls the choice that a form calls `name`.
  std::string ValueOf(absl::string_view field, const std::string& name) const {
    if (absl::EndsWith(field, kDotLevel)) {
      if (LevelOf(AsId(name, "")).has_value()) return AsId(name, "");
      const auto level = instrument_.MatchLevel(name);
      return level.has_value() ? WordOf(*level) : name;
    }
    if (field == kResponsibilityName) {
      if (ResponsibilityOf(AsId(name, "")).has_value()) return AsId(name, "");
      const auto rating = instrument_.MatchRating(name);
      return rating.has_value() ? WordOf(*rating) : name;
    }
    const v1::Question* question = instrument_.FindQuestion(field);
    const v1::Option* option =
        question == nullptr ? nullptr : instrument_.MatchOption(*question, name);
    return option == nullptr ? name : option->id();
  }

  // One comparison for a list of all points from one on, or up to one: what a form has to spell
  // out.
  Expression Simplify(Expression expression) const {
    for (Expression& operand : expression.operands) operand = Simplify(std::move(operand));
    if (expression.kind != Expression::Kind::kOr) return expression;
    const std::string field = expression.operands.front().test.field;
    const std::vector<std::string> scale = ScaleOf(instrument_, field);
    std::vector<size_t> places;
    for (const Expression& operand : expression.operands) {
      const auto found = std::find(scale.begin(), scale.end(), operand.test.value);
      if (operand.kind != Expression::Kind::kTest || operand.test.op != Operator::kEqual ||
          operand.test.field != field || found == scale.end()) {
        return expression;
      }
      places.push_back(static_cast<size_t>(found - scale.begin()));
    }
    std::sort(places.begin(), places.end());
    places.erase(std::unique(places.begin(), places.end()), places.end());
    const bool run = places.back() - places.front() + 1 == places.size();
    if (!run) return expression;
    if (places.back() + 1 == scale.size()) {
      return Of(field, Operator::kGreaterOrEqual, scale[places.front()]);
    }
    if (places.front() == 0) return Of(field, Operator::kLessOrEqual, scale[places.back()]);
    return expression;
  }

  const InstrumentIndex& instrument_;
  absl::string_view rest_;
  std::string problem_;
};

}  // namespace

std::optional<std::string> ToRelevant(const InstrumentIndex& instrument,
                                      const Expression& condition,
                                      const std::vector<std::string>& missing_words) {
  if (condition.kind == Expression::Kind::kTest) {
    if (absl::EndsWith(condition.test.field, ".includes_self")) return std::nullopt;
    return TestToRelevant(instrument, condition.test, missing_words);
  }
  std::vector<std::string> operands;
  for (const Expression& operand : condition.operands) {
    const std::optional<std::string> text = ToRelevant(instrument, operand, missing_words);
    if (!text.has_value()) return std::nullopt;
    const bool combines =
        operand.kind == Expression::Kind::kAnd || operand.kind == Expression::Kind::kOr;
    operands.push_back(combines ? absl::StrCat("(", *text, ")") : *text);
  }
  if (condition.kind == Expression::Kind::kNot) return absl::StrCat("not(", operands[0], ")");
  return absl::StrJoin(operands, condition.kind == Expression::Kind::kAnd ? " and " : " or ");
}

absl::StatusOr<Expression> FromRelevant(const InstrumentIndex& instrument,
                                        absl::string_view relevant) {
  return Parser(instrument, relevant).Parse();
}

}  // namespace weft::ingestion
