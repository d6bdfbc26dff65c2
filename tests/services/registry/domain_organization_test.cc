#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registry/domain/access.h"
#include "services/registry/domain/organization.h"
#include "services/registry/domain/organization_filter.h"
#include "tests/services/registry/examples.h"
#include "tests/testing/errors.h"

namespace weft::registry {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using ::testing::Not;
using testing::Violates;
using testing::Violation;
using v1::OrganizationIdentifier;

v1::CreateOrganizationRequest Request() {
  v1::CreateOrganizationRequest request;
  request.set_organization_id("riverside-library");
  *request.mutable_organization() = ExampleOrganization();
  return request;
}

TEST(Organization, ExampleIsValid) { EXPECT_THAT(ValidateCreate(Request()), IsOk()); }

TEST(Organization, NamesEverythingThatIsWrong) {
  v1::CreateOrganizationRequest request = Request();
  request.set_organization_id("Riverside");
  v1::Organization& organization = *request.mutable_organization();
  organization.set_display_name(" ");
  organization.mutable_alternate_names(0)->clear_kind();
  organization.add_partner_types("Library");
  organization.mutable_identifiers(0)->set_value("12");
  organization.mutable_contacts(0)->set_email("nobody");
  organization.mutable_contacts(0)->set_phone("call me");
  organization.mutable_locations(0)->set_country("USA");
  organization.set_parent_organization("county");
  organization.set_website("example.org");
  organization.add_tags("Big Tag");
  organization.set_status(static_cast<v1::Organization::Status>(9));
  EXPECT_THAT(ValidateCreate(request),
              Violates("organization_id", "organization.display_name",
                       "organization.alternate_names[0].kind", "organization.partner_types[1]",
                       "organization.identifiers[0].value", "organization.contacts[0].email",
                       "organization.contacts[0].phone", "organization.locations[0].country",
                       "organization.parent_organization", "organization.website",
                       "organization.tags[1]", "organization.status"));
}

TEST(Organization, RefusesRepetitions) {
  v1::CreateOrganizationRequest request = Request();
  v1::Organization& organization = *request.mutable_organization();
  organization.add_partner_types("library");
  organization.add_tags("literacy");
  // The same number in another form.
  OrganizationIdentifier* again = organization.add_identifiers();
  again->set_scheme(OrganizationIdentifier::SCHEME_EIN);
  again->set_value("530196605");
  EXPECT_THAT(ValidateCreate(request),
              Violates("organization.partner_types[1]", "organization.tags[1]",
                       "organization.identifiers[1]"));
}

TEST(Organization, ErrorsRepeatNothingOfContacts) {
  v1::CreateOrganizationRequest request = Request();
  request.mutable_organization()->mutable_contacts(0)->set_email("ada lovelace at home");
  request.mutable_organization()->mutable_contacts(0)->set_phone("ask ada");
  const absl::Status status = ValidateCreate(request);
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("ada")));
  EXPECT_THAT(Violation(status, "organization.contacts[0].email"), Not(HasSubstr("ada")));
  EXPECT_THAT(Violation(status, "organization.contacts[0].phone"), Not(HasSubstr("ada")));
}

TEST(Organization, NewOneIsNormalizedAndHasNothingOfTheServers) {
  v1::CreateOrganizationRequest request = Request();
  v1::Organization& given = *request.mutable_organization();
  given.mutable_identifiers(0)->set_value("530196605");
  given.set_merged_into("organizations/other");
  given.mutable_delete_time()->set_seconds(1);
  given.set_etag("\"mine\"");
  const v1::Organization made = NewOrganization(request, "riverside-library");
  EXPECT_EQ(made.name(), "organizations/riverside-library");
  EXPECT_EQ(made.identifiers(0).value(), "53-0196605");
  EXPECT_EQ(made.merged_into(), "");
  EXPECT_FALSE(made.has_delete_time());
  EXPECT_EQ(made.etag(), "");
}

TEST(Organization, DeletedOnesHoldNoIdentifier) {
  v1::Organization organization = ExampleOrganization();
  EXPECT_THAT(IdentifierKeys(organization), ElementsAre("ein 53-0196605"));
  organization.mutable_delete_time()->set_seconds(1);
  EXPECT_THAT(IdentifierKeys(organization), IsEmpty());
}

TEST(Organization, ParentsFormNoCircle) {
  v1::Organization organization = ExampleOrganization();
  organization.set_name("organizations/a");
  organization.set_parent_organization("organizations/b");
  v1::Organization above;
  above.set_name("organizations/b");
  EXPECT_THAT(CheckAncestor(organization, above, 1), IsOk());
  EXPECT_THAT(CheckAncestor(organization, above, kMaxAncestors), IsOk());
  EXPECT_THAT(CheckAncestor(organization, above, kMaxAncestors + 1),
              IsError(absl::StatusCode::kFailedPrecondition, "ORGANIZATION_PARENTS_TOO_DEEP"));
  above.set_name("organizations/a");
  EXPECT_THAT(CheckAncestor(organization, above, 2),
              IsError(absl::StatusCode::kFailedPrecondition, "ORGANIZATION_PARENT_CYCLE"));
}

