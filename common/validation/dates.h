// Calendar dates, google.type.Date. Weft holds whole days only: year, month and day are all set.
#ifndef WEFT_COMMON_VALIDATION_DATES_H_
#define WEFT_COMMON_VALIDATION_DATES_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "google/type/date.pb.h"

namespace weft {

// True for a day of the Gregorian calendar in the years 1 to 9999.
bool IsDay(const google::type::Date& date);

// Negative, zero or positive as `a` is before, the same as or after `b`.
int CompareDates(const google::type::Date& a, const google::type::Date& b);

// The day that `time` is on, in UTC. `time` is in the years 1 to 9999.
google::type::Date DayOf(absl::Time time);

// "2025-09-01".
std::string FormatDate(const google::type::Date& date);

// Adds a violation unless `date` is a day.
void CheckDate(FieldViolations& violations, absl::string_view field,
               const google::type::Date& date);

}  // namespace weft

#endif  // WEFT_COMMON_VALIDATION_DATES_H_
