// weft.ingestion.v1.ResponseService: handing responses in, and what would prevent it.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_SUBMIT_HANDLERS_H_
#define WEFT_SERVICES_INGESTION_SERVICE_SUBMIT_HANDLERS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/storage/database.h"
#include "services/ingestion/service/wave_context.h"
#include "services/ingestion/store/tables.h"
#include "weft/ingestion/v1/response.pb.h"
#include "weft/ingestion/v1/response_service.pb.h"

namespace weft::ingestion {

class SubmitHandlers {
 public:
  SubmitHandlers(const storage::Database& db, const Tables& tables, WaveLoader& waves)
      : db_(db), tables_(tables), waves_(waves) {}

  Task<absl::Status> SubmitResponse(rpc::CallContext& context,
                                    const v1::SubmitResponseRequest& request,
                                    v1::Response& response);
  Task<absl::Status> BatchSubmitResponses(rpc::CallContext& context,
                                          const v1::BatchSubmitResponsesRequest& request,
                                          v1::BatchSubmitResponsesResponse& response);
  Task<absl::Status> CheckResponse(rpc::CallContext& context,
                                   const v1::CheckResponseRequest& request,
                                   v1::CheckResponseResponse& response);

 private:
  Task<absl::Status> Submit(rpc::CallContext& context, storage::Transaction& txn,
                            const v1::SubmitResponseRequest& request, v1::Response& response);
  Task<absl::StatusOr<v1::CheckResponseResponse>> Check(storage::Reader& reader,
                                                        const InstrumentIndex& instrument,
                                                        const v1::Response& response,
                                                        absl::Time now);

  const storage::Database& db_;
  const Tables& tables_;
  WaveLoader& waves_;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_SUBMIT_HANDLERS_H_
