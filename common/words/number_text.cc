#include "common/words/number_text.h"

#include <charconv>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace weft {
namespace {

// The shortest decimal number that is read back as `value` (not below 0), in fixed notation.
std::string ShortestDecimal(double value) {
  // A double has up to 309 digits before the point and, written shortest, 340 after it.
  char buffer[700];
  const std::to_chars_result end =
      std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::fixed);
  return std::string(buffer, end.ptr);
}

// Adds one to the last digit of a decimal number, with carry.
void AddOneToLastDigit(std::string& digits) {
  for (size_t i = digits.size(); i-- > 0;) {
    if (digits[i] == '.') continue;
    if (digits[i] != '9') {
      ++digits[i];
      return;
    }
    digits[i] = '0';
  }
  digits.insert(digits.begin(), '1');
}

bool IsZero(absl::string_view digits) {
  return digits.find_first_not_of("0.") == absl::string_view::npos;
}

}  // namespace

std::string Fixed(double value, int decimals) {
  const bool negative = value < 0;
  std::string digits = ShortestDecimal(negative ? -value : value);
  size_t point = digits.find('.');
  if (point == std::string::npos) {
    point = digits.size();
    digits += '.';
  }
  const size_t keep = point + 1 + static_cast<size_t>(decimals);
  if (digits.size() < keep) digits.resize(keep, '0');
  const std::string rest = digits.substr(keep);
  digits.resize(decimals == 0 ? point : keep);
  // Up is away from zero for positive numbers, towards zero for negative ones.
  const bool up = !rest.empty() && rest[0] >= '5';
  const bool tie = up && rest[0] == '5' && rest.find_first_not_of('0', 1) == std::string::npos;
  if (up && !(negative && tie)) AddOneToLastDigit(digits);
  return negative && !IsZero(digits) ? absl::StrCat("-", digits) : digits;
}

double RoundedTo(double value, int decimals) {
  return std::strtod(Fixed(value, decimals).c_str(), nullptr);
}

std::string Short(double value, int max_decimals) {
  std::string text = Fixed(value, max_decimals);
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string Percent(double fraction) {
  // The decimal point moves in the text, not in the number: 0.145 is 14.5, not 14.4999….
  const std::string digits = Fixed(fraction, 25);
  return absl::StrCat(Fixed(std::strtod(absl::StrCat(digits, "e2").c_str(), nullptr), 0), " %");
}

std::string Percent(const type::v1::Estimate& share) {
  if (!share.has_value()) return "not known";
  if (share.has_numerator() && share.n() > 0) {
    const int64_t n = share.n();
    return absl::StrCat((int64_t{200} * share.numerator() + n) / (2 * n), " %");
  }
  return Percent(share.value());
}

std::string ShortUndefinedText(const type::v1::Estimate& estimate) {
  if (!estimate.has_suppressed()) return "not known";
  // Told as a bound: the reason is short, then.
  return estimate.has_low() ? absl::StrCat("withheld, ", estimate.suppressed().reason())
                            : "withheld";
}

std::string UndefinedText(const type::v1::Estimate& estimate) {
  if (estimate.has_suppressed()) {
    return absl::StrCat("withheld: ", estimate.suppressed().reason());
  }
  const std::string& description = estimate.undefined().description();
  if (!description.empty()) return absl::StrCat("no value: ", description);
  switch (estimate.undefined().reason()) {
    case type::v1::UNDEFINED_REASON_CONSTANT:
      return "no value: one of the two variables is the same everywhere";
    case type::v1::UNDEFINED_REASON_TOO_FEW:
      return "no value: too few answers";
    case type::v1::UNDEFINED_REASON_EMPTY_BASE:
      return "no value: there is nothing to count";
    default:
      return "no value: no known answer";
  }
}

std::string ShareText(const type::v1::Estimate& share) {
  if (!share.has_value()) return UndefinedText(share);
  if (!share.has_numerator()) return Percent(share);
  return absl::StrCat(share.numerator(), " of ", share.n(), " (", Percent(share), ")");
}

std::string NumberText(const type::v1::Estimate& estimate, int decimals) {
  return estimate.has_value() ? Short(estimate.value(), decimals) : UndefinedText(estimate);
}

bool HasOpenInterval(const type::v1::Estimate& estimate) {
  return estimate.has_low() && estimate.has_high() && estimate.low() < estimate.high();
}

}  // namespace weft
