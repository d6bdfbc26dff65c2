// Levels of the earlier wave against those of the later one: a square of counts.
#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/words/number_text.h"
#include "common/words/terms.h"
#include "services/metrics/domain/level_distribution.h"
#include "services/metrics/domain/pictures.h"

namespace weft::metrics {
namespace {

constexpr int kLargestCell = 92;

std::string AltText(const v1::WaveComparison& comparison) {
  const v1::LevelTransitions& levels = comparison.levels();
  std::vector<std::string> moves;
  for (const v1::LevelTransition& transition : levels.transitions()) {
    if (transition.cells() == 0 || transition.earlier() == transition.later()) continue;
    moves.push_back(absl::StrCat(LevelWords(transition.earlier()), " to ",
                                 LevelWords(transition.later()), " ", transition.cells()));
  }
  return absl::StrCat(
      "Square of counts: the level of each partner type of each site in the earlier wave against "
      "its level in the later one. Deeper ",
      ShareText(levels.up()), ", the same ", ShareText(levels.same()), ", less deep ",
      ShareText(levels.down()), ".",
      moves.empty() ? " Nothing has moved."
                    : absl::StrCat(" What has moved: ", absl::StrJoin(moves, ", "), "."));
}

std::string Note(const v1::WaveComparison& comparison) {
  return absl::StrCat(
      "Each number counts partner types of sites that were counted in both waves (",
      Counted(comparison.matched(), "site", "sites"),
      "), where both levels are known: ", comparison.levels().same().n(), " of ",
      comparison.levels().same().base_size(),
      ". Above the outlined diagonal partnerships are deeper than they were, below it less deep. ",
      comparison.entering(), " entered and ", comparison.leaving(),
      " left between the waves and are not in it. Changes are described, not explained.");
}

// How many cells went from each level (by depth) to each other.
using Square = std::array<std::array<int, kLevelCount>, kLevelCount>;

Square CellsOf(const v1::LevelTransitions& levels) {
  Square cells{};
  for (const v1::LevelTransition& transition : levels.transitions()) {
    cells[LevelDepth(transition.earlier())][LevelDepth(transition.later())] = transition.cells();
  }
  return cells;
}

void FillTable(const Square& cells, v1::DataTable& table) {
  std::vector<std::string> columns = {"Earlier level"};
  for (const type::v1::InteractionLevel level : AllLevels()) {
    columns.push_back(absl::StrCat("then ", LevelWords(level)));
  }
  SetColumns(columns, table);
  for (const type::v1::InteractionLevel earlier : AllLevels()) {
    std::vector<std::string> row = {LevelLabel(earlier)};
    for (const int count : cells[LevelDepth(earlier)]) row.push_back(absl::StrCat(count));
    AddRow(row, table);
  }
}

}  // namespace

v1::Picture DrawTransitions(const v1::WaveComparison& comparison, int width) {
  v1::Picture picture = BeginPicture(
      "level-transitions",
      absl::StrCat("What became of the levels, from ", IdOf(comparison.earlier().wave()), " to ",
                   IdOf(comparison.later().wave())),
      Note(comparison), AltText(comparison));
  const Square cells = CellsOf(comparison.levels());
  FillTable(cells, *picture.mutable_table());

  Json values = Json::array();
  int most = 1;
  for (const type::v1::InteractionLevel earlier : AllLevels()) {
    for (const type::v1::InteractionLevel later : AllLevels()) {
      const int count = cells[LevelDepth(earlier)][LevelDepth(later)];
      most = std::max(most, count);
      Json value = {{"earlier", LevelLabel(earlier)},
                    {"later", LevelLabel(later)},
                    {"cells", count},
                    {"same", earlier == later}};
      if (count > 0) value["count"] = absl::StrCat(count);
      values.push_back(std::move(value));
    }
  }
  Json order = Json::array();
  Json deepest_first = Json::array();
  for (const type::v1::InteractionLevel level : AllLevels()) order.push_back(LevelLabel(level));
  for (size_t i = order.size(); i > 0; --i) deepest_first.push_back(order[i - 1]);

  Json spec = FrameOf(picture, width);
  // A row is a later level, so that up is deeper.
  const bool narrow = width < kNarrow;
  // Beside the names and the title of the axis.
  constexpr int kNamesWidth = 165;
  const int cell = std::clamp((width - kNamesWidth) / kLevelCount, 24, kLargestCell);
  spec["width"] = {{"step", cell}};
  spec["height"] = {{"step", std::min(cell, 56)}};
  spec["data"] = {{"values", std::move(values)}};
  const Json axis = {{"domain", false}, {"ticks", false}, {"labelPadding", 6}};
  Json x_axis = axis;
  x_axis["labelAngle"] = narrow ? -50 : 0;
  x_axis["labelLimit"] = 0;
  x_axis["labelOverlap"] = false;
  x_axis["labelFontSize"] = SmallSize(width);
  Json x = {{"field", "earlier"},
            {"type", "nominal"},
            {"title", "Level in the earlier wave"},
            {"scale", {{"domain", std::move(order)}, {"padding", 0.05}}}};
  x["axis"] = std::move(x_axis);
  Json y = {{"field", "later"},
            {"type", "nominal"},
            {"title", "Level in the later wave"},
            {"scale", {{"domain", std::move(deepest_first)}, {"padding", 0.05}}}};
  y["axis"] = axis;
  const Json tooltip = Json::array({{{"field", "earlier"}, {"title", "Earlier"}},
                                    {{"field", "later"}, {"title", "Later"}},
                                    {{"field", "cells"}, {"title", "Partner types of sites"}}});
  spec["encoding"] = {{"x", std::move(x)}, {"y", std::move(y)}};
  spec["layer"] = Json::array();
  // None has no colour; more is darker on a light page, lighter on a dark one.
  spec["layer"].push_back(
      {{"mark",
        {{"type", "rect"},
         {"fill", Expr(absl::StrCat("datum.cells == 0 ? palette.levels[0] : datum.cells <= ", most,
                                    " / 4 ? palette.levels[1] : datum.cells <= ", most,
                                    " / 2 ? palette.levels[2] : palette.levels[3]"))},
         {"stroke", Expr("datum.same ? palette.interval : palette.gap")},
         {"strokeWidth", Expr("datum.same ? 1.5 : 0.5")}}},
       {"encoding", {{"tooltip", tooltip}}}});
  spec["layer"].push_back(
      {{"transform", Json::array({{{"filter", "isValid(datum.count)"}}})},
       {"mark",
        {{"type", "text"},
         {"fontSize", LabelSize(width)},
         {"fill", Expr(absl::StrCat("datum.cells <= ", most,
                                    " / 4 ? palette.ink[1] : datum.cells <= ", most,
                                    " / 2 ? palette.ink[2] : palette.ink[3]"))}}},
       {"encoding", {{"text", {{"field", "count"}}}}}});
  picture.set_vega_lite(spec.dump());
  return picture;
}

}  // namespace weft::metrics
