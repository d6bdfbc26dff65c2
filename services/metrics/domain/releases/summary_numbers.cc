#include "services/metrics/domain/releases/summary_numbers.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "weft/type/v1/scale.pb.h"

namespace weft::metrics {
namespace {

// "collaboration" of INTERACTION_LEVEL_COLLABORATION.
std::string Word(absl::string_view name, absl::string_view prefix) {
  return absl::AsciiStrToLower(absl::StripPrefix(name, prefix));
}

class Lister {
 public:
  void Add(absl::string_view metric, absl::string_view number, const type::v1::Estimate& estimate) {
    numbers_.push_back({std::string(metric), std::string(number), &estimate});
  }

  void AddStatistic(absl::string_view metric, absl::string_view field,
                    const v1::SiteStatistic& statistic) {
    Add(metric, absl::StrCat(field, ".mean"), statistic.mean());
    Add(metric, absl::StrCat(field, ".median"), statistic.median());
    Add(metric, absl::StrCat(field, ".min"), statistic.min());
    Add(metric, absl::StrCat(field, ".max"), statistic.max());
  }

  void AddLevels(absl::string_view field, const v1::LevelDistribution& levels) {
    for (const v1::LevelShare& share : levels.shares()) {
      Add("P5",
          absl::StrCat(field, ".",
                       Word(type::v1::InteractionLevel_Name(share.level()), "INTERACTION_LEVEL_")),
          share.share());
    }
    Add("P6", absl::StrCat(field, ".median"), levels.median());
    Add("P6", absl::StrCat(field, ".interpolated_median"), levels.interpolated_median());
    Add("P6", absl::StrCat(field, ".iqr"), levels.iqr());
    Add("P6", absl::StrCat(field, ".consensus"), levels.consensus());
  }

  void AddType(const v1::PartnerTypeSummary& type) {
    const std::string field = absl::StrCat("partner_types.", type.partner_type());
    Add("F1", absl::StrCat(field, ".presence"), type.presence());
    AddLevels(absl::StrCat(field, ".levels_all"), type.levels_all());
    AddLevels(absl::StrCat(field, ".levels_engaged"), type.levels_engaged());
  }

  std::vector<SummaryNumber> Take() { return std::move(numbers_); }

 private:
  std::vector<SummaryNumber> numbers_;
};

}  // namespace

std::vector<SummaryNumber> NumbersOf(const v1::WaveSummary& summary) {
  Lister list;
  list.Add("RR", "response_rate", summary.response_rate());
  list.AddStatistic("D1", "richness", summary.richness());
  list.AddStatistic("D2", "coverage", summary.coverage());
  list.AddStatistic("P1", "mean_level_engaged", summary.mean_level_engaged());
  list.AddStatistic("P1-all", "mean_level_all", summary.mean_level_all());
  list.AddStatistic("P2", "share_coordination_or_deeper", summary.share_coordination_or_deeper());
  list.AddStatistic("P2", "share_collaboration", summary.share_collaboration());
  list.AddStatistic("P3", "depth_weighted_breadth", summary.depth_weighted_breadth());
  for (const v1::PartnerTypeSummary& type : summary.partner_types()) list.AddType(type);
  for (const v1::RatingShare& share : summary.shared_responsibility().shares()) {
    list.Add("R1",
             absl::StrCat("shared_responsibility.",
                          Word(type::v1::SharedResponsibility_Name(share.rating()),
                               "SHARED_RESPONSIBILITY_")),
             share.share());
  }
  list.Add("R1", "shared_responsibility.at_least_moderate",
           summary.shared_responsibility().at_least_moderate());
  for (const v1::Association& association : summary.associations()) {
    list.Add("R2", absl::StrCat("associations.", association.x(), ".", association.y()),
             association.tau_b());
  }
  list.Add("Q1", "quadrants.richness_cut", summary.quadrants().richness_cut());
  list.Add("Q1", "quadrants.depth_cut", summary.quadrants().depth_cut());
  list.Add("H1-straight", "straight_lining", summary.straight_lining());
  return list.Take();
}

}  // namespace weft::metrics
