// What RocksDB tells of itself: errors of its background work, and that it has recovered.
#ifndef WEFT_COMMON_STORAGE_ROCKSDB_EVENTS_H_
#define WEFT_COMMON_STORAGE_ROCKSDB_EVENTS_H_

#include <memory>

#include "common/storage/storage_health.h"
#include "rocksdb/listener.h"

namespace weft::storage {

// Keeps StorageHealth::kDatabase true to what RocksDB says, so that a failed flush or compaction is
// known before the next commit meets it.
std::shared_ptr<rocksdb::EventListener> MakeRocksDbEvents(std::shared_ptr<StorageHealth> health);

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_ROCKSDB_EVENTS_H_
