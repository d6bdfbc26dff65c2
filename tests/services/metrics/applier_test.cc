// The read model, however it came about, is a function of the records: byte for byte.
#include "services/metrics/store/applier.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/executor.h"
#include "common/storage/keys.h"
#include "common/storage/open_engine.h"
#include "common/storage/transaction.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/metrics/store/keys.h"
#include "services/metrics/store/rows.h"
#include "tests/services/metrics/history.h"
#include "tests/services/metrics/wave_example.h"
#include "tests/testing/errors.h"
#include "tests/testing/fake_clock.h"
#include "weft/registry/v1/cohort.pb.h"
#include "weft/registry/v1/organization.pb.h"
#include "weft/registry/v1/partnership.pb.h"

namespace weft::metrics {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using ::testing::Not;
using type::v1::Change;

using Rows = std::vector<std::pair<std::string, std::string>>;

// A read model of its own.
class Store {
 public:
  Store() {
    storage::EngineOptions options;
    options.kind = "memory";
    engine_ = *storage::OpenEngine(options, executor_);
  }

  template <class T>
  T Await(Task<T> task) {
    return SyncWait(executor_, std::move(task));
  }

  // In one commit.
  absl::Status Apply(const std::vector<Change>& changes) {
    absl::Status applied = TryToApply(changes);
    if (!applied.ok()) cache_.Clear();
    return applied;
  }
  // As after a restart.
  void Forget() { cache_.Clear(); }
  const std::vector<std::string>& changed_waves() const { return changed_waves_; }

  // What is kept of a wave: its sites and its aggregates.
  Rows Dump(const std::string& wave) {
    Rows rows;
    for (const TableId table : {kSites, kAggregates}) {
      const auto entries = Await(engine_->GetSnapshot()->Scan(
          storage::KeyWriter(table).String(wave).Prefix(), {.limit = 1'000'000}));
      EXPECT_THAT(entries, IsOk());
      for (const storage::Entry& entry : *entries) rows.emplace_back(entry.key, entry.value);
    }
    return rows;
  }

