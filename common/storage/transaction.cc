#include "common/storage/transaction.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <limits>

#include "common/base/status_macros.h"

namespace weft::storage {
namespace {

// Values that are kept for a second Get: a handler reads what it changes, and so does the table
// that writes it. Not large ones, of which there may be many.
constexpr size_t kMaxKeptBytes = 4096;

using Writes = std::map<std::string, std::optional<std::string>>;

// The own writes inside a range, as [first, last).
std::pair<Writes::const_iterator, Writes::const_iterator> WritesIn(const Writes& writes,
                                                                   const KeyRange& range) {
  const Writes::const_iterator first = writes.lower_bound(range.begin);
  if (range.end.empty()) return {first, writes.end()};
  if (range.end <= range.begin) return {first, first};
  return {first, writes.lower_bound(range.end)};
}

// Lays own writes over committed entries; both in ascending order, or both in descending order.
template <class Iterator, class Before>
std::vector<Entry> Overlay(std::vector<Entry> committed, Iterator own, Iterator own_end,
                           Before before, size_t limit) {
  std::vector<Entry> merged;
  merged.reserve(
      std::min(limit, committed.size() + static_cast<size_t>(std::distance(own, own_end))));
  size_t next = 0;
  while (merged.size() < limit && (next < committed.size() || own != own_end)) {
    if (own == own_end || (next < committed.size() && before(committed[next].key, own->first))) {
      merged.push_back(std::move(committed[next++]));
      continue;
    }
    if (next < committed.size() && committed[next].key == own->first) ++next;
    if (own->second.has_value()) merged.push_back({own->first, *own->second, kAbsent});
    ++own;
  }
  return merged;
}

}  // namespace

Transaction::Transaction(const Database& db)
    : engine_(db.engine),
      now_(db.clock.Now()),
      snapshot_(db.engine.GetSnapshot()),
      read_at_(snapshot_->position()) {}

Task<absl::StatusOr<std::optional<Entry>>> Transaction::Get(std::string key) {
  const auto own = writes_.find(key);
  if (own != writes_.end()) {
    if (!own->second.has_value()) co_return std::optional<Entry>();
    co_return std::optional<Entry>(Entry{std::move(key), *own->second, kAbsent});
  }
  const auto known = prefetched_.find(key);
  if (known != prefetched_.end()) {
    Prefetched& found = known->second;
    if (!std::exchange(found.read, true)) {
      read_.push_back({std::move(key), found.entry.has_value() ? found.entry->version : kAbsent});
    }
    co_return found.entry;
  }
  absl::StatusOr<std::optional<Entry>> entry = co_await snapshot_->Get(key);
  WEFT_CO_RETURN_IF_ERROR(entry.status());
  read_.push_back({key, entry->has_value() ? (*entry)->version : kAbsent});
  if (!entry->has_value() || (*entry)->value.size() <= kMaxKeptBytes) {
    prefetched_.try_emplace(std::move(key), Prefetched{.entry = *entry, .read = true});
  }
  co_return entry;
}

Task<absl::StatusOr<std::vector<std::optional<Entry>>>> Transaction::GetMany(
    std::vector<std::string> keys) {
  absl::StatusOr<std::vector<std::optional<Entry>>> entries = co_await snapshot_->GetMany(keys);
  WEFT_CO_RETURN_IF_ERROR(entries.status());
  for (size_t i = 0; i < keys.size(); ++i) {
    std::optional<Entry>& entry = (*entries)[i];
    const auto own = writes_.find(keys[i]);
    if (own == writes_.end()) {
      read_.push_back({std::move(keys[i]), entry.has_value() ? entry->version : kAbsent});
    } else if (own->second.has_value()) {
      entry = Entry{std::move(keys[i]), *own->second, kAbsent};
    } else {
      entry.reset();
    }
  }
  co_return entries;
}

Task<absl::StatusOr<std::vector<Entry>>> Transaction::Scan(KeyRange range, ScanOptions options) {
  const auto [own, own_end] = WritesIn(writes_, range);
  // Own deletes and replacements can hide this many of the committed entries.
  const size_t own_count = static_cast<size_t>(std::distance(own, own_end));
  ScanOptions wider = options;
  wider.limit += std::min(own_count, std::numeric_limits<size_t>::max() - options.limit);
  absl::StatusOr<std::vector<Entry>> committed = co_await snapshot_->Scan(std::move(range), wider);
  WEFT_CO_RETURN_IF_ERROR(committed.status());
  for (const Entry& entry : *committed) read_.push_back({entry.key, entry.version});
  if (own_count == 0) co_return committed;
  if (options.reverse) {
    co_return Overlay(*std::move(committed), std::make_reverse_iterator(own_end),
                      std::make_reverse_iterator(own), std::greater<std::string>(), options.limit);
  }
  co_return Overlay(*std::move(committed), own, own_end, std::less<std::string>(), options.limit);
}

Task<absl::Status> Transaction::Prefetch(std::vector<std::string> keys) {
  if (!std::is_sorted(keys.begin(), keys.end())) std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  absl::StatusOr<std::vector<std::optional<Entry>>> entries = co_await snapshot_->GetMany(keys);
  WEFT_CO_RETURN_IF_ERROR(entries.status());
  prefetched_.reserve(prefetched_.size() + keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    // What is known already is the same: it was read at the same snapshot.
    prefetched_.try_emplace(std::move(keys[i]), Prefetched{.entry = std::move((*entries)[i])});
  }
  co_return absl::OkStatus();
}

void Transaction::EndReads() {
  snapshot_.reset();
  prefetched_.clear();
}

void Transaction::Put(std::string key, std::string value) {
  writes_.insert_or_assign(std::move(key), std::move(value));
}

void Transaction::Delete(std::string key) {
  writes_.insert_or_assign(std::move(key), std::nullopt);
}

Task<absl::StatusOr<Position>> Transaction::Commit() {
  if (!has_writes()) co_return read_at_;
  Batch batch;
  batch.preconditions = std::move(read_);
  batch.read_at = read_at_;
  batch.writes.reserve(writes_.size());
  while (!writes_.empty()) {
    auto write = writes_.extract(writes_.begin());
    batch.writes.push_back({std::move(write.key()), std::move(write.mapped())});
  }
  batch.changes = std::move(changes_);
  absl::StatusOr<Position> position = co_await engine_.Commit(std::move(batch));
  co_return position;
}

}  // namespace weft::storage
