#include "common/storage/feed_retention.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft::storage {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'750'000'000);
constexpr FeedRetentionLimits kLimits = {
    .commits = 1'000'000, .bytes = 64'000, .age = absl::Hours(64)};

TEST(FeedRetention, MarksAPartOfEachLimit) {
  FeedRetention retention(kLimits, {});
  // The first records are always marked, so that their age is known.
  const std::optional<FeedMark> first = retention.Note(1, 10, kStart);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(*first, (FeedMark{.sequence = 1, .time = kStart, .bytes = 10}));
  EXPECT_FALSE(retention.Note(2, 10, kStart + absl::Minutes(59)).has_value());
  EXPECT_TRUE(retention.Note(3, 10, kStart + absl::Minutes(60)).has_value());
  EXPECT_FALSE(retention.Note(4, 999, kStart + absl::Minutes(61)).has_value());
  const std::optional<FeedMark> large = retention.Note(5, 1, kStart + absl::Minutes(62));
  ASSERT_TRUE(large.has_value());
  EXPECT_EQ(large->bytes, 1030u);
}

TEST(FeedRetention, TrimsWhatIsTooOld) {
  FeedRetention retention(kLimits, {});
  for (uint64_t i = 0; i < 5; ++i) retention.Note(i + 1, 10, kStart + absl::Hours(i));
  EXPECT_EQ(retention.Due(5, 0, kStart + absl::Hours(64)), 0u);
  EXPECT_EQ(retention.Due(5, 0, kStart + absl::Hours(64) + absl::Minutes(1)), 1u);
  EXPECT_EQ(retention.Due(5, 1, kStart + absl::Hours(64) + absl::Minutes(2)), 0u);
  EXPECT_EQ(retention.Due(5, 1, kStart + absl::Hours(100)), 5u);
}

TEST(FeedRetention, TrimsWhatIsTooMuch) {
  FeedRetention retention(kLimits, {});
  uint64_t trimmed = 0;
  for (uint64_t i = 1; i <= 1000; ++i) {
    retention.Note(i, 640, kStart);
    const uint64_t due = retention.Due(i, trimmed, kStart);
    if (due > 0) trimmed = due;
    EXPECT_LE(i - trimmed, 102u);
    if (i <= 100) continue;
    EXPECT_GE(i - trimmed, 97u);
  }
}

TEST(FeedRetention, TrimsWhatAreTooMany) {
  FeedRetention retention({.commits = 80, .bytes = 1u << 30, .age = absl::Hours(1)}, {});
  EXPECT_EQ(retention.Due(90, 0, kStart), 0u);
  EXPECT_EQ(retention.Due(91, 0, kStart), 11u);
}

TEST(FeedRetention, MarksOutliveARestart) {
  std::vector<FeedMark> kept;
  {
    FeedRetention before(kLimits, {});
    for (uint64_t i = 0; i < 3; ++i) {
      kept.push_back(*before.Note(i + 1, 30'000, kStart + absl::Hours(i)));
    }
  }
  FeedRetention after(kLimits, kept);
  EXPECT_EQ(after.Due(3, 0, kStart + absl::Hours(2)), 0u);
  // Bytes are counted on.
  after.Note(4, 10'000, kStart + absl::Hours(3));
  EXPECT_EQ(after.Due(4, 0, kStart + absl::Hours(3)), 1u);
  EXPECT_EQ(after.Due(4, 1, kStart + absl::Hours(66)), 2u);
}

TEST(FeedRetention, AClockThatGoesBackTrimsNothing) {
  FeedRetention retention(kLimits, {});
  retention.Note(1, 10, kStart);
  EXPECT_EQ(retention.Due(1, 0, kStart - absl::Hours(1000)), 0u);
}

}  // namespace
}  // namespace weft::storage
