#include "common/storage/feed_tail.h"

#include <algorithm>
#include <utility>

namespace weft::storage {
namespace {

// What a commit costs beside its records, so that many small ones count too.
constexpr size_t kCommitOverhead = 128;

size_t RecordBytes(const FeedCommit& commit) {
  size_t bytes = 0;
  for (const std::string& change : commit.changes) bytes += change.size();
  return bytes;
}

}  // namespace

void FeedTail::Append(std::vector<std::shared_ptr<const FeedCommit>> commits, uint64_t head) {
  for (std::shared_ptr<const FeedCommit>& commit : commits) {
    const size_t bytes = RecordBytes(*commit);
    bytes_ += bytes + kCommitOverhead;
    items_.push_back({std::move(commit), bytes});
  }
  head_ = head;
  while (!items_.empty() && bytes_ > max_bytes_) DropFirst();
}

void FeedTail::Trim(uint64_t through) {
  while (!items_.empty() && items_.front().commit->position.sequence() <= through) DropFirst();
  begin_ = std::max(begin_, through);
}

void FeedTail::DropFirst() {
  begin_ = items_.front().commit->position.sequence();
  bytes_ -= items_.front().bytes + kCommitOverhead;
  items_.pop_front();
}

std::optional<FeedPage> FeedTail::Read(uint64_t after, const FeedLimits& limits) const {
  if (after < begin_) return std::nullopt;
  FeedPage page;
  page.from_memory = true;
  size_t bytes = 0;
  auto item = std::upper_bound(items_.begin(), items_.end(), after, [](uint64_t a, const Item& b) {
    return a < b.commit->position.sequence();
  });
  for (; item != items_.end(); ++item) {
    bytes += item->bytes;
    if (!page.commits.empty() &&
        (page.commits.size() >= limits.max_commits || bytes > limits.max_bytes)) {
      page.end = page.commits.back()->position;
      return page;
    }
    page.commits.push_back(item->commit);
  }
  page.end = Position(epoch_, head_);
  page.caught_up = true;
  return page;
}

}  // namespace weft::storage
