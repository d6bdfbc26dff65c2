#include "services/registry/domain/hsds/writers.h"

#include <cstddef>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/enum_word.h"
#include "common/csv/csv_cells.h"
#include "services/registry/domain/hsds/profile.h"
#include "services/registry/domain/identifier.h"

namespace weft::registry::hsds {
namespace {

using nlohmann::ordered_json;
using v1::Organization;

constexpr char kHsdsVersion[] = "3.0";
constexpr char kSeparator[] = "; ";

constexpr absl::string_view kSheetColumns[] = {
    "name",           "hsds_id",   "display_name", "alternate_names", "status",
    "partner_types",  "tags",      "website",      "identifiers",     "parent_organization",
    "parent_hsds_id", "locations", "contacts"};

std::string JsonText(absl::string_view text) {
  return ordered_json(std::string(text))
      .dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

void AppendObject(const Record& record, std::string& out) {
  char separator = '{';
  const auto begin_key = [&](absl::string_view key) {
    absl::StrAppend(&out, std::string(1, separator), "\"", key, "\":");
    separator = ',';
  };
  const TableSpec& table = record.table();
  for (const FieldSpec& field : table.fields) {
    if (field.link) continue;
    const RecordField* value = record.Find(field.name);
    if (value == nullptr) continue;
    begin_key(field.name);
    out += field.number ? value->text : JsonText(value->text);
  }
  for (const ChildSpec& child : table.children) {
    size_t count = 0;
    for (const Record& one : record.children) {
      if (&one.table() != child.table) continue;
      if (count++ == 0) {
        begin_key(child.key);
        if (!child.single) out.push_back('[');
      } else {
        out.push_back(',');
      }
      AppendObject(one, out);
    }
    if (count > 0 && !child.single) out.push_back(']');
  }
  // A registry of partners has none, and says so.
  if (&table == &Organizations()) {
    begin_key("services");
    out += "[]";
  }
  out.push_back('}');
}

bool IsShared(const TableSpec& table) { return &table == &Terms() || &table == &Taxonomies(); }

void AppendRow(const Record& record, std::string& file) {
  bool first = true;
  for (const FieldSpec& field : record.table().fields) {
    if (!first) file.push_back(',');
    first = false;
    AppendCsvCell(record.Get(field.name), file);
  }
  file.push_back('\n');
}

// Where a link leads: "organization" of "organization_id".
absl::string_view TargetOf(absl::string_view link) {
  if (link == "link_id") return Organizations().name;
  link.remove_suffix(3);
  return link;
}

ordered_json DescribeField(const FieldSpec& field) {
  ordered_json described;
  described["name"] = std::string(field.name);
  described["type"] = field.number ? "number" : "string";
  if (field.name == "id" || absl::EndsWith(field.name, "_id")) {
    if (field.name != "tax_id") described["format"] = "uuid";
  } else if (field.name == "email") {
    described["format"] = "email";
  } else if (field.name == "website" || field.name == "uri" || field.name == "url" ||
             field.name == "term_uri") {
    described["format"] = "uri";
  }
  if (field.required) described["constraints"]["required"] = true;
  if (field.name == "id") described["constraints"]["unique"] = true;
  return described;
}

ordered_json DescribeTable(const TableSpec& table) {
  ordered_json schema;
  schema["primaryKey"] = "id";
  schema["fields"] = ordered_json::array();
  ordered_json links = ordered_json::array();
  for (const FieldSpec& field : table.fields) {
    schema["fields"].push_back(DescribeField(field));
    if (!field.link) continue;
    ordered_json link;
    link["fields"] = std::string(field.name);
    link["reference"]["resource"] = std::string(TargetOf(field.name));
    link["reference"]["fields"] = "id";
    links.push_back(std::move(link));
  }
  if (!links.empty()) schema["foreignKeys"] = std::move(links);
  ordered_json described;
  described["name"] = std::string(table.name);
  described["path"] = std::string(table.file);
  described["profile"] = "tabular-data-resource";
  described["format"] = "csv";
  described["mediatype"] = "text/csv";
  described["encoding"] = "utf-8";
  described["schema"] = std::move(schema);
  return described;
}

}  // namespace

std::string JsonPageHead(int count) {
  return absl::StrCat(
      "{\"total_items\":", count, ",\"total_pages\":1,\"page_number\":1,\"size\":", count,
      ",\"first_page\":true,\"last_page\":true,\"empty\":", count == 0 ? "true" : "false",
      ",\"contents\":[");
}

void AppendJson(const Record& organization, bool first, std::string& file) {
  file += first ? "\n" : ",\n";
  AppendObject(organization, file);
}

std::string JsonPageTail() { return "\n]}\n"; }

std::string PackageDescriptor() {
  ordered_json package;
  package["name"] = "organizations";
  package["title"] = "Partner organizations";
  package["description"] = absl::StrCat(
      "Organizations of a Weft registry in the Human Services Data Specification ", kHsdsVersion);
  package["profile"] = "tabular-data-package";
  package["resources"] = ordered_json::array();
  for (const TableSpec* table : Tables()) package["resources"].push_back(DescribeTable(*table));
  return package.dump(2) + "\n";
}

void AppendTableHeader(const TableSpec& table, std::string& file) {
  absl::StrAppend(&file,
                  absl::StrJoin(table.fields, ",",
                                [](std::string* names, const FieldSpec& field) {
                                  absl::StrAppend(names, field.name);
                                }),
                  "\n");
}

void AppendTableRows(const TableSpec& table, const Record& record,
                     absl::flat_hash_set<std::string>& written, std::string& file) {
  if (&record.table() == &table) {
    if (IsShared(table) && !written.insert(std::string(record.Get("id"))).second) return;
    AppendRow(record, file);
  }
  for (const Record& child : record.children) AppendTableRows(table, child, written, file);
}

void AppendSheetHeader(std::string& file) {
  absl::StrAppend(&file, absl::StrJoin(kSheetColumns, ","), "\n");
}

void AppendSheetRow(const Organization& organization, absl::string_view id,
                    absl::string_view parent_id, std::string& file) {
  std::vector<std::string> names;
  names.reserve(organization.alternate_names_size());
  for (const v1::AlternateName& name : organization.alternate_names()) {
    names.push_back(name.text());
  }
  std::vector<std::string> identifiers;
  identifiers.reserve(organization.identifiers_size());
  for (const v1::OrganizationIdentifier& one : organization.identifiers()) {
    identifiers.push_back(absl::StrCat(SchemeWord(one.scheme()), " ", one.value()));
  }
  std::vector<std::string> places;
  places.reserve(organization.locations_size());
  for (const v1::Place& place : organization.locations()) {
    std::vector<std::string> parts;
    for (const std::string* part : {&place.locality(), &place.region(), &place.country()}) {
      if (!part->empty()) parts.push_back(*part);
    }
    places.push_back(absl::StrJoin(parts, ", "));
  }
  std::vector<std::string> contacts;
  contacts.reserve(organization.contacts_size());
  for (const v1::OrganizationContact& contact : organization.contacts()) {
    std::vector<std::string> parts;
    for (const std::string* part :
         {&contact.display_name(), &contact.role(), &contact.email(), &contact.phone()}) {
      if (!part->empty()) parts.push_back(*part);
    }
    contacts.push_back(absl::StrJoin(parts, ", "));
  }
  const std::string status =
      organization.status() == Organization::STATUS_UNSPECIFIED
          ? ""
          : EnumWord(Organization::Status_Name(organization.status()), "STATUS_");
  const std::string cells[] = {organization.name(),
                               std::string(id),
                               organization.display_name(),
                               absl::StrJoin(names, kSeparator),
                               status,
                               absl::StrJoin(organization.partner_types(), kSeparator),
                               absl::StrJoin(organization.tags(), kSeparator),
                               organization.website(),
                               absl::StrJoin(identifiers, kSeparator),
                               organization.parent_organization(),
                               std::string(parent_id),
                               absl::StrJoin(places, kSeparator),
                               absl::StrJoin(contacts, kSeparator)};
  static_assert(std::size(cells) == std::size(kSheetColumns));
  bool first = true;
  for (const std::string& cell : cells) {
    if (!first) file.push_back(',');
    first = false;
    AppendCsvCell(GuardFormula(cell), file);
  }
  file.push_back('\n');
}

}  // namespace weft::registry::hsds
