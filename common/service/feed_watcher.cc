#include "common/service/feed_watcher.h"

#include <algorithm>
#include <string>
#include <utility>

#include "common/base/error.h"
#include "common/base/executor.h"
#include "common/base/status_macros.h"
#include "common/service/feed_pause.h"

namespace weft::service {
namespace {

using std::chrono::steady_clock;
using storage::FeedPage;
using storage::FeedTable;
using storage::Position;
using weft::type::v1::Change;

constexpr size_t kRowsPerScan = 256;
// A snapshot is read from one state of the store for this long. A slower reader gets the rest from
// later states, because a state that is held keeps superseded values on disk; the changes that
// follow make good for it.
constexpr std::chrono::seconds kHoldSnapshot(30);

absl::Status CallerGone() { return absl::CancelledError("the caller is gone"); }

absl::Status Draining() {
  return WithRetryAfter(
      Error(absl::StatusCode::kUnavailable, "SERVER_DRAINING",
            "the server is shutting down; go on at the last resume_position with the next one"),
      absl::Seconds(1));
}

}  // namespace

FeedWatcher::FeedWatcher(rpc::CallContext& context, const storage::Database& db,
                         const std::vector<FeedTable>& tables, FeedFilter filter, Options options,
                         std::shared_ptr<FeedMessages::Channel> channel,
                         rpc::Writer<Response>& writer)
    : context_(context),
      db_(db),
      tables_(tables),
      filter_(std::move(filter)),
      filter_hash_(filter_.Hash()),
      options_(options),
      channel_(std::move(channel)),
      writer_(writer),
      end_of_life_(steady_clock::now() + absl::ToChronoNanoseconds(options.life)),
      last_sent_(steady_clock::now()) {}

Task<absl::Status> FeedWatcher::SnapshotThenFollow() {
  SnapshotCursor cursor;
  cursor.start = HeldSnapshot()->position();
  return Run(std::move(cursor));
}

Task<absl::Status> FeedWatcher::ResumeSnapshotThenFollow(SnapshotCursor cursor) {
  // The changes since its start must still be there to follow it.
  const storage::FeedLimits one{.max_commits = 1};
  absl::StatusOr<FeedPage> probe = co_await db_.engine.ReadFeed(cursor.start, one);
  WEFT_CO_RETURN_IF_ERROR(probe.status());
  Task<absl::Status> run = Run(std::move(cursor));
  absl::Status ended = co_await std::move(run);
  co_return ended;
}

Task<absl::Status> FeedWatcher::AnnounceThenFollow(Position position) {
  const storage::FeedLimits one{.max_commits = 1};
  absl::StatusOr<FeedPage> probe = co_await db_.engine.ReadFeed(position, one);
  WEFT_CO_RETURN_IF_ERROR(probe.status());
  const bool alive = co_await SendBookmark(position.ToString());
  if (!alive) co_return CallerGone();
  Task<absl::Status> follow = Follow(position);
  absl::Status ended = co_await std::move(follow);
  co_return ended;
}

Task<absl::Status> FeedWatcher::Run(SnapshotCursor cursor) {
  Task<absl::Status> snapshot = SendSnapshot(cursor);
  absl::Status sent = co_await std::move(snapshot);
  WEFT_CO_RETURN_IF_ERROR(std::move(sent));
  snapshot_.reset();
  Response end;
  end.mutable_snapshot_end()->set_count(static_cast<int32_t>(cursor.count));
  const bool alive = co_await Send(end, cursor.start.ToString());
  if (!alive) co_return CallerGone();
  Task<absl::Status> follow = Follow(cursor.start);
  absl::Status ended = co_await std::move(follow);
  co_return ended;
}

Task<absl::Status> FeedWatcher::SendSnapshot(SnapshotCursor& cursor) {
  for (const FeedTable& table : tables_) {
    if (!filter_.WantsType(table.type)) continue;
    // Tables before the one that the cursor stands in have been sent.
    if (!cursor.type.empty() && cursor.type != table.type) continue;
    if (cursor.type.empty()) {
      cursor.type = table.type;
      cursor.after.clear();
    }
    Task<absl::Status> send = SendTable(table, cursor);
    absl::Status sent = co_await std::move(send);
    WEFT_CO_RETURN_IF_ERROR(std::move(sent));
    cursor.type.clear();
  }
  co_return absl::OkStatus();
}

Task<absl::Status> FeedWatcher::SendTable(const FeedTable& table, SnapshotCursor& cursor) {
  storage::KeyRange range = table.rows;
  if (!cursor.after.empty()) range.begin = std::max(range.begin, cursor.after + '\0');
  const storage::ScanOptions options{.limit = kRowsPerScan};
  Response response;
  size_t bytes = 0;
  for (bool more = true; more;) {
    std::shared_ptr<storage::Snapshot> snapshot = HeldSnapshot();
    absl::StatusOr<std::vector<storage::Entry>> rows = co_await snapshot->Scan(range, options);
    WEFT_CO_RETURN_IF_ERROR(rows.status());
    more = rows->size() == kRowsPerScan;
    for (const storage::Entry& row : *rows) {
      if (bytes > 0 && bytes + row.value.size() > options_.batch_bytes) {
        const bool alive = co_await Send(response, cursor.ToText(filter_hash_));
        if (!alive) co_return CallerGone();
        bytes = 0;
      }
      Change* change = response.mutable_snapshot()->add_changes();
      WEFT_CO_RETURN_IF_ERROR(table.to_change(row, *change));
      if (filter_.Wants(change->type(), change->name())) {
        bytes += change->ByteSizeLong();
        ++cursor.count;
      } else {
        response.mutable_snapshot()->mutable_changes()->RemoveLast();
      }
      cursor.after = row.key;
    }
    range.begin = cursor.after + '\0';
    if (bytes > 0 && (!more || context_.draining() || HeartbeatIsDue())) {
      const bool alive = co_await Send(response, cursor.ToText(filter_hash_));
      if (!alive) co_return CallerGone();
      bytes = 0;
    } else if (context_.draining() || HeartbeatIsDue()) {
      const bool alive = co_await SendBookmark(cursor.ToText(filter_hash_));
      if (!alive) co_return CallerGone();
    }
    if (context_.cancelled()) co_return CallerGone();
    if (context_.draining()) co_return Draining();
    // Rows that nobody wants are read without a write in between.
    if (more) co_await Yield(context_.executor());
  }
  co_return absl::OkStatus();
}

Task<absl::Status> FeedWatcher::Follow(Position position) {
  for (;;) {
    if (context_.cancelled()) co_return CallerGone();
    const bool ends = steady_clock::now() >= end_of_life_;
    if (context_.draining() || ends) {
      const bool alive = co_await SendBookmark(position.ToString());
      if (!alive) co_return CallerGone();
      co_return ends ? absl::OkStatus() : Draining();
    }
    absl::StatusOr<FeedMessage> message = co_await channel_->Next(position);
    WEFT_CO_RETURN_IF_ERROR(message.status());
    position = message->end;
    if (message->response.has_value()) {
      const bool alive = co_await writer_.Write(*message->response);
      if (!alive) co_return CallerGone();
      last_sent_ = steady_clock::now();
    } else if (HeartbeatIsDue()) {
      const bool alive = co_await SendBookmark(position.ToString());
      if (!alive) co_return CallerGone();
    }
    if (message->caught_up) {
      FeedPause pause(context_, db_.engine.feed_signal(), position, IdleTime());
      co_await pause;
    } else if (!message->response.has_value()) {
      // What nobody wants is read without a write in between: let others have their turn.
      co_await Yield(context_.executor());
    }
  }
}

Task<bool> FeedWatcher::Send(Response& response, std::string resume_position) {
  response.set_resume_position(std::move(resume_position));
  const bool alive = co_await writer_.Write(response);
  last_sent_ = steady_clock::now();
  response.Clear();
  co_return alive;
}

Task<bool> FeedWatcher::SendBookmark(std::string resume_position) {
  Response response;
  response.mutable_bookmark();
  const bool alive = co_await Send(response, std::move(resume_position));
  co_return alive;
}

bool FeedWatcher::HeartbeatIsDue() const {
  return absl::FromChrono(steady_clock::now() - last_sent_) >= options_.heartbeat;
}

absl::Duration FeedWatcher::IdleTime() const {
  const auto now = steady_clock::now();
  return std::min(options_.heartbeat - absl::FromChrono(now - last_sent_),
                  absl::FromChrono(end_of_life_ - now));
}

std::shared_ptr<storage::Snapshot> FeedWatcher::HeldSnapshot() {
  const auto now = steady_clock::now();
  if (snapshot_ == nullptr || now - snapshot_taken_ > kHoldSnapshot) {
    snapshot_ = db_.engine.GetSnapshot();
    snapshot_taken_ = now;
  }
  return snapshot_;
}

}  // namespace weft::service
