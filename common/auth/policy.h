// Who may do what. A method names the permission it needs in its proto
// (weft.type.v1.permission, "registry.sites.read"); a policy says which principals have it.
#ifndef WEFT_COMMON_AUTH_POLICY_H_
#define WEFT_COMMON_AUTH_POLICY_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/auth/principal.h"

namespace weft::auth {

// What principals of one kind may do. A permission pattern is a permission of which parts may be
// "*": "*.*.read", "ingestion.openAnswers.*".
struct Role {
  // The part of the principal's name before the slash: "users".
  std::string kind;
  std::vector<std::string> allowed;
  // Wins over `allowed`.
  std::vector<std::string> denied;
};

// Immutable; safe to share between threads.
class Policy {
 public:
  explicit Policy(std::vector<Role> roles) : roles_(std::move(roles)) {}

  // The policy while callers are on loopback and not authenticated: users are operators; services
  // read, follow feeds and write nothing, and see neither free text nor who wrote it; researchers
  // read all but these and feeds; organizations read the registry's partnerships, write their own
  // side of them and propose new ones; the public reads what is published and how it is defined.
  static Policy Loopback();

  // OK, or PERMISSION_DENIED with reason PERMISSION_DENIED that names the permission.
  absl::Status Check(const Principal& principal, absl::string_view permission) const;

 private:
  std::vector<Role> roles_;
};

}  // namespace weft::auth

#endif  // WEFT_COMMON_AUTH_POLICY_H_
