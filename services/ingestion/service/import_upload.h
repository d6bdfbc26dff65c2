// A file on its way in: its bytes go to the engine while they come, so that a large file takes no
// more memory than a small one.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_IMPORT_UPLOAD_H_
#define WEFT_SERVICES_INGESTION_SERVICE_IMPORT_UPLOAD_H_

#include <limits>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/base/executor.h"
#include "common/base/task.h"
#include "common/storage/database.h"
#include "common/storage/transaction.h"
#include "services/ingestion/domain/import/file_hash.h"
#include "services/ingestion/store/tables.h"

namespace weft::ingestion {

// The largest file that is taken, unless a server is told otherwise: what Import.size_bytes can
// say. A file is stored as it comes in and read in pieces, so that its size costs no memory.
inline constexpr int kMaxFileBytes = std::numeric_limits<int>::max();
// The size of a chunk row.
inline constexpr size_t kChunkBytes = 256 << 10;

// Names of the uploads that are under way: what else is in the spool and belongs to no import was
// left by a stream that was cut when the server stopped.
using ActiveUploads = absl::flat_hash_set<std::string>;

class Upload {
 public:
  // The arguments outlive the upload. It is active for as long as it lives.
  Upload(const storage::Database& db, const Tables& tables, absl::string_view wave, int max_bytes,
         ActiveUploads& active);
  ~Upload() { active_.erase(name_); }
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;

  const std::string& name() const { return name_; }
  int64_t size() const { return size_; }
  // How many chunk rows there are, Finish() included.
  int chunk_count() const { return chunk_count_; }
  // Of everything that was appended. Call it once, at the end.
  std::string Sha256() { return hash_.Hex(); }

  // INVALID_ARGUMENT (FILE_TOO_LARGE), or the engine's error.
  Task<absl::Status> Append(const std::string& bytes);
  // Puts the last bytes into `txn`, so that a small file takes one commit. May run again in another
  // transaction.
  Task<absl::Status> Finish(storage::Transaction& txn);
  // Deletes what was stored.
  Task<absl::Status> Discard(Executor& executor);
  // Makes Discard() keep it: an import may exist by now that needs it.
  void Keep() { kept_ = true; }

 private:
  // Inserts the buffered bytes from `begin` on, as many whole chunks as `end` allows.
  Task<absl::Status> Store(storage::Transaction& txn, size_t end);

  const storage::Database& db_;
  const Tables& tables_;
  ActiveUploads& active_;
  const std::string name_;
  const int max_bytes_;
  FileHash hash_;
  int64_t size_ = 0;
  // Not stored yet; it begins with chunk stored_chunks_.
  std::string buffer_;
  int stored_chunks_ = 0;
  int chunk_count_ = 0;
  bool kept_ = false;
};

// Deletes an upload's rows in `txn`. Reads them first, so others are served in between.
Task<absl::Status> DeleteChunks(storage::Transaction& txn, const Tables& tables, std::string upload,
                                int chunk_count, Executor& executor);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_IMPORT_UPLOAD_H_
