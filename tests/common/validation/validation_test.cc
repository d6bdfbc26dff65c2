// Text, dates and ids as every domain checks them.
#include <string>

#include "common/base/error.h"
#include "common/validation/dates.h"
#include "common/validation/ids.h"
#include "common/validation/text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/dates.h"
#include "tests/testing/errors.h"

namespace weft {
namespace {

using testing::Day;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::Violates;
using testing::Violation;

TEST(TextTest, CountsCharactersNotBytes) {
  EXPECT_EQ(CharacterCount(""), 0u);
  EXPECT_EQ(CharacterCount("plain"), 5u);
  EXPECT_EQ(CharacterCount("Øresund"), 7u);
  EXPECT_EQ(CharacterCount("日本語"), 3u);
  EXPECT_EQ(CharacterCount("🧵"), 1u);
}

TEST(TextTest, LimitIsInCharacters) {
  std::string threads;
  for (int i = 0; i < 63; ++i) threads += "🧵";
  FieldViolations fits;
  RequireText(fits, "f", threads, 63);
  EXPECT_THAT(fits.ToStatus(), IsOk());
  FieldViolations too_long;
  RequireText(too_long, "f", threads + "a", 63);
  EXPECT_THAT(Violation(too_long.ToStatus(), "f"), HasSubstr("has 64 characters; at most 63"));
}

TEST(TextTest, RequiredTextIsNotEmptyNorBlank) {
  FieldViolations violations;
  RequireText(violations, "empty", "", 9);
  RequireText(violations, "blank", " \t ", 9);
  CheckText(violations, "optional", "", 9);
  EXPECT_THAT(violations.ToStatus(), Violates("empty", "blank"));
}

TEST(TextTest, ControlCharactersAreRefused) {
  FieldViolations violations;
  CheckText(violations, "line_break", "a\nb", 9);
  CheckText(violations, "tab", "a\tb", 9);
  CheckText(violations, "nul", std::string("a\0b", 3), 9);
  CheckText(violations, "bell_in_prose", "a\ab", 9, Lines::kMany);
  CheckText(violations, "prose", "a\r\n\tb", 9, Lines::kMany);
  EXPECT_THAT(violations.ToStatus(), Violates("line_break", "tab", "nul", "bell_in_prose"));
}

TEST(TextTest, QuotesAndCutsAtACharacter) {
  EXPECT_EQ(Quoted("K-12"), "\"K-12\"");
  std::string long_text, start;
  for (int i = 0; i < 50; ++i) long_text += "ü";
  for (int i = 0; i < 40; ++i) start += "ü";
  EXPECT_EQ(Quoted(long_text), "\"" + start + "…\"");
}

TEST(DatesTest, KnowsTheCalendar) {
  EXPECT_TRUE(IsDay(Day(2025, 9, 1)));
  EXPECT_TRUE(IsDay(Day(2024, 2, 29)));
  EXPECT_TRUE(IsDay(Day(2000, 2, 29)));
  EXPECT_TRUE(IsDay(Day(1, 1, 1)));
  EXPECT_TRUE(IsDay(Day(9999, 12, 31)));
  for (const auto& date : {Day(2025, 2, 29), Day(1900, 2, 29), Day(2025, 4, 31), Day(2025, 13, 1),
                           Day(2025, 0, 1), Day(2025, 1, 0), Day(0, 1, 1), Day(10000, 1, 1),
                           Day(2025, -1, 1), Day(2025, 1, 32), Day(0, 0, 0)}) {
    EXPECT_FALSE(IsDay(date)) << FormatDate(date);
  }
}

TEST(DatesTest, Compares) {
  EXPECT_LT(CompareDates(Day(2024, 12, 31), Day(2025, 1, 1)), 0);
  EXPECT_GT(CompareDates(Day(2025, 2, 1), Day(2025, 1, 31)), 0);
  EXPECT_LT(CompareDates(Day(2025, 1, 1), Day(2025, 1, 2)), 0);
  EXPECT_EQ(CompareDates(Day(2025, 1, 1), Day(2025, 1, 1)), 0);
}

TEST(DatesTest, SaysWhatIsWrong) {
  FieldViolations violations;
  CheckDate(violations, "good", Day(2025, 9, 1));
  CheckDate(violations, "bad", Day(2025, 9, 0));
  EXPECT_THAT(violations.ToStatus(), Violates("bad"));
  EXPECT_THAT(Violation(violations.ToStatus(), "bad"), HasSubstr("2025-09-00"));
}

TEST(IdsTest, FollowsThePattern) {
  for (absl::string_view id : {"a", "0", "site-01", "a-b", "2024-2025"})
    EXPECT_TRUE(IsId(id)) << id;
  EXPECT_TRUE(IsId(std::string(63, 'a')));
  for (absl::string_view id : {"", "-", "-a", "a-", "A", "a_b", "a.b", "a b", "a/b", "é", "a\n"}) {
    EXPECT_FALSE(IsId(id)) << id;
  }
  EXPECT_FALSE(IsId(std::string(64, 'a')));
}

TEST(IdsTest, ReadsTheIdOfATopLevelName) {
  EXPECT_EQ(IdIn("sites", "sites/site-01"), "site-01");
  for (absl::string_view name : {"", "sites", "sites/", "site-01", "cohorts/c1", "sites/-",
                                 "sites/a/b", "/sites/a", "sitesa/b", "sites//a"}) {
    EXPECT_EQ(IdIn("sites", name), std::nullopt) << name;
  }
}

TEST(DayOfTest, IsTheDayInUtc) {
  EXPECT_EQ(DayOf(absl::FromUnixSeconds(0)).DebugString(), Day(1970, 1, 1).DebugString());
  EXPECT_EQ(DayOf(absl::FromUnixSeconds(-1)).DebugString(), Day(1969, 12, 31).DebugString());
}

}  // namespace
}  // namespace weft
