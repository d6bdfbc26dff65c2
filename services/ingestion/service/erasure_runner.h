// Makes the bytes of what was erased leave the disk, in the background, also after an earlier
// process was stopped in between: an erasure without purge_time is one to purge.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_ERASURE_RUNNER_H_
#define WEFT_SERVICES_INGESTION_SERVICE_ERASURE_RUNNER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/task.h"
#include "common/observability/log.h"
#include "common/rpc/call_context.h"
#include "common/rpc/waits.h"
#include "common/storage/database.h"
#include "services/ingestion/store/tables.h"

namespace weft::ingestion {

// On its executor's thread alone.
class ErasureRunner {
 public:
  // The arguments outlive the runner. `logger` may be null.
  ErasureRunner(const storage::Database& db, const Tables& tables, observability::Logger* logger)
      : db_(db), tables_(tables), logger_(logger) {}

  // The loop, until `context` stops. For Server::Spawn().
  Task<absl::Status> Run(rpc::CallContext& context);

  // Says that there may be something to purge. After the erasing commit.
  void Notify();

 private:
  // The erasures to purge; those of a wave into which a file is coming wait, because what was
  // uploaded is on the disk until its import has ended.
  Task<absl::StatusOr<std::vector<v1::Erasure>>> FindDue();
  Task<absl::StatusOr<bool>> HasUploads(storage::Reader& reader, std::string wave);
  // Purges what FindDue() answers at once.
  Task<absl::Status> PurgeDue();
  Task<absl::Status> MarkPurged(const std::vector<v1::Erasure>& erasures);
  void LogFailure(const absl::Status& status);

  const storage::Database& db_;
  const Tables& tables_;
  observability::Logger* const logger_;
  // Whether there is, or may be, an erasure to purge: at first, what an earlier process left.
  bool pending_ = true;
  rpc::Signal notified_;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_ERASURE_RUNNER_H_
