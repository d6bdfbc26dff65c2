#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registry/domain/site.h"
#include "tests/services/registry/examples.h"
#include "tests/testing/errors.h"

namespace weft::registry {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::IsError;
using testing::IsOk;
using ::testing::Not;
using testing::Violates;
using testing::Violation;

std::string Repeat(const std::string& text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

TEST(SiteRules, ExampleIsValid) { EXPECT_THAT(ValidateSite(ExampleSite()), IsOk()); }

TEST(SiteRules, LeastSiteIsValid) {
  v1::Site site;
  site.set_display_name("Øresund");
  site.set_neutral_label("Site 02");
  EXPECT_THAT(ValidateSite(site), IsOk());
}

TEST(SiteRules, SaysEverythingAtOnce) {
  v1::CreateSiteRequest request;
  request.set_site_id("Site_01");
  v1::Site& site = *request.mutable_site();
  site.set_naming(static_cast<v1::Site::Naming>(9));
  site.add_places();
  site.add_places()->set_country("us");
  site.add_attributes()->set_setting(static_cast<v1::SiteAttributes::Setting>(99));
  EXPECT_THAT(ValidateCreate(request),
              Violates("site_id", "site.display_name", "site.neutral_label", "site.naming",
                       "site.places[0]", "site.places[1].country", "site.attributes[0].setting"));
}

TEST(SiteRules, EmptyCreateNamesWhatIsMissing) {
  EXPECT_THAT(ValidateCreate(v1::CreateSiteRequest()), Violates("site"));
}

TEST(SiteRules, IdMayBeLeftToTheServer) {
  v1::CreateSiteRequest request;
  *request.mutable_site() = ExampleSite();
  EXPECT_THAT(ValidateCreate(request), IsOk());
}

TEST(SiteRules, LengthsCountCharacters) {
  v1::Site site = ExampleSite();
  site.set_display_name(Repeat("ß", 63));
  site.set_host_organization(Repeat("ß", 200));
  site.mutable_places(0)->set_locality(Repeat("ß", 100));
  site.mutable_attributes(0)->set_stage(Repeat("ß", 100));
  EXPECT_THAT(ValidateSite(site), IsOk());
  site.set_display_name(Repeat("ß", 64));
  site.set_neutral_label(Repeat("ß", 64));
  site.set_host_organization(Repeat("ß", 201));
  site.mutable_places(0)->set_locality(Repeat("ß", 101));
  site.mutable_places(0)->set_region(Repeat("ß", 101));
  site.mutable_attributes(0)->set_stage(Repeat("ß", 101));
  site.mutable_attributes(0)->set_entry_point(Repeat("ß", 101));
  EXPECT_THAT(ValidateSite(site),
              Violates("site.display_name", "site.neutral_label", "site.host_organization",
                       "site.places[0].locality", "site.places[0].region",
                       "site.attributes[0].stage", "site.attributes[0].entry_point"));
}

TEST(SiteRules, ListsHaveALimit) {
  v1::Site site = ExampleSite();
  site.clear_places();
  site.clear_attributes();
  for (int i = 0; i < 50; ++i) site.add_places()->set_country("US");
  for (int i = 0; i < 100; ++i)
    *site.add_attributes()->mutable_effective_date() = Day(1900 + i, 1, 1);
  EXPECT_THAT(ValidateSite(site), IsOk());
  site.add_places()->set_country("US");
  *site.add_attributes()->mutable_effective_date() = Day(2000, 1, 1);
  EXPECT_THAT(ValidateSite(site), Violates("site.places", "site.attributes"));
}

TEST(SiteRules, AttributesAscendByDate) {
  v1::Site site = ExampleSite();
  *site.add_attributes()->mutable_effective_date() = Day(2025, 7, 1);
  EXPECT_THAT(ValidateSite(site), Violates("site.attributes[2].effective_date"));
  EXPECT_THAT(Violation(ValidateSite(site), "site.attributes[2].effective_date"),
              AllOf(HasSubstr("2025-07-01"), HasSubstr("after the entry before it")));
  *site.mutable_attributes(2)->mutable_effective_date() = Day(2025, 7, 2);
  EXPECT_THAT(ValidateSite(site), IsOk());
}

TEST(SiteRules, OnlyTheFirstAttributeMayBeUndated) {
  v1::Site site = ExampleSite();
  site.add_attributes();
  EXPECT_THAT(ValidateSite(site), Violates("site.attributes[2].effective_date"));
}

TEST(SiteRules, DatesAreDaysOfTheCalendar) {
  v1::Site site = ExampleSite();
  *site.mutable_attributes(0)->mutable_effective_date() = Day(2025, 2, 28);
  *site.mutable_attributes(1)->mutable_effective_date() = Day(2025, 2, 0);
  EXPECT_THAT(ValidateSite(site), Violates("site.attributes[1].effective_date"));
}

TEST(SiteRules, NewSiteIgnoresWhatOnlyTheServerSets) {
  v1::CreateSiteRequest request;
  *request.mutable_site() = ExampleSite();
  request.mutable_site()->set_name("sites/other");
  request.mutable_site()->set_uid("mine");
  request.mutable_site()->set_etag("\"mine\"");
  request.mutable_site()->mutable_create_time()->set_seconds(1);
  request.mutable_site()->mutable_update_time()->set_seconds(1);
  v1::Site expected = ExampleSite();
  expected.set_name("sites/site-01");
  EXPECT_EQ(NewSite(request, "site-01").SerializeAsString(), expected.SerializeAsString());
}

TEST(SiteRules, BatchNamesSites) {
  v1::BatchGetSitesRequest request;
  EXPECT_THAT(ValidateBatch(request), Violates("names"));
  request.add_names("sites/a");
  request.add_names("cohorts/a");
  request.add_names("");
  EXPECT_THAT(ValidateBatch(request), Violates("names[1]", "names[2]"));
  request.clear_names();
  for (int i = 0; i < 1000; ++i) request.add_names("sites/a");
  EXPECT_THAT(ValidateBatch(request), IsOk());
  request.add_names("sites/a");
  EXPECT_THAT(ValidateBatch(request), Violates("names"));
}

TEST(SiteRules, MissingSitesAreNamedWithinAnErrorsSize) {
  std::vector<std::string> missing;
  for (int i = 0; i < 1000; ++i) missing.push_back("sites/" + std::string(63, 'a'));
  const absl::Status status = SitesMissing(missing);
  EXPECT_THAT(status, IsError(absl::StatusCode::kNotFound, "SITE_NOT_FOUND"));
  EXPECT_THAT(status.message(), HasSubstr("and 980 more"));
  EXPECT_LT(status.message().size(), 2000u);
  EXPECT_THAT(SitesMissing({"sites/a"}).message(),
              AllOf(HasSubstr("sites/a;"), Not(HasSubstr("more"))));
}

TEST(SiteRules, MembershipsKeepASite) {
  v1::Site site = ExampleSite();
  site.set_name("sites/site-01");
  EXPECT_THAT(CheckNoMemberships(site, {}), IsOk());
  v1::Membership membership;
  membership.set_name("cohorts/c1/memberships/site-01");
  const absl::Status status = CheckNoMemberships(site, {membership});
  EXPECT_THAT(status, IsError(absl::StatusCode::kFailedPrecondition, "SITE_HAS_MEMBERSHIPS"));
  EXPECT_THAT(status.message(), HasSubstr("cohorts/c1/memberships/site-01"));
}

}  // namespace
}  // namespace weft::registry
