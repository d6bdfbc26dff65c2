#include "services/registry/domain/organization_fields.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/enum_word.h"
#include "services/registry/domain/identifier.h"

namespace weft::registry {
namespace {

using v1::Organization;

std::string StatusText(const Organization& organization) {
  if (organization.status() == Organization::STATUS_UNSPECIFIED) return "";
  return EnumWord(Organization::Status_Name(organization.status()), "STATUS_");
}

std::string PlaceText(const v1::Place& place) {
  std::vector<std::string> parts;
  for (const std::string& part : {place.locality(), place.region(), place.country()}) {
    if (!part.empty()) parts.push_back(part);
  }
  return absl::StrJoin(parts, ", ");
}

std::string Same(const std::string& text) { return text; }

template <class Message>
std::string Bytes(const Message& message) {
  return message.SerializeAsString();
}

}  // namespace

std::string NameKey(absl::string_view name) { return absl::AsciiStrToLower(name); }

const ValueField kDisplayNameField = {
    "display_name", [](const Organization& organization) { return organization.display_name(); },
    [](const Organization& from, Organization& to) { to.set_display_name(from.display_name()); }};

const ValueField kWebsiteField = {
    "website", [](const Organization& organization) { return organization.website(); },
    [](const Organization& from, Organization& to) { to.set_website(from.website()); }};

const ValueField kStatusField = {
    "status", &StatusText,
    [](const Organization& from, Organization& to) { to.set_status(from.status()); }};

const ListField<v1::AlternateName> kAlternateNamesField = {
    "alternate_names",
    kMaxEntries,
    &Organization::alternate_names,
    &Organization::mutable_alternate_names,
    [](const v1::AlternateName& name) { return NameKey(name.text()); },
    [](const v1::AlternateName& name) { return name.text(); }};

const ListField<std::string> kPartnerTypesField = {"partner_types",
                                                   kMaxPartnerTypes,
                                                   &Organization::partner_types,
                                                   &Organization::mutable_partner_types,
                                                   &Same,
                                                   &Same};

const ListField<v1::OrganizationIdentifier> kIdentifiersField = {
    "identifiers",
    kMaxEntries,
    &Organization::identifiers,
    &Organization::mutable_identifiers,
    [](const v1::OrganizationIdentifier& identifier) {
      return IdentifierKey(identifier.scheme(), identifier.value());
    },
    [](const v1::OrganizationIdentifier& identifier) {
      return absl::StrCat(SchemeWord(identifier.scheme()), " ", identifier.value());
    }};

const ListField<v1::OrganizationContact> kContactsField = {
    "contacts",
    kMaxEntries,
    &Organization::contacts,
    &Organization::mutable_contacts,
    &Bytes<v1::OrganizationContact>,
    [](const v1::OrganizationContact&) { return std::string(); }};

const ListField<v1::Place> kLocationsField = {
    "locations",       kMaxEntries, &Organization::locations, &Organization::mutable_locations,
    &Bytes<v1::Place>, &PlaceText};

const ListField<std::string> kTagsField = {
    "tags", kMaxEntries, &Organization::tags, &Organization::mutable_tags, &Same, &Same};

}  // namespace weft::registry
