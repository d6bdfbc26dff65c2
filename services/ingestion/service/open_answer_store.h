// Writes of methods that answer an open answer.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_OPEN_ANSWER_STORE_H_
#define WEFT_SERVICES_INGESTION_SERVICE_OPEN_ANSWER_STORE_H_

#include <string>

#include "absl/status/status.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/service/mutate.h"
#include "common/storage/database.h"
#include "google/protobuf/message.h"
#include "services/ingestion/store/tables.h"
#include "weft/ingestion/v1/response.pb.h"

namespace weft::ingestion {

// service::Mutate, of which what is remembered for a repetition of the request holds none of the
// open answer's words, so that words that are deleted or erased are gone. A repetition, which does
// not run the body, gets them from the row as it is then.
Task<absl::Status> MutateOpenAnswer(rpc::CallContext& context, const storage::Database& db,
                                    const Tables& tables, const google::protobuf::Message& request,
                                    std::string name, v1::OpenAnswer& response,
                                    service::MutationBody body);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_OPEN_ANSWER_STORE_H_
