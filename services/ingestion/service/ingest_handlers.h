// weft.ingestion.v1.ResponseService/IngestResponses.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_INGEST_HANDLERS_H_
#define WEFT_SERVICES_INGESTION_SERVICE_INGEST_HANDLERS_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/stream.h"
#include "common/storage/database.h"
#include "common/storage/run_in_transaction.h"
#include "common/storage/transaction.h"
#include "services/ingestion/service/wave_context.h"
#include "services/ingestion/store/tables.h"
#include "weft/ingestion/v1/response_service.pb.h"

namespace weft::ingestion {

// Each batch is one commit. While it is made, the next batch, if it has come, is made ready, but it
// is committed only when the acknowledgement of the one before has been written, so that a slow
// caller slows the stream and not the server. A stream that is cut keeps every batch that was
// committed: those that were acknowledged, and at most one more whose acknowledgement was on its
// way. Sending that one again changes nothing.
class IngestHandlers {
 public:
  IngestHandlers(const storage::Database& db, const Tables& tables, WaveLoader& waves)
      : db_(db), tables_(tables), waves_(waves) {}

  Task<absl::Status> IngestResponses(rpc::CallContext& context,
                                     rpc::Reader<v1::IngestResponsesRequest>& reader,
                                     rpc::Writer<v1::IngestResponsesResponse>& writer);

 private:
  // A message on its way through the stream.
  struct Batch {
    v1::IngestResponsesRequest message;
    // Of its first item in the stream.
    int first_index = 0;
    // But for its running count.
    v1::IngestResponsesResponse acknowledgement;
    // What is to be committed; null while it is not made ready.
    std::unique_ptr<storage::Transaction> transaction;
  };

  // Decides what becomes of the batch's items, in a transaction that is not committed yet. Nothing
  // to do where that was done.
  Task<absl::Status> MakeReady(rpc::CallContext& context, const std::string& wave, Batch& batch);
  // The same while the batch before is committed, for what stands whatever that one changes.
  Task<absl::Status> MakeReadyAhead(rpc::CallContext& context, const std::string& wave,
                                    Batch& batch);
  // Commits it; where others were faster, makes it anew until it goes through.
  Task<absl::Status> Commit(rpc::CallContext& context, const std::string& wave, Batch& batch);
  // Brings the batch's items into a transaction, as often as it is asked.
  storage::TransactionBody BodyOf(rpc::CallContext& context, const std::string& wave, Batch& batch);

  const storage::Database& db_;
  const Tables& tables_;
  WaveLoader& waves_;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_INGEST_HANDLERS_H_
