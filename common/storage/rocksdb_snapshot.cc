#include "common/storage/rocksdb_snapshot.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/storage/keys.h"
#include "common/storage/rocksdb_status.h"
#include "google/protobuf/io/coded_stream.h"

namespace weft::storage {
namespace {

using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;

constexpr size_t kMaxVarintBytes = 10;

absl::Status BadValue(absl::string_view key) {
  const std::string text = KeyToText(key);
  return Error(absl::StatusCode::kDataLoss, "STORAGE_CORRUPT",
               absl::StrCat("the value of key \"", text, "\" is damaged"), {{"key", text}});
}

// A stored value is the version that wrote it, 8 bytes, and then the value itself.
absl::Status Decode(std::string key, const rocksdb::Slice& stored, Entry& entry) {
  if (!DecodeFixed64(stored, entry.version)) return BadValue(key);
  entry.key = std::move(key);
  entry.value.assign(stored.data() + sizeof(uint64_t), stored.size() - sizeof(uint64_t));
  return absl::OkStatus();
}

}  // namespace

FeedRecords::FeedRecords(const std::vector<std::string>& changes) {
  // As long as it will be from the beginning: parts refer to it.
  lengths_.resize(kMaxVarintBytes * changes.size());
  parts_.reserve(2 * changes.size());
  uint8_t* at = reinterpret_cast<uint8_t*>(lengths_.data());
  for (const std::string& change : changes) {
    uint8_t* const end = CodedOutputStream::WriteVarint64ToArray(change.size(), at);
    parts_.emplace_back(reinterpret_cast<const char*>(at), static_cast<size_t>(end - at));
    parts_.emplace_back(change);
    at = end;
  }
}

bool DecodeFeedRecords(const rocksdb::Slice& value, std::vector<std::string>& changes) {
  CodedInputStream input(reinterpret_cast<const uint8_t*>(value.data()),
                         static_cast<int>(value.size()));
  while (input.CurrentPosition() < static_cast<int>(value.size())) {
    uint64_t size = 0;
    if (!input.ReadVarint64(&size) || size > value.size()) return false;
    if (!input.ReadString(&changes.emplace_back(), static_cast<int>(size))) return false;
  }
  return true;
}

RocksDbSnapshot::RocksDbSnapshot(std::shared_ptr<RocksDbDatabase> database, Position position,
                                 uint64_t trimmed)
    : database_(std::move(database)),
      snapshot_(database_->db->GetSnapshot()),
      position_(position),
      trimmed_(trimmed) {}

RocksDbSnapshot::~RocksDbSnapshot() { database_->db->ReleaseSnapshot(snapshot_); }

rocksdb::ReadOptions RocksDbSnapshot::AtSnapshot() const {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot_;
  return options;
}

Task<absl::StatusOr<std::optional<Entry>>> RocksDbSnapshot::Get(std::string key) {
  rocksdb::PinnableSlice stored;
  const rocksdb::Status status = database_->db->Get(AtSnapshot(), database_->rows, key, &stored);
  if (status.IsNotFound()) co_return std::optional<Entry>();
  if (!status.ok()) co_return FromRocksDb(status, "read");
  std::optional<Entry> entry(std::in_place);
  WEFT_CO_RETURN_IF_ERROR(Decode(std::move(key), stored, *entry));
  co_return entry;
}

Task<absl::StatusOr<std::vector<std::optional<Entry>>>> RocksDbSnapshot::GetMany(
    std::vector<std::string> keys) {
  const std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
  std::vector<rocksdb::PinnableSlice> stored(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  database_->db->MultiGet(AtSnapshot(), database_->rows, keys.size(), slices.data(), stored.data(),
                          statuses.data());
  std::vector<std::optional<Entry>> entries(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    if (statuses[i].IsNotFound()) continue;
    if (!statuses[i].ok()) co_return FromRocksDb(statuses[i], "read");
    WEFT_CO_RETURN_IF_ERROR(Decode(std::move(keys[i]), stored[i], entries[i].emplace()));
  }
  co_return entries;
}

Task<absl::StatusOr<std::vector<Entry>>> RocksDbSnapshot::Scan(KeyRange range,
                                                               ScanOptions options) {
  std::vector<Entry> entries;
  if (!range.end.empty() && range.end <= range.begin) co_return entries;
  rocksdb::ReadOptions read = AtSnapshot();
  const rocksdb::Slice lower(range.begin);
  const rocksdb::Slice upper(range.end);
  read.iterate_lower_bound = &lower;
  if (!range.end.empty()) read.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> it(database_->db->NewIterator(read, database_->rows));
  if (options.reverse) {
    it->SeekToLast();
  } else {
    it->Seek(lower);
  }
  while (it->Valid() && entries.size() < options.limit) {
    WEFT_CO_RETURN_IF_ERROR(Decode(it->key().ToString(), it->value(), entries.emplace_back()));
    if (options.reverse) {
      it->Prev();
    } else {
      it->Next();
    }
  }
  if (!it->status().ok()) co_return FromRocksDb(it->status(), "read");
  co_return entries;
}

absl::StatusOr<FeedPage> RocksDbSnapshot::ReadFeed(uint64_t after, const FeedLimits& limits) {
  const std::string begin = FeedKey(after + 1);
  FeedPage page;
  size_t bytes = 0;
  const std::unique_ptr<rocksdb::Iterator> it(
      database_->db->NewIterator(AtSnapshot(), database_->feed));
  for (it->Seek(begin); it->Valid(); it->Next()) {
    bytes += it->value().size();
    if (!page.commits.empty() &&
        (page.commits.size() >= limits.max_commits || bytes > limits.max_bytes)) {
      page.end = page.commits.back()->position;
      return page;
    }
    KeyReader key(absl::string_view(it->key().data(), it->key().size()));
    key.Byte();
    auto commit = std::make_shared<FeedCommit>();
    commit->position = Position(position_.epoch(), key.Uint64());
    WEFT_RETURN_IF_ERROR(key.Finish());
    if (!DecodeFeedRecords(it->value(), commit->changes)) return BadValue(it->key().ToString());
    page.commits.push_back(std::move(commit));
  }
  if (!it->status().ok()) return FromRocksDb(it->status(), "read the change feed");
  page.end = position_;
  page.caught_up = true;
  return page;
}

}  // namespace weft::storage
