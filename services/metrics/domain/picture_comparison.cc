// Levels of the earlier wave against those of the later one: a square of counts.
#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/words/number_text.h"
#include "common/words/terms.h"
#include "services/metrics/domain/pictures.h"

namespace weft::metrics {
namespace {

constexpr int kLargestCell = 92;

std::string Direction(const v1::LevelTransition& transition) {
  if (transition.earlier() == transition.later()) return "same";
  return transition.earlier() < transition.later() ? "up" : "down";
}

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

void FillTable(const v1::LevelTransitions& levels, v1::DataTable& table) {
  std::vector<std::string> columns = {"Earlier level"};
  for (const type::v1::InteractionLevel level : AllLevels()) {
    columns.push_back(absl::StrCat("then ", LevelWords(level)));
  }
  SetColumns(columns, table);
  for (const type::v1::InteractionLevel earlier : AllLevels()) {
    std::vector<std::string> cells = {LevelLabel(earlier)};
    for (const v1::LevelTransition& transition : levels.transitions()) {
      if (transition.earlier() == earlier) cells.push_back(absl::StrCat(transition.cells()));
    }
    AddRow(cells, table);
  }
}

}  // namespace

v1::Picture DrawTransitions(const v1::WaveComparison& comparison, int width) {
  v1::Picture picture = BeginPicture(
      "level-transitions",
      absl::StrCat("What became of the levels, from ", IdOf(comparison.earlier().wave()), " to ",
                   IdOf(comparison.later().wave())),
      Note(comparison), AltText(comparison));
  FillTable(comparison.levels(), *picture.mutable_table());

  Json values = Json::array();
  int most = 1;
  for (const v1::LevelTransition& transition : comparison.levels().transitions()) {
    most = std::max(most, transition.cells());
    Json value = {{"earlier", LevelLabel(transition.earlier())},
                  {"later", LevelLabel(transition.later())},
                  {"cells", transition.cells()},
                  {"direction", Direction(transition)}};
    if (transition.cells() > 0) value["count"] = absl::StrCat(transition.cells());
    values.push_back(std::move(value));
  }
  Json order = Json::array();
  Json deepest_first = Json::array();
  for (const type::v1::InteractionLevel level : AllLevels()) order.push_back(LevelLabel(level));
  for (size_t i = order.size(); i > 0; --i) deepest_first.push_back(order[i - 1]);

  Json spec = FrameOf(picture, width);
  // A row is a later level, so that up is deeper.
  constexpr int kNameWidth = 120;
  const int cell =
      std::clamp((width - kNameWidth) / static_cast<int>(order.size()), 24, kLargestCell);
  const bool narrow = width < kNarrow;
  spec["width"] = {{"step", cell}};
  spec["height"] = {{"step", std::min(cell, 56)}};
  spec["data"] = {{"values", std::move(values)}};
  const Json axis = {{"domain", false}, {"ticks", false}, {"labelPadding", 6}};
  Json x_axis = axis;
  x_axis["labelAngle"] = narrow ? -50 : 0;
  if (!narrow) x_axis["labelLimit"] = cell;
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
         {"fill", Expr(absl::StrCat("datum.cells == 0 ? palette.unknown : datum.cells <= ", most,
                                    " / 4 ? palette.levels[1] : datum.cells <= ", most,
                                    " / 2 ? palette.levels[2] : palette.levels[3]"))},
         {"stroke", Expr("datum.direction == 'same' ? palette.interval : palette.gap")},
         {"strokeWidth", Expr("datum.direction == 'same' ? 1.5 : 0.5")}}},
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
