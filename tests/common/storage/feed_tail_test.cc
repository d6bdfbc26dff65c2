#include "common/storage/feed_tail.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr uint64_t kEpoch = 7;

class FeedTailTest : public ::testing::Test {
 protected:
  // A commit with one record of so many bytes; none for 0.
  void Append(FeedTail& tail, uint64_t sequence, size_t bytes) {
    std::vector<std::shared_ptr<const FeedCommit>> commits;
    if (bytes > 0) {
      commits.push_back(std::make_shared<FeedCommit>(
          FeedCommit{Position(kEpoch, sequence), {std::string(bytes, 'x')}}));
    }
    tail.Append(std::move(commits), sequence);
  }
  static std::vector<uint64_t> Sequences(const FeedPage& page) {
    std::vector<uint64_t> sequences;
    for (const auto& commit : page.commits) sequences.push_back(commit->position.sequence());
    return sequences;
  }
};

TEST_F(FeedTailTest, KnowsNothingBeforeItsBeginning) {
  FeedTail tail(kEpoch, 10, 10'000);
  EXPECT_FALSE(tail.Read(9, FeedLimits()).has_value());
  const std::optional<FeedPage> end = tail.Read(10, FeedLimits());
  ASSERT_TRUE(end.has_value());
  EXPECT_THAT(end->commits, IsEmpty());
  EXPECT_EQ(end->end, Position(kEpoch, 10));
  EXPECT_TRUE(end->caught_up);
}

TEST_F(FeedTailTest, GivesWhatFollowsAndTheHead) {
  FeedTail tail(kEpoch, 10, 10'000);
  Append(tail, 11, 5);
  Append(tail, 12, 0);
  Append(tail, 13, 5);
  Append(tail, 14, 0);
  const std::optional<FeedPage> all = tail.Read(10, FeedLimits());
  EXPECT_THAT(Sequences(*all), ElementsAre(11, 13));
  EXPECT_EQ(all->end, Position(kEpoch, 14));
  EXPECT_TRUE(all->from_memory);
  // A position between records is as good as any.
  EXPECT_THAT(Sequences(*tail.Read(12, FeedLimits())), ElementsAre(13));
  EXPECT_THAT(Sequences(*tail.Read(14, FeedLimits())), IsEmpty());
  // Readers share the commits.
  EXPECT_EQ(all->commits[1], tail.Read(12, FeedLimits())->commits[0]);
}

TEST_F(FeedTailTest, PagesEndAtLimits) {
  FeedTail tail(kEpoch, 0, 10'000);
  for (uint64_t i = 1; i <= 4; ++i) Append(tail, i, 100);
  const std::optional<FeedPage> two = tail.Read(0, {.max_commits = 2});
  EXPECT_THAT(Sequences(*two), ElementsAre(1, 2));
  EXPECT_EQ(two->end, Position(kEpoch, 2));
  EXPECT_FALSE(two->caught_up);
  EXPECT_THAT(Sequences(*tail.Read(0, {.max_bytes = 350})), ElementsAre(1, 2, 3));
  EXPECT_THAT(Sequences(*tail.Read(0, {.max_bytes = 1})), ElementsAre(1));
}

TEST_F(FeedTailTest, ForgetsTheOldestBeyondItsBytes) {
  FeedTail tail(kEpoch, 0, 1'000);
  for (uint64_t i = 1; i <= 20; ++i) Append(tail, i, 100);
  EXPECT_LE(tail.bytes(), 1'000u);
  EXPECT_FALSE(tail.Read(0, FeedLimits()).has_value());
  uint64_t first = 0;
  while (!tail.Read(first, FeedLimits()).has_value()) ++first;
  // All that is after the first place that it answers for, without a gap.
  std::vector<uint64_t> expected;
  for (uint64_t i = first + 1; i <= 20; ++i) expected.push_back(i);
  EXPECT_THAT(expected, ::testing::SizeIs(4));
  EXPECT_EQ(Sequences(*tail.Read(first, FeedLimits())), expected);
  // One that is too large alone leaves it empty, not wrong.
  Append(tail, 21, 5'000);
  EXPECT_EQ(tail.bytes(), 0u);
  EXPECT_FALSE(tail.Read(20, FeedLimits()).has_value());
  EXPECT_TRUE(tail.Read(21, FeedLimits())->caught_up);
}

TEST_F(FeedTailTest, TrimmedRecordsAreGone) {
  FeedTail tail(kEpoch, 0, 10'000);
  for (uint64_t i = 1; i <= 4; ++i) Append(tail, i, 100);
  tail.Trim(2);
  EXPECT_FALSE(tail.Read(1, FeedLimits()).has_value());
  EXPECT_THAT(Sequences(*tail.Read(2, FeedLimits())), ElementsAre(3, 4));
  tail.Trim(1);
  EXPECT_THAT(Sequences(*tail.Read(2, FeedLimits())), ElementsAre(3, 4));
}

}  // namespace
}  // namespace weft::storage
