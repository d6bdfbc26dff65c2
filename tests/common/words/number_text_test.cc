#include "common/words/number_text.h"

#include <limits>
#include <string>

#include "common/words/terms.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

type::v1::Estimate Share(int numerator, int n, int base_size) {
  type::v1::Estimate share;
  share.set_numerator(numerator);
  share.set_value(static_cast<double>(numerator) / n);
  share.set_n(n);
  share.set_base_size(base_size);
  return share;
}

TEST(NumberTextTest, FixedRoundsHalfUpOnTheDecimalNumber) {
  EXPECT_EQ(Fixed(14.95, 1), "15.0");  // 14.949999999999999289 in binary
  EXPECT_EQ(Fixed(0.145, 2), "0.15");
  EXPECT_EQ(Fixed(2.5, 0), "3");
  EXPECT_EQ(Fixed(2.4999999999, 0), "2");
  EXPECT_EQ(Fixed(9.99, 1), "10.0");
  EXPECT_EQ(Fixed(99.5, 0), "100");
  EXPECT_EQ(Fixed(15, 2), "15.00");
  EXPECT_EQ(Fixed(1.0 / 3, 9), "0.333333333");
  EXPECT_EQ(Fixed(0, 1), "0.0");
  EXPECT_EQ(Fixed(1e-12, 3), "0.000");
  EXPECT_EQ(Fixed(1e22, 0), "10000000000000000000000");
}

TEST(NumberTextTest, HalfUpIsTowardsPlusInfinity) {
  EXPECT_EQ(Fixed(-0.45, 1), "-0.4");
  EXPECT_EQ(Fixed(-0.46, 1), "-0.5");
  EXPECT_EQ(Fixed(-0.451, 1), "-0.5");
  EXPECT_EQ(Fixed(-1.95, 1), "-1.9");
  EXPECT_EQ(Fixed(-0.04, 1), "0.0");  // no "-0.0"
}

TEST(NumberTextTest, ExtremesOfDouble) {
  EXPECT_EQ(Fixed(std::numeric_limits<double>::denorm_min(), 9), "0.000000000");
  EXPECT_EQ(RoundedTo(std::numeric_limits<double>::max(), 9), std::numeric_limits<double>::max());
  EXPECT_EQ(RoundedTo(std::numeric_limits<double>::lowest(), 0),
            std::numeric_limits<double>::lowest());
}

TEST(NumberTextTest, RoundedToIsWhatIsRead) {
  EXPECT_EQ(RoundedTo(10.0 / 12, 2), 0.83);
  EXPECT_EQ(RoundedTo(2.0 / 3, 3), 0.667);
  EXPECT_EQ(RoundedTo(14.96, 0), 15.0);
}

TEST(NumberTextTest, ShortLeavesOutZeros) {
  EXPECT_EQ(Short(15, 1), "15");
  EXPECT_EQ(Short(2.70, 2), "2.7");
  EXPECT_EQ(Short(2.999, 2), "3");
  EXPECT_EQ(Short(100, 0), "100");
}

TEST(NumberTextTest, PercentOfCountedSharesIsExact) {
  EXPECT_EQ(Percent(Share(10, 12, 12)), "83 %");
  EXPECT_EQ(Percent(Share(9, 12, 12)), "75 %");
  EXPECT_EQ(Percent(Share(11, 12, 12)), "92 %");
  EXPECT_EQ(Percent(Share(1, 8, 10)), "13 %");      // 12.5
  EXPECT_EQ(Percent(Share(29, 200, 200)), "15 %");  // 14.5, as a double 14.499999999999998
  EXPECT_EQ(Percent(Share(0, 3, 3)), "0 %");
  EXPECT_EQ(Percent(0.145), "15 %");
  EXPECT_EQ(Percent(0.1249999999999), "12 %");
  EXPECT_EQ(Percent(1.0), "100 %");
}

TEST(NumberTextTest, SharesSayWhatTheyRestOn) {
  EXPECT_EQ(ShareText(Share(8, 10, 12)), "8 of 10 (80 %)");
  type::v1::Estimate without_numerator;
  without_numerator.set_value(0.5);
  EXPECT_EQ(ShareText(without_numerator), "50 %");
}

TEST(NumberTextTest, WithoutAValueThereIsAReasonAndNoZero) {
  type::v1::Estimate estimate;
  estimate.mutable_undefined()->set_reason(type::v1::UNDEFINED_REASON_NO_DATA);
  EXPECT_EQ(Percent(estimate), "not known");
  EXPECT_EQ(ShareText(estimate), "no value: no known answer");
  EXPECT_EQ(NumberText(estimate, 1), "no value: no known answer");
  estimate.mutable_undefined()->set_description("no site has answered this item");
  EXPECT_EQ(NumberText(estimate, 1), "no value: no site has answered this item");
  estimate.mutable_suppressed()->set_reason("fewer than 5 sites");
  EXPECT_EQ(NumberText(estimate, 1), "withheld: fewer than 5 sites");
}

TEST(NumberTextTest, OpenIntervals) {
  type::v1::Estimate estimate = Share(8, 9, 10);
  EXPECT_FALSE(HasOpenInterval(estimate));
  estimate.set_low(0.8);
  estimate.set_high(0.9);
  EXPECT_TRUE(HasOpenInterval(estimate));
  estimate.set_high(0.8);
  EXPECT_FALSE(HasOpenInterval(estimate));
}

TEST(TermsTest, LevelsAndTheirDepths) {
  ASSERT_EQ(AllLevels().size(), 5u);
  for (int depth = 0; depth < 5; ++depth) EXPECT_EQ(LevelDepth(AllLevels()[depth]), depth);
  EXPECT_EQ(LevelDepth(type::v1::INTERACTION_LEVEL_UNSPECIFIED), -1);
  EXPECT_EQ(LevelWords(type::v1::INTERACTION_LEVEL_UNSPECIFIED), "level not known");
  EXPECT_EQ(LevelWords(type::v1::INTERACTION_LEVEL_NO_INTERACTION), "no interaction");
}

TEST(TermsTest, Lists) {
  EXPECT_EQ(Listed({}), "");
  EXPECT_EQ(Listed({"a"}), "a");
  EXPECT_EQ(Listed({"a", "b"}), "a and b");
  EXPECT_EQ(Listed({"a", "b", "c"}), "a, b and c");
  EXPECT_EQ(Counted(1, "site", "sites"), "1 site");
  EXPECT_EQ(Counted(0, "site", "sites"), "0 sites");
  EXPECT_EQ(IdOf("cohorts/one"), "one");
}

}  // namespace
}  // namespace weft
