#include "services/ingestion/service/import_upload.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/storage/run_in_transaction.h"
#include "services/ingestion/service/import_names.h"

namespace weft::ingestion {
namespace {

// Commits are synced one by one, so several chunks share one.
constexpr size_t kCommitBytes = 4 * kChunkBytes;
// Rows are read before they are deleted; so many at a time.
constexpr int kDeletesBetweenYields = 8;

absl::Status TooLarge(int max_bytes) {
  return Error(absl::StatusCode::kInvalidArgument, "FILE_TOO_LARGE",
               absl::StrCat("the file is larger than ", max_bytes >> 20,
                            " MiB; import it in parts, each with other sites"));
}

}  // namespace

Upload::Upload(const storage::Database& db, const Tables& tables, absl::string_view wave,
               int max_bytes, ActiveUploads& active)
    : db_(db), tables_(tables), active_(active), name_(NewUploadName(wave)), max_bytes_(max_bytes) {
  active_.insert(name_);
}

Task<absl::Status> Upload::Append(const std::string& bytes) {
  size_ += static_cast<int64_t>(bytes.size());
  if (size_ > max_bytes_) co_return TooLarge(max_bytes_);
  hash_.Update(bytes);
  buffer_.append(bytes);
  if (buffer_.size() < kCommitBytes) co_return absl::OkStatus();
  const size_t whole = buffer_.size() - buffer_.size() % kChunkBytes;
  auto body = [&](storage::Transaction& txn) { return Store(txn, whole); };
  absl::StatusOr<storage::Position> stored = co_await storage::RunInTransaction(db_, body);
  WEFT_CO_RETURN_IF_ERROR(stored.status());
  buffer_.erase(0, whole);
  stored_chunks_ = chunk_count_;
  co_return absl::OkStatus();
}

Task<absl::Status> Upload::Finish(storage::Transaction& txn) { return Store(txn, buffer_.size()); }

Task<absl::Status> Upload::Store(storage::Transaction& txn, size_t end) {
  chunk_count_ = stored_chunks_;
  for (size_t begin = 0; begin < end; begin += kChunkBytes) {
    store::v1::SpoolChunk chunk;
    chunk.set_name(ChunkName(name_, chunk_count_++));
    chunk.set_data(buffer_.substr(begin, std::min(kChunkBytes, end - begin)));
    absl::Status inserted = co_await tables_.spool.Insert(txn, chunk);
    WEFT_CO_RETURN_IF_ERROR(std::move(inserted));
  }
  co_return absl::OkStatus();
}

Task<absl::Status> Upload::Discard(Executor& executor) {
  if (kept_ || stored_chunks_ == 0) co_return absl::OkStatus();
  auto body = [&](storage::Transaction& txn) {
    return DeleteChunks(txn, tables_, name_, stored_chunks_, executor);
  };
  absl::StatusOr<storage::Position> deleted = co_await storage::RunInTransaction(db_, body);
  co_return deleted.status();
}

Task<absl::Status> DeleteChunks(storage::Transaction& txn, const Tables& tables, std::string upload,
                                int chunk_count, Executor& executor) {
  for (int chunk = 0; chunk < chunk_count; ++chunk) {
    if (chunk % kDeletesBetweenYields == kDeletesBetweenYields - 1) co_await Yield(executor);
    std::string name = ChunkName(upload, chunk);
    absl::Status deleted = co_await tables.spool.Delete(txn, std::move(name));
    WEFT_CO_RETURN_IF_ERROR(std::move(deleted));
  }
  co_return absl::OkStatus();
}

}  // namespace weft::ingestion
