// What a nearly full disk and a slow one do to commits, and that they end by themselves.
#include "common/storage/disk_guard.h"

#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <thread>

#include "common/storage/local_engine.h"
#include "common/storage/memory_store.h"
#include "tests/common/storage/engine_fixture.h"

namespace weft::storage {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMiB = 1u << 20;

// A disk of 1000 MiB whose reserve is 40 MiB, so that its ballast has 20 MiB.
class DiskGuardTest : public ::testing::Test {
 protected:
  DiskGuard Guard() {
    return DiskGuard(directory_.path(), 40 * kMiB,
                     [this](const std::string&) -> absl::StatusOr<DiskSpace> {
                       return DiskSpace{.total_bytes = 1000 * kMiB, .free_bytes = free_};
                     });
  }
  bool HasBallast() const { return fs::exists(directory_ / kBallastFile); }

  testing::TempDir directory_;
  uint64_t free_ = 500 * kMiB;
};

TEST_F(DiskGuardTest, RefusesBelowTheReserveAndTakesAgainAQuarterAboveIt) {
  DiskGuard guard = Guard();
  EXPECT_THAT(guard.Check(), IsOk());
  free_ = 40 * kMiB;
  EXPECT_THAT(guard.Check(), IsOk());
  free_ = 40 * kMiB - 1;
  const absl::Status full = guard.Check();
  EXPECT_THAT(full, IsError(absl::StatusCode::kResourceExhausted, "STORAGE_FULL"));
  EXPECT_THAT(full.message(), ::testing::HasSubstr("40 MiB are free, and writes go on at 50 MiB"));
  google::rpc::RetryInfo retry;
  EXPECT_TRUE(GetDetail(full, retry));
  free_ = 50 * kMiB - 1;
  EXPECT_FALSE(guard.Check().ok());
  free_ = 50 * kMiB;
  EXPECT_THAT(guard.Check(), IsOk());
}

TEST_F(DiskGuardTest, TheBallastIsGivenUpOnceAndComesBackWithRoomForIt) {
  DiskGuard guard = Guard();
  EXPECT_FALSE(HasBallast());
  EXPECT_THAT(guard.Check(), IsOk());
  ASSERT_TRUE(HasBallast());
  EXPECT_EQ(fs::file_size(directory_ / kBallastFile), 20 * kMiB);
  guard.GiveUpBallast();
  EXPECT_FALSE(HasBallast());
  // Full until there is clearly room: the reserve was not enough a moment ago.
  free_ = 49 * kMiB;
  EXPECT_FALSE(guard.Check().ok());
  free_ = 60 * kMiB;
  EXPECT_THAT(guard.Check(), IsOk());
  EXPECT_FALSE(HasBallast());
  free_ = 70 * kMiB;
  EXPECT_THAT(guard.Check(), IsOk());
  EXPECT_TRUE(HasBallast());
}

TEST_F(DiskGuardTest, TheBallastOfTheProcessBeforeIsFound) {
  { EXPECT_THAT(Guard().Check(), IsOk()); }
  DiskGuard guard = Guard();
  free_ = 1;
  guard.GiveUpBallast();
  EXPECT_FALSE(HasBallast());
}

TEST_F(DiskGuardTest, ADiskThatCannotBeAskedAndNoReserveRefuseNothing) {
  DiskGuard blind(directory_.path(), 40 * kMiB,
                  [](const std::string&) { return absl::UnavailableError("no"); });
  EXPECT_THAT(blind.Check(), IsOk());
  free_ = 0;
  DiskGuard off(directory_.path(), 0, [this](const std::string&) -> absl::StatusOr<DiskSpace> {
    return DiskSpace{.total_bytes = 1000 * kMiB, .free_bytes = free_};
  });
  EXPECT_THAT(off.Check(), IsOk());
  EXPECT_FALSE(HasBallast());
}

TEST(DiskSpace, IsThatOfTheFileSystem) {
  const testing::TempDir directory;
  const absl::StatusOr<DiskSpace> space = ReadDiskSpace(directory.path());
  ASSERT_THAT(space, IsOk());
  EXPECT_GT(space->total_bytes, 0u);
  EXPECT_LE(space->free_bytes, space->total_bytes);
  EXPECT_THAT(ReadDiskSpace(directory / "nowhere"),
              IsError(absl::StatusCode::kUnavailable, "STORAGE_UNAVAILABLE"));
}

class NearlyFullDisk : public EngineFixture {};

TEST_F(NearlyFullDisk, WritesAreRefusedReadsServedAndNothingIsLost) {
  std::atomic<uint64_t> free = 500 * kMiB;
  EngineOptions options = SmallEngine("rocksdb", directory_ / "data");
  options.disk_space = [&free](const std::string&) -> absl::StatusOr<DiskSpace> {
    return DiskSpace{.total_bytes = 1000 * kMiB, .free_bytes = free};
  };
  Open(options);
  const Position before = Put("a", "1");
  free = 1;
  Batch refused;
  refused.Put("a", "2");
  refused.changes = {"2"};
  EXPECT_THAT(Commit(std::move(refused)),
              IsError(absl::StatusCode::kResourceExhausted, "STORAGE_FULL"));
  EXPECT_THAT(engine_->Health(), IsError(absl::StatusCode::kResourceExhausted, "STORAGE_FULL"));
  EXPECT_EQ(Value("a"), "1");
  EXPECT_EQ(engine_->head(), before);
  // Trims make room, so they are carried out.
  EXPECT_THAT(Wait(engine_->TrimFeed(before)), IsOk());
  free = 500 * kMiB;
  // Known without a write, within the second in which the committer looks around.
  while (!engine_->Health().ok()) std::this_thread::yield();
  const Position after = Put("a", "3");
  // A refused commit leaves no gap: nothing of it was tried.
  EXPECT_EQ(after.sequence(), before.sequence() + 1);
  EXPECT_THAT(Feed(before), IsEmpty());
  // Until then its committer goes on asking how much is free.
  engine_.reset();
}

// A store whose disk takes as long as the test wants.
class SlowStore final : public LocalStore {
 public:
  uint64_t epoch() const override { return store_->epoch(); }
  uint64_t recovered_head() const override { return store_->recovered_head(); }
  absl::Status ReadVersions(absl::Span<const absl::string_view> keys,
                            std::vector<uint64_t>& versions) override {
    return store_->ReadVersions(keys, versions);
  }
  absl::Status Apply(const CommitGroup& group) override {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return !slow_; });
    return store_->Apply(group);
  }
  std::shared_ptr<LocalSnapshot> TakeSnapshot() override { return store_->TakeSnapshot(); }

  void SetSlow(bool slow) {
    std::lock_guard<std::mutex> lock(mutex_);
    slow_ = slow;
    changed_.notify_all();
  }

 private:
  const std::unique_ptr<LocalStore> store_ = MakeMemoryStore();
  std::mutex mutex_;
  std::condition_variable changed_;
  bool slow_ = false;
};

