// The fields of an organization as rules see them that treat all alike: those with one value, and
// lists. Its parent is neither: what it may be depends on other organizations.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_ORGANIZATION_FIELDS_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_ORGANIZATION_FIELDS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_field.h"
#include "services/registry/domain/organization.h"
#include "weft/registry/v1/organization.pb.h"

namespace weft::registry {

// A field with one value.
struct ValueField {
  absl::string_view name;
  // In words; "" for none.
  std::string (*text)(const v1::Organization&);
  void (*copy)(const v1::Organization& from, v1::Organization& to);
};

extern const ValueField kDisplayNameField;
extern const ValueField kWebsiteField;
extern const ValueField kStatusField;

// A list.
template <class Entry>
struct ListField {
  using Entries = google::protobuf::RepeatedPtrField<Entry>;
  absl::string_view name;
  int max;
  const Entries& (v1::Organization::*get)() const;
  Entries* (v1::Organization::*edit)();
  // Equal for entries of which a list needs only one.
  std::string (*key)(const Entry&);
  // In words; "" of what is personal.
  std::string (*text)(const Entry&);
};

extern const ListField<v1::AlternateName> kAlternateNamesField;
extern const ListField<std::string> kPartnerTypesField;
extern const ListField<v1::OrganizationIdentifier> kIdentifiersField;
extern const ListField<v1::OrganizationContact> kContactsField;
extern const ListField<v1::Place> kLocationsField;
extern const ListField<std::string> kTagsField;

inline constexpr absl::string_view kParentField = "parent_organization";

// Names that differ in the case of ASCII letters alone are one.
std::string NameKey(absl::string_view name);

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_ORGANIZATION_FIELDS_H_
