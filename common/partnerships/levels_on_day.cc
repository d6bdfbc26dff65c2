#include "common/partnerships/levels_on_day.h"

namespace weft {

using google::type::Date;
using registry::v1::Assessment;
using registry::v1::Partnership;

bool IsInForce(const Date& day, const Partnership& partnership) {
  return !partnership.has_delete_time() && LastsOn(day, partnership);
}

bool LevelsHoldOn(const Date& day, const Partnership& partnership) {
  return (!partnership.has_level_effective_date() ||
          CompareDates(partnership.level_effective_date(), day) <= 0) &&
         (!partnership.has_organization_level_effective_date() ||
          CompareDates(partnership.organization_level_effective_date(), day) <= 0);
}

void ClearLevels(Partnership& partnership) {
  partnership.clear_level();
  partnership.clear_level_effective_date();
  partnership.clear_organization_level();
  partnership.clear_organization_level_effective_date();
}

void TakeRating(const Assessment& rating, Partnership& partnership) {
  if (rating.side() == Assessment::SIDE_SITE) {
    if (partnership.has_level_effective_date() &&
        CompareDates(rating.effective_date(), partnership.level_effective_date()) < 0) {
      return;
    }
    partnership.set_level(rating.level());
    *partnership.mutable_level_effective_date() = rating.effective_date();
    return;
  }
  if (partnership.has_organization_level_effective_date() &&
      CompareDates(rating.effective_date(), partnership.organization_level_effective_date()) < 0) {
    return;
  }
  partnership.set_organization_level(rating.level());
  *partnership.mutable_organization_level_effective_date() = rating.effective_date();
}

void AddRating(const Date& day, const Assessment& rating, Partnership& partnership) {
  if (CompareDates(rating.effective_date(), day) <= 0) TakeRating(rating, partnership);
}

}  // namespace weft
