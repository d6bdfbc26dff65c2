// weft.ingestion.v1.OpenAnswerService: free text on its way to readers. Nothing here logs, and no
// error holds a word of a text.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_QUOTE_HANDLERS_H_
#define WEFT_SERVICES_INGESTION_SERVICE_QUOTE_HANDLERS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/storage/database.h"
#include "services/ingestion/store/tables.h"
#include "weft/ingestion/v1/open_answer_service.pb.h"
#include "weft/ingestion/v1/response.pb.h"

namespace weft::ingestion {

class QuoteHandlers {
 public:
  QuoteHandlers(const storage::Database& db, const Tables& tables) : db_(db), tables_(tables) {}

  Task<absl::Status> ReviewOpenAnswer(rpc::CallContext& context,
                                      const v1::ReviewOpenAnswerRequest& request,
                                      v1::OpenAnswer& response);
  Task<absl::Status> ListQuotes(rpc::CallContext& context, const v1::ListQuotesRequest& request,
                                v1::ListQuotesResponse& response);

 private:
  // The answers of the request's wave that may be quoted, by uid.
  Task<absl::StatusOr<std::map<std::string, v1::OpenAnswer>>> FindQuotable(
      rpc::CallContext& context, storage::Reader& reader, const v1::ListQuotesRequest& request);
  // The quotes of cleared answers of one wave, in the same order.
  Task<absl::StatusOr<std::vector<v1::Quote>>> MakeQuotes(
      storage::Reader& reader, const std::vector<v1::OpenAnswer>& answers);

  const storage::Database& db_;
  const Tables& tables_;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_QUOTE_HANDLERS_H_
