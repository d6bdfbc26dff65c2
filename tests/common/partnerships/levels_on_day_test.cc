#include "common/partnerships/levels_on_day.h"

#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/testing/dates.h"
#include "weft/type/v1/scale.pb.h"

namespace weft {
namespace {

using registry::v1::Assessment;
using registry::v1::Partnership;
using testing::Day;

// A depth, or "-" for none.
type::v1::InteractionLevel Level(char depth) {
  if (depth == '-') return type::v1::INTERACTION_LEVEL_UNSPECIFIED;
  return static_cast<type::v1::InteractionLevel>(depth - '0' + 1);
}

TEST(LevelsOnDayTest, TheLatestRatingThatIsNotAfterTheDay) {
  const auto rating = [](Assessment::Side side, char level, const google::type::Date& day) {
    Assessment assessment;
    assessment.set_side(side);
    assessment.set_level(Level(level));
    *assessment.mutable_effective_date() = day;
    return assessment;
  };
  // As they were recorded: the third corrects the first, and the last is of an earlier day.
  const std::vector<Assessment> ratings = {
      rating(Assessment::SIDE_SITE, '1', Day(2025, 1, 1)),
      rating(Assessment::SIDE_SITE, '4', Day(2025, 6, 1)),
      rating(Assessment::SIDE_SITE, '2', Day(2025, 1, 1)),
      rating(Assessment::SIDE_ORGANIZATION, '3', Day(2025, 3, 1)),
      rating(Assessment::SIDE_SITE, '0', Day(2024, 1, 1)),
  };
  Partnership now;
  now.set_level(Level('4'));
  *now.mutable_level_effective_date() = Day(2025, 6, 1);
  now.set_organization_level(Level('3'));
  *now.mutable_organization_level_effective_date() = Day(2025, 3, 1);
  const auto on = [&](const google::type::Date& day) {
    Partnership then = now;
    ClearLevels(then);
    for (const Assessment& assessment : ratings) AddRating(day, assessment, then);
    return std::make_pair(then.level(), then.organization_level());
  };
  EXPECT_EQ(on(Day(2025, 7, 1)), std::make_pair(Level('4'), Level('3')));
  EXPECT_EQ(on(Day(2025, 5, 31)), std::make_pair(Level('2'), Level('3')));
  EXPECT_EQ(on(Day(2025, 1, 1)), std::make_pair(Level('2'), Level('-')));
  EXPECT_EQ(on(Day(2024, 12, 31)), std::make_pair(Level('0'), Level('-')));
  EXPECT_EQ(on(Day(2023, 12, 31)), std::make_pair(Level('-'), Level('-')));
  EXPECT_TRUE(LevelsHoldOn(Day(2025, 6, 1), now));
  EXPECT_FALSE(LevelsHoldOn(Day(2025, 5, 31), now));
}

TEST(LevelsOnDayTest, InForceFromTheFirstDayToTheLast) {
  Partnership tie;
  EXPECT_TRUE(IsInForce(Day(1990, 1, 1), tie)) << "since ever";
  *tie.mutable_start_date() = Day(2025, 1, 2);
  *tie.mutable_end_date() = Day(2025, 1, 4);
  EXPECT_FALSE(IsInForce(Day(2025, 1, 1), tie));
  EXPECT_TRUE(IsInForce(Day(2025, 1, 2), tie));
  EXPECT_TRUE(IsInForce(Day(2025, 1, 4), tie));
  EXPECT_FALSE(IsInForce(Day(2025, 1, 5), tie));
  tie.mutable_delete_time()->set_seconds(1);
  EXPECT_FALSE(IsInForce(Day(2025, 1, 3), tie));
}

}  // namespace
}  // namespace weft
