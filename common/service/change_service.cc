#include "common/service/change_service.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "absl/random/random.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "common/base/executor.h"
#include "common/base/status_macros.h"
#include "common/service/feed_filter.h"
#include "common/service/feed_pause.h"
#include "common/service/feed_watcher.h"
#include "common/service/snapshot_cursor.h"

namespace weft::service {
namespace {

using std::chrono::steady_clock;
using storage::FeedPage;
using storage::FeedTable;
using storage::Position;
using weft::type::v1::ListChangesRequest;
using weft::type::v1::ListChangesResponse;
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
// Of messages that watchers share.
constexpr size_t kSharedBytes = 16u << 20;
// How long a stream goes on: less than the server's cap, and of different length for each, so that
// those who came together do not come back together.
constexpr absl::Duration kLongestLife = absl::Minutes(28);
constexpr double kShortestPart = 0.7;
constexpr int32_t kDefaultPage = 100;
constexpr int32_t kMaxPage = 1000;

absl::Duration FromProto(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

absl::Status CheckWatch(const WatchRequest& request) {
  return FieldViolations()
      .Require(request.max_batch_bytes() >= 0, "max_batch_bytes", "is negative")
      .Require(FromProto(request.heartbeat()) >= absl::ZeroDuration(), "heartbeat", "is negative")
      .ToStatus();
}

FeedWatcher::Options WatchOptions(const WatchRequest& request, absl::Duration life) {
  const int32_t bytes =
      request.max_batch_bytes() == 0 ? kDefaultBatchBytes : request.max_batch_bytes();
  const absl::Duration heartbeat =
      request.has_heartbeat() ? FromProto(request.heartbeat()) : kDefaultHeartbeat;
  return {.heartbeat = std::clamp(heartbeat, kMinHeartbeat, kMaxHeartbeat),
          .batch_bytes = static_cast<size_t>(std::min(bytes, kMaxBatchBytes)),
          .life = life};
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
    : db_(db), tables_(std::move(tables)), messages_(db.engine, kSharedBytes) {}

Task<absl::Status> ChangeServiceHandlers::Watch(rpc::CallContext& context,
                                                const WatchRequest& request,
                                                rpc::Writer<WatchResponse>& writer) {
  WEFT_CO_RETURN_IF_ERROR(CheckWatch(request));
  absl::StatusOr<FeedFilter> filter = FeedFilter::Make(request.parent(), request.types(), tables_);
  WEFT_CO_RETURN_IF_ERROR(filter.status());
  absl::StatusOr<std::optional<SnapshotCursor>> cursor =
      SnapshotCursor::Parse(request.resume_position(), filter->Hash());
  WEFT_CO_RETURN_IF_ERROR(cursor.status());

  const FeedWatcher::Options options =
      WatchOptions(request, kLongestLife * absl::Uniform(random_, kShortestPart, 1.0));
  std::shared_ptr<FeedMessages::Channel> channel =
      messages_.ChannelFor(*filter, options.batch_bytes);
  FeedWatcher watcher(context, db_, tables_, *std::move(filter), options, std::move(channel),
                      writer);
  if (cursor->has_value()) {
    Task<absl::Status> watch = watcher.ResumeSnapshotThenFollow(**std::move(cursor));
    absl::Status ended = co_await std::move(watch);
    co_return ended;
  }
  const bool from_start = request.resume_position().empty();
  if (from_start && request.send_initial()) {
    Task<absl::Status> watch = watcher.SnapshotThenFollow();
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
    WEFT_CO_RETURN_IF_ERROR(filter->AppendWanted(*page, *response.mutable_batches()));
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
