// Communities of a network: both modes have part in the same ones. Leiden (igraph) for Newman's
// modularity on the graph with its modes taken as one, then moves of single nodes while Barber's
// modularity grows, whose expectation knows that ties are between modes. Nodes without a tie are in
// none.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_NETWORK_COMMUNITIES_H_
#define WEFT_SERVICES_METRICS_DOMAIN_NETWORK_COMMUNITIES_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "services/metrics/domain/network/igraph_calls.h"
#include "services/metrics/domain/network/two_mode_graph.h"

namespace weft::metrics {

// Barber's (2007) and Newman's modularity of a division; -1 for nodes that are in no community.
double BarberModularity(const TwoModeGraph& graph, const std::vector<int32_t>& communities);
double NewmanModularity(const TwoModeGraph& graph, const std::vector<int32_t>& communities);

class CommunitySearch {
 public:
  // The graph outlives it.
  CommunitySearch(const TwoModeGraph& graph, int64_t seed);

  // A round of one of the two parts; false when there is no more, or something failed.
  bool Work();
  const absl::Status& status() const { return status_; }

  // Once Work() has returned false.
  v1::NetworkCommunities Result() const;
  // Of a node, from 0, the largest first; -1 for none.
  int32_t of(int32_t node) const { return communities_.empty() ? -1 : communities_[node]; }

 private:
  // Whether any node moved.
  bool MoveNodes();
  void BeginMoving();
  // Keeps what was found if it is the best so far, and begins anew or ends.
  void EndStart();

  const TwoModeGraph& graph_;
  const uint64_t seed_;
  absl::Status status_;
  std::optional<IgraphGraph> igraph_;
  int starts_ = 0;
  int start_ = 0;
  bool moving_ = false;
  bool done_ = false;
  int rounds_ = 0;  // of this part of this start
  int all_rounds_ = 0;
  double newman_ = -1;
  std::vector<int32_t> communities_;
  double best_ = -1;
  std::vector<int32_t> best_communities_;
  std::vector<int32_t> sizes_;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_NETWORK_COMMUNITIES_H_
