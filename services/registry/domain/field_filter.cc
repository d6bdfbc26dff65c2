#include "services/registry/domain/field_filter.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/error.h"
#include "common/base/nearest.h"
#include "common/validation/text.h"

namespace weft::registry {
namespace {

using filter::Expression;
using filter::Operator;
using filter::Test;

const FilterField* FindField(absl::Span<const FilterField> fields, absl::string_view name) {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const FilterField& field) { return field.name == name; });
  return found == fields.end() ? nullptr : &*found;
}

bool Orders(Operator op) {
  return op != Operator::kEqual && op != Operator::kNotEqual && op != Operator::kHas;
}

// What is wrong with a test; makes its value the one that is compared.
std::string Check(Test& test, absl::string_view resource, absl::Span<const FilterField> fields) {
  const FilterField* const field = FindField(fields, test.field);
  if (field == nullptr) {
    std::vector<std::string> names;
    names.reserve(fields.size());
    for (const FilterField& each : fields) names.emplace_back(each.name);
    const std::string nearest = Nearest(test.field, names);
    return absl::StrCat(Quoted(test.field), " is no field of ", resource, " to filter by",
                        nearest.empty() ? "" : absl::StrCat("; the nearest is ", nearest),
                        "; there are ", absl::StrJoin(names, ", "));
  }
  if (Orders(test.op) && !field->ordered) {
    return absl::StrCat(field->name, " has no order; compare it with =, != or :");
  }
  if (test.any) {
    return Orders(test.op) ? absl::StrCat("* has no order; compare ", field->name, " with a value")
                           : "";
  }
  if (!field->prefix.empty() && !absl::StartsWith(test.value, field->prefix)) {
    test.value = absl::StrCat(field->prefix, test.value);
  }
  if (field->words.empty()) return "";
  test.value = absl::AsciiStrToLower(test.value);
  if (std::find(field->words.begin(), field->words.end(), test.value) != field->words.end()) {
    return "";
  }
  return absl::StrCat(Quoted(test.value), " is no value of ", field->name, "; there are ",
                      absl::StrJoin(field->words, ", "));
}

// The first thing that is wrong, with the place in the text.
std::string CheckAll(Expression& expression, absl::string_view resource,
                     absl::Span<const FilterField> fields) {
  if (expression.kind == Expression::Kind::kTest) {
    std::string wrong = Check(expression.test, resource, fields);
    if (wrong.empty()) return wrong;
    return absl::StrCat("character ", expression.test.position, ": ", wrong);
  }
  for (Expression& operand : expression.operands) {
    std::string wrong = CheckAll(operand, resource, fields);
    if (!wrong.empty()) return wrong;
  }
  return "";
}

// How the place of `value` among the words compares with that of the test's value.
bool InOrder(const Test& test, const FilterField& field, const std::string& value) {
  const auto place = [&](const std::string& word) {
    return std::find(field.words.begin(), field.words.end(), word) - field.words.begin();
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

absl::StatusOr<std::optional<Expression>> ParseFilter(absl::string_view text,
                                                      absl::string_view resource,
                                                      absl::Span<const FilterField> fields) {
  if (absl::StripAsciiWhitespace(text).empty()) return std::optional<Expression>();
  const auto refuse = [&](absl::string_view why) {
    return FieldViolations().Add("filter", why).ToStatus("FILTER_INVALID");
  };
  absl::StatusOr<Expression> expression = filter::Parse(text);
  if (!expression.ok()) return refuse(expression.status().message());
  const std::string wrong = CheckAll(*expression, resource, fields);
  if (!wrong.empty()) return refuse(wrong);
  return std::optional<Expression>(*std::move(expression));
}

bool FilterHolds(const Expression& expression, absl::Span<const FilterField> fields,
                 const std::function<FieldValues(absl::string_view)>& values) {
  const auto holds = [&](const Expression& operand) {
    return FilterHolds(operand, fields, values);
  };
  switch (expression.kind) {
    case Expression::Kind::kTest: {
      const Test& test = expression.test;
      const FieldValues has = values(test.field);
      if (Orders(test.op)) {
        const FilterField& field = *FindField(fields, test.field);
        return std::any_of(has.begin(), has.end(),
                           [&](const std::string& value) { return InOrder(test, field, value); });
      }
      const bool found =
          test.any ? !has.empty() : std::find(has.begin(), has.end(), test.value) != has.end();
      return test.op == Operator::kNotEqual ? !found : found;
    }
    case Expression::Kind::kAnd:
      return std::all_of(expression.operands.begin(), expression.operands.end(), holds);
    case Expression::Kind::kOr:
      return std::any_of(expression.operands.begin(), expression.operands.end(), holds);
    case Expression::Kind::kNot:
      return !holds(expression.operands.front());
  }
  return false;
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

}  // namespace weft::registry
