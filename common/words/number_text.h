// Numbers as people read them, rounded as docs/metrics.md says: half up, on the decimal number that
// a person sees (0.145 rounds to 0.15, whatever its binary form is).
#ifndef WEFT_COMMON_WORDS_NUMBER_TEXT_H_
#define WEFT_COMMON_WORDS_NUMBER_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "weft/type/v1/estimate.pb.h"

namespace weft {

// `value` with exactly `decimals` decimals (0 to 9), rounded half up: 14.95 with 1 is "15.0". Ties
// of negative numbers go up, too: -0.45 with 1 is "-0.4". `value` must be finite.
std::string Fixed(double value, int decimals);
// The number that Fixed() writes.
double RoundedTo(double value, int decimals);
// Like Fixed(), without zeros at the end: "15", "2.7".
std::string Short(double value, int max_decimals);

// A share as whole percent, "83 %"; "not known" without a value. Exact where the estimate states a
// numerator.
std::string Percent(const type::v1::Estimate& share);
// Any fraction as whole percent.
std::string Percent(double fraction);

// "8 of 10 (80 %)" for shares with a numerator, "80 %" for shares without; else why there is none.
std::string ShareText(const type::v1::Estimate& share);
// A number that is no share, with up to `decimals` decimals; else why there is none.
std::string NumberText(const type::v1::Estimate& estimate, int decimals);
// What stands where a value would, in few words: "withheld", "withheld, at most 20.0 %", "not
// known".
std::string ShortUndefinedText(const type::v1::Estimate& estimate);
// Why an estimate has no value: "no value: no known answer".
std::string UndefinedText(const type::v1::Estimate& estimate);

// Whether missing answers leave an interval open.
bool HasOpenInterval(const type::v1::Estimate& estimate);

}  // namespace weft

#endif  // WEFT_COMMON_WORDS_NUMBER_TEXT_H_
