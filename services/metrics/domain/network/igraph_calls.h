// All that is asked of igraph (GPL-2 or later; see NOTICE): no other file includes it. Debian's
// igraph keeps its error handler and its source of random numbers for the process, so calls are
// made one at a time. Errors come back as a status; nothing of igraph's is left behind.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_NETWORK_IGRAPH_CALLS_H_
#define WEFT_SERVICES_METRICS_DOMAIN_NETWORK_IGRAPH_CALLS_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/metrics/domain/network/two_mode_graph.h"

namespace weft::metrics {

// A graph as igraph holds it.
class IgraphGraph {
 public:
  static absl::StatusOr<IgraphGraph> Make(const TwoModeGraph& graph);
  ~IgraphGraph();
  IgraphGraph(IgraphGraph&&) noexcept;
  IgraphGraph& operator=(IgraphGraph&&) noexcept;

  // One round of the Leiden algorithm for Newman's modularity, from `communities` on; if they are
  // empty, from single nodes. Undirected, levels do not count.
  absl::Status LeidenRound(uint64_t seed, std::vector<int32_t>& communities) const;

  // `rounds` rounds of Fruchterman and Reingold's layout from where nodes are: x, y of each node in
  // turn. No node moves farther than `heat` in a round, which cools down to nothing.
  absl::Status LayoutRounds(uint64_t seed, int rounds, double heat,
                            std::vector<double>& places) const;

 private:
  struct Holder;
  explicit IgraphGraph(std::unique_ptr<Holder> holder);

  std::unique_ptr<Holder> holder_;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_NETWORK_IGRAPH_CALLS_H_
