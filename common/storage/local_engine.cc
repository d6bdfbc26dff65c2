#include "common/storage/local_engine.h"

#include <algorithm>
#include <chrono>
#include <coroutine>
#include <thread>
#include <utility>

#include "common/base/error.h"
#include "common/base/status_macros.h"

namespace weft::storage {
namespace {

// Without the key: it says nothing to the caller and may hold what it must not see.
absl::Status Conflict() {
  return Error(absl::StatusCode::kAborted, "CONFLICT",
               "another write changed what this one is based on; read again and repeat it");
}

absl::Status EpochChanged() {
  return Error(absl::StatusCode::kFailedPrecondition, "FEED_EPOCH_CHANGED",
               "the position belongs to another history of this store (it was restored or made "
               "anew); start again with a snapshot");
}

absl::Status PositionExpired(const Position& oldest) {
  return Error(absl::StatusCode::kOutOfRange, "POSITION_EXPIRED",
               "changes after the position are no longer kept; start again with a snapshot",
               {{"oldest_position", oldest.ToString()}});
}

// Does what takes long on a thread of its own, and resumes the caller on the executor's.
class OnOwnThread final : public Work {
 public:
  OnOwnThread(Executor& executor, std::function<absl::Status()> what)
      : executor_(executor), what_(std::move(what)) {}

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) {
    waiting_ = waiting;
    thread_ = std::thread([this] {
      status_ = what_();
      executor_.Post(*this);
    });
  }
  absl::Status await_resume() {
    thread_.join();
    return std::move(status_);
  }

 private:
  void Run() override { waiting_.resume(); }

  Executor& executor_;
  const std::function<absl::Status()> what_;
  std::coroutine_handle<> waiting_;
  std::thread thread_;
  absl::Status status_;
};

}  // namespace

LocalEngine::LocalEngine(std::unique_ptr<LocalStore> store, const EngineOptions& options,
                         Executor& executor)
    : store_(std::move(store)),
      epoch_(store_->epoch()),
      executor_(executor),
      now_(options.now),
      signal_(executor, store_->recovered_head()),
      last_sequence_(store_->recovered_head()),
      committed_(last_sequence_),
      retention_(options.feed_kept, store_->recovered_marks()),
      latest_(store_->TakeSnapshot()),
      trimmed_(latest_->trimmed()),
      tail_(epoch_, committed_, options.feed_tail_bytes),
      metrics_(options.metrics == nullptr ? nullptr
                                          : std::make_unique<EngineMetrics>(*options.metrics)),
      queue_(
          executor, {options.max_queued_commits, options.max_queued_bytes, options.stall_after},
          [this](absl::Span<PendingCommit* const> group) { return Process(group); },
          [this](bool closing) { Maintain(closing); }),
      collect_(options.metrics == nullptr ? nullptr : ReportState(*options.metrics, [this] {
        return State();
      })) {}

std::shared_ptr<LocalSnapshot> LocalEngine::Latest() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return latest_;
}

std::optional<FeedPage> LocalEngine::ReadTail(uint64_t after, const FeedLimits& limits) const {
  std::lock_guard<std::mutex> lock(mutex_);
  return tail_.Read(after, limits);
}

EngineState LocalEngine::State() const {
  const CommitQueue::Depth depth = queue_.depth();
  EngineState state{
      .healthy = Health().ok(), .queued_commits = depth.commits, .queued_bytes = depth.bytes};
  std::lock_guard<std::mutex> lock(mutex_);
  state.feed_tail_bytes = tail_.bytes();
  return state;
}

Task<absl::StatusOr<Position>> LocalEngine::Commit(Batch batch) {
  PendingCommit pending(queue_, std::move(batch));
  absl::StatusOr<Position> position = co_await pending;
  co_return position;
}

Position LocalEngine::oldest() const { return Position(epoch_, Latest()->trimmed()); }

Task<absl::StatusOr<FeedPage>> LocalEngine::ReadFeed(Position after, FeedLimits limits) {
  const std::shared_ptr<LocalSnapshot> snapshot = Latest();
  const Position oldest(epoch_, snapshot->trimmed());
  if (after.empty()) after = oldest;
  if (after.epoch() != epoch_ || after.sequence() > snapshot->position().sequence()) {
    co_return EpochChanged();
  }
  if (after.sequence() < oldest.sequence()) co_return PositionExpired(oldest);
  std::optional<FeedPage> tail = ReadTail(after.sequence(), limits);
  if (metrics_ != nullptr) metrics_->CountFeedRead(tail.has_value());
  if (tail.has_value()) co_return *std::move(tail);
  absl::StatusOr<FeedPage> page = snapshot->ReadFeed(after.sequence(), limits);
  if (absl::IsOutOfRange(page.status())) co_return PositionExpired(this->oldest());
  co_return page;
}

Task<absl::Status> LocalEngine::TrimFeed(Position through) {
  if (through.empty()) co_return absl::OkStatus();
  if (through.epoch() != epoch_ || through.sequence() > head().sequence()) co_return EpochChanged();
  PendingCommit pending(queue_, through.sequence());
  absl::StatusOr<Position> position = co_await pending;
  co_return position.status();
}

Task<absl::Status> LocalEngine::Purge(std::vector<KeyRange> ranges) {
  const std::shared_ptr<LocalSnapshot> latest = Latest();
  OnOwnThread purging(executor_, [&] { return store_->Purge(ranges, *latest); });
  absl::Status purged = co_await purging;
  co_return purged;
}

absl::Status LocalEngine::Health() const {
  WEFT_RETURN_IF_ERROR(queue_.Stalled());
  return store_->Health();
}

