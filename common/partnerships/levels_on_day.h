// A partnership on a day: whether it lasts, and which levels hold. One rule for the registry, which
// answers `effective_on` by it, and for the metrics service, which reads the same records
// (docs/metrics.md, "Profiles"): of a side's ratings the one with the latest effective date that is
// not after the day, and of those of one date the last that was recorded.
#ifndef WEFT_COMMON_PARTNERSHIPS_LEVELS_ON_DAY_H_
#define WEFT_COMMON_PARTNERSHIPS_LEVELS_ON_DAY_H_

#include "common/validation/dates.h"
#include "google/type/date.pb.h"
#include "weft/registry/v1/partnership.pb.h"

namespace weft {

// Whether the day is within the days of a partnership, a membership or a cohort; an end that is
// unset is open.
template <class Resource>
bool LastsOn(const google::type::Date& day, const Resource& resource) {
  return (!resource.has_start_date() || CompareDates(resource.start_date(), day) <= 0) &&
         (!resource.has_end_date() || CompareDates(day, resource.end_date()) <= 0);
}

// Whether it counts on the day: it lasts, and is not deleted.
bool IsInForce(const google::type::Date& day, const registry::v1::Partnership& partnership);

// Whether the levels, the latest that were recorded, are also those of the day: none is of a later
// one. If not, the ratings are needed to know them.
bool LevelsHoldOn(const google::type::Date& day, const registry::v1::Partnership& partnership);

// Forgets the levels, for AddRating().
void ClearLevels(registry::v1::Partnership& partnership);
// Makes the level of its side that of the rating, unless that is already of a later day. For each
// rating in the order of their numbers, as it is recorded or once more.
void TakeRating(const registry::v1::Assessment& rating, registry::v1::Partnership& partnership);
// The same for ratings that hold on the day; later ones are passed over.
void AddRating(const google::type::Date& day, const registry::v1::Assessment& rating,
               registry::v1::Partnership& partnership);

}  // namespace weft

#endif  // WEFT_COMMON_PARTNERSHIPS_LEVELS_ON_DAY_H_
