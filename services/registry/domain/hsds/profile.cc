#include "services/registry/domain/hsds/profile.h"

#include <cstddef>

namespace weft::registry::hsds {
namespace {

constexpr Keep kRead = Keep::kRead;
constexpr Keep kImplied = Keep::kImplied;
constexpr Keep kDropped = Keep::kDropped;
// Of FieldSpec.
constexpr bool kRequired = true;
constexpr bool kNumber = true;
constexpr bool kLink = true;

constexpr OtherTable kOthers[] = {
    {"accessibility", "accessibility.csv", "accessibility"},
    {"cost_option", "cost_options.csv", "cost_options"},
    {"funding", "funding.csv", "funding"},
    {"language", "languages.csv", "languages"},
    {"meta_table_description", "meta_table_descriptions.csv", "meta_table_descriptions"},
    {"metadata", "metadata.csv", "metadata"},
    {"program", "programs.csv", "programs"},
    {"required_document", "required_documents.csv", "required_documents"},
    {"schedule", "schedules.csv", "schedules"},
    {"service", "services.csv", "services"},
    {"service_area", "service_areas.csv", "service_areas"},
    {"service_at_location", "service_at_location.csv", "service_at_locations"},
};

}  // namespace

int TableSpec::IndexOf(absl::string_view field) const {
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].name == field) return static_cast<int>(i);
  }
  return -1;
}

const ChildSpec* TableSpec::ChildOf(absl::string_view key) const {
  for (const ChildSpec& child : children) {
    if (child.key == key) return &child;
  }
  return nullptr;
}

const TableSpec& Taxonomies() {
  static const auto& table = *new TableSpec{.name = "taxonomy",
                                            .file = "taxonomies.csv",
                                            .fields = {{"id", kRead, kRequired},
                                                       {"name", kRead, kRequired},
                                                       {"description", kImplied, kRequired},
                                                       {"uri", kImplied},
                                                       {"version", kImplied}},
                                            .children = {}};
  return table;
}

const TableSpec& Terms() {
  static const auto& table = *new TableSpec{.name = "taxonomy_term",
                                            .file = "taxonomy_terms.csv",
                                            .fields = {{"id", kRead, kRequired},
                                                       {"code", kRead},
                                                       {"name", kRead, kRequired},
                                                       {"description", kImplied, kRequired},
                                                       {"parent_id", kImplied},
                                                       {"taxonomy", kRead},
                                                       {"language", kImplied},
                                                       {"taxonomy_id", kRead, false, false, kLink},
                                                       {"term_uri", kImplied}},
                                            .children = {{"taxonomy_detail", &Taxonomies(), true}}};
  return table;
}

const TableSpec& Attributes() {
  static const auto& table =
      *new TableSpec{.name = "attribute",
                     .file = "attributes.csv",
                     .fields = {{"id", kImplied, kRequired},
                                {"link_id", kRead, kRequired, false, kLink},
                                {"taxonomy_term_id", kRead, kRequired, false, kLink},
                                {"link_type", kImplied},
                                {"link_entity", kImplied, kRequired},
                                {"value", kRead}},
                     .children = {{"taxonomy_term", &Terms(), true}}};
  return table;
}

const TableSpec& Addresses() {
  static const auto& table = *new TableSpec{.name = "address",
                                            .file = "addresses.csv",
                                            .fields = {{"id", kImplied, kRequired},
                                                       {"location_id", kRead, false, false, kLink},
                                                       {"attention", kDropped},
                                                       {"address_1", kDropped, kRequired},
                                                       {"address_2", kDropped},
                                                       {"city", kRead, kRequired},
                                                       {"region", kRead},
                                                       {"state_province", kRead, kRequired},
                                                       {"postal_code", kDropped, kRequired},
                                                       {"country", kRead, kRequired},
                                                       {"address_type", kRead, kRequired}},
                                            .children = {}};
  return table;
}

const TableSpec& Locations() {
  static const auto& table =
      *new TableSpec{.name = "location",
                     .file = "locations.csv",
                     .fields = {{"id", kRead, kRequired},
                                {"location_type", kImplied, kRequired},
                                {"url", kDropped},
                                {"organization_id", kRead, false, false, kLink},
                                {"name", kDropped},
                                {"alternate_name", kDropped},
                                {"description", kDropped},
                                {"transportation", kDropped},
                                {"latitude", kDropped, false, kNumber},
                                {"longitude", kDropped, false, kNumber},
                                {"external_identifier", kDropped},
                                {"external_identifier_type", kDropped}},
                     .children = {{"addresses", &Addresses()}}};
  return table;
}

const TableSpec& Phones() {
  static const auto& table =
      *new TableSpec{.name = "phone",
                     .file = "phones.csv",
                     .fields = {{"id", kImplied, kRequired},
                                {"location_id", kImplied},
                                {"service_id", kImplied},
                                {"organization_id", kRead, false, false, kLink},
                                {"contact_id", kRead, false, false, kLink},
                                {"service_at_location_id", kImplied},
                                {"number", kRead, kRequired},
                                {"extension", kRead, false, kNumber},
                                {"type", kDropped},
                                {"description", kDropped}},
                     .children = {}};
  return table;
}

const TableSpec& Contacts() {
  static const auto& table =
      *new TableSpec{.name = "contact",
                     .file = "contacts.csv",
                     .fields = {{"id", kRead, kRequired},
                                {"organization_id", kRead, false, false, kLink},
                                {"service_id", kImplied},
                                {"service_at_location_id", kImplied},
                                {"location_id", kImplied},
                                {"name", kRead},
                                {"title", kRead},
                                {"department", kDropped},
                                {"email", kRead}},
                     .children = {{"phones", &Phones()}}};
  return table;
}

const TableSpec& Identifiers() {
  static const auto& table =
      *new TableSpec{.name = "organization_identifier",
                     .file = "organization_identifiers.csv",
                     .fields = {{"id", kImplied, kRequired},
                                {"organization_id", kRead, kRequired, false, kLink},
                                {"identifier_scheme", kRead},
                                {"identifier_type", kRead, kRequired},
                                {"identifier", kRead, kRequired}},
                     .children = {}};
  return table;
}

const TableSpec& Organizations() {
  static const auto& table =
      *new TableSpec{.name = "organization",
                     .file = "organizations.csv",
                     .fields = {{"id", kRead, kRequired},
                                {"name", kRead, kRequired},
                                {"alternate_name", kRead},
                                {"description", kRead, kRequired},
                                {"email", kRead},
                                {"website", kRead},
                                {"tax_status", kDropped},
                                {"tax_id", kRead},
                                {"year_incorporated", kDropped, false, kNumber},
                                {"legal_status", kDropped},
                                {"logo", kDropped},
                                {"uri", kDropped},
                                {"parent_organization_id", kRead}},
                     .children = {{"contacts", &Contacts()},
                                  {"phones", &Phones()},
                                  {"locations", &Locations()},
                                  {"organization_identifiers", &Identifiers()},
                                  {"attributes", &Attributes()}}};
  return table;
}

absl::Span<const TableSpec* const> Tables() {
  static const auto& tables = *new std::vector<const TableSpec*>{
      &Organizations(), &Identifiers(), &Contacts(), &Phones(),    &Locations(),
      &Addresses(),     &Taxonomies(),  &Terms(),    &Attributes()};
  return tables;
}

absl::Span<const OtherTable> OtherTables() { return kOthers; }

}  // namespace weft::registry::hsds
