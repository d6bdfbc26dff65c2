// What makes an organization valid, and how it is found.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_ORGANIZATION_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_ORGANIZATION_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "weft/registry/v1/organization.pb.h"

namespace weft::registry {

// How many organizations may stand above one that gets a parent.
inline constexpr int kMaxAncestors = 20;
// How many partner types an organization may have, and how many entries each of its other lists.
inline constexpr int kMaxPartnerTypes = 20;
inline constexpr int kMaxEntries = 50;

// Everything that is wrong with the request, in one answer.
absl::Status ValidateCreate(const v1::CreateOrganizationRequest& request);
absl::Status ValidateBatch(const v1::BatchCreateOrganizationsRequest& request);
absl::Status ValidateBatch(const v1::BatchGetOrganizationsRequest& request);

// The organization that a valid request asks for, under the id that was chosen for it.
v1::Organization NewOrganization(const v1::CreateOrganizationRequest& request,
                                 absl::string_view id);

// Whether `organization` may be stored, once it is Normalize()d.
absl::Status ValidateOrganization(const v1::Organization& organization);
// Writes what may be written in several ways in the one that is kept.
void Normalize(v1::Organization& organization);

// Under which an organization is found by its identifiers; none while it is deleted or merged.
std::vector<std::string> IdentifierKeys(const v1::Organization& organization);
// The key for a lookup. INVALID_ARGUMENT for what can be no such number.
absl::StatusOr<std::string> LookupKey(const v1::LookupOrganizationRequest& request);
absl::Status NoSuchIdentifier(const v1::LookupOrganizationRequest& request);
// ALREADY_EXISTS (ORGANIZATION_IDENTIFIER_TAKEN) that names the number which `holder` has already.
absl::Status IdentifierTaken(const v1::Organization& organization, const v1::Organization& holder);

// One step up from `organization` to its parents: `above` is the `height`th of them.
// FAILED_PRECONDITION (ORGANIZATION_PARENT_CYCLE, ORGANIZATION_PARENTS_TOO_DEEP).
absl::Status CheckAncestor(const v1::Organization& organization, const v1::Organization& above,
                           int height);

// NOT_FOUND that names what a batch asked for in vain: the first few of `missing`, and how many.
absl::Status OrganizationsMissing(const std::vector<std::string>& missing);

// In which order a list is.
struct OrganizationOrder {
  enum class By { kName, kDisplayName, kUpdateTime };
  By by = By::kName;
  bool descending = false;
};
// INVALID_ARGUMENT (ORDER_INVALID) for an order that no index has.
absl::StatusOr<OrganizationOrder> ParseOrder(absl::string_view order_by);
// By what organizations are sorted in the order of display names.
std::string SortableName(const v1::Organization& organization);

// What others than users, services and the organization itself do not read.
void HideContacts(v1::Organization& organization);

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_ORGANIZATION_H_
