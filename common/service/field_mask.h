// Update masks (AIP-134, AIP-161).
#ifndef WEFT_COMMON_SERVICE_FIELD_MASK_H_
#define WEFT_COMMON_SERVICE_FIELD_MASK_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"

namespace weft::service {

// Paths in a resource ("state", "window.start"); each covers what is below it.
struct MaskRules {
  // The server's own: whatever the caller sends for them is ignored. Besides name, uid,
  // create_time, update_time and etag, which always are.
  std::vector<std::string> output_only = {};
  // Fixed at creation: a different value is INVALID_ARGUMENT.
  std::vector<std::string> immutable = {};
};

// Copies the masked fields of `from` into `into`, a resource of the same type. A field that the
// mask names and `from` leaves unset is cleared. No mask means every field that is set in `from`;
// "*" replaces the resource. Fields of sub-messages can be named ("window.start"), elements of
// lists and maps cannot. An unknown path is INVALID_ARGUMENT (UPDATE_MASK_INVALID) naming the valid
// ones. After an error `into` is as it was.
absl::Status ApplyUpdateMask(const google::protobuf::FieldMask& mask,
                             const google::protobuf::Message& from, google::protobuf::Message& into,
                             const MaskRules& rules = {});

}  // namespace weft::service

#endif  // WEFT_COMMON_SERVICE_FIELD_MASK_H_
