// RocksDB's errors as ours.
#ifndef WEFT_COMMON_STORAGE_ROCKSDB_STATUS_H_
#define WEFT_COMMON_STORAGE_ROCKSDB_STATUS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "rocksdb/status.h"

namespace weft::storage {

// RESOURCE_EXHAUSTED (STORAGE_FULL), UNAVAILABLE (STORAGE_UNAVAILABLE), DATA_LOSS (STORAGE_CORRUPT)
// or INTERNAL (STORAGE_FAILED). `what` was being done: "commit", "read".
absl::Status FromRocksDb(const rocksdb::Status& status, absl::string_view what);

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_ROCKSDB_STATUS_H_
