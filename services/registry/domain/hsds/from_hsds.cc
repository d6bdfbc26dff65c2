#include "services/registry/domain/hsds/from_hsds.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/csv/csv_cells.h"
#include "common/validation/text.h"
#include "services/registry/domain/hsds/uuid.h"
#include "services/registry/domain/identifier.h"
#include "services/registry/domain/organization.h"

namespace weft::registry::hsds {
namespace {

using v1::AlternateName;
using v1::Organization;
using v1::OrganizationContact;
using v1::OrganizationIdentifier;
using v1::Place;

constexpr size_t kMaxName = 200;
constexpr size_t kMaxRole = 200;
constexpr size_t kMaxPlaceName = 100;
constexpr char kOrgIdType[] = "org-id.guide";

// How org-id.guide calls registers that have a scheme of their own with us.
struct SchemeName {
  absl::string_view text;
  IdentifierScheme scheme;
};
constexpr SchemeName kOrgIdSchemes[] = {{"US-EIN", OrganizationIdentifier::SCHEME_EIN},
                                        {"XI-ROR", OrganizationIdentifier::SCHEME_ROR},
                                        {"XI-LEI", OrganizationIdentifier::SCHEME_LEI}};

// Whether `organization` may be stored; for single values, in an organization that has nothing
// else.
bool Allowed(Organization organization) {
  organization.set_display_name("x");
  return ValidateOrganization(organization).ok();
}

bool IsLine(absl::string_view text, size_t max) {
  FieldViolations violations;
  CheckText(violations, "text", text, max);
  return violations.empty();
}

// What a list of an organization has, so that nothing is in it twice. It takes one more than a list
// may have, which is what the organization is refused for; the rest is not even looked at, because
// a file may hold any number.
class Taken {
 public:
  bool full() const { return values_.size() > static_cast<size_t>(kMaxEntries); }
  // Whether the list shall take it.
  bool Add(std::string value) { return !full() && values_.insert(std::move(value)).second; }

 private:
  absl::flat_hash_set<std::string> values_;
};

// Of one organization.
class OrganizationReader {
 public:
  OrganizationReader(const Record& record, Report& report) : record_(record), report_(report) {}

  std::optional<Incoming> Read() {
    const int32_t errors_before = report_.errors();
    incoming_.spot = SpotOf(record_);
    if (!ReadId()) return std::nullopt;
    ReadNames();
    ReadDescription();
    ReadWebsite();
    ReadIdentifiers();
    ReadAttributes();
    ReadAlternateName();
    ReadContacts();
    ReadLocations();
    ReadParent();
    if (report_.errors() > errors_before) return std::nullopt;
    // Each value is allowed; together they may be too many.
    const absl::Status valid = ValidateOrganization(NewFrom(incoming_.stated, ""));
    if (!valid.ok()) {
      report_.Add(Reason::kInvalidField, incoming_.spot, valid.message());
      return std::nullopt;
    }
    return std::move(incoming_);
  }

 private:
  Spot At(const Record& record, absl::string_view field) const {
    Spot spot = SpotOf(record, field);
    spot.id = incoming_.id;
    return spot;
  }
  static absl::string_view Text(const Record& record, absl::string_view field) {
    return TrimCell(record.Get(field));
  }
  void NotKept(const Record& record, absl::string_view field, absl::string_view why) {
    report_.AddNotKept(absl::StrCat(record.table().name, ".", field));
    report_.Add(Reason::kValueNotKept, At(record, field), absl::StrCat(why, "; it is left out"));
  }
  // One line of at most `max` characters; "" for what is longer or no line.
  std::string Line(const Record& record, absl::string_view field, size_t max) {
    const absl::string_view text = Text(record, field);
    if (IsLine(text, max)) return std::string(text);
    NotKept(record, field, absl::StrCat("is not one line of at most ", max, " characters"));
    return "";
  }
  // The same where nothing may stand as "-".
  std::string LineOrNothing(const Record& record, absl::string_view field, size_t max) {
    return Text(record, field) == kNothing ? "" : Line(record, field, max);
  }

