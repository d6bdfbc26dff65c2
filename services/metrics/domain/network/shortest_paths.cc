#include "services/metrics/domain/network/shortest_paths.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "services/metrics/domain/statistics/draws.h"

namespace weft::metrics {
namespace {

// Sampled: as many pivots as take about a second.
constexpr int32_t kFewestPivots = 200;
constexpr int32_t kMostPivots = 1'000;
constexpr int64_t kMostVisits = 50'000'000;

// What a population of `all` sums up to, of which `drawn` were drawn without replacement.
ShortestPaths::Sampled Extrapolate(double sum, double squares, int32_t drawn, int32_t all) {
  const double n = drawn;
  const double mean = sum / n;
  ShortestPaths::Sampled result{.value = all * mean, .standard_error = 0};
  if (drawn < all && drawn > 1) {
    const double variance = std::max(0.0, (squares - sum * mean) / (n - 1));
    result.standard_error = all * std::sqrt(variance / n * (1 - n / all));
  }
  return result;
}

}  // namespace

int32_t PivotsFor(int32_t ties) {
  return static_cast<int32_t>(
      std::clamp<int64_t>(kMostVisits / std::max(ties, 1), kFewestPivots, kMostPivots));
}

ShortestPaths::ShortestPaths(const TwoModeGraph& graph, const Components& components,
                             int32_t pivots, int64_t seed)
    : graph_(graph), components_(components), sources_in_(components.sizes.size()) {
  const auto size = static_cast<size_t>(graph.size());
  std::vector<std::vector<int32_t>> members(components.sizes.size());
  visits_in_.assign(members.size(), 0);
  for (int32_t node = 0; node < graph.size(); ++node) {
    members[components.of[node]].push_back(node);
    // Forth and back.
    visits_in_[components.of[node]] += 2 * graph.degree(node) + 2;
  }
  std::mt19937_64 random(static_cast<uint64_t>(seed));
  for (size_t component = 0; component < members.size(); ++component) {
    std::vector<int32_t>& nodes = members[component];
    if (pivots > 0 && nodes.size() > static_cast<size_t>(pivots)) {
      sampled_ = true;
      for (size_t i = 0; i < static_cast<size_t>(pivots); ++i) {
        std::swap(nodes[i], nodes[i + DrawBelow(nodes.size() - i, random)]);
      }
      nodes.resize(static_cast<size_t>(pivots));
      std::sort(nodes.begin(), nodes.end());
    }
    sources_in_[component] = static_cast<int32_t>(nodes.size());
    sources_.insert(sources_.end(), nodes.begin(), nodes.end());
  }
  order_.reserve(size);
  distance_.assign(size, -1);
  paths_.assign(size, 0);
  dependency_.assign(size, 0);
  through_.assign(size, 0);
  own_.assign(size, -1);
  if (sampled_) {
    through_squares_.assign(size, 0);
    away_.assign(size, 0);
    away_squares_.assign(size, 0);
  }
}

void ShortestPaths::Follow(int32_t source) {
  order_.clear();
  order_.push_back(source);
  distance_[source] = 0;
  paths_[source] = 1;
  int64_t sum = 0;
  for (size_t next = 0; next < order_.size(); ++next) {
    const int32_t node = order_[next];
    const int32_t further = distance_[node] + 1;
    sum += further - 1;
    for (const int32_t neighbor : graph_.neighbors(node)) {
      if (distance_[neighbor] < 0) {
        distance_[neighbor] = further;
        order_.push_back(neighbor);
      }
      if (distance_[neighbor] == further) paths_[neighbor] += paths_[node];
    }
  }
  own_[source] = static_cast<double>(sum);
  // Backwards: what depends on a node is handed to those before it by their shares of its paths.
  // Sampled, a path counts for a node by how far along it is (Geisberger, Sanders and Schultes
  // 2008): from the other end it counts the rest. Else the few sources beside a node would make up
  // most of what goes through it, and be drawn rarely.
  for (size_t i = order_.size(); i-- > 1;) {
    const int32_t node = order_[i];
    const int32_t before = distance_[node] - 1;
    const double end = sampled_ ? 1.0 / distance_[node] : 1.0;
    const double share = (end + dependency_[node]) / paths_[node];
    for (const int32_t neighbor : graph_.neighbors(node)) {
      if (distance_[neighbor] == before) dependency_[neighbor] += paths_[neighbor] * share;
    }
    if (!sampled_) through_[node] += dependency_[node];
  }
  if (sampled_) {
    for (const int32_t node : order_) {
      const double distance = distance_[node];
      const double dependency = distance * dependency_[node];
      through_[node] += dependency;
      through_squares_[node] += dependency * dependency;
      away_[node] += distance;
      away_squares_[node] += distance * distance;
    }
  }
  for (const int32_t node : order_) {
    distance_[node] = -1;
    paths_[node] = 0;
    dependency_[node] = 0;
  }
}

bool ShortestPaths::Work() {
  for (int64_t visits = 0; visits < kVisitsPerStep && done_ < sources_.size(); ++done_) {
    const int32_t source = sources_[done_];
    if (graph_.degree(source) == 0) {
      own_[source] = 0;
      ++visits;
      continue;
    }
    Follow(source);
    visits += visits_in_[components_.of[source]];
  }
  return done_ < sources_.size();
}

ShortestPaths::Sampled ShortestPaths::Betweenness(int32_t node) const {
  // Each pair was seen from both ends.
  if (!sampled_) return {through_[node] / 2, 0};
  return Extrapolate(through_[node], through_squares_[node], sources_near(node),
                     components_.sizes[components_.of[node]]);
}

ShortestPaths::Sampled ShortestPaths::Distance(int32_t node) const {
  if (own_[node] >= 0) return {own_[node], 0};
  // It was not drawn: the pivots are some of the others.
  return Extrapolate(away_[node], away_squares_[node], sources_near(node),
                     components_.sizes[components_.of[node]] - 1);
}

double HighestBetweenness(int32_t own, int32_t other) {
  const double m = other;
  // As often as the other mode goes into the rest of its own, and what is left.
  const int32_t times = (own - 1) / other;
  const double s = times;
  const double t = own - 1 - times * other;
  return (m * m * (s + 1) * (s + 1) + m * (s + 1) * (2 * t - s - 1) - t * (2 * s - t + 3)) / 2;
}

}  // namespace weft::metrics
