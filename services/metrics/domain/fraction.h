// Exact arithmetic for published numbers: fractions of whole numbers, and the double nearest to an
// exact result.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_FRACTION_H_
#define WEFT_SERVICES_METRICS_DOMAIN_FRACTION_H_

#include <compare>
#include <cstdint>
#include <vector>

namespace weft::metrics {

// Not necessarily in lowest terms. The metrics' fractions have parts of a few thousand at most, so
// products of two stay well inside 64 bits, and ToDouble() divides two exact doubles and rounds
// once.
struct Fraction {
  int64_t numerator = 0;
  // Positive.
  int64_t denominator = 1;

  double ToDouble() const {
    return static_cast<double>(numerator) / static_cast<double>(denominator);
  }
};

inline std::strong_ordering operator<=>(const Fraction& a, const Fraction& b) {
  return a.numerator * b.denominator <=> b.numerator * a.denominator;
}
inline bool operator==(const Fraction& a, const Fraction& b) { return std::is_eq(a <=> b); }

inline Fraction operator-(const Fraction& a, const Fraction& b) {
  return {a.numerator * b.denominator - b.numerator * a.denominator, a.denominator * b.denominator};
}

// (a + b) / 2
inline Fraction Middle(const Fraction& a, const Fraction& b) {
  return {a.numerator * b.denominator + b.numerator * a.denominator,
          2 * a.denominator * b.denominator};
}

// Values with how often they occur.
class Sample {
 public:
  struct Occurrence {
    Fraction value;
    uint64_t times = 0;
  };

  // In any order; equal values may come apart.
  explicit Sample(std::vector<Occurrence> occurrences);

  uint64_t count() const { return count_; }
  bool empty() const { return count_ == 0; }

  // Of a sample that is not empty.
  Fraction Min() const { return occurrences_.front().value; }
  Fraction Max() const { return occurrences_.back().value; }
  // The mean of the two middle values; the middle one when the count is odd.
  Fraction Median() const;
  // The double nearest to the exact mean. No value is negative.
  double Mean() const;

 private:
  // The i-th value in ascending order, from 0.
  Fraction At(uint64_t i) const;

  // Ascending, each value once.
  std::vector<Occurrence> occurrences_;
  uint64_t count_ = 0;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_FRACTION_H_