  bool ReadId() {
    const absl::string_view text = Text(record_, "id");
    if (text.empty()) {
      report_.Add(Reason::kMissingId, At(record_, "id"),
                  "an organization has an id, a UUID that stays the same from file to file");
      return false;
    }
    const std::optional<std::string> id = ReadUuid(text);
    if (!id.has_value()) {
      report_.Add(Reason::kBadId, At(record_, "id"),
                  absl::StrCat("is ", Quoted(text),
                               ", no UUID like \"d9d5e0f5-d3ce-4f73-9a2f-4dd0ecc6c610\""));
      return false;
    }
    incoming_.id = *id;
    incoming_.spot.id = *id;
    return true;
  }

  void ReadNames() {
    const absl::string_view name = Text(record_, "name");
    if (name.empty()) {
      report_.Add(Reason::kMissingName, At(record_, "name"), "an organization has a name");
    } else if (!IsLine(name, kMaxName)) {
      report_.Add(Reason::kBadName, At(record_, "name"),
                  "must be one line of at most 200 characters");
    }
    incoming_.stated.set_display_name(std::string(name));
  }

  void ReadDescription() {
    const absl::string_view description = Text(record_, "description");
    if (description.empty()) {
      report_.Add(Reason::kMissingDescription, At(record_, "description"),
                  "HSDS asks for a description; other readers may refuse the file");
    } else if (description != incoming_.stated.display_name()) {
      report_.AddNotKept("organization.description");
    }
  }

  void ReadWebsite() {
    const absl::string_view website = Text(record_, "website");
    Organization probe;
    probe.set_website(std::string(website));
    if (Allowed(probe)) {
      incoming_.stated.set_website(std::string(website));
    } else {
      NotKept(record_, "website", "is no web address like \"https://example.org\"");
    }
  }

  // ---- Identifiers

  void AddIdentifier(IdentifierScheme scheme, absl::string_view value) {
    if (!identifiers_.Add(IdentifierKey(scheme, value))) return;
    OrganizationIdentifier& identifier = *incoming_.stated.add_identifiers();
    identifier.set_scheme(scheme);
    identifier.set_value(std::string(value));
  }

  // By the register that org-id.guide gives a code, else by a word of ours for its kind.
  static IdentifierScheme SchemeOf(absl::string_view scheme, absl::string_view type) {
    if (absl::EqualsIgnoreCase(type, kOrgIdType)) return OrganizationIdentifier::SCHEME_ORG_ID;
    for (const SchemeName& known : kOrgIdSchemes) {
      if (absl::EqualsIgnoreCase(scheme, known.text)) return known.scheme;
    }
    if (!scheme.empty()) return OrganizationIdentifier::SCHEME_ORG_ID;
    for (const SchemeName& known : kOrgIdSchemes) {
      if (absl::EqualsIgnoreCase(type, known.text)) return known.scheme;
    }
    for (int number = OrganizationIdentifier::Scheme_MIN;
         number <= OrganizationIdentifier::Scheme_MAX; ++number) {
      if (!OrganizationIdentifier::Scheme_IsValid(number)) continue;
      const auto known = static_cast<IdentifierScheme>(number);
      if (known == OrganizationIdentifier::SCHEME_UNSPECIFIED) continue;
      if (absl::EqualsIgnoreCase(type, SchemeWord(known))) return known;
    }
    return OrganizationIdentifier::SCHEME_UNSPECIFIED;
  }

  void ReadIdentifier(const Record& record) {
    if (identifiers_.full()) return;
    const absl::string_view value = Text(record, "identifier");
    const absl::string_view scheme_text = Text(record, "identifier_scheme");
    const IdentifierScheme scheme = SchemeOf(scheme_text, Text(record, "identifier_type"));
    if (value.empty()) return;
    if (scheme == OrganizationIdentifier::SCHEME_UNSPECIFIED) {
      // A number of somebody's own list.
      report_.AddNotKept("organization_identifier.identifier");
      return;
    }
    std::string text(value);
    const bool prefixed = absl::StartsWithIgnoreCase(value, absl::StrCat(scheme_text, "-"));
    if (scheme == OrganizationIdentifier::SCHEME_ORG_ID) {
      if (!scheme_text.empty() && !prefixed) text = absl::StrCat(scheme_text, "-", value);
    } else if (!scheme_text.empty() && prefixed) {
      text = std::string(value.substr(scheme_text.size() + 1));
    }
    const absl::StatusOr<std::string> normal = NormalizeIdentifier(scheme, text);
    if (!normal.ok()) {
      report_.Add(Reason::kBadIdentifier, At(record, "identifier"), normal.status().message());
      return;
    }
    AddIdentifier(scheme, *normal);
  }

