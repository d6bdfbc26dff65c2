#include "services/metrics/domain/network/two_mode_graph.h"

#include <algorithm>
#include <numeric>

namespace weft::metrics {

TwoModeGraph::TwoModeGraph(const Network& network)
    : sites_(static_cast<int32_t>(network.sites.size())), first_(network.size() + 1) {
  for (const NetworkTie& tie : network.ties) {
    ++first_[tie.site + 1];
    ++first_[sites_ + tie.organization + 1];
  }
  std::partial_sum(first_.begin(), first_.end(), first_.begin());
  neighbors_.resize(2 * network.ties.size());
  depths_.resize(neighbors_.size());
  std::vector<int32_t> next(first_.begin(), first_.end() - 1);
  // By site, then by organization: so each node's come in ascending order.
  for (const NetworkTie& tie : network.ties) {
    const int32_t organization = sites_ + tie.organization;
    const auto depth = static_cast<int8_t>(DepthOf(tie.level).value_or(-1));
    neighbors_[next[tie.site]] = organization;
    depths_[next[tie.site]++] = depth;
    neighbors_[next[organization]] = tie.site;
    depths_[next[organization]++] = depth;
  }
}

std::vector<int32_t> NumberBySize(std::vector<int32_t>& groups) {
  const int32_t highest = groups.empty() ? -1 : *std::max_element(groups.begin(), groups.end());
  std::vector<int32_t> sizes(static_cast<size_t>(highest + 1));
  std::vector<int32_t> first(sizes.size(), -1);
  for (size_t node = 0; node < groups.size(); ++node) {
    if (groups[node] < 0) continue;
    ++sizes[groups[node]];
    if (first[groups[node]] < 0) first[groups[node]] = static_cast<int32_t>(node);
  }
  std::vector<int32_t> order;
  for (int32_t group = 0; group <= highest; ++group) {
    if (sizes[group] > 0) order.push_back(group);
  }
  std::sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
    return sizes[a] != sizes[b] ? sizes[a] > sizes[b] : first[a] < first[b];
  });
  std::vector<int32_t> number(sizes.size(), -1);
  std::vector<int32_t> ordered;
  for (const int32_t group : order) {
    number[group] = static_cast<int32_t>(ordered.size());
    ordered.push_back(sizes[group]);
  }
  for (int32_t& group : groups) {
    if (group >= 0) group = number[group];
  }
  return ordered;
}

Components FindComponents(const TwoModeGraph& graph) {
  Components components;
  components.of.assign(static_cast<size_t>(graph.size()), -1);
  std::vector<int32_t> queue;
  int32_t count = 0;
  for (int32_t start = 0; start < graph.size(); ++start) {
    if (components.of[start] >= 0) continue;
    components.of[start] = count;
    queue.assign(1, start);
    while (!queue.empty()) {
      const int32_t node = queue.back();
      queue.pop_back();
      for (const int32_t neighbor : graph.neighbors(node)) {
        if (components.of[neighbor] >= 0) continue;
        components.of[neighbor] = count;
        queue.push_back(neighbor);
      }
    }
    ++count;
  }
  components.sizes = NumberBySize(components.of);
  return components;
}

}  // namespace weft::metrics
