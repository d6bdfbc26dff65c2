// Which organizations a list has.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_ORGANIZATION_FILTER_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_ORGANIZATION_FILTER_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/filter/field_filter.h"
#include "weft/registry/v1/organization.pb.h"

namespace weft::registry {

using OrganizationFilter = filter::FieldFilter<v1::Organization>;

// INVALID_ARGUMENT (FILTER_INVALID) that says where. "" keeps all.
absl::StatusOr<OrganizationFilter> ParseOrganizationFilter(absl::string_view text);

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_ORGANIZATION_FILTER_H_