  void ReadIdentifiers() {
    for (const Record& child : record_.children) {
      if (&child.table() == &Identifiers()) ReadIdentifier(child);
    }
    const absl::string_view tax_id = Text(record_, "tax_id");
    if (tax_id.empty()) return;
    const absl::StatusOr<std::string> ein =
        NormalizeIdentifier(OrganizationIdentifier::SCHEME_EIN, tax_id);
    if (ein.ok()) {
      AddIdentifier(OrganizationIdentifier::SCHEME_EIN, *ein);
    } else {
      NotKept(record_, "tax_id", "is no EIN, as which US tax ids are kept");
    }
  }

  // ---- Attributes

  void AddAlternateName(absl::string_view text, AlternateName::Kind kind) {
    if (!names_.Add(std::string(text))) return;
    AlternateName& name = *incoming_.stated.add_alternate_names();
    name.set_text(std::string(text));
    name.set_kind(kind);
  }

  void ReadAttribute(const Record& attribute) {
    const Record* term = attribute.FirstChild();
    if (term == nullptr) {
      report_.AddNotKept("attribute");
      return;
    }
    absl::string_view taxonomy = Text(*term, "taxonomy");
    const Record* detail = term->FirstChild();
    if (taxonomy.empty() && detail != nullptr) taxonomy = Text(*detail, "name");
    std::string code(Text(*term, "code"));
    if (code.empty()) code = std::string(Text(*term, "name"));
    Organization probe;
    if (absl::StartsWith(taxonomy, kPartnerTypes)) {
      if (partner_types_.full()) return;
      probe.add_partner_types(code);
      if (!Allowed(probe)) return NotKept(*term, "code", "is no code of a partner type");
      if (partner_types_.Add(code)) incoming_.stated.add_partner_types(std::move(code));
    } else if (taxonomy == kTags) {
      if (tags_.full()) return;
      probe.add_tags(code);
      if (!Allowed(probe)) return NotKept(*term, "code", "is no tag");
      if (tags_.Add(code)) incoming_.stated.add_tags(std::move(code));
    } else if (taxonomy == kStatuses) {
      Organization::Status status = Organization::STATUS_UNSPECIFIED;
      if (!Organization::Status_Parse(absl::StrCat("STATUS_", absl::AsciiStrToUpper(code)),
                                      &status) ||
          status == Organization::STATUS_UNSPECIFIED) {
        return NotKept(*term, "code", "is no status; it is active or inactive");
      }
      incoming_.stated.set_status(status);
    } else if (taxonomy == kAlternateNames) {
      if (names_.full()) return;
      AlternateName::Kind kind = AlternateName::KIND_UNSPECIFIED;
      if (!AlternateName::Kind_Parse(absl::StrCat("KIND_", absl::AsciiStrToUpper(code)), &kind) ||
          kind == AlternateName::KIND_UNSPECIFIED) {
        return NotKept(*term, "code",
                       "is no kind of name; it is acronym, former, trading or other");
      }
      const std::string text = Line(attribute, "value", kMaxName);
      if (!text.empty()) AddAlternateName(text, kind);
    } else {
      // The classification of another taxonomy.
      report_.AddNotKept(taxonomy.empty() ? "attribute" : absl::StrCat("attribute: ", taxonomy));
    }
  }

  void ReadAttributes() {
    for (const Record& child : record_.children) {
      if (&child.table() == &Attributes()) ReadAttribute(child);
    }
  }

