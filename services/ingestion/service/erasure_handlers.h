// weft.ingestion.v1.ResponseService: EraseSubject and the record of what it did.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_ERASURE_HANDLERS_H_
#define WEFT_SERVICES_INGESTION_SERVICE_ERASURE_HANDLERS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/stream.h"
#include "common/storage/database.h"
#include "services/ingestion/domain/erasure.h"
#include "services/ingestion/service/erasure_runner.h"
#include "services/ingestion/store/tables.h"
#include "weft/ingestion/v1/erasure.pb.h"

namespace weft::ingestion {

class ErasureHandlers {
 public:
  // The runner outlives the handlers.
  ErasureHandlers(const storage::Database& db, const Tables& tables, ErasureRunner& runner)
      : db_(db), tables_(tables), runner_(runner) {}

  Task<absl::Status> EraseSubject(rpc::CallContext& context, const v1::EraseSubjectRequest& request,
                                  v1::Erasure& response);
  Task<absl::Status> GetErasure(rpc::CallContext& context, const v1::GetErasureRequest& request,
                                rpc::Serialized<v1::Erasure>& response);
  Task<absl::Status> ListErasures(rpc::CallContext& context, const v1::ListErasuresRequest& request,
                                  rpc::Serialized<v1::ListErasuresResponse>& response);

 private:
  // Each counts what it erases in `erasure`.
  Task<absl::Status> EraseAnswers(storage::Transaction& txn, const ErasureSubject& subject,
                                  std::vector<v1::OpenAnswer>& erased, v1::Erasure& erasure);
  // Those of `site`; `answers` are the subject's, as they were.
  Task<absl::Status> EraseExcerpts(storage::Transaction& txn, const ErasureSubject& subject,
                                   std::string site, const std::vector<v1::OpenAnswer>& answers,
                                   v1::Erasure& erasure);
  Task<absl::Status> ErasePeople(storage::Transaction& txn, const ErasureSubject& subject,
                                 v1::Erasure& erasure);

  const storage::Database& db_;
  const Tables& tables_;
  ErasureRunner& runner_;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_ERASURE_HANDLERS_H_
