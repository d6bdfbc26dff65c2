// The newest part of the feed, held in memory once for all who read it. Readers get references, so
// a thousand that are at the end cost no more reads and copies than one.
#ifndef WEFT_COMMON_STORAGE_FEED_TAIL_H_
#define WEFT_COMMON_STORAGE_FEED_TAIL_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "common/storage/engine.h"

namespace weft::storage {

// Not thread-safe.
class FeedTail {
 public:
  // Empty, and complete from `head` on: what lies before it is on disk alone.
  FeedTail(uint64_t epoch, uint64_t head, size_t max_bytes)
      : epoch_(epoch), max_bytes_(max_bytes), begin_(head), head_(head) {}

  // The commits that bring the store to `head`, in order. Those without records are left out.
  void Append(std::vector<std::shared_ptr<const FeedCommit>> commits, uint64_t head);
  // Records up to and including `through` are no longer kept.
  void Trim(uint64_t through);

  // The commits after `after`, as Engine::ReadFeed; nullopt when the tail does not reach back so
  // far.
  std::optional<FeedPage> Read(uint64_t after, const FeedLimits& limits) const;

  size_t bytes() const { return bytes_; }

 private:
  struct Item {
    std::shared_ptr<const FeedCommit> commit;
    size_t bytes = 0;
  };
  void DropFirst();

  const uint64_t epoch_;
  const size_t max_bytes_;
  // Every record after this is in items_.
  uint64_t begin_;
  uint64_t head_;
  std::deque<Item> items_;
  size_t bytes_ = 0;
};

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_FEED_TAIL_H_
