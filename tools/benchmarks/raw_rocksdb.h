// RocksDB with the settings of our engine and nothing else of it.
#ifndef WEFT_TOOLS_BENCHMARKS_RAW_ROCKSDB_H_
#define WEFT_TOOLS_BENCHMARKS_RAW_ROCKSDB_H_

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <memory>
#include <string>

namespace weft::bench {

// Ends the process when it cannot be opened, as WriteSynced() does when it cannot be written.
std::unique_ptr<rocksdb::DB> OpenRaw(const std::string& directory);

// Durable when it returns.
void WriteSynced(rocksdb::DB& db, rocksdb::WriteBatch& batch);

}  // namespace weft::bench

#endif  // WEFT_TOOLS_BENCHMARKS_RAW_ROCKSDB_H_
