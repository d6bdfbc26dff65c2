#include "services/metrics/domain/network/network_computation.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/metrics/network/network_example.h"
#include "tests/testing/proto_matchers.h"

namespace weft::metrics {
namespace {

using ::testing::DoubleEq;
using ::testing::DoubleNear;
using testing::EqualsProto;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const v1::NodeMetrics& NodeNamed(const v1::NetworkMetrics& metrics, const std::string& key) {
  for (const v1::NetworkModeMetrics& mode : metrics.modes()) {
    for (const v1::NodeMetrics& node : mode.nodes()) {
      if (node.key() == key) return node;
    }
  }
  ADD_FAILURE() << "no node " << key;
  return v1::NodeMetrics::default_instance();
}

// What is expected of the women and events is by NetworkX 2.8.8: bipartite.betweenness_centrality,
// closeness_centrality, node_redundancy, weighted_ and collaboration_weighted_projected_graph,
// constraint, effective_size. tests/oracle/network_test.py computes all of it anew.
class SouthernWomenTest : public ::testing::Test {
 protected:
  const Network network_ = NetworkOf(SouthernWomen());
  const v1::NetworkMetrics metrics_ = Compute(network_, {});
  const v1::NodeMetrics& evelyn_ = NodeNamed(metrics_, "sites/s0000");
  const v1::NodeMetrics& flora_ = NodeNamed(metrics_, "sites/s0017");
  const v1::NodeMetrics& first_event_ = NodeNamed(metrics_, "organizations/o00000");
  const v1::NodeMetrics& eighth_event_ = NodeNamed(metrics_, "organizations/o00007");
  const v1::NodeMetrics& last_event_ = NodeNamed(metrics_, "organizations/o00013");
};

TEST_F(SouthernWomenTest, Counts) {
  EXPECT_EQ(metrics_.facts().site_count(), 18);
  EXPECT_EQ(metrics_.facts().organization_count(), 14);
  EXPECT_EQ(metrics_.facts().tie_count(), 89);
  EXPECT_EQ(metrics_.facts().component_count(), 1);
  EXPECT_EQ(metrics_.facts().largest_component_size(), 32);
  EXPECT_THAT(metrics_.density().value(), DoubleEq(89.0 / 252));
  EXPECT_EQ(metrics_.density().numerator(), 89);
  EXPECT_EQ(metrics_.density().base_size(), 252);
}

TEST_F(SouthernWomenTest, Degree) {
  EXPECT_EQ(evelyn_.degree(), 8);
  EXPECT_THAT(evelyn_.degree_share().value(), DoubleEq(8.0 / 14));
  EXPECT_THAT(eighth_event_.degree_share().value(), DoubleEq(14.0 / 18));
  const v1::NetworkModeMetrics& women = metrics_.modes(0);
  EXPECT_THAT(women.mean_degree().value(), DoubleEq(89.0 / 18));
  EXPECT_THAT(women.degree_centralization_maximum(), DoubleEq(17 * 14));
  EXPECT_THAT(women.degree_centralization().value(), DoubleEq((18 * 8 - 89) / (17.0 * 14)));
  const v1::NetworkModeMetrics& events = metrics_.modes(1);
  EXPECT_THAT(events.degree_centralization().value(), DoubleEq((14 * 14 - 89) / (13.0 * 17)));
}

TEST_F(SouthernWomenTest, BetweennessAndCloseness) {
  EXPECT_THAT(evelyn_.betweenness().value(), DoubleNear(0.09658472108029267, 1e-12));
  EXPECT_THAT(flora_.betweenness().value(), DoubleNear(0.005054505236263333, 1e-12));
  EXPECT_THAT(eighth_event_.betweenness().value(), DoubleNear(0.24381946234957552, 1e-12));
  EXPECT_THAT(first_event_.betweenness().value(), DoubleNear(0.002154310782629367, 1e-12));
  EXPECT_THAT(evelyn_.closeness().value(), DoubleNear(0.8, 1e-12));
  EXPECT_THAT(flora_.closeness().value(), DoubleNear(0.5853658536585366, 1e-12));
  EXPECT_THAT(eighth_event_.closeness().value(), DoubleNear(0.8461538461538461, 1e-12));
  EXPECT_EQ(metrics_.path_sampling().method(), v1::PathSampling::METHOD_EXACT);
  EXPECT_FALSE(evelyn_.has_betweenness_standard_error());
}

TEST_F(SouthernWomenTest, Projections) {
  const v1::Projection& women = metrics_.modes(0).projection();
  EXPECT_EQ(women.density().numerator(), 139);
  EXPECT_THAT(women.density().value(), DoubleNear(0.9084967320261438, 1e-12));
  EXPECT_THAT(women.mean_shared().value(), DoubleNear(2.316546762589928, 1e-12));
  ASSERT_THAT(women.strongest(), SizeIs(20));
  const v1::SharedPair& closest = women.strongest(0);
  EXPECT_EQ(closest.first(), "sites/s0000");
  EXPECT_EQ(closest.second(), "sites/s0002");
  EXPECT_EQ(closest.shared(), 7);
  EXPECT_THAT(closest.newman(), DoubleNear(1.4868797868797867, 1e-12));
  EXPECT_THAT(closest.jaccard(), DoubleNear(7.0 / 9, 1e-12));
  const v1::Projection& events = metrics_.modes(1).projection();
  EXPECT_EQ(events.density().numerator(), 66);
  EXPECT_EQ(events.strongest(0).shared(), 9);
  EXPECT_THAT(events.strongest(0).newman(), DoubleNear(3.1523809523809523, 1e-12));
}

TEST_F(SouthernWomenTest, Brokerage) {
  EXPECT_THAT(evelyn_.constraint().value(), DoubleNear(0.25778854898458736, 1e-12));
  EXPECT_THAT(flora_.constraint().value(), DoubleNear(0.26407016655112703, 1e-12));
  EXPECT_THAT(last_event_.constraint().value(), DoubleNear(0.4244625755656072, 1e-12));
  EXPECT_THAT(evelyn_.effective_size().value(), DoubleNear(2.6470588235294112, 1e-12));
  EXPECT_THAT(last_event_.effective_size().value(), DoubleNear(1, 1e-12));
  EXPECT_THAT(evelyn_.redundancy().value(), DoubleNear(0.9642857142857143, 1e-12));
  EXPECT_EQ(evelyn_.redundancy().base_size(), 28);
  EXPECT_THAT(flora_.redundancy().value(), DoubleEq(1));
}

TEST_F(SouthernWomenTest, Communities) {
  const v1::NetworkCommunities& communities = metrics_.communities();
  // Barber (2007) and others after him find 0.32 to 0.35.
  EXPECT_GT(communities.modularity().value(), 0.32);
  EXPECT_LT(communities.modularity().value(), 0.36);
  int nodes = 0;
  for (const v1::CommunitySize& size : communities.largest()) {
    nodes += size.site_count() + size.organization_count();
  }
  EXPECT_EQ(nodes, 32);
  // Evelyn and Theresa belong together, and Flora does not belong to them.
  EXPECT_EQ(evelyn_.community(), NodeNamed(metrics_, "sites/s0002").community());
  EXPECT_NE(evelyn_.community(), flora_.community());
}

// --- Core and periphery
// ---------------------------------------------------------------------------

// Pearson's correlation of the cells, those of unknown level left out, with a pattern.
double Correlate(const std::vector<std::string>& rows, uint32_t sites, uint32_t organizations,
                 v1::CorePeriphery::Pattern pattern) {
  double n = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    for (size_t j = 0; j < rows[i].size(); ++j) {
      if (rows[i][j] == '?') continue;
      const double cell = rows[i][j] == '.' ? 0 : rows[i][j] - '0';
      const bool a = (sites >> i & 1) != 0;
      const bool b = (organizations >> j & 1) != 0;
      const double ideal = (pattern == v1::CorePeriphery::PATTERN_BOTH ? a && b : a || b) ? 1 : 0;
      n += 1, x += cell, y += ideal, xx += cell * cell, yy += ideal, xy += cell * ideal;
    }
  }
  const double variation = (n * xx - x * x) * (n * yy - y * y);
  return variation > 0 ? (n * xy - x * y) / std::sqrt(variation) : -2;
}

TEST(CorePeripheryTest, FindsTheBestOfAllCores) {
  const std::vector<std::vector<std::string>> examples = {
      {"4421..", "34...1", "2..1..", "1...2.", ".2...."},
      {"41.2..", "2211.1", ".1..3.", "3.1..1", ".12..."},
      {"4?21..", "?4.3.1", "2..?..", "1...12", ".2.1.."}};
  for (const std::vector<std::string>& rows : examples) {
    const Network network = NetworkOf(rows);
    const v1::NetworkMetrics metrics =
        Compute(network, {.measures = {v1::NETWORK_MEASURE_CORE_PERIPHERY}, .seed = 0});
    ASSERT_THAT(metrics.core_periphery(), SizeIs(2));
    for (const v1::CorePeriphery& fit : metrics.core_periphery()) {
      double best = -2;
      for (uint32_t sites = 0; sites < 1u << 5; ++sites) {
        for (uint32_t organizations = 0; organizations < 1u << 6; ++organizations) {
          best = std::max(best, Correlate(rows, sites, organizations, fit.pattern()));
        }
      }
      EXPECT_THAT(fit.correlation().value(), DoubleNear(best, 1e-9)) << fit.pattern();
      // What is said to be the core gives that correlation.
      uint32_t core_sites = 0, core_organizations = 0;
      const bool both = fit.pattern() == v1::CorePeriphery::PATTERN_BOTH;
      for (const v1::NodeMetrics& node : metrics.modes(0).nodes()) {
        if (both ? node.in_core_both() : node.in_core_either()) {
          core_sites |= 1u << std::stoi(node.key().substr(7));
        }
      }
      for (const v1::NodeMetrics& node : metrics.modes(1).nodes()) {
        if (both ? node.in_core_both() : node.in_core_either()) {
          core_organizations |= 1u << std::stoi(node.key().substr(15));
        }
      }
      EXPECT_THAT(Correlate(rows, core_sites, core_organizations, fit.pattern()),
                  DoubleNear(best, 1e-9));
    }
  }
}

TEST(CorePeripheryTest, ConstantCellsHaveNone) {
  const v1::NetworkMetrics metrics = Compute(NetworkOf({"222", "222"}), {});
  for (const v1::CorePeriphery& fit : metrics.core_periphery()) {
    EXPECT_EQ(fit.correlation().undefined().reason(), type::v1::UNDEFINED_REASON_CONSTANT);
  }
  const v1::NetworkMetrics unknown = Compute(NetworkOf({"??.", ".??"}), {});
  for (const v1::CorePeriphery& fit : unknown.core_periphery()) {
    EXPECT_EQ(fit.correlation().undefined().reason(), type::v1::UNDEFINED_REASON_NO_DATA);
  }
}

// --- E–I
// ------------------------------------------------------------------------------------------

Network WithSettings(const std::vector<std::string>& rows,
                     const std::vector<registry::v1::SiteAttributes::Setting>& settings) {
  Network network = NetworkOf(rows);
  for (size_t i = 0; i < settings.size(); ++i) network.sites[i].setting = settings[i];
  return network;
}

TEST(EiIndexTest, AgainstEveryWayToDeal) {
  using registry::v1::SiteAttributes;
  // Pairs that share a partner: 0-1, 2-3, 1-2, 3-4.
  const std::vector<std::string> rows = {"1...", "1.1.", ".11.", ".1.1", "...1"};
  const std::vector<SiteAttributes::Setting> settings = {
      SiteAttributes::SETTING_SCHOOL, SiteAttributes::SETTING_SCHOOL,
      SiteAttributes::SETTING_DISTRICT, SiteAttributes::SETTING_DISTRICT,
      SiteAttributes::SETTING_DISTRICT};
  const v1::NetworkMetrics metrics = Compute(
      WithSettings(rows, settings), {.measures = {v1::NETWORK_MEASURE_E_I_INDEX}, .seed = 7});
  const v1::EiIndex& index = metrics.e_i_indexes(0);
  ASSERT_EQ(index.attribute(), v1::EiIndex::ATTRIBUTE_SETTING);
  EXPECT_EQ(index.internal(), 3);
  EXPECT_EQ(index.external(), 1);
  EXPECT_THAT(index.index().value(), DoubleEq(-0.5));
  // All 120 orders of the settings.
  std::vector<int> order = {0, 1, 2, 3, 4};
  double sum = 0, squares = 0, as_far = 0;
  int ways = 0;
  do {
    int internal = 0;
    for (const auto& [a, b] : std::vector<std::pair<int, int>>{{0, 1}, {2, 3}, {1, 2}, {3, 4}}) {
      if (settings[order[a]] == settings[order[b]]) ++internal;
    }
    const double value = (4 - 2 * internal) / 4.0;
    sum += value;
    squares += value * value;
    // The mean is 0.2: four ties of which a share of 0.4 is within.
    if (std::abs(value - 0.2) >= 0.7 - 1e-9) as_far += 1;
    ++ways;
  } while (std::next_permutation(order.begin(), order.end()));
  EXPECT_THAT(index.expected().value(), DoubleNear(sum / ways, 1e-12));
  EXPECT_EQ(index.draws(), 9999);
  EXPECT_THAT(index.standard_deviation(),
              DoubleNear(std::sqrt(squares / ways - sum * sum / ways / ways), 0.02));
  EXPECT_THAT(index.p(), DoubleNear(as_far / ways, 4 * index.p_standard_error()));
}

TEST(EiIndexTest, UnknownIsNoGroup) {
  using registry::v1::SiteAttributes;
  const Network network = WithSettings(
      {"1.", "11", "11"}, {SiteAttributes::SETTING_SCHOOL, SiteAttributes::SETTING_UNSPECIFIED,
                           SiteAttributes::SETTING_UNSPECIFIED});
  const v1::EiIndex index = Compute(network, {}).e_i_indexes(0);
  EXPECT_EQ(index.index().undefined().reason(), type::v1::UNDEFINED_REASON_NO_DATA);
  EXPECT_EQ(index.index().base_size(), 3);
}

TEST(EiIndexTest, OneGroupIsConstant) {
  using registry::v1::SiteAttributes;
  const Network network = WithSettings(
      {"1.", "11", ".1"}, {SiteAttributes::SETTING_SCHOOL, SiteAttributes::SETTING_SCHOOL,
                           SiteAttributes::SETTING_SCHOOL});
  EXPECT_EQ(Compute(network, {}).e_i_indexes(0).index().undefined().reason(),
            type::v1::UNDEFINED_REASON_CONSTANT);
}

// --- Where there is nothing to say
// ----------------------------------------------------------------

TEST(NetworkComputationTest, OneSitesPartnersAreAStarAndSayNothing) {
  for (const std::vector<std::string>& rows :
       {std::vector<std::string>{"1234"}, std::vector<std::string>{"1", "2", "3"}}) {
    const v1::NetworkMetrics metrics = Compute(NetworkOf(rows), {});
    for (const v1::NetworkModeMetrics& mode : metrics.modes()) {
      EXPECT_TRUE(mode.degree_centralization().has_undefined());
      EXPECT_TRUE(mode.projection().density().has_undefined());
      for (const v1::NodeMetrics& node : mode.nodes()) {
        for (const auto* number :
             {&node.degree_share(), &node.betweenness(), &node.closeness(), &node.constraint(),
              &node.effective_size(), &node.redundancy()}) {
          EXPECT_EQ(number->undefined().reason(), type::v1::UNDEFINED_REASON_TOO_FEW);
        }
      }
    }
    for (const v1::EiIndex& index : metrics.e_i_indexes()) {
      EXPECT_TRUE(index.index().has_undefined());
    }
    for (const v1::CorePeriphery& fit : metrics.core_periphery()) {
      EXPECT_TRUE(fit.correlation().has_undefined());
    }
    EXPECT_TRUE(metrics.communities().modularity().has_undefined());
  }
}

TEST(NetworkComputationTest, NothingAtAll) {
  const v1::NetworkMetrics metrics = Compute(NetworkOf({}), {});
  EXPECT_EQ(metrics.density().undefined().reason(), type::v1::UNDEFINED_REASON_EMPTY_BASE);
  EXPECT_EQ(metrics.modes(0).mean_degree().undefined().reason(),
            type::v1::UNDEFINED_REASON_EMPTY_BASE);
  EXPECT_EQ(metrics.facts().component_count(), 0);
  EXPECT_THAT(metrics.modes(0).nodes(), IsEmpty());
}

TEST(NetworkComputationTest, SitesWithoutTies) {
  const v1::NetworkMetrics metrics =
      Compute(NetworkOf({"11..", "11..", "..11", "....", "...."}), {});
  EXPECT_EQ(metrics.facts().component_count(), 4);
  EXPECT_EQ(metrics.facts().isolated_site_count(), 2);
  const v1::NodeMetrics& alone = NodeNamed(metrics, "sites/s0003");
  EXPECT_EQ(alone.degree_share().value(), 0);
  EXPECT_EQ(alone.betweenness().value(), 0);
  EXPECT_EQ(alone.closeness().undefined().reason(), type::v1::UNDEFINED_REASON_EMPTY_BASE);
  EXPECT_EQ(alone.constraint().undefined().reason(), type::v1::UNDEFINED_REASON_EMPTY_BASE);
  EXPECT_EQ(alone.redundancy().undefined().reason(), type::v1::UNDEFINED_REASON_TOO_FEW);
  EXPECT_FALSE(alone.has_community());
  EXPECT_EQ(metrics.communities().count(), 2);
  EXPECT_EQ(NodeNamed(metrics, "sites/s0000").component(), 1);
  EXPECT_EQ(NodeNamed(metrics, "sites/s0002").component(), 2);
}

TEST(NetworkComputationTest, TiesOfUnknownLevelAreTiesAndNeverZero) {
  const v1::NetworkMetrics metrics = Compute(NetworkOf({"4?.", "?.?", ".1."}), {});
  const v1::NodeMetrics& first = NodeNamed(metrics, "sites/s0000");
  EXPECT_EQ(first.degree(), 2);
  EXPECT_EQ(first.strength().undefined().reason(), type::v1::UNDEFINED_REASON_NO_DATA);
  EXPECT_EQ(first.strength().n(), 1);
  EXPECT_EQ(first.strength().base_size(), 2);
  EXPECT_EQ(first.strength().low(), 5);
  EXPECT_EQ(first.strength().high(), 8);
  EXPECT_EQ(NodeNamed(metrics, "sites/s0002").strength().value(), 1);
  const type::v1::Estimate& second = NodeNamed(metrics, "sites/s0001").strength();
  EXPECT_EQ(second.undefined().reason(), type::v1::UNDEFINED_REASON_NO_DATA);
  EXPECT_EQ(second.low(), 2);
  EXPECT_EQ(second.high(), 8);
}

// --- Options
// --------------------------------------------------------------------------------------

TEST(NetworkComputationTest, OnlyWhatWasAskedForIsThere) {
  const Network network = NetworkOf(SouthernWomen());
  const v1::NetworkMetrics metrics =
      Compute(network, {.measures = {v1::NETWORK_MEASURE_DENSITY}, .seed = 0});
  EXPECT_TRUE(metrics.has_density());
  EXPECT_THAT(metrics.e_i_indexes(), IsEmpty());
  EXPECT_FALSE(metrics.has_communities());
  EXPECT_FALSE(metrics.modes(0).has_projection());
  EXPECT_FALSE(metrics.modes(0).nodes(0).has_betweenness());
  EXPECT_THAT(metrics.provenance().measures(), SizeIs(1));
}

TEST(NetworkComputationTest, NodesComeInTheOrderThatWasAskedFor) {
  const Network network = NetworkOf(SouthernWomen());
  NetworkComputation computation(network, {});
  while (computation.Work()) {
  }
  const v1::NetworkMetrics metrics = computation.Result(v1::NODE_ORDER_BETWEENNESS, 3);
  ASSERT_THAT(metrics.modes(0).nodes(), SizeIs(3));
  EXPECT_EQ(metrics.modes(0).node_count(), 18);
  EXPECT_EQ(metrics.modes(0).nodes(0).label(), "School 13");  // Nora
  EXPECT_EQ(metrics.modes(1).nodes(0).label(), "Partner 7");
  EXPECT_GE(metrics.modes(0).nodes(0).betweenness().value(),
            metrics.modes(0).nodes(1).betweenness().value());
  EXPECT_THAT(computation.Result(v1::NODE_ORDER_UNSPECIFIED, 0).modes(0).nodes(), SizeIs(18));
}

TEST(NetworkComputationTest, TheSameSeedGivesTheSameAnswer) {
  const Network network = RandomNetwork(60, 200, 700, 3);
  const NetworkOptions options{.measures = {}, .seed = 11};
  EXPECT_THAT(Compute(network, options), EqualsProto(Compute(network, options)));
}

TEST(NetworkComputationTest, GoesOnInShortTurnsAndMayBeLeft) {
  const Network network = RandomNetwork(150, 500, 2500, 5);
  NetworkComputation computation(network, {});
  int turns = 0;
  while (computation.Work()) ++turns;
  // Paths alone are 650 walks over 2,500 ties, of which some 20 fit into a turn.
  EXPECT_GT(turns, 50);
  NetworkComputation left(network, {});
  for (int i = 0; i < turns / 2; ++i) ASSERT_TRUE(left.Work());
}

// --- Sampling
// -------------------------------------------------------------------------------------

TEST(ShortestPathsTest, SampledNumbersAreWithinTheirErrors) {
  const Network network = RandomNetwork(150, 500, 2500, 21);
  const TwoModeGraph graph(network);
  const Components components = FindComponents(graph);
  const auto run = [&](int32_t pivots, int64_t seed) {
    ShortestPaths paths(graph, components, pivots, seed);
    while (paths.Work()) {
    }
    return paths;
  };
  const ShortestPaths exact = run(0, 0);
  EXPECT_FALSE(exact.sampled());
  int within_one = 0, within_three = 0, all = 0;
  int near = 0, distances = 0;
  for (int64_t seed = 1; seed <= 5; ++seed) {
    const ShortestPaths sampled = run(120, seed);
    ASSERT_TRUE(sampled.sampled());
    EXPECT_LE(sampled.sources(), 130);
    for (int32_t node = 0; node < graph.size(); ++node) {
      if (graph.degree(node) < 2) continue;
      const ShortestPaths::Sampled through = sampled.Betweenness(node);
      const double error = std::abs(through.value - exact.Betweenness(node).value);
      within_one += error <= through.standard_error + 1e-9 ? 1 : 0;
      within_three += error <= 3 * through.standard_error + 1e-9 ? 1 : 0;
      ++all;
      const ShortestPaths::Sampled away = sampled.Distance(node);
      near += std::abs(away.value - exact.Distance(node).value) <= 3 * away.standard_error + 1e-9;
      ++distances;
    }
  }
  // Of normal errors 68 % and 99.7 % would be; those of betweenness are skewed.
  EXPECT_GT(within_one, 0.55 * all);
  EXPECT_GT(within_three, 0.93 * all);
  EXPECT_GT(near, 0.98 * distances);
}

TEST(NetworkComputationTest, LargeNetworksAreSampledAndSaySo) {
  const Network network = RandomNetwork(100, 1500, 10'001, 2);
  const v1::NetworkMetrics metrics =
      Compute(network, {.measures = {v1::NETWORK_MEASURE_BETWEENNESS}, .seed = 4});
  EXPECT_EQ(metrics.path_sampling().method(), v1::PathSampling::METHOD_SAMPLED);
  EXPECT_EQ(metrics.path_sampling().source_count(), PivotsFor(10'001));
  EXPECT_GT(metrics.path_sampling().largest_betweenness_standard_error(), 0);
  EXPECT_TRUE(metrics.modes(0).nodes(0).has_betweenness_standard_error());
  EXPECT_EQ(metrics.modes(0).nodes(0).betweenness().n(), metrics.path_sampling().source_count());
}

}  // namespace
}  // namespace weft::metrics
