#include "services/registry/domain/hsds/to_hsds.h"

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/enum_word.h"
#include "services/registry/domain/hsds/uuid.h"
#include "services/registry/domain/identifier.h"
#include "services/registry/domain/names.h"

namespace weft::registry::hsds {
namespace {

using v1::AlternateName;
using v1::Organization;
using v1::OrganizationContact;
using v1::OrganizationIdentifier;
using v1::Place;

// Of the ids of terms and taxonomies, which are the same in every registry.
constexpr absl::string_view kTermSpace = "5f2b7c1e-7a0c-5d43-9f10-2d9c1f7e6a58";
constexpr size_t kMaxExtensionDigits = 9;

struct Term {
  std::string taxonomy;
  std::string taxonomy_description;
  std::string code;
  std::string name;
  std::string description;
};

class RecordWriter {
 public:
  RecordWriter(absl::string_view id, const v1::Taxonomy* taxonomy, const TableSpec* table)
      : id_(id), taxonomy_(taxonomy), table_(table), record_(Organizations()) {}

  Record Write(const Organization& organization, absl::string_view parent_id) {
    if (Wants({&Organizations()})) SetFields(organization, parent_id);
    if (Wants({&Contacts(), &Phones()})) {
      for (const OrganizationContact& contact : organization.contacts()) AddContact(contact);
    }
    if (Wants({&Locations(), &Addresses()})) {
      for (const Place& place : organization.locations()) AddLocation(place);
    }
    if (Wants({&Identifiers()})) {
      for (const OrganizationIdentifier& one : organization.identifiers()) AddIdentifier(one);
    }
    if (Wants({&Attributes(), &Terms(), &Taxonomies()})) AddAttributes(organization);
    return std::move(record_);
  }

 private:
  // Whether a row of one of these is asked for.
  bool Wants(std::initializer_list<const TableSpec*> tables) const {
    return table_ == nullptr || std::find(tables.begin(), tables.end(), table_) != tables.end();
  }

  void SetFields(const Organization& organization, absl::string_view parent_id) {
    record_.Set("id", id_);
    record_.Set("name", organization.display_name());
    if (!organization.alternate_names().empty()) {
      record_.Set("alternate_name", organization.alternate_names(0).text());
    }
    record_.Set("description", organization.display_name());
    record_.Set("website", organization.website());
    record_.Set("parent_organization_id", std::string(parent_id));
  }

  void AddAttributes(const Organization& organization) {
    for (const AlternateName& name : organization.alternate_names()) {
      const std::string kind = EnumWord(AlternateName::Kind_Name(name.kind()), "KIND_");
      AddAttribute({std::string(kAlternateNames), "Kinds of alternate names", kind, kind,
                    absl::StrCat("An alternate name: ", kind)},
                   name.text());
    }
    for (const std::string& code : organization.partner_types()) {
      AddAttribute(PartnerType(code), "");
    }
    if (organization.status() != Organization::STATUS_UNSPECIFIED) {
      const std::string status =
          EnumWord(Organization::Status_Name(organization.status()), "STATUS_");
      AddAttribute({std::string(kStatuses), "Whether an organization operates", status, status,
                    absl::StrCat("The organization is ", status)},
                   "");
    }
    for (const std::string& tag : organization.tags()) {
      AddAttribute({std::string(kTags), "Words of the Lab", tag, tag, absl::StrCat("Tag ", tag)},
                   "");
    }
  }

  // The id of the organization's `number`th record of a table, or of one that belongs to it.
  std::string Id(const TableSpec& table, size_t number, absl::string_view of = "") const {
    return UuidOf(id_, absl::StrCat(of, table.name, "/", number));
  }
  size_t CountOf(const TableSpec& table) const {
    size_t count = 0;
    for (const Record& child : record_.children) count += &child.table() == &table ? 1 : 0;
    return count;
  }

  void AddContact(const OrganizationContact& contact) {
    Record record(Contacts());
    const std::string id = Id(Contacts(), CountOf(Contacts()));
    record.Set("id", id);
    record.Set("organization_id", id_);
    record.Set("name", contact.display_name());
    record.Set("title", contact.role());
    record.Set("email", contact.email());
    if (!contact.phone().empty()) {
      Record phone(Phones());
      phone.Set("id", UuidOf(id, Phones().name));
      phone.Set("contact_id", id);
      // "555-0100 x12" is number and extension, which HSDS wants to be a number.
      absl::string_view number = contact.phone();
      const size_t x = number.rfind(" x");
      const absl::string_view extension =
          x == absl::string_view::npos || x == 0 ? "" : number.substr(x + 2);
      if (IsExtension(extension) && number[x - 1] != ' ') {
        number = number.substr(0, x);
        phone.Set("number", std::string(number));
        phone.Set("extension", std::string(extension));
      } else {
        phone.Set("number", std::string(number));
      }
      record.children.push_back(std::move(phone));
    }
    record_.children.push_back(std::move(record));
  }
  static bool IsExtension(absl::string_view text) {
    if (text.empty() || text.size() > kMaxExtensionDigits || text.front() == '0') return false;
    for (const char c : text) {
      if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return false;
    }
    return true;
  }

