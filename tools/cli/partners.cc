#include "tools/cli/partners.h"

#include <cstdio>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/validation/dates.h"
#include "common/words/number_text.h"
#include "tools/cli/organization_search.h"
#include "tools/cli/proposals.h"
#include "tools/cli/terminal.h"
#include "tools/cli/ties.h"
#include "tools/cli/words.h"
#include "weft/registry/v1/organization.pb.h"
#include "weft/registry/v1/organization_merge.pb.h"
#include "weft/registry/v1/partnership.pb.h"

namespace weft::cli {
namespace {

namespace v1 = ::weft::registry::v1;
using v1::Organization;
using v1::OrganizationIdentifier;
using v1::Partnership;

constexpr char kOrganizations[] = "weft.registry.v1.OrganizationService/";
constexpr char kPartnerships[] = "weft.registry.v1.PartnershipService/";
constexpr char kOrgExample[] = "e.g. organizations/sparknc";
constexpr char kTieExample[] = "e.g. sites/site-01/partnerships/library";

constexpr char kOrgFooter[] = R"(
  weft org create "Riverside Public Library" --id library --type library \
    --identifier ein=53-0196605 --place "Springfield, MO, US" --tag literacy
  weft org lookup ein 530196605
  weft org list --where "partner_type = library AND region = MO" --order-by display_name
  weft org search "riverside libary" --place "Springfield, MO, US"
  weft org duplicates --of organizations/library --min-score 0.5
  weft org update organizations/library --website https://library.example.org
  weft org delete organizations/library      (weft org undelete brings it back)
  weft org merge organizations/library organizations/riverside-lib --preview
  weft org merge organizations/library organizations/riverside-lib \
    --take website=organizations/riverside-lib --collisions end --note "one building"
  weft org merges organizations/library
  weft org unmerge organizationMerges/20260301-040506123456-0a1b2c3d
Schemes of identifiers: ein, leaid, ncessch, unitid, ror, npi, org_id, lei.
)";
constexpr char kTieFooter[] = R"(
From a tie to what both sides say of it:
  weft partnership add sites/site-01 organizations/library library --id library \
    --role mentoring --agreement mou --start 2024-09-01
  weft partnership assess sites/site-01/partnerships/library cooperation --on 2025-02-01
  weft --principal organizations/library partnership confirm sites/site-01/partnerships/library
  weft --principal organizations/library partnership assess \
    sites/site-01/partnerships/library coordination --as-organization
  weft partnership list sites/- --organization organizations/library --where "level >= cooperation"
  weft partnership agreement sites/- --organization organizations/library
  weft partnership get sites/site-01/partnerships/library --on 2025-01-01
  weft partnership get sites/site-01/partnerships/library --known-at 2025-02-01T00:00:00Z
A tie that the site has not recorded, from the organization's proposal to the site's answer:
  weft --principal organizations/library partnership propose sites/site-01 \
    organizations/library library --id library --level coordination
  weft partnership proposals sites/site-01 --state proposed
  weft partnership accept sites/site-01/partnershipProposals/library
--on asks what was so on a day, --known-at what had been recorded by then; both may be given.
Levels: no-interaction, networking, cooperation, coordination, collaboration.
)";

// As users write it, and as SCHEME_… names it.
std::string SchemeWord(OrganizationIdentifier::Scheme scheme) {
  return absl::AsciiStrToLower(
      absl::StripPrefix(OrganizationIdentifier::Scheme_Name(scheme), "SCHEME_"));
}

absl::StatusOr<OrganizationIdentifier::Scheme> ParseScheme(const std::string& text) {
  return ParseEnum<OrganizationIdentifier::Scheme>(text, "SCHEME_", "scheme");
}

absl::Status SetTime(const std::string& text, google::protobuf::Timestamp* time) {
  absl::Time parsed;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &parsed, &error)) {
    return UsageError(absl::StrCat("\"", text, "\" is no time; write it as 2025-03-01T12:00:00Z"));
  }
  *time = ToProto(parsed);
  return absl::OkStatus();
}

// --- Organizations ---

void PrintOrganization(const Organization& organization) {
  std::printf("%s  %s%s\n", organization.name().c_str(), organization.display_name().c_str(),
              organization.has_delete_time() ? "  (deleted)" : "");
  if (!organization.merged_into().empty()) {
    std::printf("  merged into %s\n", organization.merged_into().c_str());
  }
  for (const v1::AlternateName& name : organization.alternate_names()) {
    std::printf("  also %s (%s)\n", name.text().c_str(),
                EnumWords(v1::AlternateName::Kind_Name(name.kind()), "KIND_").c_str());
  }
  if (!organization.partner_types().empty()) {
    std::printf("  types %s\n", absl::StrJoin(organization.partner_types(), ", ").c_str());
  }
  for (const OrganizationIdentifier& identifier : organization.identifiers()) {
    std::printf("  %s %s\n", SchemeWord(identifier.scheme()).c_str(), identifier.value().c_str());
  }
  for (const v1::Place& place : organization.locations()) {
    std::vector<std::string> parts;
    for (const std::string& part : {place.locality(), place.region(), place.country()}) {
      if (!part.empty()) parts.push_back(part);
    }
    std::printf("  at %s\n", absl::StrJoin(parts, ", ").c_str());
  }
  if (!organization.parent_organization().empty()) {
    std::printf("  part of %s\n", organization.parent_organization().c_str());
  }
  if (!organization.website().empty()) std::printf("  %s\n", organization.website().c_str());
  if (!organization.tags().empty()) {
    std::printf("  tags %s\n", absl::StrJoin(organization.tags(), ", ").c_str());
  }
}

