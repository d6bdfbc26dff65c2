// The numbers of a network, in turns, so that a loop that serves others is never held up:
//
//   NetworkComputation computation(network, options);
//   while (computation.Work()) {
//     // Others get their turn. It may be stopped here when nobody waits any more.
//   }
//   // When computation.status() is OK:
//   v1::NetworkMetrics metrics = computation.Result(order, top);
//
// It uses igraph, one call at a time in the whole process; otherwise it has no state but its own.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_NETWORK_NETWORK_COMPUTATION_H_
#define WEFT_SERVICES_METRICS_DOMAIN_NETWORK_NETWORK_COMPUTATION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "google/protobuf/repeated_field.h"
#include "services/metrics/domain/network/communities.h"
#include "services/metrics/domain/network/core_periphery.h"
#include "services/metrics/domain/network/e_i_index.h"
#include "services/metrics/domain/network/network.h"
#include "services/metrics/domain/network/projection.h"
#include "services/metrics/domain/network/shortest_paths.h"
#include "services/metrics/domain/network/two_mode_graph.h"
#include "weft/metrics/v1/network.pb.h"

namespace weft::metrics {

// How many nodes of each mode an answer has, when the request does not say.
inline constexpr int32_t kDefaultTop = 20;

struct NetworkOptions {
  // What to compute; empty: everything.
  std::vector<v1::NetworkMeasure> measures;
  int64_t seed = 0;
};

NetworkOptions OptionsOf(const google::protobuf::RepeatedField<int>& measures, int64_t seed);

class NetworkComputation {
 public:
  // The network outlives it.
  NetworkComputation(const Network& network, NetworkOptions options);

  // About a millisecond's work; on large networks single rounds of the search for communities take
  // longer. False when there is no more, or something failed.
  bool Work();
  // INTERNAL (GRAPH_LIBRARY_FAILED); else OK.
  const absl::Status& status() const { return status_; }

  // Once Work() has returned false, and all is well:
  // The answer, but for how far feeds had been read. `top` 0 stands for kDefaultTop.
  v1::NetworkMetrics Result(v1::NodeOrder order, int32_t top) const;
  // One node, numbered as in Network::node().
  v1::NodeMetrics Node(size_t index) const;
  v1::NetworkFacts Facts() const;
  // The network's query and the options, with every default filled in.
  v1::NetworkProvenance Provenance() const;

 private:
  bool Wants(v1::NetworkMeasure measure) const { return measures_.contains(measure); }
  bool WantsPaths() const {
    return Wants(v1::NETWORK_MEASURE_BETWEENNESS) || Wants(v1::NETWORK_MEASURE_CLOSENESS);
  }
  // What is to be done next; false when there is nothing.
  bool NextPart();
  void BeginEiIndex(v1::EiIndex::Attribute attribute, v1::EiIndex::Ties ties);

  const ProjectionGraph* ProjectionOf(v1::NetworkMode mode) const;
  const Brokerage* BrokerageOf(v1::NetworkMode mode) const;
  // Over what the two numbers of nodes allow; once paths were followed, closeness of nodes with a
  // tie.
  ShortestPaths::Sampled BetweennessOf(int32_t node) const;
  ShortestPaths::Sampled ClosenessOf(int32_t node) const;
  void SetPaths(int32_t node, v1::NodeMetrics& metrics) const;
  void SetBrokerage(int32_t node, v1::NodeMetrics& metrics) const;
  v1::NetworkModeMetrics Mode(v1::NetworkMode mode, v1::NodeOrder order, int32_t top) const;
  v1::Projection DescribeProjection(v1::NetworkMode mode) const;
  v1::PathSampling DescribePaths() const;
  // By what nodes are ordered; nullopt where it has no value.
  std::optional<double> SortKey(int32_t node, v1::NodeOrder order) const;

  const Network& network_;
  const int64_t seed_;
  absl::flat_hash_set<v1::NetworkMeasure> measures_;
  TwoModeGraph graph_;
  Components components_;
  absl::Status status_;

  int part_ = 0;
  std::optional<ShortestPaths> paths_;
  std::optional<ProjectionGraph> projections_[2];  // sites, organizations
  std::optional<Brokerage> brokerage_[2];
  std::optional<EiIndexComputation> e_i_index_;
  v1::EiIndex e_i_index_begun_;
  std::vector<v1::EiIndex> e_i_indexes_;
  std::optional<CorePeripheryFit> core_periphery_[2];  // either, both
  std::optional<CommunitySearch> communities_;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_NETWORK_NETWORK_COMPUTATION_H_
