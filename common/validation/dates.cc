#include "common/validation/dates.h"

#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace weft {
namespace {

int DaysInMonth(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

auto Tuple(const google::type::Date& date) {
  return std::make_tuple(date.year(), date.month(), date.day());
}

}  // namespace

bool IsDay(const google::type::Date& date) {
  return date.year() >= 1 && date.year() <= 9999 && date.month() >= 1 && date.month() <= 12 &&
         date.day() >= 1 && date.day() <= DaysInMonth(date.year(), date.month());
}

int CompareDates(const google::type::Date& a, const google::type::Date& b) {
  if (Tuple(a) == Tuple(b)) return 0;
  return Tuple(a) < Tuple(b) ? -1 : 1;
}

google::type::Date DayOf(absl::Time time) {
  const absl::CivilDay day = absl::ToCivilDay(time, absl::UTCTimeZone());
  google::type::Date date;
  date.set_year(static_cast<int32_t>(day.year()));
  date.set_month(day.month());
  date.set_day(day.day());
  return date;
}

std::string FormatDate(const google::type::Date& date) {
  return absl::StrFormat("%04d-%02d-%02d", date.year(), date.month(), date.day());
}

void CheckDate(FieldViolations& violations, absl::string_view field,
               const google::type::Date& date) {
  if (IsDay(date)) return;
  violations.Add(field, absl::StrCat("is ", FormatDate(date),
                                     ", which is no day of the calendar; year, month and day must "
                                     "all be set, e.g. 2025-09-01"));
}

}  // namespace weft