struct OrgOptions {
  std::string name;
  std::string display_name;
  std::vector<std::string> types;
  std::vector<std::string> identifiers;
  std::vector<std::string> places;
  std::vector<std::string> tags;
  std::vector<std::string> acronyms;
  std::string parent;
  std::string website;
  std::string status;
  std::string etag;
  bool validate_only = false;
};

absl::Status FillOrganization(const OrgOptions& options, Organization& organization) {
  organization.set_display_name(options.display_name);
  for (const std::string& type : options.types) organization.add_partner_types(type);
  for (const std::string& tag : options.tags) organization.add_tags(tag);
  for (const std::string& text : options.acronyms) {
    v1::AlternateName* name = organization.add_alternate_names();
    name->set_text(text);
    name->set_kind(v1::AlternateName::KIND_ACRONYM);
  }
  for (const std::string& text : options.identifiers) {
    const std::vector<std::string> parts = absl::StrSplit(text, absl::MaxSplits('=', 1));
    if (parts.size() != 2) {
      return UsageError(absl::StrCat(
          "\"", text, "\" is no identifier; write SCHEME=NUMBER, e.g. ein=53-0196605"));
    }
    OrganizationIdentifier* identifier = organization.add_identifiers();
    WEFT_ASSIGN_OR_RETURN(const OrganizationIdentifier::Scheme scheme, ParseScheme(parts[0]));
    identifier->set_scheme(scheme);
    identifier->set_value(parts[1]);
  }
  for (const std::string& text : options.places) {
    std::vector<std::string> parts = absl::StrSplit(text, ',');
    if (parts.size() != 3) {
      return UsageError(absl::StrCat("\"", text,
                                     "\" is no place; write LOCALITY, REGION, COUNTRY, e.g. "
                                     "\"Springfield, MO, US\"; parts may be empty"));
    }
    for (std::string& part : parts) absl::StripAsciiWhitespace(&part);
    v1::Place* place = organization.add_locations();
    place->set_locality(parts[0]);
    place->set_region(parts[1]);
    place->set_country(parts[2]);
  }
  organization.set_parent_organization(options.parent);
  organization.set_website(options.website);
  if (!options.status.empty()) {
    WEFT_ASSIGN_OR_RETURN(const Organization::Status status,
                          ParseEnum<Organization::Status>(options.status, "STATUS_", "status"));
    organization.set_status(status);
  }
  return absl::OkStatus();
}

absl::Status CreateOrg(Session& session, const OrgOptions& options) {
  v1::CreateOrganizationRequest request;
  request.set_organization_id(options.name);
  WEFT_RETURN_IF_ERROR(FillOrganization(options, *request.mutable_organization()));
  request.set_request_id(NewRequestId());
  request.set_validate_only(options.validate_only);
  return CallAndPrint<Organization>(session, absl::StrCat(kOrganizations, "CreateOrganization"),
                                    request, &PrintOrganization);
}

absl::Status UpdateOrg(Session& session, const OrgOptions& options) {
  v1::UpdateOrganizationRequest request;
  WEFT_RETURN_IF_ERROR(FillOrganization(options, *request.mutable_organization()));
  request.mutable_organization()->set_name(options.name);
  request.mutable_organization()->set_etag(options.etag);
  request.set_request_id(NewRequestId());
  request.set_validate_only(options.validate_only);
  return CallAndPrint<Organization>(session, absl::StrCat(kOrganizations, "UpdateOrganization"),
                                    request, &PrintOrganization);
}

// Delete and undelete.
template <class Request>
absl::Status NamedWrite(Session& session, const std::string& method, const OrgOptions& options) {
  Request request;
  request.set_name(options.name);
  request.set_etag(options.etag);
  request.set_request_id(NewRequestId());
  return CallAndPrint<Organization>(session, method, request, &PrintOrganization);
}

absl::Status GetOrg(Session& session, const std::string& name, bool merged) {
  v1::GetOrganizationRequest request;
  request.set_name(name);
  request.set_show_merged(merged);
  return CallAndPrint<Organization>(session, absl::StrCat(kOrganizations, "GetOrganization"),
                                    request, &PrintOrganization);
}

absl::Status LookupOrg(Session& session, const std::string& scheme, const std::string& value) {
  v1::LookupOrganizationRequest request;
  WEFT_ASSIGN_OR_RETURN(const OrganizationIdentifier::Scheme parsed, ParseScheme(scheme));
  request.set_scheme(parsed);
  request.set_value(value);
  return CallAndPrint<Organization>(session, absl::StrCat(kOrganizations, "LookupOrganization"),
                                    request, &PrintOrganization);
}

struct ListOptions {
  std::string parent;
  std::string organization;
  std::string filter;
  std::string order_by;
  std::string on;
  std::string known_at;
  bool deleted = false;
  bool merged = false;
};

