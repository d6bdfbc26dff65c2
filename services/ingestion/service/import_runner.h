// Runs imports in the background, one after the other, also those that an earlier process left. One
// at a time, because checking takes memory, and two would only take turns on the same thread and
// disk.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_IMPORT_RUNNER_H_
#define WEFT_SERVICES_INGESTION_SERVICE_IMPORT_RUNNER_H_

#include <deque>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/base/task.h"
#include "common/observability/log.h"
#include "common/rpc/call_context.h"
#include "common/rpc/waits.h"
#include "common/storage/database.h"
#include "common/storage/engine.h"
#include "services/ingestion/service/import_upload.h"
#include "services/ingestion/service/wave_context.h"
#include "services/ingestion/store/tables.h"

namespace weft::ingestion {

// On its executor's thread alone.
class ImportRunner {
 public:
  // The arguments outlive the runner. `logger` may be null.
  ImportRunner(const storage::Database& db, const Tables& tables, WaveLoader& waves,
               observability::Logger* logger = nullptr);

  // The loop: takes up what is unfinished in the database, then what is enqueued, until `context`
  // stops. For Server::Spawn().
  Task<absl::Status> Run(rpc::CallContext& context);

  // Puts an unfinished import in line, if it is not there already.
  void Enqueue(const std::string& import);
  // Waits until `import` is in line no more; false when `context` stops first.
  Task<bool> Wait(rpc::CallContext& context, std::string import);

  ActiveUploads& active_uploads() { return active_uploads_; }

 private:
  // Enqueues unfinished imports, and deletes uploads that no import came of.
  Task<absl::Status> Recover(rpc::CallContext& context);
  Task<absl::Status> FindUnfinished(storage::Reader& reader,
                                    absl::flat_hash_set<std::string>& uploads);
  Task<absl::Status> DeleteOrphans(rpc::CallContext& context, storage::Reader& reader,
                                   const absl::flat_hash_set<std::string>& kept);
  Task<absl::Status> RunFirst(rpc::CallContext& context);
  void LogFailure(const absl::Status& status, absl::string_view import);

  const storage::Database& db_;
  const Tables& tables_;
  WaveLoader& waves_;
  observability::Logger* const logger_;
  ActiveUploads active_uploads_;
  // The first one is under way.
  std::deque<std::string> queue_;
  rpc::Signal enqueued_;
  rpc::Signal finished_;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_IMPORT_RUNNER_H_
