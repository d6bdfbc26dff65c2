#include "common/auth/policy.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"

namespace weft::auth {
namespace {

// The text before the next dot, which both are cut from `text`.
absl::string_view NextPart(absl::string_view& text) {
  const size_t dot = text.find('.');
  const absl::string_view part = text.substr(0, dot);
  text = dot == absl::string_view::npos ? absl::string_view() : text.substr(dot + 1);
  return part;
}

// Runs for every call: allocates nothing.
bool Matches(absl::string_view pattern, absl::string_view permission) {
  while (!pattern.empty() && !permission.empty()) {
    const absl::string_view want = NextPart(pattern);
    const absl::string_view part = NextPart(permission);
    if (want != "*" && want != part) return false;
  }
  return pattern.empty() && permission.empty();
}

bool AnyMatches(const std::vector<std::string>& patterns, absl::string_view permission) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return Matches(pattern, permission); });
}

}  // namespace

Policy Policy::Loopback() {
  // What people said in words of their own, and who they are.
  const std::vector<std::string> personal = {"ingestion.openAnswers.*", "ingestion.codedExcerpts.*",
                                             "ingestion.contributors.*"};
  std::vector<std::string> personal_and_feeds = personal;
  personal_and_feeds.emplace_back("*.changes.read");
  return Policy({
      {.kind = "users", .allowed = {"*.*.*"}, .denied = {}},
      {.kind = "services", .allowed = {"*.*.read"}, .denied = personal},
      {.kind = "researchers", .allowed = {"*.*.read"}, .denied = personal_and_feeds},
      // Handlers bind it to its own organization; none of these writes what a site says.
      {.kind = "organizations",
       .allowed = {"registry.organizations.read", "registry.sites.read", "registry.taxonomies.read",
                   "registry.vocabularies.read", "registry.partnerships.read",
                   "registry.siteViews.read", "registry.organizationViews.*",
                   "registry.partnershipProposals.*"},
       .denied = {}},
      {.kind = "public",
       .allowed = {"metrics.publications.read", "metrics.definitions.read"},
       .denied = {}},
  });
}

absl::Status Policy::Check(const Principal& principal, absl::string_view permission) const {
  const absl::string_view name = principal.name;
  const absl::string_view kind = KindOf(principal);
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