absl::Status ListOrgs(Session& session, const ListOptions& options) {
  v1::ListOrganizationsRequest request;
  request.set_filter(options.filter);
  request.set_order_by(options.order_by);
  request.set_show_deleted(options.deleted);
  request.set_show_merged(options.merged);
  WEFT_ASSIGN_OR_RETURN(
      const v1::ListOrganizationsResponse all,
      ReadAll<v1::ListOrganizationsResponse>(
          session, absl::StrCat(kOrganizations, "ListOrganizations"), std::move(request)));
  if (session.json()) {
    PrintJson(all);
    return absl::OkStatus();
  }
  Table table({"NAME", "DISPLAY NAME", "TYPES", "IDENTIFIERS"});
  for (const Organization& row : all.organizations()) {
    table.Add({row.name(), row.display_name(), absl::StrJoin(row.partner_types(), ","),
               absl::StrJoin(row.identifiers(), ",",
                             [](std::string* out, const OrganizationIdentifier& each) {
                               absl::StrAppend(out, SchemeWord(each.scheme()), "=", each.value());
                             })});
  }
  std::fputs(table.ToString().c_str(), stdout);
  return absl::OkStatus();
}

// --- Merges of organizations ---

struct MergeOptions {
  std::string survivor;
  std::vector<std::string> duplicates;
  std::vector<std::string> takes;
  std::string collisions;
  std::string note;
  std::string etag;
  bool preview = false;
};

// "https://a.example.org of organizations/a".
std::string ValueText(const v1::MergedValue& value) {
  return absl::StrCat(value.value().empty() ? "one" : value.value(), " of ", value.organization());
}

void PrintMergedField(const v1::MergedField& field) {
  const std::string rule = EnumWords(v1::MergedField::Rule_Name(field.rule()), "RULE_");
  std::printf("  %s: %s%s\n", field.field().c_str(), rule.c_str(),
              field.organization().empty() ? "" : absl::StrCat(", ", field.organization()).c_str());
  for (const v1::MergedValue& value : field.taken()) {
    std::printf("    + %s\n", ValueText(value).c_str());
  }
  for (const v1::MergedValue& value : field.left_aside()) {
    std::printf("    - %s (%s)\n", ValueText(value).c_str(),
                EnumWords(v1::MergedValue::Reason_Name(value.reason()), "REASON_").c_str());
  }
}

void PrintMergedTie(const v1::MergedTie& tie) {
  std::printf("    %s of %s: %s%s%s\n", tie.name().c_str(), tie.from().c_str(),
              EnumWords(v1::MergedTie::Outcome_Name(tie.outcome()), "OUTCOME_").c_str(),
              tie.has_end_date() ? absl::StrCat(" on ", FormatDate(tie.end_date())).c_str() : "",
              tie.kept().empty() ? "" : absl::StrCat(", collides with ", tie.kept()).c_str());
}

void PrintMerge(const v1::OrganizationMerge& merge) {
  std::printf("%s  %s into %s  (%s)\n", merge.name().empty() ? "preview" : merge.name().c_str(),
              absl::StrJoin(merge.duplicates(), ", ").c_str(), merge.survivor().c_str(),
              EnumWords(v1::OrganizationMerge::State_Name(merge.state()), "STATE_").c_str());
  if (!merge.note().empty()) std::printf("  %s\n", merge.note().c_str());
  for (const v1::MergedField& field : merge.fields()) PrintMergedField(field);
  std::printf("  ties: %d, of which %d collided\n", merge.tie_count(), merge.collided_tie_count());
  for (const v1::MergedTie& tie : merge.ties()) PrintMergedTie(tie);
  std::printf("  parts: %d, redirects: %d\n", merge.child_count(), merge.redirect_count());
  for (const v1::MergedReference& reference : merge.references()) {
    std::printf("    %s of %s (%s)\n", reference.name().c_str(), reference.from().c_str(),
                EnumWords(v1::MergedReference::Kind_Name(reference.kind()), "KIND_").c_str());
  }
  if (!merge.blocked_by().empty()) {
    std::printf("  to be undone after %s\n", merge.blocked_by().c_str());
  }
}

void PrintMerged(const v1::MergeOrganizationsResponse& response) {
  PrintMerge(response.merge());
  PrintOrganization(response.survivor());
}

void PrintUnmerged(const v1::UnmergeOrganizationsResponse& response) {
  std::printf("%s is undone: %d ties and %d parts and redirects went back\n",
              response.merge().name().c_str(), response.returned_tie_count(),
              response.returned_reference_count());
  for (const v1::UnmergeRemainder& each : response.remainders()) {
    std::printf("  not %s of %s%s (%s)\n", each.field().c_str(), each.name().c_str(),
                each.value().empty() ? "" : absl::StrCat(": ", each.value()).c_str(),
                EnumWords(v1::UnmergeRemainder::Reason_Name(each.reason()), "REASON_").c_str());
  }
  PrintOrganization(response.survivor());
  for (const Organization& duplicate : response.duplicates()) PrintOrganization(duplicate);
}

absl::Status MergeOrgs(Session& session, const MergeOptions& options) {
  v1::MergeOrganizationsRequest request;
  request.set_survivor(options.survivor);
  for (const std::string& name : options.duplicates) request.add_duplicates(name);
  for (const std::string& text : options.takes) {
    const std::vector<std::string> parts = absl::StrSplit(text, absl::MaxSplits('=', 1));
    if (parts.size() != 2) {
      return UsageError(absl::StrCat("\"", text,
                                     "\" chooses nothing; write FIELD=ORGANIZATION, e.g. "
                                     "website=organizations/library"));
    }
    v1::FieldChoice* choice = request.add_choices();
    choice->set_field(parts[0]);
    choice->set_organization(parts[1]);
  }
  if (!options.collisions.empty()) {
    WEFT_ASSIGN_OR_RETURN(const v1::OrganizationMerge::TieCollision rule,
                          ParseEnum<v1::OrganizationMerge::TieCollision>(
                              options.collisions, "TIE_COLLISION_", "value of --collisions"));
    request.set_tie_collision(rule);
  }
  request.set_note(options.note);
  request.set_request_id(NewRequestId());
  request.set_validate_only(options.preview);
  return CallAndPrint<v1::MergeOrganizationsResponse>(
      session, absl::StrCat(kOrganizations, "MergeOrganizations"), request, &PrintMerged);
}

