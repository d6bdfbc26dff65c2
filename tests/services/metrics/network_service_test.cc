// Networks over real servers: what is in them on which day, whoever asks, and files that are whole.
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/metrics/domain/network/stable_hash.h"
#include "tests/services/metrics/service_fixture.h"
#include "tests/testing/proto_matchers.h"
#include "weft/metrics/v1/network.pb.h"
#include "weft/registry/v1/cohort.pb.h"
#include "weft/registry/v1/organization.pb.h"
#include "weft/registry/v1/partnership.pb.h"

namespace weft::metrics {
namespace {

using testing::EqualsProto;
using testing::IsError;
using testing::IsOk;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kNetworking = type::v1::INTERACTION_LEVEL_NETWORKING;
constexpr auto kCollaboration = type::v1::INTERACTION_LEVEL_COLLABORATION;
constexpr char kService[] = "weft.metrics.v1.NetworkService/";

class NetworkTest : public MetricsTest {
 protected:
  absl::StatusOr<v1::NetworkMetrics> Get(v1::GetNetworkMetricsRequest request,
                                         const rpc::CallOptions& options = {}) {
    request.mutable_min_positions()->set_registry(Now().registry());
    v1::NetworkMetrics response;
    const absl::Status status =
        metrics().Call(absl::StrCat(kService, "GetNetworkMetrics"), request, response, options);
    if (!status.ok()) return status;
    return response;
  }
  v1::NetworkMetrics Network(const std::string& on = "", const std::string& cohort = "") {
    v1::GetNetworkMetricsRequest request;
    if (!on.empty()) *request.mutable_query()->mutable_as_of() = ParseDay(on);
    request.mutable_query()->set_cohort(cohort);
    return Must(Get(request), "GetNetworkMetrics");
  }
  // "2 sites, 1 organizations, 2 ties".
  static std::string Size(const v1::NetworkMetrics& metrics) {
    const v1::NetworkFacts& facts = metrics.facts();
    return absl::StrCat(facts.site_count(), " sites, ", facts.organization_count(),
                        " organizations, ", facts.tie_count(), " ties");
  }
  // The file; its last message is `end`.
  absl::StatusOr<std::string> Export(v1::ExportNetworkRequest::Format format,
                                     v1::ExportNetworkEnd& end, const std::string& on = "") {
    v1::ExportNetworkRequest request;
    request.set_format(format);
    if (!on.empty()) *request.mutable_query()->mutable_as_of() = ParseDay(on);
    request.mutable_min_positions()->set_registry(Now().registry());
    auto stream = metrics().ServerStream(absl::StrCat(kService, "ExportNetwork"), request);
    std::string file;
    v1::ExportNetworkResponse response;
    bool ended = false;
    while (stream.Read(response)) {
      EXPECT_FALSE(ended) << "something after the end";
      EXPECT_LE(response.chunk().size(), size_t{64} << 10);
      file += response.chunk();
      if (!response.has_end()) continue;
      ended = true;
      end = response.end();
    }
    const absl::Status status = stream.Finish();
    if (!status.ok()) return status;
    EXPECT_TRUE(ended);
    return file;
  }
  absl::StatusOr<v1::RenderNetworkResponse> Render(v1::RenderNetworkRequest request) {
    if (request.min_positions().registry().empty()) *request.mutable_min_positions() = Now();
    v1::RenderNetworkResponse response;
    const absl::Status status =
        metrics().Call(absl::StrCat(kService, "RenderNetwork"), request, response);
    if (!status.ok()) return status;
    return response;
  }
  // The place of the node with this label.
  static std::pair<double, double> PlaceOf(const v1::NetworkMap& map, const std::string& label) {
    for (const v1::NetworkMapNode& node : map.nodes()) {
      if (node.label() == label) return {node.x(), node.y()};
    }
    ADD_FAILURE() << "no node has the label " << label;
    return {};
  }
  void AddTies() {
    AddLab();
    for (const char* id : {"library", "museum", "college"}) AddOrganization(id);
    Rate(AddTie("site-01", "library", "cbo").name(), kNetworking, "2025-01-01");
    AddTie("site-01", "museum", "cbo", "2024-09-01/2025-01-31");
    AddTie("site-02", "library", "cbo");
    AddTie("site-04", "college", "higher_ed");
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, NetworkTest, ::testing::Values("memory", "rocksdb"),
                         ingestion::EngineName);

TEST_P(NetworkTest, TheTiesOfADay) {
  AddTies();
  const v1::NetworkMetrics today = Network();
  EXPECT_EQ(Size(today), "4 sites, 2 organizations, 3 ties");
  EXPECT_EQ(today.facts().isolated_site_count(), 1);
  EXPECT_EQ(today.facts().known_level_tie_count(), 1);
  EXPECT_THAT(today.provenance().query().as_of(), EqualsProto(ParseDay("2025-06-15")));
  EXPECT_EQ(today.provenance().computed_through().registry(), Now().registry());
  EXPECT_EQ(Size(Network("2025-01-31")), "4 sites, 3 organizations, 4 ties");
  // The rating did not hold yet.
  EXPECT_EQ(Network("2024-12-31").facts().known_level_tie_count(), 0);
}

TEST_P(NetworkTest, LevelsAreThoseOfTheDay) {
  AddLab();
  AddOrganization("library");
  const auto tie = AddTie("site-01", "library", "cbo");
  Rate(tie.name(), kNetworking, "2024-10-01");
  Rate(tie.name(), kCollaboration, "2025-05-01");
  const auto strength = [&](const std::string& day) {
    const v1::NetworkMetrics network = Network(day);
    return network.modes(0).nodes(0).strength().value();
  };
  EXPECT_EQ(strength("2025-06-01"), 4);
  EXPECT_EQ(strength("2025-04-30"), 1);
}

TEST_P(NetworkTest, TheMembersOfACohortOnThatDay) {
  AddTies();
  EXPECT_EQ(Size(Network("", "cohorts/legacy")), "3 sites, 1 organizations, 2 ties");
  EXPECT_EQ(Size(Network("", "cohorts/new")), "2 sites, 1 organizations, 1 ties");
  // site-02 leaves.
  registry::v1::UpdateMembershipRequest update;
  update.mutable_membership()->set_name("cohorts/legacy/memberships/site-02");
  *update.mutable_membership()->mutable_end_date() = ParseDay("2025-03-31");
  update.mutable_update_mask()->add_paths("end_date");
  InRegistry<registry::v1::Membership>("CohortService/UpdateMembership", update);
  EXPECT_EQ(Size(Network("", "cohorts/legacy")), "2 sites, 1 organizations, 1 ties");
  EXPECT_EQ(Size(Network("2025-03-31", "cohorts/legacy")), "3 sites, 1 organizations, 2 ties");
  v1::GetNetworkMetricsRequest request;
  request.mutable_query()->set_cohort("cohorts/none");
  EXPECT_THAT(Get(request), IsError(absl::StatusCode::kNotFound, "COHORT_NOT_FOUND"));
}

TEST_P(NetworkTest, SitesAreShownAsTheyAgreedTo) {
  AddTies();
  const v1::NetworkMetrics network = Network();
  for (const v1::NodeMetrics& node : network.modes(0).nodes()) {
    EXPECT_FALSE(absl::StrContains(node.DebugString(), "Community")) << node.DebugString();
    EXPECT_FALSE(absl::StrContains(node.DebugString(), "sites/")) << node.DebugString();
    // Nor can anybody find it by trying names.
    for (const char* site : {"sites/site-01", "sites/site-02", "sites/site-03", "sites/site-04"}) {
      EXPECT_NE(node.key(), absl::StrCat("site-", absl::Hex(StableHash(site), absl::kZeroPad16)));
    }
  }
  v1::ExportNetworkEnd end;
  const auto file = Export(v1::ExportNetworkRequest::FORMAT_GRAPHML, end);
  ASSERT_THAT(file, IsOk());
  EXPECT_FALSE(absl::StrContains(*file, "Community"));
  EXPECT_FALSE(absl::StrContains(*file, "hidden@example.org"));
  EXPECT_TRUE(absl::StrContains(*file, "Organization of library"));
}

TEST_P(NetworkTest, FilesEndWithWhatIsInThem) {
  AddTies();
  for (const auto format :
       {v1::ExportNetworkRequest::FORMAT_GRAPHML, v1::ExportNetworkRequest::FORMAT_GEXF,
        v1::ExportNetworkRequest::FORMAT_CSV_NODES, v1::ExportNetworkRequest::FORMAT_CSV_EDGES,
        v1::ExportNetworkRequest::FORMAT_KUMU}) {
    v1::ExportNetworkEnd end;
    const auto file = Export(format, end, "2025-01-31");
    ASSERT_THAT(file, IsOk()) << format;
    EXPECT_EQ(end.node_count(), 7) << format;
    EXPECT_EQ(end.tie_count(), 4) << format;
    EXPECT_EQ(end.size_bytes(), static_cast<int>(file->size())) << format;
    EXPECT_EQ(end.provenance().computed_through().registry(), Now().registry()) << format;
    v1::ExportNetworkEnd again;
    EXPECT_EQ(*Export(format, again, "2025-01-31"), *file) << "the same network, the same bytes";
  }
}

TEST_P(NetworkTest, AMapHasAPlaceForEveryNode) {
  AddTies();
  v1::RenderNetworkRequest request;
  *request.mutable_query()->mutable_as_of() = ParseDay("2025-01-31");
  const auto first = Render(request);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->map().nodes_size(), 7);
  EXPECT_EQ(first->map().ties_size(), 4);
  EXPECT_EQ(first->map().facts().component_count(), 3);
  EXPECT_EQ(first->map().provenance().computed_through().registry(), Now().registry());
  EXPECT_EQ(first->map().provenance().query().level_rule(), v1::LEVEL_RULE_SITE);
  EXPECT_TRUE(absl::StrContains(first->picture().vega_lite(), "Organization of library"));
  EXPECT_EQ(first->picture().table().rows_size(), 4);
  // The same records and the same seed, the same map; another seed, another one.
  EXPECT_THAT(Render(request)->map(), EqualsProto(first->map()));
  request.set_seed(7);
  EXPECT_NE(PlaceOf(Render(request)->map(), "Organization of library"),
            PlaceOf(first->map(), "Organization of library"));
}

TEST_P(NetworkTest, AMapContinuesEarlierOnes) {
  AddTies();
  // More of it stays than goes, so that there is something to hold on to.
  for (int i = 0; i < 8; ++i) {
    const std::string id = absl::StrCat("partner-", i);
    AddOrganization(id);
    AddTie("site-01", id, "cbo");
    AddTie(i % 2 == 0 ? "site-02" : "site-04", id, "cbo");
  }
  v1::RenderNetworkRequest request;
  *request.mutable_query()->mutable_as_of() = ParseDay("2025-01-31");
  const v1::RenderNetworkResponse before = *Render(request);
  request.mutable_query()->clear_as_of();
  const v1::RenderNetworkResponse alone = *Render(request);
  *request.add_earlier()->mutable_as_of() = ParseDay("2025-01-31");
  const v1::RenderNetworkResponse after = *Render(request);
  ASSERT_EQ(after.map().earlier_size(), 1);
  EXPECT_EQ(after.map().earlier(0).level_rule(), v1::LEVEL_RULE_SITE);
  // How far nodes are from where they were, on the average.
  const auto moved = [&before](const v1::RenderNetworkResponse& map) {
    double sum = 0;
    for (const v1::NetworkMapNode& node : map.map().nodes()) {
      const auto [x, y] = PlaceOf(before.map(), node.label());
      sum += std::hypot(node.x() - x, node.y() - y);
    }
    return sum / map.map().nodes_size();
  };
  EXPECT_LT(moved(after), 0.25);
  EXPECT_LT(moved(after), moved(alone));
  EXPECT_TRUE(absl::StrContains(after.picture().note(), "on the map of 2025-01-31"));
}

TEST_P(NetworkTest, TheSitesOfAWave) {
  AddTies();
  OpenWaveWithPlaces();
  // One that came later is in the registry, and not on the roster.
  AddSite("site-05");
  v1::RenderNetworkRequest request;
  request.mutable_query()->set_wave("waves/w1");
  const auto all = Render(request);
  ASSERT_THAT(all, IsOk());
  EXPECT_EQ(all->map().facts().site_count(), 4);
  EXPECT_EQ(all->map().provenance().computed_through().ingestion(), Now().ingestion());
  request.mutable_query()->set_cohort("cohorts/new");
  EXPECT_EQ(Render(request)->map().facts().site_count(), 2);
  request.mutable_query()->clear_cohort();
  request.mutable_query()->set_filter("region = MO");
  const auto missouri = Render(request);
  ASSERT_THAT(missouri, IsOk());
  EXPECT_EQ(missouri->map().facts().site_count(), 2);
  EXPECT_EQ(missouri->map().facts().tie_count(), 1);
  v1::GetNetworkMetricsRequest numbers;
  *numbers.mutable_query() = request.query();
  EXPECT_EQ(Must(Get(numbers), "GetNetworkMetrics").facts().site_count(), 2);

  request.mutable_query()->set_filter("region = ");
  EXPECT_THAT(Render(request), IsError(kInvalid, "FILTER_INVALID"));
  request.mutable_query()->set_filter("");
  request.mutable_query()->set_cohort("cohorts/none");
  EXPECT_THAT(Render(request), IsError(absl::StatusCode::kNotFound, "COHORT_NOT_IN_WAVE"));
  request.mutable_query()->set_cohort("");
  request.mutable_query()->set_wave("waves/none");
  EXPECT_THAT(Render(request), IsError(absl::StatusCode::kNotFound, "WAVE_NOT_FOUND"));
}

TEST_P(NetworkTest, WhatShowsNobodyAnythingIsNotDrawn) {
  AddTies();
  AddManyTies("site-01", 1000);
  EXPECT_THAT(Render({}), IsError(absl::StatusCode::kFailedPrecondition, "NETWORK_NOT_DRAWABLE"));
  // Nor is a map that continues one.
  v1::RenderNetworkRequest request;
  request.mutable_query()->set_cohort("cohorts/new");
  EXPECT_THAT(Render(request), IsOk());
  request.add_earlier();
  EXPECT_THAT(Render(request),
              IsError(absl::StatusCode::kFailedPrecondition, "NETWORK_NOT_DRAWABLE"));
}

// A thousand partners that two sites share are half a million pairs, which takes seconds; but not
// for callers who have gone away. If it did, there would be no room for the fifth.
TEST_P(NetworkTest, ACallerWhoHasGoneEndsTheWork) {
  AddLab();
  AddManyTies("site-01", 1000);
  registry::v1::BatchCreatePartnershipsRequest ties;
  ties.set_parent("sites/site-02");
  for (int i = 0; i < 1000; ++i) {
    registry::v1::CreatePartnershipRequest& tie = *ties.add_requests();
    tie.set_parent(ties.parent());
    tie.mutable_partnership()->set_organization(absl::StrCat("organizations/p", i));
    tie.mutable_partnership()->set_partner_type("cbo");
  }
  InRegistry<registry::v1::BatchCreatePartnershipsResponse>(
      "PartnershipService/BatchCreatePartnerships", ties);
  EXPECT_EQ(Network("", "cohorts/new").facts().tie_count(), 0);
  v1::GetNetworkMetricsRequest request;
  request.add_measures(v1::NETWORK_MEASURE_BROKERAGE);
  rpc::CallOptions options;
  options.timeout = absl::Milliseconds(300);
  for (int caller = 0; caller < 6; ++caller) {
    EXPECT_EQ(Get(request, options).status().code(), absl::StatusCode::kDeadlineExceeded);
  }
  request.clear_measures();
  request.add_measures(v1::NETWORK_MEASURE_DENSITY);
  EXPECT_EQ(Must(Get(request), "GetNetworkMetrics").facts().tie_count(), 2000);
}

TEST_P(NetworkTest, WhatMakesNoSenseIsRefused) {
  AddLab();
  v1::GetNetworkMetricsRequest request;
  request.mutable_query()->set_min_level(type::v1::INTERACTION_LEVEL_NO_INTERACTION);
  EXPECT_EQ(Get(request).status().code(), kInvalid);
  request.Clear();
  request.mutable_query()->mutable_as_of()->set_year(2025);
  EXPECT_EQ(Get(request).status().code(), kInvalid);
  request.Clear();
  request.set_top(-1);
  EXPECT_EQ(Get(request).status().code(), kInvalid);
  request.Clear();
  request.mutable_query()->set_filter("setting = SCHOOL");
  EXPECT_EQ(Get(request).status().code(), kInvalid) << "a filter without a wave";
  v1::ExportNetworkEnd end;
  EXPECT_EQ(Export(v1::ExportNetworkRequest::FORMAT_UNSPECIFIED, end).status().code(), kInvalid);
  v1::RenderNetworkRequest map;
  map.set_width(100);
  EXPECT_EQ(Render(map).status().code(), kInvalid);
  map.Clear();
  map.add_earlier()->set_cohort("new");
  EXPECT_EQ(Render(map).status().code(), kInvalid);
}

TEST_P(NetworkTest, NotForEverybody) {
  AddLab();
  rpc::CallOptions options;
  for (const char* principal : {"public/anyone", "organizations/library"}) {
    options.principal = principal;
    EXPECT_THAT(Get({}, options), IsError(absl::StatusCode::kPermissionDenied, "PERMISSION_DENIED"))
        << principal;
  }
  options.principal = "researchers/r1";
  EXPECT_THAT(Get({}, options), IsOk());
}

TEST_P(NetworkTest, NeedsTheRegistryAlone) {
  AddTies();
  const v1::Positions now = Now();
  StopMetrics();
  Stop();
  DeleteReadModel();
  StartMetrics();
  v1::GetNetworkMetricsRequest request;
  request.mutable_min_positions()->set_registry(now.registry());
  v1::NetworkMetrics response;
  ASSERT_THAT(metrics().Call(absl::StrCat(kService, "GetNetworkMetrics"), request, response, {}),
              IsOk());
  EXPECT_EQ(Size(response), "4 sites, 2 organizations, 3 ties");
}

}  // namespace
}  // namespace weft::metrics
