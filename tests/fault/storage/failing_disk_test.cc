// A disk that fails once, fails for a while, is full, or hangs: the right error, reads as before,
// and nothing acknowledged lost.
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "absl/strings/match.h"
#include "tests/fault/storage/fault_fixture.h"

namespace weft::fault {
namespace {

using rocksdb::IOStatus;
using Call = FaultFileSystem::Call;
using Op = FaultFileSystem::Op;

class FailingDisk : public FaultFixture {
 protected:
  static bool IsLog(const Call& call) { return absl::EndsWith(call.path, ".log"); }

  // Now that there is room: writable within 5 seconds, with nothing lost.
  void ExpectHealed() {
    const absl::Duration healed = WaitUntilWritable();
    std::cout << "writable after " << healed << std::endl;
    EXPECT_LT(healed, absl::Seconds(5));
    ASSERT_NO_FATAL_FAILURE(CheckLedger());
  }
};

TEST_F(FailingDisk, AnyOneCallMayFail) {
  random_.seed(storage::TestSeed());
  const int rounds = Rounds(25, 250);
  int noticed = 0;
  for (int round = 0; round < rounds; ++round) {
    StartAfresh();
    const uint64_t bad = disk_.calls() + 1 + random_() % 500;
    disk_.SetRule([&](const Call& call) {
      return call.number == bad ? IOStatus::IOError("injected", call.path) : IOStatus::OK();
    });
    absl::Status status = TryOpen(Options());
    if (!status.ok()) {
      // A start that fails says so, and changes nothing: the next one succeeds.
      ASSERT_THAT(TryOpen(Options()), IsOk()) << status;
      ++noticed;
    }
    while (disk_.calls() <= bad + 30) {
      status = CommitSome(1 + static_cast<int>(random_() % 16));
      if (status.ok()) continue;
      ++noticed;
      ASSERT_THAT(status, IsError(absl::StatusCode::kUnavailable, "STORAGE_UNAVAILABLE"));
      ASSERT_THAT(engine_->Health(),
                  IsError(absl::StatusCode::kUnavailable, "STORAGE_UNAVAILABLE"));
      break;
    }
    ASSERT_NO_FATAL_FAILURE(CheckLedger()) << "round " << round << ", before the restart";
    engine_.reset();
    ASSERT_THAT(TryOpen(Options()), IsOk()) << "round " << round;
    ASSERT_NO_FATAL_FAILURE(CheckLedger()) << "round " << round;
    ASSERT_THAT(CommitSome(3), IsOk());
  }
  EXPECT_GT(noticed, 0);
  std::cout << rounds << " calls failed, " << noticed << " were noticed by a caller" << std::endl;
}

// RocksDB takes an I/O error of a table for one that does not pass: reads go on, writes after a
// restart.
TEST_F(FailingDisk, TablesThatCannotBeWrittenRefuseWritesUntilTheRestart) {
  disk_.SetRule([](const Call& call) {
    const bool table = absl::EndsWith(call.path, ".sst") && call.op != Op::kRead;
    return table ? IOStatus::IOError("injected", call.path) : IOStatus::OK();
  });
  ASSERT_THAT(TryOpen(Options()), IsOk());
  absl::Status status;
  while (status.ok() && next_ < 100'000) status = CommitSome(16);
  EXPECT_THAT(status, IsError(absl::StatusCode::kUnavailable, "STORAGE_UNAVAILABLE"));
  EXPECT_THAT(engine_->Health(), IsError(absl::StatusCode::kUnavailable, "STORAGE_UNAVAILABLE"));
  ASSERT_NO_FATAL_FAILURE(CheckLedger());
  disk_.SetRule(nullptr);
  engine_.reset();
  ASSERT_THAT(TryOpen(Options()), IsOk());
  ASSERT_NO_FATAL_FAILURE(CheckLedger());
  EXPECT_THAT(CommitSome(16), IsOk());
}

TEST_F(FailingDisk, AFullOneRefusesWritesServesReadsAndHeals) {
  ASSERT_THAT(TryOpen(Options()), IsOk());
  ASSERT_THAT(CommitSome(100), IsOk());
  for (int round = 0; round < 3; ++round) {
    ASSERT_NO_FATAL_FAILURE(FillUp());
    ASSERT_NO_FATAL_FAILURE(CheckLedger());
    disk_.SetRule(nullptr);
    ASSERT_NO_FATAL_FAILURE(ExpectHealed());
  }
  engine_.reset();
  ASSERT_THAT(TryOpen(Options()), IsOk());
  ASSERT_NO_FATAL_FAILURE(CheckLedger());
}

// The log meets the full disk while a flush is scheduled and has not begun.
TEST_F(FailingDisk, AFullOneHealsWhenFlushesBeginLate) {
  disk_.BeginFlushesLate(std::chrono::milliseconds(20));
  ASSERT_THAT(TryOpen(Options()), IsOk());
  for (int round = 0; round < 3; ++round) {
    ASSERT_NO_FATAL_FAILURE(FillUp());
    disk_.SetRule(nullptr);
    ASSERT_NO_FATAL_FAILURE(ExpectHealed());
  }
}

// RocksDB tries again several times meanwhile.
TEST_F(FailingDisk, OneThatStaysFullHealsToo) {
  ASSERT_THAT(TryOpen(Options()), IsOk());
  for (int round = 0; round < 2; ++round) {
    ASSERT_NO_FATAL_FAILURE(FillUp());
    for (int second = 0; second < 3; ++second) {
      absl::SleepFor(absl::Seconds(1));
      EXPECT_THAT(CommitSome(1), IsError(absl::StatusCode::kResourceExhausted, "STORAGE_FULL"));
      ASSERT_NO_FATAL_FAILURE(CheckLedger());
    }
    disk_.SetRule(nullptr);
    ASSERT_NO_FATAL_FAILURE(ExpectHealed());
  }
}

TEST_F(FailingDisk, AFullOneIsClosedAndOpenedAgain) {
  for (int round = 0; round < 3; ++round) {
    disk_.BeginFlushesLate(std::chrono::milliseconds(round * 10));
    ASSERT_THAT(TryOpen(Options()), IsOk());
    ASSERT_NO_FATAL_FAILURE(FillUp());
    const auto begin = std::chrono::steady_clock::now();
    engine_.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
    disk_.SetRule(nullptr);
  }
  ASSERT_THAT(TryOpen(Options()), IsOk());
  ASSERT_NO_FATAL_FAILURE(CheckLedger());
}

// Then RocksDB does not know what it has written.
TEST_F(FailingDisk, AManifestWithoutRoomRefusesWritesUntilTheRestart) {
  for (int round = 0; round < 3; ++round) {
    ASSERT_THAT(TryOpen(Options()), IsOk());
    disk_.SetRule([](const Call& call) {
      const bool manifest = absl::StrContains(call.path, "MANIFEST") && call.op != Op::kRead;
      return manifest ? IOStatus::NoSpace("injected", call.path) : IOStatus::OK();
    });
    const int64_t end = next_ + 100'000;
    while (CommitSome(16).ok() && next_ < end) continue;
    disk_.SetRule(nullptr);
    // Whether the log or a flush was first to need the manifest: all or nothing is there.
    CommitSome(16).IgnoreError();
    ASSERT_NO_FATAL_FAILURE(CheckLedger());
    engine_.reset();
    ASSERT_THAT(TryOpen(Options()), IsOk());
    ASSERT_NO_FATAL_FAILURE(CheckLedger());
    EXPECT_THAT(CommitSome(16), IsOk());
    engine_.reset();
  }
}

// Holds every sync of the log until it is told to let go.
class Gate {
 public:
  IOStatus Pass() {
    std::unique_lock<std::mutex> lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    return IOStatus::OK();
  }
  void AwaitOneInside() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return waiting_ > 0; });
  }
  void Open() {
    const std::lock_guard<std::mutex> lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  bool open_ = false;
};

TEST_F(FailingDisk, AHangingOneHoldsWritesInABoundedQueueAndNoReads) {
  constexpr int kQueue = 8;
  storage::EngineOptions options = Options();
  options.max_queued_commits = kQueue;
  ASSERT_THAT(TryOpen(options), IsOk());
  ASSERT_THAT(CommitSome(5), IsOk());
  Gate gate;
  disk_.SetRule([&](const Call& call) {
    return IsLog(call) && call.op == Op::kSync ? gate.Pass() : IOStatus::OK();
  });
  const Position before = engine_->head();
  std::vector<std::optional<absl::StatusOr<Position>>> outcomes(1 + kQueue + 3);
  storage::CommitInto(*engine_, BatchOf(next_), outcomes[0]);
  gate.AwaitOneInside();
  for (size_t i = 1; i < outcomes.size(); ++i) {
    storage::CommitInto(*engine_, BatchOf(next_ + static_cast<int64_t>(i)), outcomes[i]);
  }
  // The last three found the queue full, and know at once.
  for (size_t i = 0; i < outcomes.size(); ++i) {
    const bool refused = i > kQueue;
    ASSERT_EQ(outcomes[i].has_value(), refused) << i;
    if (!refused) continue;
    EXPECT_THAT(*outcomes[i], IsError(absl::StatusCode::kResourceExhausted, "COMMIT_QUEUE_FULL"));
  }
  // Nothing of it is visible, and what was there is.
  EXPECT_EQ(engine_->head(), before);
  ASSERT_NO_FATAL_FAILURE(CheckLedger());
  gate.Open();
  for (size_t i = 0; i < outcomes.size(); ++i) {
    executor_.RunUntil([&] { return outcomes[i].has_value(); });
    outcomes_[next_ + static_cast<int64_t>(i)] = outcomes[i]->status();
    EXPECT_EQ(outcomes[i]->ok(), i <= kQueue) << i;
  }
  ASSERT_NO_FATAL_FAILURE(CheckLedger());
}

TEST_F(FailingDisk, AHangingOneDoesNotHoldUpTheEnd) {
  storage::EngineOptions options = Options();
  options.close_patience = absl::Milliseconds(50);
  // RocksDB holds up commits while two buffers wait for a flush: large ones leave it the time to
  // begin, so that the commit before which the flush is noticed is not held up by it.
  options.write_buffer_bytes = 2 << 20;
  ASSERT_THAT(TryOpen(options), IsOk());
  Gate gate;
  std::atomic<bool> flushing = false;
  disk_.SetRule([&](const Call& call) {
    if (!absl::EndsWith(call.path, ".sst")) return IOStatus::OK();
    flushing = true;
    return gate.Pass();
  });
  while (!flushing) ASSERT_THAT(CommitSome(16), IsOk());
  engine_.reset();
  // Nobody else may write while the old one may.
  EXPECT_THAT(TryOpen(options), IsError(absl::StatusCode::kFailedPrecondition, "STORAGE_LOCKED"));
  gate.Open();
  disk_.SetRule(nullptr);
  absl::Status opened;
  do {
    absl::SleepFor(absl::Milliseconds(5));
    opened = TryOpen(options);
  } while (absl::IsFailedPrecondition(opened));
  ASSERT_THAT(opened, IsOk());
  ASSERT_NO_FATAL_FAILURE(CheckLedger());
}

TEST_F(FailingDisk, AReadThatFailsIsNoAbsence) {
  ASSERT_THAT(TryOpen(Options()), IsOk());
  while (next_ < 2000) ASSERT_THAT(CommitSome(16), IsOk());
  engine_.reset();
  // Without blocks in memory.
  storage::EngineOptions options = Options();
  options.block_cache_bytes = 1;
  ASSERT_THAT(TryOpen(options), IsOk());
  disk_.SetRule([](const Call& call) {
    return call.op == Op::kRead ? IOStatus::IOError("injected", call.path) : IOStatus::OK();
  });
  int failed = 0;
  for (int64_t number = 1; number < next_; number += 50) {
    const absl::StatusOr<std::optional<Entry>> entry =
        Wait(engine_->GetSnapshot()->Get(KeyOf(number)));
    if (!entry.ok()) {
      EXPECT_THAT(entry, IsError(absl::StatusCode::kUnavailable, "STORAGE_UNAVAILABLE"));
      ++failed;
    } else {
      ASSERT_TRUE(entry->has_value()) << number;
      EXPECT_EQ((*entry)->value, ValueOf(number));
    }
  }
  EXPECT_GT(failed, 0);
  // A commit whose precondition cannot be read is refused, not let through.
  Batch batch;
  batch.Require(KeyOf(1), storage::kAbsent);
  batch.Put(KeyOf(1), "overwritten");
  EXPECT_FALSE(Commit(std::move(batch)).ok());
  disk_.SetRule(nullptr);
  ASSERT_NO_FATAL_FAILURE(CheckLedger());
}

}  // namespace
}  // namespace weft::fault
