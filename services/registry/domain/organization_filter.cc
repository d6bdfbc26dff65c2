#include "services/registry/domain/organization_filter.h"

#include <string>
#include <vector>

#include "common/base/enum_word.h"
#include "services/registry/domain/identifier.h"

namespace weft::registry {
namespace {

using filter::FieldValues;
using v1::Organization;

constexpr absl::string_view kStatusPrefix = "STATUS_";

template <const std::string& (v1::Place::*part)() const>
FieldValues OfLocations(const Organization& organization) {
  FieldValues values;
  for (const v1::Place& place : organization.locations()) {
    if (!(place.*part)().empty()) values.push_back((place.*part)());
  }
  return values;
}

FieldValues StatusOf(const Organization& organization) {
  if (organization.status() == Organization::STATUS_UNSPECIFIED) return {};
  return {EnumWord(Organization::Status_Name(organization.status()), kStatusPrefix)};
}

FieldValues ParentOf(const Organization& organization) {
  if (organization.parent_organization().empty()) return {};
  return {organization.parent_organization()};
}

FieldValues SchemesOf(const Organization& organization) {
  FieldValues schemes;
  for (const v1::OrganizationIdentifier& identifier : organization.identifiers()) {
    schemes.push_back(SchemeWord(identifier.scheme()));
  }
  return schemes;
}

const std::vector<filter::Field<Organization>>& Fields() {
  static const auto& fields = *new std::vector<filter::Field<Organization>>{
      {{.name = "country"}, &OfLocations<&v1::Place::country>},
      {{.name = "identifier_scheme", .words = SchemeWords(), .enum_prefix = "SCHEME_"}, &SchemesOf},
      {{.name = "locality"}, &OfLocations<&v1::Place::locality>},
      {{.name = "parent", .prefix = "organizations/"}, &ParentOf},
      {{.name = "partner_type"},
       [](const Organization& organization) {
         return FieldValues(organization.partner_types().begin(),
                            organization.partner_types().end());
       }},
      {{.name = "region"}, &OfLocations<&v1::Place::region>},
      {{.name = "status",
        .words = EnumWords<Organization::Status>(kStatusPrefix),
        .enum_prefix = kStatusPrefix},
       &StatusOf},
      {{.name = "tag"},
       [](const Organization& organization) {
         return FieldValues(organization.tags().begin(), organization.tags().end());
       }},
  };
  return fields;
}

}  // namespace

absl::StatusOr<OrganizationFilter> ParseOrganizationFilter(absl::string_view text) {
  return OrganizationFilter::Parse(text, "an organization", Fields());
}

}  // namespace weft::registry
