// The one translation between absl::Status, as handlers make it (common/base/error.h), and what
// travels: code, text and a serialized google.rpc.Status (the grpc-status-details-bin trailer).
#ifndef WEFT_COMMON_RPC_STATUS_H_
#define WEFT_COMMON_RPC_STATUS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/rpc/call_context.h"

namespace weft::rpc {

struct WireStatus {
  int code = 0;
  std::string message;
  // A google.rpc.Status with the same code and message, "" when the status is OK.
  std::string details;
};

// Both limits keep the trailers below the 8 KiB that clients accept, encoding included.
inline constexpr size_t kMaxMessageBytes = 511;
inline constexpr size_t kMaxDetailsBytes = 4096;

// A status that has no ErrorInfo gets one, with its code's name as the reason. What exceeds the
// limits is cut: first the text, then field violations from the end, then other details.
WireStatus ToWire(const absl::Status& status);

absl::Status FromWire(int code, absl::string_view message, absl::string_view details);

// UNAVAILABLE, reason SERVER_DRAINING, with a hint when to try again.
absl::Status DrainingError();

// The status of a handler that ends because `context.stopping()`: DrainingError(), or CANCELLED.
absl::Status Stopped(const CallContext& context);

}  // namespace weft::rpc

#endif  // WEFT_COMMON_RPC_STATUS_H_
