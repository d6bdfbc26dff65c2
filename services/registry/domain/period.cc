#include "services/registry/domain/period.h"

#include "absl/strings/str_cat.h"

namespace weft::registry {
namespace {

using OptionalDate = std::optional<google::type::Date>;

bool SameDate(const OptionalDate& a, const OptionalDate& b) {
  if (!a.has_value() || !b.has_value()) return a.has_value() == b.has_value();
  return CompareDates(*a, *b) == 0;
}

}  // namespace

bool operator==(const Period& a, const Period& b) {
  return SameDate(a.first, b.first) && SameDate(a.last, b.last);
}

void CheckPeriod(FieldViolations& violations, absl::string_view resource, const Period& period) {
  if (period.first) CheckDate(violations, absl::StrCat(resource, ".start_date"), *period.first);
  const std::string end = absl::StrCat(resource, ".end_date");
  if (period.last) CheckDate(violations, end, *period.last);
  if (!period.first || !period.last || !IsDay(*period.first) || !IsDay(*period.last)) return;
  if (CompareDates(*period.last, *period.first) < 0) {
    violations.Add(
        end, absl::StrCat("is ", FormatDate(*period.last), " and must not be before start_date, ",
                          FormatDate(*period.first)));
  }
}

bool Contains(const Period& period, const google::type::Date& day) {
  return (!period.first || CompareDates(*period.first, day) <= 0) &&
         (!period.last || CompareDates(day, *period.last) <= 0);
}

}  // namespace weft::registry
