// C3: two-sided tests of paired differences, exact while there are few: every way to choose the
// signs of the differences that are not 0 is counted, each as likely as the others.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_STATISTICS_PAIRED_TESTS_H_
#define WEFT_SERVICES_METRICS_DOMAIN_STATISTICS_PAIRED_TESTS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "services/metrics/domain/fraction.h"
#include "weft/metrics/v1/comparison.pb.h"

namespace weft::metrics {

// Of so many positive and negative differences.
v1::PairedTest SignTest(int64_t up, int64_t down);

// Wilcoxon (1945), with mid-ranks where differences are of the same size.
v1::PairedTest SignedRankTest(std::vector<Fraction> differences);

// Stuart (1955) and Maxwell (1970) for three categories, in the closed form of Fleiss and Everitt
// (1971). counts[i][j]: went from i to j. nullopt when fewer than two pairs of categories were
// exchanged. Chi-square with 2 degrees of freedom: p = exp(-statistic / 2).
std::optional<double> StuartMaxwell(const std::array<std::array<int64_t, 3>, 3>& counts);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_STATISTICS_PAIRED_TESTS_H_
