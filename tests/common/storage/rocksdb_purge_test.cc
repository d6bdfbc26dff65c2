// That purged bytes are in no file: every one of the data directory is searched.
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/storage/transaction.h"
#include "tests/common/storage/engine_fixture.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/file_search.h"

namespace weft::storage {
namespace {

using ::testing::Not;
using weft::testing::FilesWith;

constexpr char kWord[] = "Schmetterlingsflieder";

class RocksDbPurge : public EngineFixture {
 protected:
  RocksDbPurge() { Reopen(); }
  void Reopen() {
    engine_.reset();
    Open(SmallEngine("rocksdb", data()));
  }
  std::string data() const { return directory_ / "data"; }
  std::vector<std::string> Traces(const std::string& word = kWord) {
    return FilesWith(data(), word);
  }
  absl::Status Purge(const std::string& begin, const std::string& end) {
    return Wait(engine_->Purge({{begin, end}}));
  }
  // Enough neighbours that there are several table files.
  void Fill(int rounds) {
    for (int round = 0; round < rounds; ++round) {
      for (int i = 0; i < 40; ++i) {
        Batch batch;
        for (char first : {'a', 'm', 'z'}) {
          batch.Put(absl::StrCat(std::string(1, first), i), std::string(10'000, 'v'));
        }
        MustCommit(std::move(batch));
      }
    }
  }
};

TEST_F(RocksDbPurge, EmptiesTheLog) {
  Put("m", kWord);
  Delete("m");
  EXPECT_THAT(Traces(), Not(IsEmpty()));
  ASSERT_THAT(Purge("m", "n"), IsOk());
  EXPECT_THAT(Traces(), IsEmpty());
  // Also when there is nothing to begin a new log for.
  ASSERT_THAT(Purge("m", "n"), IsOk());
  Reopen();
  EXPECT_EQ(Value("m"), "(absent)");
  EXPECT_THAT(Traces(), IsEmpty());
}

// A crash upon the beginning of a log leaves it behind, and RocksDB does not delete it while it
// runs.
TEST_F(RocksDbPurge, WaitsForNoLogThatHoldsNothing) {
  Put("m", kWord);
  std::ofstream empty(absl::StrCat(data(), "/rocksdb/000001.log"));
  empty.close();
  Delete("m");
  ASSERT_THAT(Purge("m", "n"), IsOk());
  EXPECT_THAT(Traces(), IsEmpty());
}

TEST_F(RocksDbPurge, IsNotHeldUpByATransactionThatReadsNoMore) {
  Put("m", kWord);
  weft::testing::FakeClock clock;
  Transaction txn({*engine_, clock});
  ASSERT_THAT(Wait(txn.Get("m")), IsOk());
  txn.Put("m1", "kept");
  Put("m", "[erased]");
  EXPECT_THAT(Purge("m", "n"), IsError(absl::StatusCode::kUnavailable, "PURGE_HELD_UP"));
  txn.EndReads();
  ASSERT_THAT(Purge("m", "n"), IsOk());
  EXPECT_THAT(Traces(), IsEmpty());
}

TEST_F(RocksDbPurge, ReachesTheLowestLevel) {
  Put("m", kWord);
  Fill(3);
  // What is there stays, and sinks as deep as it can.
  ASSERT_THAT(Purge("", ""), IsOk());
  EXPECT_THAT(Traces(), Not(IsEmpty()));
  EXPECT_EQ(Value("m"), kWord);
  Put("m", "[erased]");
  Put("m1", "kept");
  ASSERT_THAT(Purge("m", "m0"), IsOk());
  EXPECT_THAT(Traces(), IsEmpty());
  EXPECT_EQ(Value("m"), "[erased]");
  EXPECT_EQ(Value("a1").size(), 10'000u);
}

TEST_F(RocksDbPurge, ReachesEveryLevelAtOnce) {
  for (int round = 0; round < 4; ++round) {
    Put("m", absl::StrCat(kWord, round));
    Fill(1);
    if (round == 1) {
      ASSERT_THAT(Purge("", ""), IsOk());
    }
  }
  Reopen();
  Put("m", absl::StrCat(kWord, "-last"));
  Delete("m");
  ASSERT_THAT(Purge("m", "n"), IsOk());
  EXPECT_THAT(Traces(), IsEmpty());
}

TEST_F(RocksDbPurge, WaitsForSnapshotsFromBefore) {
  Put("m", kWord);
  std::shared_ptr<Snapshot> before = engine_->GetSnapshot();
  Delete("m");
  // Makes RocksDB flush, with both values, because one is still seen.
  Fill(2);
  EXPECT_THAT(Purge("m", "n"), IsError(absl::StatusCode::kUnavailable, "PURGE_HELD_UP"));
  EXPECT_EQ(Value(*before, "m"), kWord);
  EXPECT_THAT(Traces(), Not(IsEmpty()));
  before.reset();
  const std::shared_ptr<Snapshot> after = engine_->GetSnapshot();
  ASSERT_THAT(Purge("m", "n"), IsOk());
  EXPECT_THAT(Traces(), IsEmpty());
  EXPECT_EQ(Value(*after, "m"), "(absent)");
}

// RocksDB's own compactions have brought it down together with its deletion; when they look at it
// again is their affair.
TEST_F(RocksDbPurge, ReachesWhatSankWhileASnapshotWasHeld) {
  Put("m", kWord);
  std::shared_ptr<Snapshot> before = engine_->GetSnapshot();
  Delete("m");
  Fill(12);
  EXPECT_THAT(Traces(), Not(IsEmpty()));
  before.reset();
  ASSERT_THAT(Purge("m", "m0"), IsOk());
  EXPECT_THAT(Traces(), IsEmpty());
}

TEST_F(RocksDbPurge, LosesNothingInACrashAfterIt) {
  Put("m", kWord);
  Delete("m");
  Put("n", "kept");
  ASSERT_THAT(Purge("m", "n"), IsOk());
  Put("o", "later");
  const std::string copy = directory_ / "copy";
  std::filesystem::copy(data(), copy, std::filesystem::copy_options::recursive);
  engine_.reset();
  std::filesystem::remove_all(data());
  std::filesystem::rename(copy, data());
  Reopen();
  EXPECT_EQ(Value("m"), "(absent)");
  EXPECT_EQ(Value("n"), "kept");
  EXPECT_EQ(Value("o"), "later");
  EXPECT_THAT(Traces(), IsEmpty());
}

}  // namespace
}  // namespace weft::storage
