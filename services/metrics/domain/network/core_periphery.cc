#include "services/metrics/domain/network/core_periphery.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "services/metrics/domain/network/network_number.h"

namespace weft::metrics {
namespace {

constexpr int kMostStarts = 24;  // of each mode
constexpr int kMostRounds = 100;
constexpr double kNone = -2;  // below any correlation
constexpr double kGrowth = 1e-12;

// 1 to `most`, all of them or evenly spread by ratio.
std::vector<int32_t> Counts(int32_t most) {
  std::vector<int32_t> counts;
  if (most <= kMostStarts) {
    for (int32_t count = 1; count <= most; ++count) counts.push_back(count);
    return counts;
  }
  for (int i = 0; i < kMostStarts; ++i) {
    const auto count = static_cast<int32_t>(std::lround(std::pow(most, i / (kMostStarts - 1.0))));
    if (counts.empty() || count > counts.back()) counts.push_back(count);
  }
  return counts;
}

}  // namespace

CorePeripheryFit::CorePeripheryFit(const TwoModeGraph& graph, v1::CorePeriphery::Pattern pattern)
    : graph_(graph), pattern_(pattern), sign_(pattern == v1::CorePeriphery::PATTERN_BOTH ? 1 : -1) {
  double squares = 0;
  int64_t unknown = 0;
  std::vector<double> strength(static_cast<size_t>(graph.size()));
  for (int32_t node = 0; node < graph.size(); ++node) {
    for (const int8_t depth : graph.depths(node)) {
      if (depth > 0) strength[node] += depth;
      if (!graph.is_site(node)) continue;
      if (depth < 0) {
        ++unknown;
        continue;
      }
      ++known_ties_;
      total_ += depth;
      squares += static_cast<double>(depth) * depth;
    }
  }
  known_ = known_ties_ > 0;
  cells_ =
      static_cast<double>(graph.sites()) * graph.organizations() - static_cast<double>(unknown);
  variation_ = cells_ * squares - total_ * total_;
  constant_ = variation_ <= 0;
  if (graph.is_star() || !known_ || constant_) return;
  for (const bool sites : {true, false}) {
    std::vector<int32_t>& order = by_strength_[sites ? 1 : 0];
    order.resize(static_cast<size_t>(sites ? graph.sites() : graph.organizations()));
    std::iota(order.begin(), order.end(), sites ? 0 : graph.sites());
    std::stable_sort(order.begin(), order.end(),
                     [&strength](int32_t a, int32_t b) { return strength[a] > strength[b]; });
    for (const int32_t count : Counts(static_cast<int32_t>(order.size()) - 1)) {
      starts_.push_back({sites, count});
    }
  }
  weight_.resize(static_cast<size_t>(graph.size()));
  unknown_.resize(static_cast<size_t>(graph.size()));
}

double CorePeripheryFit::Fit(double sites, double organizations, double weight,
                             double unknown) const {
  const double block = sites * organizations - unknown;
  if (block <= 0 || block >= cells_) return kNone;
  return sign_ * (cells_ * weight - total_ * block) /
         std::sqrt(variation_ * (cells_ * block - block * block));
}

void CorePeripheryFit::BeginStart() {
  const Start& start = starts_[start_];
  const std::vector<int32_t>& order = by_strength_[start.sites ? 1 : 0];
  block_.assign(static_cast<size_t>(graph_.size()), 0);
  // The block is the core, or what is left of the mode without it.
  for (size_t i = 0; i < order.size(); ++i) {
    const bool in_core = i < static_cast<size_t>(start.count);
    block_[order[i]] = in_core == (sign_ > 0) ? 1 : 0;
  }
  next_sites_ = !start.sites;
  rounds_ = 0;
  fit_ = kNone;
  begun_ = true;
}

double CorePeripheryFit::Improve(bool sites) {
  const int32_t begin = sites ? 0 : graph_.sites();
  const int32_t end = sites ? graph_.sites() : graph_.size();
  double other = 0;
  for (int32_t node = 0; node < graph_.size(); ++node) {
    if (node >= begin && node < end) continue;
    other += block_[node];
  }
  order_.clear();
  for (int32_t node = begin; node < end; ++node) {
    double weight = 0;
    int32_t unknown = 0;
    const absl::Span<const int32_t> neighbors = graph_.neighbors(node);
    const absl::Span<const int8_t> depths = graph_.depths(node);
    for (size_t i = 0; i < neighbors.size(); ++i) {
      if (block_[neighbors[i]] == 0) continue;
      if (depths[i] < 0) {
        ++unknown;
      } else {
        weight += depths[i];
      }
    }
    weight_[node] = weight;
    unknown_[node] = unknown;
    order_.push_back(node);
  }
  // Those that fit into the block best come first.
  std::stable_sort(order_.begin(), order_.end(), [this](int32_t a, int32_t b) {
    return sign_ * weight_[a] > sign_ * weight_[b];
  });
  double weight = 0;
  double unknown = 0;
  double best = kNone;
  size_t best_count = 0;
  for (size_t count = 1; count <= order_.size(); ++count) {
    weight += weight_[order_[count - 1]];
    unknown += unknown_[order_[count - 1]];
    const double fit = Fit(static_cast<double>(count), other, weight, unknown);
    if (fit > best + kGrowth) {
      best = fit;
      best_count = count;
    }
  }
  if (best_count == 0 || best <= fit_ + kGrowth) return fit_;
  for (size_t i = 0; i < order_.size(); ++i) block_[order_[i]] = i < best_count ? 1 : 0;
  return best;
}

bool CorePeripheryFit::Work() {
  for (int64_t visits = 0; visits < kVisitsPerStep && start_ < starts_.size();) {
    if (!begun_) BeginStart();
    const double fit = Improve(next_sites_);
    // Sorting costs about as much as ten looks at each node.
    visits += 2 * graph_.ties() + 10 * static_cast<int64_t>(order_.size());
    const bool grown = fit > fit_ + kGrowth;
    fit_ = fit;
    next_sites_ = !next_sites_;
    // The first mode is made from the start; the second may still find better.
    if ((grown || rounds_ == 0) && ++rounds_ < kMostRounds) continue;
    if (fit_ > best_fit_ + kGrowth) {
      best_fit_ = fit_;
      best_ = block_;
    }
    begun_ = false;
    ++start_;
  }
  return start_ < starts_.size();
}

v1::CorePeriphery CorePeripheryFit::Result() const {
  v1::CorePeriphery result;
  result.set_pattern(pattern_);
  const Units units{.known = known_ties_, .all = graph_.ties(), .base = type::v1::BASE_TIES};
  if (graph_.is_star()) {
    *result.mutable_correlation() = OfStar(units);
    return result;
  }
  if (!known_) {
    *result.mutable_correlation() =
        UndefinedNumber(type::v1::UNDEFINED_REASON_NO_DATA, "no tie has a known level", units);
    return result;
  }
  if (best_.empty()) {
    *result.mutable_correlation() =
        UndefinedNumber(type::v1::UNDEFINED_REASON_CONSTANT,
                        "every site is tied to every organization at the same level", units);
    return result;
  }
  *result.mutable_correlation() = Value(best_fit_, units);
  int32_t core_sites = 0;
  int32_t core_organizations = 0;
  for (int32_t node = 0; node < graph_.size(); ++node) {
    if (in_core(node)) ++(graph_.is_site(node) ? core_sites : core_organizations);
  }
  result.set_core_site_count(core_sites);
  result.set_core_organization_count(core_organizations);
  result.set_starts(static_cast<int32_t>(starts_.size()));
  return result;
}

}  // namespace weft::metrics