absl::Status LocalEngine::Check(const Batch& batch) {
  // A key keeps its version until it is written, so those that have not been since they were read
  // need no reading.
  const bool since_known = batch.read_at.epoch() == epoch_;
  doubtful_.clear();
  keys_.clear();
  for (const Precondition& precondition : batch.preconditions) {
    if (since_known && !recent_.MayBeWrittenAfter(precondition.key, batch.read_at.sequence())) {
      continue;
    }
    doubtful_.push_back(&precondition);
    keys_.emplace_back(precondition.key);
  }
  if (doubtful_.empty()) return absl::OkStatus();
  WEFT_RETURN_IF_ERROR(store_->ReadVersions(keys_, versions_));
  for (size_t i = 0; i < versions_.size(); ++i) {
    const Precondition& precondition = *doubtful_[i];
    const auto pending = pending_versions_.find(precondition.key);
    const uint64_t version = pending != pending_versions_.end() ? pending->second : versions_[i];
    if (version != precondition.version) return Conflict();
  }
  return absl::OkStatus();
}

void LocalEngine::Accept(PendingCommit& commit) {
  ++last_sequence_;
  accepted_.push_back(&commit);
  items_.push_back({last_sequence_, &commit.batch});
  for (const Write& write : commit.batch.writes) {
    recent_.Note(write.key, last_sequence_);
    if (!track_pending_) continue;
    pending_versions_[write.key] = write.value.has_value() ? last_sequence_ : kAbsent;
  }
}

// One write for the whole group. Each commit is checked against what those before it leave behind,
// so that the outcome is that of carrying them out one by one.
Work* LocalEngine::Process(absl::Span<PendingCommit* const> group) {
  items_.clear();
  accepted_.clear();
  pending_versions_.clear();
  track_pending_ = group.size() > 1;
  uint64_t trim = 0;
  const uint64_t before = last_sequence_;
  for (PendingCommit* commit : group) {
    if (commit->trim_through > 0) {
      trim = std::max(trim, commit->trim_through);
      commit->outcome = Position(epoch_, commit->trim_through);
      continue;
    }
    absl::Status held = Check(commit->batch);
    if (!held.ok()) {
      commit->outcome = std::move(held);
      continue;
    }
    if (!commit->batch.writes.empty() || !commit->batch.changes.empty()) Accept(*commit);
    commit->outcome = Position(epoch_, items_.empty() ? committed_ : last_sequence_);
  }

  const uint64_t head = items_.empty() ? committed_ : last_sequence_;
  trim = std::max(trim, retention_.Due(head, trimmed_, now_()));
  if (items_.empty() && trim <= trimmed_) return nullptr;

  // Trims are let through: they make room.
  const absl::Status admitted = items_.empty() ? absl::OkStatus() : store_->Admit();
  if (!admitted.ok()) {
    // Nothing was tried, so the sequences are free again.
    last_sequence_ = before;
    Refuse(group, admitted);
    return nullptr;
  }
  const absl::Status applied = Apply(head, trim);
  if (!applied.ok()) {
    Refuse(group, applied);
    return nullptr;
  }
  return signal_.Advance(committed_);
}

absl::Status LocalEngine::Apply(uint64_t head, uint64_t trim) {
  uint64_t record_bytes = 0;
  for (const CommitGroup::Item& item : items_) {
    for (const std::string& change : item.batch->changes) record_bytes += change.size();
  }
  CommitGroup group{.items = items_, .head = head, .trim_through = trim, .mark = std::nullopt};
  group.mark = retention_.Note(head, record_bytes, now_());
  const auto begin = std::chrono::steady_clock::now();
  absl::Status applied = store_->Apply(group);
  if (metrics_ != nullptr) {
    if (applied.ok()) {
      metrics_->CountGroup(items_.size(),
                           absl::FromChrono(std::chrono::steady_clock::now() - begin));
    } else {
      metrics_->CountRefusedGroup();
    }
  }
  if (!applied.ok()) return applied;
  committed_ = head;
  trimmed_ = std::max(trimmed_, trim);
  Publish(TakeRecords());
  return absl::OkStatus();
}

void LocalEngine::Maintain(bool closing) {
  store_->Maintain(closing);
  if (closing) return;
  // Records grow too old also when nothing is written.
  const uint64_t due = retention_.Due(committed_, trimmed_, now_());
  if (due == 0) return;
  items_.clear();
  accepted_.clear();
  // A failure shows in Health(); what is left is trimmed with a later mark.
  Apply(committed_, due).IgnoreError();
}

void LocalEngine::Refuse(absl::Span<PendingCommit* const> group, const absl::Status& why) {
  for (PendingCommit* commit : group) {
    if (commit->outcome.ok()) commit->outcome = why;
  }
}

// Out of the batches, which nobody needs any more.
std::vector<std::shared_ptr<const FeedCommit>> LocalEngine::TakeRecords() {
  std::vector<std::shared_ptr<const FeedCommit>> commits;
  for (size_t i = 0; i < items_.size(); ++i) {
    std::vector<std::string>& changes = accepted_[i]->batch.changes;
    if (changes.empty()) continue;
    commits.push_back(std::make_shared<FeedCommit>(
        FeedCommit{Position(epoch_, items_[i].sequence), std::move(changes)}));
  }
  return commits;
}

void LocalEngine::Publish(std::vector<std::shared_ptr<const FeedCommit>> commits) {
  std::shared_ptr<LocalSnapshot> snapshot = store_->TakeSnapshot();
  std::lock_guard<std::mutex> lock(mutex_);
  // The one before is released after the lock, by whoever holds it last.
  latest_.swap(snapshot);
  tail_.Append(std::move(commits), committed_);
  tail_.Trim(trimmed_);
}

}  // namespace weft::storage
