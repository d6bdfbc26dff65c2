// The opened RocksDB of a data directory.
#ifndef WEFT_COMMON_STORAGE_ROCKSDB_DATABASE_H_
#define WEFT_COMMON_STORAGE_ROCKSDB_DATABASE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/storage/data_directory.h"
#include "common/storage/feed_retention.h"
#include "common/storage/open_engine.h"
#include "common/storage/storage_health.h"
#include "rocksdb/db.h"

namespace weft::storage {

// Two column families: `rows`, where a value stands behind the version that wrote it, and `feed`,
// with the engine's own keys below. docs/storage-keys.md describes both.
struct RocksDbDatabase {
  // Waits no longer than `close_patience` for the database to close.
  ~RocksDbDatabase();

  std::unique_ptr<DataDirectory> directory;
  const std::shared_ptr<StorageHealth> health = std::make_shared<StorageHealth>();
  std::unique_ptr<rocksdb::DB> db;
  rocksdb::ColumnFamilyHandle* rows = nullptr;
  rocksdb::ColumnFamilyHandle* feed = nullptr;

  // See EngineOptions.
  absl::Duration close_patience;

  // As found at the opening.
  uint64_t head = 0;
  uint64_t trimmed = 0;
  std::vector<FeedMark> marks;
};

// Keys of `feed`.
inline constexpr char kHeadKey[] = "\x01";      // the last commit, as 8 bytes
inline constexpr char kIdentityKey[] = "\x02";  // the database id
inline constexpr char kTrimmedKey[] = "\x03";   // the last commit whose records are gone, 8 bytes
std::string MarkKey(uint64_t sequence);         // 0x04, then a commit's sequence, big-endian
std::string FeedKey(uint64_t sequence);         // 0x10, then the commit's sequence, big-endian

// See OpenEngine.
absl::StatusOr<std::shared_ptr<RocksDbDatabase>> OpenRocksDb(const EngineOptions& options);

// A mark's value: milliseconds since 1970 and bytes, each in 8 bytes.
std::string EncodeMark(const FeedMark& mark);

std::string EncodeFixed64(uint64_t number);
// False unless `bytes` starts with 8 bytes.
bool DecodeFixed64(const rocksdb::Slice& bytes, uint64_t& number);

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_ROCKSDB_DATABASE_H_