  void ReadAlternateName() {
    const std::string text = Line(record_, "alternate_name", kMaxName);
    if (!text.empty()) AddAlternateName(text, AlternateName::KIND_UNSPECIFIED);
  }

  // ---- Contacts

  std::string Email(const Record& record) {
    const absl::string_view email = Text(record, "email");
    Organization probe;
    probe.add_contacts()->set_email(std::string(email));
    if (email.empty() || Allowed(probe)) return std::string(email);
    NotKept(record, "email", "is no e-mail address");
    return "";
  }

  std::string Phone(const Record& record) {
    absl::string_view number = Text(record, "number");
    // Spreadsheets are made to keep the plus sign this way.
    if (number.size() > 1 && number.front() == '"' && number.back() == '"') {
      number = TrimCell(number.substr(1, number.size() - 2));
    }
    const absl::string_view extension = Text(record, "extension");
    std::string phone(number);
    if (!number.empty() && !extension.empty()) absl::StrAppend(&phone, " x", extension);
    Organization probe;
    probe.add_contacts()->set_phone(phone);
    if (phone.empty() || Allowed(probe)) return phone;
    NotKept(
        record, "number",
        "is no telephone number of at most 40 characters: digits, spaces and any of \"+-().x\"");
    return "";
  }

  void AddContact(OrganizationContact contact) {
    if (contact.ByteSizeLong() == 0 || !contacts_.Add(contact.SerializeAsString())) return;
    *incoming_.stated.add_contacts() = std::move(contact);
  }

  void ReadContact(const Record& record) {
    if (contacts_.full()) return;
    OrganizationContact contact;
    contact.set_display_name(Line(record, "name", kMaxName));
    contact.set_role(Line(record, "title", kMaxRole));
    contact.set_email(Email(record));
    for (const Record& child : record.children) {
      std::string phone = Phone(child);
      if (phone.empty()) continue;
      if (contact.phone().empty()) {
        contact.set_phone(std::move(phone));
      } else {
        // A contact has one; none of them is said to matter more.
        report_.AddNotKept("phone.number");
      }
    }
    AddContact(std::move(contact));
  }

  bool IsEmailOfContact(absl::string_view email) const {
    const auto& contacts = incoming_.stated.contacts();
    return std::any_of(contacts.begin(), contacts.end(), [&](const OrganizationContact& contact) {
      return contact.email() == email;
    });
  }
  bool IsPhoneOfContact(absl::string_view phone) const {
    const auto& contacts = incoming_.stated.contacts();
    return std::any_of(contacts.begin(), contacts.end(), [&](const OrganizationContact& contact) {
      return contact.phone() == phone;
    });
  }

  // The organization's own e-mail address and telephone numbers are contacts without a name, unless
  // they are somebody's.
  void ReadContacts() {
    for (const Record& child : record_.children) {
      if (&child.table() == &Contacts()) ReadContact(child);
    }
    OrganizationContact own;
    std::string email = Email(record_);
    if (!IsEmailOfContact(email)) own.set_email(std::move(email));
    std::vector<std::string> phones;
    Taken known;
    for (const Record& child : record_.children) {
      if (known.full() || contacts_.full()) break;
      if (&child.table() != &Phones()) continue;
      std::string phone = Phone(child);
      if (phone.empty() || IsPhoneOfContact(phone) || !known.Add(phone)) continue;
      phones.push_back(std::move(phone));
    }
    if (!phones.empty()) own.set_phone(phones.front());
    AddContact(std::move(own));
    for (size_t i = 1; i < phones.size(); ++i) {
      OrganizationContact other;
      other.set_phone(phones[i]);
      AddContact(std::move(other));
    }
  }

  // ---- Locations