  // The crosswalks of a taxonomy.
  Rows CrosswalksOf(const std::string& taxonomy) {
    Rows rows;
    const auto entries = Await(engine_->GetSnapshot()->Scan(
        storage::KeyWriter(kCrosswalks).String(taxonomy).Prefix(), {.limit = 1'000}));
    EXPECT_THAT(entries, IsOk());
    for (const storage::Entry& entry : *entries) rows.emplace_back(entry.key, entry.value);
    return rows;
  }

  // What is kept of every wave.
  Rows DumpTable(TableId table) {
    Rows rows;
    const auto entries =
        Await(engine_->GetSnapshot()->Scan(TableRange(table), {.limit = 1'000'000}));
    for (const storage::Entry& entry : *entries) rows.emplace_back(entry.key, entry.value);
    return rows;
  }

  Aggregate Read(const std::string& wave, const std::string& cohort, v1::ReviewFloor floor,
                 std::vector<uint32_t> parts) {
    auto snapshot = engine_->GetSnapshot();
    absl::StatusOr<Aggregate> aggregate =
        Await(ReadAggregate(*snapshot, wave, cohort, floor, std::move(parts)));
    EXPECT_THAT(aggregate, IsOk());
    return *std::move(aggregate);
  }

 private:
  absl::Status TryToApply(const std::vector<Change>& changes) {
    storage::Transaction txn(storage::Database{*engine_, clock_});
    Applier applier(txn, cache_);
    for (const Change& change : changes) {
      absl::Status applied = Await(applier.Apply(change));
      if (!applied.ok()) return applied;
    }
    absl::Status finished = Await(applier.Finish());
    if (!finished.ok()) return finished;
    changed_waves_ = {applier.changed_waves().begin(), applier.changed_waves().end()};
    return Await(txn.Commit()).status();
  }

  ManualExecutor executor_;
  testing::FakeClock clock_;
  std::unique_ptr<storage::Engine> engine_;
  ApplierCache cache_;
  std::vector<std::string> changed_waves_;
};

// The aggregates' parts that the store holds are those of a view built from the records.
void ExpectSameNumbers(Store& store, const std::string& wave, const WaveRecords& records) {
  for (const char* cohort : {"", "cohorts/one", "cohorts/two"}) {
    for (const auto floor : {v1::REVIEW_FLOOR_SUBMITTED, v1::REVIEW_FLOOR_APPROVED}) {
      v1::Parameters parameters;
      parameters.set_cohort(cohort);
      parameters.set_floor(floor);
      const WaveView view = BuildWaveView(records, parameters);
      std::vector<uint32_t> parts;
      for (const auto& [part, histogram] : view.aggregate.parts()) parts.push_back(part);
      const Aggregate stored = store.Read(wave, cohort, floor, parts);
      for (const uint32_t part : parts) {
        ASSERT_EQ(stored.Part(part), view.aggregate.Part(part))
            << wave << " " << cohort << " " << floor << " part " << part;
      }
    }
  }
}

TEST(ApplierTest, RandomHistoriesEqualARebuildByteForByte) {
  constexpr int kHistories = 2000;
  const uint64_t first_seed = 1;
  Store followed;
  Store rebuilt;
  for (int i = 0; i < kHistories; ++i) {
    const uint64_t seed = first_seed + i;
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    const std::string wave = absl::StrCat("w", seed);
    History history(wave, seed);
    ASSERT_THAT(followed.Apply(history.Opening()), IsOk());
    const int commits = history.Pick(8);
    std::vector<Change> last;
    for (int commit = 0; commit < commits; ++commit) {
      std::vector<Change> changes;
      // Now and then what had been applied comes again.
      if (history.Pick(4) == 0) changes = last;
      last.clear();
      const int steps = 1 + history.Pick(6);
      for (int step = 0; step < steps; ++step) {
        for (Change& change : history.Step()) last.push_back(std::move(change));
      }
      changes.insert(changes.end(), last.begin(), last.end());
      ASSERT_THAT(followed.Apply(changes), IsOk());
      if (history.Pick(3) == 0) followed.Forget();
    }
    std::vector<Change> snapshot = history.Snapshot();
    // Revisions come before the responses or after them, all else in any order, in one commit or
    // several.
    if (history.Pick(2) == 0) {
      std::stable_sort(snapshot.begin(), snapshot.end(), [](const Change& a, const Change& b) {
        const auto revision = [](const Change& c) {
          return c.name().find("/revisions/") != std::string::npos;
        };
        return revision(a) < revision(b);
      });
    }
    if (history.Pick(3) == 0) {
      std::stable_sort(snapshot.begin(), snapshot.end(), [](const Change& a, const Change& b) {
        const auto late = [](const Change& c) {
          return c.name().find('/', 6) == std::string::npos;
        };
        return late(a) < late(b);
      });
    }
    const size_t half = history.Pick(2) == 0 ? snapshot.size() / 2 : snapshot.size();
    ASSERT_THAT(rebuilt.Apply({snapshot.begin(), snapshot.begin() + half}), IsOk());
    ASSERT_THAT(rebuilt.Apply({snapshot.begin() + half, snapshot.end()}), IsOk());
    ASSERT_EQ(followed.Dump(wave), rebuilt.Dump(wave));
    ASSERT_EQ(followed.CrosswalksOf(wave), rebuilt.CrosswalksOf(wave));
    if (i % 10 == 0) ExpectSameNumbers(followed, wave, history.Records());
    // What is in memory makes no difference, and no answers wait once they can be counted.
    if (i % 3 == 0) followed.Forget();
    ASSERT_THAT(followed.DumpTable(kRevisions), IsEmpty());
    ASSERT_FALSE(::testing::Test::HasFailure());
  }
}

TEST(ApplierTest, AnswersAreKeptAsTheyAreCounted) {
  Store store;
  WaveBuilder wave(2);
  wave.Add("4/1 2/2 | 3");
  WaveRecords& records = wave.records();
  auto& response = records.responses[0];
  auto& revision = records.revisions[0];
  ASSERT_THAT(store.Apply({ChangeOf("instruments/i1", records.frame.instrument),
                           ChangeOf("waves/w1", records.frame.wave),
                           ChangeOf(records.roster[0].name(), records.roster[0])}),
              IsOk());
  // Before its response it waits.
  ASSERT_THAT(store.Apply({ChangeOf(revision.name(), revision)}), IsOk());
  EXPECT_EQ(store.DumpTable(kRevisions).size(), 1u);
  const ingestion::v1::Answers answers = response.answers();
  response.clear_answers();
  ASSERT_THAT(store.Apply({ChangeOf(response.name(), response)}), IsOk());
  EXPECT_THAT(store.DumpTable(kRevisions), IsEmpty());
  ExpectSameNumbers(store, "w1", records);

  // Approved later: nothing is asked for its answers. Taken back and given again, neither.
  store.Forget();
  Approve(response);
  ASSERT_THAT(store.Apply({ChangeOf(response.name(), response)}), IsOk());
  ExpectSameNumbers(store, "w1", records);
  const Rows approved = store.Dump("w1");
  response.set_state(ingestion::v1::Response::STATE_WITHDRAWN);
  ASSERT_THAT(store.Apply({ChangeOf(response.name(), response)}), IsOk());
  ExpectSameNumbers(store, "w1", records);
  EXPECT_EQ(store.Read("w1", "", v1::REVIEW_FLOOR_APPROVED, {part::kTotals}).counted(), 0);
  response.set_state(ingestion::v1::Response::STATE_APPROVED);
  ASSERT_THAT(store.Apply({ChangeOf(response.name(), response)}), IsOk());
  EXPECT_EQ(store.Dump("w1"), approved);

  // Draft answers that come after it wait for nothing.
  response.set_revision(2);
  *response.mutable_answers() = answers;
  revision.set_name(response.name() + "/revisions/2");
  ASSERT_THAT(
      store.Apply({ChangeOf(revision.name(), revision), ChangeOf(response.name(), response)}),
      IsOk());
  EXPECT_THAT(store.DumpTable(kRevisions), IsEmpty());
  // Its id is its site's.
  EXPECT_THAT(store.DumpTable(kRespondents), IsEmpty());
}

TEST(ApplierTest, AResponseThatIsMadeAnewHasNoneOfTheOldAnswers) {
  Store store;
  WaveBuilder wave(1);
  wave.Add("4/1 | 3");
  WaveRecords& records = wave.records();
  auto& response = records.responses[0];
  ASSERT_THAT(store.Apply({ChangeOf("instruments/i1", records.frame.instrument),
                           ChangeOf("waves/w1", records.frame.wave),
                           ChangeOf(records.roster[0].name(), records.roster[0]),
                           ChangeOf(records.revisions[0].name(), records.revisions[0]),
                           ChangeOf(response.name(), response)}),
              IsOk());
  Change deleted = ChangeOf(response.name(), response);
  deleted.set_kind(Change::KIND_DELETED);
  response.clear_answers();
  ASSERT_THAT(store.Apply({deleted, ChangeOf(response.name(), response)}), IsOk());
  const auto floor = v1::REVIEW_FLOOR_SUBMITTED;
  EXPECT_EQ(store.Read("w1", "", floor, {part::kTotals}).counted(), 0);
  records.revisions[0].mutable_answers()->mutable_partner_cells(0)->set_level(
      type::v1::INTERACTION_LEVEL_NETWORKING);
  ASSERT_THAT(store.Apply({ChangeOf(records.revisions[0].name(), records.revisions[0])}), IsOk());
  ExpectSameNumbers(store, "w1", records);
}

TEST(ApplierTest, OtherQuestionsForCountedAnswersNeedARebuild) {
  WaveBuilder wave(1);
  wave.Add("4/1 | 3");
  WaveRecords& records = wave.records();
  const std::vector<Change> all = {ChangeOf("instruments/i1", records.frame.instrument),
                                   ChangeOf("waves/w1", records.frame.wave),
                                   ChangeOf(records.roster[0].name(), records.roster[0]),
                                   ChangeOf(records.revisions[0].name(), records.revisions[0]),
                                   ChangeOf(records.responses[0].name(), records.responses[0])};
  constexpr auto kDataLoss = absl::StatusCode::kDataLoss;
  Store store;
  ASSERT_THAT(store.Apply(all), IsOk());
  ASSERT_THAT(store.Apply(all), IsOk()) << "the same again is no change";
  records.frame.wave.set_instrument("instruments/i2");
  EXPECT_THAT(store.Apply({ChangeOf("waves/w1", records.frame.wave)}),
              IsError(kDataLoss, "QUESTIONS_CHANGED"));
  records.frame.instrument.mutable_partner_types()->Clear();
  EXPECT_THAT(store.Apply({ChangeOf("instruments/i1", records.frame.instrument)}),
              IsError(kDataLoss, "QUESTIONS_CHANGED"));
  Change deleted = all[1];
  deleted.set_kind(Change::KIND_DELETED);
  EXPECT_THAT(store.Apply({deleted}), IsError(kDataLoss, "QUESTIONS_CHANGED"));
}

TEST(ApplierTest, NothingIsLeftOfAWaveThatEverybodyLeft) {
  Store store;
  History history("w1", 99);
  ASSERT_THAT(store.Apply(history.Opening()), IsOk());
  for (int i = 0; i < 40; ++i) ASSERT_THAT(store.Apply(history.Step()), IsOk());
  EXPECT_THAT(store.Dump("w1"), Not(IsEmpty()));
  std::vector<Change> gone;
  for (Change change : history.Snapshot()) {
    change.set_kind(Change::KIND_DELETED);
    change.clear_resource();
    gone.insert(gone.begin(), change);
  }
  ASSERT_THAT(store.Apply(gone), IsOk());
  for (const TableId table :
       {kInstruments, kWaves, kRevisions, kRespondents, kSites, kAggregates}) {
    EXPECT_THAT(store.DumpTable(table), IsEmpty()) << table;
  }
}

TEST(ApplierTest, KeepsNoMoreThanTheNumbersNeed) {
  Store store;
  WaveBuilder wave(1);
  wave.Add("4/1 | 3");
  auto& entry = wave.records().roster[0];
  entry.add_amendments()->set_reason("hidden");
  entry.set_display_name("hidden");
  auto& response = wave.records().responses[0];
  response.set_state_comment("hidden");
  response.set_source("hidden");
  auto& revision = wave.records().revisions[0];
  revision.set_principal("users/hidden");
  ASSERT_THAT(store.Apply({ChangeOf(entry.name(), entry), ChangeOf(revision.name(), revision),
                           ChangeOf(response.name(), response)}),
              IsOk());
  for (const TableId table : {kRevisions, kRespondents, kSites, kAggregates}) {
    for (const auto& [key, value] : store.DumpTable(table)) {
      EXPECT_EQ(value.find("hidden"), std::string::npos) << table;
    }
  }
  EXPECT_THAT(store.changed_waves(), ElementsAre("w1"));
}

TEST(ApplierTest, PassesOverWhatNoNumberDependsOn) {
  Store store;
  EXPECT_THAT(store.Apply({ChangeOf("sites/s1", registry::v1::Site()),
                           ChangeOf("cohorts/c1", registry::v1::Cohort()),
                           ChangeOf("sites/s1/partnerships/p1/siteView", registry::v1::SiteView()),
                           ChangeOf("waves/w1/imports/i1", registry::v1::Site())}),
              IsOk());
  EXPECT_THAT(store.changed_waves(), IsEmpty());
  EXPECT_THAT(store.DumpTable(kSites), IsEmpty());
}

TEST(ApplierTest, RefusesAChangeOfAnotherKind) {
  Store store;
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  for (const char* name :
       {"taxonomies/t", "instruments/i", "waves/w", "waves/w/roster/s", "waves/w/responses/r",
        "waves/w/responses/r/revisions/1", "sites/s", "organizations/o", "sites/s/partnerships/p",
        "cohorts/c", "sites/s/partnerships/p/assessments/1", "cohorts/c/memberships/s"}) {
    EXPECT_THAT(store.Apply({ChangeOf(name, registry::v1::AlternateName())}),
                IsError(kInvalid, "CHANGE_INVALID"))
        << name;
  }
  EXPECT_THAT(store.Apply({ChangeOf("waves/w/responses/r/revisions/one",
                                    ingestion::v1::ResponseRevision())}),
              IsError(kInvalid, "CHANGE_INVALID"));
  EXPECT_THAT(
      store.Apply({ChangeOf("sites/s/partnerships/p/assessments/one", registry::v1::Assessment())}),
      IsError(kInvalid, "CHANGE_INVALID"));
}

TEST(ApplierTest, AnInstrumentThatComesLateIsCountedThen) {
  Store store;
  WaveBuilder wave(2);
  wave.Add("4/1 2/2 | 3");
  const WaveRecords& records = wave.records();
  ASSERT_THAT(store.Apply({ChangeOf("waves/w1", records.frame.wave),
                           ChangeOf(records.roster[0].name(), records.roster[0]),
                           ChangeOf(records.revisions[0].name(), records.revisions[0]),
                           ChangeOf(records.responses[0].name(), records.responses[0])}),
              IsOk());
  const auto floor = v1::REVIEW_FLOOR_SUBMITTED;
  EXPECT_EQ(store.Read("w1", "", floor, {part::kTotals}).counted(), 1);
  EXPECT_TRUE(store.Read("w1", "", floor, {part::kCells}).Part(part::kCells).empty());
  ASSERT_THAT(store.Apply({ChangeOf("instruments/i1", records.frame.instrument)}), IsOk());
  ExpectSameNumbers(store, "w1", records);
}

}  // namespace
}  // namespace weft::metrics
