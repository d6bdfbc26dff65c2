// weft.ingestion.v1.ResponseService/IngestResponses.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_INGEST_HANDLERS_H_
#define WEFT_SERVICES_INGESTION_SERVICE_INGEST_HANDLERS_H_

#include "absl/status/status.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/stream.h"
#include "common/storage/database.h"
#include "services/ingestion/service/wave_context.h"
#include "services/ingestion/store/tables.h"
#include "weft/ingestion/v1/response_service.pb.h"

namespace weft::ingestion {

// Each batch is one commit, made as soon as the batch has been read; the next one is looked at only
// when its acknowledgement has been written, so that a slow caller slows the stream and not the
// server.
// A stream that is cut keeps every batch that was committed: those that were acknowledged, and at
// most one more whose acknowledgement was on its way. Sending that one again changes nothing.
class IngestHandlers {
 public:
  IngestHandlers(const storage::Database& db, const Tables& tables, WaveLoader& waves)
      : db_(db), tables_(tables), waves_(waves) {}

  Task<absl::Status> IngestResponses(rpc::CallContext& context,
                                     rpc::Reader<v1::IngestResponsesRequest>& reader,
                                     rpc::Writer<v1::IngestResponsesResponse>& writer);

 private:
  // Commits one batch and fills the acknowledgement but for its running count.
  Task<absl::Status> TakeBatch(rpc::CallContext& context, const std::string& wave,
                               const v1::IngestBatch& batch, int first_index,
                               v1::IngestResponsesResponse& acknowledgement);

  const storage::Database& db_;
  const Tables& tables_;
  WaveLoader& waves_;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_INGEST_HANDLERS_H_
