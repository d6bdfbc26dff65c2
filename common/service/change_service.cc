#include "common/service/change_service.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/executor.h"
#include "common/base/status_macros.h"
#include "common/service/feed_filter.h"
#include "common/service/feed_pause.h"
#include "common/service/snapshot_cursor.h"

namespace weft::service {
namespace {

using std::chrono::steady_clock;
using storage::FeedPage;
using storage::FeedTable;
using storage::Position;
using weft::type::v1::Change;
using weft::type::v1::ChangeBatch;
using weft::type::v1::ListChangesRequest;
using weft::type::v1::ListChangesResponse;
using weft::type::v1::SnapshotChunk;
using weft::type::v1::WatchRequest;
using weft::type::v1::WatchResponse;

constexpr int32_t kDefaultBatchBytes = 256 * 1024;
constexpr int32_t kMaxBatchBytes = 1024 * 1024;
constexpr absl::Duration kDefaultHeartbeat = absl::Seconds(10);
constexpr absl::Duration kMinHeartbeat = absl::Seconds(1);
constexpr absl::Duration kMaxHeartbeat = absl::Minutes(10);
constexpr absl::Duration kMaxWait = absl::Seconds(30);
// What a long poll leaves of the caller's time to send the answer in.
constexpr absl::Duration kAnswerTime = absl::Milliseconds(200);
constexpr int32_t kDefaultPage = 100;
constexpr int32_t kMaxPage = 1000;
constexpr size_t kCommitsPerRead = 1000;
constexpr size_t kRowsPerScan = 256;
// A snapshot is read from one state of the store for this long; a slower reader gets the rest from
// later states, because a state that is held keeps superseded values on disk. The changes that
// follow make good for it either way.
constexpr std::chrono::seconds kHoldSnapshot(30);

absl::Duration FromProto(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

absl::Status CallerGone() { return absl::CancelledError("the caller is gone"); }

absl::Status Draining() {
  return WithRetryAfter(
      Error(absl::StatusCode::kUnavailable, "SERVER_DRAINING",
            "the server is shutting down; go on at the last resume_position with the next one"),
      absl::Seconds(1));
}

// Appends the wanted changes of each commit; a commit without any leaves no batch. `add_batch`
// makes a new one.
template <class AddBatch, class RemoveBatch>
absl::Status AppendWanted(const FeedPage& page, const FeedFilter& filter, AddBatch add_batch,
                          RemoveBatch remove_batch) {
  for (const storage::FeedCommit& commit : page.commits) {
    ChangeBatch* batch = add_batch();
    for (const std::string& record : commit.changes) {
      Change* change = batch->add_changes();
      if (!change->ParseFromString(record)) {
        return Error(absl::StatusCode::kDataLoss, "FEED_CORRUPT",
                     absl::StrCat("a change record at position ", commit.position.ToString(),
                                  " does not parse"));
      }
      if (!filter.Wants(*change)) batch->mutable_changes()->RemoveLast();
    }
    if (batch->changes().empty()) remove_batch();
  }
  return absl::OkStatus();
}

// One Watch call.
class Watcher {
 public:
  Watcher(rpc::CallContext& context, const storage::Database& db,
          const std::vector<FeedTable>& tables, rpc::Writer<WatchResponse>& writer,
          const WatchRequest& request, FeedFilter filter)
      : context_(context),
        db_(db),
        tables_(tables),
        writer_(writer),
        filter_(std::move(filter)),
        filter_hash_(filter_.Hash()),
        batch_bytes_(static_cast<size_t>(
            request.max_batch_bytes() == 0 ? kDefaultBatchBytes
                                           : std::min(request.max_batch_bytes(), kMaxBatchBytes))),
        heartbeat_(request.has_heartbeat()
                       ? std::clamp(FromProto(request.heartbeat()), kMinHeartbeat, kMaxHeartbeat)
                       : kDefaultHeartbeat) {}

  // From a snapshot, whole or what is left of it; then its changes.
  Task<absl::Status> SnapshotThenFollow(SnapshotCursor cursor) {
    Task<absl::Status> snapshot = SendSnapshot(cursor);
    absl::Status sent = co_await std::move(snapshot);
    WEFT_CO_RETURN_IF_ERROR(std::move(sent));
    WatchResponse end;
    end.mutable_snapshot_end()->set_count(static_cast<int32_t>(cursor.count));
    end.set_resume_position(cursor.start.ToString());
    const bool alive = co_await writer_.Write(end);
    if (!alive) co_return CallerGone();
    last_sent_ = steady_clock::now();
    Task<absl::Status> follow = Follow(cursor.start);
    absl::Status ended = co_await std::move(follow);
    co_return ended;
  }

  // From a position on, which is said at once.
  Task<absl::Status> AnnounceThenFollow(Position position) {
    // An expired position is answered before anything else.
    absl::StatusOr<FeedPage> probe = co_await db_.engine.ReadFeed(position, {.max_commits = 1});
    WEFT_CO_RETURN_IF_ERROR(probe.status());
    const bool alive = co_await SendBookmark(position);
    if (!alive) co_return CallerGone();
    Task<absl::Status> follow = Follow(position);
    absl::Status ended = co_await std::move(follow);
    co_return ended;
  }

 private:
  Task<bool> SendBookmark(Position position) {
    WatchResponse response;
    response.mutable_bookmark();
    response.set_resume_position(position.ToString());
    const bool alive = co_await writer_.Write(response);
    last_sent_ = steady_clock::now();
    co_return alive;
  }

  Task<absl::Status> SendSnapshot(SnapshotCursor& cursor) {
    for (const FeedTable& table : tables_) {
      if (!filter_.WantsType(table.type)) continue;
      // Tables before the one that the cursor stands in have been sent.
      const bool earlier = !cursor.type.empty() && cursor.type != table.type;
      if (earlier) continue;
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

  Task<absl::Status> SendTable(const FeedTable& table, SnapshotCursor& cursor) {
    storage::KeyRange range = table.rows;
    if (!cursor.after.empty()) range.begin = std::max(range.begin, cursor.after + '\0');
    WatchResponse response;
    size_t bytes = 0;
    for (bool more = true; more;) {
      if (context_.cancelled()) co_return CallerGone();
      if (context_.draining()) co_return Draining();
      const storage::ScanOptions options{.limit = kRowsPerScan};
      std::shared_ptr<storage::Snapshot> snapshot = HeldSnapshot();
      absl::StatusOr<std::vector<storage::Entry>> rows = co_await snapshot->Scan(range, options);
      WEFT_CO_RETURN_IF_ERROR(rows.status());
      more = rows->size() == kRowsPerScan;
      for (const storage::Entry& row : *rows) {
        if (bytes > 0 && bytes + row.value.size() > batch_bytes_) {
          const bool alive = co_await SendChunk(response, cursor);
          if (!alive) co_return CallerGone();
          bytes = 0;
        }
        Change* change = response.mutable_snapshot()->add_changes();
        WEFT_CO_RETURN_IF_ERROR(table.to_change(row, *change));
        if (filter_.Wants(*change)) {
          bytes += change->ByteSizeLong();
          ++cursor.count;
        } else {
          response.mutable_snapshot()->mutable_changes()->RemoveLast();
        }
        cursor.after = row.key;
      }
      range.begin = cursor.after + '\0';
      // Rows that nobody wants are read without a write in between: let others go on.
      if (more && bytes == 0) co_await Yield(context_.executor());
    }
    if (bytes > 0) {
      const bool alive = co_await SendChunk(response, cursor);
      if (!alive) co_return CallerGone();
    }
    co_return absl::OkStatus();
  }

  Task<bool> SendChunk(WatchResponse& response, const SnapshotCursor& cursor) {
    response.set_resume_position(cursor.ToText(filter_hash_));
    const bool alive = co_await writer_.Write(response);
    last_sent_ = steady_clock::now();
    response.Clear();
    co_return alive;
  }

  std::shared_ptr<storage::Snapshot> HeldSnapshot() {
    const auto now = steady_clock::now();
    if (snapshot_ == nullptr || now - snapshot_taken_ > kHoldSnapshot) {
      snapshot_ = db_.engine.GetSnapshot();
      snapshot_taken_ = now;
    }
    return snapshot_;
  }

  // A cursor is all there is of a watcher: it reads on when the message before has been taken.
  Task<absl::Status> Follow(Position cursor) {
    snapshot_.reset();
    const storage::FeedLimits limits{.max_commits = kCommitsPerRead, .max_bytes = batch_bytes_};
    for (;;) {
      if (context_.cancelled()) co_return CallerGone();
      if (context_.draining()) {
        const bool alive = co_await SendBookmark(cursor);
        co_return alive ? Draining() : CallerGone();
      }
      absl::StatusOr<FeedPage> page = co_await db_.engine.ReadFeed(cursor, limits);
      WEFT_CO_RETURN_IF_ERROR(page.status());
      cursor = page->end;
      WatchResponse response;
      WEFT_CO_RETURN_IF_ERROR(AppendWanted(
          *page, filter_, [&] { return response.mutable_changes()->add_batches(); },
          [&] { response.mutable_changes()->mutable_batches()->RemoveLast(); }));
      if (response.changes().batches_size() > 0) {
        response.set_resume_position(cursor.ToString());
        const bool alive = co_await writer_.Write(response);
        if (!alive) co_return CallerGone();
        last_sent_ = steady_clock::now();
        continue;
      }
      const absl::Duration left = heartbeat_ - absl::FromChrono(steady_clock::now() - last_sent_);
      if (left <= absl::ZeroDuration()) {
        const bool alive = co_await SendBookmark(cursor);
        if (!alive) co_return CallerGone();
      } else if (page->caught_up) {
        FeedPause pause(context_, db_.engine.feed_signal(), cursor, left);
        co_await pause;
      } else {
        co_await Yield(context_.executor());
      }
    }
  }

  rpc::CallContext& context_;
  const storage::Database db_;
  const std::vector<FeedTable>& tables_;
  rpc::Writer<WatchResponse>& writer_;
  const FeedFilter filter_;
  const uint64_t filter_hash_;
  const size_t batch_bytes_;
  const absl::Duration heartbeat_;
  steady_clock::time_point last_sent_ = steady_clock::now();
  std::shared_ptr<storage::Snapshot> snapshot_;
  steady_clock::time_point snapshot_taken_;
};

absl::Status CheckWatch(const WatchRequest& request) {
  return FieldViolations()
      .Require(request.max_batch_bytes() >= 0, "max_batch_bytes", "is negative")
      .Require(FromProto(request.heartbeat()) >= absl::ZeroDuration(), "heartbeat", "is negative")
      .ToStatus();
}

absl::Status CheckList(const ListChangesRequest& request) {
  return FieldViolations()
      .Require(request.page_size() >= 0, "page_size", "is negative")
      .Require(FromProto(request.wait()) >= absl::ZeroDuration(), "wait", "is negative")
      .ToStatus();
}

}  // namespace

ChangeServiceHandlers::ChangeServiceHandlers(const storage::Database& db,
                                             std::vector<FeedTable> tables)
    : db_(db), tables_(std::move(tables)) {}

Task<absl::Status> ChangeServiceHandlers::Watch(rpc::CallContext& context,
                                                const WatchRequest& request,
                                                rpc::Writer<WatchResponse>& writer) {
  WEFT_CO_RETURN_IF_ERROR(CheckWatch(request));
  absl::StatusOr<FeedFilter> filter = FeedFilter::Make(request.parent(), request.types(), tables_);
  WEFT_CO_RETURN_IF_ERROR(filter.status());
  absl::StatusOr<std::optional<SnapshotCursor>> resumed =
      SnapshotCursor::Parse(request.resume_position(), filter->Hash());
  WEFT_CO_RETURN_IF_ERROR(resumed.status());
  std::optional<SnapshotCursor> cursor = *std::move(resumed);
  const bool from_start = request.resume_position().empty();
  if (from_start && request.send_initial()) cursor.emplace().start = db_.engine.head();

  Watcher watcher(context, db_, tables_, writer, request, *std::move(filter));
  if (cursor.has_value()) {
    // A snapshot that is resumed must still be followed by its changes, so that is asked first.
    absl::StatusOr<FeedPage> probe =
        co_await db_.engine.ReadFeed(cursor->start, {.max_commits = 1});
    WEFT_CO_RETURN_IF_ERROR(probe.status());
    Task<absl::Status> watch = watcher.SnapshotThenFollow(*std::move(cursor));
    absl::Status ended = co_await std::move(watch);
    co_return ended;
  }
  Position position = db_.engine.head();
  if (!from_start) {
    WEFT_CO_ASSIGN_OR_RETURN(position, Position::Parse(request.resume_position()));
  }
  Task<absl::Status> watch = watcher.AnnounceThenFollow(position);
  absl::Status ended = co_await std::move(watch);
  co_return ended;
}

Task<absl::Status> ChangeServiceHandlers::ListChanges(rpc::CallContext& context,
                                                      const ListChangesRequest& request,
                                                      ListChangesResponse& response) {
  WEFT_CO_RETURN_IF_ERROR(CheckList(request));
  absl::StatusOr<FeedFilter> filter = FeedFilter::Make(request.parent(), request.types(), tables_);
  WEFT_CO_RETURN_IF_ERROR(filter.status());
  WEFT_CO_ASSIGN_OR_RETURN(Position cursor, Position::Parse(request.resume_position()));

  const int32_t size = request.page_size() == 0 ? kDefaultPage : request.page_size();
  const storage::FeedLimits limits{.max_commits = static_cast<size_t>(std::min(size, kMaxPage)),
                                   .max_bytes = static_cast<size_t>(kMaxBatchBytes)};
  const absl::Duration wait = std::min(
      {FromProto(request.wait()), kMaxWait, context.deadline() - absl::Now() - kAnswerTime});
  const auto give_up = steady_clock::now() + absl::ToChronoNanoseconds(wait);
  for (;;) {
    absl::StatusOr<FeedPage> page = co_await db_.engine.ReadFeed(cursor, limits);
    WEFT_CO_RETURN_IF_ERROR(page.status());
    cursor = page->end;
    WEFT_CO_RETURN_IF_ERROR(AppendWanted(
        *page, *filter, [&] { return response.add_batches(); },
        [&] { response.mutable_batches()->RemoveLast(); }));
    response.set_resume_position(cursor.ToString());
    response.set_caught_up(page->caught_up);
    const absl::Duration left = absl::FromChrono(give_up - steady_clock::now());
    const bool out_of_time = page->caught_up && left <= absl::ZeroDuration();
    if (response.batches_size() > 0 || out_of_time || context.stopping()) {
      co_return absl::OkStatus();
    }
    if (page->caught_up) {
      FeedPause pause(context, db_.engine.feed_signal(), cursor, left);
      co_await pause;
    } else {
      co_await Yield(context.executor());
    }
  }
}

}  // namespace weft::service
