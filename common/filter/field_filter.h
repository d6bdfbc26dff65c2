// Filters of lists and of questions: what fields a resource has, and what their values may be,
// stands in a table; the language is that of filter.h.
//
//   const std::vector<filter::Field<Organization>> fields = {
//       {{.name = "status", .words = {"active", "inactive"}}, &StatusOf},
//       {{.name = "parent", .prefix = "organizations/"}, &ParentOf}};
//   absl::StatusOr<filter::FieldFilter<Organization>> filter =
//       filter::FieldFilter<Organization>::Parse("status = active", "an organization", fields);
#ifndef WEFT_COMMON_FILTER_FIELD_FILTER_H_
#define WEFT_COMMON_FILTER_FIELD_FILTER_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "common/base/status_macros.h"
#include "common/filter/filter.h"

namespace weft::filter {

// What a filter may say of a field.
struct FieldRule {
  absl::string_view name;
  // The words that are values; none: any text is. Case does not matter where there are words.
  std::vector<std::string> words = {};
  // Whether the words are in order, least first, so that <, <=, > and >= compare them.
  bool ordered = false;
  // The collection of the names that are values ("organizations/"), which a filter may leave out: a
  // name has a slash, and would have to stand in quotes.
  absl::string_view prefix = {};
  // Before a word as the enum spells it ("SETTING_"), which a filter may put there.
  absl::string_view enum_prefix = {};
};

// The values that a resource has in a field, none of them empty.
using FieldValues = std::vector<std::string>;

template <class Resource>
struct Field {
  FieldRule rule;
  std::function<FieldValues(const Resource&)> values;
};

// The expression, with values as they are compared; none for an empty text. INVALID_ARGUMENT
// (FILTER_INVALID) that names `request_field`, and says where and what would be right; `resource`
// is what has the fields ("an organization").
absl::StatusOr<std::optional<Expression>> ParseWithRules(absl::string_view text,
                                                         absl::string_view resource,
                                                         const std::vector<FieldRule>& rules,
                                                         absl::string_view request_field);

// What the expression says, when `holds` says it of each test.
bool Holds(const Expression& expression, absl::FunctionRef<bool(const Test&)> holds);
// One test, which ParseWithRules() has checked against the rule of its field.
bool TestHolds(const Test& test, const FieldRule& rule, const FieldValues& values);

// The value that every match has in `field`, where the filter asks for it by `=` or `:` at its top
// or in an AND there: an index can then narrow what is looked at. "" when there is none.
std::string RequiredValue(const Expression& expression, absl::string_view field);

// Lets `edit` change the values that tests of `field` compare it with.
void EditValues(Expression& expression, absl::string_view field,
                absl::FunctionRef<void(std::string&)> edit);

// Which resources a list or a question is about.
template <class Resource>
class FieldFilter {
 public:
  // Holds for every resource.
  FieldFilter() = default;
  // As ParseWithRules(). `fields` outlive the filter.
  static absl::StatusOr<FieldFilter> Parse(absl::string_view text, absl::string_view resource,
                                           const std::vector<Field<Resource>>& fields,
                                           absl::string_view request_field = "filter") {
    if (absl::StripAsciiWhitespace(text).empty()) return FieldFilter();
    std::vector<FieldRule> rules;
    rules.reserve(fields.size());
    for (const Field<Resource>& field : fields) rules.push_back(field.rule);
    FieldFilter parsed;
    WEFT_ASSIGN_OR_RETURN(parsed.expression_, ParseWithRules(text, resource, rules, request_field));
    parsed.fields_ = &fields;
    return parsed;
  }

  bool empty() const { return !expression_.has_value(); }

  bool Matches(const Resource& resource) const {
    if (!expression_.has_value()) return true;
    return Holds(*expression_, [&](const Test& test) {
      for (const Field<Resource>& field : *fields_) {
        if (field.rule.name == test.field) {
          return TestHolds(test, field.rule, field.values(resource));
        }
      }
      return false;
    });
  }

  // As RequiredValue().
  std::string Required(absl::string_view field) const {
    return expression_.has_value() ? RequiredValue(*expression_, field) : "";
  }

  // As EditValues(); what `edit` makes of a value is not checked again.
  void EditValues(absl::string_view field, absl::FunctionRef<void(std::string&)> edit) {
    if (expression_.has_value()) filter::EditValues(*expression_, field, edit);
  }

  // As Parse() would read it, in one spelling; "" when empty.
  std::string ToText() const { return expression_.has_value() ? filter::ToText(*expression_) : ""; }

 private:
  std::optional<Expression> expression_;
  const std::vector<Field<Resource>>* fields_ = nullptr;
};

}  // namespace weft::filter

#endif  // WEFT_COMMON_FILTER_FIELD_FILTER_H_
