// How long the feed's records are kept: by count, by bytes and by age, whichever is reached first.
#ifndef WEFT_COMMON_STORAGE_FEED_RETENTION_H_
#define WEFT_COMMON_STORAGE_FEED_RETENTION_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "absl/time/time.h"

namespace weft::storage {

// Where the feed stood at some time. Marks are kept with the feed, so that a restart knows how old
// its records are.
struct FeedMark {
  uint64_t sequence = 0;
  absl::Time time;
  // Of records, since the store's first commit.
  uint64_t bytes = 0;

  friend bool operator==(const FeedMark&, const FeedMark&) = default;
};

struct FeedRetentionLimits {
  uint64_t commits = 0;
  uint64_t bytes = 0;
  absl::Duration age;
};

// Records go in steps of a part of each limit, because trimming has a price: at most so many and so
// old are kept, and not much less. Not thread-safe.
class FeedRetention {
 public:
  // `marks`: those that were kept, in order.
  FeedRetention(const FeedRetentionLimits& limits, std::vector<FeedMark> marks);

  // A group of commits that wrote `bytes` of records has brought the store to `head`. The mark to
  // keep, when one is due.
  std::optional<FeedMark> Note(uint64_t head, uint64_t bytes, absl::Time now);

  // Through where to trim now; 0 for nowhere. `trimmed` is how far that has been done.
  uint64_t Due(uint64_t head, uint64_t trimmed, absl::Time now);

 private:
  bool IsPast(const FeedMark& mark, absl::Time now) const;

  const FeedRetentionLimits limits_;
  std::deque<FeedMark> marks_;
  FeedMark last_marked_;
  // The last group with records, marked or not: what a mark that is never made would say.
  FeedMark last_noted_;
  uint64_t bytes_ = 0;
};

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_FEED_RETENTION_H_
