// One Watch call: a snapshot or what is left of it, then the changes from its start on.
#ifndef WEFT_COMMON_SERVICE_FEED_WATCHER_H_
#define WEFT_COMMON_SERVICE_FEED_WATCHER_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/stream.h"
#include "common/service/feed_filter.h"
#include "common/service/feed_messages.h"
#include "common/service/snapshot_cursor.h"
#include "common/storage/database.h"
#include "common/storage/feed_table.h"
#include "weft/type/v1/change.pb.h"

namespace weft::service {

// A cursor is all there is of a watcher: it reads on when the message before has been taken, so
// that a slow follower costs nothing but its place. It outlives the Tasks it returns.
class FeedWatcher {
 public:
  using Response = weft::type::v1::WatchResponse;

  struct Options {
    absl::Duration heartbeat;
    // How much of the snapshot is sent at once.
    size_t batch_bytes;
    // After this long the stream ends with a bookmark and OK, so that callers spread anew over
    // servers and their rights are looked at again.
    absl::Duration life;
  };

  FeedWatcher(rpc::CallContext& context, const storage::Database& db,
              const std::vector<storage::FeedTable>& tables, FeedFilter filter, Options options,
              std::shared_ptr<FeedMessages::Channel> channel, rpc::Writer<Response>& writer);

  // Each runs until the call ends, and says why. A position that is no longer valid is the answer
  // before anything is written.
  Task<absl::Status> SnapshotThenFollow();
  Task<absl::Status> ResumeSnapshotThenFollow(SnapshotCursor cursor);
  // A bookmark says at once where it starts.
  Task<absl::Status> AnnounceThenFollow(storage::Position position);

 private:
  // Snapshots and their chunks move the cursor.
  Task<absl::Status> Run(SnapshotCursor cursor);
  Task<absl::Status> SendSnapshot(SnapshotCursor& cursor);
  Task<absl::Status> SendTable(const storage::FeedTable& table, SnapshotCursor& cursor);
  Task<absl::Status> Follow(storage::Position position);

  // False when the caller is gone.
  Task<bool> Send(Response& response, std::string resume_position);
  Task<bool> SendBookmark(std::string resume_position);
  bool HeartbeatIsDue() const;
  // Until the next bookmark, or the end.
  absl::Duration IdleTime() const;
  std::shared_ptr<storage::Snapshot> HeldSnapshot();

  rpc::CallContext& context_;
  const storage::Database db_;
  const std::vector<storage::FeedTable>& tables_;
  const FeedFilter filter_;
  const uint64_t filter_hash_;
  const Options options_;
  const std::shared_ptr<FeedMessages::Channel> channel_;
  rpc::Writer<Response>& writer_;

  const std::chrono::steady_clock::time_point end_of_life_;
  std::chrono::steady_clock::time_point last_sent_;
  std::shared_ptr<storage::Snapshot> snapshot_;
  std::chrono::steady_clock::time_point snapshot_taken_;
};

}  // namespace weft::service

#endif  // WEFT_COMMON_SERVICE_FEED_WATCHER_H_
