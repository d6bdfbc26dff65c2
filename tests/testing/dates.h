// Dates of tests.
#ifndef WEFT_TESTS_TESTING_DATES_H_
#define WEFT_TESTS_TESTING_DATES_H_

#include "google/type/date.pb.h"

namespace weft::testing {

inline google::type::Date Day(int year, int month, int day) {
  google::type::Date date;
  date.set_year(year);
  date.set_month(month);
  date.set_day(day);
  return date;
}

}  // namespace weft::testing

#endif  // WEFT_TESTS_TESTING_DATES_H_
