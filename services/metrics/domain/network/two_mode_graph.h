// A network as numbers to walk through.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_NETWORK_TWO_MODE_GRAPH_H_
#define WEFT_SERVICES_METRICS_DOMAIN_NETWORK_TWO_MODE_GRAPH_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "services/metrics/domain/network/network.h"

namespace weft::metrics {

// About this many neighbours are looked at between two turns of others: about a millisecond.
inline constexpr int64_t kVisitsPerStep = 200'000;

// Nodes are numbered through: sites first.
class TwoModeGraph {
 public:
  explicit TwoModeGraph(const Network& network);

  int32_t sites() const { return sites_; }
  int32_t organizations() const { return size() - sites_; }
  int32_t size() const { return static_cast<int32_t>(first_.size()) - 1; }
  int32_t ties() const { return static_cast<int32_t>(neighbors_.size() / 2); }
  bool is_site(int32_t node) const { return node < sites_; }
  int32_t degree(int32_t node) const { return first_[node + 1] - first_[node]; }
  // In ascending order.
  absl::Span<const int32_t> neighbors(int32_t node) const {
    return {neighbors_.data() + first_[node], static_cast<size_t>(degree(node))};
  }
  // For each of neighbors(), the depth of the tie, or -1 where it is not known.
  absl::Span<const int8_t> depths(int32_t node) const {
    return {depths_.data() + first_[node], static_cast<size_t>(degree(node))};
  }
  // With fewer than two nodes of a mode all ties meet in one node, and the numbers N2 to N8 are the
  // same whoever is in the network.
  bool is_star() const { return sites_ < 2 || organizations() < 2; }

 private:
  int32_t sites_;
  // Where the neighbours of a node begin, and at the end how many there are.
  std::vector<int32_t> first_;
  std::vector<int32_t> neighbors_;
  std::vector<int8_t> depths_;
};

struct Components {
  // Of each node, from 0: the largest first, then by its first node.
  std::vector<int32_t> of;
  // Nodes of each.
  std::vector<int32_t> sizes;
};

Components FindComponents(const TwoModeGraph& graph);

// New numbers for groups of nodes, so that the largest is 0, then by first node; -1 stays. Gives
// the sizes.
std::vector<int32_t> NumberBySize(std::vector<int32_t>& groups);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_NETWORK_TWO_MODE_GRAPH_H_
