#include "common/storage/transaction.h"

#include <map>
#include <random>

#include "common/storage/run_in_transaction.h"
#include "tests/common/storage/engine_fixture.h"
#include "tests/testing/fake_clock.h"

namespace weft::storage {
namespace {

class TransactionTest : public EngineFixture {
 protected:
  void SetUp() override { Open(SmallEngine("memory", "")); }
  Database db() { return {*engine_, clock_}; }

  std::vector<std::string> KeysIn(Reader& reader, KeyRange range, ScanOptions options = {}) {
    std::vector<std::string> keys;
    for (const Entry& entry : Scan(reader, std::move(range), options)) keys.push_back(entry.key);
    return keys;
  }

  weft::testing::FakeClock clock_;
};

TEST_F(TransactionTest, WritesAppearAtTheCommitAndNotBefore) {
  Transaction txn(db());
  txn.Put("a", "1");
  txn.AddChange("change");
  EXPECT_EQ(Value("a"), "(absent)");
  const absl::StatusOr<Position> position = Wait(txn.Commit());
  ASSERT_THAT(position, IsOk());
  EXPECT_EQ(*position, engine_->head());
  EXPECT_EQ(Value("a"), "1");
  EXPECT_THAT(Feed(), ElementsAre(ElementsAre("change")));
}

TEST_F(TransactionTest, WhatIsNotCommittedDoesNothing) {
  {
    Transaction txn(db());
    txn.Put("a", "1");
  }
  Transaction discarded(db());
  discarded.Put("a", "1");
  discarded.AddChange("change");
  discarded.DiscardWrites();
  EXPECT_FALSE(discarded.has_writes());
  EXPECT_THAT(Wait(discarded.Commit()), IsOk());
  EXPECT_EQ(Value("a"), "(absent)");
  EXPECT_THAT(Feed(), IsEmpty());
}

TEST_F(TransactionTest, WhatIsPrefetchedReadsAsIfItWereNot) {
  Put("a", "1");
  Transaction txn(db());
  EXPECT_THAT(Wait(txn.Prefetch({"b", "a", "b", "c"})), IsOk());
  Put("a", "2");
  txn.Put("c", "own");
  EXPECT_EQ(Value(txn, "a"), "1");
  EXPECT_EQ(Value(txn, "b"), "(absent)");
  EXPECT_EQ(Value(txn, "c"), "own");
  EXPECT_EQ(Value(txn, "d"), "(absent)");
  // It was read at the snapshot, and has changed since.
  EXPECT_THAT(Wait(txn.Commit()), IsError(absl::StatusCode::kAborted, "CONFLICT"));
}

TEST_F(TransactionTest, WhatIsPrefetchedAndNotReadMayChange) {
  Transaction txn(db());
  EXPECT_THAT(Wait(txn.Prefetch({"a"})), IsOk());
  Put("a", "1");
  txn.Put("b", "1");
  EXPECT_THAT(Wait(txn.Commit()), IsOk());
}

TEST_F(TransactionTest, WhatIsPrefetchedAbsentMustStayAbsent) {
  Transaction txn(db());
  EXPECT_THAT(Wait(txn.Prefetch({"a"})), IsOk());
  EXPECT_EQ(Value(txn, "a"), "(absent)");
  Put("a", "1");
  txn.Put("b", "1");
  EXPECT_THAT(Wait(txn.Commit()), IsError(absl::StatusCode::kAborted, "CONFLICT"));
}

TEST_F(TransactionTest, ReadsItsOwnWrites) {
  Put("a", "1");
  Put("b", "1");
  Transaction txn(db());
  txn.Put("a", "2");
  txn.Delete("b");
  txn.Put("c", "2");
  EXPECT_EQ(Value(txn, "a"), "2");
  EXPECT_EQ(Value(txn, "b"), "(absent)");
  EXPECT_EQ(Value(txn, "c"), "2");
  const auto many = Wait(txn.GetMany({"c", "b", "a", "d"}));
  ASSERT_THAT(many, IsOk());
  EXPECT_EQ((*many)[0]->value, "2");
  EXPECT_FALSE((*many)[1].has_value());
  EXPECT_EQ((*many)[2]->value, "2");
  EXPECT_FALSE((*many)[3].has_value());
  EXPECT_EQ(Value(txn.snapshot(), "a"), "1");
}

TEST_F(TransactionTest, ScansSeeOwnWrites) {
  for (const char* key : {"b", "d", "f"}) Put(key, "1");
  Transaction txn(db());
  txn.Delete("b");
  txn.Put("c", "2");
  txn.Put("d", "2");
  txn.Put("g", "2");
  EXPECT_THAT(KeysIn(txn, {"", ""}), ElementsAre("c", "d", "f", "g"));
  EXPECT_THAT(KeysIn(txn, {"", ""}, {.limit = 2}), ElementsAre("c", "d"));
  EXPECT_THAT(KeysIn(txn, {"", ""}, {.limit = 2, .reverse = true}), ElementsAre("g", "f"));
  EXPECT_THAT(KeysIn(txn, {"c", "f"}), ElementsAre("c", "d"));
  EXPECT_THAT(KeysIn(txn, {"f", "c"}), IsEmpty());
}

TEST_F(TransactionTest, RandomScansAgreeWithTheStateAfterTheCommit) {
  std::mt19937_64 random(TestSeed());
  const auto key = [&] { return std::string(1, static_cast<char>('a' + random() % 12)); };
  for (int round = 0; round < 300; ++round) {
    Batch batch;
    for (int i = 0; i < 4; ++i) random() % 2 == 0 ? batch.Put(key(), "1") : batch.Delete(key());
    MustCommit(std::move(batch));
    Transaction txn(db());
    for (uint64_t i = random() % 6; i > 0; --i) {
      random() % 2 == 0 ? txn.Put(key(), std::to_string(round)) : txn.Delete(key());
    }
    const KeyRange range{key(), random() % 3 == 0 ? "" : key()};
    const ScanOptions options{.limit = random() % 8, .reverse = random() % 2 == 0};
    const std::vector<Entry> before = Scan(txn, range, options);
    ASSERT_THAT(Wait(txn.Commit()), IsOk());
    const std::vector<Entry> after = Scan(*engine_->GetSnapshot(), range, options);
    ASSERT_EQ(before.size(), after.size());
    for (size_t i = 0; i < before.size(); ++i) {
      ASSERT_EQ(before[i].key, after[i].key);
      ASSERT_EQ(before[i].value, after[i].value);
    }
  }
}

// Runs `read` in a transaction, then `interfere`, then commits.
#define WEFT_EXPECT_OUTCOME(read, interfere, outcome) \
  do {                                                \
    Transaction txn(db());                            \
    read;                                             \
    txn.Put("written", "1");                          \
    interfere;                                        \
    EXPECT_THAT(Wait(txn.Commit()), outcome);         \
  } while (false)

TEST_F(TransactionTest, WhatWasReadMustStillStand) {
  const auto conflict = IsError(absl::StatusCode::kAborted, "CONFLICT");
  Put("a", "1");
  WEFT_EXPECT_OUTCOME(Value(txn, "a"), Put("a", "2"), conflict);
  WEFT_EXPECT_OUTCOME(Value(txn, "a"), Delete("a"), conflict);
  WEFT_EXPECT_OUTCOME(Value(txn, "a"), Put("a", "3"), conflict);
  WEFT_EXPECT_OUTCOME(Value(txn, "new"), Put("new", "1"), conflict);
  WEFT_EXPECT_OUTCOME(KeysIn(txn, {"", ""}), Put("a", "4"), conflict);
  WEFT_EXPECT_OUTCOME((void)Wait(txn.GetMany({"a", "b"})), Put("b", "1"), conflict);
  // Read twice, it is still one precondition.
  WEFT_EXPECT_OUTCOME(Value(txn, "a"); Value(txn, "a"), Put("c", "1"), IsOk());
  // What it has not read does not matter, nor what it only wrote.
  WEFT_EXPECT_OUTCOME(Value(txn, "a"), Put("written", "2"), IsOk());
  WEFT_EXPECT_OUTCOME(Value(txn.snapshot(), "a"), Put("a", "5"), IsOk());
  // Its own writes are not what it has read.
  WEFT_EXPECT_OUTCOME(txn.Put("d", "1"); Value(txn, "d"), Put("d", "2"), IsOk());
}

// More keys than the engine tells apart without reading them.
TEST_F(TransactionTest, NoNumberOfOtherWritesIsAConflict) {
  Put("a", "1");
  Transaction stands(db());
  Transaction conflicts(db());
  EXPECT_EQ(Value(stands, "a"), "1");
  EXPECT_EQ(Value(stands, "none"), "(absent)");
  for (const char* key : {"a", "none", "key 77777"}) Value(conflicts, key);
  stands.Put("b", "1");
  conflicts.Put("b", "2");
  Batch others;
  for (int i = 0; i < 200'000; ++i) others.Put("key " + std::to_string(i), "1");
  MustCommit(std::move(others));
  EXPECT_THAT(Wait(stands.Commit()), IsOk());
  EXPECT_THAT(Wait(conflicts.Commit()), IsError(absl::StatusCode::kAborted, "CONFLICT"));
}

TEST_F(TransactionTest, ReadingOnlyNeedsNoCommit) {
  const Position before = Put("a", "1");
  Transaction txn(db());
  EXPECT_EQ(Value(txn, "a"), "1");
  Put("a", "2");
  const absl::StatusOr<Position> position = Wait(txn.Commit());
  ASSERT_THAT(position, IsOk());
  EXPECT_EQ(*position, before);
}

TEST_F(TransactionTest, CommitsWhatItHasReadAfterTheEndOfReads) {
  Put("a", "1");
  Transaction txn(db());
  ASSERT_THAT(Wait(txn.Get("a")), IsOk());
  txn.Put("b", "1");
  txn.EndReads();
  EXPECT_THAT(Wait(txn.Commit()), IsOk());
  EXPECT_EQ(Value("b"), "1");

  Transaction late(db());
  ASSERT_THAT(Wait(late.Get("a")), IsOk());
  late.Put("b", "2");
  late.EndReads();
  Put("a", "2");
  EXPECT_THAT(Wait(late.Commit()), IsError(absl::StatusCode::kAborted, "CONFLICT"));
  EXPECT_EQ(Value("b"), "1");

  Transaction reader(db());
  const Position position = engine_->head();
  reader.EndReads();
  Put("a", "3");
  const absl::StatusOr<Position> read = Wait(reader.Commit());
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(*read, position);
}

TEST_F(TransactionTest, HasOneTime) {
  Transaction txn(db());
  const absl::Time now = txn.now();
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(txn.now(), now);
}

TEST_F(TransactionTest, WorkIsRunAgainUntilNobodyWasFaster) {
  Put("a", "0");
  int runs = 0;
  const auto body = [&](Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<std::optional<Entry>> entry = co_await txn.Get("a");
    if (!entry.ok()) co_return entry.status();
    txn.Put("b", (*entry)->value);
    if (++runs < 4) {
      // Another commit comes first.
      Batch batch;
      batch.Put("a", std::to_string(runs));
      absl::StatusOr<Position> position = co_await engine_->Commit(std::move(batch));
      EXPECT_THAT(position, IsOk());
    }
    co_return absl::OkStatus();
  };
  const absl::StatusOr<Position> position = Wait(RunInTransaction(db(), body));
  ASSERT_THAT(position, IsOk());
  EXPECT_EQ(*position, engine_->head());
  EXPECT_EQ(runs, 4);
  EXPECT_EQ(Value("b"), "3");
}

TEST_F(TransactionTest, WorkThatAlwaysLosesGivesUp) {
  int runs = 0;
  const auto body = [&](Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<std::optional<Entry>> entry = co_await txn.Get("a");
    if (!entry.ok()) co_return entry.status();
    txn.Put("b", "1");
    Batch batch;
    batch.Put("a", std::to_string(++runs));
    absl::StatusOr<Position> position = co_await engine_->Commit(std::move(batch));
    co_return position.status();
  };
  const absl::StatusOr<Position> position = Wait(RunInTransaction(db(), body));
  EXPECT_THAT(position, IsError(absl::StatusCode::kAborted, "CONFLICT"));
  google::rpc::RetryInfo retry;
  EXPECT_TRUE(GetDetail(position.status(), retry));
  EXPECT_EQ(runs, kMaxAttempts);
  EXPECT_EQ(Value("b"), "(absent)");
}

TEST_F(TransactionTest, ErrorsOfTheWorkAreNotRetried) {
  int runs = 0;
  const auto body = [&](Transaction& txn) -> Task<absl::Status> {
    ++runs;
    txn.Put("a", "1");
    co_return StaleEtag("sites/a", "\"1\"", "\"2\"");
  };
  EXPECT_THAT(Wait(RunInTransaction(db(), body)),
              IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(Value("a"), "(absent)");
}

}  // namespace
}  // namespace weft::storage
