// What is written is read back as it was: any organizations, in JSON and in tables.
#include <random>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registry/domain/hsds/from_hsds.h"
#include "services/registry/domain/hsds/to_hsds.h"
#include "services/registry/domain/hsds/writers.h"
#include "services/registry/domain/organization.h"
#include "tests/services/registry/hsds/reading.h"
#include "tests/testing/proto_matchers.h"

namespace weft::registry::hsds {
namespace {

using testing::EqualsProto;
using ::testing::IsEmpty;
using v1::AlternateName;
using v1::Organization;
using v1::OrganizationIdentifier;

// Organizations of every shape that the registry stores.
class Maker {
 public:
  explicit Maker(uint32_t seed) : random_(seed) {}

  Organization Make(int number) {
    Organization organization;
    organization.set_name(Id(number));
    organization.set_display_name(Text(number));
    if (Chance())
      organization.set_website(absl::StrCat("https://example.org/", number, "?a=\"b\""));
    if (Chance()) organization.set_status(Organization::STATUS_ACTIVE);
    for (int i = 0; i < Count(); ++i) {
      AlternateName& name = *organization.add_alternate_names();
      name.set_text(absl::StrCat(Text(i), i));
      name.set_kind(static_cast<AlternateName::Kind>(1 + random_() % 4));
    }
    for (int i = 0; i < Count(); ++i) organization.add_partner_types(absl::StrCat("type_", i));
    for (int i = 0; i < Count(); ++i) organization.add_tags(absl::StrCat("tag-", i));
    const std::vector<std::pair<OrganizationIdentifier::Scheme, std::string>> identifiers = {
        {OrganizationIdentifier::SCHEME_EIN, "53-0196605"},
        {OrganizationIdentifier::SCHEME_LEAID, "0602970"},
        {OrganizationIdentifier::SCHEME_NCESSCH, "060297001285"},
        {OrganizationIdentifier::SCHEME_UNITID, "199193"},
        {OrganizationIdentifier::SCHEME_ROR, "https://ror.org/05dxps055"},
        {OrganizationIdentifier::SCHEME_NPI, "1234567893"},
        {OrganizationIdentifier::SCHEME_ORG_ID, "GB-CHC-1164883"},
        {OrganizationIdentifier::SCHEME_ORG_ID, "XI-LEI-506700GE1G29325QX363"},
        {OrganizationIdentifier::SCHEME_ORG_ID, "NL-KVK-GB-CHC-1"},
        {OrganizationIdentifier::SCHEME_LEI, "506700GE1G29325QX363"}};
    for (const auto& [scheme, value] : identifiers) {
      if (!Chance()) continue;
      OrganizationIdentifier& identifier = *organization.add_identifiers();
      identifier.set_scheme(scheme);
      identifier.set_value(value);
    }
    for (int i = 0; i < Count(); ++i) {
      v1::OrganizationContact& contact = *organization.add_contacts();
      contact.set_role(absl::StrCat("role ", i));
      if (Chance()) contact.set_display_name(Text(i));
      if (Chance()) contact.set_email(absl::StrCat("a", i, "@example.org"));
      const char* phones[] = {"",      "+1 (417) 555-0100", "555 x12", "555 x012",     "x12",
                              "555 x", "555 x12 x13",       "555x7",   "1 x1234567890"};
      contact.set_phone(phones[random_() % 9]);
    }
    for (int i = 0; i < Count(); ++i) {
      v1::Place& place = *organization.add_locations();
      place.set_region(absl::StrCat("R", i));
      if (Chance()) place.set_locality(Text(i));
      if (Chance()) place.set_country("US");
    }
    EXPECT_TRUE(ValidateOrganization(organization).ok()) << organization.DebugString();
    return organization;
  }

 private:
  static std::string Id(int number) {
    return absl::StrCat("organizations/00000000-0000-4000-8000-",
                        absl::Dec(number, absl::kZeroPad12));
  }
  bool Chance() { return random_() % 2 == 0; }
  int Count() { return static_cast<int>(random_() % 3); }
  std::string Text(int number) {
    const char* texts[] = {"Library", "a,b;c", "say \"x\"",   "Bücherei – ☕", "=1+1", "-x",
                           "O'Neil",  "a/b~c", "{\"a\":[1]}", "null",         "007",  "a\\b"};
    return absl::StrCat(texts[random_() % 12], " ", number);
  }

  std::mt19937 random_;
};

Files JsonOf(const std::vector<Organization>& organizations) {
  std::string file = JsonPageHead(static_cast<int>(organizations.size()));
  bool first = true;
  for (const Organization& organization : organizations) {
    AppendJson(ToRecord(organization, HsdsIdOf(organization), "", nullptr), first, file);
    first = false;
  }
  return {{"organizations.json", file + JsonPageTail()}};
}

Files PackageOf(const std::vector<Organization>& organizations) {
  Files files = {{"datapackage.json", PackageDescriptor()}};
  for (const TableSpec* table : Tables()) {
    std::string file;
    AppendTableHeader(*table, file);
    std::string of_table_alone = file;
    absl::flat_hash_set<std::string> written;
    absl::flat_hash_set<std::string> written_alone;
    for (const Organization& organization : organizations) {
      const std::string id = HsdsIdOf(organization);
      AppendTableRows(*table, ToRecord(organization, id, "", nullptr), written, file);
      AppendTableRows(*table, ToRecord(organization, id, "", nullptr, table), written_alone,
                      of_table_alone);
    }
    EXPECT_EQ(of_table_alone, file) << table->name;
    files.emplace_back(table->file, std::move(file));
  }
  return files;
}

void ExpectReadBack(const std::vector<Organization>& organizations, const Files& files) {
  const ReadDirectory read = Read(files, 1000);
  EXPECT_THAT(read.problems(), IsEmpty());
  EXPECT_THAT(read.not_kept(), IsEmpty());
  ASSERT_EQ(read.organizations.size(), organizations.size());
  for (size_t i = 0; i < organizations.size(); ++i) {
    const Organization back = NewFrom(read.organizations[i].stated, organizations[i].name());
    EXPECT_THAT(back, EqualsProto(organizations[i]));
    EXPECT_EQ(read.organizations[i].id, HsdsIdOf(organizations[i]));
  }
}

TEST(RoundTripTest, AnyOrganizations) {
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    Maker maker(seed);
    std::vector<Organization> organizations;
    organizations.reserve(25);
    for (int i = 0; i < 25; ++i) organizations.push_back(maker.Make(i));
    ExpectReadBack(organizations, JsonOf(organizations));
    ExpectReadBack(organizations, PackageOf(organizations));
  }
}

TEST(RoundTripTest, IdsDoNotChange) {
  Maker maker(1);
  const Organization organization = maker.Make(7);
  EXPECT_EQ(JsonOf({organization}), JsonOf({organization}));
  // Of two organizations, all ids but those of shared terms differ.
  Organization other = organization;
  other.set_name("organizations/00000000-0000-4000-8000-000000000008");
  const Files files = PackageOf({organization, other});
  for (const auto& [name, content] : files) {
    if (name == "datapackage.json") continue;
    absl::flat_hash_set<std::string> ids;
    size_t begin = content.find('\n') + 1;
    while (begin < content.size()) {
      const std::string id = content.substr(begin, content.find(',', begin) - begin);
      EXPECT_TRUE(ids.insert(id).second) << name << " has " << id << " twice";
      begin = content.find('\n', begin) + 1;
    }
  }
}

}  // namespace
}  // namespace weft::registry::hsds
