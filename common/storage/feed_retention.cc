#include "common/storage/feed_retention.h"

#include <algorithm>

namespace weft::storage {
namespace {

// Into how many steps each limit is cut.
constexpr uint64_t kSteps = 64;
// A count needs no marks, so its steps can be larger.
constexpr uint64_t kCommitSteps = 8;

}  // namespace

FeedRetention::FeedRetention(const FeedRetentionLimits& limits, std::vector<FeedMark> marks)
    : limits_(limits), marks_(marks.begin(), marks.end()) {
  last_marked_.time = absl::InfinitePast();
  if (!marks_.empty()) last_marked_ = marks_.back();
  last_noted_ = last_marked_;
  bytes_ = last_marked_.bytes;
}

std::optional<FeedMark> FeedRetention::Note(uint64_t head, uint64_t bytes, absl::Time now) {
  if (bytes == 0) return std::nullopt;
  bytes_ += bytes;
  last_noted_ = {.sequence = head, .time = now, .bytes = bytes_};
  const bool due = bytes_ - last_marked_.bytes >= limits_.bytes / kSteps ||
                   now - last_marked_.time >= limits_.age / static_cast<int64_t>(kSteps);
  if (!due) return std::nullopt;
  last_marked_ = last_noted_;
  marks_.push_back(last_marked_);
  return last_marked_;
}

bool FeedRetention::IsPast(const FeedMark& mark, absl::Time now) const {
  return now - mark.time > limits_.age || bytes_ - mark.bytes > limits_.bytes;
}

uint64_t FeedRetention::Due(uint64_t head, uint64_t trimmed, absl::Time now) {
  uint64_t through = 0;
  if (head > limits_.commits + limits_.commits / kCommitSteps + trimmed) {
    through = head - limits_.commits;
  }
  // What a mark covers is at least as old as the mark, and at least so many bytes back.
  while (!marks_.empty() && IsPast(marks_.front(), now)) {
    through = std::max(through, marks_.front().sequence);
    marks_.pop_front();
  }
  if (marks_.empty() && IsPast(last_noted_, now)) {
    through = std::max(through, last_noted_.sequence);
  }
  while (!marks_.empty() && marks_.front().sequence <= std::max(through, trimmed)) {
    marks_.pop_front();
  }
  return through > trimmed ? through : 0;
}

}  // namespace weft::storage
