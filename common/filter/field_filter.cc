#include "common/filter/field_filter.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/enum_word.h"
#include "common/base/error.h"
#include "common/base/nearest.h"
#include "common/validation/text.h"

namespace weft::filter {
namespace {

bool Orders(Operator op) {
  return op != Operator::kEqual && op != Operator::kNotEqual && op != Operator::kHas;
}

// What is wrong with a test; makes its value the one that is compared.
std::string Check(Test& test, absl::string_view resource, const std::vector<FieldRule>& rules) {
  const auto field = std::find_if(rules.begin(), rules.end(),
                                  [&](const FieldRule& rule) { return rule.name == test.field; });
  if (field == rules.end()) {
    std::vector<std::string> names;
    names.reserve(rules.size());
    for (const FieldRule& each : rules) names.emplace_back(each.name);
    const std::string nearest = Nearest(test.field, names);
    return absl::StrCat(Quoted(test.field), " is no field of ", resource, " to filter by",
                        nearest.empty() ? "" : absl::StrCat("; the nearest is ", nearest),
                        "; there are ", absl::StrJoin(names, ", "));
  }
  if (Orders(test.op) && !field->ordered) {
    return absl::StrCat(field->name, " has no order; compare it with =, != or :");
  }
  if (test.any) return "";
  if (!field->prefix.empty() && !absl::StartsWith(test.value, field->prefix)) {
    test.value = absl::StrCat(field->prefix, test.value);
  }
  if (field->words.empty()) return "";
  test.value = EnumWord(test.value, field->enum_prefix);
  if (std::find(field->words.begin(), field->words.end(), test.value) != field->words.end()) {
    return "";
  }
  return absl::StrCat(Quoted(test.value), " is no value of ", field->name, "; there are ",
                      absl::StrJoin(field->words, ", "));
}

// The first thing that is wrong, with the place in the text.
std::string CheckAll(Expression& expression, absl::string_view resource,
                     const std::vector<FieldRule>& rules) {
  if (expression.kind == Expression::Kind::kTest) {
    std::string wrong = Check(expression.test, resource, rules);
    if (wrong.empty()) return wrong;
    return absl::StrCat("character ", expression.test.position, ": ", wrong);
  }
  for (Expression& operand : expression.operands) {
    std::string wrong = CheckAll(operand, resource, rules);
    if (!wrong.empty()) return wrong;
  }
  return "";
}

// How the place of `value` among the words compares with that of the test's value.
bool InOrder(const Test& test, const FieldRule& rule, const std::string& value) {
  const auto place = [&](const std::string& word) {
    return std::find(rule.words.begin(), rule.words.end(), word) - rule.words.begin();
  };
  const auto has = place(value);
  const auto wants = place(test.value);
  switch (test.op) {
    case Operator::kLess:
      return has < wants;
    case Operator::kLessOrEqual:
      return has <= wants;
    case Operator::kGreater:
      return has > wants;
    default:
      return has >= wants;
  }
}

}  // namespace

absl::StatusOr<std::optional<Expression>> ParseWithRules(absl::string_view text,
                                                         absl::string_view resource,
                                                         const std::vector<FieldRule>& rules,
                                                         absl::string_view request_field) {
  if (absl::StripAsciiWhitespace(text).empty()) return std::optional<Expression>();
  const auto refuse = [&](absl::string_view why) {
    return FieldViolations().Add(request_field, why).ToStatus("FILTER_INVALID");
  };
  absl::StatusOr<Expression> expression = filter::Parse(text);
  if (!expression.ok()) return refuse(expression.status().message());
  const std::string wrong = CheckAll(*expression, resource, rules);
  if (!wrong.empty()) return refuse(wrong);
  return std::optional<Expression>(*std::move(expression));
}

bool TestHolds(const Test& test, const FieldRule& rule, const FieldValues& values) {
  if (Orders(test.op)) {
    return std::any_of(values.begin(), values.end(),
                       [&](const std::string& value) { return InOrder(test, rule, value); });
  }
  const bool found = test.any ? !values.empty()
                              : std::find(values.begin(), values.end(), test.value) != values.end();
  return test.op == Operator::kNotEqual ? !found : found;
}

bool Holds(const Expression& expression, absl::FunctionRef<bool(const Test&)> holds) {
  const auto operand_holds = [&](const Expression& operand) { return Holds(operand, holds); };
  switch (expression.kind) {
    case Expression::Kind::kTest:
      return holds(expression.test);
    case Expression::Kind::kAnd:
      return std::all_of(expression.operands.begin(), expression.operands.end(), operand_holds);
    case Expression::Kind::kOr:
      return std::any_of(expression.operands.begin(), expression.operands.end(), operand_holds);
    case Expression::Kind::kNot:
      return !operand_holds(expression.operands.front());
  }
  return false;
}

void EditValues(Expression& expression, absl::string_view field,
                absl::FunctionRef<void(std::string&)> edit) {
  if (expression.kind == Expression::Kind::kTest) {
    Test& test = expression.test;
    if (!test.any && test.field == field) edit(test.value);
  }
  for (Expression& operand : expression.operands) EditValues(operand, field, edit);
}

std::string RequiredValue(const Expression& expression, absl::string_view field) {
  if (expression.kind == Expression::Kind::kTest) {
    const Test& test = expression.test;
    const bool equal = test.op == Operator::kEqual || test.op == Operator::kHas;
    return equal && !test.any && test.field == field ? test.value : "";
  }
  if (expression.kind != Expression::Kind::kAnd) return "";
  for (const Expression& operand : expression.operands) {
    std::string value = RequiredValue(operand, field);
    if (!value.empty()) return value;
  }
  return "";
}

}  // namespace weft::filter
