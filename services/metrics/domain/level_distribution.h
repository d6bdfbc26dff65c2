// How levels are spread over a set of cells: one type over the counted sites, or one site over its
// types (P5, P6).
#ifndef WEFT_SERVICES_METRICS_DOMAIN_LEVEL_DISTRIBUTION_H_
#define WEFT_SERVICES_METRICS_DOMAIN_LEVEL_DISTRIBUTION_H_

#include <array>
#include <cstdint>

#include "services/metrics/domain/cell.h"
#include "weft/metrics/v1/metrics.pb.h"
#include "weft/type/v1/estimate.pb.h"
#include "weft/type/v1/scale.pb.h"

namespace weft::metrics {

inline constexpr int kLevelCount = 5;

inline type::v1::InteractionLevel LevelAt(int depth) {
  return static_cast<type::v1::InteractionLevel>(type::v1::INTERACTION_LEVEL_NO_INTERACTION +
                                                 depth);
}

// The cells of a set by engagement and depth.
struct LevelCounts {
  int64_t not_engaged = 0;
  // Engaged, by depth.
  std::array<int64_t, kLevelCount> engaged{};
  int64_t unknown = 0;        // U
  int64_t missing_depth = 0;  // V

  void Add(const CountedCell& cell, int64_t times);
  int64_t engaged_cells() const;
};

// `base` is BASE_ALL or BASE_ENGAGED.
v1::LevelDistribution DistributeLevels(const LevelCounts& counts, type::v1::Base base,
                                       const Variant& variant);
// The distribution of which every number is undefined.
v1::LevelDistribution UndefinedLevels(type::v1::Base base, type::v1::UndefinedReason reason,
                                      int64_t base_size);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_LEVEL_DISTRIBUTION_H_
