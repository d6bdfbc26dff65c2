#include "common/filter/filter.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace weft::filter {
namespace {

struct Token {
  enum class Kind { kWord, kText, kOperator, kOpen, kClose, kEnd };
  Kind kind = Kind::kEnd;
  // Of words and operators as written; of quoted texts what they say.
  std::string text;
  int position = 0;  // as Test.position
};

bool IsWordByte(char c) {
  // Beyond ASCII nothing separates, so that names in any language are words.
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '.' ||
         c == '+' || c == '*' || static_cast<unsigned char>(c) >= 0x80;
}

bool IsField(absl::string_view word) {
  bool at_start = true;
  for (const char c : word) {
    const bool dot = c == '.';
    if (c == '+' || c == '*' || (dot && at_start)) return false;
    at_start = dot;
  }
  return !at_start;
}

std::optional<Operator> OperatorOf(absl::string_view symbol) {
  for (const Operator op :
       {Operator::kEqual, Operator::kNotEqual, Operator::kLess, Operator::kLessOrEqual,
        Operator::kGreater, Operator::kGreaterOrEqual, Operator::kHas}) {
    if (Symbol(op) == symbol) return op;
  }
  return std::nullopt;
}

class Parser {
 public:
  explicit Parser(absl::string_view text) : rest_(text) {}

  absl::StatusOr<Expression> Parse() {
    Advance();
    std::optional<Expression> expression = ParseExpression(0);
    if (expression.has_value() && token_.kind != Token::Kind::kEnd) {
      expression = Refuse(token_.kind == Token::Kind::kClose
                              ? "no parenthesis is open that this one could close"
                              : "AND or OR is missing before this");
    }
    if (!error_.empty()) return absl::InvalidArgumentError(error_);
    return *std::move(expression);
  }

 private:
  // The first error counts.
  std::nullopt_t Refuse(absl::string_view what) { return Refuse(token_.position, what); }
  std::nullopt_t Refuse(int position, absl::string_view what) {
    if (error_.empty()) error_ = absl::StrCat("character ", position, ": ", what);
    return std::nullopt;
  }

  void Advance() {
    while (!rest_.empty() && absl::ascii_isspace(static_cast<unsigned char>(rest_.front()))) Skip();
    token_ = {Token::Kind::kEnd, "", position_};
    if (rest_.empty()) return;
    const char first = rest_.front();
    if (first == '(' || first == ')') {
      token_.kind = first == '(' ? Token::Kind::kOpen : Token::Kind::kClose;
      Skip();
    } else if (first == '"' || first == '\'') {
      ReadQuoted();
    } else if (IsWordByte(first)) {
      token_.kind = Token::Kind::kWord;
      while (!rest_.empty() && IsWordByte(rest_.front())) token_.text.push_back(Skip());
    } else {
      ReadOperator();
    }
  }

  char Skip() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    // The bytes of a character after its first count with it.
    if (rest_.empty() || (static_cast<unsigned char>(rest_.front()) & 0xC0) != 0x80) ++position_;
    return c;
  }

  void ReadQuoted() {
    token_.kind = Token::Kind::kText;
    const char quote = Skip();
    while (!rest_.empty()) {
      char c = Skip();
      if (c == quote) return;
      if (c == '\\' && !rest_.empty()) c = Skip();
      token_.text.push_back(c);
    }
    Refuse("the quote is not closed");
  }

  void ReadOperator() {
    token_.kind = Token::Kind::kOperator;
    token_.text.push_back(Skip());
    if (!rest_.empty() && rest_.front() == '=' && token_.text != ":") {
      token_.text.push_back(Skip());
    }
    if (!OperatorOf(token_.text).has_value()) {
      Refuse(
          "is nothing that a filter knows; operators are = != < <= > >= and :, and a value with "
          "other characters is put in quotes");
    }
  }

  bool IsKeyword(absl::string_view word) const {
    return token_.kind == Token::Kind::kWord && token_.text == word;
  }

  std::optional<Expression> ParseExpression(int depth) {
    std::optional<Expression> first = ParseOperand(depth);
    if (!first.has_value()) return std::nullopt;
    if (!IsKeyword("AND") && !IsKeyword("OR")) return first;
    const std::string keyword = token_.text;
    Expression combined;
    combined.kind = keyword == "AND" ? Expression::Kind::kAnd : Expression::Kind::kOr;
    combined.operands.push_back(*std::move(first));
    while (IsKeyword("AND") || IsKeyword("OR")) {
      if (!IsKeyword(keyword)) {
        return Refuse("AND and OR meet here; put parentheses around what belongs together");
      }
      Advance();
      std::optional<Expression> next = ParseOperand(depth);
      if (!next.has_value()) return std::nullopt;
      combined.operands.push_back(*std::move(next));
    }
    return combined;
  }

