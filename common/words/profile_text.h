// A site's profile in words: in tables of the command line and of pages.
#ifndef WEFT_COMMON_WORDS_PROFILE_TEXT_H_
#define WEFT_COMMON_WORDS_PROFILE_TEXT_H_

#include <string>

#include "weft/metrics/v1/profile.pb.h"

namespace weft {

// The level that partnerships give the type: "coordination", "networking or coordination", "level
// not known (no interaction to collaboration)", "–" without any.
std::string RolledUpText(const metrics::v1::TypeProfile& type);
// The answered number of partners: "12", "~12", "10–15", "20+", or "– (dont know)".
std::string AnsweredCountText(const metrics::v1::TypeProfile& type);
// The answered level, or why there is none.
std::string AnsweredLevelText(const metrics::v1::TypeProfile& type);
// "answered 2 levels deeper", "recorded, not answered (not certain)".
std::string DifferenceText(const metrics::v1::ProfileDifference& difference);
// All of a type's, apart by semicolons; "" when nothing differs.
std::string DifferencesText(const metrics::v1::TypeProfile& type);

}  // namespace weft

#endif  // WEFT_COMMON_WORDS_PROFILE_TEXT_H_
