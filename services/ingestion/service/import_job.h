// One import on its way from a stored file to applied answers.
//
//   VALIDATING: the file is read whole. Its problems, and the sites to apply, are written in one
//   commit, which ends the import or makes it APPLYING. APPLYING: the file is read again, and the
//   accepted sites are applied in batches. Each commit holds the responses of a batch together with
//   how far applying has come, so that wherever the process is killed, the next one goes on behind
//   the last batch that was committed: every site is applied once. End: the last commit also
//   deletes the file.
//
// What a site's rows say, and which site they mean, is the same in every pass, whatever changes
// meanwhile: instruments never change, and of the roster only what stood there at the check counts.
// An import that was accepted goes on although its wave is closed.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_IMPORT_JOB_H_
#define WEFT_SERVICES_INGESTION_SERVICE_IMPORT_JOB_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/storage/database.h"
#include "common/storage/transaction.h"
#include "services/ingestion/domain/import/answer_cells.h"
#include "services/ingestion/domain/import/file_reader.h"
#include "services/ingestion/domain/import/site_directory.h"
#include "services/ingestion/service/import_applier.h"
#include "services/ingestion/service/wave_context.h"
#include "services/ingestion/store/tables.h"
#include "weft/ingestion/store/v1/import_rows.pb.h"
#include "weft/ingestion/v1/import.pb.h"

namespace weft::ingestion {

// Whether an import has yet to come to its end.
inline bool IsUnfinished(const v1::Import& import) {
  return import.state() == v1::Import::STATE_VALIDATING ||
         import.state() == v1::Import::STATE_APPLYING;
}

class ImportJob {
 public:
  // The arguments outlive the job.
  ImportJob(const storage::Database& db, const Tables& tables, WaveLoader& waves,
            rpc::CallContext& context, std::string import);

  // Brings the import to its end, or to where it stands when `context` stops: then it can go on in
  // another job. OK in both cases, and when there is nothing to do. An error of the engine leaves
  // the import as far as it came; run another job later.
  Task<absl::Status> Run();

 private:
  // Where the reading of the file stands.
  struct FilePlace {
    int next_chunk = 0;
    std::string chunk;
    size_t offset = 0;
  };

  // The import with its progress, the instrument and the roster.
  Task<absl::Status> Load();
  Task<absl::Status> LoadVerdict(storage::Reader& reader);
  Task<absl::Status> LoadRoster(storage::Reader& reader);
  // What is stored and decides about the sites of a file: those whose response may not be replaced
  // just so, and texts that are there already.
  Task<absl::Status> LoadStored(ReadOptions& options);

  // How the file is to be read in both passes.
  ReadOptions OptionsOfImport() const;

  // Feeds the next bytes of the file; false, after Finish(), at its end. Lets others be served.
  Task<absl::StatusOr<bool>> FeedNext(FilePlace& place, FileReader& file);

  Task<absl::Status> Check();
  // Rejects those of the sites that were just read whose stored response refuses the answers.
  Task<absl::Status> CompareWithStored(FileReader& file);
  Task<absl::Status> StoreVerdict(const FileReader& file);
  // Stores the import's column overrides for later files, if it asks for that.
  Task<absl::Status> SaveMapping(storage::Transaction& txn);

  Task<absl::Status> Apply();
  // Reads the file behind what `applied` tells, and hands its accepted sites to `applier`. True at
  // the end of the file.
  Task<absl::StatusOr<bool>> ApplyFile(const store::v1::ImportProgress& applied,
                                       ImportApplier& applier);
  // Applies the first sites of `ready`, if there are enough or `all` must go.
  Task<absl::Status> ApplyReady(ImportApplier& applier, std::vector<SiteAnswers>& ready, bool all);

  Task<absl::Status> Finish();
  // Ends the import in `txn`: the row as import_ says, without file and progress.
  Task<absl::Status> WriteEnd(storage::Transaction& txn);

  const storage::Database& db_;
  const Tables& tables_;
  WaveLoader& waves_;
  rpc::CallContext& context_;
  const std::string name_;

  v1::Import import_;
  store::v1::ImportProgress progress_;
  // The progress' second part, once the file has been checked.
  store::v1::ImportProgress verdict_;
  // Its third part, where column overrides or a crosswalk apply.
  store::v1::ImportProgress overrides_;
  std::shared_ptr<const InstrumentIndex> instrument_;
  std::optional<SlotTable> slots_;
  SiteDirectory sites_;
  // When the last entry of the roster was made.
  absl::Time roster_time_ = absl::InfinitePast();
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_IMPORT_JOB_H_
