// Steps of a feed, whatever becomes of those before them.
#include "services/metrics/store/step_writer.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/executor.h"
#include "common/storage/open_engine.h"
#include "common/storage/transaction.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/metrics/store/keys.h"
#include "services/metrics/store/rows.h"
#include "tests/services/metrics/history.h"
#include "tests/testing/errors.h"
#include "tests/testing/fake_clock.h"

namespace weft::metrics {
namespace {

using ingestion::v1::ResponseRevision;
using store::v1::FollowerState;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using type::v1::Change;
using type::v1::WatchResponse;

using Rows = std::vector<std::pair<std::string, std::string>>;

WatchResponse Message(const std::vector<Change>& changes, const std::string& position) {
  WatchResponse message;
  auto& batch = *message.mutable_changes()->add_batches();
  for (const Change& change : changes) *batch.add_changes() = change;
  message.set_resume_position(position);
  return message;
}

// A read model of its own.
class Model {
 public:
  Model() {
    storage::EngineOptions options;
    options.kind = "memory";
    engine_ = *storage::OpenEngine(options, executor_);
    writer_ = MakeWriter();
  }

  std::unique_ptr<StepWriter> MakeWriter() {
    return std::make_unique<StepWriter>(storage::Database{*engine_, clock_}, Feed::kIngestion);
  }
  absl::StatusOr<StepWriter::Written> Write(const WatchResponse& message) {
    return Write(*writer_, message);
  }
  absl::StatusOr<StepWriter::Written> Write(StepWriter& writer, const WatchResponse& message) {
    return SyncWait(executor_, writer.Write(message));
  }
  storage::Position head() const { return engine_->head(); }

  // All sites and aggregates.
  Rows Dump() {
    Rows rows;
    for (const TableId table : {kSites, kAggregates}) {
      const auto entries =
          SyncWait(executor_, engine_->GetSnapshot()->Scan(TableRange(table), {.limit = 100'000}));
      EXPECT_THAT(entries, IsOk());
      for (const storage::Entry& entry : *entries) rows.emplace_back(entry.key, entry.value);
    }
    return rows;
  }

  FollowerState State() {
    const auto snapshot = engine_->GetSnapshot();
    return **SyncWait(executor_, FindRow<FollowerState>(*snapshot, FollowerKey(Feed::kIngestion)));
  }

 private:
  ManualExecutor executor_;
  testing::FakeClock clock_;
  std::unique_ptr<storage::Engine> engine_;
  std::unique_ptr<StepWriter> writer_;
};

TEST(StepWriterTest, KeepsHowFarItHasCome) {
  Model model;
  WatchResponse snapshot;
  for (const Change& change : History("w1", 1).Opening()) {
    *snapshot.mutable_snapshot()->add_changes() = change;
  }
  snapshot.set_resume_position("a");
  const auto written = model.Write(snapshot);
  ASSERT_THAT(written, IsOk());
  EXPECT_THAT(written->waves, ElementsAre("w1"));
  EXPECT_EQ(model.State().phase(), FollowerState::PHASE_SNAPSHOT);
  EXPECT_EQ(model.State().position(), "a");
  EXPECT_EQ(model.State().layout(), kLayout);
  WatchResponse end;
  end.mutable_snapshot_end();
  end.set_resume_position("b");
  ASSERT_THAT(model.Write(end), IsOk());
  EXPECT_EQ(model.State().phase(), FollowerState::PHASE_FOLLOWING);
  EXPECT_EQ(model.State().position(), "b");
}

TEST(StepWriterTest, WhatHasBeenReadChangesNothing) {
  Model model;
  History history("w1", 2);
  ASSERT_THAT(model.Write(Message(history.Opening(), "1")), IsOk());
  const std::vector<Change> step = history.Step();
  ASSERT_THAT(model.Write(Message(step, "2")), IsOk());
  const Rows rows = model.Dump();
  const storage::Position head = model.head();
  const auto again = model.Write(Message(step, "2"));
  ASSERT_THAT(again, IsOk());
  EXPECT_THAT(again->waves, IsEmpty());
  EXPECT_EQ(model.head(), head);
  // Delivered once more behind a later position, it is written, and changes nothing either.
  ASSERT_THAT(model.Write(Message(step, "3")), IsOk());
  EXPECT_EQ(model.Dump(), rows);
}

// What a model that has only read the end of the history holds.
Rows Rebuilt(const History& history) {
  Model model;
  EXPECT_THAT(model.Write(Message(history.Snapshot(), "end")), IsOk());
  return model.Dump();
}

TEST(StepWriterTest, AStepThatFailsLeavesNothingBehind) {
  Model model;
  History history("w1", 3);
  ASSERT_THAT(model.Write(Message(history.Opening(), "0")), IsOk());
  for (int i = 1; i <= 100; ++i) {
    const std::vector<Change> step = history.Step();
    std::vector<Change> broken = step;
    // Fails late, when answers have been counted already.
    broken.push_back(ChangeOf("waves/w1/responses/none/revisions/1", ResponseRevision()));
    broken.back().mutable_resource()->set_value("\xff");
    const Rows rows = model.Dump();
    ASSERT_THAT(model.Write(Message(broken, absl::StrCat(i))),
                IsError(absl::StatusCode::kInvalidArgument, "CHANGE_INVALID"));
    ASSERT_EQ(model.Dump(), rows);
    ASSERT_THAT(model.Write(Message(step, absl::StrCat(i))), IsOk());
  }
  EXPECT_EQ(model.Dump(), Rebuilt(history));
}

TEST(StepWriterTest, NoticesThatAnotherHasWritten) {
  Model model;
  const auto other = model.MakeWriter();
  History history("w1", 4);
  ASSERT_THAT(model.Write(Message(history.Opening(), "0")), IsOk());
  for (int i = 1; i <= 100; ++i) {
    const WatchResponse message = Message(history.Step(), absl::StrCat(i));
    const auto written = history.Pick(2) == 0 ? model.Write(message) : model.Write(*other, message);
    ASSERT_THAT(written, IsOk());
  }
  EXPECT_EQ(model.Dump(), Rebuilt(history));
}

}  // namespace
}  // namespace weft::metrics
