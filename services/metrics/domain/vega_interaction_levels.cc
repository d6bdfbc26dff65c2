// Figure 2: one stacked bar for each partner type.
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/words/number_text.h"
#include "common/words/terms.h"
#include "services/metrics/domain/vega.h"
#include "services/metrics/domain/vega_rows.h"

namespace weft::metrics {
namespace {

// How the piece of a bar is called that stands for levels that are not told.
constexpr char kWithheld[] = "Withheld";

// What the shares of a row rest on: "n = 9 of 10".
std::string RowLabel(const v1::LevelDistribution& levels) {
  if (levels.shares().empty()) return "not known";
  const type::v1::Estimate& share = levels.shares(0).share();
  if (share.n() == 0 && share.has_suppressed()) return "withheld";
  if (share.n() == 0) return absl::StrCat("n = 0 of ", share.base_size());
  return share.n() == share.base_size()
             ? absl::StrCat("n = ", share.n())
             : absl::StrCat("n = ", share.n(), " of ", share.base_size());
}

}  // namespace

void DrawInteractionLevels(const v1::InteractionLevelsFigure& data, int width, Json& spec) {
  std::vector<RowName> rows;
  for (const v1::InteractionLevelsRow& row : data.rows()) {
    rows.push_back({row.partner_type(), row.display_name(), RowLabel(row.levels())});
  }
  const double plot = PlotWidth(rows, width);
  Json values = Json::array();
  bool any_withheld = false;
  for (const v1::InteractionLevelsRow& row : data.rows()) {
    double from = 0;
    bool withheld = false;
    for (const v1::LevelShare& share : row.levels().shares()) {
      withheld |= share.share().has_suppressed() && share.share().n() > 0;
      if (!share.share().has_value() || share.share().value() == 0) continue;
      const double to = from + share.share().value();
      Json value = {{"code", row.partner_type()},
                    {"type", row.display_name()},
                    {"level", LevelLabel(share.level())},
                    {"depth", LevelDepth(share.level())},
                    {"sites", ShareText(share.share())},
                    {"from", from},
                    {"to", to},
                    {"middle", (from + to) / 2}};
      // How many sites, where that fits into the segment.
      const std::string count = absl::StrCat(share.share().numerator());
      if (TextWidth(count, SmallSize(width)) + 6 <= plot * share.share().value())
        value["count"] = count;
      values.push_back(std::move(value));
      from = to;
    }
    // What the levels that are told leave over: one piece for all that are not.
    if (withheld && from < 1) {
      values.push_back({{"code", row.partner_type()},
                        {"type", row.display_name()},
                        {"level", kWithheld},
                        {"sites", "withheld"},
                        {"from", from},
                        {"to", 1}});
      any_withheld = true;
    }
  }
  LayOutRows(rows, width, spec);
  spec["data"] = {{"values", std::move(values)}};
  const Json tooltip = Json::array({{{"field", "type"}, {"title", "Partner type"}},
                                    {{"field", "level"}, {"title", "Level"}},
                                    {{"field", "sites"}, {"title", "Sites"}}});
  Json x = ShareAxis(width, data.base() == type::v1::BASE_ENGAGED
                                ? "Share of the sites that engage the type"
                                : "Share of sites");
  x["field"] = "from";
  Json mark = {{"type", "bar"}, {"stroke", Colour("gap")}, {"strokeWidth", 1.5}};
  Json scale = LevelScale(/*with_unknown=*/false);
  if (any_withheld) {
    scale["domain"].push_back(kWithheld);
    scale["range"].push_back(Colour("unknown"));
    mark["stroke"] =
        Expr(absl::StrCat("datum.level == '", kWithheld, "' ? palette.outline : palette.gap"));
    mark["strokeWidth"] = 1;
  }
  PlaceBar(width, mark);
  spec["layer"].push_back({{"mark", std::move(mark)},
                           {"encoding",
                            {{"x", x},
                             {"x2", {{"field", "to"}}},
                             {"fill",
                              {{"field", "level"},
                               {"type", "nominal"},
                               {"scale", std::move(scale)},
                               {"legend", LevelLegend(width, LegendRoom(rows, width),
                                                      /*with_unknown=*/false, "square")}}},
                             {"tooltip", tooltip}}}});
  Json middle = x;
  middle["field"] = "middle";
  Json count = {
      {"type", "text"}, {"fontSize", SmallSize(width)}, {"fill", Expr("palette.ink[datum.depth]")}};
  PlaceBar(width, count);
  count.erase("height");
  spec["layer"].push_back({{"transform", Json::array({{{"filter", "isValid(datum.count)"}}})},
                           {"mark", std::move(count)},
                           {"encoding", {{"x", middle}, {"text", {{"field", "count"}}}}}});
}

}  // namespace weft::metrics