TEST(Organization, BatchHasLimitsAndNoIdTwice) {
  v1::BatchCreateOrganizationsRequest batch;
  EXPECT_THAT(ValidateBatch(batch), Violates("requests"));
  *batch.add_requests() = Request();
  *batch.add_requests() = Request();
  batch.mutable_requests(0)->set_request_id("r");
  batch.mutable_requests(1)->set_validate_only(true);
  EXPECT_THAT(ValidateBatch(batch), Violates("requests[0].request_id", "requests[1].validate_only",
                                             "requests[1].organization_id"));
  for (int i = 0; i < 1000; ++i) batch.add_requests();
  EXPECT_THAT(ValidateBatch(batch), Violates("requests"));
}

bool Matches(const std::string& filter, const v1::Organization& organization) {
  const absl::StatusOr<OrganizationFilter> parsed = ParseOrganizationFilter(filter);
  EXPECT_THAT(parsed, IsOk()) << filter;
  return parsed.ok() && parsed->Matches(organization);
}

TEST(OrganizationFilter, ComparesEachField) {
  v1::Organization organization = ExampleOrganization();
  organization.set_parent_organization("organizations/county");
  for (const char* filter :
       {"", "partner_type = library", "partner_type:library", "partner_type != cbo", "tag:literacy",
        "status = active", "status = ACTIVE", "region = MO", "locality = Springfield", "country:*",
        "parent = \"organizations/county\"", "parent = county", "identifier_scheme = ein",
        "NOT identifier_scheme = ror", "partner_type = cbo OR (region = MO AND country = US)"}) {
    EXPECT_TRUE(Matches(filter, organization)) << filter;
  }
  for (const char* filter :
       {"partner_type = cbo", "status = inactive", "region = KS", "parent != county",
        "identifier_scheme = ror", "NOT tag:*", "region = MO AND country = CA"}) {
    EXPECT_FALSE(Matches(filter, organization)) << filter;
  }
}

TEST(OrganizationFilter, SaysWhereAndWhatWouldBeRight) {
  const auto refused = [](const char* filter) {
    const absl::Status status = ParseOrganizationFilter(filter).status();
    EXPECT_THAT(status, IsError(absl::StatusCode::kInvalidArgument, "FILTER_INVALID")) << filter;
    return Violation(status, "filter");
  };
  EXPECT_THAT(refused("region = MO AND regin = KS"),
              AllOf(HasSubstr("character 17"), HasSubstr("the nearest is region")));
  EXPECT_THAT(refused("status = open"), AllOf(HasSubstr("character 1"), HasSubstr("active")));
  EXPECT_THAT(refused("identifier_scheme = duns"), HasSubstr("ein, leaid"));
  EXPECT_THAT(refused("region < MO"), HasSubstr("no order"));
  EXPECT_THAT(refused("region = "), HasSubstr("character"));
}

TEST(OrganizationFilter, KnowsAParentThatAllHave) {
  const auto parent = [](const char* filter) {
    return ParseOrganizationFilter(filter)->Required("parent");
  };
  EXPECT_EQ(parent("parent = a AND tag:x"), "organizations/a");
  EXPECT_EQ(parent("parent = a OR tag:x"), "");
  EXPECT_EQ(parent("NOT parent = a"), "");
  EXPECT_EQ(parent("parent:*"), "");
  EXPECT_EQ(parent("parent != a"), "");
}

TEST(OrganizationOrder, RefusesWhatNoIndexHas) {
  EXPECT_EQ(ParseOrder("")->by, OrganizationOrder::By::kName);
  EXPECT_TRUE(ParseOrder("display_name desc")->descending);
  EXPECT_FALSE(ParseOrder("update_time")->descending);
  for (const char* order : {"region", "name desc", "display_name, name"}) {
    EXPECT_THAT(ParseOrder(order).status(),
                IsError(absl::StatusCode::kInvalidArgument, "ORDER_INVALID"))
        << order;
  }
}

TEST(Access, ContactsAreSeenByFew) {
  EXPECT_TRUE(SeesContactsOf({"users/amara"}, "organizations/a"));
  EXPECT_TRUE(SeesContactsOf({"services/metrics"}, "organizations/a"));
  EXPECT_TRUE(SeesContactsOf({"organizations/a"}, "organizations/a"));
  EXPECT_FALSE(SeesContactsOf({"organizations/b"}, "organizations/a"));
  EXPECT_FALSE(SeesContactsOf({"researchers/r"}, "organizations/a"));
}

}  // namespace
}  // namespace weft::registry
