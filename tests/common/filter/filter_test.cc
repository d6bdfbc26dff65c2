// The filter language: what it reads, what it says of texts that it cannot read, and that a tree
// written as text is read as the same tree.
#include "common/filter/filter.h"

#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft::filter {
namespace {

using ::testing::HasSubstr;
using Kind = Expression::Kind;

Expression Read(absl::string_view text) {
  absl::StatusOr<Expression> parsed = Parse(text);
  EXPECT_TRUE(parsed.ok()) << text << ": " << parsed.status();
  return parsed.ok() ? *std::move(parsed) : Expression();
}

std::string Refused(absl::string_view text) {
  const absl::StatusOr<Expression> parsed = Parse(text);
  EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument) << text;
  return std::string(parsed.status().message());
}

TEST(Filter, ReadsATest) {
  const Expression read = Read(" cbo.level>= networking ");
  EXPECT_EQ(read.kind, Kind::kTest);
  EXPECT_EQ(read.test.field, "cbo.level");
  EXPECT_EQ(read.test.op, Operator::kGreaterOrEqual);
  EXPECT_EQ(read.test.value, "networking");
  EXPECT_EQ(read.test.position, 2);
  EXPECT_FALSE(read.test.any);
}

TEST(Filter, ReadsEveryOperator) {
  for (const char* symbol : {"=", "!=", "<", "<=", ">", ">=", ":"}) {
    const Expression read = Read(absl::StrCat("students", symbol, "-2.5e+3"));
    EXPECT_EQ(Symbol(read.test.op), symbol);
    EXPECT_EQ(read.test.value, "-2.5e+3");
  }
}

TEST(Filter, TellsAnyValueFromAQuotedStar) {
  EXPECT_TRUE(Read("setting:*").test.any);
  EXPECT_FALSE(Read("setting:\"*\"").test.any);
  EXPECT_EQ(Read("setting:\"*\"").test.value, "*");
}

TEST(Filter, ReadsQuotedTexts) {
  EXPECT_EQ(Read(R"(a = "two words")").test.value, "two words");
  EXPECT_EQ(Read(R"(a = 'it is "so"')").test.value, R"(it is "so")");
  EXPECT_EQ(Read(R"(a = "a \"b\" \\")").test.value, R"(a "b" \)");
  EXPECT_EQ(Read(R"(a = "")").test.value, "");
}

TEST(Filter, ReadsWordsOfAnyLanguage) { EXPECT_EQ(Read("ort = Köln").test.value, "Köln"); }

TEST(Filter, CombinesTests) {
  const Expression read = Read("a = 1 AND (b = 2 OR NOT c:x) AND d = 4");
  ASSERT_EQ(read.kind, Kind::kAnd);
  ASSERT_EQ(read.operands.size(), 3U);
  const Expression& inner = read.operands[1];
  ASSERT_EQ(inner.kind, Kind::kOr);
  EXPECT_EQ(inner.operands[0].test.field, "b");
  ASSERT_EQ(inner.operands[1].kind, Kind::kNot);
  EXPECT_EQ(inner.operands[1].operands[0].test.op, Operator::kHas);
  EXPECT_EQ(Read("((a = 1))"), Read("a = 1"));
  EXPECT_EQ(Read("NOT NOT a = 1").operands[0].operands[0], Read("a = 1"));
}

TEST(Filter, SaysWhatIsWrongAndWhere) {
  const struct {
    const char* text;
    const char* message;
  } cases[] = {
      {"", "character 1: a test"},
      {"   ", "character 4: a test"},
      {"a", "character 2: an operator is missing after a"},
      {"a =", "character 4: a value is missing after a ="},
      {"a = 1 b = 2", "character 7: AND or OR is missing"},
      {"a = 1 AND", "character 10: a test"},
      {"a = 1 AND b = 2 OR c = 3", "character 17: AND and OR meet"},
      {"(a = 1", "character 7: a parenthesis is not closed"},
      {"a = 1)", "character 6: no parenthesis is open"},
      {"()", "character 2: a test begins"},
      {"a = \"x", "character 5: the quote is not closed"},
      {"a == 1", "operators are"},
      {"a ~ 1", "character 3: is nothing that a filter knows"},
      {"a = 1, b = 2", "character 6: is nothing"},
      {"= 1", "character 1: a test begins"},
      {"\"a\" = 1", "character 1: a test begins"},
      {".a = 1", "character 1: a test begins"},
      {"a. = 1", "character 1: a test begins"},
      {"a..b = 1", "character 1: a test begins"},
      {"AND = 1", "character 1: a test begins"},
      {"NOT", "character 4: a test"},
      {"a = *", "character 5: * stands after : alone"},
      {"a:b*", "character 3: holds *"},
      {"ö = 1 ö = 2", "character 7: AND or OR is missing"},
      {"a = (b)", "character 5: a value is missing"},
  };
  for (const auto& [text, message] : cases) {
    EXPECT_THAT(Refused(text), HasSubstr(message)) << text;
  }
}

TEST(Filter, HasLimits) {
  std::string deep(kMaxDepth, '(');
  EXPECT_TRUE(Parse(absl::StrCat(deep, "a = 1", std::string(kMaxDepth, ')'))).ok());
  EXPECT_THAT(Refused(std::string(kMaxDepth + 1, '(')), HasSubstr("inside each other"));
  EXPECT_THAT(Refused(std::string(4 * kMaxDepth, '(')), HasSubstr("inside each other"));
  std::string many = "a = 1";
  for (int i = 1; i < kMaxTests; ++i) many += " OR a = 1";
  EXPECT_TRUE(Parse(many).ok());
  EXPECT_THAT(Refused(many + " OR a = 1"), HasSubstr("more than 100 tests"));
  EXPECT_THAT(Refused(std::string(kMaxBytes + 1, ' ')), HasSubstr("4097 bytes"));
}

// A random expression; `depth` is left for parentheses and NOTs.
Expression RandomExpression(std::mt19937& random, int depth) {
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  Expression expression;
  const int kind = depth == 0 ? 0 : below(4);
  if (kind == 0) {
    const char* const fields[] = {"a", "cbo.level", "k12-school", "x_1", "4h"};
    const char* const values[] = {"1",          "two words", "",     "*",  "AND",
                                  "q\"uo\\te'", "ü",         "-1.5", "NOT"};
    expression.test.field = fields[below(5)];
    expression.test.op = static_cast<Operator>(below(7));
    expression.test.value = values[below(9)];
    if (expression.test.op == Operator::kHas && below(2) == 0) {
      expression.test.any = true;
      expression.test.value = "*";
    }
    return expression;
  }
  expression.kind = kind == 1 ? Kind::kAnd : kind == 2 ? Kind::kOr : Kind::kNot;
  const int operands = kind == 3 ? 1 : 2 + below(2);
  for (int i = 0; i < operands; ++i) {
    expression.operands.push_back(RandomExpression(random, depth - 1));
  }
  return expression;
}

TEST(Filter, ReadsWhatItWrites) {
  std::mt19937 random(20250301);
  for (int i = 0; i < 5000; ++i) {
    const Expression expression = RandomExpression(random, 3);
    const std::string text = ToText(expression);
    const absl::StatusOr<Expression> read = Parse(text);
    ASSERT_TRUE(read.ok()) << text << ": " << read.status();
    EXPECT_EQ(*read, expression) << text;
  }
}

}  // namespace
}  // namespace weft::filter
