// Errors as callers see them: an absl::Status whose payloads are the google.rpc detail messages
// that travel with it. Every error that leaves Weft carries an ErrorInfo with a stable reason.
// common/rpc turns such a status into the wire form; domain code only ever makes one.
#ifndef WEFT_COMMON_BASE_ERROR_H_
#define WEFT_COMMON_BASE_ERROR_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "google/rpc/error_details.pb.h"

namespace weft {

// The domain of every ErrorInfo.
inline constexpr absl::string_view kErrorDomain = "weft";
// Details travel in one HTTP/2 trailer and clients reject more than 8 KiB of them, so at most this
// many field violations are sent; ErrorInfo.metadata["total_violations"] says how many there were.
inline constexpr int kMaxFieldViolations = 25;

using ErrorMetadata = std::vector<std::pair<std::string, std::string>>;

// An error with a reason (UPPER_SNAKE_CASE, at most 63 characters, listed in docs/api.md). The
// message is for a person: what is wrong and what to do next. `metadata` repeats its variables.
absl::Status Error(absl::StatusCode code, absl::string_view reason, absl::string_view message,
                   const ErrorMetadata& metadata = {});

// The reason of `status`, or "" when it has none.
std::string ReasonOf(const absl::Status& status);

// Detail messages ride as payloads under their type URL; at most one of each type.
void SetDetail(absl::Status& status, const google::protobuf::Message& detail);
// True and `detail` filled when the status carries one of that type.
bool GetDetail(const absl::Status& status, google::protobuf::Message& detail);

// Adds a hint when the caller may try again.
absl::Status WithRetryAfter(absl::Status status, absl::Duration delay);

// Errors that many places make alike.
// NOT_FOUND, reason `{TYPE}_NOT_FOUND`: `type` is the resource's singular, e.g. "site".
absl::Status NotFound(absl::string_view type, absl::string_view name);
// ALREADY_EXISTS, reason `{TYPE}_EXISTS`.
absl::Status AlreadyExists(absl::string_view type, absl::string_view name);
// ABORTED, reason ETAG_MISMATCH: read again and repeat the change.
absl::Status StaleEtag(absl::string_view name, absl::string_view given, absl::string_view current);

// Collects everything that is wrong with a request, so that the caller sees it in one answer.
//   FieldViolations v;
//   v.Require(!site.display_name().empty(), "site.display_name", "is required");
//   return v.ToStatus();
class FieldViolations {
 public:
  FieldViolations& Add(absl::string_view field, absl::string_view description);
  FieldViolations& Require(bool condition, absl::string_view field, absl::string_view description) {
    return condition ? *this : Add(field, description);
  }
  bool empty() const { return violations_.empty(); }
  // OK when empty; else INVALID_ARGUMENT with a BadRequest and `reason`.
  absl::Status ToStatus(absl::string_view reason = "INVALID_FIELD") const;

 private:
  std::vector<std::pair<std::string, std::string>> violations_;
};

}  // namespace weft

#endif  // WEFT_COMMON_BASE_ERROR_H_
