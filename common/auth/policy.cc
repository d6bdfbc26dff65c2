#include "common/auth/policy.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/error.h"

namespace weft::auth {
namespace {

bool Matches(absl::string_view pattern, absl::string_view permission) {
  const std::vector<absl::string_view> wanted = absl::StrSplit(pattern, '.');
  const std::vector<absl::string_view> parts = absl::StrSplit(permission, '.');
  return std::equal(wanted.begin(), wanted.end(), parts.begin(), parts.end(),
                    [](absl::string_view want, absl::string_view part) {
                      return want == "*" || want == part;
                    });
}

bool AnyMatches(const std::vector<std::string>& patterns, absl::string_view permission) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    return Matches(pattern, permission);
  });
}

}  // namespace

Policy Policy::Loopback() {
  return Policy({
      {.kind = "users", .allowed = {"*.*.*"}, .denied = {}},
      {.kind = "services", .allowed = {"*.*.read"}, .denied = {"ingestion.openAnswers.*"}},
      {.kind = "researchers",
       .allowed = {"*.*.read"},
       .denied = {"ingestion.openAnswers.*", "*.changes.read"}},
  });
}

absl::Status Policy::Check(const Principal& principal, absl::string_view permission) const {
  const absl::string_view name = principal.name;
  const absl::string_view kind = name.substr(0, name.find('/'));
  for (const Role& role : roles_) {
    if (role.kind != kind) continue;
    if (AnyMatches(role.allowed, permission) && !AnyMatches(role.denied, permission)) {
      return absl::OkStatus();
    }
  }
  return Error(absl::StatusCode::kPermissionDenied, "PERMISSION_DENIED",
               absl::StrCat(name, " lacks the permission ", permission,
                            "; call as a principal that has it (metadata weft-principal)"),
               {{"permission", std::string(permission)}, {"principal", principal.name}});
}

}  // namespace weft::auth
