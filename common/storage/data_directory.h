// A data directory: ours or not, held by one process at a time, anchored.
//   ANCHOR       which database, and how far it had come (anchor.h)
//   LOCK         locked while a process uses the directory; holds its id
//   rocksdb/     the database
//   rocksdb.log  what RocksDB warns of
#ifndef WEFT_COMMON_STORAGE_DATA_DIRECTORY_H_
#define WEFT_COMMON_STORAGE_DATA_DIRECTORY_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/storage/anchor.h"

namespace weft::storage {

class DataDirectory {
 public:
  // Creates the directory, or recognises it, and locks it until destruction. FAILED_PRECONDITION:
  // STORAGE_LOCKED (another process has it), STORAGE_FOREIGN_DIRECTORY (it holds something else),
  // STORAGE_NEWER_FORMAT; DATA_LOSS (STORAGE_CORRUPT).
  static absl::StatusOr<std::unique_ptr<DataDirectory>> Open(const std::string& path);
  ~DataDirectory();
  DataDirectory(const DataDirectory&) = delete;
  DataDirectory& operator=(const DataDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string database_path() const;

  // As last read or written.
  const Anchor& anchor() const { return anchor_; }
  absl::Status AdvanceAnchor(uint64_t sequence);

 private:
  DataDirectory(std::string path, int lock, Anchor anchor);

  const std::string path_;
  const int lock_;
  Anchor anchor_;
};

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_DATA_DIRECTORY_H_
