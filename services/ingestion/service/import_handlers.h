// weft.ingestion.v1.ImportService but for ExportResponses.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_IMPORT_HANDLERS_H_
#define WEFT_SERVICES_INGESTION_SERVICE_IMPORT_HANDLERS_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/stream.h"
#include "common/storage/database.h"
#include "common/storage/transaction.h"
#include "services/ingestion/service/import_runner.h"
#include "services/ingestion/service/import_upload.h"
#include "services/ingestion/service/wave_context.h"
#include "services/ingestion/store/tables.h"
#include "weft/ingestion/v1/import.pb.h"
#include "weft/registry/v1/taxonomy.pb.h"

namespace weft::ingestion {

// A file is stored while it comes in. With its last message the import exists, in the same commit
// as the file's last bytes; from then on it is the runner's, whatever becomes of the call. A stream
// that ends before that leaves nothing.
class ImportHandlers {
 public:
  // Reads a crosswalk by its name: the registry's.
  using CrosswalkSource = std::function<Task<absl::StatusOr<registry::v1::Crosswalk>>(
      rpc::CallContext& context, std::string name)>;

  // The arguments outlive the handlers.
  ImportHandlers(const storage::Database& db, const Tables& tables, WaveLoader& waves,
                 ImportRunner& runner, CrosswalkSource crosswalks,
                 int max_file_bytes = kMaxFileBytes)
      : db_(db),
        tables_(tables),
        waves_(waves),
        runner_(runner),
        crosswalks_(std::move(crosswalks)),
        max_file_bytes_(max_file_bytes) {}

  Task<absl::Status> ImportResponses(rpc::CallContext& context,
                                     rpc::Reader<v1::ImportResponsesRequest>& reader,
                                     v1::Import& response);
  Task<absl::Status> GetImport(rpc::CallContext& context, const v1::GetImportRequest& request,
                               v1::Import& response);
  Task<absl::Status> ListImports(rpc::CallContext& context, const v1::ListImportsRequest& request,
                                 v1::ListImportsResponse& response);
  Task<absl::Status> ListImportMappings(rpc::CallContext& context,
                                        const v1::ListImportMappingsRequest& request,
                                        rpc::Serialized<v1::ListImportMappingsResponse>& response);

 private:
  // The crosswalk that the header names, which must lead to the taxonomy of the wave's instrument.
  Task<absl::Status> LoadCrosswalk(rpc::CallContext& context, const v1::ImportHeader& header,
                                   const InstrumentIndex& instrument,
                                   registry::v1::Crosswalk& crosswalk);
  // Reads the stream to its end and makes the import; `import` gets its name.
  Task<absl::Status> Receive(rpc::CallContext& context,
                             rpc::Reader<v1::ImportResponsesRequest>& reader,
                             const v1::ImportHeader& header,
                             const registry::v1::Crosswalk& crosswalk, Upload& upload,
                             std::string& import);
  // Makes the import `made`, or joins the one that there is: then `joined` is set, and the upload
  // is not needed.
  Task<absl::Status> Make(storage::Transaction& txn, rpc::CallContext& context,
                          const v1::ImportHeader& header, Upload& upload, const v1::Import& made,
                          const store::v1::ImportProgress& overrides, bool& joined);
  // The column overrides that are saved for the wave's instrument.
  Task<absl::Status> LoadMappings(std::string wave, std::vector<v1::ImportMapping>& mappings);
  // Adds to an import that is being applied how far it has come.
  Task<absl::Status> AddProgress(storage::Reader& reader, v1::Import& import);

  const storage::Database& db_;
  const Tables& tables_;
  WaveLoader& waves_;
  ImportRunner& runner_;
  const CrosswalkSource crosswalks_;
  const int max_file_bytes_;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_IMPORT_HANDLERS_H_
