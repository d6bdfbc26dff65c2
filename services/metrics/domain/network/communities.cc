#include "services/metrics/domain/network/communities.h"

#include <algorithm>
#include <utility>

#include "services/metrics/domain/network/network_number.h"

namespace weft::metrics {
namespace {

constexpr int kMostRounds = 20;  // of each part
// How many starts: as many as have about so many ties.
constexpr int32_t kTiesOfAllStarts = 10'000;
constexpr int32_t kMostStarts = 10;
constexpr double kGrowth = 1e-12;
constexpr size_t kMostSizes = 100;

// Of each community.
struct Sums {
  double site_degrees = 0;
  double organization_degrees = 0;
  double ties = 0;
};

std::vector<Sums> SumUp(const TwoModeGraph& graph, const std::vector<int32_t>& communities) {
  std::vector<Sums> sums(static_cast<size_t>(
      communities.empty() ? 0 : *std::max_element(communities.begin(), communities.end()) + 1));
  for (int32_t node = 0; node < graph.size(); ++node) {
    if (communities[node] < 0) continue;
    Sums& sum = sums[communities[node]];
    (graph.is_site(node) ? sum.site_degrees : sum.organization_degrees) += graph.degree(node);
    if (!graph.is_site(node)) continue;
    for (const int32_t neighbor : graph.neighbors(node)) {
      if (communities[neighbor] == communities[node]) sum.ties += 1;
    }
  }
  return sums;
}

}  // namespace

double BarberModularity(const TwoModeGraph& graph, const std::vector<int32_t>& communities) {
  const double ties = graph.ties();
  double modularity = 0;
  for (const Sums& sum : SumUp(graph, communities)) {
    modularity += sum.ties / ties - (sum.site_degrees / ties) * (sum.organization_degrees / ties);
  }
  return modularity;
}

double NewmanModularity(const TwoModeGraph& graph, const std::vector<int32_t>& communities) {
  const double ties = graph.ties();
  double modularity = 0;
  for (const Sums& sum : SumUp(graph, communities)) {
    const double share = (sum.site_degrees + sum.organization_degrees) / (2 * ties);
    modularity += sum.ties / ties - share * share;
  }
  return modularity;
}

CommunitySearch::CommunitySearch(const TwoModeGraph& graph, int64_t seed)
    : graph_(graph), seed_(static_cast<uint64_t>(seed)) {
  done_ = graph.is_star() || graph.ties() == 0;
  starts_ = std::clamp(kTiesOfAllStarts / std::max(graph.ties(), 1), 1, kMostStarts);
}

bool CommunitySearch::MoveNodes() {
  const double ties = graph_.ties();
  std::vector<Sums> sums = SumUp(graph_, communities_);
  std::vector<double> links(sums.size());
  std::vector<int32_t> near;
  bool moved = false;
  for (int32_t node = 0; node < graph_.size(); ++node) {
    const int32_t own = communities_[node];
    if (own < 0) continue;
    const bool site = graph_.is_site(node);
    const double degree = graph_.degree(node);
    near.clear();
    for (const int32_t neighbor : graph_.neighbors(node)) {
      const int32_t community = communities_[neighbor];
      if (links[community] == 0) near.push_back(community);
      links[community] += 1;
    }
    // How much the node adds to a community: its ties there, less what is expected.
    const auto gain = [&](int32_t community) {
      const Sums& sum = sums[community];
      return links[community] -
             degree * (site ? sum.organization_degrees : sum.site_degrees) / ties;
    };
    int32_t best = own;
    double best_gain = gain(own);
    std::sort(near.begin(), near.end());
    for (const int32_t community : near) {
      if (gain(community) > best_gain + kGrowth) {
        best = community;
        best_gain = gain(community);
      }
    }
    for (const int32_t community : near) links[community] = 0;
    if (best == own) continue;
    (site ? sums[own].site_degrees : sums[own].organization_degrees) -= degree;
    (site ? sums[best].site_degrees : sums[best].organization_degrees) += degree;
    communities_[node] = best;
    moved = true;
  }
  return moved;
}

void CommunitySearch::BeginMoving() {
  moving_ = true;
  rounds_ = 0;
  for (int32_t node = 0; node < graph_.size(); ++node) {
    if (graph_.degree(node) == 0) communities_[node] = -1;
  }
}

void CommunitySearch::EndStart() {
  const double modularity = BarberModularity(graph_, communities_);
  if (modularity > best_ + kGrowth) {
    best_ = modularity;
    best_communities_ = communities_;
  }
  communities_.clear();
  newman_ = -1;
  moving_ = false;
  rounds_ = 0;
  if (++start_ < starts_) return;
  done_ = true;
  igraph_.reset();
  communities_ = std::move(best_communities_);
  sizes_ = NumberBySize(communities_);
}

bool CommunitySearch::Work() {
  if (done_) return false;
  if (!igraph_.has_value()) {
    absl::StatusOr<IgraphGraph> made = IgraphGraph::Make(graph_);
    if (!made.ok()) {
      status_ = made.status();
      done_ = true;
      return false;
    }
    igraph_ = *std::move(made);
    return true;
  }
  ++rounds_;
  ++all_rounds_;
  if (moving_) {
    if (!MoveNodes() || rounds_ >= kMostRounds) EndStart();
    return !done_;
  }
  std::vector<int32_t> next = communities_;
  status_ = igraph_->LeidenRound(seed_ + static_cast<uint64_t>(all_rounds_), next);
  if (!status_.ok()) {
    communities_.clear();
    done_ = true;
    return false;
  }
  const double modularity = NewmanModularity(graph_, next);
  const bool grown = modularity > newman_ + kGrowth;
  if (grown) {
    communities_ = std::move(next);
    newman_ = modularity;
  }
  if (!grown || rounds_ >= kMostRounds) BeginMoving();
  return true;
}

v1::NetworkCommunities CommunitySearch::Result() const {
  v1::NetworkCommunities result;
  const Units units{.known = graph_.ties(), .all = graph_.ties(), .base = type::v1::BASE_TIES};
  if (graph_.is_star() || graph_.ties() == 0) {
    *result.mutable_modularity() = OfStar(units);
    *result.mutable_newman_modularity() = OfStar(units);
    return result;
  }
  *result.mutable_modularity() = Value(BarberModularity(graph_, communities_), units);
  *result.mutable_newman_modularity() = Value(NewmanModularity(graph_, communities_), units);
  result.set_count(static_cast<int32_t>(sizes_.size()));
  result.set_iterations(all_rounds_);
  const std::vector<Sums> sums = SumUp(graph_, communities_);
  for (size_t i = 0; i < std::min(sizes_.size(), kMostSizes); ++i) {
    v1::CommunitySize& size = *result.add_largest();
    size.set_community(static_cast<int32_t>(i) + 1);
    size.set_tie_count(static_cast<int32_t>(sums[i].ties));
  }
  for (int32_t node = 0; node < graph_.size(); ++node) {
    const int32_t community = communities_[node];
    if (community < 0 || community >= result.largest_size()) continue;
    v1::CommunitySize& size = *result.mutable_largest(community);
    if (graph_.is_site(node)) {
      size.set_site_count(size.site_count() + 1);
    } else {
      size.set_organization_count(size.organization_count() + 1);
    }
  }
  return result;
}

}  // namespace weft::metrics
