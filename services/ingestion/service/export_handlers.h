// weft.ingestion.v1.ImportService/ExportResponses.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_EXPORT_HANDLERS_H_
#define WEFT_SERVICES_INGESTION_SERVICE_EXPORT_HANDLERS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/stream.h"
#include "common/storage/database.h"
#include "services/ingestion/service/wave_context.h"
#include "services/ingestion/store/tables.h"
#include "weft/ingestion/v1/import.pb.h"

namespace weft::ingestion {

class ExportHandlers {
 public:
  // The arguments outlive the handlers.
  ExportHandlers(const storage::Database& db, const Tables& tables, WaveLoader& waves)
      : db_(db), tables_(tables), waves_(waves) {}

  // The file is the wave as it stood at one moment. It holds a response when it counts at the floor
  // that was asked for: not when it was withdrawn or declined.
  Task<absl::Status> ExportResponses(rpc::CallContext& context,
                                     const v1::ExportResponsesRequest& request,
                                     rpc::Writer<v1::ExportResponsesResponse>& writer);

 private:
  // A response that goes out.
  struct Row {
    std::string response;
    std::string pseudonym;
  };

  // The key of this deployment's pseudonyms, made by the first export.
  Task<absl::StatusOr<std::string>> PseudonymKey();
  // What goes out, in the order in which it does.
  Task<absl::Status> ListRows(rpc::CallContext& context, storage::Reader& reader,
                              const v1::ExportResponsesRequest& request, const std::string& key,
                              std::vector<Row>& rows);
  // What counts of `response` at `floor`; 0 when nothing does.
  static int32_t RevisionThatCounts(const v1::Response& response,
                                    v1::ExportResponsesRequest::ReviewFloor floor);
  // Fills `answers` with that, and says whether they are approved or submitted.
  Task<absl::StatusOr<v1::Response::State>> FindAnswers(
      storage::Reader& reader, const v1::Response& response,
      v1::ExportResponsesRequest::ReviewFloor floor, v1::Answers& answers);

  const storage::Database& db_;
  const Tables& tables_;
  WaveLoader& waves_;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_EXPORT_HANDLERS_H_
