// A LocalStore in RocksDB.
#ifndef WEFT_COMMON_STORAGE_ROCKSDB_STORE_H_
#define WEFT_COMMON_STORAGE_ROCKSDB_STORE_H_

#include <memory>

#include "absl/status/statusor.h"
#include "common/storage/local_store.h"
#include "common/storage/open_engine.h"

namespace weft::storage {

absl::StatusOr<std::unique_ptr<LocalStore>> OpenRocksDbStore(const EngineOptions& options);

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_ROCKSDB_STORE_H_
