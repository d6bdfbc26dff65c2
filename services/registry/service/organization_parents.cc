#include "services/registry/service/organization_parents.h"

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "common/base/status_macros.h"
#include "services/registry/domain/organization.h"
#include "services/registry/domain/soft_delete.h"
#include "services/registry/service/redirects.h"

namespace weft::registry {

Task<absl::Status> CheckParents(const Tables& tables, storage::Transaction& txn,
                                v1::Organization& organization) {
  if (organization.parent_organization().empty()) co_return absl::OkStatus();
  absl::StatusOr<v1::Organization> above =
      co_await GetStanding(tables, txn, organization.parent_organization());
  WEFT_CO_RETURN_IF_ERROR(above.status());
  WEFT_CO_RETURN_IF_ERROR(CheckNotDeleted(*above));
  organization.set_parent_organization(above->name());
  for (int height = 1;; ++height) {
    WEFT_CO_RETURN_IF_ERROR(CheckAncestor(organization, *above, height));
    std::string parent = above->parent_organization();
    if (parent.empty()) co_return absl::OkStatus();
    above = co_await tables.organizations.Get(txn, std::move(parent));
    WEFT_CO_RETURN_IF_ERROR(above.status());
  }
}

}  // namespace weft::registry
