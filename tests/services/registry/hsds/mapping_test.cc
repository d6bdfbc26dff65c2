// What becomes of the fields of HSDS, and of ours.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registry/domain/hsds/from_hsds.h"
#include "services/registry/domain/hsds/to_hsds.h"
#include "services/registry/domain/hsds/uuid.h"
#include "services/registry/domain/hsds/writers.h"
#include "tests/services/registry/examples.h"
#include "tests/services/registry/hsds/reading.h"
#include "tests/testing/proto_matchers.h"

namespace weft::registry::hsds {
namespace {

using ::testing::ElementsAre;
using testing::EqualsProto;
using ::testing::HasSubstr;
using v1::AlternateName;
using v1::Organization;
using v1::OrganizationIdentifier;

constexpr char kId[] = "0b7e5b1a-52a4-4f0e-8f0b-2b6d5f7a9c10";

// A record that has `fields` beside what it needs.
std::string OneOrganization(const std::string& fields) {
  return absl::StrCat(R"({"id":")", kId, R"(","name":"Library","description":"Library")",
                      fields.empty() ? "" : ",", fields, "}");
}

Organization Stated(const std::string& fields) {
  const ReadDirectory read = ReadJson(OneOrganization(fields));
  EXPECT_EQ(read.told.error_count(), 0) << read.told.DebugString();
  return read.organizations.size() == 1 ? read.organizations[0].stated : Organization();
}

TEST(UuidTest, IsWhatOthersCompute) {
  // Python's uuid.uuid5.
  EXPECT_EQ(UuidOf("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com"),
            "2ed6657d-e927-568b-95e1-2665a8aea6a2");
  EXPECT_EQ(ReadUuid("2ED6657D-E927-568B-95E1-2665A8AEA6A2"),
            "2ed6657d-e927-568b-95e1-2665a8aea6a2");
  for (const char* text :
       {"", "2ed6657de927568b95e12665a8aea6a2", "2ed6657d-e927-568b-95e1-2665a8aea6ag",
        "2ed6657d-e927-568b-95e1-2665a8aea6a23"}) {
    EXPECT_EQ(ReadUuid(text), std::nullopt) << text;
  }
}

TEST(FromHsdsTest, TakesNamesAndTheWebsite) {
  const Organization stated =
      Stated(R"("alternate_name":" RPL ","website":"https://library.example.org")");
  EXPECT_EQ(stated.display_name(), "Library");
  ASSERT_EQ(stated.alternate_names_size(), 1);
  EXPECT_EQ(stated.alternate_names(0).text(), "RPL");
  EXPECT_EQ(NewFrom(stated, "organizations/a").alternate_names(0).kind(),
            AlternateName::KIND_OTHER);
  EXPECT_EQ(stated.website(), "https://library.example.org");
}

TEST(FromHsdsTest, TakesIdentifiersByTheirRegister) {
  const Organization stated = Stated(R"("organization_identifiers":[
      {"id":"x","identifier_scheme":"US-EIN","identifier_type":"tax","identifier":"530196605"},
      {"identifier_scheme":"GB-CHC","identifier_type":"Charity number","identifier":"1164883"},
      {"identifier_scheme":"GB-COH","identifier_type":"Company","identifier":"GB-COH-01234567"},
      {"identifier_scheme":"XI-ROR","identifier_type":"ROR","identifier":"ror.org/05dxps055"},
      {"identifier_type":"NCESSCH","identifier":"370297001285"},
      {"identifier_type":"US-EIN","identifier":"53-0196605"},
      {"identifier_type":"our own list","identifier":"7"}], "tax_id":"53-0196605")");
  std::vector<std::string> identifiers;
  for (const OrganizationIdentifier& one : stated.identifiers()) {
    identifiers.push_back(
        absl::StrCat(OrganizationIdentifier::Scheme_Name(one.scheme()), " ", one.value()));
  }
  EXPECT_THAT(identifiers,
              ElementsAre("SCHEME_EIN 53-0196605", "SCHEME_ORG_ID GB-CHC-1164883",
                          "SCHEME_ORG_ID GB-COH-01234567", "SCHEME_ROR https://ror.org/05dxps055",
                          "SCHEME_NCESSCH 370297001285"));
}

TEST(FromHsdsTest, TakesATaxIdThatIsAnEin) {
  EXPECT_EQ(Stated(R"("tax_id":"530196605")").identifiers(0).value(), "53-0196605");
  const ReadDirectory read = ReadJson(OneOrganization(R"("tax_id":"exempt")"));
  EXPECT_THAT(read.problems(), ElementsAre("VALUE_NOT_KEPT organizations.json:1:0 /tax_id"));
  EXPECT_THAT(read.not_kept(), ElementsAre("organization.tax_id 1"));
  EXPECT_EQ(read.organizations.size(), 1u);
}

TEST(FromHsdsTest, TakesContactsWithTheirFirstPhone) {
  const Organization stated = Stated(R"("contacts":[
      {"id":"c","name":"Rosa Diaz","title":"programs","email":"rosa@example.org","department":"Youth",
       "phones":[{"number":"+1 417 555-0100","extension":12,"type":"voice"},{"number":"555-0101"}]}],
      "email":"office@example.org","phones":[{"number":"\"+44 1234 567\""},{"number":"555 0102"}])");
  ASSERT_EQ(stated.contacts_size(), 3);
  EXPECT_EQ(stated.contacts(0).display_name(), "Rosa Diaz");
  EXPECT_EQ(stated.contacts(0).role(), "programs");
  EXPECT_EQ(stated.contacts(0).email(), "rosa@example.org");
  EXPECT_EQ(stated.contacts(0).phone(), "+1 417 555-0100 x12");
  EXPECT_EQ(stated.contacts(1).email(), "office@example.org");
  EXPECT_EQ(stated.contacts(1).phone(), "+44 1234 567");
  EXPECT_EQ(stated.contacts(2).phone(), "555 0102");
}

TEST(FromHsdsTest, TellsWhatIsNotKeptByField) {
  const ReadDirectory read = ReadJson(OneOrganization(R"("logo":"https://example.org/a.png",
      "year_incorporated":1911,"legal_status":"","uri":null,"our_rating":5,
      "funding":[{"id":"f"},{"id":"g","source":"a grant"}],
      "services":[{"id":"s","name":"Reading","contacts":[{"id":"c"}]}],
      "contacts":[{"name":"Rosa Diaz","department":"Youth",
        "phones":[{"number":"1","languages":[{"name":"Urdu"}]},{"number":"2"}]}],
      "locations":[{"id":"l","name":"Main branch","latitude":37.2,
        "addresses":[{"address_1":"1 Main St","city":"Springfield","state_province":"MO",
          "postal_code":"65801","country":"US","address_type":"physical"}]}],
      "attributes":[{"id":"a","taxonomy_term":{"name":"Education","taxonomy":"Open Eligibility"}}])"));
  EXPECT_EQ(read.told.error_count(), 0) << read.told.DebugString();
  EXPECT_THAT(
      read.not_kept(),
      ElementsAre("address.address_1 1", "address.postal_code 1", "attribute: Open Eligibility 1",
                  "contact.department 1", "funding 2", "language 1", "location.latitude 1",
                  "location.name 1", "organization.logo 1", "organization.our_rating 1",
                  "organization.year_incorporated 1", "phone.number 1", "service 1"));
}

TEST(FromHsdsTest, LeavesOutValuesThatCannotBeAndSaysWhere) {
  const ReadDirectory read = ReadJson(OneOrganization(R"("website":"example.org","email":"at home",
      "contacts":[{"name":"A","phones":[{"number":"ask for Bob"}]}],
      "locations":[{"addresses":[{"city":"Springfield","country":"United States"}]}])"));
  EXPECT_THAT(
      read.problems(),
      ElementsAre("VALUE_NOT_KEPT organizations.json:1:0 /website",
                  "VALUE_NOT_KEPT organizations.json:1:0 /contacts/0/phones/0/number",
                  "VALUE_NOT_KEPT organizations.json:1:0 /email",
                  "VALUE_NOT_KEPT organizations.json:1:0 /locations/0/addresses/0/country"));
  for (const v1::DirectoryProblem& problem : read.told.problems()) {
    // What people are reached by is not repeated.
    EXPECT_EQ(problem.message().find("Bob"), std::string::npos);
    EXPECT_EQ(problem.organization_id(), kId);
  }
  ASSERT_EQ(read.organizations.size(), 1u);
  EXPECT_EQ(read.organizations[0].stated.locations(0).locality(), "Springfield");
}

TEST(FromHsdsTest, TakesPlacesOnce) {
  const Organization stated = Stated(R"("locations":[
      {"addresses":[{"city":"Springfield","state_province":"MO","country":"us"},
                    {"city":"Springfield","state_province":"MO","country":"US"},
                    {"city":"-","region":"Ozarks","state_province":"-","country":"-"}]},
      {"addresses":[{"city":"Web","address_type":"virtual"}]}])");
  ASSERT_EQ(stated.locations_size(), 2);
  EXPECT_EQ(stated.locations(0).country(), "US");
  EXPECT_EQ(stated.locations(1).region(), "Ozarks");
  EXPECT_EQ(stated.locations(1).locality(), "");
}

TEST(FromHsdsTest, TakesPartnerTypesStatusAndTagsFromTheirTaxonomies) {
  const Organization stated = Stated(R"("attributes":[
      {"taxonomy_term":{"code":"library","name":"Libraries","taxonomy":"lcel-partner-type/lab-2025"}},
      {"taxonomy_term":{"name":"cbo","taxonomy_detail":{"name":"lcel-partner-type/lab-2024"}}},
      {"taxonomy_term":{"code":"library","name":"Libraries","taxonomy":"lcel-partner-type/lab-2024"}},
      {"taxonomy_term":{"code":"inactive","name":"x","taxonomy":"weft-organization-status"}},
      {"taxonomy_term":{"code":"literacy","name":"x","taxonomy":"weft-tag"}},
      {"value":"RPL","taxonomy_term":{"code":"acronym","name":"x","taxonomy":"weft-alternate-name"}}],
      "alternate_name":"RPL")");
  EXPECT_THAT(stated.partner_types(), ElementsAre("library", "cbo"));
  EXPECT_EQ(stated.status(), Organization::STATUS_INACTIVE);
  EXPECT_THAT(stated.tags(), ElementsAre("literacy"));
  ASSERT_EQ(stated.alternate_names_size(), 1);
  EXPECT_EQ(stated.alternate_names(0).kind(), AlternateName::KIND_ACRONYM);
  const ReadDirectory bad = ReadJson(OneOrganization(R"("attributes":[
      {"taxonomy_term":{"name":"Out of school","taxonomy":"lcel-partner-type/x"}},
      {"taxonomy_term":{"name":"closed","taxonomy":"weft-organization-status"}},
      {"taxonomy_term":{"name":"A Tag","taxonomy":"weft-tag"}},
      {"taxonomy_term":{"name":"short","taxonomy":"weft-alternate-name"},"value":"x"}, {"value":"x"}])"));
  EXPECT_EQ(bad.told.warning_count(), 4) << bad.told.DebugString();
  EXPECT_THAT(bad.not_kept(), ElementsAre("attribute 1", "taxonomy_term.code 4"));
}

TEST(FromHsdsTest, KeepsTheParentsId) {
  const ReadDirectory read = ReadJson(
      OneOrganization(R"("parent_organization_id":"2ED6657D-E927-568B-95E1-2665A8AEA6A2")"));
  ASSERT_EQ(read.organizations.size(), 1u);
  EXPECT_EQ(read.organizations[0].parent_id, "2ed6657d-e927-568b-95e1-2665a8aea6a2");
  EXPECT_THAT(ReadJson(OneOrganization(R"("parent_organization_id":"7")")).problems(),
              ElementsAre("BAD_ID organizations.json:1:0 /parent_organization_id"));
}

TEST(MergeStatedTest, ChangesWhatIsStatedAndNothingElse) {
  Organization before = ExampleOrganization();
  before.set_name("organizations/library");
  Organization after = before;
  Organization nothing;
  nothing.set_display_name(before.display_name());
  MergeStated(nothing, after);
  EXPECT_THAT(after, EqualsProto(before));

  Organization stated = Stated(R"("alternate_name":"The Library","website":"https://rpl.example",
      "organization_identifiers":[{"identifier_type":"LEI","identifier":"506700GE1G29325QX363"}],
      "contacts":[{"name":"Sam"}],"locations":[{"addresses":[{"city":"Nixa"}]}],
      "attributes":[{"taxonomy_term":{"name":"cbo","taxonomy":"lcel-partner-type/lab-2025"}}])");
  MergeStated(stated, after);
  EXPECT_EQ(after.display_name(), "Library");
  EXPECT_EQ(after.website(), "https://rpl.example");
  // Names and identifiers are added.
  ASSERT_EQ(after.alternate_names_size(), 2);
  EXPECT_EQ(after.alternate_names(0).kind(), AlternateName::KIND_ACRONYM);
  EXPECT_EQ(after.alternate_names(1).kind(), AlternateName::KIND_OTHER);
  ASSERT_EQ(after.identifiers_size(), 2);
  EXPECT_EQ(after.identifiers(0).value(), "53-0196605");
  // These are replaced.
  ASSERT_EQ(after.contacts_size(), 1);
  EXPECT_EQ(after.contacts(0).display_name(), "Sam");
  ASSERT_EQ(after.locations_size(), 1);
  EXPECT_EQ(after.locations(0).locality(), "Nixa");
  EXPECT_THAT(after.partner_types(), ElementsAre("cbo"));
  // These are not stated.
  EXPECT_THAT(after.tags(), ElementsAre("literacy"));
  EXPECT_EQ(after.status(), Organization::STATUS_ACTIVE);
  Organization again = after;
  MergeStated(stated, again);
  EXPECT_THAT(again, EqualsProto(after));
}

TEST(MergeStatedTest, AKindThatIsNotStatedStays) {
  Organization organization = ExampleOrganization();
  MergeStated(Stated(R"("alternate_name":"RPL")"), organization);
  ASSERT_EQ(organization.alternate_names_size(), 1);
  EXPECT_EQ(organization.alternate_names(0).kind(), AlternateName::KIND_ACRONYM);
}

TEST(ToHsdsTest, IdsAreTheOnesOfTheDirectoryThatBroughtIt) {
  Organization organization;
  organization.set_uid("11111111-2222-4333-8444-555555555555");
  organization.set_name("organizations/library");
  EXPECT_EQ(HsdsIdOf(organization), "11111111-2222-4333-8444-555555555555");
  organization.set_name(absl::StrCat("organizations/", kId));
  EXPECT_EQ(HsdsIdOf(organization), kId);
}

TEST(ToHsdsTest, WritesWhatHsdsRequires) {
  const v1::Taxonomy taxonomy = [] {
    v1::Taxonomy made = ExampleTaxonomy(1, {"library"});
    made.set_name("taxonomies/lab-2025");
    return made;
  }();
  std::string json;
  AppendJson(ToRecord(ExampleOrganization(), kId, "", &taxonomy), true, json);
  EXPECT_THAT(
      json, HasSubstr(absl::StrCat(R"({"id":")", kId, R"(","name":"Riverside Public Library",)")));
  EXPECT_THAT(json,
              HasSubstr(R"("alternate_name":"RPL","description":"Riverside Public Library")"));
  EXPECT_THAT(json, HasSubstr(R"("identifier_scheme":"US-EIN","identifier_type":"EIN",)"
                              R"("identifier":"53-0196605")"));
  EXPECT_THAT(json, HasSubstr(R"("address_1":"-","city":"Springfield","state_province":"MO",)"
                              R"("postal_code":"-","country":"US","address_type":"physical")"));
  EXPECT_THAT(json, HasSubstr(R"("code":"library","name":"Type library",)"
                              R"("description":"Partner type library",)"
                              R"("taxonomy":"lcel-partner-type/lab-2025")"));
  EXPECT_THAT(json, HasSubstr(R"("services":[])"));
  // Without the taxonomy, or when it does not have the type.
  std::string bare;
  AppendJson(ToRecord(ExampleOrganization(), kId, "", nullptr), true, bare);
  EXPECT_THAT(bare, HasSubstr(R"("taxonomy":"lcel-partner-type/unversioned")"));
}

TEST(SheetTest, HoldsNoFormula) {
  Organization organization = ExampleOrganization();
  organization.set_name("organizations/library");
  organization.set_display_name("=HYPERLINK(\"x\")");
  organization.clear_contacts();
  organization.add_contacts()->set_phone("+1 417 555-0100");
  std::string file;
  AppendSheetHeader(file);
  AppendSheetRow(organization, kId, "", file);
  EXPECT_EQ(file,
            "name,hsds_id,display_name,alternate_names,status,partner_types,tags,website,"
            "identifiers,parent_organization,parent_hsds_id,locations,contacts\n"
            "organizations/library,0b7e5b1a-52a4-4f0e-8f0b-2b6d5f7a9c10,"
            "\"'=HYPERLINK(\"\"x\"\")\",RPL,active,library,literacy,https://library.example.org,"
            "ein 53-0196605,,,\"Springfield, MO, US\",'+1 417 555-0100\n");
}

}  // namespace
}  // namespace weft::registry::hsds