absl::Status UnmergeOrgs(Session& session, const MergeOptions& options) {
  v1::UnmergeOrganizationsRequest request;
  request.set_name(options.survivor);
  request.set_etag(options.etag);
  request.set_request_id(NewRequestId());
  request.set_validate_only(options.preview);
  return CallAndPrint<v1::UnmergeOrganizationsResponse>(
      session, absl::StrCat(kOrganizations, "UnmergeOrganizations"), request, &PrintUnmerged);
}

// One merge with all that it did, by its name; else the list of them.
absl::Status ShowMerges(Session& session, const std::string& name, bool undone) {
  if (absl::StartsWith(name, "organizationMerges/")) {
    v1::GetOrganizationMergeRequest get;
    get.set_name(name);
    return CallAndPrint<v1::OrganizationMerge>(
        session, absl::StrCat(kOrganizations, "GetOrganizationMerge"), get, &PrintMerge);
  }
  v1::ListOrganizationMergesRequest request;
  request.set_organization(name);
  request.set_show_undone(undone);
  WEFT_ASSIGN_OR_RETURN(
      const v1::ListOrganizationMergesResponse all,
      ReadAll<v1::ListOrganizationMergesResponse>(
          session, absl::StrCat(kOrganizations, "ListOrganizationMerges"), std::move(request)));
  if (session.json()) {
    PrintJson(all);
    return absl::OkStatus();
  }
  Table table({"NAME", "SURVIVOR", "DUPLICATES", "TIES", "STATE", "UNDO FIRST"});
  for (const v1::OrganizationMerge& row : all.organization_merges()) {
    table.Add({row.name(), row.survivor(), absl::StrJoin(row.duplicates(), ","),
               absl::StrCat(row.tie_count()),
               EnumWords(v1::OrganizationMerge::State_Name(row.state()), "STATE_"),
               row.blocked_by()});
  }
  std::fputs(table.ToString().c_str(), stdout);
  return absl::OkStatus();
}

// --- Partnerships ---

void PrintAssessment(const v1::Assessment& assessment) {
  std::printf("%s  %s from %s on (%s)\n", assessment.name().c_str(),
              LevelWord(assessment.level()).c_str(),
              FormatDate(assessment.effective_date()).c_str(),
              EnumWords(v1::Assessment::Side_Name(assessment.side()), "SIDE_").c_str());
}

// What both views have.
template <class View>
void PrintView(const View& view) {
  std::printf("%s\n", view.name().c_str());
  if (!view.note().empty()) std::printf("  %s\n", view.note().c_str());
  if (!view.roles().empty()) std::printf("  roles %s\n", absl::StrJoin(view.roles(), ", ").c_str());
  if (!view.mechanisms().empty()) {
    std::printf("  mechanisms %s\n", absl::StrJoin(view.mechanisms(), ", ").c_str());
  }
  if (!view.vocabularies().empty()) {
    std::printf("  in the words of %s\n", absl::StrJoin(view.vocabularies(), ", ").c_str());
  }
  if constexpr (std::is_same_v<View, v1::OrganizationView>) {
    std::printf("  %s%s%s\n", ConfirmationWord(view.confirmation()).c_str(),
                view.confirmation_note().empty() ? "" : ": ", view.confirmation_note().c_str());
  }
}

struct TieOptions {
  std::string site;
  std::string organization;
  std::string type;
  std::string id;
  std::vector<std::string> roles;
  std::vector<std::string> mechanisms;
  std::vector<std::string> agreements;
  std::vector<std::string> vocabularies;
  std::string start;
  std::string end;
  bool is_self = false;
  bool validate_only = false;
};

absl::Status AddTie(Session& session, const TieOptions& options) {
  v1::CreatePartnershipRequest request;
  request.set_parent(options.site);
  request.set_partnership_id(options.id);
  Partnership& tie = *request.mutable_partnership();
  tie.set_organization(options.organization);
  tie.set_partner_type(options.type);
  for (const std::string& role : options.roles) tie.add_roles(role);
  for (const std::string& list : options.vocabularies) tie.add_vocabularies(list);
  for (const std::string& mechanism : options.mechanisms) tie.add_mechanisms(mechanism);
  for (const std::string& kind : options.agreements) tie.add_agreements()->set_kind(kind);
  if (!options.start.empty()) {
    WEFT_RETURN_IF_ERROR(SetDay(options.start, tie.mutable_start_date()));
  }
  if (!options.end.empty()) WEFT_RETURN_IF_ERROR(SetDay(options.end, tie.mutable_end_date()));
  tie.set_is_self(options.is_self);
  request.set_request_id(NewRequestId());
  request.set_validate_only(options.validate_only);
  return CallAndPrint<Partnership>(session, absl::StrCat(kPartnerships, "CreatePartnership"),
                                   request, &PrintPartnership);
}

template <class Request>
absl::Status SetAsOf(const ListOptions& options, Request& request) {
  if (!options.on.empty()) {
    WEFT_RETURN_IF_ERROR(SetDay(options.on, request.mutable_effective_on()));
  }
  if (!options.known_at.empty()) {
    WEFT_RETURN_IF_ERROR(SetTime(options.known_at, request.mutable_recorded_by()));
  }
  return absl::OkStatus();
}

