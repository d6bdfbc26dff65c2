#include "common/auth/method_permission.h"

#include <algorithm>
#include <array>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "weft/type/v1/options.pb.h"

namespace weft::auth {
namespace {

// The one list of what needs no permission. Their protos are not ours to put options on.
constexpr std::array<absl::string_view, 3> kOpenServices = {
    "grpc.health.v1.Health",
    "grpc.reflection.v1.ServerReflection",
    "grpc.reflection.v1alpha.ServerReflection",
};

}  // namespace

absl::StatusOr<std::string> PermissionOf(const google::protobuf::MethodDescriptor& method) {
  if (std::find(kOpenServices.begin(), kOpenServices.end(), method.service()->full_name()) !=
      kOpenServices.end()) {
    return std::string();
  }
  const std::string& permission = method.options().GetExtension(type::v1::permission);
  const std::vector<absl::string_view> parts = absl::StrSplit(permission, '.');
  if (parts.size() != 3 || std::find(parts.begin(), parts.end(), "") != parts.end()) {
    return absl::FailedPreconditionError(absl::StrCat(
        method.full_name(), " has ",
        permission.empty() ? "no permission"
                           : absl::StrCat("the malformed permission \"", permission, "\""),
        "; give it option (weft.type.v1.permission) = "
        "\"{service}.{collection}.{verb}\""));
  }
  return permission;
}

}  // namespace weft::auth
