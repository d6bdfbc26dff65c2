#include "services/registry/domain/soft_delete.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"

namespace weft::registry {
namespace {

absl::Status Refuse(absl::StatusCode code, absl::string_view reason, const std::string& name,
                    absl::string_view why) {
  return Error(code, reason, absl::StrCat("\"", name, "\" ", why), {{"name", name}});
}

}  // namespace

absl::Status CheckNotMerged(const v1::Organization& organization) {
  if (organization.merged_into().empty()) return absl::OkStatus();
  return Error(
      absl::StatusCode::kFailedPrecondition, "ORGANIZATION_MERGED",
      absl::StrCat("\"", organization.name(), "\" was merged into \"", organization.merged_into(),
                   "\"; use that one, or find the merge with ListOrganizationMerges and "
                   "undo it"),
      {{"name", organization.name()}, {"merged_into", organization.merged_into()}});
}

absl::Status CheckNotDeleted(const v1::Organization& organization) {
  WEFT_RETURN_IF_ERROR(CheckNotMerged(organization));
  if (!organization.has_delete_time()) return absl::OkStatus();
  return Refuse(absl::StatusCode::kFailedPrecondition, "ORGANIZATION_DELETED", organization.name(),
                "is deleted; UndeleteOrganization brings it back");
}

absl::Status CheckNotDeleted(const v1::Partnership& partnership) {
  if (!partnership.has_delete_time()) return absl::OkStatus();
  return Refuse(absl::StatusCode::kFailedPrecondition, "PARTNERSHIP_DELETED", partnership.name(),
                "is deleted; UndeletePartnership brings it back");
}

absl::Status CheckDeleted(const v1::Organization& organization) {
  WEFT_RETURN_IF_ERROR(CheckNotMerged(organization));
  if (organization.has_delete_time()) return absl::OkStatus();
  return Refuse(absl::StatusCode::kFailedPrecondition, "ORGANIZATION_NOT_DELETED",
                organization.name(), "is not deleted; there is nothing to do");
}

absl::Status CheckDeleted(const v1::Partnership& partnership) {
  if (partnership.has_delete_time()) return absl::OkStatus();
  return Refuse(absl::StatusCode::kFailedPrecondition, "PARTNERSHIP_NOT_DELETED",
                partnership.name(), "is not deleted; there is nothing to do");
}

}  // namespace weft::registry
