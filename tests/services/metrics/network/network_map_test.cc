// Maps: what is on them, and their pictures.
#include "services/metrics/domain/network/network_map.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/metrics/golden_file.h"
#include "tests/services/metrics/network/network_example.h"

namespace weft::metrics {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

v1::NetworkMap MapOf(const Network& network) {
  NetworkLayout layout(network, 1, {});
  while (layout.Work()) {
  }
  NetworkComputation computation(network, OptionsOf(v1::RenderNetworkRequest()));
  while (computation.Work()) {
  }
  return MakeNetworkMap(network, computation, layout.places());
}

// How many rules and points the specification has, and the labels on it.
struct Drawn {
  size_t ties = 0;
  size_t nodes = 0;
  std::vector<std::string> labels;
};

Drawn DrawnOn(const v1::Picture& picture) {
  const Json spec = Json::parse(picture.vega_lite());
  Drawn drawn;
  drawn.ties = spec["layer"][0]["data"]["values"].size();
  const Json& nodes = spec["layer"][1]["data"]["values"];
  drawn.nodes = nodes.size();
  for (const Json& node : nodes) {
    // Everything is on the picture.
    EXPECT_GE(node["x"], 0);
    EXPECT_LE(node["x"], spec["width"]);
    EXPECT_GE(node["y"], 0);
    EXPECT_LE(node["y"], spec["height"]);
    if (node.contains("label")) drawn.labels.push_back(node["label"]);
  }
  return drawn;
}

TEST(NetworkMapTest, HasEveryNodeAndTie) {
  const Network network = NetworkOf({"4?.", ".2.", "..."});
  const v1::NetworkMap map = MapOf(network);
  ASSERT_EQ(map.nodes_size(), 5);
  ASSERT_EQ(map.ties_size(), 3);
  EXPECT_EQ(map.nodes(0).mode(), v1::NETWORK_MODE_SITES);
  EXPECT_EQ(map.nodes(0).degree(), 2);
  EXPECT_EQ(map.nodes(2).degree(), 0);
  EXPECT_EQ(map.nodes(4).mode(), v1::NETWORK_MODE_ORGANIZATIONS);
  EXPECT_EQ(map.nodes(4).degree(), 2);
  EXPECT_EQ(map.ties(0).site(), map.nodes(0).key());
  EXPECT_EQ(map.ties(0).organization(), map.nodes(3).key());
  EXPECT_EQ(map.ties(0).level(), type::v1::INTERACTION_LEVEL_COLLABORATION);
  EXPECT_EQ(map.ties(1).level(), type::v1::INTERACTION_LEVEL_UNSPECIFIED);
  EXPECT_EQ(map.facts().component_count(), 2);
  EXPECT_TRUE(map.provenance().measures().empty());

  const v1::Picture picture = DrawNetworkMap(map, 720);
  const Drawn drawn = DrawnOn(picture);
  EXPECT_EQ(drawn.nodes, 5u);
  EXPECT_EQ(drawn.ties, 3u);
  // Three sites, and the organization that has two of them.
  EXPECT_EQ(drawn.labels.size(), 4u);
  EXPECT_THAT(picture.alt_text(), HasSubstr("3 sites and 2 organizations: 3 ties"));
  EXPECT_THAT(picture.alt_text(), HasSubstr("1 organization has more than one site; the most, 2"));
  EXPECT_THAT(picture.alt_text(), HasSubstr("1 site has no tie"));
  EXPECT_THAT(picture.note(), HasSubstr("1 of unknown level"));
  // A row for each organization, and for the site that has none.
  EXPECT_EQ(picture.table().rows_size(), 3);
  EXPECT_EQ(picture.table().rows(0).cells(2), "2");
}

TEST(NetworkMapTest, WithoutNodesItSaysSo) {
  const v1::Picture picture = DrawNetworkMap(MapOf(NetworkOf({})), 340);
  EXPECT_THAT(picture.alt_text(), HasSubstr("0 sites and 0 organizations"));
  EXPECT_EQ(DrawnOn(picture).nodes, 0u);
}

TEST(NetworkMapTest, OnlySitesAllAtOnePlace) {
  EXPECT_EQ(DrawnOn(DrawNetworkMap(MapOf(NetworkOf({""})), 340)).nodes, 1u);
  EXPECT_THAT(DrawNetworkMap(MapOf(NetworkOf({"1", "."})), 340).note(),
              Not(HasSubstr("Nodes stand near")));
}

TEST(NetworkMapTest, LongLabelsAreCutAndManyAreLeftOut) {
  Network network = NetworkOf(SouthernWomen());
  network.organizations[7].label = std::string(40, 'm');
  network.organizations[8].label = absl::StrCat(std::string(25, 'e'), "\u00e9\u00e9");
  const Drawn wide = DrawnOn(DrawNetworkMap(MapOf(network), 1000));
  EXPECT_EQ(wide.labels.size(), 32u);
  EXPECT_THAT(wide.labels, ::testing::Contains(absl::StrCat(std::string(25, 'm'), "…")));
  EXPECT_THAT(wide.labels, ::testing::Contains(absl::StrCat(std::string(25, 'e'), "…")));
  const Drawn narrow = DrawnOn(DrawNetworkMap(MapOf(network), 340));
  EXPECT_EQ(narrow.nodes, 32u);
  EXPECT_LT(narrow.labels.size(), 18u);
}

TEST(NetworkMapTest, Picture) {
  // Three sites that share partners, two that share one, and one alone.
  Network network =
      NetworkOf({"4310....", "33.2....", ".2411...", "....3.2.", ".....?1.", "........"});
  const char* names[] = {"Riverbend", "Site 02", "Site 03", "Lakeside Learning Campus",
                         "Site 05",   "Site 06"};
  for (size_t i = 0; i < network.sites.size(); ++i) network.sites[i].label = names[i];
  network.organizations[1].label = "County Public Library System of the North";
  v1::NetworkMap map = MapOf(network);
  *map.add_earlier()->mutable_as_of() = ExampleDay();
  map.mutable_earlier(0)->mutable_as_of()->set_year(2024);
  CheckGoldenPicture("picture.network-map",
                     [&map](int width) { return DrawNetworkMap(map, width); });
}

}  // namespace
}  // namespace weft::metrics
