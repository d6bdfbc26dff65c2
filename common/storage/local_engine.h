// An Engine over a LocalStore: the total order of commits and their preconditions, snapshots that
// cost a reference, the feed.
#ifndef WEFT_COMMON_STORAGE_LOCAL_ENGINE_H_
#define WEFT_COMMON_STORAGE_LOCAL_ENGINE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "common/base/executor.h"
#include "common/storage/commit_queue.h"
#include "common/storage/engine.h"
#include "common/storage/engine_metrics.h"
#include "common/storage/feed_retention.h"
#include "common/storage/feed_signal.h"
#include "common/storage/feed_tail.h"
#include "common/storage/local_store.h"
#include "common/storage/open_engine.h"
#include "common/storage/recent_writes.h"

namespace weft::storage {

class LocalEngine final : public Engine {
 public:
  LocalEngine(std::unique_ptr<LocalStore> store, const EngineOptions& options, Executor& executor);

  std::shared_ptr<Snapshot> GetSnapshot() override { return Latest(); }
  Task<absl::StatusOr<Position>> Commit(Batch batch) override;
  Position head() const override { return Latest()->position(); }
  Position oldest() const override;
  Task<absl::StatusOr<FeedPage>> ReadFeed(Position after, FeedLimits limits) override;
  FeedSignal& feed_signal() override { return signal_; }
  Task<absl::Status> TrimFeed(Position through) override;
  Task<absl::Status> Purge(std::vector<KeyRange> ranges) override;
  absl::Status Health() const override;

 private:
  std::shared_ptr<LocalSnapshot> Latest() const;
  std::optional<FeedPage> ReadTail(uint64_t after, const FeedLimits& limits) const;
  EngineState State() const;

  // The rest runs on the committer's thread.
  Work* Process(absl::Span<PendingCommit* const> group);
  absl::Status Check(const Batch& batch);
  void Accept(PendingCommit& commit);
  absl::Status Apply(uint64_t head, uint64_t trim);
  void Maintain(bool closing);
  void Refuse(absl::Span<PendingCommit* const> group, const absl::Status& why);
  void Publish(std::vector<std::shared_ptr<const FeedCommit>> commits);
  std::vector<std::shared_ptr<const FeedCommit>> TakeRecords();

  std::unique_ptr<LocalStore> store_;
  const uint64_t epoch_;
  Executor& executor_;
  const std::function<absl::Time()> now_;
  FeedSignal signal_;

  // Where the next commit goes; runs ahead of the head while a group is under way, and past the
  // sequences of a group whose outcome is unknown.
  uint64_t last_sequence_;
  uint64_t committed_;
  std::vector<CommitGroup::Item> items_;
  std::vector<PendingCommit*> accepted_;  // those of items_
  RecentWrites recent_;
  // What Check() looks at.
  std::vector<const Precondition*> doubtful_;
  std::vector<absl::string_view> keys_;
  std::vector<uint64_t> versions_;
  FeedRetention retention_;
  // Versions that the group's earlier commits will give, when a group has several.
  absl::flat_hash_map<absl::string_view, uint64_t> pending_versions_;
  bool track_pending_ = false;

  mutable std::mutex mutex_;
  std::shared_ptr<LocalSnapshot> latest_;  // guarded by mutex_
  uint64_t trimmed_;                       // the committer's
  FeedTail tail_;                          // guarded by mutex_

  const std::unique_ptr<EngineMetrics> metrics_;  // null when nothing is counted
  CommitQueue queue_;                             // its thread uses all of the above
  // Reads all of it.
  const std::unique_ptr<observability::OnCollect> collect_;
};

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_LOCAL_ENGINE_H_
