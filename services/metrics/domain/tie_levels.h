// A partnership on a day: whether it lasts, and which levels hold. The registry's own rule
// (docs/metrics.md, "Profiles"): of a side's ratings the one with the latest effective date that is
// not after the day, and of those of one date the last that was recorded.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_TIE_LEVELS_H_
#define WEFT_SERVICES_METRICS_DOMAIN_TIE_LEVELS_H_

#include "common/validation/dates.h"
#include "google/type/date.pb.h"
#include "weft/registry/v1/partnership.pb.h"

namespace weft::metrics {

// Whether the day is within the days of a partnership, a membership or a cohort; an end that is
// unset is open.
template <class Resource>
bool LastsOn(const google::type::Date& day, const Resource& resource) {
  return (!resource.has_start_date() || CompareDates(resource.start_date(), day) <= 0) &&
         (!resource.has_end_date() || CompareDates(day, resource.end_date()) <= 0);
}

// Whether it counts on the day: it lasts, and is not deleted.
bool IsInForce(const google::type::Date& day, const registry::v1::Partnership& partnership);

// Whether the levels of the day are others than the latest, so that the ratings are needed.
bool NeedsRatings(const google::type::Date& day, const registry::v1::Partnership& partnership);

// Forgets the levels, for AddRating().
void ClearLevels(registry::v1::Partnership& partnership);
// Takes over the level where the rating holds on the day. For each rating, in the order of their
// numbers.
void AddRating(const google::type::Date& day, const registry::v1::Assessment& rating,
               registry::v1::Partnership& partnership);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_TIE_LEVELS_H_
