#include "services/metrics/domain/between_sites.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "services/metrics/domain/estimate.h"
#include "services/metrics/domain/fraction.h"
#include "services/metrics/domain/statistics/draws.h"

namespace weft::metrics {
namespace {

constexpr uint64_t kSeed = 20250601;
constexpr int64_t kPairsAtOnce = 50'000;
constexpr size_t kBits = 64;

// Standard error of a mean from sums over independent draws.
double StandardError(double sum, double squares, int64_t count) {
  const auto n = static_cast<double>(count);
  const double variance = std::max(0.0, squares / n - (sum / n) * (sum / n));
  return std::sqrt(variance / n);
}

}  // namespace

SiteComparison::SiteComparison(const WaveView& view)
    : types_(view.frame->type_count()), counted_(view.aggregate.counted()), random_(kSeed) {
  words_ = (static_cast<size_t>(types_) + kBits - 1) / kBits;
  for (const SitePresence& site : view.presence) {
    if (!site.known) continue;
    ++sites_;
    engaged_.insert(engaged_.end(), site.engaged.begin(), site.engaged.end());
    int alpha = 0;
    for (const uint64_t word : site.engaged) alpha += std::popcount(word);
    alpha_.push_back(alpha);
  }
  const auto sites = static_cast<int64_t>(sites_);
  sampled_ = sites * (sites - 1) / 2 > kMostPairs;
}

void SiteComparison::AddPair(size_t a, size_t b) {
  int both = 0;
  for (size_t word = 0; word < words_; ++word) {
    both += std::popcount(engaged_[a * words_ + word] & engaged_[b * words_ + word]);
  }
  const int any = alpha_[a] + alpha_[b] - both;
  const double jaccard = any == 0 ? 0 : 1 - static_cast<double>(both) / any;
  const double sorensen =
      any == 0 ? 0 : 1 - 2.0 * static_cast<double>(both) / (alpha_[a] + alpha_[b]);
  sums_.jaccard += jaccard;
  sums_.jaccard_squares += jaccard * jaccard;
  sums_.sorensen += sorensen;
  sums_.sorensen_squares += sorensen * sorensen;
  ++sums_.pairs;
  const int fewer = std::min(alpha_[a], alpha_[b]);
  if (fewer == 0) return;
  ++sums_.nested_pairs;
  if (alpha_[a] != alpha_[b]) sums_.nested += 100.0 * both / fewer;
}

bool SiteComparison::Work() {
  if (sites_ < 2) return false;
  for (int64_t done = 0; done < kPairsAtOnce; ++done) {
    if (sampled_) {
      if (sums_.pairs == kMostPairs) return false;
      const size_t a = DrawBelow(sites_, random_);
      const size_t other = DrawBelow(sites_ - 1, random_);
      AddPair(a, other < a ? other : other + 1);
      continue;
    }
    AddPair(first_, second_);
    if (++second_ < sites_) continue;
    ++first_;
    second_ = first_ + 1;
    if (second_ == sites_) return false;
  }
  return true;
}

void SiteComparison::CompareTypes(double& sum, int64_t& pairs) const {
  // By type, a bit for each site.
  const size_t words = (sites_ + kBits - 1) / kBits;
  std::vector<uint64_t> sites_of(static_cast<size_t>(types_) * words);
  std::vector<int64_t> frequency(static_cast<size_t>(types_));
  for (size_t site = 0; site < sites_; ++site) {
    for (size_t type = 0; type < static_cast<size_t>(types_); ++type) {
      if ((engaged_[site * words_ + type / kBits] >> type % kBits & 1) == 0) continue;
      sites_of[type * words + site / kBits] |= uint64_t{1} << site % kBits;
      ++frequency[type];
    }
  }
  for (size_t a = 0; a < frequency.size(); ++a) {
    for (size_t b = a + 1; b < frequency.size(); ++b) {
      const int64_t fewer = std::min(frequency[a], frequency[b]);
      if (fewer == 0) continue;
      ++pairs;
      if (frequency[a] == frequency[b]) continue;
      int64_t both = 0;
      for (size_t word = 0; word < words; ++word) {
        both += std::popcount(sites_of[a * words + word] & sites_of[b * words + word]);
      }
      sum += 100.0 * static_cast<double>(both) / static_cast<double>(fewer);
    }
  }
}

v1::BetweenSiteTurnover SiteComparison::Result() const {
  const auto sites = static_cast<int64_t>(sites_);
  const Units units{.known = sites, .all = counted_, .base = type::v1::BASE_ALL};
  std::vector<uint64_t> any(words_);
  int64_t alpha_sum = 0;
  for (size_t site = 0; site < sites_; ++site) {
    alpha_sum += alpha_[site];
    for (size_t word = 0; word < words_; ++word) any[word] |= engaged_[site * words_ + word];
  }
  int64_t gamma = 0;
  for (const uint64_t word : any) gamma += std::popcount(word);

  v1::BetweenSiteTurnover result;
  const auto undefined = [&](type::v1::UndefinedReason reason) { return Undefined(reason, units); };
  const bool empty = sites == 0;
  *result.mutable_gamma() = empty ? undefined(type::v1::UNDEFINED_REASON_NO_DATA)
                                  : Value(static_cast<double>(gamma), units);
  *result.mutable_mean_alpha() = empty ? undefined(type::v1::UNDEFINED_REASON_NO_DATA)
                                       : Value(Fraction{alpha_sum, sites}.ToDouble(), units);
  *result.mutable_whittaker() = alpha_sum == 0
                                    ? undefined(type::v1::UNDEFINED_REASON_NO_DATA)
                                    : Value(Fraction{gamma * sites, alpha_sum}.ToDouble(), units);
  result.set_pairs(sums_.pairs);
  result.set_sampled(sampled_);
  const auto mean = [&](double sum) {
    return sums_.pairs == 0 ? undefined(type::v1::UNDEFINED_REASON_TOO_FEW)
                            : Value(sum / static_cast<double>(sums_.pairs), units);
  };
  *result.mutable_jaccard() = mean(sums_.jaccard);
  *result.mutable_sorensen() = mean(sums_.sorensen);
  if (sampled_) {
    result.set_jaccard_standard_error(
        StandardError(sums_.jaccard, sums_.jaccard_squares, sums_.pairs));
    result.set_sorensen_standard_error(
        StandardError(sums_.sorensen, sums_.sorensen_squares, sums_.pairs));
  }

  double nested = sums_.nested;
  auto pairs = static_cast<double>(sums_.nested_pairs);
  if (sampled_) {
    // Pairs of types are all looked at, so that those of sites weigh as many as there are.
    const auto engaging = static_cast<double>(
        std::count_if(alpha_.begin(), alpha_.end(), [](int alpha) { return alpha > 0; }));
    const double all = engaging * (engaging - 1) / 2;
    nested = pairs == 0 ? 0 : nested / pairs * all;
    pairs = all;
  }
  int64_t type_pairs = 0;
  CompareTypes(nested, type_pairs);
  pairs += static_cast<double>(type_pairs);
  *result.mutable_nodf() =
      pairs == 0 ? undefined(type::v1::UNDEFINED_REASON_TOO_FEW) : Value(nested / pairs, units);
  return result;
}

}  // namespace weft::metrics
