#include "services/metrics/domain/network/network_layout.h"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "common/base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/metrics/network/network_example.h"

namespace weft::metrics {
namespace {

std::vector<NodePlace> LayOut(const Network& network, int64_t seed, NodePlaces previous = {}) {
  NetworkLayout layout(network, seed, std::move(previous));
  while (layout.Work()) {
  }
  EXPECT_TRUE(layout.status().ok()) << layout.status();
  EXPECT_EQ(layout.PlacesByKey().size(), network.size());
  return layout.places();
}

double Distance(const NodePlace& a, const NodePlace& b) { return std::hypot(a.x - b.x, a.y - b.y); }

TEST(NetworkLayoutTest, EveryNodeHasAPlaceInTheCircle) {
  const Network network = NetworkOf(SouthernWomen());
  const std::vector<NodePlace> places = LayOut(network, 1);
  ASSERT_EQ(places.size(), network.size());
  for (size_t a = 0; a < places.size(); ++a) {
    EXPECT_LE(std::hypot(places[a].x, places[a].y), 1 + 1e-9);
    for (size_t b = 0; b < a; ++b) EXPECT_GT(Distance(places[a], places[b]), 1e-3);
  }
}

TEST(NetworkLayoutTest, TheSameSeedGivesTheSamePlaces) {
  const Network network = NetworkOf(SouthernWomen());
  const std::vector<NodePlace> once = LayOut(network, 1);
  const std::vector<NodePlace> again = LayOut(network, 1);
  for (size_t i = 0; i < once.size(); ++i) EXPECT_EQ(Distance(once[i], again[i]), 0);
}

TEST(NetworkLayoutTest, TiedNodesAreNear) {
  const Network network = NetworkOf({"11..", "11..", "..11", "..11"});
  const std::vector<NodePlace> places = LayOut(network, 1);
  EXPECT_LT(Distance(places[0], places[4]), Distance(places[0], places[6]));
  EXPECT_LT(Distance(places[3], places[7]), Distance(places[3], places[5]));
}

TEST(NetworkLayoutTest, FromWaveToWaveNodesStayWhereTheyWere) {
  std::vector<std::string> rows = SouthernWomen();
  const Network before = NetworkOf(rows);
  const std::vector<NodePlace> earlier = LayOut(before, 1);
  NodePlaces previous;
  for (size_t i = 0; i < before.size(); ++i) previous[before.node(i).key] = earlier[i];
  // One more site, and a tie less.
  rows.emplace_back("......111.....");
  rows[0][0] = '.';
  const Network after = NetworkOf(rows);
  const std::vector<NodePlace> later = LayOut(after, 1, previous);
  double moved = 0;
  for (size_t i = 0; i < after.size(); ++i) {
    const auto found = previous.find(after.node(i).key);
    if (found != previous.end()) moved += Distance(later[i], found->second);
  }
  // On the average, less than a twentieth of the picture's width.
  EXPECT_LT(moved / static_cast<double>(before.size()), 0.1);
}

TEST(NetworkLayoutTest, TooManyNodesAreNotDrawn) {
  const Network network = RandomNetwork(100, 1000, 4000, 1);
  NetworkLayout layout(network, 1, {});
  EXPECT_FALSE(layout.Work());
  EXPECT_EQ(ReasonOf(layout.status()), "NETWORK_NOT_DRAWABLE");
}

TEST(NetworkLayoutTest, OneNodeAndNone) {
  EXPECT_EQ(LayOut(NetworkOf({}), 1).size(), 0u);
  EXPECT_EQ(LayOut(NetworkOf({""}), 1).size(), 1u);
}

}  // namespace
}  // namespace weft::metrics
