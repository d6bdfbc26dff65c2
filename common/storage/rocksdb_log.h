// RocksDB's own log. Ours, because RocksDB's writer aborts the process (in builds with assertions,
// such as Debian's) when it is used again after the disk was full.
#ifndef WEFT_COMMON_STORAGE_ROCKSDB_LOG_H_
#define WEFT_COMMON_STORAGE_ROCKSDB_LOG_H_

#include <memory>
#include <string>

#include "rocksdb/env.h"

namespace weft::storage {

// Appends warnings and errors to `path`; what cannot be written is dropped. A file that has grown
// large is set aside once, as "{path}.old", when it is opened.
std::shared_ptr<rocksdb::Logger> OpenRocksDbLog(const std::string& path);

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_ROCKSDB_LOG_H_
