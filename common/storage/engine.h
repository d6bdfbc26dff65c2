// Engine: an ordered key-value store with consistent snapshots, one kind of write, and a change
// feed. What the comments here say is the contract; tests/common/storage/engine_conformance_test.cc
// checks it against every engine.
//
// Threads: an engine belongs to one Executor. Its Tasks are awaited on the executor's thread, and
// resume there. GetSnapshot(), head() and oldest() may be called from any thread.
#ifndef WEFT_COMMON_STORAGE_ENGINE_H_
#define WEFT_COMMON_STORAGE_ENGINE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/task.h"
#include "common/storage/position.h"

namespace weft::storage {

class FeedSignal;

// A key's value and the commit that wrote it. Versions only ever grow, so that a key which is
// deleted and written again never comes back with an old version.
struct Entry {
  std::string key;
  std::string value;
  uint64_t version = 0;
};

// The version of a key that does not exist.
inline constexpr uint64_t kAbsent = 0;

// The keys in [begin, end), as unsigned bytes. An empty `end` means: to the last key.
struct KeyRange {
  std::string begin;
  std::string end;
};

struct ScanOptions {
  size_t limit = 1000;
  // From the end of the range to its begin.
  bool reverse = false;
};

// A view of the store. Keys and values are any bytes, also none.
class Reader {
 public:
  virtual ~Reader() = default;
  // The entry, or nullopt when the key does not exist.
  virtual Task<absl::StatusOr<std::optional<Entry>>> Get(std::string key) = 0;
  // One result per key, in the order of `keys`. Cheaper than single Gets, most so for sorted keys.
  virtual Task<absl::StatusOr<std::vector<std::optional<Entry>>>> GetMany(
      std::vector<std::string> keys) = 0;
  // The first entries of the range, at most `options.limit`. Fewer only when there are no more.
  virtual Task<absl::StatusOr<std::vector<Entry>>> Scan(KeyRange range, ScanOptions options) = 0;
};

// The store as it stood at position(): all of the commits up to it and nothing of any later one,
// for as long as the snapshot is held. Holding one keeps superseded values on disk; release it
// soon.
class Snapshot : public Reader {
 public:
  virtual Position position() const = 0;
  // The commit that wrote `entry`, which was read from this snapshot.
  virtual Position PositionOf(const Entry& entry) const = 0;
};

// The key must exist with exactly this version, or not exist at all (kAbsent).
struct Precondition {
  std::string key;
  uint64_t version = kAbsent;
};

// A put, or a delete when there is no value. Deleting what does not exist is no error.
struct Write {
  std::string key;
  std::optional<std::string> value;
};

// What one commit does. Writes apply in order, so that the last one to a key stands.
struct Batch {
  std::vector<Precondition> preconditions;
  // The snapshot in which the preconditions were found to hold, if they come from one: an engine
  // need not look at what has not been written since.
  Position read_at;
  std::vector<Write> writes;
  // Records for the change feed, in order; opaque to the engine.
  std::vector<std::string> changes;

  void Require(std::string key, uint64_t version) {
    preconditions.push_back({std::move(key), version});
  }
  void Put(std::string key, std::string value) {
    writes.push_back({std::move(key), std::move(value)});
  }
  void Delete(std::string key) { writes.push_back({std::move(key), std::nullopt}); }
};

// The feed's records of one commit. Commits without change records are not in the feed.
struct FeedCommit {
  Position position;
  std::vector<std::string> changes;
};

struct FeedLimits {
  size_t max_commits = 1000;
  // Of change records. A single commit larger than this is returned whole.
  size_t max_bytes = 256 * 1024;
};

struct FeedPage {
  // Shared by all who read the same part of the feed.
  std::vector<std::shared_ptr<const FeedCommit>> commits;
  // Read on after this. Past the last commit when there was nothing more, so that a cursor moves
  // with the store even when commits leave no records.
  Position end;
  // Whether `end` is the store's head as this page saw it.
  bool caught_up = false;
  // Whether others who read the same part now are likely to get the same page: it is the newest
  // part, which the engine holds in memory.
  bool from_memory = false;
};

class Engine {
 public:
  // Commits that are queued are carried out first. No task of this engine may be suspended any more
  // and no snapshot may be in use.
  virtual ~Engine() = default;

  // The latest committed state: everything whose Commit has returned is in it.
  virtual std::shared_ptr<Snapshot> GetSnapshot() = 0;

  // Checks the preconditions and applies the batch, all at once or not at all, in one total order
  // with all other commits. The position that holds it, or
  //  ABORTED (CONFLICT): a precondition did not hold; nothing is written. Read again and retry.
  //  RESOURCE_EXHAUSTED (COMMIT_QUEUE_FULL), UNAVAILABLE (STORAGE_STALLED): nothing is written.
  //  Retry later.
  //  RESOURCE_EXHAUSTED (STORAGE_FULL), UNAVAILABLE (STORAGE_UNAVAILABLE): the disk failed. No
  //  snapshot shows the batch now, but it may be there after a restart: a retry must be idempotent.
  // OK means durable, and visible to every snapshot taken from then on. A batch that writes nothing
  // is checked like any other and answers the position at which it held. The wait is never cut
  // short: a commit that was started has an outcome.
  virtual Task<absl::StatusOr<Position>> Commit(Batch batch) = 0;

  // The last commit, and the position from which the feed can still be read: reading after
  // oldest() gives every record that is kept.
  virtual Position head() const = 0;
  virtual Position oldest() const = 0;

  // The commits after `after`, oldest first; the empty position stands for oldest().
  //  OUT_OF_RANGE (POSITION_EXPIRED): records after it have been trimmed.
  //  FAILED_PRECONDITION (FEED_EPOCH_CHANGED): the position is not of this store's history.
  virtual Task<absl::StatusOr<FeedPage>> ReadFeed(Position after, FeedLimits limits) = 0;
  // Where to wait for more: `co_await FeedWait(engine.feed_signal(), after)` (feed_signal.h).
  virtual FeedSignal& feed_signal() = 0;
  // Drops the records up to and including `through`.
  virtual Task<absl::Status> TrimFeed(Position through) = 0;

  // Makes the bytes leave the engine's files: when it returns OK, no file holds a value any more
  // that was deleted or overwritten in one of the ranges by a commit that had returned before the
  // call. What stands there now, and every other key, is as it was. Commits and reads go on
  // meanwhile. It rewrites what is stored in the ranges, so that it is for rare occasions.
  //  UNAVAILABLE (PURGE_HELD_UP): a snapshot from before is in use, or a file that is read; nothing
  //  is lost, call again later. Otherwise as Commit.
  // Deleting a file leaves its bytes in blocks of the disk that no file has until the file system
  // gives them to another one.
  virtual Task<absl::Status> Purge(std::vector<KeyRange> ranges) = 0;

  // OK, or why commits are being refused or take too long. From any thread.
  virtual absl::Status Health() const = 0;
};

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_ENGINE_H_
