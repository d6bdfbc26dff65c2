// The permission of a method, from its descriptor.
#ifndef WEFT_COMMON_AUTH_METHOD_PERMISSION_H_
#define WEFT_COMMON_AUTH_METHOD_PERMISSION_H_

#include <string>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"

namespace weft::auth {

// What the option weft.type.v1.permission says; "" for the methods that anybody may call, which are
// those of health and reflection. An error when the option is missing or is not
// `{service}.{collection}.{verb}`.
absl::StatusOr<std::string> PermissionOf(const google::protobuf::MethodDescriptor& method);

}  // namespace weft::auth

#endif  // WEFT_COMMON_AUTH_METHOD_PERMISSION_H_
