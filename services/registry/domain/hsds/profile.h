// Which part of HSDS 3.0 is ours: its tables that organizations come from and go to, their fields
// in the order of the specification, and what becomes of each. docs/directory-exchange.md tells the
// same for people.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_HSDS_PROFILE_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_HSDS_PROFILE_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace weft::registry::hsds {

// What becomes of a field that a file has.
enum class Keep {
  kRead,     // an organization's field, or a link, comes of it
  kImplied,  // says nothing that is not said elsewhere: ids, labels
  kDropped,  // has no place with us: counted, and told
};

struct FieldSpec {
  absl::string_view name;
  Keep keep = Keep::kRead;
  bool required = false;
  bool number = false;
  // Links a row to another one; in JSON the one stands inside the other instead.
  bool link = false;
};

struct TableSpec;

// What stands inside of a table's objects in JSON.
struct ChildSpec {
  absl::string_view key;
  const TableSpec* table;
  // An object instead of a list of them.
  bool single = false;
};

struct TableSpec {
  // "organization"
  absl::string_view name;
  // "organizations.csv"
  absl::string_view file;
  std::vector<FieldSpec> fields;
  std::vector<ChildSpec> children;

  // -1 when it is none of them.
  int IndexOf(absl::string_view field) const;
  const ChildSpec* ChildOf(absl::string_view key) const;
};

const TableSpec& Organizations();
const TableSpec& Identifiers();
const TableSpec& Contacts();
const TableSpec& Phones();
const TableSpec& Locations();
const TableSpec& Addresses();
const TableSpec& Attributes();
const TableSpec& Terms();
const TableSpec& Taxonomies();
// All of these, each behind those that its links lead to.
absl::Span<const TableSpec* const> Tables();

// A table that has no place with us: its records are counted, and told.
struct OtherTable {
  absl::string_view name;  // "service"
  absl::string_view file;  // "services.csv"
  absl::string_view key;   // in JSON: "services"
};
absl::Span<const OtherTable> OtherTables();

// Taxonomies by which our own fields travel: `lcel-partner-type/{taxonomy}` has the codes of
// partner types, the others a tag, a status, and a kind of alternate name whose text is the
// attribute's value.
inline constexpr absl::string_view kPartnerTypes = "lcel-partner-type/";
// After it, of types that belong to no version that the export was asked for.
inline constexpr absl::string_view kUnversioned = "unversioned";
inline constexpr absl::string_view kTags = "weft-tag";
inline constexpr absl::string_view kStatuses = "weft-organization-status";
inline constexpr absl::string_view kAlternateNames = "weft-alternate-name";

// Stands in fields that HSDS requires and we have nothing for; read as nothing.
inline constexpr absl::string_view kNothing = "-";

}  // namespace weft::registry::hsds

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_HSDS_PROFILE_H_
