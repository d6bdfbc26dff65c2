#include "services/metrics/domain/network/network_layout.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "services/metrics/domain/network/stable_hash.h"

namespace weft::metrics {
namespace {

constexpr int kRounds = 300;
constexpr int kRoundsFromPrevious = 60;
// Of how far nodes may move in the first round, against a layout from nothing.
constexpr double kHeatFromPrevious = 0.1;
constexpr int64_t kPairsPerStep = 200'000;

using Point = std::complex<double>;

Point PointOf(const NodePlace& place) { return {place.x, place.y}; }

// On the unit disk, by the key and the seed alone.
Point FirstPlace(const std::string& key, int64_t seed) {
  const uint64_t hash = StableHash(absl::StrCat(key, " ", seed));
  const double angle = 2 * std::acos(-1.0) * static_cast<double>(hash >> 32) / 4294967296.0;
  const double area = (static_cast<double>(hash & 0xFFFFFFFF) + 0.5) / 4294967296.0;
  return std::polar(std::sqrt(area), angle);
}

}  // namespace

NetworkLayout::NetworkLayout(const Network& network, int64_t seed, NodePlaces previous)
    : network_(network), graph_(network), seed_(seed), previous_(std::move(previous)) {
  if (network.size() > kMaxLayoutNodes) {
    status_ =
        Error(absl::StatusCode::kFailedPrecondition, "NETWORK_NOT_DRAWABLE",
              absl::StrCat("the network has ", network.size(), " nodes; at most ", kMaxLayoutNodes,
                           " are drawn: ask for a cohort or a higher min_level, or export it"),
              {{"limit", absl::StrCat(kMaxLayoutNodes)}});
    return;
  }
  absl::StatusOr<IgraphGraph> made = IgraphGraph::Make(graph_);
  status_ = made.status();
  if (!made.ok()) return;
  igraph_ = *std::move(made);
  Begin();
}

void NetworkLayout::Begin() {
  const auto size = static_cast<int32_t>(network_.size());
  // igraph's forces leave about this much room to each node.
  const double scale = std::sqrt(static_cast<double>(std::max(size, 1)));
  std::vector<std::optional<Point>> known(network_.size());
  size_t kept = 0;
  for (int32_t node = 0; node < size; ++node) {
    const auto found = previous_.find(network_.node(static_cast<size_t>(node)).key);
    if (found == previous_.end()) continue;
    known[node] = PointOf(found->second);
    ++kept;
  }
  for (int32_t node = 0; node < size; ++node) {
    const Point first = FirstPlace(network_.node(static_cast<size_t>(node)).key, seed_);
    Point place = first;
    if (known[node].has_value()) {
      place = *known[node];
    } else if (kept > 0) {
      // A new one begins beside those that it is tied to.
      Point sum = 0;
      double count = 0;
      for (const int32_t neighbor : graph_.neighbors(node)) {
        if (!known[neighbor].has_value()) continue;
        sum += *known[neighbor];
        count += 1;
      }
      if (count > 0) place = sum / count + 0.05 * first;
    }
    at_.push_back(place.real() * scale);
    at_.push_back(place.imag() * scale);
  }
  const bool from_previous = 2 * kept > network_.size();
  all_rounds_ = network_.size() < 2 ? 0 : from_previous ? kRoundsFromPrevious : kRounds;
  heat_ = scale * (from_previous ? kHeatFromPrevious : 1.0);
}

bool NetworkLayout::Work() {
  if (!igraph_.has_value()) return false;
  if (rounds_ < all_rounds_) {
    const auto size = static_cast<int64_t>(network_.size());
    const int rounds = static_cast<int>(
        std::clamp<int64_t>(kPairsPerStep / (size * size), 1, all_rounds_ - rounds_));
    const double heat = heat_ * (1 - static_cast<double>(rounds_) / all_rounds_);
    status_ = igraph_->LayoutRounds(static_cast<uint64_t>(seed_) + static_cast<uint64_t>(rounds_),
                                    rounds, heat, at_);
    rounds_ += rounds;
    if (!status_.ok()) igraph_.reset();
    return status_.ok();
  }
  Finish();
  return false;
}

NodePlaces NetworkLayout::PlacesByKey() const {
  NodePlaces places;
  places.reserve(places_.size());
  for (size_t node = 0; node < places_.size(); ++node) {
    places.emplace(network_.node(node).key, places_[node]);
  }
  return places;
}

void NetworkLayout::Finish() {
  igraph_.reset();
  std::vector<Point> points;
  Point middle = 0;
  for (size_t node = 0; node < network_.size(); ++node) {
    points.emplace_back(at_[2 * node], at_[2 * node + 1]);
    middle += points.back();
  }
  if (!points.empty()) middle /= static_cast<double>(points.size());
  double radius = 0;
  for (Point& point : points) {
    point -= middle;
    radius = std::max(radius, std::abs(point));
  }
  // Turned, scaled and moved so that the squares of the distances from the earlier places are least
  // (Procrustes).
  Point mean = 0, earlier_mean = 0;
  double kept = 0;
  for (size_t node = 0; node < points.size(); ++node) {
    const auto found = previous_.find(network_.node(node).key);
    if (found == previous_.end()) continue;
    mean += points[node];
    earlier_mean += PointOf(found->second);
    kept += 1;
  }
  Point turn = radius > 0 ? 1 / radius : 1;
  Point shift = 0;
  if (kept >= 2) {
    mean /= kept;
    earlier_mean /= kept;
    Point together = 0;
    double spread = 0;
    for (size_t node = 0; node < points.size(); ++node) {
      const auto found = previous_.find(network_.node(node).key);
      if (found == previous_.end()) continue;
      together += std::conj(points[node] - mean) * (PointOf(found->second) - earlier_mean);
      spread += std::norm(points[node] - mean);
    }
    if (spread > 0 && std::abs(together) > 0) {
      turn = together / spread;
      shift = earlier_mean - turn * mean;
    }
  }
  radius = 1;
  for (Point& point : points) {
    point = turn * point + shift;
    radius = std::max(radius, std::abs(point));
  }
  for (const Point& point : points) {
    places_.push_back({point.real() / radius, point.imag() / radius});
  }
}

}  // namespace weft::metrics
