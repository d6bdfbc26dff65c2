// Verbs on many responses at once: each item is decided as its single call would be, a refused one
// does not stop the others, and what is done stands in one commit.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_BATCH_H_
#define WEFT_SERVICES_INGESTION_SERVICE_BATCH_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/service/mutate.h"
#include "common/validation/ids.h"
#include "services/ingestion/domain/names.h"
#include "services/ingestion/service/item_error.h"
#include "services/ingestion/store/tables.h"
#include "weft/ingestion/v1/response_service.pb.h"

namespace weft::ingestion {

inline constexpr int kMaxBatch = 1000;

template <class Request>
absl::Status ValidateBatch(const Request& request) {
  if (request.requests_size() > kMaxBatch) {
    return Error(absl::StatusCode::kInvalidArgument, "BATCH_TOO_LARGE",
                 absl::StrCat("a batch holds at most ", kMaxBatch, " items, this one ",
                              request.requests_size()));
  }
  FieldViolations violations;
  violations.Require(IdIn("waves", request.parent()).has_value(), "parent",
                     "must be a name like waves/2025-winter");
  for (int i = 0; i < request.requests_size(); ++i) {
    const auto& item = request.requests(i);
    const std::string at = absl::StrCat("requests[", i, "].");
    violations.Require(WaveOf(item.name()) == request.parent(), absl::StrCat(at, "name"),
                       absl::StrCat("is no response of ", request.parent()));
    violations.Require(item.request_id().empty(), absl::StrCat(at, "request_id"),
                       "is for the batch as a whole");
    violations.Require(!item.validate_only(), absl::StrCat(at, "validate_only"),
                       "is for the batch as a whole");
  }
  return violations.ToStatus();
}

// `one(txn, item, response)` does a single call's work: Task<absl::Status>. When it refuses an item
// it has written nothing.
template <class Request, class Response, class One>
Task<absl::Status> RunBatch(rpc::CallContext& context, const storage::Database& db,
                            const Tables& tables, const Request& request, Response& response,
                            One one) {
  WEFT_CO_RETURN_IF_ERROR(ValidateBatch(request));
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    std::vector<std::string> keys;
    for (const auto& item : request.requests()) {
      std::string key = tables.responses.KeyOf(item.name());
      if (!key.empty()) keys.push_back(std::move(key));
    }
    absl::Status fetched = co_await txn.Prefetch(std::move(keys));
    WEFT_CO_RETURN_IF_ERROR(std::move(fetched));
    for (const auto& item : request.requests()) {
      v1::Response row;
      absl::Status done = co_await one(txn, item, row);
      if (!done.ok() && !IsItemError(done)) co_return done;
      v1::ResponseResult& result = *response.add_results();
      result.set_name(item.name());
      if (!done.ok()) {
        SetItemError(done, *result.mutable_error());
        continue;
      }
      result.set_state(row.state());
      result.set_etag(row.etag());
      result.mutable_warnings()->Swap(row.mutable_warnings());
    }
    co_return absl::OkStatus();
  };
  absl::Status status = co_await service::Mutate(context, db, request, response, body);
  co_return status;
}

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_BATCH_H_
