// Time, latencies, and the line of JSON in which a program of this directory tells its result.
#ifndef WEFT_TOOLS_BENCHMARKS_MEASURE_H_
#define WEFT_TOOLS_BENCHMARKS_MEASURE_H_

#include <chrono>
#include <vector>

#include "absl/status/status.h"
#include "nlohmann/json.hpp"

namespace weft::bench {

using Clock = std::chrono::steady_clock;

inline double SecondsBetween(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}
inline double SecondsSince(Clock::time_point from) { return SecondsBetween(from, Clock::now()); }

class Latencies {
 public:
  void Add(Clock::duration latency) {
    micros_.push_back(std::chrono::duration<float, std::micro>(latency).count());
  }
  void Append(const Latencies& other) {
    micros_.insert(micros_.end(), other.micros_.begin(), other.micros_.end());
  }
  // 0 when there is none. Reorders what is kept.
  double QuantileMicros(double quantile);

 private:
  std::vector<float> micros_;
};

// Writes `result` as one line to standard output, where tools/benchmarks/programs.py reads it.
void Tell(const nlohmann::json& result);

// The exit code for `status`, with its message on standard error when it is not OK.
int ExitCode(const absl::Status& status);

}  // namespace weft::bench

#endif  // WEFT_TOOLS_BENCHMARKS_MEASURE_H_
