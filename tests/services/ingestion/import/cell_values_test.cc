#include "services/ingestion/domain/import/cell_values.h"

#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace weft::ingestion {
namespace {

// "12", "~12", "10-15", "20+", or "none": what ParseCount() made of it.
std::string Count(absl::string_view text) {
  const std::optional<v1::PartnerCount> count = ParseCount(text);
  return count.has_value() ? FormatCount(*count) : "none";
}

TEST(ParseCountTest, TakesEveryWayOfWritingACount) {
  EXPECT_EQ(Count("12"), "12");
  EXPECT_EQ(Count(" 0 "), "0");
  EXPECT_EQ(Count("007"), "7");
  EXPECT_EQ(Count("~12"), "~12");
  EXPECT_EQ(Count(" ~ 12 "), "~12");
  EXPECT_EQ(Count("10-15"), "10-15");
  EXPECT_EQ(Count("10 - 15"), "10-15");
  EXPECT_EQ(Count("10\xe2\x80\x93"
                  "15"),
            "10-15");
  EXPECT_EQ(Count("10 \xe2\x80\x93 15"), "10-15");
  EXPECT_EQ(Count("10\xc2\xa0-\xc2\xa0"
                  "15"),
            "10-15");
  EXPECT_EQ(Count("7-7"), "7");
  EXPECT_EQ(Count("0-3"), "0-3");
  EXPECT_EQ(Count("20+"), "20+");
  EXPECT_EQ(Count("20 +"), "20+");
  EXPECT_EQ(Count("2147483647"), "2147483647");
}

TEST(ParseCountTest, RefusesEverythingElse) {
  for (const absl::string_view text : {"",
                                       "-3",
                                       "--3",
                                       "+3",
                                       "1.5",
                                       "12.0",
                                       "1,200",
                                       "1 200",
                                       "twelve",
                                       "12a",
                                       "~",
                                       "~~3",
                                       "~3+",
                                       "~3-5",
                                       "15-10",
                                       "10-",
                                       "-",
                                       "10-15-20",
                                       "10--15",
                                       "+",
                                       "20++",
                                       "2147483648",
                                       "99999999999999999999",
                                       "1e3",
                                       "0x10",
                                       "3-2147483648",
                                       "10-15+"}) {
    EXPECT_EQ(Count(text), "none") << text;
  }
}

TEST(ParseCountTest, SaysWhatKindOfNumberItIs) {
  const v1::PartnerCount about = *ParseCount("~12");
  EXPECT_EQ(about.min(), 12);
  EXPECT_EQ(about.max(), 12);
  EXPECT_TRUE(about.approximate());
  const v1::PartnerCount at_least = *ParseCount("20+");
  EXPECT_EQ(at_least.min(), 20);
  EXPECT_FALSE(at_least.has_max());
  const v1::PartnerCount exact = *ParseCount("0");
  EXPECT_TRUE(exact.has_max());
  EXPECT_EQ(exact.max(), 0);
  EXPECT_FALSE(exact.approximate());
}

TEST(ParseMissingWordTest, KnowsTheFormatsWords) {
  EXPECT_EQ(ParseMissingWord("NOT_ASKED")->reason, type::v1::MISSING_REASON_NOT_ASKED);
  EXPECT_EQ(ParseMissingWord(" dont_know ")->reason, type::v1::MISSING_REASON_DONT_KNOW);
  EXPECT_EQ(ParseMissingWord("Refused")->reason, type::v1::MISSING_REASON_REFUSED);
  EXPECT_EQ(ParseMissingWord("NOT_APPLICABLE")->reason, type::v1::MISSING_REASON_NOT_APPLICABLE);
  EXPECT_FALSE(ParseMissingWord("REFUSED")->na);
  EXPECT_EQ(ParseMissingWord("NA")->reason, type::v1::MISSING_REASON_NOT_ANSWERED);
  EXPECT_TRUE(ParseMissingWord("na")->na);
  for (const absl::string_view text :
       {"", "N/A", "n.a.", "NOT ASKED", "NOT_ANSWERED", "NAN", "none", "-", "Networking"}) {
    EXPECT_FALSE(ParseMissingWord(text).has_value()) << text;
  }
}

TEST(ParseMissingWordTest, ReasonsAreWrittenAsTheyAreRead) {
  for (const type::v1::MissingReason reason :
       {type::v1::MISSING_REASON_NOT_ASKED, type::v1::MISSING_REASON_DONT_KNOW,
        type::v1::MISSING_REASON_REFUSED, type::v1::MISSING_REASON_NOT_APPLICABLE}) {
    EXPECT_EQ(ParseMissingWord(MissingWordFor(reason))->reason, reason);
  }
  EXPECT_EQ(MissingWordFor(type::v1::MISSING_REASON_NOT_ANSWERED), "");
  EXPECT_EQ(MissingWordFor(type::v1::MISSING_REASON_UNSPECIFIED), "");
}

TEST(ParseFlagTest, TakesTheUsualWords) {
  for (const absl::string_view text : {"true", "TRUE", "Yes", "1", " yes "}) {
    EXPECT_EQ(ParseFlag(text), std::optional<bool>(true)) << text;
  }
  for (const absl::string_view text : {"false", "No", "0"}) {
    EXPECT_EQ(ParseFlag(text), std::optional<bool>(false)) << text;
  }
  for (const absl::string_view text : {"", "2", "y", "n", "x", "truee"}) {
    EXPECT_EQ(ParseFlag(text), std::nullopt) << text;
  }
}

TEST(ParseNumberTest, TakesDecimalNumbersOnly) {
  EXPECT_EQ(ParseNumber("12"), std::optional<double>(12));
  EXPECT_EQ(ParseNumber(" -3.5 "), std::optional<double>(-3.5));
  EXPECT_EQ(ParseNumber("+4"), std::optional<double>(4));
  EXPECT_EQ(ParseNumber("1e3"), std::optional<double>(1000));
  EXPECT_EQ(ParseNumber(".5"), std::optional<double>(0.5));
  for (const absl::string_view text :
       {"", "+", "-", ".", "inf", "nan", "0x10", "1,5", "1 000", "1e999", "12%", "--1", "+-1"}) {
    EXPECT_EQ(ParseNumber(text), std::nullopt) << text;
  }
}

TEST(FormatNumberTest, ReadsBackAsTheSameNumber) {
  for (const double number :
       {0.0, 1.0, -2.5, 0.1, 1.0 / 3, 1e15, 123456789.125, std::numeric_limits<double>::max(),
        std::numeric_limits<double>::denorm_min()}) {
    EXPECT_EQ(ParseNumber(FormatNumber(number)), std::optional<double>(number));
  }
  EXPECT_EQ(FormatNumber(120), "120");
  EXPECT_EQ(FormatNumber(100000), "100000");
  EXPECT_EQ(FormatNumber(-0.000125), "-0.000125");
  EXPECT_EQ(FormatNumber(1e15), "1e+15");
}

TEST(LooksLikeTest, KnowsWhatPeopleAndSpreadsheetsWrite) {
  for (const absl::string_view text : {"N/A", "n.a.", "-", "None", "#N/A", "not answered"}) {
    EXPECT_TRUE(LooksMissing(text)) << text;
  }
  EXPECT_FALSE(LooksMissing("Networking"));
  for (const absl::string_view text : {"15-Oct", "Oct-15", "10/15", "10/15/2024", "15. Oct"}) {
    EXPECT_TRUE(LooksLikeDate(text)) << text;
  }
  for (const absl::string_view text : {"10-15", "twelve", "12 sites", "Mar"}) {
    EXPECT_FALSE(LooksLikeDate(text)) << text;
  }
}

}  // namespace
}  // namespace weft::ingestion
