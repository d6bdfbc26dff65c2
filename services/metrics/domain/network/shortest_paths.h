// N4: betweenness and closeness, by following the shortest paths from nodes (Brandes 2001). Own
// code, because a library's call cannot be cut up into turns; and as both rest on the same walk.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_NETWORK_SHORTEST_PATHS_H_
#define WEFT_SERVICES_METRICS_DOMAIN_NETWORK_SHORTEST_PATHS_H_

#include <cstdint>
#include <vector>

#include "services/metrics/domain/network/two_mode_graph.h"

namespace weft::metrics {

// Up to so many ties paths are followed from every node.
inline constexpr int32_t kMostExactTies = 10'000;

// How many nodes of a component with this many ties paths are followed from, when they are sampled.
int32_t PivotsFor(int32_t ties);

class ShortestPaths {
 public:
  // A number with its standard error, which is 0 when it is exact.
  struct Sampled {
    double value = 0;
    double standard_error = 0;
  };

  // Graph and components outlive it. From `pivots` nodes of each larger component, drawn with
  // `seed`; from all nodes with 0.
  ShortestPaths(const TwoModeGraph& graph, const Components& components, int32_t pivots,
                int64_t seed);

  // About a millisecond's work, or one node's paths; false when there is no more.
  bool Work();

  // Once Work() has returned false.
  // How many of all pairs' shortest paths go through a node, each pair counted once.
  Sampled Betweenness(int32_t node) const;
  // Sum of the distances to all nodes that it reaches.
  Sampled Distance(int32_t node) const;
  // From how many nodes paths were followed, and of these, how many in a node's component.
  int32_t sources() const { return static_cast<int32_t>(sources_.size()); }
  int32_t sources_near(int32_t node) const { return sources_in_[components_.of[node]]; }
  bool sampled() const { return sampled_; }

 private:
  void Follow(int32_t source);

  const TwoModeGraph& graph_;
  const Components& components_;
  bool sampled_ = false;
  std::vector<int32_t> sources_;
  std::vector<int32_t> sources_in_;  // of each component
  std::vector<int64_t> visits_in_;   // of each component: what following one source takes
  size_t done_ = 0;

  // Of the source that is being followed.
  std::vector<int32_t> order_;
  std::vector<int32_t> distance_;
  std::vector<double> paths_;
  std::vector<double> dependency_;

  // Sums over sources, of each node: its dependency and distance, and when sampled, their squares.
  std::vector<double> through_;
  std::vector<double> through_squares_;
  std::vector<double> away_;
  std::vector<double> away_squares_;
  // Of each source, the sum of its distances; -1 of other nodes.
  std::vector<double> own_;
};

// The highest betweenness that a node can have among `own` nodes of its mode and `other` of the
// other one (Borgatti and Halgin 2011). At least two of each.
double HighestBetweenness(int32_t own, int32_t other);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_NETWORK_SHORTEST_PATHS_H_
