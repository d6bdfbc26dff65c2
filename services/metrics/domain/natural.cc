#include "services/metrics/domain/natural.h"

#include <bit>
#include <cmath>
#include <cstddef>

#include "absl/numeric/int128.h"

namespace weft::metrics {
namespace {

constexpr int kWordBits = 64;
// More than a double holds (53), so that what is cut off below decides the rounding.
constexpr int kQuotientBits = 56;

}  // namespace

void Natural::Trim() {
  while (!words_.empty() && words_.back() == 0) words_.pop_back();
}

Natural& Natural::operator+=(const Natural& other) {
  if (words_.size() < other.words_.size()) words_.resize(other.words_.size(), 0);
  uint64_t carry = 0;
  for (size_t i = 0; i < words_.size(); ++i) {
    absl::uint128 sum = absl::uint128(words_[i]) + carry;
    if (i < other.words_.size()) sum += other.words_[i];
    words_[i] = absl::Uint128Low64(sum);
    carry = absl::Uint128High64(sum);
  }
  if (carry != 0) words_.push_back(carry);
  return *this;
}

Natural& Natural::operator-=(const Natural& other) {
  uint64_t borrow = 0;
  for (size_t i = 0; i < words_.size(); ++i) {
    absl::uint128 taken = borrow;
    if (i < other.words_.size()) taken += other.words_[i];
    borrow = absl::uint128(words_[i]) < taken ? 1 : 0;
    words_[i] -= absl::Uint128Low64(taken);
  }
  Trim();
  return *this;
}

Natural& Natural::operator*=(uint64_t factor) {
  uint64_t carry = 0;
  for (uint64_t& word : words_) {
    const absl::uint128 product = absl::uint128(word) * factor + carry;
    word = absl::Uint128Low64(product);
    carry = absl::Uint128High64(product);
  }
  if (carry != 0) words_.push_back(carry);
  Trim();
  return *this;
}

Natural& Natural::operator<<=(int bits) {
  if (is_zero()) return *this;
  words_.insert(words_.begin(), bits / kWordBits, 0);
  return *this *= uint64_t{1} << (bits % kWordBits);
}

void Natural::Halve() {
  for (size_t i = 0; i < words_.size(); ++i) {
    const uint64_t above = i + 1 < words_.size() ? words_[i + 1] : 0;
    words_[i] = words_[i] >> 1 | above << (kWordBits - 1);
  }
  Trim();
}

Natural Natural::DividedBy(uint64_t divisor, uint64_t* remainder) const {
  Natural quotient = *this;
  absl::uint128 rest = 0;
  for (size_t i = words_.size(); i-- > 0;) {
    rest = rest << kWordBits | words_[i];
    quotient.words_[i] = absl::Uint128Low64(rest / divisor);
    rest %= divisor;
  }
  quotient.Trim();
  if (remainder != nullptr) *remainder = absl::Uint128Low64(rest);
  return quotient;
}

int Natural::bits() const {
  if (is_zero()) return 0;
  return static_cast<int>(words_.size()) * kWordBits - std::countl_zero(words_.back());
}

std::strong_ordering operator<=>(const Natural& a, const Natural& b) {
  if (a.words_.size() != b.words_.size()) return a.words_.size() <=> b.words_.size();
  for (size_t i = a.words_.size(); i-- > 0;) {
    if (a.words_[i] != b.words_[i]) return a.words_[i] <=> b.words_[i];
  }
  return std::strong_ordering::equal;
}

double NearestQuotient(Natural numerator, Natural denominator) {
  if (numerator.is_zero()) return 0;
  // Scale by 2^scale so that the quotient has kQuotientBits or one bit less, then divide bit by
  // bit.
  const int scale = kQuotientBits - 1 + denominator.bits() - numerator.bits();
  if (scale >= 0) {
    numerator <<= scale;
  } else {
    denominator <<= -scale;
  }
  denominator <<= kQuotientBits - 1;
  uint64_t quotient = 0;
  for (int i = 0; i < kQuotientBits; ++i) {
    quotient <<= 1;
    if (numerator >= denominator) {
      numerator -= denominator;
      quotient |= 1;
    }
    denominator.Halve();
  }
  // A remainder says that the exact quotient is above; its last bit then breaks a tie, and the
  // conversion rounds once.
  if (!numerator.is_zero()) quotient |= 1;
  return std::ldexp(static_cast<double>(quotient), -scale);
}

}  // namespace weft::metrics
