#include "common/storage/commit_queue.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"

namespace weft::storage {
namespace {

// A group is one write and one sync. It is bounded so that the first of it does not wait for the
// bytes of all the others.
constexpr size_t kMaxGroupCommits = 1024;
constexpr size_t kMaxGroupBytes = 4u << 20;
constexpr std::chrono::seconds kMaintainEvery(1);
constexpr absl::Duration kRetryWhenFull = absl::Milliseconds(100);
constexpr absl::Duration kRetryWhenStalled = absl::Seconds(1);

size_t BytesOf(const Batch& batch) {
  size_t bytes = sizeof(Batch);
  for (const Precondition& precondition : batch.preconditions) {
    bytes += sizeof(precondition) + precondition.key.size();
  }
  for (const Write& write : batch.writes) {
    bytes += sizeof(write) + write.key.size() + (write.value ? write.value->size() : 0);
  }
  for (const std::string& change : batch.changes) bytes += sizeof(change) + change.size();
  return bytes;
}

// Behind a stall of so many times its threshold nothing more is queued.
constexpr int kRefuseAfterStalls = 10;

int64_t SteadyNow() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

absl::Status QueueFull(size_t commits, size_t bytes) {
  return WithRetryAfter(
      Error(absl::StatusCode::kResourceExhausted, "COMMIT_QUEUE_FULL",
            absl::StrCat(commits, " writes (", bytes,
                         " bytes) are waiting for the disk already; send this one again later"),
            {{"queued_commits", absl::StrCat(commits)}, {"queued_bytes", absl::StrCat(bytes)}}),
      kRetryWhenFull);
}

}  // namespace

PendingCommit::PendingCommit(CommitQueue& queue, Batch pending)
    : batch(std::move(pending)), queue_(queue), bytes_(BytesOf(batch)) {}

PendingCommit::PendingCommit(CommitQueue& queue, uint64_t trim)
    : trim_through(trim), queue_(queue), bytes_(BytesOf(batch)) {}

bool PendingCommit::await_suspend(std::coroutine_handle<> self) {
  self_ = self;
  return queue_.Push(*this);
}

CommitQueue::CommitQueue(Executor& executor, Limits limits, Process process, Maintain maintain)
    : executor_(executor),
      limits_(limits),
      process_(std::move(process)),
      maintain_(std::move(maintain)),
      thread_([this] { Run(); }) {}

CommitQueue::~CommitQueue() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    wake_.notify_one();
  }
  thread_.join();
}

absl::Status CommitQueue::StalledFor(absl::Duration limit) const {
  const int64_t began = group_began_.load(std::memory_order_relaxed);
  if (began == 0) return absl::OkStatus();
  const absl::Duration taken =
      absl::FromChrono(std::chrono::steady_clock::duration(SteadyNow() - began));
  if (taken <= limit) return absl::OkStatus();
  return WithRetryAfter(
      Error(absl::StatusCode::kUnavailable, "STORAGE_STALLED",
            absl::StrCat("the disk has been at work on one write for ",
                         absl::FormatDuration(absl::Trunc(taken, absl::Milliseconds(1))),
                         "; reads are served. Nothing was written; send this again later")),
      kRetryWhenStalled);
}

CommitQueue::Depth CommitQueue::depth() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return {queue_.size(), queued_bytes_};
}

bool CommitQueue::Push(PendingCommit& commit) {
  absl::Status stalled = StalledFor(kRefuseAfterStalls * limits_.stall_after);
  if (!stalled.ok()) {
    commit.outcome = std::move(stalled);
    return false;
  }
  std::lock_guard<std::mutex> lock(mutex_);
  const bool full = queue_.size() >= limits_.max_commits ||
                    (!queue_.empty() && queued_bytes_ + commit.bytes_ > limits_.max_bytes);
  if (full) {
    commit.outcome = QueueFull(queue_.size(), queued_bytes_);
    return false;
  }
  queued_bytes_ += commit.bytes_;
  queue_.push_back(&commit);
  if (queue_.size() == 1) wake_.notify_one();
  return true;
}

bool CommitQueue::TakeGroup(std::vector<PendingCommit*>& group) {
  std::unique_lock<std::mutex> lock(mutex_);
  wake_.wait_for(lock, kMaintainEvery, [this] { return stopping_ || !queue_.empty(); });
  size_t bytes = 0;
  while (!queue_.empty() && group.size() < kMaxGroupCommits && bytes < kMaxGroupBytes) {
    PendingCommit* const commit = queue_.front();
    queue_.pop_front();
    group.push_back(commit);
    bytes += commit->bytes_;
  }
  queued_bytes_ -= bytes;
  return !(stopping_ && group.empty());
}

void CommitQueue::Run() {
  std::vector<PendingCommit*> group;
  std::vector<Work*> work;
  while (TakeGroup(group)) {
    if (!group.empty()) {
      group_began_.store(SteadyNow(), std::memory_order_relaxed);
      Work* const more = process_(group);
      group_began_.store(0, std::memory_order_relaxed);
      work.assign(group.begin(), group.end());
      if (more != nullptr) work.push_back(more);
      group.clear();
      executor_.Post(work);
    }
    maintain_(false);
  }
  maintain_(true);
}

}  // namespace weft::storage
