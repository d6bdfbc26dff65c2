// Random numbers that are the same on every machine, which those of <random>'s distributions are
// not.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_STATISTICS_DRAWS_H_
#define WEFT_SERVICES_METRICS_DOMAIN_STATISTICS_DRAWS_H_

#include <cstdint>
#include <random>

namespace weft::metrics {

// A number below `bound`, which is not 0, each with the same chance.
inline uint64_t DrawBelow(uint64_t bound, std::mt19937_64& random) {
  const uint64_t limit = std::mt19937_64::max() - std::mt19937_64::max() % bound;
  uint64_t drawn = random();
  while (drawn >= limit) drawn = random();
  return drawn % bound;
}

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_STATISTICS_DRAWS_H_
