#include "services/metrics/service/follower.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/random/distributions.h"
#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/rpc/waits.h"
#include "common/storage/run_in_transaction.h"
#include "common/storage/transaction.h"
#include "services/metrics/store/rows.h"
#include "services/metrics/store/step_writer.h"

namespace weft::metrics {
namespace {

using observability::Level;
using observability::LogLine;
using storage::Transaction;
using store::v1::FollowerState;
using type::v1::WatchRequest;
using type::v1::WatchResponse;

constexpr absl::Duration kFirstBackoff = absl::Milliseconds(100);
constexpr absl::Duration kLongestBackoff = absl::Seconds(5);
// How long min_positions may wait for a commit that left nothing in the feed.
constexpr int kHeartbeatSeconds = 1;
// How much is applied in one commit. What a commit costs whatever is in it, its sync and the
// aggregates that change with any response, is shared by more than a thousand of them.
constexpr int kBatchBytes = 1 << 20;
constexpr size_t kDeletesPerCommit = 2000;

std::string WatchMethod(Feed feed) {
  return absl::StrCat("weft.", FeedName(feed), ".v1.ChangeService/Watch");
}

std::vector<TableId> TablesOf(Feed feed) {
  if (feed == Feed::kRegistry) {
    return {kTaxonomies,  kCrosswalks, kOrganizations, kPartnerships,
            kAssessments, kCohorts,    kMemberships,   kRegistrySites};
  }
  return {kInstruments, kWaves, kRevisions, kRespondents, kSites, kAggregates};
}

// Whether the read model can only be rebuilt after this.
bool NeedsRebuild(const absl::Status& status) {
  const std::string reason = ReasonOf(status);
  return reason == "POSITION_EXPIRED" || reason == "FEED_EPOCH_CHANGED" ||
         reason == "AGGREGATE_CORRUPT" || reason == "ROW_CORRUPT" || reason == "QUESTIONS_CHANGED";
}

// What readers are told when everything that came of the feed may be another.
StepWriter::Written Anew(const FollowerState& state) {
  StepWriter::Written written;
  written.state = state;
  written.labels = true;
  written.anew = true;
  return written;
}

}  // namespace

Follower::Follower(Feed feed, rpc::Server& server, absl::string_view address,
                   const storage::Database& db, ReadModel& read_model,
                   observability::Logger* logger)
    : feed_(feed),
      address_(address),
      db_(db),
      read_model_(read_model),
      logger_(logger),
      // Retrying is ours, with the position that has been reached by then.
      channel_(rpc::Channel::Create(server, address, {.retry = false})),
      backoff_(kFirstBackoff) {}

Task<absl::Status> Follower::Run(rpc::CallContext& context) {
  while (!context.stopping()) {
    absl::Status ended = co_await Follow(context);
    if (context.stopping()) break;
    NoteLost(ended);
    if (NeedsRebuild(ended)) {
      Log(Level::kWarning, "rebuild", ended);
      absl::Status started_over = co_await StartOver();
      if (!started_over.ok()) Log(Level::kError, "rebuild failed", started_over);
    }
    const absl::Duration delay = backoff_ * absl::Uniform(random_, 0.8, 1.2);
    backoff_ = std::min(2 * backoff_, kLongestBackoff);
    co_await rpc::Sleep(context, delay);
  }
  co_return absl::OkStatus();
}

Task<absl::Status> Follower::Follow(rpc::CallContext& context) {
  absl::Status dropped = co_await DropAll();
  WEFT_CO_RETURN_IF_ERROR(std::move(dropped));
  absl::StatusOr<FollowerState> state = co_await LoadState();
  WEFT_CO_RETURN_IF_ERROR(state.status());
  read_model_.NoteCommit(feed_, Anew(*state));

  WatchRequest request;
  request.set_resume_position(state->position());
  request.set_send_initial(state->phase() != FollowerState::PHASE_FOLLOWING);
  request.mutable_heartbeat()->set_seconds(kHeartbeatSeconds);
  request.set_max_batch_bytes(kBatchBytes);
  rpc::ServerStream<WatchResponse> stream =
      channel_->Open<WatchResponse>(context, WatchMethod(feed_), request);
  StepWriter writer(db_, feed_);
  WatchResponse message;
  while (!context.stopping()) {
    const bool more = co_await stream.Read(message);
    if (!more) {
      absl::Status ended = co_await stream.Finish();
      co_return ended.ok() ? absl::UnavailableError("the peer ended the stream") : ended;
    }
    absl::StatusOr<StepWriter::Written> written = co_await writer.Write(message);
    WEFT_CO_RETURN_IF_ERROR(written.status());
    if (message.has_snapshot_end()) Log(Level::kInfo, "snapshot read", absl::OkStatus());
    read_model_.NoteCommit(feed_, *written);
    NoteConnected();
  }
  // Leaving cancels the stream.
  co_return absl::OkStatus();
}

Task<absl::Status> Follower::StartOver() {
  const Feed feed = feed_;
  FollowerState state;
  state.set_phase(FollowerState::PHASE_DROPPING);
  absl::StatusOr<storage::Position> committed =
      co_await storage::RunInTransaction(db_, [&](Transaction& txn) -> Task<absl::Status> {
        txn.Put(FollowerKey(feed), state.SerializeAsString());
        co_return absl::OkStatus();
      });
  WEFT_CO_RETURN_IF_ERROR(committed.status());
  read_model_.NoteCommit(feed, Anew(state));
  co_return absl::OkStatus();
}

Task<absl::Status> Follower::DropAll() {
  absl::StatusOr<FollowerState> state = co_await LoadState();
  WEFT_CO_RETURN_IF_ERROR(state.status());
  const bool empty = state->phase() == FollowerState::PHASE_UNSPECIFIED;
  const bool usable = state->phase() != FollowerState::PHASE_DROPPING && state->layout() == kLayout;
  if (empty || usable) co_return absl::OkStatus();
  for (const TableId table : TablesOf(feed_)) {
    for (bool more = true; more;) {
      std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
      const storage::ScanOptions options{.limit = kDeletesPerCommit};
      absl::StatusOr<std::vector<storage::Entry>> entries =
          co_await snapshot->Scan(TableRange(table), options);
      WEFT_CO_RETURN_IF_ERROR(entries.status());
      more = entries->size() == kDeletesPerCommit;
      storage::Batch batch;
      for (storage::Entry& entry : *entries) batch.Delete(std::move(entry.key));
      absl::StatusOr<storage::Position> committed = co_await db_.engine.Commit(std::move(batch));
      WEFT_CO_RETURN_IF_ERROR(committed.status());
    }
  }
  storage::Batch batch;
  batch.Delete(FollowerKey(feed_));
  absl::StatusOr<storage::Position> committed = co_await db_.engine.Commit(std::move(batch));
  co_return committed.status();
}

Task<absl::StatusOr<FollowerState>> Follower::LoadState() {
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::StatusOr<std::optional<FollowerState>> state =
      co_await FindRow<FollowerState>(*snapshot, FollowerKey(feed_));
  WEFT_CO_RETURN_IF_ERROR(state.status());
  co_return state->value_or(FollowerState());
}

void Follower::NoteConnected() {
  backoff_ = kFirstBackoff;
  if (connected_) return;
  connected_ = true;
  last_loss_.clear();
  Log(Level::kInfo, "following", absl::OkStatus());
}

void Follower::NoteLost(const absl::Status& status) {
  connected_ = false;
  std::string loss = status.ToString();
  if (loss == last_loss_) return;
  last_loss_ = std::move(loss);
  Log(Level::kWarning, "feed lost", status);
}

void Follower::Log(Level level, absl::string_view event, const absl::Status& status) {
  if (logger_ == nullptr || !logger_->Enabled(level)) return;
  LogLine line(level, event);
  line.Add("feed", FeedName(feed_)).Add("address", address_);
  if (!status.ok()) line.Add(status);
  logger_->Write(line);
}

}  // namespace weft::metrics
