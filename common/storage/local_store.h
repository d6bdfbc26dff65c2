// LocalStore: what differs between the engines that live in this process. LocalEngine makes an
// Engine of one: it owns the order of commits, the checks, the feed's wake-ups.
#ifndef WEFT_COMMON_STORAGE_LOCAL_STORE_H_
#define WEFT_COMMON_STORAGE_LOCAL_STORE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/storage/engine.h"
#include "common/storage/feed_retention.h"

namespace weft::storage {

// A snapshot that also reads the feed as it stood.
class LocalSnapshot : public Snapshot {
 public:
  Position PositionOf(const Entry& entry) const final {
    return Position(position().epoch(), entry.version);
  }
  // Feed records up to and including this sequence have been trimmed.
  virtual uint64_t trimmed() const = 0;
  // The commits after `after`, which is not before trimmed() and not past the snapshot.
  // OUT_OF_RANGE when they have been trimmed since the snapshot was taken.
  virtual absl::StatusOr<FeedPage> ReadFeed(uint64_t after, const FeedLimits& limits) = 0;
};

// Commits to apply together. Pointers are valid for the call.
struct CommitGroup {
  struct Item {
    uint64_t sequence = 0;
    const Batch* batch = nullptr;
  };
  absl::Span<const Item> items;  // in ascending sequence, not empty unless there is a trim
  uint64_t head = 0;             // the sequence of the last item, or of the last commit before
  uint64_t trim_through = 0;     // 0: nothing to trim
  std::optional<FeedMark> mark;  // to keep until the feed is trimmed past it
};

// All calls but those on snapshots, and Purge(), come from one thread at a time.
class LocalStore {
 public:
  virtual ~LocalStore() = default;

  virtual uint64_t epoch() const = 0;
  // The last commit found when the store was opened.
  virtual uint64_t recovered_head() const = 0;
  // The marks found then, in order.
  virtual std::vector<FeedMark> recovered_marks() const { return {}; }

  // Sets the version that each key has now, kAbsent when it does not exist, in the same order.
  virtual absl::Status ReadVersions(absl::Span<const absl::string_view> keys,
                                    std::vector<uint64_t>& versions) = 0;
  // OK, or why nothing may be written now; asked before Apply.
  virtual absl::Status Admit() { return absl::OkStatus(); }
  // Applies the group durably, all or nothing. An error means that the outcome is unknown.
  virtual absl::Status Apply(const CommitGroup& group) = 0;
  // The state after the last Apply. Usable from any thread, also after the store is gone.
  virtual std::shared_ptr<LocalSnapshot> TakeSnapshot() = 0;
  // Engine::Purge() of what `latest`, the newest snapshot, does not see. On a thread of its own,
  // beside the other calls.
  virtual absl::Status Purge(absl::Span<const KeyRange> ranges, const LocalSnapshot& latest) {
    return absl::OkStatus();
  }
  // OK, or why commits are being refused. From any thread.
  virtual absl::Status Health() const { return absl::OkStatus(); }
  // Called now and then, also when nothing happens, and once with `closing` before destruction.
  virtual void Maintain(bool closing) {}
};

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_LOCAL_STORE_H_