absl::Status GetTie(Session& session, const ListOptions& options) {
  v1::GetPartnershipRequest request;
  request.set_name(options.parent);
  WEFT_RETURN_IF_ERROR(SetAsOf(options, request));
  return CallAndPrint<Partnership>(session, absl::StrCat(kPartnerships, "GetPartnership"), request,
                                   &PrintPartnership);
}

absl::Status ListTies(Session& session, const ListOptions& options) {
  v1::ListPartnershipsRequest request;
  request.set_parent(options.parent);
  request.set_organization(options.organization);
  request.set_filter(options.filter);
  request.set_show_deleted(options.deleted);
  WEFT_RETURN_IF_ERROR(SetAsOf(options, request));
  WEFT_ASSIGN_OR_RETURN(
      const v1::ListPartnershipsResponse all,
      ReadAll<v1::ListPartnershipsResponse>(
          session, absl::StrCat(kPartnerships, "ListPartnerships"), std::move(request)));
  if (session.json()) {
    PrintJson(all);
    return absl::OkStatus();
  }
  Table table({"NAME", "ORGANIZATION", "TYPE", "SITE SAYS", "ORGANIZATION SAYS", "CONFIRMATION"});
  for (const Partnership& row : all.partnerships()) {
    table.Add({row.name(), row.organization(), row.partner_type(), LevelWord(row.level()),
               LevelWord(row.organization_level()), ConfirmationWord(row.confirmation())});
  }
  std::fputs(table.ToString().c_str(), stdout);
  return absl::OkStatus();
}

struct SayOptions {
  std::string name;
  std::string level;
  std::string on;
  std::string rater;
  std::string note;
  std::string side;
  std::vector<std::string> roles;
  std::vector<std::string> mechanisms;
  std::vector<std::string> vocabularies;
  bool as_organization = false;
};

template <class Request>
absl::Status AssessAs(Session& session, const char* method, const SayOptions& options) {
  Request request;
  request.set_name(options.name);
  v1::Assessment& assessment = *request.mutable_assessment();
  WEFT_ASSIGN_OR_RETURN(
      const type::v1::InteractionLevel level,
      ParseEnum<type::v1::InteractionLevel>(options.level, "INTERACTION_LEVEL_", "level"));
  assessment.set_level(level);
  if (!options.on.empty()) {
    WEFT_RETURN_IF_ERROR(SetDay(options.on, assessment.mutable_effective_date()));
  }
  assessment.set_rater(options.rater);
  assessment.set_note(options.note);
  request.set_request_id(NewRequestId());
  return CallAndPrint<v1::Assessment>(session, absl::StrCat(kPartnerships, method), request,
                                      &PrintAssessment);
}

absl::Status Assess(Session& session, const SayOptions& options) {
  if (options.as_organization) {
    return AssessAs<v1::AssessPartnershipAsOrganizationRequest>(
        session, "AssessPartnershipAsOrganization", options);
  }
  return AssessAs<v1::AssessPartnershipRequest>(session, "AssessPartnership", options);
}

absl::Status ListRatings(Session& session, const std::string& name) {
  v1::ListAssessmentsRequest request;
  request.set_parent(name);
  WEFT_ASSIGN_OR_RETURN(
      const v1::ListAssessmentsResponse all,
      ReadAll<v1::ListAssessmentsResponse>(session, absl::StrCat(kPartnerships, "ListAssessments"),
                                           std::move(request)));
  if (session.json()) {
    PrintJson(all);
    return absl::OkStatus();
  }
  for (const v1::Assessment& row : all.assessments()) PrintAssessment(row);
  return absl::OkStatus();
}

// "0.53 (0.40 to 0.61)", or why there is none.
std::string AgreementText(const v1::AgreementNumber& number) {
  std::string text = number.has_value()
                         ? Fixed(number.value(), 2)
                         : absl::StrCat("undefined: ", number.undefined().description());
  if (number.has_low() && (!number.has_value() || number.low() != number.high())) {
    absl::StrAppend(&text, " (", Fixed(number.low(), 2), " to ", Fixed(number.high(), 2), ")");
  }
  return text;
}

void PrintAgreement(const v1::PartnershipAgreement& agreement) {
  std::printf(
      "%d ties: %d rated by both sides, %d by the site alone, %d by the organization alone\n",
      agreement.partnership_count(), agreement.both_rated_count(), agreement.site_only_count(),
      agreement.organization_only_count());
  Table table({"AGREEMENT", "VALUE (WITH THE MISSING RATINGS)"});
  table.Add({"share with the same level", AgreementText(agreement.exact())});
  table.Add({"share within one level", AgreementText(agreement.within_one())});
  table.Add({"weighted kappa", AgreementText(agreement.weighted_kappa())});
  table.Add({"site's level minus organization's, mean", AgreementText(agreement.mean_gap())});
  std::fputs(table.ToString().c_str(), stdout);
}

struct AgreementOptions {
  std::string site;
  std::string organization;
  std::string cohort;
  std::string on;
  bool include_self = false;
};

absl::Status ShowAgreement(Session& session, const AgreementOptions& options) {
  v1::GetPartnershipAgreementRequest request;
  request.set_parent(options.site);
  request.set_organization(options.organization);
  request.set_cohort(options.cohort);
  request.set_include_self(options.include_self);
  if (!options.on.empty()) {
    WEFT_RETURN_IF_ERROR(SetDay(options.on, request.mutable_effective_on()));
  }
  return CallAndPrint<v1::PartnershipAgreement>(
      session, absl::StrCat(kPartnerships, "GetPartnershipAgreement"), request, &PrintAgreement);
}