  void AddLocation(const Place& place) {
    const auto or_nothing = [](const std::string& text) {
      return text.empty() ? std::string(kNothing) : text;
    };
    Record record(Locations());
    const std::string id = Id(Locations(), CountOf(Locations()));
    record.Set("id", id);
    record.Set("location_type", "physical");
    record.Set("organization_id", id_);
    Record address(Addresses());
    address.Set("id", UuidOf(id, Addresses().name));
    address.Set("location_id", id);
    address.Set("address_1", std::string(kNothing));
    address.Set("city", or_nothing(place.locality()));
    address.Set("state_province", or_nothing(place.region()));
    address.Set("postal_code", std::string(kNothing));
    address.Set("country", or_nothing(place.country()));
    address.Set("address_type", "physical");
    record.children.push_back(std::move(address));
    record_.children.push_back(std::move(record));
  }

  void AddIdentifier(const OrganizationIdentifier& identifier) {
    Record record(Identifiers());
    record.Set("id", Id(Identifiers(), CountOf(Identifiers())));
    record.Set("organization_id", id_);
    std::string type = absl::AsciiStrToUpper(SchemeWord(identifier.scheme()));
    std::string value = identifier.value();
    switch (identifier.scheme()) {
      case OrganizationIdentifier::SCHEME_EIN:
        record.Set("identifier_scheme", "US-EIN");
        break;
      case OrganizationIdentifier::SCHEME_ROR:
        record.Set("identifier_scheme", "XI-ROR");
        break;
      case OrganizationIdentifier::SCHEME_LEI:
        record.Set("identifier_scheme", "XI-LEI");
        break;
      case OrganizationIdentifier::SCHEME_ORG_ID: {
        // "GB-CHC-1164883": the list is what stands before the second dash.
        const size_t dash = value.find('-', value.find('-') + 1);
        record.Set("identifier_scheme", value.substr(0, dash));
        value = value.substr(dash + 1);
        type = "org-id.guide";
        break;
      }
      default:
        break;
    }
    record.Set("identifier_type", std::move(type));
    record.Set("identifier", std::move(value));
    record_.children.push_back(std::move(record));
  }

  Term PartnerType(const std::string& code) const {
    Term term{absl::StrCat(kPartnerTypes, kUnversioned), "Types of partners of the Lab", code, code,
              absl::StrCat("Partner type ", code)};
    if (taxonomy_ == nullptr) return term;
    for (const v1::PartnerType& type : taxonomy_->types()) {
      if (type.code() != code) continue;
      term.taxonomy = absl::StrCat(kPartnerTypes, LastId(taxonomy_->name()));
      term.name = type.display_name();
      if (!type.description().empty()) term.description = type.description();
    }
    return term;
  }

  void AddAttribute(const Term& term, const std::string& value) {
    const std::string taxonomy_id = UuidOf(kTermSpace, term.taxonomy);
    const std::string term_id = UuidOf(taxonomy_id, term.code);
    Record attribute(Attributes());
    attribute.Set("id", Id(Attributes(), CountOf(Attributes())));
    attribute.Set("link_id", id_);
    attribute.Set("taxonomy_term_id", term_id);
    attribute.Set("link_entity", "organization");
    attribute.Set("value", value);
    Record record(Terms());
    record.Set("id", term_id);
    record.Set("code", term.code);
    record.Set("name", term.name);
    record.Set("description", term.description);
    record.Set("taxonomy", term.taxonomy);
    record.Set("taxonomy_id", taxonomy_id);
    Record taxonomy(Taxonomies());
    taxonomy.Set("id", taxonomy_id);
    taxonomy.Set("name", term.taxonomy);
    taxonomy.Set("description", term.taxonomy_description);
    record.children.push_back(std::move(taxonomy));
    attribute.children.push_back(std::move(record));
    record_.children.push_back(std::move(attribute));
  }

  const std::string id_;
  const v1::Taxonomy* const taxonomy_;
  // Whose rows are asked for; null for all.
  const TableSpec* const table_;
  Record record_;
};

}  // namespace

std::string HsdsIdOf(const Organization& organization) {
  const std::optional<std::string> own = ReadUuid(LastId(organization.name()));
  return own.has_value() ? *own : organization.uid();
}

Record ToRecord(const Organization& organization, absl::string_view id, absl::string_view parent_id,
                const v1::Taxonomy* taxonomy, const TableSpec* table) {
  return RecordWriter(id, taxonomy, table).Write(organization, parent_id);
}

}  // namespace weft::registry::hsds
