// What followers of the registry see, and what a restart keeps.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/services/registry/service_fixture.h"
#include "weft/type/v1/change.pb.h"

namespace weft::registry {
namespace {

using ::testing::ElementsAre;
using testing::EqualsProto;
using testing::IsError;
using testing::IsOk;

using weft::type::v1::Change;

std::string Summary(const Change& change) {
  return absl::StrCat(Change::Kind_Name(change.kind()), " ", change.type(), " ", change.name());
}

std::vector<std::string> Summaries(const std::vector<Change>& changes) {
  std::vector<std::string> summaries;
  summaries.reserve(changes.size());
  for (const Change& change : changes) summaries.push_back(Summary(change));
  return summaries;
}

class ChangeFeedTest : public RegistryTest {
 protected:
  void DeleteSite(const std::string& name) {
    v1::DeleteSiteRequest request;
    request.set_name(name);
    Done<Empty>("SiteService/DeleteSite", request);
  }
  v1::Site Rename(const std::string& name, const std::string& display_name) {
    v1::UpdateSiteRequest request;
    request.mutable_site()->set_name(name);
    request.mutable_site()->set_display_name(display_name);
    return Done<v1::Site>("SiteService/UpdateSite", request);
  }
  // One of each resource.
  void AddEverything() {
    AddTaxonomy("lab-1", 1, {"a"});
    Publish("lab-1");
    AddTaxonomy("lab-2", 2, {"a"});
    Publish("lab-2");
    v1::CreateCrosswalkRequest crosswalk;
    crosswalk.set_parent("taxonomies/lab-1");
    crosswalk.set_crosswalk_id("lab-2");
    v1::CrosswalkMapping* mapping = crosswalk.mutable_crosswalk()->add_mappings();
    mapping->set_from_code("a");
    mapping->add_to_codes("a");
    mapping->set_relation(v1::CrosswalkMapping::RELATION_EXACT);
    Done<v1::Crosswalk>("TaxonomyService/CreateCrosswalk", crosswalk);
    AddCohort("c1");
    AddSite("s1");
    AddMembership("c1", "s1");
  }
};
WEFT_ON_EVERY_ENGINE(ChangeFeedTest);

TEST_P(ChangeFeedTest, HoldsEachChangeInOrder) {
  AddEverything();
  EXPECT_THAT(Summaries(Changes()),
              ElementsAre("KIND_CREATED taxonomy taxonomies/lab-1",
                          "KIND_UPDATED taxonomy taxonomies/lab-1",
                          "KIND_CREATED taxonomy taxonomies/lab-2",
                          "KIND_UPDATED taxonomy taxonomies/lab-2",
                          "KIND_CREATED crosswalk taxonomies/lab-1/crosswalks/lab-2",
                          "KIND_CREATED cohort cohorts/c1", "KIND_CREATED site sites/s1",
                          "KIND_CREATED membership cohorts/c1/memberships/s1"));
}

TEST_P(ChangeFeedTest, HoldsWholeImages) {
  const v1::Site created = AddSite("s1");
  clock_.Advance(absl::Minutes(1));
  const v1::Site renamed = Rename("sites/s1", "Renamed");
  Rename("sites/s1", "Renamed");  // changes nothing
  DeleteSite("sites/s1");
  const std::vector<Change> changes = Changes();
  ASSERT_THAT(Summaries(changes),
              ElementsAre("KIND_CREATED site sites/s1", "KIND_UPDATED site sites/s1",
                          "KIND_DELETED site sites/s1"));
  v1::Site image;
  ASSERT_TRUE(changes[0].resource().UnpackTo(&image));
  EXPECT_THAT(image, EqualsProto(created));
  EXPECT_EQ(changes[0].etag(), created.etag());
  ASSERT_TRUE(changes[1].resource().UnpackTo(&image));
  EXPECT_THAT(image, EqualsProto(renamed));
  EXPECT_EQ(changes[1].etag(), renamed.etag());
  EXPECT_EQ(changes[1].commit_time().seconds(), changes[0].commit_time().seconds() + 60);
  EXPECT_FALSE(changes[2].has_resource());
  EXPECT_EQ(changes[2].etag(), "");
}

TEST_P(ChangeFeedTest, RefusedWritesLeaveNothing) {
  AddSite("s1");
  v1::CreateSiteRequest taken;
  taken.set_site_id("s1");
  *taken.mutable_site() = ExampleSite();
  EXPECT_FALSE(Call<v1::Site>("SiteService/CreateSite", taken).ok());
  v1::UpdateSiteRequest stale;
  stale.mutable_site()->set_name("sites/s1");
  stale.mutable_site()->set_display_name("Renamed");
  stale.mutable_site()->set_etag("\"0123456789abcdef\"");
  EXPECT_FALSE(Call<v1::Site>("SiteService/UpdateSite", stale).ok());
  EXPECT_THAT(Summaries(Changes()), ElementsAre("KIND_CREATED site sites/s1"));
}

TEST_P(ChangeFeedTest, ListsFromAPosition) {
  AddSite("s1");
  weft::type::v1::ListChangesRequest request;
  const auto first =
      Done<weft::type::v1::ListChangesResponse>("ChangeService/ListChanges", request);
  ASSERT_EQ(first.batches_size(), 1);
  request.set_resume_position(first.resume_position());
  AddCohort("c1");
  AddSite("s2");
  request.add_types("site");
  const auto second =
      Done<weft::type::v1::ListChangesResponse>("ChangeService/ListChanges", request);
  ASSERT_EQ(second.batches_size(), 1);
  EXPECT_EQ(second.batches(0).changes(0).name(), "sites/s2");
  request.set_resume_position("mine");
  EXPECT_THAT(Call<weft::type::v1::ListChangesResponse>("ChangeService/ListChanges", request),
              IsError(absl::StatusCode::kInvalidArgument, "POSITION_INVALID"));
}

TEST_P(ChangeFeedTest, WatchSendsASnapshotThenChanges) {
  AddSite("s1");
  AddCohort("c1");
  weft::type::v1::WatchRequest request;
  request.set_send_initial(true);
  rpc::CallOptions options;
  options.timeout = absl::Seconds(30);
  rpc::SyncStream watch =
      client().ServerStream("weft.registry.v1.ChangeService/Watch", request, options);
  weft::type::v1::WatchResponse response;
  std::vector<std::string> snapshot;
  while (watch.Read(response) && !response.has_snapshot_end()) {
    for (const Change& change : response.snapshot().changes()) snapshot.push_back(Summary(change));
  }
  EXPECT_THAT(snapshot,
              ElementsAre("KIND_SNAPSHOT cohort cohorts/c1", "KIND_SNAPSHOT site sites/s1"));
  EXPECT_EQ(response.snapshot_end().count(), 2);
  AddMembership("c1", "s1");
  std::vector<std::string> followed;
  while (followed.empty() && watch.Read(response)) {
    for (const auto& batch : response.changes().batches()) {
      for (const Change& change : batch.changes()) followed.push_back(Summary(change));
    }
  }
  EXPECT_THAT(followed, ElementsAre("KIND_CREATED membership cohorts/c1/memberships/s1"));
  watch.Cancel();
  EXPECT_EQ(watch.Finish().code(), absl::StatusCode::kCancelled);
}

TEST_P(ChangeFeedTest, HoldsPartnershipsAndBothSides) {
  const std::string tie = "sites/s1/partnerships/a";
  AddSite("s1");
  AddOrganization("library");
  Done<v1::Partnership>("PartnershipService/CreatePartnership", PartnershipRequest("s1", "a"));
  v1::AssessPartnershipRequest assess;
  assess.set_name(tie);
  assess.mutable_assessment()->set_level(weft::type::v1::INTERACTION_LEVEL_COOPERATION);
  for (int i = 0; i < 10; ++i) Done<v1::Assessment>("PartnershipService/AssessPartnership", assess);
  v1::ConfirmPartnershipRequest confirm;
  confirm.set_name(tie);
  Done<v1::Partnership>("PartnershipService/ConfirmPartnership", confirm);
  v1::UpdateSiteViewRequest view;
  view.mutable_site_view()->set_name(tie + "/siteView");
  view.mutable_site_view()->set_note("good");
  Done<v1::SiteView>("PartnershipService/UpdateSiteView", view);
  const std::vector<std::string> changes = Summaries(Changes());
  ASSERT_EQ(changes.size(), 26);
  EXPECT_THAT(
      std::vector<std::string>(changes.begin(), changes.begin() + 5),
      ElementsAre("KIND_CREATED site sites/s1", "KIND_CREATED organization organizations/library",
                  "KIND_CREATED partnership " + tie,
                  "KIND_CREATED assessment " + tie + "/assessments/1",
                  "KIND_UPDATED partnership " + tie));
  EXPECT_THAT(std::vector<std::string>(changes.end() - 3, changes.end()),
              ElementsAre("KIND_CREATED organization_view " + tie + "/organizationView",
                          "KIND_UPDATED partnership " + tie,
                          "KIND_CREATED site_view " + tie + "/siteView"));

  weft::type::v1::WatchRequest request;
  request.set_send_initial(true);
  request.set_parent("sites/s1");
  rpc::CallOptions options;
  options.timeout = absl::Seconds(30);
  rpc::SyncStream watch =
      client().ServerStream("weft.registry.v1.ChangeService/Watch", request, options);
  weft::type::v1::WatchResponse response;
  std::vector<std::string> snapshot;
  while (watch.Read(response) && !response.has_snapshot_end()) {
    for (const Change& change : response.snapshot().changes()) snapshot.push_back(change.name());
  }
  std::vector<std::string> expected = {"sites/s1", tie, tie + "/siteView",
                                       tie + "/organizationView"};
  for (int i = 1; i <= 10; ++i) expected.push_back(absl::StrCat(tie, "/assessments/", i));
  EXPECT_EQ(snapshot, expected);
  watch.Cancel();
  watch.Finish().IgnoreError();
}

class RestartTest : public ChangeFeedTest {};
INSTANTIATE_TEST_SUITE_P(Engines, RestartTest, ::testing::Values("rocksdb"), EngineName);

TEST_P(RestartTest, KeepsEverything) {
  AddEverything();
  v1::CreateSiteRequest request;
  request.set_site_id("s2");
  request.set_request_id("2e4f8b1c-0000-4000-8000-000000000002");
  *request.mutable_site() = ExampleSite();
  const v1::Site second = Done<v1::Site>("SiteService/CreateSite", request);
  const auto taxonomy = GetTaxonomy("taxonomies/lab-1");
  const auto crosswalk = GetCrosswalk("taxonomies/lab-1/crosswalks/lab-2");
  const auto cohort = GetCohort("cohorts/c1");
  const auto site = GetSite("sites/s1");
  const auto membership = GetMembership("cohorts/c1/memberships/s1");
  const std::vector<std::string> changes = Summaries(Changes());
  v1::ListSitesRequest list;
  list.set_page_size(1);
  const std::string token =
      Done<v1::ListSitesResponse>("SiteService/ListSites", list).next_page_token();

  Restart();

  const auto expect_same = [](const auto& after, const auto& before) {
    ASSERT_THAT(before, IsOk());
    ASSERT_THAT(after, IsOk());
    EXPECT_THAT(*after, EqualsProto(*before));
  };
  expect_same(GetTaxonomy("taxonomies/lab-1"), taxonomy);
  expect_same(GetCrosswalk("taxonomies/lab-1/crosswalks/lab-2"), crosswalk);
  expect_same(GetCohort("cohorts/c1"), cohort);
  expect_same(GetSite("sites/s1"), site);
  expect_same(GetMembership("cohorts/c1/memberships/s1"), membership);
  EXPECT_EQ(Summaries(Changes()), changes);
  EXPECT_THAT(Done<v1::Site>("SiteService/CreateSite", request), EqualsProto(second))
      << "the request id is remembered";
  list.set_page_token(token);
  EXPECT_EQ(Done<v1::ListSitesResponse>("SiteService/ListSites", list).sites(0).name(), "sites/s2");
  v1::DeleteSiteRequest deletion;
  deletion.set_name("sites/s1");
  EXPECT_THAT(Call<Empty>("SiteService/DeleteSite", deletion),
              IsError(absl::StatusCode::kFailedPrecondition, "SITE_HAS_MEMBERSHIPS"))
      << "the index by site is kept";
  v1::CreateTaxonomyRequest taken;
  *taken.mutable_taxonomy() = ExampleTaxonomy(1);
  EXPECT_THAT(Call<v1::Taxonomy>("TaxonomyService/CreateTaxonomy", taken),
              IsError(absl::StatusCode::kAlreadyExists, "TAXONOMY_FAMILY_VERSION_TAKEN"))
      << "the index by version is kept";
}

}  // namespace
}  // namespace weft::registry