TEST_F(NearlyFullDisk, AStallShowsAndNothingQueuesBehindALongOne) {
  auto store = std::make_unique<SlowStore>();
  SlowStore& disk = *store;
  EngineOptions options;
  options.stall_after = absl::Milliseconds(2);
  engine_ = std::make_unique<LocalEngine>(std::move(store), options, executor_);
  Put("a", "1");
  disk.SetSlow(true);
  std::optional<absl::StatusOr<Position>> waiting;
  Batch slow;
  slow.Put("a", "2");
  CommitInto(*engine_, std::move(slow), waiting);
  while (engine_->Health().ok()) std::this_thread::yield();
  EXPECT_THAT(engine_->Health(), IsError(absl::StatusCode::kUnavailable, "STORAGE_STALLED"));
  EXPECT_EQ(Value("a"), "1");
  std::deque<std::optional<absl::StatusOr<Position>>> outcomes;
  std::optional<absl::StatusOr<Position>> refused;
  while (!refused.has_value()) {
    // Those that come early wait, and are carried out.
    std::optional<absl::StatusOr<Position>>& outcome = outcomes.emplace_back();
    Batch batch;
    batch.Put("b", "1");
    CommitInto(*engine_, std::move(batch), outcome);
    refused = outcome;
    usleep(1000);
  }
  EXPECT_THAT(*refused, IsError(absl::StatusCode::kUnavailable, "STORAGE_STALLED"));
  disk.SetSlow(false);
  executor_.RunUntil([&] { return waiting.has_value(); });
  for (const auto& outcome : outcomes) executor_.RunUntil([&] { return outcome.has_value(); });
  EXPECT_THAT(*waiting, IsOk());
  EXPECT_EQ(Value("a"), "2");
  while (!engine_->Health().ok()) std::this_thread::yield();
  Put("a", "3");
}

}  // namespace
}  // namespace weft::storage
