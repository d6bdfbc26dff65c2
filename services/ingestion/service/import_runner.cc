#include "services/ingestion/service/import_runner.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "common/base/executor.h"
#include "common/base/status_macros.h"
#include "common/storage/pages.h"
#include "common/storage/run_in_transaction.h"
#include "services/ingestion/domain/names.h"
#include "services/ingestion/service/import_job.h"
#include "services/ingestion/service/import_names.h"

namespace weft::ingestion {
namespace {

constexpr absl::Duration kFirstRetry = absl::Milliseconds(200);
constexpr absl::Duration kLastRetry = absl::Seconds(30);
constexpr size_t kPageRows = 100;
// Chunk rows are large.
constexpr size_t kChunkPageRows = 4;

}  // namespace

ImportRunner::ImportRunner(const storage::Database& db, const Tables& tables, WaveLoader& waves,
                           observability::Logger* logger)
    : db_(db), tables_(tables), waves_(waves), logger_(logger) {}

Task<absl::Status> ImportRunner::Run(rpc::CallContext& context) {
  bool recovered = false;
  absl::Duration retry = kFirstRetry;
  while (!context.stopping()) {
    absl::Status status;
    if (!recovered) {
      status = co_await Recover(context);
      recovered = status.ok();
      if (!recovered) LogFailure(status, "");
    } else if (queue_.empty()) {
      co_await enqueued_.Wait(context);
    } else {
      status = co_await RunFirst(context);
    }
    if (status.ok()) {
      retry = kFirstRetry;
      continue;
    }
    co_await rpc::Sleep(context, retry);
    retry = std::min(2 * retry, kLastRetry);
  }
  co_return absl::OkStatus();
}

Task<absl::Status> ImportRunner::RunFirst(rpc::CallContext& context) {
  const std::string import = queue_.front();
  ImportJob job(db_, tables_, waves_, context, import);
  absl::Status status = co_await job.Run();
  if (status.ok() && context.stopping()) co_return status;
  queue_.pop_front();
  if (status.ok()) {
    finished_.NotifyAll();
  } else {
    // Behind the others: what is wrong may be wrong with this one alone.
    LogFailure(status, import);
    queue_.push_back(import);
  }
  co_return status;
}

void ImportRunner::Enqueue(const std::string& import) {
  if (std::find(queue_.begin(), queue_.end(), import) != queue_.end()) return;
  queue_.push_back(import);
  enqueued_.NotifyAll();
}

Task<bool> ImportRunner::Wait(rpc::CallContext& context, std::string import) {
  while (std::find(queue_.begin(), queue_.end(), import) != queue_.end()) {
    const rpc::Signal::Outcome outcome = co_await finished_.Wait(context);
    if (outcome == rpc::Signal::kInterrupted) co_return false;
  }
  co_return true;
}

Task<absl::Status> ImportRunner::Recover(rpc::CallContext& context) {
  // Uploads that begin from now on are not in this snapshot; those that are under way are active.
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::flat_hash_set<std::string> kept = active_uploads_;
  absl::Status found = co_await FindUnfinished(*snapshot, kept);
  WEFT_CO_RETURN_IF_ERROR(std::move(found));
  absl::Status deleted = co_await DeleteOrphans(context, *snapshot, kept);
  co_return deleted;
}

Task<absl::Status> ImportRunner::FindUnfinished(storage::Reader& reader,
                                                absl::flat_hash_set<std::string>& uploads) {
  // Only unfinished imports have progress.
  storage::Pages<store::v1::ImportProgress> pages(tables_.progress, reader, "waves/-/imports/-",
                                                  kPageRows);
  while (pages.more()) {
    absl::StatusOr<std::vector<store::v1::ImportProgress>> progress = co_await pages.Next();
    WEFT_CO_RETURN_IF_ERROR(progress.status());
    for (const store::v1::ImportProgress& row : *progress) {
      if (row.upload().empty()) continue;
      uploads.insert(row.upload());
      Enqueue(ImportOf(row.name()));
    }
  }
  co_return absl::OkStatus();
}

Task<absl::Status> ImportRunner::DeleteOrphans(rpc::CallContext& context, storage::Reader& reader,
                                               const absl::flat_hash_set<std::string>& kept) {
  storage::Pages<store::v1::SpoolChunk> pages(tables_.spool, reader, "waves/-/imports/-",
                                              kChunkPageRows);
  while (pages.more() && !context.stopping()) {
    absl::StatusOr<std::vector<store::v1::SpoolChunk>> chunks = co_await pages.Next();
    WEFT_CO_RETURN_IF_ERROR(chunks.status());
    auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
      for (const store::v1::SpoolChunk& chunk : *chunks) {
        if (kept.contains(ImportOf(chunk.name()))) continue;
        absl::Status deleted = co_await tables_.spool.Delete(txn, chunk.name());
        WEFT_CO_RETURN_IF_ERROR(std::move(deleted));
      }
      co_return absl::OkStatus();
    };
    absl::StatusOr<storage::Position> position = co_await storage::RunInTransaction(db_, body);
    WEFT_CO_RETURN_IF_ERROR(position.status());
    co_await Yield(context.executor());
  }
  co_return absl::OkStatus();
}

void ImportRunner::LogFailure(const absl::Status& status, absl::string_view import) {
  if (logger_ == nullptr) return;
  logger_->Write(observability::LogLine(observability::Level::kError, "import stopped")
                     .Add("import", import)
                     .Add(status));
}

}  // namespace weft::ingestion
