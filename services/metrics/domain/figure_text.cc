#include "services/metrics/domain/figure_text.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/words/number_text.h"
#include "common/words/terms.h"

namespace weft::metrics {
namespace {

std::string Basis(const v1::Figure& figure) {
  return absl::StrCat(figure.counted(), " of ", figure.invited(), " sites are counted");
}

// Types that have the same share are read out together.
std::string PartnerTypesText(const v1::Figure& figure) {
  std::vector<std::pair<std::string, std::vector<std::string>>> groups;
  for (const v1::PartnerTypeBar& bar : figure.partner_types().bars()) {
    std::string share =
        bar.share().has_value() ? ShareText(bar.share()) : ShortUndefinedText(bar.share());
    share[0] = absl::ascii_toupper(static_cast<unsigned char>(share[0]));
    if (groups.empty() || groups.back().first != share) groups.push_back({share, {}});
    groups.back().second.push_back(bar.display_name());
  }
  std::string text =
      absl::StrCat("Bar chart: the share of sites that engage each of ",
                   Counted(figure.partner_types().bars_size(), "partner type", "partner types"),
                   ", most frequent first; ", Basis(figure), ".");
  for (const auto& [share, names] : groups) {
    absl::StrAppend(&text, " ", share, ": ", Listed(names), ".");
  }
  return text;
}

std::string InteractionLevelsText(const v1::Figure& figure) {
  std::string text = absl::StrCat(
      "Stacked bar chart: how deeply sites interact with each of ",
      Counted(figure.interaction_levels().rows_size(), "partner type", "partner types"), "; ",
      Basis(figure), ".");
  for (const v1::InteractionLevelsRow& row : figure.interaction_levels().rows()) {
    std::vector<std::string> parts;
    int n = 0;
    bool withheld = false;
    for (const v1::LevelShare& share : row.levels().shares()) {
      n = share.share().n();
      withheld |= share.share().has_suppressed();
      if (share.share().numerator() == 0) continue;
      parts.push_back(absl::StrCat(LevelWords(share.level()), " ", share.share().numerator()));
    }
    // The deepest first, as the text is about depth.
    std::reverse(parts.begin(), parts.end());
    if (withheld) parts.emplace_back("other levels withheld");
    absl::StrAppend(&text, " ", row.display_name(),
                    n > 0 ? absl::StrCat(", ", Counted(n, "site", "sites")) : "", ": ",
                    parts.empty() ? "no known level" : absl::StrJoin(parts, ", "), ".");
  }
  return text;
}

// "from 11 (Site 07) to 18 (Site 03)" over those that have a value.
template <class Items, class Get>
std::string Extremes(const Items& items, Get get, int decimals) {
  const typename Items::value_type* least = nullptr;
  const typename Items::value_type* most = nullptr;
  for (const auto& item : items) {
    if (!get(item).has_value()) continue;
    if (least == nullptr || get(item).value() < get(*least).value()) least = &item;
    if (most == nullptr || get(item).value() > get(*most).value()) most = &item;
  }
  if (least == nullptr) return "not known";
  if (get(*least).value() == get(*most).value()) {
    return absl::StrCat(Short(get(*least).value(), decimals), " everywhere");
  }
  return absl::StrCat("from ", Short(get(*least).value(), decimals), " (", least->label(), ") to ",
                      Short(get(*most).value(), decimals), " (", most->label(), ")");
}

std::string NetworksText(const v1::Figure& figure) {
  const auto& sites = figure.networks().sites();
  return absl::StrCat(
      "Small multiples: one partner network for each of ", Counted(sites.size(), "site", "sites"),
      ", with the partner types on a circle in the same places, and lines that are stronger and "
      "thicker for deeper interaction. Partner types engaged: ",
      Extremes(
          sites, [](const v1::SiteNetwork& s) { return s.richness(); }, 0),
      ". Mean level of engaged types, 0 to 4: ",
      Extremes(
          sites, [](const v1::SiteNetwork& s) { return s.mean_level(); }, 2),
      ". The table has every site and type",
      sites.size() < figure.counted() ? " of this page." : ".");
}

// "from 2 to 18. Mean level: from 1.25 to 3.5"
std::string GroupsReach(const v1::ModelFigure& data) {
  double shallowest = data.groups(0).mean_level_from();
  double deepest = data.groups(0).mean_level_to();
  for (const v1::ModelGroup& group : data.groups()) {
    shallowest = std::min(shallowest, group.mean_level_from());
    deepest = std::max(deepest, group.mean_level_to());
  }
  return absl::StrCat("from ", data.groups(0).richness(), " to ",
                      data.groups(data.groups_size() - 1).richness(), ". Mean level: from ",
                      Short(shallowest, 2), " to ", Short(deepest, 2));
}

std::string ModelText(const v1::Figure& figure) {
  const v1::ModelFigure& data = figure.model();
  std::map<v1::Quadrant, std::map<type::v1::SharedResponsibility, int>> quadrants;
  for (const v1::ModelPoint& point : data.points()) {
    ++quadrants[point.quadrant()][point.shared_responsibility()];
  }
  int placed = data.points_size();
  for (const v1::ModelGroup& group : data.groups()) {
    quadrants[group.quadrant()][group.shared_responsibility()] += group.sites();
    placed += group.sites();
  }
  std::string text = absl::StrCat(
      "Scatter plot of ", Counted(placed, "site", "sites"),
      ": partner types engaged (across) and mean level of engaged types (up), with shared "
      "responsibility as shape and colour. Partner types engaged: ",
      data.groups_size() > 0
          ? GroupsReach(data)
          : absl::StrCat(
                Extremes(
                    data.points(), [](const v1::ModelPoint& p) { return p.richness(); }, 0),
                ". Mean level: ",
                Extremes(
                    data.points(), [](const v1::ModelPoint& p) { return p.mean_level(); }, 2)),
      ".");
  for (const auto& [quadrant, ratings] : quadrants) {
    std::vector<std::string> parts;
    int sites = 0;
    for (const auto& [rating, count] : ratings) {
      parts.push_back(absl::StrCat(
          rating == type::v1::SHARED_RESPONSIBILITY_UNSPECIFIED ? "not rated" : RatingWords(rating),
          " at ", count));
      sites += count;
    }
    absl::StrAppend(&text, " ", Counted(sites, "site is ", "sites are "), QuadrantWords(quadrant),
                    ": shared responsibility is ", Listed(parts), ".");
  }
  return text;
}

}  // namespace

std::string AltText(const v1::Figure& figure) {
  const bool without_sites =
      (figure.has_networks() && figure.networks().sites().empty()) ||
      (figure.has_model() && figure.model().points().empty() && figure.model().groups().empty());
  if (without_sites && figure.counted() > 0) {
    return absl::StrCat("An empty picture: no site appears by itself; ", Basis(figure), ".");
  }
  switch (figure.data_case()) {
    case v1::Figure::kPartnerTypes:
      return PartnerTypesText(figure);
    case v1::Figure::kInteractionLevels:
      return InteractionLevelsText(figure);
    case v1::Figure::kNetworks:
      return NetworksText(figure);
    case v1::Figure::kModel:
      return ModelText(figure);
    case v1::Figure::DATA_NOT_SET:
      break;
  }
  return figure.title();
}

}  // namespace weft::metrics
