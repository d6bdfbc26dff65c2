// weft.ingestion.v1.ResponseService: responses and their revisions. Beside it:
// contribution_handlers.h (several people at once), submit_handlers.h, review_handlers.h (what
// others decide about a response), ingest_handlers.h (streams), open_answer_handlers.h.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_RESPONSE_HANDLERS_H_
#define WEFT_SERVICES_INGESTION_SERVICE_RESPONSE_HANDLERS_H_

#include "absl/status/status.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/stream.h"
#include "common/storage/database.h"
#include "services/ingestion/service/wave_context.h"
#include "services/ingestion/store/tables.h"
#include "weft/ingestion/v1/response.pb.h"
#include "weft/ingestion/v1/response_service.pb.h"

namespace weft::ingestion {

class ResponseHandlers {
 public:
  ResponseHandlers(const storage::Database& db, const Tables& tables, WaveLoader& waves)
      : db_(db), tables_(tables), waves_(waves) {}

  Task<absl::Status> CreateResponse(rpc::CallContext& context,
                                    const v1::CreateResponseRequest& request,
                                    v1::Response& response);
  Task<absl::Status> GetResponse(rpc::CallContext& context, const v1::GetResponseRequest& request,
                                 rpc::Serialized<v1::Response>& response);
  Task<absl::Status> ListResponses(rpc::CallContext& context,
                                   const v1::ListResponsesRequest& request,
                                   rpc::Serialized<v1::ListResponsesResponse>& response);
  Task<absl::Status> UpdateResponse(rpc::CallContext& context,
                                    const v1::UpdateResponseRequest& request,
                                    v1::Response& response);
  Task<absl::Status> GetResponseRevision(rpc::CallContext& context,
                                         const v1::GetResponseRevisionRequest& request,
                                         rpc::Serialized<v1::ResponseRevision>& response);
  Task<absl::Status> ListResponseRevisions(
      rpc::CallContext& context, const v1::ListResponseRevisionsRequest& request,
      rpc::Serialized<v1::ListResponseRevisionsResponse>& response);
  Task<absl::Status> DiffResponseRevisions(rpc::CallContext& context,
                                           const v1::DiffResponseRevisionsRequest& request,
                                           v1::DiffResponseRevisionsResponse& response);

 private:
  // The body of UpdateResponse.
  Task<absl::Status> Change(rpc::CallContext& context, storage::Transaction& txn,
                            const v1::UpdateResponseRequest& request, v1::Response& response);

  const storage::Database& db_;
  const Tables& tables_;
  WaveLoader& waves_;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_RESPONSE_HANDLERS_H_