// The organization's decision, whose note says why, or the end of a tie and its return.
template <class Request>
absl::Status WriteTie(Session& session, const char* method, const SayOptions& options) {
  Request request;
  request.set_name(options.name);
  if constexpr (!std::is_same_v<Request, v1::DeletePartnershipRequest> &&
                !std::is_same_v<Request, v1::UndeletePartnershipRequest>) {
    request.set_note(options.note);
  }
  request.set_request_id(NewRequestId());
  return CallAndPrint<Partnership>(session, absl::StrCat(kPartnerships, method), request,
                                   &PrintPartnership);
}

// One side's view, shown, or written where something is said.
template <class View, class GetRequest, class UpdateRequest>
absl::Status ShowOrWriteView(Session& session, const SayOptions& options, const char* resource,
                             const char* kind, View* (UpdateRequest::*view_of)()) {
  const std::string name = absl::StrCat(options.name, "/", resource);
  if (options.note.empty() && options.roles.empty() && options.mechanisms.empty() &&
      options.vocabularies.empty()) {
    GetRequest get;
    get.set_name(name);
    return CallAndPrint<View>(session, absl::StrCat(kPartnerships, "Get", kind), get,
                              &PrintView<View>);
  }
  UpdateRequest update;
  View& view = *(update.*view_of)();
  view.set_name(name);
  view.set_note(options.note);
  for (const std::string& role : options.roles) view.add_roles(role);
  for (const std::string& mechanism : options.mechanisms) view.add_mechanisms(mechanism);
  for (const std::string& list : options.vocabularies) view.add_vocabularies(list);
  update.set_request_id(NewRequestId());
  return CallAndPrint<View>(session, absl::StrCat(kPartnerships, "Update", kind), update,
                            &PrintView<View>);
}

absl::Status ShowOrWriteAView(Session& session, const SayOptions& options) {
  if (options.side == "site") {
    return ShowOrWriteView<v1::SiteView, v1::GetSiteViewRequest>(
        session, options, "siteView", "SiteView", &v1::UpdateSiteViewRequest::mutable_site_view);
  }
  if (options.side == "organization") {
    return ShowOrWriteView<v1::OrganizationView, v1::GetOrganizationViewRequest>(
        session, options, "organizationView", "OrganizationView",
        &v1::UpdateOrganizationViewRequest::mutable_organization_view);
  }
  return UsageError(
      absl::StrCat("\"", options.side, "\" is no side; there are site, organization"));
}

// --- The commands ---

void AddOrgFields(CLI::App& command, OrgOptions& options) {
  AddMany(command, "--type", options.types, "a partner type's code; may be given several times");
  AddMany(command, "--identifier", options.identifiers,
          "SCHEME=NUMBER, e.g. ror=05dxps055; may be given several times");
  AddMany(command, "--place", options.places,
          "LOCALITY, REGION, COUNTRY; may be given several times");
  AddMany(command, "--tag", options.tags, "a word to find it by; may be given several times");
  AddMany(command, "--acronym", options.acronyms, "e.g. NCDPI; may be given several times");
  command.add_option("--parent", options.parent, "what it is a part of, organizations/...");
  command.add_option("--website", options.website, "https://...");
  command.add_option("--status", options.status, "active or inactive");
  command.add_flag("--validate-only", options.validate_only, "check and change nothing");
}

void AddMerges(CLI::App& org, Session*& session, absl::Status& result) {
  auto merged = std::make_shared<MergeOptions>();
  CLI::App* merge =
      org.add_subcommand("merge", "Makes one organization stand for others that are the same");
  merge->add_option("SURVIVOR", merged->survivor, kOrgExample)->required();
  merge->add_option("DUPLICATES", merged->duplicates, "those that redirect to it")->required();
  AddMany(*merge, "--take", merged->takes,
          "FIELD=ORGANIZATION, whose value stands; may be given several times");
  merge->add_option("--collisions", merged->collisions,
                    "where two have an open tie of one kind with a site: refuse (default), end or "
                    "delete the duplicate's");
  merge->add_option("--note", merged->note, "why they are the same");
  merge->add_flag("--preview", merged->preview, "show what would be done and change nothing");
  merge->callback([&session, &result, merged] { result = MergeOrgs(*session, *merged); });

  auto undone = std::make_shared<MergeOptions>();
  CLI::App* unmerge = org.add_subcommand("unmerge", "Undoes a merge");
  unmerge->add_option("MERGE", undone->survivor, "organizationMerges/..., as weft org merges says")
      ->required();
  unmerge->add_option("--etag", undone->etag, "only if it is still this version");
  unmerge->add_flag("--preview", undone->preview, "show what would be done and change nothing");
  unmerge->callback([&session, &result, undone] { result = UnmergeOrgs(*session, *undone); });

  auto name = std::make_shared<std::string>();
  auto all = std::make_shared<bool>(false);
  CLI::App* merges = org.add_subcommand("merges", "Lists merges, or shows all that one has done");
  merges->add_option("NAME", *name, "only those of this organization; or a merge to show");
  merges->add_flag("--undone", *all, "those that were undone, too");
  merges->callback([&session, &result, name, all] { result = ShowMerges(*session, *name, *all); });
}

