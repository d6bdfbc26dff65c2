// How the read model keeps up with the feeds, and what becomes of it when they, or it, are lost.
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "common/base/executor.h"
#include "common/storage/open_engine.h"
#include "common/storage/position.h"
#include "common/storage/transaction.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/metrics/store/keys.h"
#include "tests/services/metrics/service_fixture.h"
#include "tests/testing/proto_matchers.h"
#include "weft/metrics/store/v1/read_model.pb.h"
#include "weft/registry/v1/partnership.pb.h"
#include "weft/registry/v1/site.pb.h"

namespace weft::metrics {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using ::testing::Not;

constexpr auto kUnavailable = absl::StatusCode::kUnavailable;

std::string WithoutPositions(v1::WaveSummary summary) {
  summary.mutable_provenance()->clear_computed_through();
  return summary.DebugString();
}

// Runs `work` on an engine of the directory, while its service is stopped.
template <class Work>
void OnEngine(const std::string& directory, Work work) {
  ManualExecutor executor;
  storage::EngineOptions options;
  options.directory = directory;
  auto engine = storage::OpenEngine(options, executor);
  ASSERT_THAT(engine, IsOk());
  work(executor, **engine);
}

// On engines that keep what was written.
class FollowTest : public MetricsTest {
 protected:
  // Some of everything that is mirrored of the registry, with a history.
  void AddTies() {
    AddOrganization("library");
    AddOrganization("museum");
    const auto tie = AddTie("site-01", "library", "cbo");
    Rate(tie.name(), type::v1::INTERACTION_LEVEL_COORDINATION, "2025-03-01");
    Rate(tie.name(), type::v1::INTERACTION_LEVEL_NETWORKING, "2025-01-01", true);
    AddTie("site-02", "museum", "cbo", "2024-09-01/2025-01-31");
    registry::v1::DeletePartnershipRequest remove;
    remove.set_name(AddTie("site-02", "library", "cbo").name());
    InRegistry<registry::v1::Partnership>("PartnershipService/DeletePartnership", remove);
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, FollowTest, ::testing::Values("rocksdb"), ingestion::EngineName);

// On every engine.
class FeedTest : public MetricsTest {};
INSTANTIATE_TEST_SUITE_P(Engines, FeedTest, ::testing::Values("memory", "rocksdb"),
                         ingestion::EngineName);

TEST_P(FollowTest, GoesOnWhereItStopped) {
  OpenLab();
  AddResponse("site-01", "4/12 3/2 0/0");
  EXPECT_EQ(Summary().counted(), 1);
  StopMetrics();
  AddResponse("site-02", "1/1 1/1 0/0");
  StartMetrics();
  EXPECT_EQ(Summary().counted(), 2);
}

TEST_P(FollowTest, ADeletedReadModelComesBackByteForByte) {
  OpenLab();
  AddTies();
  AddResponse("site-01", "4/12 3/2 0/0");
  AddResponse("site-02", "1/1 - 0/0", 7);
  AddResponse("site-03", "2/3+ k/r 0/0", 9);
  EXPECT_THAT(Approve("site-01"), IsOk());
  EXPECT_THAT(Return("site-01"), IsOk());
  EXPECT_THAT(Withdraw("site-02"), IsOk());
  const v1::WaveSummary before = Summary();
  const Rows rows = Dump();
  EXPECT_THAT(rows, Not(IsEmpty()));
  StopMetrics();
  DeleteReadModel();
  StartMetrics();
  EXPECT_THAT(Summary(), ingestion::SameAs(before));
  EXPECT_EQ(Dump(), rows);
}

TEST_P(FollowTest, AnotherLayoutIsRebuilt) {
  OpenLab();
  AddTies();
  AddResponse("site-01", "4/12 3/2 0/0");
  const v1::WaveSummary before = Summary();
  const Rows rows = Dump();
  StopMetrics();
  OnEngine(directory_ / "metrics", [](ManualExecutor& executor, storage::Engine& engine) {
    auto snapshot = engine.GetSnapshot();
    const auto entry = SyncWait(executor, snapshot->Get(FollowerKey(Feed::kIngestion)));
    store::v1::FollowerState state;
    ASSERT_TRUE(state.ParseFromString((*entry)->value));
    EXPECT_EQ(state.layout(), kLayout);
    state.set_layout(kLayout - 1);
    storage::Batch batch;
    batch.Put(FollowerKey(Feed::kIngestion), state.SerializeAsString());
    batch.Put(AggregateKey("w1", "", v1::REVIEW_FLOOR_SUBMITTED, 0), "of another layout");
    const auto registry = SyncWait(executor, snapshot->Get(FollowerKey(Feed::kRegistry)));
    ASSERT_TRUE(state.ParseFromString((*registry)->value));
    state.set_layout(kLayout - 1);
    batch.Put(FollowerKey(Feed::kRegistry), state.SerializeAsString());
    batch.Put(PartnershipKey("site-01", "left-over"), "of another layout");
    batch.Delete(OrganizationKey("library"));
    EXPECT_THAT(SyncWait(executor, engine.Commit(std::move(batch))), IsOk());
    snapshot.reset();
  });
  StartMetrics();
  EXPECT_EQ(WithoutPositions(Summary()), WithoutPositions(before));
  EXPECT_EQ(Dump(), rows);
}

TEST_P(FollowTest, ADamagedAggregateIsRebuilt) {
  OpenLab();
  AddResponse("site-01", "4/12 3/2 0/0");
  Summary();
  StopMetrics();
  OnEngine(directory_ / "metrics", [](ManualExecutor& executor, storage::Engine& engine) {
    storage::Batch batch;
    batch.Put(AggregateKey("w1", "", v1::REVIEW_FLOOR_SUBMITTED, 0), "damaged");
    EXPECT_THAT(SyncWait(executor, engine.Commit(std::move(batch))), IsOk());
  });
  StartMetrics();
  v1::GetWaveSummaryRequest request;
  request.set_name("waves/w1/summary");
  EXPECT_THAT(GetSummary(request), IsError(absl::StatusCode::kDataLoss, "AGGREGATE_CORRUPT"));
  // The next change meets the damage.
  AddResponse("site-02", "4/12 3/2 0/0");
  EXPECT_EQ(Summary().counted(), 2);
}

TEST_P(FollowTest, StartsAgainWhenTheFeedNoLongerReachesBack) {
  OpenLab();
  AddResponse("site-01", "4/12 3/2 0/0");
  EXPECT_EQ(Summary().counted(), 1);
  StopMetrics();
  AddResponse("site-02", "1/1 1/1 0/0");
  EXPECT_THAT(Withdraw("site-01"), IsOk());
  Stop();
  OnEngine(directory_ / "ingestion", [](ManualExecutor& executor, storage::Engine& engine) {
    EXPECT_THAT(SyncWait(executor, engine.TrimFeed(engine.head())), IsOk());
  });
  Start();
  StartMetrics();
  const v1::WaveSummary summary = Summary();
  EXPECT_EQ(summary.counted(), 1);
  EXPECT_EQ(summary.richness().mean().value(), 2);
}

TEST_P(FollowTest, AnswersWhileThePeersAreAway) {
  OpenLab();
  AddResponse("site-01", "4/12 3/2 0/0");
  const v1::WaveSummary before = Summary();
  Stop();
  const auto alone = SummaryAsItIs();
  ASSERT_THAT(alone, IsOk());
  EXPECT_THAT(*alone, ingestion::SameAs(before));
  StopMetrics();
  StartMetrics();
  const auto restarted = SummaryAsItIs();
  ASSERT_THAT(restarted, IsOk());
  EXPECT_EQ(WithoutPositions(*restarted), WithoutPositions(before));
  Start();
  AddResponse("site-02", "1/1 1/1 0/0");
  EXPECT_EQ(Summary().counted(), 2);
}

TEST_P(FeedTest, AnotherStoreIsReadFromItsBeginning) {
  if (GetParam() == "rocksdb") {
    OpenLab();
    EXPECT_EQ(Summary().invited(), 4);
    Stop();
    std::filesystem::remove_all(directory_ / "ingestion");
    Start();
  } else {
    OpenLab();
    EXPECT_EQ(Summary().invited(), 4);
    Restart();
  }
  // The new store knows no wave yet; answers that are of it say so.
  CreateInstrument();
  PublishInstrument();
  const absl::Time give_up = absl::Now() + absl::Seconds(20);
  absl::StatusOr<v1::WaveSummary> summary = SummaryAsItIs();
  while (summary.ok() && absl::Now() < give_up) {
    absl::SleepFor(absl::Milliseconds(50));
    summary = SummaryAsItIs();
  }
  EXPECT_FALSE(summary.ok());
  CreateWave();
  OpenWave();
  EXPECT_EQ(Summary().counted(), 0);
}

// What is the same wherever the feeds stand is not computed again; how far they have been read is
// always said anew.
TEST_P(FeedTest, AnswersSayHowFarTheFeedsHaveBeenRead) {
  OpenLab();
  AddResponse("site-01", "4/12 3/2 0/0");
  const v1::WaveSummary before = Summary();
  EXPECT_THAT(Summary(), ingestion::SameAs(before));

  registry::v1::UpdateSiteRequest update;
  update.mutable_site()->set_name("sites/site-04");
  update.mutable_site()->set_host_organization("Another host");
  update.mutable_update_mask()->add_paths("host_organization");
  InRegistry<registry::v1::Site>("SiteService/UpdateSite", update);
  const v1::Positions now = Now();
  ASSERT_NE(now.registry(), before.provenance().computed_through().registry());
  const v1::WaveSummary after = Summary();
  EXPECT_EQ(WithoutPositions(after), WithoutPositions(before));
  EXPECT_THAT(after.provenance().computed_through(), testing::EqualsProto(now));

  // One site's answers change what was asked before, under every parameter.
  v1::Parameters approved;
  approved.set_floor(v1::REVIEW_FLOOR_APPROVED);
  EXPECT_EQ(Summary(approved).counted(), 0);
  AddResponse("site-02", "1/1 1/1 0/0");
  EXPECT_THAT(Approve("site-01"), IsOk());
  EXPECT_EQ(Summary().counted(), 2);
  EXPECT_EQ(Summary(approved).counted(), 1);
}

TEST_P(FeedTest, NotReadyUntilBothFeedsHaveBeenRead) {
  StopMetrics();
  StopRegistry();
  DeleteReadModel();
  StartMetrics();
  const auto summary = SummaryAsItIs();
  EXPECT_THAT(summary, IsError(kUnavailable, "READ_MODEL_BEHIND"));
  google::rpc::RetryInfo retry;
  EXPECT_TRUE(GetDetail(summary.status(), retry));
}

TEST_P(FeedTest, WaitsForMinPositions) {
  OpenLab();
  v1::GetWaveSummaryRequest request;
  request.set_name("waves/w1/summary");
  const storage::Position head = engine().head();
  request.mutable_min_positions()->set_ingestion(
      storage::Position(head.epoch(), head.sequence() + 1).ToString());

  rpc::CallOptions options;
  options.timeout = absl::Seconds(2);
  const auto late = GetSummary(request, options);
  EXPECT_THAT(late, IsError(kUnavailable, "READ_MODEL_BEHIND"));
  google::rpc::RetryInfo retry;
  EXPECT_TRUE(GetDetail(late.status(), retry));

  std::thread writer([&] {
    absl::SleepFor(absl::Milliseconds(100));
    AddResponse("site-01", "4/12 3/2 0/0");
  });
  const auto summary = GetSummary(request);
  writer.join();
  EXPECT_THAT(summary, IsOk());
}

TEST_P(FeedTest, PositionsThatAreNotOfThisFeed) {
  OpenLab();
  v1::GetWaveSummaryRequest request;
  request.set_name("waves/w1/summary");
  request.mutable_min_positions()->set_ingestion("nonsense");
  const auto nonsense = GetSummary(request);
  EXPECT_THAT(nonsense, IsError(absl::StatusCode::kInvalidArgument, "POSITION_INVALID"));
  EXPECT_THAT(testing::ViolatedFields(nonsense.status()), ElementsAre("min_positions.ingestion"));
  request.mutable_min_positions()->set_ingestion("");
  request.mutable_min_positions()->set_registry(
      storage::Position(engine().head().epoch() ^ 1, 1).ToString());
  EXPECT_THAT(GetSummary(request),
              IsError(absl::StatusCode::kFailedPrecondition, "FEED_EPOCH_CHANGED"));
}

TEST_P(FeedTest, WatchSendsTheNewestOnly) {
  OpenLab();
  Summary();
  v1::WatchSummaryRequest request;
  request.set_name("waves/w1/summary");
  request.mutable_min_interval()->set_nanos(300'000'000);
  auto watch = metrics().ServerStream("weft.metrics.v1.MetricsService/WatchSummary", request);
  v1::WaveSummary summary;
  ASSERT_TRUE(watch.Read(summary));
  EXPECT_EQ(summary.counted(), 0);
  AddResponse("site-01", "4/12 3/2 0/0");
  AddResponse("site-02", "4/12 3/2 0/0");
  AddResponse("site-03", "4/12 3/2 0/0");
  Summary();
  std::vector<int> counted;
  while (summary.counted() < 3 && watch.Read(summary)) counted.push_back(summary.counted());
  EXPECT_EQ(summary.counted(), 3);
  EXPECT_LT(counted.size(), 3u) << "changes within the interval come as one";
  EXPECT_EQ(summary.provenance().computed_through().ingestion(), Now().ingestion());
  watch.Cancel();
  EXPECT_EQ(watch.Finish().code(), absl::StatusCode::kCancelled);
}

TEST_P(FeedTest, WatchEndsWhenTheServerDrains) {
  OpenLab();
  Summary();
  v1::WatchSummaryRequest request;
  request.set_name("waves/w1/summary");
  rpc::SyncClient client(metrics_->server().address());
  auto watch = client.ServerStream("weft.metrics.v1.MetricsService/WatchSummary", request);
  v1::WaveSummary summary;
  ASSERT_TRUE(watch.Read(summary));
  std::thread stopper([this] { StopMetrics(); });
  EXPECT_FALSE(watch.Read(summary));
  EXPECT_THAT(watch.Finish(), IsError(kUnavailable, "SERVER_DRAINING"));
  stopper.join();
}

TEST_P(FeedTest, WatchRefusesWhatMakesNoSense) {
  OpenLab();
  v1::WatchSummaryRequest request;
  request.set_name("waves/w1/summary");
  request.mutable_min_interval()->set_seconds(-1);
  auto watch = metrics().ServerStream("weft.metrics.v1.MetricsService/WatchSummary", request);
  v1::WaveSummary summary;
  EXPECT_FALSE(watch.Read(summary));
  EXPECT_THAT(watch.Finish(), IsError(absl::StatusCode::kInvalidArgument, "INVALID_FIELD"));
}

}  // namespace
}  // namespace weft::metrics
