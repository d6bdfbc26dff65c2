// One stream of responses, as a partner system would send it.
#ifndef WEFT_TOOLS_BENCHMARKS_CLIENT_INGEST_H_
#define WEFT_TOOLS_BENCHMARKS_CLIENT_INGEST_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace weft::bench {

struct IngestOptions {
  std::string target;
  // `waves/{wave}`, open, with the sites on its roster.
  std::string wave;
  uint64_t first_site = 0;
  uint64_t sites = 10000;
  uint64_t batch = 100;
  uint32_t variant = 0;
};

// Sends a response of each site, and waits until all are acknowledged. The seconds that it took
// from the first batch on. An error when an item is refused or says nothing new.
absl::StatusOr<double> Ingest(const IngestOptions& options);

}  // namespace weft::bench

#endif  // WEFT_TOOLS_BENCHMARKS_CLIENT_INGEST_H_
