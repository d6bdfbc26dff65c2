// Days from a first to a last one, either of which may be open: the time of a cohort, of a
// membership and of a partnership.
#ifndef WEFT_SERVICES_REGISTRY_DOMAIN_PERIOD_H_
#define WEFT_SERVICES_REGISTRY_DOMAIN_PERIOD_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "common/base/error.h"
#include "common/validation/dates.h"
#include "google/type/date.pb.h"

namespace weft::registry {

struct Period {
  std::optional<google::type::Date> first;  // unset: since ever
  std::optional<google::type::Date> last;   // unset: for good
};

bool operator==(const Period& a, const Period& b);

// The start_date and end_date of a resource.
template <class Resource>
Period PeriodOf(const Resource& resource) {
  Period period;
  if (resource.has_start_date()) period.first = resource.start_date();
  if (resource.has_end_date()) period.last = resource.end_date();
  return period;
}

// Both dates are days of the calendar and in order. Violations are of `resource`.start_date and
// .end_date.
void CheckPeriod(FieldViolations& violations, absl::string_view resource, const Period& period);

bool Contains(const Period& period, const google::type::Date& day);

}  // namespace weft::registry

#endif  // WEFT_SERVICES_REGISTRY_DOMAIN_PERIOD_H_
