// Calls that take many items refuse some and take the others.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_ITEM_ERROR_H_
#define WEFT_SERVICES_INGESTION_SERVICE_ITEM_ERROR_H_

#include "absl/status/status.h"
#include "common/rpc/status.h"
#include "google/rpc/status.pb.h"

namespace weft::ingestion {

// Whether `status` is about the item that was looked at, and not about the store.
inline bool IsItemError(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAborted:
      return true;
    default:
      return false;
  }
}

// The form in which it would travel as the status of a call, with the same limits.
inline void SetItemError(const absl::Status& status, google::rpc::Status& error) {
  error.ParseFromString(rpc::ToWire(status).details);
}

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_ITEM_ERROR_H_
