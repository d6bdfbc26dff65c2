#include "services/metrics/domain/attribute_filter.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/base/error.h"
#include "common/base/nearest.h"
#include "common/base/status_macros.h"
#include "common/validation/text.h"
#include "weft/registry/v1/site.pb.h"

namespace weft::metrics {
namespace {

using filter::Expression;
using filter::Operator;
using filter::Test;
using registry::v1::SiteAttributes;
using store::v1::SiteRecord;

constexpr absl::string_view kSettingPrefix = "SETTING_";
constexpr absl::string_view kCohortPrefix = "cohorts/";

// "out_of_school_provider"; "" when it is not known.
std::string SettingWord(SiteAttributes::Setting setting) {
  if (setting == SiteAttributes::SETTING_UNSPECIFIED) return "";
  return absl::AsciiStrToLower(
      absl::StripPrefix(SiteAttributes::Setting_Name(setting), kSettingPrefix));
}

// The values that a site has in a field, none of them empty.
using Values = std::vector<std::string>;

void AddUnlessEmpty(const std::string& value, Values& values) {
  if (!value.empty()) values.push_back(value);
}

struct Field {
  absl::string_view name;
  Values (*values)(const SiteRecord& site);
};

template <const std::string& (registry::v1::Place::*part)() const>
Values OfPlaces(const SiteRecord& site) {
  Values values;
  for (const registry::v1::Place& place : site.places()) AddUnlessEmpty((place.*part)(), values);
  return values;
}

constexpr std::array<Field, 7> kFields = {{
    {"cohort",
     [](const SiteRecord& site) { return Values(site.cohorts().begin(), site.cohorts().end()); }},
    {"country", &OfPlaces<&registry::v1::Place::country>},
    {"entry_point",
     [](const SiteRecord& site) {
       Values values;
       AddUnlessEmpty(site.attributes().entry_point(), values);
       return values;
     }},
    {"locality", &OfPlaces<&registry::v1::Place::locality>},
    {"region", &OfPlaces<&registry::v1::Place::region>},
    {"setting",
     [](const SiteRecord& site) {
       Values values;
       AddUnlessEmpty(SettingWord(site.attributes().setting()), values);
       return values;
     }},
    {"stage",
     [](const SiteRecord& site) {
       Values values;
       AddUnlessEmpty(site.attributes().stage(), values);
       return values;
     }},
}};

const Field* FindField(absl::string_view name) {
  const auto found = std::find_if(kFields.begin(), kFields.end(),
                                  [&](const Field& field) { return field.name == name; });
  return found == kFields.end() ? nullptr : found;
}

std::vector<std::string> FieldNames() {
  std::vector<std::string> names;
  names.reserve(kFields.size());
  for (const Field& field : kFields) names.emplace_back(field.name);
  return names;
}

std::vector<std::string> SettingWords() {
  std::vector<std::string> words;
  for (int i = 1; i < SiteAttributes::Setting_ARRAYSIZE; ++i) {
    words.push_back(SettingWord(static_cast<SiteAttributes::Setting>(i)));
  }
  return words;
}

// What is wrong with a test, and its value as it is compared; "" when nothing is.
std::string Check(Test& test) {
  const Field* const field = FindField(test.field);
  if (field == nullptr) {
    const std::string nearest = Nearest(test.field, FieldNames());
    return absl::StrCat(Quoted(test.field), " is no attribute of a site",
                        nearest.empty() ? "" : absl::StrCat("; the nearest is ", nearest),
                        "; there are ", absl::StrJoin(FieldNames(), ", "));
  }
  if (test.op != Operator::kEqual && test.op != Operator::kNotEqual && test.op != Operator::kHas) {
    return absl::StrCat(field->name, " has no order; compare it with =, != or :");
  }
  if (test.any) return "";
  if (field->name == "cohort" && !absl::StartsWith(test.value, kCohortPrefix)) {
    test.value = absl::StrCat(kCohortPrefix, test.value);
  }
  if (field->name == "setting") {
    test.value = absl::AsciiStrToLower(absl::StripPrefix(test.value, kSettingPrefix));
    const std::vector<std::string> words = SettingWords();
    if (std::find(words.begin(), words.end(), test.value) == words.end()) {
      return absl::StrCat(Quoted(test.value), " is no setting; there are ",
                          absl::StrJoin(words, ", "));
    }
  }
  return "";
}

// The first thing that is wrong, with the place in the text.
std::string CheckAll(Expression& expression) {
  if (expression.kind == Expression::Kind::kTest) {
    std::string wrong = Check(expression.test);
    if (wrong.empty()) return wrong;
    return absl::StrCat("character ", expression.test.position, ": ", wrong);
  }
  for (Expression& operand : expression.operands) {
    std::string wrong = CheckAll(operand);
    if (!wrong.empty()) return wrong;
  }
  return "";
}

bool Holds(const Test& test, const SiteRecord& site) {
  const Values values = FindField(test.field)->values(site);
  const bool has = test.any ? !values.empty()
                            : std::find(values.begin(), values.end(), test.value) != values.end();
  return test.op == Operator::kNotEqual ? !has : has;
}

bool Holds(const Expression& expression, const SiteRecord& site) {
  const auto holds = [&](const Expression& operand) { return Holds(operand, site); };
  switch (expression.kind) {
    case Expression::Kind::kTest:
      return Holds(expression.test, site);
    case Expression::Kind::kAnd:
      return std::all_of(expression.operands.begin(), expression.operands.end(), holds);
    case Expression::Kind::kOr:
      return std::any_of(expression.operands.begin(), expression.operands.end(), holds);
    case Expression::Kind::kNot:
      return !Holds(expression.operands.front(), site);
  }
  return false;
}

}  // namespace

absl::StatusOr<AttributeFilter> AttributeFilter::Parse(absl::string_view text,
                                                       absl::string_view field) {
  AttributeFilter parsed;
  if (absl::StripAsciiWhitespace(text).empty()) return parsed;
  const auto refuse = [&](absl::string_view why) {
    return FieldViolations().Add(field, why).ToStatus("FILTER_INVALID");
  };
  absl::StatusOr<Expression> expression = filter::Parse(text);
  if (!expression.ok()) return refuse(expression.status().message());
  const std::string wrong = CheckAll(*expression);
  if (!wrong.empty()) return refuse(wrong);
  parsed.expression_ = *std::move(expression);
  return parsed;
}

bool AttributeFilter::Matches(const SiteRecord& site) const {
  return !expression_.has_value() || Holds(*expression_, site);
}

std::string AttributeFilter::ToText() const {
  return expression_.has_value() ? filter::ToText(*expression_) : "";
}

}  // namespace weft::metrics