  std::optional<Expression> ParseOperand(int depth) {
    if (!error_.empty()) return std::nullopt;
    const bool negates = IsKeyword("NOT");
    if (!negates && token_.kind != Token::Kind::kOpen) return ParseTest();
    if (depth == kMaxDepth) {
      return Refuse(
          absl::StrCat("more than ", kMaxDepth, " parentheses and NOTs are inside each other"));
    }
    Advance();
    if (negates) {
      std::optional<Expression> operand = ParseOperand(depth + 1);
      if (!operand.has_value()) return std::nullopt;
      Expression negation;
      negation.kind = Expression::Kind::kNot;
      negation.operands.push_back(*std::move(operand));
      return negation;
    }
    std::optional<Expression> inside = ParseExpression(depth + 1);
    if (!inside.has_value()) return std::nullopt;
    if (token_.kind != Token::Kind::kClose) return Refuse("a parenthesis is not closed");
    Advance();
    return inside;
  }

  std::optional<Expression> ParseTest() {
    if (token_.kind == Token::Kind::kEnd)
      return Refuse("a test like \"setting = school\" is missing");
    if (token_.kind != Token::Kind::kWord || !IsField(token_.text) || IsKeyword("AND") ||
        IsKeyword("OR")) {
      return Refuse("a test begins with the name of a field, like \"setting = school\"");
    }
    if (++tests_ > kMaxTests) return Refuse(absl::StrCat("has more than ", kMaxTests, " tests"));
    Expression expression;
    Test& test = expression.test;
    test.field = token_.text;
    test.position = token_.position;
    Advance();
    if (!error_.empty()) return std::nullopt;
    if (token_.kind != Token::Kind::kOperator) {
      return Refuse(
          absl::StrCat("an operator is missing after ", test.field, ": = != < <= > >= or :"));
    }
    test.op = *OperatorOf(token_.text);
    Advance();
    if (!error_.empty()) return std::nullopt;
    const bool quoted = token_.kind == Token::Kind::kText;
    if (!quoted && token_.kind != Token::Kind::kWord) {
      return Refuse(absl::StrCat("a value is missing after ", test.field, " ", Symbol(test.op)));
    }
    test.any = !quoted && token_.text == "*";
    if (test.any && test.op != Operator::kHas) return Refuse("* stands after : alone");
    if (!quoted && !test.any && token_.text.find('*') != std::string::npos) {
      return Refuse("holds *, which stands for any value alone; put the value in quotes");
    }
    test.value = token_.text;
    Advance();
    return expression;
  }

  absl::string_view rest_;
  int position_ = 1;
  Token token_;
  int tests_ = 0;
  std::string error_;
};

std::string ValueText(const Test& test) {
  if (test.any) return "*";
  const bool plain =
      !test.value.empty() && std::all_of(test.value.begin(), test.value.end(),
                                         [](char c) { return IsWordByte(c) && c != '*'; });
  if (plain) return test.value;
  std::string quoted = "\"";
  for (const char c : test.value) {
    if (c == '"' || c == '\\') quoted.push_back('\\');
    quoted.push_back(c);
  }
  quoted.push_back('"');
  return quoted;
}

// With parentheses where it is an operand.
std::string OperandText(const Expression& expression) {
  const bool combines =
      expression.kind == Expression::Kind::kAnd || expression.kind == Expression::Kind::kOr;
  return combines ? absl::StrCat("(", ToText(expression), ")") : ToText(expression);
}

}  // namespace

absl::string_view Symbol(Operator op) {
  switch (op) {
    case Operator::kEqual:
      return "=";
    case Operator::kNotEqual:
      return "!=";
    case Operator::kLess:
      return "<";
    case Operator::kLessOrEqual:
      return "<=";
    case Operator::kGreater:
      return ">";
    case Operator::kGreaterOrEqual:
      return ">=";
    case Operator::kHas:
      return ":";
  }
  return "";
}

absl::StatusOr<Expression> Parse(absl::string_view text) {
  if (text.size() > kMaxBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("has ", text.size(), " bytes; at most ", kMaxBytes, " are allowed"));
  }
  return Parser(text).Parse();
}

std::string ToText(const Expression& expression) {
  switch (expression.kind) {
    case Expression::Kind::kTest: {
      const Test& test = expression.test;
      if (test.op == Operator::kHas) return absl::StrCat(test.field, ":", ValueText(test));
      return absl::StrCat(test.field, " ", Symbol(test.op), " ", ValueText(test));
    }
    case Expression::Kind::kNot:
      return absl::StrCat("NOT ", OperandText(expression.operands.front()));
    case Expression::Kind::kAnd:
    case Expression::Kind::kOr:
      break;
  }
  return absl::StrJoin(expression.operands,
                       expression.kind == Expression::Kind::kAnd ? " AND " : " OR ",
                       [](std::string* out, const Expression& operand) {
                         absl::StrAppend(out, OperandText(operand));
                       });
}

bool operator==(const Expression& a, const Expression& b) {
  return a.kind == b.kind && a.test.field == b.test.field && a.test.op == b.test.op &&
         a.test.value == b.test.value && a.test.any == b.test.any && a.operands == b.operands;
}

}  // namespace weft::filter
