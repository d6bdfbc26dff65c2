#include "services/metrics/domain/vega_rows.h"

#include <algorithm>
#include <utility>

#include "services/metrics/domain/vega_style.h"

namespace weft::metrics {
namespace {

constexpr int kWideStep = 27;
constexpr int kNarrowStep = 44;
// On a narrow picture, from the middle of a row up to its name and down to its bar.
constexpr int kNameLift = 13;
constexpr int kBarDrop = 7;
// Between a bar and the text beside it.
constexpr int kGap = 8;

double Widest(const std::vector<RowName>& rows, std::string RowName::*text, int width) {
  double widest = 0;
  for (const RowName& row : rows) widest = std::max(widest, TextWidth(row.*text, LabelSize(width)));
  return widest;
}

// Names wider than this are cut; the tooltip and the table have them whole.
double NameLimit(int width) { return width * 0.4; }

}  // namespace

void LayOutRows(const std::vector<RowName>& rows, int width, Json& spec) {
  const bool narrow = width < kNarrow;
  const int step = narrow ? kNarrowStep : kWideStep;
  spec["width"] = width;
  spec["height"] = std::max<int>(1, static_cast<int>(rows.size())) * step;
  // The picture is as wide as asked for, with everything that is written beside the bars.
  spec["autosize"] = {{"type", "fit-x"}, {"contains", "padding"}};
  Json names = Json::object();
  Json order = Json::array();
  Json labels = Json::array();
  for (const RowName& row : rows) {
    names[row.key] = row.name;
    order.push_back(row.key);
    labels.push_back({{"code", row.key}, {"name", row.name}, {"label", row.label}});
  }
  Json axis = nullptr;
  if (!narrow) {
    // Names are looked up, never part of an expression.
    spec["params"].push_back({{"name", "names"}, {"value", std::move(names)}});
    axis = {{"labelExpr", "names[datum.value]"},
            {"labelLimit", Hundredths(NameLimit(width))},
            {"labelPadding", kGap},
            {"domain", false},
            {"ticks", false}};
  }
  spec["encoding"]["y"] = {{"field", "code"},
                           {"type", "nominal"},
                           {"title", nullptr},
                           {"scale", {{"domain", std::move(order)}}},
                           {"axis", std::move(axis)}};
  spec["layer"] = Json::array();
  const Json data = {{"values", std::move(labels)}};
  if (narrow) {
    spec["layer"].push_back(
        {{"data", data},
         {"mark",
          {{"type", "text"}, {"align", "left"}, {"yOffset", -kNameLift}, {"limit", width - 4}}},
         {"encoding", {{"x", {{"value", 0}}}, {"text", {{"field", "name"}}}}}});
  }
  Json label = {{"type", "text"}, {"align", "left"}, {"dx", kGap}};
  if (narrow) label["yOffset"] = kBarDrop;
  spec["layer"].push_back(
      {{"data", data},
       {"mark", std::move(label)},
       {"encoding", {{"x", {{"value", "width"}}}, {"text", {{"field", "label"}}}}}});
}

void PlaceBar(int width, Json& mark) {
  mark["height"] = kBarHeight;
  if (width < kNarrow) mark["yOffset"] = kBarDrop;
}

Json ShareAxis(int width, absl::string_view title) {
  return {{"type", "quantitative"},
          {"title", std::string(title)},
          {"scale", {{"domain", {0, 1}}, {"nice", false}}},
          {"axis",
           {{"format", ".0%"},
            {"values", {0, 0.25, 0.5, 0.75, 1}},
            {"labelFlush", true},
            {"domain", false},
            {"ticks", false},
            {"labelPadding", 4},
            {"zindex", 0}}}};
}

double LegendRoom(const std::vector<RowName>& rows, int width) {
  const double room = width - 2 * kPadding;
  if (width < kNarrow) return room;
  return room - std::min(Widest(rows, &RowName::name, width), NameLimit(width)) - kGap;
}

double PlotWidth(const std::vector<RowName>& rows, int width) {
  return std::max(40.0, LegendRoom(rows, width) - Widest(rows, &RowName::label, width) - kGap);
}

}  // namespace weft::metrics
