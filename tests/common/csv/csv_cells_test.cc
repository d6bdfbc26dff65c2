#include "common/csv/csv_cells.h"

#include <string>

#include "gtest/gtest.h"

namespace weft {
namespace {

TEST(TrimCellTest, RemovesBlanksOfEveryKind) {
  EXPECT_EQ(TrimCell(" \t\xc2\xa0 x y \xc2\xa0\n"), "x y");
  EXPECT_EQ(TrimCell("\xc2\xa0"), "");
  // The second half of another character is not a blank.
  EXPECT_EQ(TrimCell("\xc3\xa0"), "\xc3\xa0");
}

TEST(AppendCsvCellTest, QuotesWhatMustBeQuoted) {
  const auto cell = [](absl::string_view text) {
    std::string row;
    AppendCsvCell(text, row);
    return row;
  };
  EXPECT_EQ(cell(""), "");
  EXPECT_EQ(cell("10-15"), "10-15");
  EXPECT_EQ(cell("a b"), "a b");
  EXPECT_EQ(cell("a,b"), "\"a,b\"");
  EXPECT_EQ(cell("a;b"), "\"a;b\"");
  EXPECT_EQ(cell("say \"x\""), "\"say \"\"x\"\"\"");
  EXPECT_EQ(cell(" a"), "\" a\"");
  EXPECT_EQ(cell("a\nb"), "\"a\nb\"");
  EXPECT_EQ(cell("\"\"\"\""), "\"\"\"\"\"\"\"\"\"\"");
}

TEST(GuardFormulaTest, IsTakenOffAgain) {
  for (const std::string text :
       {"=1+1", "+1", "-x", "@a", "\tx", "\rx", "'=1", "''=1", "'a", "a=1", "", "'", "1-2", "~4"}) {
    const std::string guarded = GuardFormula(text);
    EXPECT_EQ(UnguardFormula(guarded), text);
    EXPECT_TRUE(guarded.empty() ||
                absl::string_view("=+-@\t\r").find(guarded[0]) == absl::string_view::npos);
  }
  EXPECT_EQ(GuardFormula("Networking"), "Networking");
}

}  // namespace
}  // namespace weft
