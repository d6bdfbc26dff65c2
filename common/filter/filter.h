// Filters: `setting = school AND (students >= 10 OR functions:convene)`, as
// https://google.aip.dev/160 writes them, in the subset that has one reading:
//
//  * a test is a field, an operator and a value: `=`, `!=`, `<`, `<=`, `>`, `>=`, `:`. `:` means
//    "has" (a list has the value); `field:*` means that there is any value;
//  * AND, OR and NOT, in capitals, combine tests; where AND and OR meet, parentheses say which
//  comes
//    first, since AIP-160 and most people disagree about it;
//  * a field is words of letters, digits, "_" and "-" joined by dots; a value is such a word (with
//    "+", too) or a quoted text ("…" or '…', with \ before a quote or \ inside).
//
// Left out: values without a field, tests that only follow each other, "-" for NOT, functions,
// wildcards inside values.
#ifndef WEFT_COMMON_FILTER_FILTER_H_
#define WEFT_COMMON_FILTER_FILTER_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace weft::filter {

// What a filter may be at most: bytes, tests, and parentheses and NOTs inside each other.
inline constexpr size_t kMaxBytes = 4096;
inline constexpr int kMaxTests = 100;
inline constexpr int kMaxDepth = 16;

enum class Operator { kEqual, kNotEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual, kHas };

// "<=".
absl::string_view Symbol(Operator op);

// One comparison.
struct Test {
  std::string field;  // "setting", "cbo.level"
  Operator op = Operator::kEqual;
  std::string value;
  // Whether the value is `*` without quotes: any value.
  bool any = false;
  // Where it begins in the text, in characters from 1; no part of what it means.
  int position = 0;
};

// A test, or what AND, OR (two operands or more) or NOT (one) makes of others.
struct Expression {
  enum class Kind { kTest, kAnd, kOr, kNot };
  Kind kind = Kind::kTest;
  Test test;
  std::vector<Expression> operands;
};

// INVALID_ARGUMENT with a message for people that says where: "character 9: …".
absl::StatusOr<Expression> Parse(absl::string_view text);

// A text that Parse() reads as the same expression.
std::string ToText(const Expression& expression);

// Whether two expressions mean the same by their structure; positions do not count.
bool operator==(const Expression& a, const Expression& b);

}  // namespace weft::filter

#endif  // WEFT_COMMON_FILTER_FILTER_H_
