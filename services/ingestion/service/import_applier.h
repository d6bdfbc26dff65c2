// Brings the accepted sites of an import into the store, batch by batch, each in one commit
// together with how far the import has come. While a batch is committed, the next one is decided.
//
// How far it has come stands in two rows that batches write in turn, so that none reads the row
// that the batch before it is still committing; the one that has come further counts.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_IMPORT_APPLIER_H_
#define WEFT_SERVICES_INGESTION_SERVICE_IMPORT_APPLIER_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/running.h"
#include "common/base/task.h"
#include "common/storage/database.h"
#include "common/storage/transaction.h"
#include "services/ingestion/domain/import/file_reader.h"
#include "services/ingestion/domain/import/problems.h"
#include "services/ingestion/service/response_writer.h"
#include "services/ingestion/service/wave_context.h"
#include "services/ingestion/store/tables.h"
#include "weft/ingestion/store/v1/import_rows.pb.h"

namespace weft::ingestion {

// How far applying has come; without a batch yet, all zero.
Task<absl::StatusOr<store::v1::ImportProgress>> FindApplied(storage::Reader& reader,
                                                            const Tables& tables,
                                                            std::string import);
// Deletes what tells it.
Task<absl::Status> DeleteApplied(storage::Transaction& txn, const Tables& tables,
                                 std::string import);

class ImportApplier {
 public:
  // `principal`: who gave the file. `applied`: as FindApplied() tells it. The references outlive
  // the applier.
  ImportApplier(const storage::Database& db, const Tables& tables, WaveLoader& waves,
                std::string import, std::string principal, store::v1::ImportProgress applied);

  // Decides the batch, which is not empty, and begins its commit once the one before has ended. An
  // error of either ends the work: what was committed stays, nothing follows.
  Task<absl::Status> Apply(std::vector<SiteAnswers> sites);
  // Waits for the commit that has begun. In every case the last call before the end.
  Task<absl::Status> Settle();

 private:
  struct Batch {
    std::vector<SiteAnswers> sites;
    // How far the import has come with it.
    store::v1::ImportProgress progress;
    std::unique_ptr<storage::Transaction> transaction;
  };

  // Brings the batch into a transaction that is not committed yet, behind what `before` tells.
  Task<absl::Status> Decide(const store::v1::ImportProgress& before, Batch& batch);
  Task<absl::Status> Write(storage::Transaction& txn, const store::v1::ImportProgress& before,
                           Batch& batch);
  Task<absl::Status> WriteProgress(storage::Transaction& txn, Batch& batch);
  // Writes down that responses came to refuse their sites' answers after the check.
  Task<absl::Status> StoreRefusals(storage::Transaction& txn, const std::vector<Refusal>& refusals);
  // Commits it; where others were faster, decides it anew until it goes through.
  Task<absl::Status> Commit(Batch& batch);

  const storage::Database& db_;
  const Tables& tables_;
  WaveLoader& waves_;
  const std::string import_;
  const ResponseOrigin origin_;
  // Of the batches that are committed.
  store::v1::ImportProgress applied_;

  // The batch that is being committed, if any.
  std::unique_ptr<Batch> batch_;
  std::optional<Running<absl::Status>> commit_;
  // Whether it was decided more than once, so that what followed it was decided upon another one.
  bool decided_anew_ = false;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_IMPORT_APPLIER_H_
