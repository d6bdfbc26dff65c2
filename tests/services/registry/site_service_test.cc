#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_format.h"
#include "tests/services/registry/service_fixture.h"

namespace weft::registry {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::EqualsProto;
using ::testing::HasSubstr;
using testing::IsError;
using testing::IsOk;
using ::testing::Not;
using testing::Violates;

class SiteServiceTest : public RegistryTest {
 protected:
  static v1::CreateSiteRequest CreateRequest(const std::string& id) {
    v1::CreateSiteRequest request;
    request.set_site_id(id);
    *request.mutable_site() = ExampleSite();
    return request;
  }
  absl::StatusOr<v1::Site> Create(const v1::CreateSiteRequest& request) {
    return Call<v1::Site>("SiteService/CreateSite", request);
  }
  absl::StatusOr<v1::Site> Update(const v1::UpdateSiteRequest& request) {
    return Call<v1::Site>("SiteService/UpdateSite", request);
  }
  absl::StatusOr<Empty> Delete(const std::string& name, const std::string& etag = "") {
    v1::DeleteSiteRequest request;
    request.set_name(name);
    request.set_etag(etag);
    return Call<Empty>("SiteService/DeleteSite", request);
  }
  absl::StatusOr<v1::BatchGetSitesResponse> BatchGet(const std::vector<std::string>& names) {
    v1::BatchGetSitesRequest request;
    request.mutable_names()->Assign(names.begin(), names.end());
    return Call<v1::BatchGetSitesResponse>("SiteService/BatchGetSites", request);
  }
};
WEFT_ON_EVERY_ENGINE(SiteServiceTest);

TEST_P(SiteServiceTest, CreateStampsAndGetReads) {
  const v1::Site site =
      Write<v1::Site>("SiteService/CreateSite", CreateRequest("site-01"), CreateRequest("site-02"));
  EXPECT_EQ(site.name(), "sites/site-01");
  EXPECT_EQ(site.display_name(), "Spring Valley");
  EXPECT_NE(site.uid(), "");
  EXPECT_NE(site.etag(), "");
  EXPECT_EQ(site.create_time().seconds(), 1'750'000'000);
  EXPECT_THAT(site.update_time(), EqualsProto(site.create_time()));
  const auto read = GetSite("sites/site-01");
  ASSERT_THAT(read, IsOk());
  EXPECT_THAT(*read, EqualsProto(site));
}

TEST_P(SiteServiceTest, CreateMakesUpAnIdWhenNoneIsGiven) {
  const auto first = Create(CreateRequest(""));
  const auto second = Create(CreateRequest(""));
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(second, IsOk());
  EXPECT_NE(first->name(), second->name());
  EXPECT_THAT(GetSite(first->name()), IsOk());
}

TEST_P(SiteServiceTest, CreateRefuses) {
  v1::CreateSiteRequest request;
  request.set_site_id("Site");
  EXPECT_THAT(Create(request).status(), Violates("site_id", "site"));
  AddSite("site-01");
  EXPECT_THAT(Create(CreateRequest("site-01")),
              IsError(absl::StatusCode::kAlreadyExists, "SITE_EXISTS"));
}

TEST_P(SiteServiceTest, CreateIgnoresWhatOnlyTheServerSets) {
  v1::CreateSiteRequest request = CreateRequest("site-01");
  request.mutable_site()->set_name("sites/other");
  request.mutable_site()->set_uid("mine");
  request.mutable_site()->set_etag("\"mine\"");
  const auto site = Create(request);
  ASSERT_THAT(site, IsOk());
  EXPECT_EQ(site->name(), "sites/site-01");
  EXPECT_NE(site->uid(), "mine");
  EXPECT_NE(site->etag(), "\"mine\"");
}

TEST_P(SiteServiceTest, GetRefuses) {
  EXPECT_THAT(GetSite("sites/nowhere"), IsError(absl::StatusCode::kNotFound, "SITE_NOT_FOUND"));
  for (const char* name : {"", "sites", "sites/", "cohorts/c1", "sites/a/b"}) {
    EXPECT_THAT(GetSite(name), IsError(absl::StatusCode::kInvalidArgument, "NAME_INVALID")) << name;
  }
}

TEST_P(SiteServiceTest, BatchReadsInOrder) {
  AddSite("a");
  AddSite("b");
  AddSite("c");
  const auto batch = BatchGet({"sites/c", "sites/a", "sites/c"});
  ASSERT_THAT(batch, IsOk());
  std::vector<std::string> names;
  for (const v1::Site& site : batch->sites()) names.push_back(site.name());
  EXPECT_THAT(names, ElementsAre("sites/c", "sites/a", "sites/c"));
}

TEST_P(SiteServiceTest, BatchNamesAllThatAreMissing) {
  AddSite("a");
  const absl::Status status = BatchGet({"sites/x", "sites/a", "sites/y"}).status();
  EXPECT_THAT(status, IsError(absl::StatusCode::kNotFound, "SITE_NOT_FOUND"));
  EXPECT_THAT(status.message(), AllOf(HasSubstr("sites/x, sites/y"), Not(HasSubstr("sites/a"))));
  EXPECT_THAT(BatchGet({"sites/a", "site"}).status(), Violates("names[1]"));
}

TEST_P(SiteServiceTest, ListPagesThroughAll) {
  std::set<std::string> expected;
  for (int i = 0; i < 120; ++i) expected.insert(AddSite(absl::StrFormat("site-%03d", i)).name());
  v1::ListSitesRequest request;
  request.set_page_size(50);
  std::vector<std::string> names;
  std::vector<int> sizes;
  do {
    const auto page = Done<v1::ListSitesResponse>("SiteService/ListSites", request);
    for (const v1::Site& site : page.sites()) names.push_back(site.name());
    sizes.push_back(page.sites_size());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && sizes.size() < 10);
  EXPECT_THAT(sizes, ElementsAre(50, 50, 20));
  EXPECT_EQ(names, std::vector<std::string>(expected.begin(), expected.end()));
}

TEST_P(SiteServiceTest, ListSizes) {
  for (int i = 0; i < 60; ++i) AddSite(absl::StrFormat("s%02d", i));
  v1::ListSitesRequest request;
  EXPECT_EQ(Done<v1::ListSitesResponse>("SiteService/ListSites", request).sites_size(), 50);
  request.set_page_size(100000);
  EXPECT_EQ(Done<v1::ListSitesResponse>("SiteService/ListSites", request).sites_size(), 60);
  request.set_page_size(60);
  EXPECT_EQ(Done<v1::ListSitesResponse>("SiteService/ListSites", request).next_page_token(), "");
  request.set_page_size(-1);
  EXPECT_THAT(Call<v1::ListSitesResponse>("SiteService/ListSites", request),
              IsError(absl::StatusCode::kInvalidArgument, "PAGE_SIZE_INVALID"));
}

TEST_P(SiteServiceTest, PageTokensAreForTheListThatMadeThem) {
  AddSite("a");
  AddSite("b");
  AddCohort("a");
  v1::ListSitesRequest request;
  request.set_page_size(1);
  const std::string token =
      Done<v1::ListSitesResponse>("SiteService/ListSites", request).next_page_token();
  ASSERT_NE(token, "");
  v1::ListCohortsRequest cohorts;
  cohorts.set_page_token(token);
  EXPECT_THAT(Call<v1::ListCohortsResponse>("CohortService/ListCohorts", cohorts),
              IsError(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID"));
  request.set_page_token("mine");
  EXPECT_THAT(Call<v1::ListSitesResponse>("SiteService/ListSites", request),
              IsError(absl::StatusCode::kInvalidArgument, "PAGE_TOKEN_INVALID"));
  // Another size is the same list.
  request.set_page_token(token);
  request.set_page_size(7);
  EXPECT_EQ(Done<v1::ListSitesResponse>("SiteService/ListSites", request).sites_size(), 1);
}

TEST_P(SiteServiceTest, UpdateWritesWhatTheMaskNames) {
  const v1::Site created = AddSite("site-01");
  v1::UpdateSiteRequest request;
  request.mutable_site()->set_name("sites/site-01");
  request.mutable_site()->set_etag(created.etag());
  request.mutable_site()->set_display_name("Summer Valley");
  request.mutable_site()->set_neutral_label("not in the mask");
  request.mutable_update_mask()->add_paths("display_name");
  request.mutable_update_mask()->add_paths("host_organization");
  v1::UpdateSiteRequest other = request;
  other.mutable_site()->set_display_name("Winter Valley");
  clock_.Advance(absl::Minutes(1));
  const v1::Site updated = Write<v1::Site>("SiteService/UpdateSite", request, other);
  EXPECT_EQ(updated.display_name(), "Summer Valley");
  EXPECT_EQ(updated.neutral_label(), "Site 01");
  EXPECT_EQ(updated.host_organization(), "") << "named by the mask and unset: cleared";
  EXPECT_EQ(updated.places_size(), 1);
  EXPECT_EQ(updated.uid(), created.uid());
  EXPECT_THAT(updated.create_time(), EqualsProto(created.create_time()));
  EXPECT_EQ(updated.update_time().seconds(), created.update_time().seconds() + 60);
  EXPECT_NE(updated.etag(), created.etag());
}

TEST_P(SiteServiceTest, UpdateWithoutMaskWritesWhatIsSet) {
  AddSite("site-01");
  v1::UpdateSiteRequest request;
  request.mutable_site()->set_name("sites/site-01");
  request.mutable_site()->set_naming(v1::Site::NAMING_NAMED);
  const auto updated = Update(request);
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->naming(), v1::Site::NAMING_NAMED);
  EXPECT_EQ(updated->display_name(), "Spring Valley");
}

TEST_P(SiteServiceTest, UpdateWithStarReplaces) {
  const v1::Site created = AddSite("site-01");
  v1::UpdateSiteRequest request;
  request.mutable_site()->set_name("sites/site-01");
  request.mutable_site()->set_display_name("Summer Valley");
  request.mutable_site()->set_neutral_label("Site 01");
  request.mutable_update_mask()->add_paths("*");
  const auto updated = Update(request);
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->attributes_size(), 0);
  EXPECT_EQ(updated->uid(), created.uid());
  request.mutable_site()->clear_neutral_label();
  EXPECT_THAT(Update(request).status(), Violates("site.neutral_label"));
}

TEST_P(SiteServiceTest, UpdateRefuses) {
  const v1::Site created = AddSite("site-01");
  v1::UpdateSiteRequest request;
  EXPECT_THAT(Update(request).status(), Violates("site"));
  request.mutable_site()->set_display_name("Nameless");
  EXPECT_THAT(Update(request), IsError(absl::StatusCode::kInvalidArgument, "NAME_INVALID"));
  request.mutable_site()->set_name("sites/nowhere");
  EXPECT_THAT(Update(request), IsError(absl::StatusCode::kNotFound, "SITE_NOT_FOUND"));
  request.mutable_site()->set_name("sites/site-01");
  request.mutable_update_mask()->add_paths("colour");
  EXPECT_THAT(Update(request), IsError(absl::StatusCode::kInvalidArgument, "UPDATE_MASK_INVALID"));
  request.clear_update_mask();
  request.mutable_site()->set_etag("\"0123456789abcdef\"");
  EXPECT_THAT(Update(request), IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  const auto stored = GetSite("sites/site-01");
  ASSERT_THAT(stored, IsOk());
  EXPECT_THAT(*stored, EqualsProto(created));
}

TEST_P(SiteServiceTest, UpdateThatChangesNothingIsNone) {
  const v1::Site created = AddSite("site-01");
  clock_.Advance(absl::Minutes(1));
  v1::UpdateSiteRequest request;
  *request.mutable_site() = created;
  const auto updated = Update(request);
  ASSERT_THAT(updated, IsOk());
  EXPECT_THAT(*updated, EqualsProto(created));
}

TEST_P(SiteServiceTest, DeleteRemoves) {
  AddSite("site-01");
  const v1::Site second = AddSite("site-02");
  v1::DeleteSiteRequest request, other;
  request.set_name("sites/site-01");
  other.set_name("sites/site-02");
  Write<Empty>("SiteService/DeleteSite", request, other);
  EXPECT_THAT(GetSite("sites/site-01"), IsError(absl::StatusCode::kNotFound, "SITE_NOT_FOUND"));
  EXPECT_THAT(Delete("sites/site-01"), IsError(absl::StatusCode::kNotFound, "SITE_NOT_FOUND"));
  EXPECT_THAT(Delete("sites/site-02", "\"0123456789abcdef\""),
              IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  EXPECT_THAT(Delete("sites/site-02", second.etag()), IsOk());
  EXPECT_THAT(Delete(""), IsError(absl::StatusCode::kInvalidArgument, "NAME_INVALID"));
}

TEST_P(SiteServiceTest, MembershipsKeepASiteFromBeingDeleted) {
  AddSite("site-01");
  AddCohort("c1");
  AddMembership("c1", "site-01");
  const absl::Status status = Delete("sites/site-01").status();
  EXPECT_THAT(status, IsError(absl::StatusCode::kFailedPrecondition, "SITE_HAS_MEMBERSHIPS"));
  EXPECT_THAT(status.message(), HasSubstr("cohorts/c1/memberships/site-01"));
  v1::DeleteMembershipRequest request;
  request.set_name("cohorts/c1/memberships/site-01");
  Done<Empty>("CohortService/DeleteMembership", request);
  EXPECT_THAT(Delete("sites/site-01"), IsOk());
}

// Whoever comes first wins: never is there a membership of a site that is gone.
TEST_P(SiteServiceTest, RaceOfDeleteAndMembershipLeavesNoOrphan) {
  AddCohort("c1");
  for (int round = 0; round < 20; ++round) {
    AddSite("site-01");
    absl::Status deleted, added;
    std::thread deleter([&] { deleted = Delete("sites/site-01").status(); });
    std::thread adder([&] {
      added =
          Call<v1::Membership>("CohortService/CreateMembership", MembershipRequest("c1", "site-01"))
              .status();
    });
    deleter.join();
    adder.join();
    ASSERT_NE(deleted.ok(), added.ok()) << deleted << " and " << added;
    if (deleted.ok()) {
      EXPECT_THAT(added, IsError(absl::StatusCode::kNotFound, "SITE_NOT_FOUND"));
      continue;
    }
    EXPECT_THAT(deleted, IsError(absl::StatusCode::kFailedPrecondition, "SITE_HAS_MEMBERSHIPS"));
    v1::DeleteMembershipRequest request;
    request.set_name("cohorts/c1/memberships/site-01");
    Done<Empty>("CohortService/DeleteMembership", request);
    ASSERT_THAT(Delete("sites/site-01"), IsOk());
  }
}

}  // namespace
}  // namespace weft::registry
