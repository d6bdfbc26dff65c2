// weft.ingestion.v1.ResponseService: approving, returning, withdrawing and declining.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_REVIEW_HANDLERS_H_
#define WEFT_SERVICES_INGESTION_SERVICE_REVIEW_HANDLERS_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/storage/database.h"
#include "services/ingestion/service/wave_context.h"
#include "services/ingestion/store/tables.h"
#include "weft/ingestion/v1/response.pb.h"
#include "weft/ingestion/v1/response_service.pb.h"

namespace weft::ingestion {

class ReviewHandlers {
 public:
  ReviewHandlers(const storage::Database& db, const Tables& tables, WaveLoader& waves)
      : db_(db), tables_(tables), waves_(waves) {}

  Task<absl::Status> ApproveResponse(rpc::CallContext& context,
                                     const v1::ApproveResponseRequest& request,
                                     v1::Response& response);
  Task<absl::Status> ReturnResponse(rpc::CallContext& context,
                                    const v1::ReturnResponseRequest& request,
                                    v1::Response& response);
  Task<absl::Status> BatchApproveResponses(rpc::CallContext& context,
                                           const v1::BatchApproveResponsesRequest& request,
                                           v1::BatchApproveResponsesResponse& response);
  Task<absl::Status> BatchReturnResponses(rpc::CallContext& context,
                                          const v1::BatchReturnResponsesRequest& request,
                                          v1::BatchReturnResponsesResponse& response);
  Task<absl::Status> WithdrawResponse(rpc::CallContext& context,
                                      const v1::WithdrawResponseRequest& request,
                                      v1::Response& response);
  Task<absl::Status> DeclineResponse(rpc::CallContext& context,
                                     const v1::DeclineResponseRequest& request,
                                     v1::Response& response);

 private:
  // Runs a verb of response_state.h on the stored response `name`, whatever the state of its wave:
  // review goes on when the fielding has ended.
  using Verb = std::function<absl::Status(absl::Time, v1::Response&)>;
  Task<absl::Status> Decide(rpc::CallContext& context, storage::Transaction& txn, std::string name,
                            std::string etag, Verb verb, v1::Response& response);
  // What ReturnResponse does, inside a transaction.
  Task<absl::Status> Return(rpc::CallContext& context, storage::Transaction& txn,
                            const v1::ReturnResponseRequest& request, v1::Response& response);

  const storage::Database& db_;
  const Tables& tables_;
  WaveLoader& waves_;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_REVIEW_HANDLERS_H_
