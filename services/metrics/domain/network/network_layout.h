// Where the nodes of a network are drawn: by the forces of Fruchterman and Reingold (1991), from
// places that depend on the nodes' keys and the seed alone. With the places of an earlier picture,
// nodes begin there and move little, and the whole is turned and scaled to lie over the earlier
// one, so that people find again what they know.
//
//   NetworkLayout layout(network, seed, previous);
//   while (layout.Work()) { ... others get their turn ... }
#ifndef WEFT_SERVICES_METRICS_DOMAIN_NETWORK_NETWORK_LAYOUT_H_
#define WEFT_SERVICES_METRICS_DOMAIN_NETWORK_NETWORK_LAYOUT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "services/metrics/domain/network/igraph_calls.h"
#include "services/metrics/domain/network/network.h"
#include "services/metrics/domain/network/two_mode_graph.h"

namespace weft::metrics {

// A picture with more nodes than this shows nobody anything.
inline constexpr size_t kMaxLayoutNodes = 1'000;

struct NodePlace {
  double x = 0;
  double y = 0;
};

// By the key of a node.
using NodePlaces = absl::flat_hash_map<std::string, NodePlace>;

class NetworkLayout {
 public:
  // The network outlives it.
  NetworkLayout(const Network& network, int64_t seed, NodePlaces previous);

  // About a millisecond's work, or one round; false when there is no more, or something failed.
  bool Work();
  // FAILED_PRECONDITION (NETWORK_NOT_DRAWABLE): too many nodes. INTERNAL (GRAPH_LIBRARY_FAILED).
  // Else OK.
  const absl::Status& status() const { return status_; }
  // Once Work() has returned false and all is well: of each node as Network numbers them, within
  // the circle of radius 1 around 0, 0.
  const std::vector<NodePlace>& places() const { return places_; }
  // The same by key, for the layout after this one.
  NodePlaces PlacesByKey() const;

 private:
  void Begin();
  void Finish();

  const Network& network_;
  const TwoModeGraph graph_;
  const int64_t seed_;
  const NodePlaces previous_;
  absl::Status status_;
  std::optional<IgraphGraph> igraph_;
  int rounds_ = 0;
  int all_rounds_ = 0;
  double heat_ = 0;
  std::vector<double> at_;
  std::vector<NodePlace> places_;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_NETWORK_NETWORK_LAYOUT_H_
