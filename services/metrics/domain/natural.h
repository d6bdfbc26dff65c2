// Whole numbers of any size, with the few operations that exact means need: the least common
// multiple of the denominators up to 200 alone has 300 bits.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_NATURAL_H_
#define WEFT_SERVICES_METRICS_DOMAIN_NATURAL_H_

#include <compare>
#include <cstdint>
#include <vector>

namespace weft::metrics {

class Natural {
 public:
  explicit Natural(uint64_t value = 0) {
    if (value != 0) words_.push_back(value);
  }

  Natural& operator+=(const Natural& other);
  // `other` is not greater.
  Natural& operator-=(const Natural& other);
  Natural& operator*=(uint64_t factor);
  Natural& operator<<=(int bits);
  // Divides by 2, rounding down.
  void Halve();
  // The quotient, rounded down, and the remainder. `divisor` is not 0.
  Natural DividedBy(uint64_t divisor, uint64_t* remainder = nullptr) const;

  bool is_zero() const { return words_.empty(); }
  // How many bits it has without leading zeros.
  int bits() const;

  friend std::strong_ordering operator<=>(const Natural& a, const Natural& b);
  friend bool operator==(const Natural& a, const Natural& b) { return a.words_ == b.words_; }

 private:
  void Trim();

  // Least significant first; the last one is not 0.
  std::vector<uint64_t> words_;
};

// The double nearest to numerator / denominator; ties go to even. The denominator is not 0, and the
// quotient is 0 or in the range of normal doubles.
double NearestQuotient(Natural numerator, Natural denominator);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_NATURAL_H_
