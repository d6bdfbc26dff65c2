// weft.ingestion.v1.OpenAnswerService: what researchers have coded. Nothing here logs, and no error
// holds a word of a passage.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_CODING_HANDLERS_H_
#define WEFT_SERVICES_INGESTION_SERVICE_CODING_HANDLERS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/stream.h"
#include "common/rpc/waits.h"
#include "common/storage/database.h"
#include "services/ingestion/domain/import/excerpt_reader.h"
#include "services/ingestion/service/wave_context.h"
#include "services/ingestion/store/tables.h"
#include "weft/ingestion/v1/open_answer_service.pb.h"

namespace weft::ingestion {

class CodingHandlers {
 public:
  CodingHandlers(const storage::Database& db, const Tables& tables, WaveLoader& waves)
      : db_(db), tables_(tables), waves_(waves) {}

  // A file is held in memory while it comes in, so that no copy of it is ever on the disk.
  Task<absl::Status> ImportCodedExcerpts(rpc::CallContext& context,
                                         rpc::Reader<v1::ImportCodedExcerptsRequest>& reader,
                                         v1::ImportCodedExcerptsResponse& response);
  Task<absl::Status> ListCodedExcerpts(rpc::CallContext& context,
                                       const v1::ListCodedExcerptsRequest& request,
                                       v1::ListCodedExcerptsResponse& response);
  Task<absl::Status> GetCodingSummary(rpc::CallContext& context,
                                      const v1::GetCodingSummaryRequest& request,
                                      v1::CodingSummary& response);

 private:
  // The bytes of the file, read to the stream's end.
  Task<absl::Status> Receive(rpc::Reader<v1::ImportCodedExcerptsRequest>& reader,
                             std::string& file);
  Task<absl::StatusOr<ExcerptContext>> LoadContext(storage::Reader& reader, std::string wave);
  Task<absl::StatusOr<std::vector<v1::CodedExcerpt>>> LoadExcerpts(storage::Reader& reader,
                                                                   std::string wave);
  // Makes `excerpts` all that the coders of `response` have coded, and counts what that changes.
  Task<absl::Status> Replace(storage::Transaction& txn, const std::string& wave,
                             const std::vector<v1::CodedExcerpt>& excerpts,
                             v1::ImportCodedExcerptsResponse& response);

  const storage::Database& db_;
  const Tables& tables_;
  WaveLoader& waves_;
  // Whether a file is being applied. One after the other, so that of two files of one coder the
  // last one stands, and not both.
  bool replacing_ = false;
  rpc::Signal replaced_;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_CODING_HANDLERS_H_
