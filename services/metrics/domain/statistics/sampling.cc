#include "services/metrics/domain/statistics/sampling.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "absl/numeric/int128.h"
#include "common/base/error.h"
#include "services/metrics/domain/statistics/draws.h"

namespace weft::metrics {
namespace {

// Different means while they are counted, and sites: 15^15 ways fit 64 bits.
constexpr size_t kMostSums = 200'000;
constexpr int64_t kMostExactSites = 15;
// Sums of as many scaled values must fit 64 bits.
constexpr int64_t kMostScale = int64_t{1} << 48;

// Monte Carlo. The seed is part of the definition.
constexpr uint64_t kSeed = 20260602;
constexpr size_t kDraws = 9'999;
constexpr int64_t kSitesPerStep = 100'000;
// Beyond, means are as good as normally distributed.
constexpr int64_t kMostDrawnSites = 2'000;

uint64_t Binomial(int64_t n, int64_t k) {
  uint64_t ways = 1;
  for (int64_t i = 1; i <= k; ++i) {
    ways = ways * static_cast<uint64_t>(n - k + i) / static_cast<uint64_t>(i);
  }
  return ways;
}

}  // namespace

absl::StatusOr<Sampling> Sampling::FromConfidence(double confidence) {
  Sampling sampling;
  if (confidence == 0 || confidence == 0.95) return sampling;
  if (confidence == 0.9) {
    sampling.outside = 100;
    return sampling;
  }
  if (confidence == 0.99) {
    sampling.outside = 10;
    return sampling;
  }
  return FieldViolations().Add("confidence", "is one of 0.9, 0.95 and 0.99").ToStatus();
}

double Sampling::z() const {
  switch (outside) {
    case 100:
      return 1.6448536269514722;
    case 10:
      return 2.5758293035489004;
    default:
      return 1.959963984540054;
  }
}

std::optional<Ends> Wilson(int64_t successes, int64_t trials, const Sampling& sampling) {
  auto n = static_cast<double>(trials);
  const double p = static_cast<double>(successes) / n;
  if (sampling.population.has_value()) {
    const auto all = static_cast<double>(*sampling.population);
    if (all <= n) return std::nullopt;
    n = n * (all - 1) / (all - n);
  }
  const double z2 = sampling.z() * sampling.z();
  const double middle = (p + z2 / (2 * n)) / (1 + z2 / n);
  const double half = sampling.z() / (1 + z2 / n) * std::sqrt(p * (1 - p) / n + z2 / (4 * n * n));
  // What rounding leaves outside of [0, 1] is taken off: 0 of 10 begins at 0.
  return Ends{successes == 0 ? 0 : std::max(0.0, middle - half),
              successes == trials ? 1 : std::min(1.0, middle + half)};
}

MeanBootstrap::MeanBootstrap(std::vector<Sample::Occurrence> values, const Sampling& sampling)
    : sampling_(sampling), random_(kSeed) {
  std::sort(values.begin(), values.end(),
            [](const auto& a, const auto& b) { return a.value < b.value; });
  mean_ = Sample(values).Mean();
  bool scales = true;
  for (const Sample::Occurrence& value : values) {
    n_ += static_cast<int64_t>(value.times);
    if (!scales) continue;
    const int64_t factor = std::gcd(scale_, value.value.denominator);
    if (scale_ / factor > kMostScale / value.value.denominator) {
      scales = false;
    } else {
      scale_ = scale_ / factor * value.value.denominator;
    }
  }
  if (scales) {
    for (const Sample::Occurrence& value : values) {
      values_.push_back({value.value.numerator * (scale_ / value.value.denominator),
                         static_cast<int64_t>(value.times)});
    }
    if (CountAllWays()) {
      method_ = v1::SamplingInterval::METHOD_BOOTSTRAP_EXACT;
      return;
    }
  }
  sums_.clear();
  if (n_ > kMostDrawnSites) {
    method_ = v1::SamplingInterval::METHOD_NORMAL;
    double squares = 0;
    for (const Sample::Occurrence& value : values) {
      const double apart = value.value.ToDouble() - mean_;
      squares += apart * apart * static_cast<double>(value.times);
    }
    const auto n = static_cast<double>(n_);
    standard_error_ = std::sqrt(squares / (n - 1) / n);
    return;
  }
  method_ = v1::SamplingInterval::METHOD_BOOTSTRAP_MONTE_CARLO;
  sites_.reserve(static_cast<size_t>(n_));
  for (const Sample::Occurrence& value : values) {
    sites_.insert(sites_.end(), value.times, value.value.ToDouble());
  }
  drawn_.reserve(kDraws);
}

bool MeanBootstrap::CountAllWays() {
  if (n_ > kMostExactSites) return false;
  // By how many sites have been drawn, and their sum. Values that are equal are one, so that a way
  // is counted once for each of the sites that may stand behind it.
  std::map<std::pair<int64_t, int64_t>, uint64_t> states = {{{0, 0}, 1}};
  for (size_t i = 0; i < values_.size(); ++i) {
    const bool is_last = i + 1 == values_.size();
    std::map<std::pair<int64_t, int64_t>, uint64_t> next;
    for (const auto& [state, ways] : states) {
      const auto [drawn, sum] = state;
      const int64_t left = n_ - drawn;
      uint64_t power = 1;
      for (int64_t k = 0; k <= left; ++k) {
        if (!is_last || k == left) {
          next[{drawn + k, sum + k * values_[i].scaled}] += ways * Binomial(left, k) * power;
        }
        power *= static_cast<uint64_t>(values_[i].times);
      }
    }
    if (next.size() > kMostSums) return false;
    states = std::move(next);
  }
  for (const auto& [state, ways] : states) sums_.push_back({state.second, ways});
  return true;
}

bool MeanBootstrap::Work() {
  if (method_ != v1::SamplingInterval::METHOD_BOOTSTRAP_MONTE_CARLO) return false;
  for (int64_t done = 0; done < kSitesPerStep && drawn_.size() < kDraws; done += n_) {
    double sum = 0;
    for (int64_t i = 0; i < n_; ++i) sum += sites_[DrawBelow(sites_.size(), random_)];
    drawn_.push_back(sum / static_cast<double>(n_));
  }
  if (drawn_.size() < kDraws) return true;
  std::sort(drawn_.begin(), drawn_.end());
  return false;
}

double MeanBootstrap::Percentile(int thousandths) const {
  if (method_ == v1::SamplingInterval::METHOD_NORMAL) {
    return mean_ + (thousandths < 1000 ? -1 : 1) * sampling_.z() * standard_error_;
  }
  if (method_ == v1::SamplingInterval::METHOD_BOOTSTRAP_MONTE_CARLO) {
    // The smallest of the draws that as many are not above.
    const size_t place = (drawn_.size() * static_cast<size_t>(thousandths) + 1999) / 2000;
    return drawn_[std::max<size_t>(place, 1) - 1];
  }
  absl::uint128 all = 0;
  for (const Ways& each : sums_) all += each.ways;
  absl::uint128 reached = 0;
  for (const Ways& each : sums_) {
    reached += each.ways;
    if (reached * 2000 >= all * static_cast<absl::uint128>(thousandths)) {
      return Fraction{each.sum, scale_ * n_}.ToDouble();
    }
  }
  return Fraction{sums_.back().sum, scale_ * n_}.ToDouble();
}

void MeanBootstrap::WriteTo(v1::SamplingInterval& interval) const {
  double shrink = 1;
  if (sampling_.population.has_value()) {
    const auto all = static_cast<double>(*sampling_.population);
    const auto n = static_cast<double>(n_);
    if (all <= n) {
      interval.set_method(v1::SamplingInterval::METHOD_NONE);
      return;
    }
    shrink = std::sqrt((all - n) / (all - 1));
  }
  const auto end = [&](int thousandths) {
    return mean_ + (Percentile(thousandths) - mean_) * shrink;
  };
  interval.set_lower(end(sampling_.outside));
  interval.set_upper(end(2000 - sampling_.outside));
  interval.set_method(method_);
  if (method_ == v1::SamplingInterval::METHOD_BOOTSTRAP_EXACT) {
    interval.set_resamples(std::pow(static_cast<double>(n_), static_cast<double>(n_)));
  } else if (method_ == v1::SamplingInterval::METHOD_BOOTSTRAP_MONTE_CARLO) {
    interval.set_resamples(static_cast<double>(drawn_.size()));
  }
}

}  // namespace weft::metrics
