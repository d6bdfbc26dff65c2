// Mutate: how every writing method runs. It gives the body a transaction, commits what it wrote
// together with the request-id record, and runs it again when another commit was faster.
//
//   Task<absl::Status> SiteHandlers::CreateSite(rpc::CallContext& ctx,
//                                               const v1::CreateSiteRequest& request,
//                                               v1::Site& response) {
//     auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
//       response = request.site();
//       ...
//       absl::Status status = co_await tables_.sites.Insert(txn, response);
//       co_return status;
//     };
//     absl::Status status = co_await service::Mutate(ctx, db_, request, response, body);
//     co_return status;
//   }
#ifndef WEFT_COMMON_SERVICE_MUTATE_H_
#define WEFT_COMMON_SERVICE_MUTATE_H_

#include "absl/status/status.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/storage/database.h"
#include "common/storage/run_in_transaction.h"
#include "common/storage/transaction.h"
#include "google/protobuf/message.h"

namespace weft::service {

// Fills the response. It may run several times, each time with an empty response and a transaction
// of its own; it must touch nothing else.
using MutationBody = storage::TransactionBody;
// Uses the request's fields request_id and validate_only when it has them.
//  * request_id: the first attempt's answer is stored in its commit and given to every repetition
//    of the same request by the same principal for 24 hours; with another content it is
//    INVALID_ARGUMENT (REQUEST_ID_REUSED). Errors are not stored: the attempt did nothing.
//  * validate_only: the body runs, nothing is committed and nothing remembered.
//  * ABORTED (CONFLICT) with a RetryInfo when the body lost against others storage::kMaxAttempts
//  times.
// On success the call's `weft-position` is set. The arguments outlive the Task.
Task<absl::Status> Mutate(rpc::CallContext& context, const storage::Database& db,
                          const google::protobuf::Message& request,
                          google::protobuf::Message& response, MutationBody body);

}  // namespace weft::service

#endif  // WEFT_COMMON_SERVICE_MUTATE_H_
