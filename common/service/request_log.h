// What each request id has answered, stored in the commit that it answered for.
#ifndef WEFT_COMMON_SERVICE_REQUEST_LOG_H_
#define WEFT_COMMON_SERVICE_REQUEST_LOG_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/task.h"
#include "common/storage/position.h"
#include "common/storage/transaction.h"

namespace weft::service {

// How long a request id is remembered.
inline constexpr absl::Duration kRequestIdLifetime = absl::Hours(24);

struct RequestKey {
  std::string principal;
  std::string method;
  std::string request_id;
};

struct LoggedAnswer {
  uint64_t request_hash = 0;
  std::string response;
  storage::Position position;
};

// The answer that is remembered for the request, if there is one and it has not expired.
Task<absl::StatusOr<std::optional<LoggedAnswer>>> FindAnswer(storage::Transaction& txn,
                                                             RequestKey key);
// Remembers an answer. After FindAnswer() in the same transaction.
void PutAnswer(storage::Transaction& txn, const RequestKey& key, uint64_t request_hash,
               absl::string_view response);
// Forgets some of the answers that have expired.
Task<absl::Status> ForgetExpired(storage::Transaction& txn);

}  // namespace weft::service

#endif  // WEFT_COMMON_SERVICE_REQUEST_LOG_H_
