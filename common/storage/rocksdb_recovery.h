// How RocksDB comes back from a full disk: by itself, on its own thread, asked by nobody.
//
// RocksDB's SstFileManager tries after each error for want of room, until it succeeds. DB::Resume()
// must not be used instead: unless a recovery is under way from the moment of the error, a flush
// that had been scheduled and begins just then is dropped (DBImpl::BackgroundFlush, 7.8) while its
// column family still counts as queued, so that nothing ever flushes it again. Resume() would wait
// for that flush for good, and Close() for Resume().
#ifndef WEFT_COMMON_STORAGE_ROCKSDB_RECOVERY_H_
#define WEFT_COMMON_STORAGE_ROCKSDB_RECOVERY_H_

#include <memory>

#include "common/storage/storage_health.h"
#include "rocksdb/db.h"
#include "rocksdb/options.h"
#include "rocksdb/write_batch.h"

namespace weft::storage {

// Lets a database with `options`, whose env is set, recover so. What goes wrong in its background
// is StorageHealth::kDatabase before the next commit meets it; that all is well again, a write must
// show.
void RecoverFromFullDisk(rocksdb::DBOptions& options, std::shared_ptr<StorageHealth> health);

// Writes to such a database. All writes must go through here: when it is the manifest that does not
// fit, RocksDB may have inserted the batch already and answers an error without counting its
// sequence numbers (DBImpl::WriteImpl, 7.8), so that the next write would bring it to light beside
// its own. Nothing is written any more then, and only opening the database again helps. It takes
// much: RocksDB reserves room for the manifest beforehand.
rocksdb::Status WriteOnce(rocksdb::DB& db, const rocksdb::WriteOptions& options,
                          rocksdb::WriteBatch& batch);

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_ROCKSDB_RECOVERY_H_
