// The queue of commits and the one thread that carries them out, group by group.
#ifndef WEFT_COMMON_STORAGE_COMMIT_QUEUE_H_
#define WEFT_COMMON_STORAGE_COMMIT_QUEUE_H_

#include <atomic>
#include <condition_variable>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/base/executor.h"
#include "common/storage/engine.h"

namespace weft::storage {

class CommitQueue;

// A commit that waits for its outcome: the awaitable and the queue's entry at once. It lives in the
// suspended frame, which may be resumed the moment its entry has been posted.
//   PendingCommit pending(queue, std::move(batch));
//   absl::StatusOr<Position> position = co_await pending;
class PendingCommit final : public Work {
 public:
  PendingCommit(CommitQueue& queue, Batch batch);
  // A trim of the feed, in its place among the commits.
  PendingCommit(CommitQueue& queue, uint64_t trim_through);

  bool await_ready() const { return false; }
  bool await_suspend(std::coroutine_handle<> self);
  absl::StatusOr<Position> await_resume() { return std::move(outcome); }

  // The committer may take it apart once it is written.
  Batch batch;
  const uint64_t trim_through = 0;
  absl::StatusOr<Position> outcome;

 private:
  friend class CommitQueue;
  void Run() override { self_.resume(); }

  CommitQueue& queue_;
  const size_t bytes_;
  std::coroutine_handle<> self_;
};

class CommitQueue {
 public:
  struct Limits {
    size_t max_commits;
    size_t max_bytes;
    // A group that takes longer than this is a stall.
    absl::Duration stall_after;
  };
  // Sets the outcome of every commit of the group; returns further work to post with them, or null.
  using Process = std::function<Work*(absl::Span<PendingCommit* const>)>;
  // Called between groups, at least every second, and last with true.
  using Maintain = std::function<void(bool closing)>;

  CommitQueue(Executor& executor, Limits limits, Process process, Maintain maintain);
  // Everything that is queued is carried out first.
  ~CommitQueue();
  struct Depth {
    size_t commits;
    size_t bytes;
  };
  // What waits. From any thread.
  Depth depth() const;
  // OK, or UNAVAILABLE (STORAGE_STALLED) while a group takes too long. From any thread.
  absl::Status Stalled() const { return StalledFor(limits_.stall_after); }

  CommitQueue(const CommitQueue&) = delete;
  CommitQueue& operator=(const CommitQueue&) = delete;

 private:
  friend class PendingCommit;
  // False, with the outcome set, when the queue is full.
  bool Push(PendingCommit& commit);
  void Run();
  bool TakeGroup(std::vector<PendingCommit*>& group);
  absl::Status StalledFor(absl::Duration limit) const;

  Executor& executor_;
  const Limits limits_;
  const Process process_;
  const Maintain maintain_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<PendingCommit*> queue_;
  size_t queued_bytes_ = 0;
  bool stopping_ = false;
  // When the group under way was begun, on the steady clock; 0 while there is none.
  std::atomic<int64_t> group_began_ = 0;
  std::thread thread_;
};

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_COMMIT_QUEUE_H_
