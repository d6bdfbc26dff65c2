#include "common/storage/position.h"

#include "gtest/gtest.h"
#include "tests/testing/errors.h"

namespace weft::storage {
namespace {

using weft::testing::IsError;
using weft::testing::IsOk;

TEST(Position, ComesBackFromItsText) {
  for (const Position& position :
       {Position(), Position(1, 0), Position(0x9f0c5a7be2d14c36, 42), Position(~0ull, ~0ull)}) {
    const absl::StatusOr<Position> parsed = Position::Parse(position.ToString());
    ASSERT_THAT(parsed, IsOk()) << position.ToString();
    EXPECT_EQ(*parsed, position);
  }
  EXPECT_EQ(Position().ToString(), "");
}

TEST(Position, RefusesTextThatNoServerMade) {
  for (const char* text :
       {"1", "x", "0000000000000001", "0000000000000001-", "0000000000000001_1",
        "0000000000000000-1", "000000000000001-1", "0000000000000001-0x1", "0000000000000001-1 ",
        " 0000000000000001-1", "0000000000000001-g", "0000000000000001--1",
        "0000000000000001-00000000000000001", "000000000000000A-1"}) {
    EXPECT_THAT(Position::Parse(text),
                IsError(absl::StatusCode::kInvalidArgument, "POSITION_INVALID"))
        << text;
  }
}

TEST(Position, ComparesWithinAnEpochOnly) {
  EXPECT_EQ(Compare(Position(1, 2), Position(1, 3)), std::strong_ordering::less);
  EXPECT_EQ(Compare(Position(1, 3), Position(1, 3)), std::strong_ordering::equal);
  EXPECT_EQ(Compare(Position(1, 16), Position(1, 9)), std::strong_ordering::greater);
  EXPECT_EQ(Compare(Position(1, 3), Position(2, 3)), std::nullopt);
  EXPECT_EQ(Compare(Position(), Position(2, 0)), std::strong_ordering::less);
  EXPECT_EQ(Compare(Position(2, 0), Position()), std::strong_ordering::greater);
  EXPECT_EQ(Compare(Position(), Position()), std::strong_ordering::equal);
}

}  // namespace
}  // namespace weft::storage
