// What every engine promises of rows and commits: the comments of engine.h, as tests.
#include <algorithm>
#include <string>

#include "tests/common/storage/engine_fixture.h"

namespace weft::storage {
namespace {

using EngineConformance = EveryEngine;
WEFT_FOR_EVERY_ENGINE(EngineConformance);

TEST_P(EngineConformance, FindsWhatWasPut) {
  EXPECT_EQ(Value("a"), "(absent)");
  const Position put = Put("a", "1");
  const std::optional<Entry> entry = Get("a");
  ASSERT_TRUE(entry.has_value());
  EXPECT_EQ(entry->key, "a");
  EXPECT_EQ(entry->value, "1");
  EXPECT_EQ(engine_->GetSnapshot()->PositionOf(*entry), put);
  Delete("a");
  EXPECT_EQ(Value("a"), "(absent)");
  Delete("never there");
}

TEST_P(EngineConformance, KeysAndValuesAreAnyBytes) {
  const std::string zero("\0", 1);
  Put("", "empty key");
  Put(zero, "");
  Put("\xff\xff", zero);
  EXPECT_EQ(Value(""), "empty key");
  EXPECT_EQ(Value(zero), "");
  EXPECT_EQ(Value("\xff\xff"), zero);
  EXPECT_THAT(Keys({"", ""}), ElementsAre("", zero, "\xff\xff"));
}

TEST_P(EngineConformance, LargeValuesComeBackWhole) {
  std::string large(9u << 20, 'x');
  for (size_t i = 0; i < large.size(); i += 4093) large[i] = static_cast<char>(i);
  Put("large", large);
  const std::string key(20'000, 'k');
  Put(key, "long key");
  EXPECT_EQ(Value("large"), large);
  EXPECT_EQ(Value(key), "long key");
}

TEST_P(EngineConformance, ScansInUnsignedByteOrder) {
  for (const char* key : {"b", "\x80", "a", "\x7f", "ab", "\xff"}) Put(key, key);
  EXPECT_THAT(Keys({"", ""}), ElementsAre("a", "ab", "b", "\x7f", "\x80", "\xff"));
  EXPECT_THAT(Keys({"", ""}, {.reverse = true}),
              ElementsAre("\xff", "\x80", "\x7f", "b", "ab", "a"));
  EXPECT_THAT(Keys({"ab", "\x80"}), ElementsAre("ab", "b", "\x7f"));
  EXPECT_THAT(Keys({"ab", "\x80"}, {.limit = 2, .reverse = true}), ElementsAre("\x7f", "b"));
  EXPECT_THAT(Keys({"aa", "aaa"}), IsEmpty());
  EXPECT_THAT(Keys({"b", "a"}), IsEmpty());
  EXPECT_THAT(Keys({"b", "b"}), IsEmpty());
  EXPECT_THAT(Keys({"", ""}, {.limit = 0}), IsEmpty());
  EXPECT_THAT(Keys({"", ""}, {.limit = 1}), ElementsAre("a"));
}

TEST_P(EngineConformance, GetManyAnswersInTheOrderOfItsKeys) {
  Put("a", "1");
  Put("c", "3");
  absl::StatusOr<std::vector<std::optional<Entry>>> entries =
      Wait(engine_->GetSnapshot()->GetMany({"c", "b", "a", "c"}));
  ASSERT_THAT(entries, IsOk());
  ASSERT_THAT(*entries, SizeIs(4));
  EXPECT_EQ((*entries)[0]->value, "3");
  EXPECT_FALSE((*entries)[1].has_value());
  EXPECT_EQ((*entries)[2]->key, "a");
  EXPECT_EQ((*entries)[3]->value, "3");
  EXPECT_THAT(*Wait(engine_->GetSnapshot()->GetMany({})), IsEmpty());
}

TEST_P(EngineConformance, VersionsOnlyGrow) {
  Put("a", "1");
  const uint64_t first = Get("a")->version;
  Put("b", "1");
  EXPECT_EQ(Get("a")->version, first);
  Delete("a");
  Put("a", "1");
  EXPECT_GT(Get("a")->version, Get("b")->version);
  EXPECT_NE(first, kAbsent);
}

TEST_P(EngineConformance, TheLastWriteToAKeyStands) {
  Batch batch;
  batch.Put("a", "1");
  batch.Delete("a");
  batch.Put("b", "1");
  batch.Put("b", "2");
  batch.Delete("c");
  batch.Put("c", "3");
  MustCommit(std::move(batch));
  EXPECT_EQ(Value("a"), "(absent)");
  EXPECT_EQ(Value("b"), "2");
  EXPECT_EQ(Value("c"), "3");
}

TEST_P(EngineConformance, SnapshotsStandStill) {
  Put("a", "1");
  Put("b", "1");
  const std::shared_ptr<Snapshot> before = engine_->GetSnapshot();
  const Position position = before->position();
  for (int i = 0; i < 20; ++i) Put("a", "2");
  Delete("b");
  Put("c", "1");
  EXPECT_EQ(Value(*before, "a"), "1");
  EXPECT_EQ(Value(*before, "b"), "1");
  EXPECT_EQ(Value(*before, "c"), "(absent)");
  EXPECT_THAT(Scan(*before, {"", ""}), SizeIs(2));
  EXPECT_EQ(before->position(), position);
  EXPECT_EQ(Compare(position, engine_->head()), std::strong_ordering::less);
  EXPECT_EQ(Value("a"), "2");
}

TEST_P(EngineConformance, SnapshotsHoldAllOfACommitOrNothing) {
  // Ten keys always carry the same value; a snapshot never sees two.
  std::vector<std::optional<absl::StatusOr<Position>>> outcomes(200);
  for (size_t i = 0; i < outcomes.size(); ++i) {
    Batch batch;
    for (char key = '0'; key <= '9'; ++key) batch.Put(std::string(1, key), std::to_string(i));
    CommitInto(*engine_, std::move(batch), outcomes[i]);
    const std::shared_ptr<Snapshot> snapshot = engine_->GetSnapshot();
    const std::vector<Entry> entries = Scan(*snapshot, {"", ""});
    EXPECT_TRUE(entries.empty() || entries.size() == 10);
    for (const Entry& entry : entries) {
      EXPECT_EQ(entry.value, entries.front().value);
      EXPECT_EQ(snapshot->PositionOf(entry), snapshot->position());
    }
  }
  executor_.RunUntil([&] { return outcomes.back().has_value(); });
}

TEST_P(EngineConformance, PositionsAscendWithCommits) {
  Position previous = engine_->head();
  for (int i = 0; i < 5; ++i) {
    const Position next = Put("a", std::to_string(i));
    EXPECT_EQ(Compare(previous, next), std::strong_ordering::less);
    EXPECT_EQ(engine_->head(), next);
    EXPECT_EQ(engine_->GetSnapshot()->position(), next);
    previous = next;
  }
}

TEST_P(EngineConformance, LostUpdateIsAborted) {
  Put("quota", "1");
  const uint64_t version = Get("quota")->version;
  Batch first;
  first.Require("quota", version);
  first.Put("quota", "2");
  Batch second;
  second.Require("quota", version);
  second.Put("quota", "3");
  EXPECT_THAT(Commit(std::move(first)), IsOk());
  EXPECT_THAT(Commit(std::move(second)), IsError(absl::StatusCode::kAborted, "CONFLICT"));
  EXPECT_EQ(Value("quota"), "2");
}

TEST_P(EngineConformance, AbsenceCanBeRequired) {
  const auto create = [&](const std::string& value) {
    Batch batch;
    batch.Require("a", kAbsent);
    batch.Put("a", value);
    return Commit(std::move(batch));
  };
  EXPECT_THAT(create("1"), IsOk());
  EXPECT_THAT(create("2"), IsError(absl::StatusCode::kAborted, "CONFLICT"));
  EXPECT_EQ(Value("a"), "1");
  Delete("a");
  EXPECT_THAT(create("3"), IsOk());
}

TEST_P(EngineConformance, PresenceAtAVersionCanBeRequired) {
  Put("a", "1");
  const uint64_t version = Get("a")->version;
  const auto requires_version = [&](uint64_t required) {
    Batch batch;
    batch.Require("a", required);
    batch.Put("b", "1");
    return Commit(std::move(batch));
  };
  EXPECT_THAT(requires_version(version), IsOk());
  EXPECT_THAT(requires_version(version + 1), IsError(absl::StatusCode::kAborted, "CONFLICT"));
  Delete("a");
  EXPECT_THAT(requires_version(version), IsError(absl::StatusCode::kAborted, "CONFLICT"));
  // Written again with the same value, it is not the same any more.
  Put("a", "1");
  EXPECT_THAT(requires_version(version), IsError(absl::StatusCode::kAborted, "CONFLICT"));
}

TEST_P(EngineConformance, ARefusedBatchLeavesNothing) {
  Put("a", "1");
  const Position head = engine_->head();
  Batch batch;
  batch.Put("b", "1");
  batch.Delete("a");
  batch.changes = {"change"};
  batch.Require("c", 17);
  EXPECT_THAT(Commit(std::move(batch)), IsError(absl::StatusCode::kAborted, "CONFLICT"));
  EXPECT_EQ(Value("a"), "1");
  EXPECT_EQ(Value("b"), "(absent)");
  EXPECT_THAT(Feed(), IsEmpty());
  EXPECT_EQ(engine_->head(), head);
}

TEST_P(EngineConformance, ABatchThatWritesNothingIsCheckedAllTheSame) {
  const Position put = Put("a", "1");
  Batch holds;
  holds.Require("a", Get("a")->version);
  const absl::StatusOr<Position> position = Commit(std::move(holds));
  ASSERT_THAT(position, IsOk());
  EXPECT_EQ(*position, put);
  EXPECT_EQ(engine_->head(), put);
  Batch fails;
  fails.Require("a", kAbsent);
  EXPECT_THAT(Commit(std::move(fails)), IsError(absl::StatusCode::kAborted, "CONFLICT"));
}

TEST_P(EngineConformance, CommitsOfOneGroupSeeEachOther) {
  // All are queued before the first can be carried out, so that they share groups.
  constexpr int kRounds = 20;
  for (int round = 0; round < kRounds; ++round) {
    const std::optional<Entry> before = Get("counter");
    std::vector<std::optional<absl::StatusOr<Position>>> outcomes(50);
    for (auto& outcome : outcomes) {
      Batch batch;
      batch.Require("counter", before.has_value() ? before->version : kAbsent);
      batch.Put("counter", std::to_string(round));
      batch.changes = {std::to_string(round)};
      CommitInto(*engine_, std::move(batch), outcome);
    }
    executor_.RunUntil([&] {
      return std::all_of(outcomes.begin(), outcomes.end(),
                         [](const auto& outcome) { return outcome.has_value(); });
    });
    int won = 0;
    for (const auto& outcome : outcomes) {
      if (outcome->ok()) {
        ++won;
      } else {
        EXPECT_THAT(*outcome, IsError(absl::StatusCode::kAborted, "CONFLICT"));
      }
    }
    EXPECT_EQ(won, 1);
  }
  EXPECT_THAT(Feed(), SizeIs(kRounds));
}

TEST_P(EngineConformance, DeletesCountInsideAGroup) {
  Put("a", "1");
  const uint64_t version = Get("a")->version;
  std::vector<std::optional<absl::StatusOr<Position>>> outcomes(3);
  Batch remove;
  remove.Delete("a");
  Batch stale;
  stale.Require("a", version);
  stale.Put("stale", "1");
  Batch create;
  create.Require("a", kAbsent);
  create.Put("a", "2");
  CommitInto(*engine_, std::move(remove), outcomes[0]);
  CommitInto(*engine_, std::move(stale), outcomes[1]);
  CommitInto(*engine_, std::move(create), outcomes[2]);
  executor_.RunUntil([&] { return outcomes[2].has_value(); });
  EXPECT_THAT(*outcomes[0], IsOk());
  EXPECT_THAT(*outcomes[1], IsError(absl::StatusCode::kAborted, "CONFLICT"));
  EXPECT_THAT(*outcomes[2], IsOk());
  EXPECT_EQ(Value("a"), "2");
  EXPECT_EQ(Value("stale"), "(absent)");
}

Detached Increment(Engine& engine, std::string key, int times, int& running) {
  for (int done = 0; done < times;) {
    const std::shared_ptr<Snapshot> snapshot = engine.GetSnapshot();
    absl::StatusOr<std::optional<Entry>> entry = co_await snapshot->Get(key);
    EXPECT_THAT(entry, IsOk());
    Batch batch;
    batch.Require(key, entry->has_value() ? (*entry)->version : kAbsent);
    const int value = entry->has_value() ? std::stoi((*entry)->value) : 0;
    batch.Put(key, std::to_string(value + 1));
    batch.changes = {key};
    absl::StatusOr<Position> position = co_await engine.Commit(std::move(batch));
    if (position.ok()) {
      ++done;
    } else {
      EXPECT_THAT(position, IsError(absl::StatusCode::kAborted, "CONFLICT"));
    }
  }
  --running;
}

TEST_P(EngineConformance, ManyCommittersLoseNothing) {
  constexpr int kCommitters = 64;
  constexpr int kTimes = 10;
  int running = kCommitters;
  for (int i = 0; i < kCommitters; ++i) {
    Increment(*engine_, "counter" + std::to_string(i % 16), kTimes, running);
  }
  executor_.RunUntil([&] { return running == 0; });
  int sum = 0;
  for (const Entry& entry : Scan(*engine_->GetSnapshot(), {"", ""})) sum += std::stoi(entry.value);
  EXPECT_EQ(sum, kCommitters * kTimes);
  EXPECT_THAT(Feed(), SizeIs(kCommitters * kTimes));
}

TEST_P(EngineConformance, AFullQueueRefusesAndWritesNothing) {
  engine_.reset();
  EngineOptions options = Options();
  options.max_queued_commits = 0;
  Open(options);
  Batch batch;
  batch.Put("a", "1");
  const absl::StatusOr<Position> refused = Commit(std::move(batch));
  EXPECT_THAT(refused, IsError(absl::StatusCode::kResourceExhausted, "COMMIT_QUEUE_FULL"));
  google::rpc::RetryInfo retry;
  EXPECT_TRUE(GetDetail(refused.status(), retry));
  EXPECT_EQ(Value("a"), "(absent)");
}

TEST_P(EngineConformance, ABatchLargerThanTheQueueStillPassesAlone) {
  engine_.reset();
  EngineOptions options = Options();
  options.max_queued_bytes = 1000;
  Open(options);
  Put("a", std::string(10'000, 'x'));
  EXPECT_EQ(Value("a").size(), 10'000u);
}

TEST_P(EngineConformance, ClosingCarriesOutWhatIsQueued) {
  std::vector<std::optional<absl::StatusOr<Position>>> outcomes(100);
  for (size_t i = 0; i < outcomes.size(); ++i) {
    Batch batch;
    batch.Put(std::to_string(i), "1");
    CommitInto(*engine_, std::move(batch), outcomes[i]);
  }
  engine_.reset();
  executor_.RunUntil([&] { return outcomes.back().has_value(); });
  for (const auto& outcome : outcomes) EXPECT_THAT(*outcome, IsOk());
}

TEST_P(EngineConformance, PurgingChangesNothingThatIsThere) {
  for (const char* key : {"a", "b", "c", "d"}) Put(key, "1");
  Put("a", "2");
  Delete("b");
  Record("change");
  const Position head = engine_->head();
  const std::vector<Entry> before = Scan(*engine_->GetSnapshot(), {"", ""});
  ASSERT_THAT(Wait(engine_->Purge({{"a", "c"}, {"c", "cc"}})), IsOk());
  ASSERT_THAT(Wait(engine_->Purge({{"", ""}})), IsOk());
  ASSERT_THAT(Wait(engine_->Purge({})), IsOk());
  ASSERT_THAT(Wait(engine_->Purge({{"x", "y"}})), IsOk());
  EXPECT_EQ(engine_->head(), head);
  const std::vector<Entry> after = Scan(*engine_->GetSnapshot(), {"", ""});
  ASSERT_EQ(after.size(), before.size());
  for (size_t i = 0; i < after.size(); ++i) {
    EXPECT_EQ(after[i].key, before[i].key);
    EXPECT_EQ(after[i].value, before[i].value);
    EXPECT_EQ(after[i].version, before[i].version);
  }
  EXPECT_THAT(Feed(), ElementsAre(ElementsAre("change")));
  EXPECT_EQ(Compare(head, Put("b", "3")), std::strong_ordering::less);
  EXPECT_EQ(Value("b"), "3");
}

TEST_P(EngineConformance, PurgingTakesNothingFromASnapshotInUse) {
  Put("a", "1");
  std::shared_ptr<Snapshot> before = engine_->GetSnapshot();
  Put("a", "2");
  const absl::Status purged = Wait(engine_->Purge({{"", ""}}));
  if (!purged.ok()) {
    EXPECT_THAT(purged, IsError(absl::StatusCode::kUnavailable, "PURGE_HELD_UP"));
    google::rpc::RetryInfo retry;
    EXPECT_TRUE(GetDetail(purged, retry));
  }
  EXPECT_EQ(Value(*before, "a"), "1");
  before.reset();
  EXPECT_THAT(Wait(engine_->Purge({{"", ""}})), IsOk());
  EXPECT_EQ(Value("a"), "2");
}

TEST_P(EngineConformance, CommitsGoOnBesideAPurge) {
  for (int i = 0; i < 100; ++i) Put(std::to_string(i), std::string(1000, 'x'));
  std::optional<absl::Status> purged;
  [](Engine& engine, std::optional<absl::Status>& outcome) -> Detached {
    std::vector<KeyRange> everything = {{"", ""}};
    outcome = co_await engine.Purge(std::move(everything));
  }(*engine_, purged);
  for (int i = 0; i < 100; ++i) Put(std::to_string(i), "y");
  executor_.RunUntil([&] { return purged.has_value(); });
  EXPECT_THAT(*purged, IsOk());
  for (int i = 0; i < 100; ++i) EXPECT_EQ(Value(std::to_string(i)), "y");
}

TEST_P(EngineConformance, IsHealthy) {
  EXPECT_THAT(engine_->Health(), IsOk());
  Put("a", "1");
  EXPECT_THAT(engine_->Health(), IsOk());
}

}  // namespace
}  // namespace weft::storage