  void ReadAddress(const Record& address) {
    if (places_.full()) return;
    if (Text(address, "address_type") == "virtual") {
      report_.AddNotKept("address");
      return;
    }
    Place place;
    place.set_locality(LineOrNothing(address, "city", kMaxPlaceName));
    place.set_region(LineOrNothing(address, "state_province", kMaxPlaceName));
    const std::string region = LineOrNothing(address, "region", kMaxPlaceName);
    if (place.region().empty()) {
      place.set_region(region);
    } else if (!region.empty()) {
      report_.AddNotKept("address.region");
    }
    const absl::string_view country = Text(address, "country");
    if (!country.empty() && country != kNothing) {
      Organization probe;
      const std::string code = absl::AsciiStrToUpper(country);
      probe.add_locations()->set_country(code);
      if (Allowed(probe)) {
        place.set_country(code);
      } else {
        NotKept(address, "country", "is no code of ISO 3166-1 like \"US\"");
      }
    }
    if (place.ByteSizeLong() == 0 || !places_.Add(place.SerializeAsString())) return;
    *incoming_.stated.add_locations() = std::move(place);
  }

  void ReadLocations() {
    for (const Record& child : record_.children) {
      if (&child.table() != &Locations()) continue;
      // A place on the web alone has nothing that we keep.
      if (child.children.empty()) report_.AddNotKept("location");
      for (const Record& address : child.children) ReadAddress(address);
    }
  }

  void ReadParent() {
    const absl::string_view text = Text(record_, "parent_organization_id");
    if (text.empty()) return;
    incoming_.parent_spot = At(record_, "parent_organization_id");
    const std::optional<std::string> parent = ReadUuid(text);
    if (!parent.has_value()) {
      report_.Add(Reason::kBadId, incoming_.parent_spot,
                  absl::StrCat("is ", Quoted(text),
                               ", no UUID like \"d9d5e0f5-d3ce-4f73-9a2f-4dd0ecc6c610\""));
      return;
    }
    incoming_.parent_id = *parent;
  }

  const Record& record_;
  Report& report_;
  Incoming incoming_;
  Taken names_;
  Taken identifiers_;
  Taken contacts_;
  Taken places_;
  Taken partner_types_;
  Taken tags_;
};

}  // namespace

std::optional<Incoming> ReadOrganization(const Record& record, Report& report) {
  return OrganizationReader(record, report).Read();
}

Organization NewFrom(const Organization& stated, const std::string& name) {
  Organization organization = stated;
  organization.set_name(name);
  for (AlternateName& alternate : *organization.mutable_alternate_names()) {
    if (alternate.kind() == AlternateName::KIND_UNSPECIFIED) {
      alternate.set_kind(AlternateName::KIND_OTHER);
    }
  }
  return organization;
}

void MergeStated(const Organization& stated, Organization& organization) {
  organization.set_display_name(stated.display_name());
  if (!stated.website().empty()) organization.set_website(stated.website());
  if (stated.status() != Organization::STATUS_UNSPECIFIED) {
    organization.set_status(stated.status());
  }
  for (const AlternateName& name : stated.alternate_names()) {
    auto& names = *organization.mutable_alternate_names();
    const auto known = std::find_if(names.begin(), names.end(), [&](const AlternateName& one) {
      return one.text() == name.text();
    });
    if (known == names.end()) {
      *names.Add() = name;
      if (name.kind() == AlternateName::KIND_UNSPECIFIED) {
        names.rbegin()->set_kind(AlternateName::KIND_OTHER);
      }
    } else if (name.kind() != AlternateName::KIND_UNSPECIFIED) {
      known->set_kind(name.kind());
    }
  }
  for (const OrganizationIdentifier& identifier : stated.identifiers()) {
    auto& identifiers = *organization.mutable_identifiers();
    const bool known =
        std::any_of(identifiers.begin(), identifiers.end(), [&](const OrganizationIdentifier& one) {
          return one.scheme() == identifier.scheme() && one.value() == identifier.value();
        });
    if (!known) *identifiers.Add() = identifier;
  }
  const auto replace = [](const auto& from, auto& to) {
    if (!from.empty()) to = from;
  };
  replace(stated.contacts(), *organization.mutable_contacts());
  replace(stated.locations(), *organization.mutable_locations());
  replace(stated.partner_types(), *organization.mutable_partner_types());
  replace(stated.tags(), *organization.mutable_tags());
}

}  // namespace weft::registry::hsds
