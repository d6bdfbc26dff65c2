#include "services/metrics/domain/network/projection.h"

#include <algorithm>

namespace weft::metrics {

ProjectionGraph::ProjectionGraph(const TwoModeGraph& graph, v1::NetworkMode mode)
    : graph_(graph),
      begin_(mode == v1::NETWORK_MODE_SITES ? 0 : graph.sites()),
      end_(mode == v1::NETWORK_MODE_SITES ? graph.sites() : graph.size()),
      next_(begin_) {
  int64_t meetings = 0;
  for (int32_t node = 0; node < graph.size(); ++node) {
    if (node >= begin_ && node < end_) continue;
    meetings += static_cast<int64_t>(graph.degree(node)) * graph.degree(node);
  }
  feasible_ = meetings <= kMostMeetings;
  if (!feasible_) {
    next_ = end_;
    return;
  }
  first_.assign(1, 0);
  first_.reserve(static_cast<size_t>(size()) + 1);
  redundant_.assign(static_cast<size_t>(graph.size() - size()), 0);
  shared_.assign(static_cast<size_t>(graph.size()), 0);
}

bool ProjectionGraph::Work() {
  for (int64_t visits = 0; visits < kVisitsPerStep && next_ < end_; ++next_) {
    met_.clear();
    for (const int32_t other : graph_.neighbors(next_)) {
      for (const int32_t node : graph_.neighbors(other)) {
        if (node == next_) continue;
        if (shared_[node]++ == 0) met_.push_back(node);
      }
      visits += graph_.degree(other);
    }
    // Each pair is looked at from its first node.
    for (const int32_t other : graph_.neighbors(next_)) {
      const absl::Span<const int32_t> nodes = graph_.neighbors(other);
      for (auto node = std::upper_bound(nodes.begin(), nodes.end(), next_); node != nodes.end();
           ++node) {
        if (shared_[*node] > 1) ++redundant_[OtherPlace(other)];
      }
    }
    std::sort(met_.begin(), met_.end());
    for (const int32_t node : met_) {
      joined_.push_back({node, shared_[node]});
      if (node > next_) shared_sum_ += shared_[node];
      shared_[node] = 0;
    }
    first_.push_back(static_cast<int64_t>(joined_.size()));
    ++visits;
  }
  return next_ < end_;
}

double NewmanWeight(const TwoModeGraph& graph, int32_t first, int32_t second) {
  const absl::Span<const int32_t> a = graph.neighbors(first);
  const absl::Span<const int32_t> b = graph.neighbors(second);
  double weight = 0;
  for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i] == b[j]) {
      weight += 1.0 / (graph.degree(a[i]) - 1);
      ++i;
      ++j;
    } else if (a[i] < b[j]) {
      ++i;
    } else {
      ++j;
    }
  }
  return weight;
}

double JaccardOf(const TwoModeGraph& graph, int32_t first, int32_t second, int32_t shared) {
  return static_cast<double>(shared) / (graph.degree(first) + graph.degree(second) - shared);
}

Brokerage::Brokerage(const ProjectionGraph& projection)
    : projection_(projection), next_(projection.begin()) {
  const auto size = static_cast<size_t>(projection.size());
  int64_t two_steps = 0;
  strength_.assign(size, 0);
  for (int32_t node = projection.begin(); node < projection.end(); ++node) {
    const auto joined = projection.joined(node);
    two_steps += static_cast<int64_t>(joined.size()) * static_cast<int64_t>(joined.size());
    for (const ProjectionGraph::Joined& each : joined) {
      strength_[node - projection.begin()] += each.shared;
    }
  }
  feasible_ = two_steps <= kMostTwoSteps;
  if (!feasible_) {
    next_ = projection.end();
    return;
  }
  invested_.assign(size, 0);
  constraint_.assign(size, 0);
  effective_.assign(size, 0);
}

bool Brokerage::Work() {
  const int32_t begin = projection_.begin();
  for (int64_t visits = 0; visits < kVisitsPerStep && next_ < projection_.end(); ++next_) {
    const auto joined = projection_.joined(next_);
    ++visits;
    if (joined.empty()) continue;
    for (const ProjectionGraph::Joined& each : joined) {
      invested_[each.node - begin] = each.shared / strength_[next_ - begin];
    }
    // Directly, and by way of each that both know; and ties among those that it knows, each from
    // both ends.
    int64_t between = 0;
    double sum = 0;
    for (const ProjectionGraph::Joined& each : joined) {
      // The third invests in `each` by its own share: shared(third, each) / strength(third).
      double invested = invested_[each.node - begin];
      for (const ProjectionGraph::Joined& third : projection_.joined(each.node)) {
        const double in_third = invested_[third.node - begin];
        if (in_third == 0) continue;
        ++between;
        invested += in_third * third.shared / strength_[third.node - begin];
      }
      visits += static_cast<int64_t>(projection_.joined(each.node).size());
      sum += invested * invested;
    }
    constraint_[next_ - begin] = sum;
    const auto n = static_cast<double>(joined.size());
    effective_[next_ - begin] = n - static_cast<double>(between) / n;
    for (const ProjectionGraph::Joined& each : joined) invested_[each.node - begin] = 0;
  }
  return next_ < projection_.end();
}

}  // namespace weft::metrics
