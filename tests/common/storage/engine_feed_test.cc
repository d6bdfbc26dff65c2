// What every engine promises of its change feed.
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "common/storage/feed_signal.h"
#include "tests/common/storage/engine_fixture.h"

namespace weft::storage {
namespace {

using EngineFeed = EveryEngine;
WEFT_FOR_EVERY_ENGINE(EngineFeed);

TEST_P(EngineFeed, HoldsEveryCommitInOrderAndWhole) {
  std::vector<Position> positions;
  for (int i = 0; i < 5; ++i) {
    Batch batch;
    batch.Put("row", std::to_string(i));
    batch.changes = {std::to_string(i) + "a", "", std::to_string(i) + "b"};
    positions.push_back(MustCommit(std::move(batch)));
  }
  const absl::StatusOr<FeedPage> page = ReadFeed(Position());
  ASSERT_THAT(page, IsOk());
  ASSERT_THAT(page->commits, SizeIs(5));
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(page->commits[i]->position, positions[i]);
    EXPECT_THAT(page->commits[i]->changes,
                ElementsAre(std::to_string(i) + "a", "", std::to_string(i) + "b"));
  }
  EXPECT_EQ(page->end, positions.back());
  EXPECT_TRUE(page->caught_up);
  const absl::StatusOr<FeedPage> rest = ReadFeed(positions[2]);
  ASSERT_THAT(rest, IsOk());
  EXPECT_THAT(rest->commits, SizeIs(2));
}

TEST_P(EngineFeed, RecordsAreAnyBytesAndAnySize) {
  const std::string large(3u << 20, '\xff');
  Batch batch;
  batch.changes = {std::string("\0\n", 2), large};
  MustCommit(std::move(batch));
  EXPECT_THAT(Feed(), ElementsAre(ElementsAre(std::string("\0\n", 2), large)));
}

TEST_P(EngineFeed, PagesBreakBetweenCommits) {
  for (int i = 0; i < 10; ++i) {
    Batch batch;
    batch.changes = {std::string(100, 'x'), std::string(100, 'y')};
    MustCommit(std::move(batch));
  }
  const absl::StatusOr<FeedPage> three = ReadFeed(Position(), {.max_commits = 3});
  ASSERT_THAT(three, IsOk());
  EXPECT_THAT(three->commits, SizeIs(3));
  EXPECT_FALSE(three->caught_up);
  EXPECT_EQ(three->end, three->commits.back()->position);

  const absl::StatusOr<FeedPage> bytes = ReadFeed(Position(), {.max_bytes = 450});
  ASSERT_THAT(bytes, IsOk());
  EXPECT_THAT(bytes->commits, SizeIs(2));

  const absl::StatusOr<FeedPage> small = ReadFeed(three->end, {.max_bytes = 1});
  ASSERT_THAT(small, IsOk());
  EXPECT_THAT(small->commits, SizeIs(1));
  EXPECT_THAT(small->commits[0]->changes, SizeIs(2));

  const absl::StatusOr<FeedPage> exact = ReadFeed(Position(), {.max_commits = 10});
  ASSERT_THAT(exact, IsOk());
  EXPECT_TRUE(exact->caught_up);
}

TEST_P(EngineFeed, CursorsPassCommitsWithoutRecords) {
  const Position record = Record("1");
  const Position silent = Put("a", "1");
  absl::StatusOr<FeedPage> page = ReadFeed(record);
  ASSERT_THAT(page, IsOk());
  EXPECT_THAT(page->commits, IsEmpty());
  EXPECT_EQ(page->end, silent);
  EXPECT_TRUE(page->caught_up);
  Record("2");
  EXPECT_THAT(Feed(silent), ElementsAre(ElementsAre("2")));
}

TEST_P(EngineFeed, AnEmptyStoreHasAPosition) {
  const Position head = engine_->head();
  EXPECT_FALSE(head.empty());
  EXPECT_EQ(engine_->oldest(), head);
  absl::StatusOr<FeedPage> page = ReadFeed(head);
  ASSERT_THAT(page, IsOk());
  EXPECT_TRUE(page->caught_up);
  EXPECT_EQ(page->end, head);
}

TEST_P(EngineFeed, PositionsOfOtherHistoriesAreRefused) {
  Record("1");
  const Position head = engine_->head();
  for (const Position& foreign : {Position(head.epoch() + 2, 0), Position(head.epoch() + 2, 1),
                                  Position(head.epoch(), head.sequence() + 1)}) {
    EXPECT_THAT(ReadFeed(foreign),
                IsError(absl::StatusCode::kFailedPrecondition, "FEED_EPOCH_CHANGED"));
    EXPECT_THAT(Wait(engine_->TrimFeed(foreign)),
                IsError(absl::StatusCode::kFailedPrecondition, "FEED_EPOCH_CHANGED"));
  }
}

TEST_P(EngineFeed, TrimmedPositionsAreExpired) {
  const Position start = engine_->head();
  const Position first = Record("1");
  const Position second = Record("2");
  Record("3");
  EXPECT_THAT(Wait(engine_->TrimFeed(second)), IsOk());
  EXPECT_EQ(engine_->oldest(), second);
  EXPECT_THAT(ReadFeed(start), IsError(absl::StatusCode::kOutOfRange, "POSITION_EXPIRED"));
  EXPECT_THAT(ReadFeed(first), IsError(absl::StatusCode::kOutOfRange, "POSITION_EXPIRED"));
  EXPECT_THAT(Feed(second), ElementsAre(ElementsAre("3")));
  EXPECT_THAT(Feed(), ElementsAre(ElementsAre("3")));
  // Trimming less again is no error and brings nothing back.
  EXPECT_THAT(Wait(engine_->TrimFeed(first)), IsOk());
  EXPECT_EQ(engine_->oldest(), second);
  EXPECT_EQ(Value("1"), "(absent)");
  Record("4");
  EXPECT_THAT(Feed(), ElementsAre(ElementsAre("3"), ElementsAre("4")));
}

TEST_P(EngineFeed, ReadingOnAfterATrimIsSeen) {
  for (int i = 0; i < 10; ++i) Record(std::to_string(i));
  const absl::StatusOr<FeedPage> page = ReadFeed(Position(), {.max_commits = 2});
  ASSERT_THAT(page, IsOk());
  EXPECT_THAT(Wait(engine_->TrimFeed(engine_->head())), IsOk());
  EXPECT_THAT(ReadFeed(page->end), IsError(absl::StatusCode::kOutOfRange, "POSITION_EXPIRED"));
  EXPECT_THAT(Feed(), IsEmpty());
}

TEST_P(EngineFeed, KeepsACappedNumberOfCommits) {
  engine_.reset();
  EngineOptions options = Options();
  options.feed_kept.commits = 80;
  Open(options);
  for (int i = 0; i < 200; ++i) Record(std::to_string(i));
  const std::vector<std::vector<std::string>> kept = Feed();
  EXPECT_GE(kept.size(), 80u);
  EXPECT_LE(kept.size(), 91u);
  EXPECT_THAT(kept.back(), ElementsAre("199"));
}

TEST_P(EngineFeed, KeepsACappedNumberOfBytes) {
  engine_.reset();
  EngineOptions options = Options();
  options.feed_kept.bytes = 64'000;
  Open(options);
  for (int i = 0; i < 200; ++i) Record(std::string(1000, 'x'));
  EXPECT_THAT(Feed(), SizeIs(::testing::AllOf(::testing::Ge(60u), ::testing::Le(66u))));
}

TEST_P(EngineFeed, ForgetsWhatIsOldAlsoWhenNothingIsWrittenAndAfterARestart) {
  engine_.reset();
  const auto now = std::make_shared<std::atomic<int64_t>>(1'750'000'000);
  EngineOptions options = Options();
  options.feed_kept.age = absl::Hours(64);
  options.now = [now] { return absl::FromUnixSeconds(*now); };
  Open(options);
  const Position old = Record("old");
  *now += 2 * 3600;
  Record("newer");
  if (GetParam() != "memory") {
    engine_.reset();
    Open(options);
  }
  const Position newest = Record("newest");
  EXPECT_THAT(Feed(), SizeIs(3));
  *now += 63 * 3600;
  // Without a commit: the committer looks around every second.
  while (engine_->oldest() != old) usleep(1000);
  EXPECT_THAT(Feed(), ElementsAre(ElementsAre("newer"), ElementsAre("newest")));
  *now += 64 * 3600;
  while (engine_->oldest() != newest) usleep(1000);
  EXPECT_THAT(Feed(), IsEmpty());
}

Task<absl::StatusOr<Position>> AwaitMore(Engine& engine, Position after, int* woken) {
  FeedWait wait(engine.feed_signal(), after);
  const bool more = co_await wait;
  if (more) ++*woken;
  co_return engine.head();
}

Detached Drive(Task<absl::StatusOr<Position>> task) {
  absl::StatusOr<Position> ignored = co_await std::move(task);
}

TEST_P(EngineFeed, WaitersAreWokenByACommit) {
  int woken = 0;
  for (int i = 0; i < 100; ++i) Drive(AwaitMore(*engine_, engine_->head(), &woken));
  EXPECT_EQ(woken, 0);
  Put("a", "1");
  executor_.RunUntil([&] { return woken == 100; });
}

TEST_P(EngineFeed, ManyWaitersLetOthersThroughAndMissNothing) {
  constexpr int kWaiters = 1000;
  int woken = 0;
  const Position start = engine_->head();
  for (int i = 0; i < kWaiters; ++i) Drive(AwaitMore(*engine_, start, &woken));
  // A commit returns before all of them have been resumed, and another finds them half way.
  Put("a", "1");
  EXPECT_LT(woken, kWaiters);
  const Position second = Put("a", "2");
  executor_.RunUntil([&] { return woken == kWaiters; });
  Drive(AwaitMore(*engine_, second, &woken));
  Put("a", "3");
  executor_.RunUntil([&] { return woken == kWaiters + 1; });
}

TEST_P(EngineFeed, WaitingForThePastDoesNotSuspend) {
  const Position before = engine_->head();
  Put("a", "1");
  int woken = 0;
  Drive(AwaitMore(*engine_, before, &woken));
  EXPECT_EQ(woken, 1);
}

TEST_P(EngineFeed, WaitersForLaterStayAsleep) {
  int woken = 0;
  const Position head = engine_->head();
  Drive(AwaitMore(*engine_, Position(head.epoch(), head.sequence() + 1), &woken));
  Put("a", "1");
  EXPECT_EQ(woken, 0);
  Put("b", "1");
  executor_.RunUntil([&] { return woken == 1; });
}

// A frame that a test can destroy while it is suspended.
struct Abandonable {
  struct promise_type {
    Abandonable get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
  std::coroutine_handle<promise_type> handle;
};

Abandonable WaitAndCount(Engine& engine, Position after, int& woken) {
  FeedWait wait(engine.feed_signal(), after);
  const bool more = co_await wait;
  if (more) ++woken;
}

TEST_P(EngineFeed, DestroyedWaitersAreForgotten) {
  int woken = 0;
  std::vector<Abandonable> waiters;
  for (int i = 0; i < 10; ++i) waiters.push_back(WaitAndCount(*engine_, engine_->head(), woken));
  for (int i = 0; i < 10; i += 2) waiters[static_cast<size_t>(i)].handle.destroy();
  Put("a", "1");
  executor_.RunUntil([&] { return woken == 5; });
  for (int i = 1; i < 10; i += 2) waiters[static_cast<size_t>(i)].handle.destroy();
}

// Destroyed after the commit, before the wake-up that it posted has run.
TEST_P(EngineFeed, WaitersMayBeDestroyedBeforeTheirWakeUpRuns) {
  int woken = 0;
  Abandonable waiter = WaitAndCount(*engine_, engine_->head(), woken);
  std::optional<absl::StatusOr<Position>> outcome;
  Batch batch;
  batch.Put("a", "1");
  const Position before = engine_->head();
  CommitInto(*engine_, std::move(batch), outcome);
  while (engine_->head() == before) {
  }
  waiter.handle.destroy();
  executor_.RunUntil([&] { return outcome.has_value(); });
  EXPECT_EQ(woken, 0);
  Put("b", "1");
}

Detached WaitInterruptibly(Engine& engine, FeedWait*& slot, std::optional<bool>& outcome) {
  FeedWait wait(engine.feed_signal(), engine.head());
  slot = &wait;
  const bool more = co_await wait;
  outcome = more;
}

TEST_P(EngineFeed, WaitsCanBeInterrupted) {
  FeedWait* wait = nullptr;
  std::optional<bool> outcome;
  WaitInterruptibly(*engine_, wait, outcome);
  EXPECT_FALSE(outcome.has_value());
  wait->Interrupt();
  EXPECT_EQ(outcome, false);
  Put("a", "1");
  EXPECT_EQ(Value("a"), "1");
}

Detached Follow(Engine& engine, size_t count, std::vector<std::string>& seen, bool& done) {
  Position cursor = engine.oldest();
  while (seen.size() < count) {
    absl::StatusOr<FeedPage> page = co_await engine.ReadFeed(cursor, FeedLimits());
    EXPECT_THAT(page, IsOk());
    for (const auto& commit : page->commits) {
      for (const std::string& change : commit->changes) seen.push_back(change);
    }
    cursor = page->end;
    if (seen.size() >= count) break;
    FeedWait wait(engine.feed_signal(), cursor);
    co_await wait;
  }
  done = true;
}

TEST_P(EngineFeed, FollowersSeeEveryCommitOnceAndInOrder) {
  constexpr size_t kCommits = 500;
  std::vector<std::vector<std::string>> seen(8);
  bool done[8] = {};
  for (size_t i = 0; i < seen.size(); ++i) Follow(*engine_, kCommits, seen[i], done[i]);
  std::vector<std::optional<absl::StatusOr<Position>>> outcomes(kCommits);
  std::vector<std::string> expected;
  for (size_t i = 0; i < kCommits; ++i) {
    Batch batch;
    batch.changes = {std::to_string(i)};
    expected.push_back(std::to_string(i));
    CommitInto(*engine_, std::move(batch), outcomes[i]);
  }
  executor_.RunUntil(
      [&] { return std::all_of(std::begin(done), std::end(done), [](bool d) { return d; }); });
  for (const auto& one : seen) EXPECT_EQ(one, expected);
  // A follower may see a commit before the one who made it has its answer.
  for (const auto& outcome : outcomes) {
    executor_.RunUntil([&] { return outcome.has_value(); });
    EXPECT_THAT(*outcome, IsOk());
  }
}

}  // namespace
}  // namespace weft::storage
