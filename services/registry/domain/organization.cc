#include "services/registry/domain/organization.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/validation/counts.h"
#include "common/validation/ids.h"
#include "common/validation/text.h"
#include "services/registry/domain/batches.h"
#include "services/registry/domain/codes.h"
#include "services/registry/domain/identifier.h"
#include "services/registry/domain/names.h"
#include "services/registry/domain/place.h"

namespace weft::registry {
namespace {

using v1::AlternateName;
using v1::Organization;
using v1::OrganizationContact;
using v1::OrganizationIdentifier;

constexpr size_t kMaxName = 200;
constexpr size_t kMaxRole = 200;
constexpr size_t kMaxEmail = 254;
constexpr size_t kMaxPhone = 40;
constexpr size_t kMaxWebsite = 500;

void CheckAlternateNames(FieldViolations& violations, const std::string& field,
                         const Organization& organization) {
  if (!CheckCount(violations, field, organization.alternate_names_size(), kMaxEntries)) return;
  for (int i = 0; i < organization.alternate_names_size(); ++i) {
    const AlternateName& name = organization.alternate_names(i);
    const std::string entry = absl::StrCat(field, "[", i, "]");
    RequireText(violations, absl::StrCat(entry, ".text"), name.text(), kMaxName);
    if (name.kind() == AlternateName::KIND_UNSPECIFIED ||
        !AlternateName::Kind_IsValid(name.kind())) {
      violations.Add(absl::StrCat(entry, ".kind"),
                     "is required: KIND_ACRONYM, KIND_FORMER, KIND_TRADING or KIND_OTHER");
    }
  }
}

void CheckIdentifiers(FieldViolations& violations, const std::string& field,
                      const Organization& organization) {
  if (!CheckCount(violations, field, organization.identifiers_size(), kMaxEntries)) return;
  absl::flat_hash_set<std::string> seen;
  for (int i = 0; i < organization.identifiers_size(); ++i) {
    const OrganizationIdentifier& identifier = organization.identifiers(i);
    const std::string entry = absl::StrCat(field, "[", i, "]");
    if (identifier.scheme() == OrganizationIdentifier::SCHEME_UNSPECIFIED ||
        !OrganizationIdentifier::Scheme_IsValid(identifier.scheme())) {
      violations.Add(absl::StrCat(entry, ".scheme"),
                     absl::StrCat("is required, one of ", absl::StrJoin(SchemeWords(), ", "),
                                  ", as SCHEME_EIN"));
      continue;
    }
    const absl::StatusOr<std::string> value =
        NormalizeIdentifier(identifier.scheme(), identifier.value());
    if (!value.ok()) {
      violations.Add(absl::StrCat(entry, ".value"), value.status().message());
    } else if (!seen.insert(IdentifierKey(identifier.scheme(), *value)).second) {
      violations.Add(entry, absl::StrCat("repeats ", SchemeWord(identifier.scheme()), " ", *value));
    }
  }
}

bool IsEmail(absl::string_view text) {
  const size_t at = text.find('@');
  return at != 0 && at != absl::string_view::npos && at + 1 < text.size() &&
         text.find('@', at + 1) == absl::string_view::npos &&
         std::none_of(text.begin(), text.end(),
                      [](char c) { return absl::ascii_isspace(static_cast<unsigned char>(c)); });
}

bool IsPhone(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c)) ||
           absl::string_view(" +-().x").find(c) != absl::string_view::npos;
  });
}

// Messages name the field and not what stands there: errors are logged, and people are not.
void CheckContacts(FieldViolations& violations, const std::string& field,
                   const Organization& organization) {
  if (!CheckCount(violations, field, organization.contacts_size(), kMaxEntries)) return;
  for (int i = 0; i < organization.contacts_size(); ++i) {
    const OrganizationContact& contact = organization.contacts(i);
    const std::string entry = absl::StrCat(field, "[", i, "]");
    if (contact.display_name().empty() && contact.role().empty() && contact.email().empty() &&
        contact.phone().empty()) {
      violations.Add(entry, "is empty; give at least a name, a role, an e-mail address or a phone");
    }
    CheckText(violations, absl::StrCat(entry, ".display_name"), contact.display_name(), kMaxName);
    CheckText(violations, absl::StrCat(entry, ".role"), contact.role(), kMaxRole);
    CheckText(violations, absl::StrCat(entry, ".email"), contact.email(), kMaxEmail);
    violations.Require(contact.email().empty() || IsEmail(contact.email()),
                       absl::StrCat(entry, ".email"),
                       "must be an e-mail address, as \"name@example.org\"");
    CheckText(violations, absl::StrCat(entry, ".phone"), contact.phone(), kMaxPhone);
    violations.Require(IsPhone(contact.phone()), absl::StrCat(entry, ".phone"),
                       "must be digits, spaces and any of \"+-().x\"");
  }
}