void AddOrg(CLI::App& app, Session*& session, absl::Status& result) {
  CLI::App* org = app.add_subcommand("org", "Partner organizations");
  org->require_subcommand(1);
  org->fallthrough();
  org->footer(kOrgFooter);
  AddOrganizationSearchCommands(*org, session, result);

  auto created = std::make_shared<OrgOptions>();
  CLI::App* create = org->add_subcommand("create", "Records an organization");
  create->add_option("DISPLAY_NAME", created->display_name, "as it calls itself")->required();
  create->add_option("--id", created->name, "its id, e.g. library (default: one is made up)");
  AddOrgFields(*create, *created);
  create->callback([&session, &result, created] { result = CreateOrg(*session, *created); });

  auto updated = std::make_shared<OrgOptions>();
  CLI::App* update = org->add_subcommand(
      "update", "Changes what is given; lists that are given replace those there are");
  update->add_option("NAME", updated->name, kOrgExample)->required();
  update->add_option("--display-name", updated->display_name, "as it calls itself");
  update->add_option("--etag", updated->etag, "only if it is still this version");
  AddOrgFields(*update, *updated);
  update->callback([&session, &result, updated] { result = UpdateOrg(*session, *updated); });

  auto name = std::make_shared<std::string>();
  auto itself = std::make_shared<bool>(false);
  CLI::App* get = org->add_subcommand(
      "get", "Shows one, also when it is deleted; of a merged one the one that stands for it");
  get->add_option("NAME", *name, kOrgExample)->required();
  get->add_flag("--merged", *itself, "a merged one itself");
  get->callback([&session, &result, name, itself] { result = GetOrg(*session, *name, *itself); });

  auto listed = std::make_shared<ListOptions>();
  CLI::App* list = org->add_subcommand("list", "Lists organizations, every page");
  list->add_option("--where", listed->filter,
                   "a filter over partner_type, tag, status, region, locality, country, parent, "
                   "identifier_scheme");
  list->add_option("--order-by", listed->order_by,
                   "name, display_name or update_time; the last two also with \" desc\"");
  list->add_flag("--deleted", listed->deleted, "deleted ones, too");
  list->add_flag("--merged", listed->merged, "merged ones, too");
  list->callback([&session, &result, listed] { result = ListOrgs(*session, *listed); });

  auto scheme = std::make_shared<std::string>();
  auto value = std::make_shared<std::string>();
  CLI::App* lookup = org->add_subcommand("lookup", "Finds one by a register's number");
  lookup->add_option("SCHEME", *scheme, "e.g. ein, ror")->required();
  lookup->add_option("NUMBER", *value, "written in any usual way")->required();
  lookup->callback(
      [&session, &result, scheme, value] { result = LookupOrg(*session, *scheme, *value); });

  auto removed = std::make_shared<OrgOptions>();
  CLI::App* remove = org->add_subcommand("delete", "Deletes one; undelete brings it back");
  remove->add_option("NAME", removed->name, kOrgExample)->required();
  remove->add_option("--etag", removed->etag, "only if it is still this version");
  remove->callback([&session, &result, removed] {
    result = NamedWrite<v1::DeleteOrganizationRequest>(
        *session, absl::StrCat(kOrganizations, "DeleteOrganization"), *removed);
  });
  CLI::App* undelete = org->add_subcommand("undelete", "Brings a deleted one back");
  undelete->add_option("NAME", removed->name, kOrgExample)->required();
  undelete->callback([&session, &result, removed] {
    result = NamedWrite<v1::UndeleteOrganizationRequest>(
        *session, absl::StrCat(kOrganizations, "UndeleteOrganization"), *removed);
  });
  AddMerges(*org, session, result);
}

void AddAsOf(CLI::App& command, ListOptions& options) {
  command.add_option("--on", options.on, "as it was on a day, e.g. 2025-03-01");
  command.add_option("--known-at", options.known_at,
                     "as it was known at a time, e.g. 2025-03-01T12:00:00Z");
}

void AddTieRecords(CLI::App& partnership, Session*& session, absl::Status& result) {
  auto added = std::make_shared<TieOptions>();
  CLI::App* add = partnership.add_subcommand("add", "Records a site's tie with an organization");
  add->add_option("SITE", added->site, "e.g. sites/site-01")->required();
  add->add_option("ORGANIZATION", added->organization, kOrgExample)->required();
  add->add_option("TYPE", added->type, "as what: a partner type's code, e.g. library")->required();
  add->add_option("--id", added->id, "its id, e.g. library (default: one is made up)");
  AddMany(*add, "--role", added->roles, "what the partner does; may be given several times");
  AddMany(*add, "--mechanism", added->mechanisms,
          "how the two work together; may be given several times");
  AddMany(*add, "--vocabulary", added->vocabularies, kVocabularyHelp);
  AddMany(*add, "--agreement", added->agreements,
          "what they signed, e.g. mou; may be given several times");
  add->add_option("--start", added->start, "first day, e.g. 2024-09-01");
  add->add_option("--end", added->end, "last day");
  add->add_flag("--self", added->is_self, "the organization is the site's own");
  add->add_flag("--validate-only", added->validate_only, "check and change nothing");
  add->callback([&session, &result, added] { result = AddTie(*session, *added); });

  auto read = std::make_shared<ListOptions>();
  CLI::App* get = partnership.add_subcommand("get", "Shows one, now or as it was");
  get->add_option("NAME", read->parent, kTieExample)->required();
  AddAsOf(*get, *read);
  get->callback([&session, &result, read] { result = GetTie(*session, *read); });

  auto listed = std::make_shared<ListOptions>();
  CLI::App* list = partnership.add_subcommand("list", "Lists ties, every page");
  list->add_option("SITE", listed->parent, "e.g. sites/site-01; sites/- for every site")
      ->required();
  list->add_option("--organization", listed->organization, "only with this one");
  list->add_option("--where", listed->filter,
                   "a filter over partner_type, role, mechanism, agreement, condition, level, "
                   "organization_level, confirmation, is_self, open");
  AddAsOf(*list, *listed);
  list->add_flag("--deleted", listed->deleted, "deleted ones, too");
  list->callback([&session, &result, listed] { result = ListTies(*session, *listed); });

  auto removed = std::make_shared<SayOptions>();
  CLI::App* remove = partnership.add_subcommand(
      "delete", "Deletes one that was entered by mistake; one that ended gets an end date instead");
  remove->add_option("NAME", removed->name, kTieExample)->required();
  remove->callback([&session, &result, removed] {
    result = WriteTie<v1::DeletePartnershipRequest>(*session, "DeletePartnership", *removed);
  });
  CLI::App* undelete = partnership.add_subcommand("undelete", "Brings a deleted one back");
  undelete->add_option("NAME", removed->name, kTieExample)->required();
  undelete->callback([&session, &result, removed] {
    result = WriteTie<v1::UndeletePartnershipRequest>(*session, "UndeletePartnership", *removed);
  });
}

