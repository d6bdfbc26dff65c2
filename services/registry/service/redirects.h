// Organizations that were merged: requests that name one mean the one that stands for it, and its
// account has nothing any more.
#ifndef WEFT_SERVICES_REGISTRY_SERVICE_REDIRECTS_H_
#define WEFT_SERVICES_REGISTRY_SERVICE_REDIRECTS_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/auth/principal.h"
#include "common/base/status_macros.h"
#include "common/base/task.h"
#include "common/filter/field_filter.h"
#include "common/storage/engine.h"
#include "services/registry/store/tables.h"
#include "weft/registry/v1/organization.pb.h"

namespace weft::registry {

// What is passed by reference outlives these Tasks.

// For each name the one that stands for it: itself, where it was not merged or is none of an
// organization.
Task<absl::StatusOr<std::vector<std::string>>> StandingFor(const Tables& tables,
                                                           storage::Reader& reader,
                                                           std::vector<std::string> names);
Task<absl::StatusOr<std::string>> StandingFor(const Tables& tables, storage::Reader& reader,
                                              std::string name);

// The organization of that name, or the one that stands for it; errors are Table::Get's. In a
// transaction, a merge of any that was read and what is written cannot both be committed.
Task<absl::StatusOr<v1::Organization>> GetStanding(const Tables& tables, storage::Reader& reader,
                                                   std::string name);

// Puts those that stand for them in the place of merged ones.
Task<absl::Status> FollowRedirects(const Tables& tables, storage::Reader& reader,
                                   std::vector<std::optional<v1::Organization>>& organizations);

// Makes a filter that names organizations in `field` ask for those that stand for them.
template <class Resource>
Task<absl::Status> FollowRedirects(const Tables& tables, storage::Reader& reader, std::string field,
                                   filter::FieldFilter<Resource>& filter) {
  std::vector<std::string> names;
  filter.EditValues(field, [&](std::string& name) { names.push_back(name); });
  if (names.empty()) co_return absl::OkStatus();
  absl::StatusOr<std::vector<std::string>> standing =
      co_await StandingFor(tables, reader, std::move(names));
  WEFT_CO_RETURN_IF_ERROR(standing.status());
  size_t next = 0;
  filter.EditValues(field, [&](std::string& name) { name = (*standing)[next++]; });
  co_return absl::OkStatus();
}

// PERMISSION_DENIED (OWN_ORGANIZATION_MERGED) for the account of an organization that was merged
// into another. In a transaction, a merge and what the account does cannot both be committed.
Task<absl::Status> CheckAccount(const Tables& tables, storage::Reader& reader,
                                const auth::Principal& principal);

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_SERVICE_REDIRECTS_H_
