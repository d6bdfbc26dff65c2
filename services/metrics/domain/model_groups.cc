#include "services/metrics/domain/model_groups.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "common/words/number_text.h"
#include "services/metrics/domain/aggregate.h"
#include "services/metrics/domain/quadrants.h"
#include "services/metrics/domain/site_record.h"

namespace weft::metrics {
namespace {

constexpr int kStepsPerLevel = 4;
constexpr int kDeepest = 4;

}  // namespace

std::vector<v1::ModelGroup> GroupSites(const WaveView& view) {
  const Cuts cuts = FindCuts(view.aggregate, view.variant());
  using Key = std::tuple<int, int, type::v1::SharedResponsibility, v1::Quadrant>;
  std::map<Key, int64_t> sites;
  for (const auto& [packed, times] : view.aggregate.Part(part::Sites(view.variant()))) {
    const SiteKey site = SiteKey::Unpack(packed);
    const int known = site.engaged - site.missing_depth;
    if (known == 0) continue;
    // Depth 4 belongs to the step that ends there.
    const int step =
        std::min(kStepsPerLevel * site.depth_sum / known, kStepsPerLevel * kDeepest - 1);
    sites[{site.engaged, step, RatingOf(site.rating),
           cuts.Place(site.engaged, known, site.depth_sum)}] += static_cast<int64_t>(times);
  }
  std::vector<v1::ModelGroup> groups;
  groups.reserve(sites.size());
  for (const auto& [key, count] : sites) {
    const auto& [richness, step, rating, quadrant] = key;
    v1::ModelGroup& group = groups.emplace_back();
    group.set_richness(richness);
    group.set_mean_level_from(static_cast<double>(step) / kStepsPerLevel);
    group.set_mean_level_to(static_cast<double>(step + 1) / kStepsPerLevel);
    group.set_shared_responsibility(rating);
    group.set_quadrant(quadrant);
    group.set_sites(static_cast<int32_t>(count));
  }
  return groups;
}

std::string LevelsText(const v1::ModelGroup& group) {
  return absl::StrCat(Short(group.mean_level_from(), 2), " to ", Short(group.mean_level_to(), 2));
}

}  // namespace weft::metrics
