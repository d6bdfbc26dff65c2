// D7: how unlike sites are in the partner types that they engage.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_BETWEEN_SITES_H_
#define WEFT_SERVICES_METRICS_DOMAIN_BETWEEN_SITES_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "services/metrics/domain/wave_view.h"
#include "weft/metrics/v1/turnover.pb.h"

namespace weft::metrics {

// Compares the sites in steps, because there are as many pairs as sites squared:
//
//   SiteComparison comparison(view);
//   while (comparison.Work()) co_await Yield(executor);
//   comparison.Result()
class SiteComparison {
 public:
  // So many pairs are all looked at; of more, so many are drawn.
  static constexpr int64_t kMostPairs = 1'000'000;

  // `view` holds the presence of all sites (WaveView::presence).
  explicit SiteComparison(const WaveView& view);
  SiteComparison(const SiteComparison&) = delete;
  SiteComparison& operator=(const SiteComparison&) = delete;

  // False when all is done.
  bool Work();
  // Without name and provenance.
  v1::BetweenSiteTurnover Result() const;

 private:
  // Sums over pairs of sites.
  struct Sums {
    double jaccard = 0;
    double jaccard_squares = 0;
    double sorensen = 0;
    double sorensen_squares = 0;
    // Percentages of nestedness, over pairs of sites that engage something.
    double nested = 0;
    int64_t nested_pairs = 0;
    int64_t pairs = 0;
  };

  void AddPair(size_t a, size_t b);
  // The nestedness of pairs of types: its sum, and over how many.
  void CompareTypes(double& sum, int64_t& pairs) const;

  const int types_;
  const int64_t counted_;
  // Of the sites whose engagement is known: a bit for each type, `words_` for each site.
  size_t words_ = 0;
  size_t sites_ = 0;
  std::vector<uint64_t> engaged_;
  std::vector<int> alpha_;
  bool sampled_ = false;
  // The next pair, or how many have been drawn.
  size_t first_ = 0;
  size_t second_ = 1;
  std::mt19937_64 random_;
  Sums sums_;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_BETWEEN_SITES_H_