void CheckTags(FieldViolations& violations, const std::string& field,
               const Organization& organization) {
  if (!CheckCount(violations, field, organization.tags_size(), kMaxEntries)) return;
  absl::flat_hash_set<std::string> seen;
  for (int i = 0; i < organization.tags_size(); ++i) {
    const std::string& tag = organization.tags(i);
    const std::string entry = absl::StrCat(field, "[", i, "]");
    if (!IsId(tag)) violations.Add(entry, absl::StrCat("is ", Quoted(tag), " and ", kIdRule));
    if (!seen.insert(tag).second) violations.Add(entry, absl::StrCat("repeats ", Quoted(tag)));
  }
}

bool IsWebAddress(absl::string_view text) {
  return (absl::StartsWith(text, "https://") || absl::StartsWith(text, "http://")) &&
         !absl::EndsWith(text, "://") && std::none_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isspace(static_cast<unsigned char>(c));
         });
}

// `field` is where the organization stands in the request: "organization".
void CheckOrganization(FieldViolations& violations, const std::string& field,
                       const Organization& organization) {
  RequireText(violations, absl::StrCat(field, ".display_name"), organization.display_name(),
              kMaxName);
  CheckAlternateNames(violations, absl::StrCat(field, ".alternate_names"), organization);
  CheckCodes(violations, absl::StrCat(field, ".partner_types"), organization.partner_types(),
             kMaxPartnerTypes);
  CheckIdentifiers(violations, absl::StrCat(field, ".identifiers"), organization);
  CheckContacts(violations, absl::StrCat(field, ".contacts"), organization);
  CheckPlaces(violations, absl::StrCat(field, ".locations"), organization.locations());
  if (!organization.parent_organization().empty()) {
    CheckName(violations, absl::StrCat(field, ".parent_organization"), kOrganizations,
              organization.parent_organization());
  }
  CheckText(violations, absl::StrCat(field, ".website"), organization.website(), kMaxWebsite);
  violations.Require(organization.website().empty() || IsWebAddress(organization.website()),
                     absl::StrCat(field, ".website"),
                     "must be a web address, as \"https://example.org\"");
  CheckTags(violations, absl::StrCat(field, ".tags"), organization);
  if (!Organization::Status_IsValid(organization.status())) {
    violations.Add(absl::StrCat(field, ".status"),
                   absl::StrCat("is ", static_cast<int>(organization.status()),
                                "; use STATUS_ACTIVE or STATUS_INACTIVE"));
  }
}

void CheckCreate(FieldViolations& violations, const std::string& prefix,
                 const v1::CreateOrganizationRequest& request) {
  CheckNewId(violations, absl::StrCat(prefix, "organization_id"), request.organization_id());
  const std::string field = absl::StrCat(prefix, "organization");
  if (request.has_organization()) {
    CheckOrganization(violations, field, request.organization());
  } else {
    violations.Add(field, "is required");
  }
}

}  // namespace

absl::Status ValidateCreate(const v1::CreateOrganizationRequest& request) {
  FieldViolations violations;
  CheckCreate(violations, "", request);
  return violations.ToStatus();
}

absl::Status ValidateBatch(const v1::BatchCreateOrganizationsRequest& request) {
  FieldViolations violations;
  ChosenNames ids;
  CheckBatch(violations, "organization", request,
             [&](const std::string& prefix, const v1::CreateOrganizationRequest& one) {
               CheckCreate(violations, prefix, one);
               ids.Check(violations, absl::StrCat(prefix, "organization_id"),
                         one.organization_id());
             });
  return violations.ToStatus();
}

absl::Status ValidateBatch(const v1::BatchGetOrganizationsRequest& request) {
  FieldViolations violations;
  CheckBatchOfNames(violations, kOrganizations, "organization", request.names());
  return violations.ToStatus();
}

Organization NewOrganization(const v1::CreateOrganizationRequest& request, absl::string_view id) {
  Organization organization = request.organization();
  ClearStamps(organization);
  organization.clear_merged_into();
  organization.clear_delete_time();
  organization.set_name(NameIn(kOrganizations, id));
  Normalize(organization);
  return organization;
}

absl::Status ValidateOrganization(const Organization& organization) {
  FieldViolations violations;
  CheckOrganization(violations, "organization", organization);
  return violations.ToStatus();
}

void Normalize(Organization& organization) {
  for (OrganizationIdentifier& identifier : *organization.mutable_identifiers()) {
    absl::StatusOr<std::string> value =
        NormalizeIdentifier(identifier.scheme(), identifier.value());
    if (value.ok()) identifier.set_value(*std::move(value));
  }
}

