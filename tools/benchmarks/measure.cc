#include "tools/benchmarks/measure.h"

#include <algorithm>
#include <cstdio>
#include <string>

namespace weft::bench {

double Latencies::QuantileMicros(double quantile) {
  if (micros_.empty()) return 0;
  const auto place = std::min(micros_.size() - 1,
                              static_cast<size_t>(quantile * static_cast<double>(micros_.size())));
  const auto at = micros_.begin() + static_cast<std::ptrdiff_t>(place);
  std::nth_element(micros_.begin(), at, micros_.end());
  return *at;
}

void Tell(const nlohmann::json& result) {
  const std::string line = result.dump() + "\n";
  std::fputs(line.c_str(), stdout);
  std::fflush(stdout);
}

int ExitCode(const absl::Status& status) {
  if (status.ok()) return 0;
  const std::string line = status.ToString() + "\n";
  std::fputs(line.c_str(), stderr);
  return 1;
}

}  // namespace weft::bench
