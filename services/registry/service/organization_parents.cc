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
  absl::StatusOr<std::string> standing =
      co_await StandingFor(tables, txn, organization.parent_organization());
  WEFT_CO_RETURN_IF_ERROR(standing.status());
  organization.set_parent_organization(*standing);
  std::string parent = *std::move(standing);
  for (int height = 1; !parent.empty(); ++height) {
    absl::StatusOr<v1::Organization> above =
        co_await tables.organizations.Get(txn, std::move(parent));
    WEFT_CO_RETURN_IF_ERROR(above.status());
    if (height == 1) WEFT_CO_RETURN_IF_ERROR(CheckNotDeleted(*above));
    WEFT_CO_RETURN_IF_ERROR(CheckAncestor(organization, *above, height));
    parent = above->parent_organization();
  }
  co_return absl::OkStatus();
}

}  // namespace weft::registry