std::vector<std::string> IdentifierKeys(const Organization& organization) {
  std::vector<std::string> keys;
  if (organization.has_delete_time() || !organization.merged_into().empty()) return keys;
  keys.reserve(organization.identifiers_size());
  for (const OrganizationIdentifier& identifier : organization.identifiers()) {
    keys.push_back(IdentifierKey(identifier.scheme(), identifier.value()));
  }
  return keys;
}

absl::StatusOr<std::string> LookupKey(const v1::LookupOrganizationRequest& request) {
  FieldViolations violations;
  if (request.scheme() == OrganizationIdentifier::SCHEME_UNSPECIFIED ||
      !OrganizationIdentifier::Scheme_IsValid(request.scheme())) {
    violations.Add("scheme", absl::StrCat("is required, one of ",
                                          absl::StrJoin(SchemeWords(), ", "), ", as SCHEME_EIN"));
    violations.Require(!request.value().empty(), "value", "is required");
    return violations.ToStatus();
  }
  absl::StatusOr<std::string> value = NormalizeIdentifier(request.scheme(), request.value());
  if (!value.ok()) return violations.Add("value", value.status().message()).ToStatus();
  return IdentifierKey(request.scheme(), *value);
}

absl::Status NoSuchIdentifier(const v1::LookupOrganizationRequest& request) {
  const std::string scheme = SchemeWord(request.scheme());
  return Error(absl::StatusCode::kNotFound, "ORGANIZATION_NOT_FOUND",
               absl::StrCat("no organization has the ", scheme, " ", Quoted(request.value()),
                            "; create one with it, or add it to the one that you mean"),
               {{"scheme", scheme}, {"value", request.value().substr(0, kMaxName)}});
}

absl::Status IdentifierTaken(const Organization& organization, const Organization& holder) {
  const std::vector<std::string> held = IdentifierKeys(holder);
  for (const std::string& key : IdentifierKeys(organization)) {
    if (std::find(held.begin(), held.end(), key) == held.end()) continue;
    return Error(
        absl::StatusCode::kAlreadyExists, "ORGANIZATION_IDENTIFIER_TAKEN",
        absl::StrCat("\"", holder.name(), "\" (", Quoted(holder.display_name()), ") has ", key,
                     " already; use that organization, or take the number away from it first"),
        {{"name", organization.name()}, {"existing", holder.name()}, {"identifier", key}});
  }
  return absl::OkStatus();
}

absl::Status CheckAncestor(const Organization& organization, const Organization& above,
                           int height) {
  if (above.name() == organization.name()) {
    return Error(absl::StatusCode::kFailedPrecondition, "ORGANIZATION_PARENT_CYCLE",
                 absl::StrCat("\"", organization.parent_organization(), "\" is a part of \"",
                              organization.name(),
                              "\" already, so it cannot stand above it; change its parent first"),
                 {{"name", organization.name()}, {"parent", organization.parent_organization()}});
  }
  if (height > kMaxAncestors) {
    return Error(absl::StatusCode::kFailedPrecondition, "ORGANIZATION_PARENTS_TOO_DEEP",
                 absl::StrCat("more than ", kMaxAncestors, " organizations would stand above \"",
                              organization.name(), "\"; choose a parent nearer to the top"),
                 {{"name", organization.name()}});
  }
  return absl::OkStatus();
}

absl::Status OrganizationsMissing(const std::vector<std::string>& missing) {
  return NamesMissing("ORGANIZATION_NOT_FOUND", "organization", "ListOrganizations", missing);
}

absl::StatusOr<OrganizationOrder> ParseOrder(absl::string_view order_by) {
  using By = OrganizationOrder::By;
  const absl::string_view text = absl::StripAsciiWhitespace(order_by);
  if (text.empty() || text == "name") return OrganizationOrder{By::kName, false};
  if (text == "display_name") return OrganizationOrder{By::kDisplayName, false};
  if (text == "display_name desc") return OrganizationOrder{By::kDisplayName, true};
  if (text == "update_time") return OrganizationOrder{By::kUpdateTime, false};
  if (text == "update_time desc") return OrganizationOrder{By::kUpdateTime, true};
  return FieldViolations()
      .Add("order_by",
           absl::StrCat("is ", Quoted(text),
                        ", an order that no index has; use name, display_name, display_name desc, "
                        "update_time or update_time desc"))
      .ToStatus("ORDER_INVALID");
}

std::string SortableName(const Organization& organization) {
  return absl::AsciiStrToLower(organization.display_name());
}

void HideContacts(Organization& organization) { organization.clear_contacts(); }

}  // namespace weft::registry
