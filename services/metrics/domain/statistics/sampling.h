// R5 and R6: intervals for sites that were not asked. docs/metrics.md has the definitions.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_STATISTICS_SAMPLING_H_
#define WEFT_SERVICES_METRICS_DOMAIN_STATISTICS_SAMPLING_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "absl/status/statusor.h"
#include "services/metrics/domain/fraction.h"
#include "weft/metrics/v1/interval.pb.h"

namespace weft::metrics {

// How sure an interval is, and what it is about.
struct Sampling {
  // Chance outside the interval, in thousandths: 50 for 95 %.
  int outside = 50;
  // How many sites there are in all; nullopt for no end of them.
  std::optional<int64_t> population;

  // A confidence of 0.9, 0.95 (also for 0) or 0.99. INVALID_ARGUMENT for others.
  static absl::StatusOr<Sampling> FromConfidence(double confidence);
  // The normal distribution's quantile at both ends.
  double z() const;
};

struct Ends {
  double lower = 0;
  double upper = 0;
};

// Wilson's score interval of `successes` out of `trials`, which are not 0. With a population, as if
// trials (N - 1) / (N - trials) had been made; nullopt when all N were.
std::optional<Ends> Wilson(int64_t successes, int64_t trials, const Sampling& sampling);

// Percentile bootstrap of the mean of a sample that is not empty:
//
//   MeanBootstrap bootstrap(values, sampling);
//   while (bootstrap.Work()) { ... others get their turn ... }
//   bootstrap.WriteTo(interval);
class MeanBootstrap {
 public:
  // `values` as a Sample takes them.
  MeanBootstrap(std::vector<Sample::Occurrence> values, const Sampling& sampling);

  // About a millisecond's work; false when there is no more.
  bool Work();
  // method, lower, upper, resamples. Once Work() has returned false.
  void WriteTo(v1::SamplingInterval& interval) const;

 private:
  struct Value {
    int64_t scaled = 0;  // in units of 1 / scale_
    int64_t times = 0;
  };
  // How many ways give a sum.
  struct Ways {
    int64_t sum = 0;
    uint64_t ways = 0;
  };

  // False when there are too many different means, or too many ways.
  bool CountAllWays();
  // The mean that `outside` thousandths of the ways lie below, of twice as many in all.
  double Percentile(int thousandths) const;

  const Sampling sampling_;
  int64_t n_ = 0;
  // Values have a common denominator, unless it does not fit.
  int64_t scale_ = 1;
  std::vector<Value> values_;
  double mean_ = 0;
  v1::SamplingInterval::Method method_ = v1::SamplingInterval::METHOD_UNSPECIFIED;
  // Exact: ascending.
  std::vector<Ways> sums_;
  // Normal: of the mean.
  double standard_error_ = 0;
  // Monte Carlo.
  std::vector<double> drawn_;
  std::vector<double> sites_;
  std::mt19937_64 random_;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_STATISTICS_SAMPLING_H_
