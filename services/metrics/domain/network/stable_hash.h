// A hash that is the same in every process and for all time: it stands in people's files and
// decides where nodes are drawn.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_NETWORK_STABLE_HASH_H_
#define WEFT_SERVICES_METRICS_DOMAIN_NETWORK_STABLE_HASH_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace weft::metrics {

// FNV-1a, then the finalizer of splitmix64.
inline uint64_t StableHash(absl::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111eb;
  return hash ^ (hash >> 31);
}

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_NETWORK_STABLE_HASH_H_
