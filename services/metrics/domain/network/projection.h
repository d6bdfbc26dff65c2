// N5 and N6: a one-mode projection, and what rests on it. Two nodes of one mode are joined there
// when they share a node of the other.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_NETWORK_PROJECTION_H_
#define WEFT_SERVICES_METRICS_DOMAIN_NETWORK_PROJECTION_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "services/metrics/domain/network/two_mode_graph.h"

namespace weft::metrics {

// A projection is made when its nodes meet at most so often; one site with 3,000 organizations
// makes 9 million meetings of them.
inline constexpr int64_t kMostMeetings = 10'000'000;
// Constraint and effective size are computed up to so many paths of two steps in it.
inline constexpr int64_t kMostTwoSteps = 2'000'000'000;

class ProjectionGraph {
 public:
  struct Joined {
    int32_t node = 0;
    int32_t shared = 0;
  };

  // The graph outlives it.
  ProjectionGraph(const TwoModeGraph& graph, v1::NetworkMode mode);

  // Whether it is small enough; else there is nothing to do.
  bool feasible() const { return feasible_; }
  // About a millisecond's work, or one node's neighbours; false when there is no more.
  bool Work();

  // Once Work() has returned false.
  // Nodes of the mode: [begin, end) of the graph's numbers.
  int32_t begin() const { return begin_; }
  int32_t end() const { return end_; }
  int32_t size() const { return end_ - begin_; }
  int64_t pairs() const { return static_cast<int64_t>(joined_.size()) / 2; }
  // In ascending order of nodes.
  absl::Span<const Joined> joined(int32_t node) const {
    const int64_t first = first_[node - begin_];
    return {joined_.data() + first, static_cast<size_t>(first_[node - begin_ + 1] - first)};
  }
  // Sum of `shared` over all pairs.
  int64_t shared_sum() const { return shared_sum_; }
  // Of a node of the other mode: of the pairs of its neighbours, how many share another node, too.
  int64_t redundant_pairs(int32_t node) const { return redundant_[OtherPlace(node)]; }

 private:
  int32_t OtherPlace(int32_t node) const { return begin_ == 0 ? node - end_ : node; }

  const TwoModeGraph& graph_;
  int32_t begin_;
  int32_t end_;
  bool feasible_ = true;
  int32_t next_;
  std::vector<int64_t> first_;
  std::vector<Joined> joined_;
  int64_t shared_sum_ = 0;
  std::vector<int64_t> redundant_;
  std::vector<int32_t> shared_;  // of each node with the one that is being looked at
  std::vector<int32_t> met_;
};

// Newman's weight (2001) of a pair: shared nodes, each counted as 1/(k-1). Jaccard: over the nodes
// that one of the two is tied to.
double NewmanWeight(const TwoModeGraph& graph, int32_t first, int32_t second);
double JaccardOf(const TwoModeGraph& graph, int32_t first, int32_t second, int32_t shared);

// Burt's constraint (weighted by shared nodes) and effective size (Borgatti's n - 2t/n) of each
// node of a projection.
class Brokerage {
 public:
  // The projection is finished and outlives it.
  explicit Brokerage(const ProjectionGraph& projection);

  bool feasible() const { return feasible_; }
  bool Work();

  // Of nodes with a neighbour in the projection, once Work() has returned false.
  double constraint(int32_t node) const { return constraint_[node - projection_.begin()]; }
  double effective_size(int32_t node) const { return effective_[node - projection_.begin()]; }

 private:
  const ProjectionGraph& projection_;
  bool feasible_ = true;
  int32_t next_;
  std::vector<double> strength_;
  std::vector<double> invested_;  // of the node that is being looked at; 0 in all others
  std::vector<double> constraint_;
  std::vector<double> effective_;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_NETWORK_PROJECTION_H_