void AddTieSides(CLI::App& partnership, Session*& session, absl::Status& result) {
  auto rated = std::make_shared<SayOptions>();
  CLI::App* assess = partnership.add_subcommand(
      "assess", "Records the site's rating of the level; with --as-organization, the partner's");
  assess->add_option("NAME", rated->name, kTieExample)->required();
  assess
      ->add_option("LEVEL", rated->level,
                   "no-interaction, networking, cooperation, coordination or collaboration")
      ->required();
  assess->add_option("--on", rated->on, "from which day on it holds (default: today)");
  assess->add_option("--rater", rated->rater, "who rated, in words");
  assess->add_option("--note", rated->note, "why");
  assess->add_flag("--as-organization", rated->as_organization, "it is the organization's rating");
  assess->callback([&session, &result, rated] { result = Assess(*session, *rated); });

  auto name = std::make_shared<std::string>();
  CLI::App* ratings = partnership.add_subcommand("ratings", "Lists every rating of both sides");
  ratings->add_option("NAME", *name, kTieExample)->required();
  ratings->callback([&session, &result, name] { result = ListRatings(*session, *name); });

  auto said = std::make_shared<SayOptions>();
  CLI::App* confirm = partnership.add_subcommand("confirm", "The organization says: it is so");
  confirm->add_option("NAME", said->name, kTieExample)->required();
  confirm->add_option("--note", said->note, "what to say with it");
  confirm->callback([&session, &result, said] {
    result = WriteTie<v1::ConfirmPartnershipRequest>(*session, "ConfirmPartnership", *said);
  });
  CLI::App* dispute =
      partnership.add_subcommand("dispute", "The organization says: it is not, or not so");
  dispute->add_option("NAME", said->name, kTieExample)->required();
  dispute->add_option("--note", said->note, "what is not so")->required();
  dispute->callback([&session, &result, said] {
    result = WriteTie<v1::DisputePartnershipRequest>(*session, "DisputePartnership", *said);
  });

  auto asked = std::make_shared<AgreementOptions>();
  CLI::App* agreement =
      partnership.add_subcommand("agreement", "Shows how far the two sides' ratings agree");
  agreement->add_option("SITE", asked->site, "e.g. sites/site-01; sites/- for every site")
      ->required();
  agreement->add_option("--organization", asked->organization, "only ties with this one");
  agreement->add_option("--cohort", asked->cohort, "only its sites (with sites/-)");
  agreement->add_option("--on", asked->on, "the ratings of a day, e.g. 2025-03-01");
  agreement->add_flag("--include-self", asked->include_self,
                      "ties with a site's own organization, too");
  agreement->callback([&session, &result, asked] { result = ShowAgreement(*session, *asked); });

  auto viewed = std::make_shared<SayOptions>();
  CLI::App* view = partnership.add_subcommand(
      "view",
      "Shows what one side says; with --note, --role, --mechanism or --vocabulary, writes it");
  view->add_option("NAME", viewed->name, kTieExample)->required();
  view->add_option("SIDE", viewed->side, "site or organization")->required();
  view->add_option("--note", viewed->note, "in its own words");
  AddMany(*view, "--role", viewed->roles, "what the partner does, as this side sees it");
  AddMany(*view, "--mechanism", viewed->mechanisms,
          "how the two work together, as this side sees it");
  AddMany(*view, "--vocabulary", viewed->vocabularies, kVocabularyHelp);
  view->callback([&session, &result, viewed] { result = ShowOrWriteAView(*session, *viewed); });
}

}  // namespace

void AddPartnerCommands(CLI::App& app, Session*& session, absl::Status& result) {
  AddOrg(app, session, result);
  CLI::App* partnership =
      app.add_subcommand("partnership", "Sites' ties with organizations, seen from both sides");
  partnership->require_subcommand(1);
  partnership->fallthrough();
  partnership->footer(kTieFooter);
  AddTieRecords(*partnership, session, result);
  AddTieSides(*partnership, session, result);
  AddProposalCommands(*partnership, session, result);
}

}  // namespace weft::cli
