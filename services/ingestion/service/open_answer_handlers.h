// weft.ingestion.v1.ResponseService: free text, under its own permissions. Nothing here logs, and
// no error holds a word of a text.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_OPEN_ANSWER_HANDLERS_H_
#define WEFT_SERVICES_INGESTION_SERVICE_OPEN_ANSWER_HANDLERS_H_

#include "absl/status/status.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/stream.h"
#include "common/storage/database.h"
#include "google/protobuf/empty.pb.h"
#include "services/ingestion/service/wave_context.h"
#include "services/ingestion/store/tables.h"
#include "weft/ingestion/v1/response.pb.h"
#include "weft/ingestion/v1/response_service.pb.h"

namespace weft::ingestion {

class OpenAnswerHandlers {
 public:
  OpenAnswerHandlers(const storage::Database& db, const Tables& tables, WaveLoader& waves)
      : db_(db), tables_(tables), waves_(waves) {}

  Task<absl::Status> GetOpenAnswer(rpc::CallContext& context,
                                   const v1::GetOpenAnswerRequest& request,
                                   rpc::Serialized<v1::OpenAnswer>& response);
  Task<absl::Status> ListOpenAnswers(rpc::CallContext& context,
                                     const v1::ListOpenAnswersRequest& request,
                                     rpc::Serialized<v1::ListOpenAnswersResponse>& response);
  Task<absl::Status> UpdateOpenAnswer(rpc::CallContext& context,
                                      const v1::UpdateOpenAnswerRequest& request,
                                      v1::OpenAnswer& response);
  Task<absl::Status> DeleteOpenAnswer(rpc::CallContext& context,
                                      const v1::DeleteOpenAnswerRequest& request,
                                      google::protobuf::Empty& response);

 private:
  // The body of UpdateOpenAnswer.
  Task<absl::Status> Change(storage::Transaction& txn, const v1::UpdateOpenAnswerRequest& request,
                            v1::OpenAnswer& response);

  const storage::Database& db_;
  const Tables& tables_;
  WaveLoader& waves_;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_OPEN_ANSWER_HANDLERS_H_
