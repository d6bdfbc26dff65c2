#include "common/storage/memory_store.h"

#include <algorithm>
#include <deque>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/storage/random_id.h"

namespace weft::storage {
namespace {

struct Versioned {
  uint64_t version;
  std::optional<std::string> value;  // nullopt: deleted
};

// What the store and its snapshots share. Every key holds the values that a living snapshot can
// still see, oldest first.
struct Data {
  std::mutex mutex;
  std::map<std::string, std::vector<Versioned>> rows;
  std::map<uint64_t, std::vector<std::string>> feed;
  uint64_t trimmed = 0;
  std::multiset<uint64_t> snapshots;
  // Keys to look at again once no snapshot is older than the sequence.
  std::deque<std::pair<uint64_t, std::string>> superseded;
};

const Versioned* VisibleAt(const std::vector<Versioned>& versions, uint64_t sequence) {
  for (auto it = versions.rbegin(); it != versions.rend(); ++it) {
    if (it->version <= sequence) return it->value.has_value() ? &*it : nullptr;
  }
  return nullptr;
}

// Forgets what no snapshot at or after `oldest` can see. True when nothing is left.
bool Prune(std::vector<Versioned>& versions, uint64_t oldest) {
  size_t visible = versions.size() - 1;
  while (visible > 0 && versions[visible].version > oldest) --visible;
  versions.erase(versions.begin(), versions.begin() + static_cast<std::ptrdiff_t>(visible));
  return versions.size() == 1 && !versions[0].value.has_value() && versions[0].version <= oldest;
}

class MemorySnapshot final : public LocalSnapshot {
 public:
  MemorySnapshot(std::shared_ptr<Data> data, Position position, uint64_t trimmed)
      : data_(std::move(data)), position_(position), trimmed_(trimmed) {
    std::lock_guard<std::mutex> lock(data_->mutex);
    data_->snapshots.insert(position_.sequence());
  }
  ~MemorySnapshot() override {
    std::lock_guard<std::mutex> lock(data_->mutex);
    data_->snapshots.erase(data_->snapshots.find(position_.sequence()));
  }

  Position position() const override { return position_; }
  uint64_t trimmed() const override { return trimmed_; }

  Task<absl::StatusOr<std::optional<Entry>>> Get(std::string key) override {
    std::lock_guard<std::mutex> lock(data_->mutex);
    co_return Find(key);
  }

  Task<absl::StatusOr<std::vector<std::optional<Entry>>>> GetMany(
      std::vector<std::string> keys) override {
    std::lock_guard<std::mutex> lock(data_->mutex);
    std::vector<std::optional<Entry>> entries;
    entries.reserve(keys.size());
    for (const std::string& key : keys) entries.push_back(Find(key));
    co_return entries;
  }

  Task<absl::StatusOr<std::vector<Entry>>> Scan(KeyRange range, ScanOptions options) override {
    std::lock_guard<std::mutex> lock(data_->mutex);
    std::vector<Entry> entries;
    if (!range.end.empty() && range.end <= range.begin) co_return entries;
    const auto first = data_->rows.lower_bound(range.begin);
    const auto last = range.end.empty() ? data_->rows.end() : data_->rows.lower_bound(range.end);
    if (options.reverse) {
      Collect(std::make_reverse_iterator(last), std::make_reverse_iterator(first), options.limit,
              entries);
    } else {
      Collect(first, last, options.limit, entries);
    }
    co_return entries;
  }

  absl::StatusOr<FeedPage> ReadFeed(uint64_t after, const FeedLimits& limits) override {
    std::lock_guard<std::mutex> lock(data_->mutex);
    if (after < data_->trimmed) return absl::OutOfRangeError("trimmed");
    FeedPage page;
    page.end = position_;
    page.caught_up = true;
    size_t bytes = 0;
    for (auto it = data_->feed.upper_bound(after);
         it != data_->feed.end() && it->first <= position_.sequence(); ++it) {
      for (const std::string& change : it->second) bytes += change.size();
      if (!page.commits.empty() &&
          (page.commits.size() >= limits.max_commits || bytes > limits.max_bytes)) {
        page.end = page.commits.back()->position;
        page.caught_up = false;
        break;
      }
      page.commits.push_back(std::make_shared<FeedCommit>(
          FeedCommit{Position(position_.epoch(), it->first), it->second}));
    }
    return page;
  }

