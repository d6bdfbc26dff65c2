// A snapshot in RocksDB. Reads answer without suspending.
#ifndef WEFT_COMMON_STORAGE_ROCKSDB_SNAPSHOT_H_
#define WEFT_COMMON_STORAGE_ROCKSDB_SNAPSHOT_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/storage/local_store.h"
#include "common/storage/rocksdb_database.h"
#include "rocksdb/slice.h"

namespace weft::storage {

// The feed's value of one commit: each record behind its length as a varint. In parts, because the
// records are large and RocksDB copies them anyway; they refer to `changes`.
class FeedRecords {
 public:
  explicit FeedRecords(const std::vector<std::string>& changes);
  FeedRecords(const FeedRecords&) = delete;
  FeedRecords& operator=(const FeedRecords&) = delete;

  rocksdb::SliceParts parts() const {
    return rocksdb::SliceParts(parts_.data(), static_cast<int>(parts_.size()));
  }

 private:
  std::string lengths_;
  std::vector<rocksdb::Slice> parts_;
};
bool DecodeFeedRecords(const rocksdb::Slice& value, std::vector<std::string>& changes);

class RocksDbSnapshot final : public LocalSnapshot {
 public:
  RocksDbSnapshot(std::shared_ptr<RocksDbDatabase> database, Position position, uint64_t trimmed);
  ~RocksDbSnapshot() override;
  RocksDbSnapshot(const RocksDbSnapshot&) = delete;
  RocksDbSnapshot& operator=(const RocksDbSnapshot&) = delete;

  Position position() const override { return position_; }
  uint64_t trimmed() const override { return trimmed_; }
  // RocksDB's own number of the state.
  uint64_t rocksdb_sequence() const { return snapshot_->GetSequenceNumber(); }
  Task<absl::StatusOr<std::optional<Entry>>> Get(std::string key) override;
  Task<absl::StatusOr<std::vector<std::optional<Entry>>>> GetMany(
      std::vector<std::string> keys) override;
  Task<absl::StatusOr<std::vector<Entry>>> Scan(KeyRange range, ScanOptions options) override;
  absl::StatusOr<FeedPage> ReadFeed(uint64_t after, const FeedLimits& limits) override;

 private:
  rocksdb::ReadOptions AtSnapshot() const;

  const std::shared_ptr<RocksDbDatabase> database_;
  const rocksdb::Snapshot* const snapshot_;
  const Position position_;
  const uint64_t trimmed_;
};

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_ROCKSDB_SNAPSHOT_H_
