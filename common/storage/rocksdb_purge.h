// Engine::Purge() for RocksDB.
//
// A value that was deleted or overwritten stays in three places until something moves it out: the
// write-ahead log, which is deleted once every column family has flushed what it holds; table files
// above, where the newer entry is; and table files of the lowest level, which ordinary compactions
// may not touch for months. So both column families are flushed, which begins a new log, and the
// ranges are compacted down into the lowest level and that level once more into itself. What is
// left is to see the old files go.
#ifndef WEFT_COMMON_STORAGE_ROCKSDB_PURGE_H_
#define WEFT_COMMON_STORAGE_ROCKSDB_PURGE_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "common/storage/engine.h"
#include "common/storage/rocksdb_database.h"

namespace weft::storage {

// Purges what RocksDB's state `sequence`, of which the caller holds a snapshot, does not see. On
// any thread.
absl::Status PurgeRocksDb(RocksDbDatabase& database, absl::Span<const KeyRange> ranges,
                          uint64_t sequence);

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_ROCKSDB_PURGE_H_