 private:
  std::optional<Entry> Find(const std::string& key) const {
    const auto row = data_->rows.find(key);
    if (row == data_->rows.end()) return std::nullopt;
    const Versioned* value = VisibleAt(row->second, position_.sequence());
    if (value == nullptr) return std::nullopt;
    return Entry{key, *value->value, value->version};
  }

  template <class Iterator>
  void Collect(Iterator from, Iterator to, size_t limit, std::vector<Entry>& entries) const {
    for (; from != to && entries.size() < limit; ++from) {
      const Versioned* value = VisibleAt(from->second, position_.sequence());
      if (value != nullptr) entries.push_back({from->first, *value->value, value->version});
    }
  }

  const std::shared_ptr<Data> data_;
  const Position position_;
  const uint64_t trimmed_;
};

class MemoryStore final : public LocalStore {
 public:
  uint64_t epoch() const override { return epoch_; }
  uint64_t recovered_head() const override { return 0; }

  absl::Status ReadVersions(absl::Span<const absl::string_view> keys,
                            std::vector<uint64_t>& versions) override {
    std::lock_guard<std::mutex> lock(data_->mutex);
    versions.clear();
    for (const absl::string_view key : keys) {
      const auto row = data_->rows.find(std::string(key));
      const bool absent = row == data_->rows.end() || !row->second.back().value.has_value();
      versions.push_back(absent ? kAbsent : row->second.back().version);
    }
    return absl::OkStatus();
  }

  absl::Status Apply(const CommitGroup& group) override {
    std::lock_guard<std::mutex> lock(data_->mutex);
    for (const CommitGroup::Item& item : group.items) {
      for (const Write& write : item.batch->writes) Store(write, item.sequence);
      if (!item.batch->changes.empty()) data_->feed[item.sequence] = item.batch->changes;
    }
    head_ = group.head;
    if (group.trim_through > data_->trimmed) {
      data_->trimmed = group.trim_through;
      data_->feed.erase(data_->feed.begin(), data_->feed.upper_bound(data_->trimmed));
    }
    Clean();
    return absl::OkStatus();
  }

  std::shared_ptr<LocalSnapshot> TakeSnapshot() override {
    return std::make_shared<MemorySnapshot>(data_, Position(epoch_, head_), data_->trimmed);
  }

 private:
  void Store(const Write& write, uint64_t sequence) {
    std::vector<Versioned>& versions = data_->rows[write.key];
    if (!versions.empty() && versions.back().version == sequence) {
      versions.back().value = write.value;
    } else {
      versions.push_back({sequence, write.value});
    }
    if (versions.size() > 1 || !write.value.has_value()) {
      data_->superseded.emplace_back(sequence, write.key);
    }
  }

  void Clean() {
    const uint64_t oldest = data_->snapshots.empty() ? head_ : *data_->snapshots.begin();
    while (!data_->superseded.empty() && data_->superseded.front().first <= oldest) {
      const auto row = data_->rows.find(data_->superseded.front().second);
      if (row != data_->rows.end() && Prune(row->second, oldest)) data_->rows.erase(row);
      data_->superseded.pop_front();
    }
  }

  const uint64_t epoch_ = RandomNumber() | 1;
  uint64_t head_ = 0;
  const std::shared_ptr<Data> data_ = std::make_shared<Data>();
};

}  // namespace

std::unique_ptr<LocalStore> MakeMemoryStore() { return std::make_unique<MemoryStore>(); }

}  // namespace weft::storage
