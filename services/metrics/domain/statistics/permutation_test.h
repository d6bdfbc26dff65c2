// R3: how often chance alone, dealing the labels y to the sites anew, would put concordant and
// discordant pairs as far apart as they are. One test for all of R2: with the margins as they are,
// Kendall's tau-b, Somers' d, Jonckheere and, between two groups, Cliff's delta say the same as
// S = C - D.
//
//   PermutationTest test(table);
//   while (test.Work()) { ... others get their turn ... }
//   v1::PermutationTest result = test.Result();
#ifndef WEFT_SERVICES_METRICS_DOMAIN_STATISTICS_PERMUTATION_TEST_H_
#define WEFT_SERVICES_METRICS_DOMAIN_STATISTICS_PERMUTATION_TEST_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/numeric/int128.h"
#include "services/metrics/domain/statistics/ordinal_table.h"
#include "weft/metrics/v1/association.pb.h"

namespace weft::metrics {

// The distribution of S over all ways to deal the labels, each counted once, by dynamic programming
// over the values of x: a state is how many sites of each label have been dealt.
class ExactDistribution {
 public:
  explicit ExactDistribution(const OrdinalTable& table);

  // Whether the counts fit and the work is at most that of a few hundred thousand million
  // additions; else Work() must not be called.
  bool feasible() const { return feasible_; }
  // The next value of x; false at the end.
  bool Work();

  // At the end: the ways with |S| >= `least`, and all ways.
  absl::uint128 AtLeast(int64_t least) const;
  absl::uint128 all() const;
  // The greatest |S| that occurs.
  int64_t greatest() const;

 private:
  // How often each S occurs, from `low` upwards.
  struct Ways {
    int64_t low = 0;
    std::vector<absl::uint128> counts;
  };
  // By how many sites of each label have been dealt.
  using State = std::vector<int64_t>;
  using States = absl::flat_hash_map<State, Ways>;

  bool IsFeasible() const;
  // Deals `left` more sites of this row to the labels from `column` on.
  void Deal(const State& from, const Ways& ways, size_t column, int64_t left, absl::uint128 factor,
            State& to, States& next) const;
  const Ways& last() const { return states_.begin()->second; }

  const OrdinalTable& table_;
  bool feasible_ = false;
  size_t row_ = 0;
  States states_;
};

// The two-sided p of the normal approximation to S, with Kendall's (1970) variance for ties in both
// variables. Three sites at least, neither variable constant.
double NormalP(const OrdinalTable& table);

class PermutationTest {
 public:
  // The table outlives the test.
  explicit PermutationTest(const OrdinalTable& table);

  // About a millisecond's work, or one value of x; false when there is no more.
  bool Work();
  // Once Work() has returned false.
  v1::PermutationTest Result() const;

 private:
  // S of the labels as they are dealt.
  int64_t Difference() const;
  void ExactResult(v1::PermutationTest& result) const;

  const OrdinalTable& table_;
  const int64_t observed_;
  v1::PermutationTest::Method method_;
  ExactDistribution exact_;
  // Monte Carlo: a label for each site, the sites in ascending order of x.
  std::vector<uint8_t> labels_;
  std::mt19937_64 random_;
  int64_t drawn_ = 0;
  int64_t wanted_ = 0;
  int64_t as_far_ = 0;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_STATISTICS_PERMUTATION_TEST_H_
