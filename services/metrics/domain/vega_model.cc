// Figure 4: each site's diversity and depth, with its shared responsibility.
#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/words/number_text.h"
#include "common/words/terms.h"
#include "services/metrics/domain/label_places.h"
#include "services/metrics/domain/vega.h"

namespace weft::metrics {
namespace {

// From mark to mark where several stand at the same place.
constexpr double kSideBySide = 14;
constexpr double kRadius = 6.5;
constexpr int kMarkSize = 130;

std::string RatingLabel(type::v1::SharedResponsibility rating) {
  std::string label(RatingWords(rating));
  label[0] = absl::ascii_toupper(static_cast<unsigned char>(label[0]));
  return label;
}

// A stretch of an axis and how many pixels show it.
struct Axis {
  double from;
  double to;
  double pixels;

  double ToPixels(double value) const { return (value - from) / (to - from) * pixels; }
  double ToValue(double offset_pixels) const { return offset_pixels / pixels * (to - from); }
};

// From the lowest to the highest number that is drawn for an estimate.
std::pair<double, double> Reach(const type::v1::Estimate& estimate) {
  if (!HasOpenInterval(estimate)) return {estimate.value(), estimate.value()};
  return {std::min(estimate.low(), estimate.value()), std::max(estimate.high(), estimate.value())};
}

bool IsDrawn(const v1::ModelPoint& point) {
  return point.richness().has_value() && point.mean_level().has_value();
}

// One mark: a site, or all that are alike.
struct Mark {
  const v1::ModelPoint* point;
  int sites = 1;
  double x = 0;  // with the offset from others at the same place
};

// The marks in the order of the sites, those at one place side by side.
std::vector<Mark> MakeMarks(const v1::ModelFigure& data, bool each_site, const Axis& x_axis) {
  std::vector<Mark> marks;
  // By place; all that stand there.
  std::map<std::pair<double, double>, std::vector<size_t>> places;
  for (const v1::ModelPoint& point : data.points()) {
    if (!IsDrawn(point)) continue;
    std::vector<size_t>& here = places[{point.richness().value(), point.mean_level().value()}];
    if (!each_site) {
      const auto alike = std::find_if(here.begin(), here.end(), [&](size_t i) {
        return marks[i].point->shared_responsibility() == point.shared_responsibility();
      });
      if (alike != here.end()) {
        ++marks[*alike].sites;
        continue;
      }
    }
    here.push_back(marks.size());
    marks.push_back({&point});
  }
  for (const auto& [place, here] : places) {
    for (size_t i = 0; i < here.size(); ++i) {
      const double offset = kSideBySide * (static_cast<double>(i) - (here.size() - 1) / 2.0);
      marks[here[i]].x = place.first + x_axis.ToValue(offset);
    }
  }
  return marks;
}

// The median along one axis.
Json Cut(const Json& encoding, double value) {
  return {{"data", {{"values", Json::array({Json::object({{"cut", value}})})}}},
          {"mark", {{"type", "rule"}, {"stroke", Colour("guide")}, {"strokeDash", {5, 4}}}},
          {"encoding", encoding}};
}

// Text at a fixed place of the frame.
Json FrameText(absl::string_view text, Json x, Json y, absl::string_view align,
               absl::string_view baseline) {
  return {{"data", {{"values", Json::array({Json::object()})}}},
          {"mark",
           {{"type", "text"},
            {"text", std::string(text)},
            {"align", std::string(align)},
            {"baseline", std::string(baseline)},
            {"fontSize", kSmallSize},
            {"opacity", 0.75}}},
          {"encoding", {{"x", {{"value", std::move(x)}}}, {"y", {{"value", std::move(y)}}}}}};
}

// `encoding` with another field; the scale and axis stay those of the picture.
Json Of(Json encoding, absl::string_view field) {
  encoding["field"] = std::string(field);
  return encoding;
}

// The interval that missing answers leave, along one axis.
Json Interval(absl::string_view channel, const Json& along, absl::string_view other,
              const Json& across) {
  const std::string low = absl::StrCat(channel, "_low");
  Json encoding;
  encoding[std::string(channel)] = Of(along, low);
  encoding[absl::StrCat(channel, "2")] = {{"field", absl::StrCat(channel, "_high")}};
  encoding[std::string(other)] = across;
  return {{"transform", Json::array({{{"filter", absl::StrCat("isValid(datum.", low, ")")}}})},
          {"mark", {{"type", "rule"}, {"stroke", Colour("guide")}, {"opacity", 0.8}}},
          {"encoding", std::move(encoding)}};
}

bool Touches(const LabelledPoint& point, const Box& box) {
  return point.x + kRadius > box.left && point.x - kRadius < box.right &&
         point.y + kRadius > box.top && point.y - kRadius < box.bottom;
}

}  // namespace

void DrawModel(const v1::ModelFigure& data, int width, Json& spec) {
  const bool narrow = width < kNarrow;
  const int height = std::clamp(static_cast<int>(width * 0.6), 270, 460);
  double least_x = 0, most_x = 1, least_y = 1, most_y = 4;
  int drawn = 0;
  for (const v1::ModelPoint& point : data.points()) {
    if (!IsDrawn(point)) continue;
    const auto [low_x, high_x] = Reach(point.richness());
    const auto [low_y, high_y] = Reach(point.mean_level());
    least_x = drawn == 0 ? low_x : std::min(least_x, low_x);
    most_x = drawn == 0 ? high_x : std::max(most_x, high_x);
    least_y = drawn == 0 ? low_y : std::min(least_y, low_y);
    most_y = drawn == 0 ? high_y : std::max(most_y, high_y);
    ++drawn;
  }
  // The part of the scales that the sites need, from whole number to whole number.
  const double from_level = std::max(0.0, std::floor(least_y));
  const double to_level = std::min(4.0, std::max(from_level + 1, std::ceil(most_y)));
  const Axis x_axis{least_x - 0.7, most_x + 0.7, width - 56.0};
  const Axis y_axis{from_level - 0.12, to_level + 0.12, static_cast<double>(height)};

  const bool each_site = drawn <= kMostLabelledSites;
  const std::vector<Mark> marks = MakeMarks(data, each_site, x_axis);
  std::vector<LabelledPoint> labelled;
  for (const Mark& mark : marks) {
    labelled.push_back({x_axis.ToPixels(mark.x),
                        y_axis.pixels - y_axis.ToPixels(mark.point->mean_level().value()),
                        TextWidth(mark.point->label(), kSmallSize), kSmallSize + 2.0});
  }
  const v1::QuadrantSummary& quadrants = data.quadrants();
  const bool has_cuts = quadrants.richness_cut().has_value() && quadrants.depth_cut().has_value();
  // What is written over the picture besides the labels of points: the quadrants in the corners,
  // and the median of depth at whichever end of its line covers fewer points.
  const double right = x_axis.pixels;
  const double bottom = y_axis.pixels;
  constexpr double kCornerWidth = 124, kCornerHeight = 20;
  std::vector<Box> written;
  bool median_right = true;
  if (has_cuts) {
    written = {{0, 0, kCornerWidth, kCornerHeight},
               {right - kCornerWidth, 0, right, kCornerHeight},
               {0, bottom - kCornerHeight, kCornerWidth, bottom},
               {right - kCornerWidth, bottom - kCornerHeight, right, bottom}};
    const double line = bottom - y_axis.ToPixels(quadrants.depth_cut().value());
    const Box at_left{0, line - 17, 84, line};
    const Box at_right{right - 84, line - 17, right, line};
    const auto touched = [&labelled](const Box& box) {
      return std::count_if(labelled.begin(), labelled.end(),
                           [&box](const LabelledPoint& point) { return Touches(point, box); });
    };
    median_right = touched(at_right) <= touched(at_left);
    written.push_back(median_right ? at_right : at_left);
    const double up = x_axis.ToPixels(quadrants.richness_cut().value());
    written.push_back({up - 1, 0, up + 1, bottom});
    written.push_back({0, line - 1, right, line + 1});
  }
  for (size_t i = 0; i < marks.size(); ++i) {
    // The intervals are thin lines; labels stand beside them rather than on them.
    const auto [low_x, high_x] = Reach(marks[i].point->richness());
    const auto [low_y, high_y] = Reach(marks[i].point->mean_level());
    const double x = labelled[i].x;
    const double y = labelled[i].y;
    written.push_back({x_axis.ToPixels(low_x), y - 3, x_axis.ToPixels(high_x), y + 3});
    written.push_back(
        {x - 3, bottom - y_axis.ToPixels(high_y), x + 3, bottom - y_axis.ToPixels(low_y)});
  }
  std::vector<LabelPlace> places;
  if (each_site) places = PlaceLabels(labelled, kRadius, {0, 0, right, bottom}, written);

  Json values = Json::array();
  bool unrated = false;
  for (size_t i = 0; i < marks.size(); ++i) {
    const v1::ModelPoint& point = *marks[i].point;
    unrated |= point.shared_responsibility() == type::v1::SHARED_RESPONSIBILITY_UNSPECIFIED;
    Json value = {
        {"site", marks[i].sites == 1 ? point.label() : Counted(marks[i].sites, "site", "sites")},
        {"x", Hundredths(marks[i].x)},
        {"y", point.mean_level().value()},
        {"rating", RatingLabel(point.shared_responsibility())},
        {"types", NumberText(point.richness(), 0)},
        {"level", NumberText(point.mean_level(), 2)},
        {"quadrant", std::string(QuadrantWords(point.quadrant()))}};
    if (each_site) {
      constexpr const char* kAligns[] = {"left", "center", "right"};
      value["dx"] = Hundredths(places[i].dx);
      value["dy"] = Hundredths(places[i].dy);
      value["align"] = kAligns[places[i].align];
      if (HasOpenInterval(point.richness())) {
        value["x_low"] = point.richness().low();
        value["x_high"] = point.richness().high();
      }
      if (HasOpenInterval(point.mean_level())) {
        value["y_low"] = point.mean_level().low();
        value["y_high"] = point.mean_level().high();
      }
    } else {
      value["size"] = std::min(1600, 40 + 45 * marks[i].sites);
    }
    values.push_back(std::move(value));
  }

  Json ratings = Json::array();
  Json fills = Json::array();
  Json strokes = Json::array();
  Json shapes = {"circle", "square", "triangle-up"};
  for (int rating = 1; rating <= 3; ++rating) {
    ratings.push_back(RatingLabel(static_cast<type::v1::SharedResponsibility>(rating)));
    fills.push_back(Colour(absl::StrCat("ratings[", rating - 1, "]")));
    strokes.push_back(Colour("gap"));
  }
  if (unrated) {
    ratings.push_back(RatingLabel(type::v1::SHARED_RESPONSIBILITY_UNSPECIFIED));
    fills.push_back(Colour("unknown"));
    strokes.push_back(Colour("outline"));
    shapes.push_back("diamond");
  }

  spec["width"] = width;
  spec["height"] = height;
  spec["autosize"] = {{"type", "fit-x"}, {"contains", "padding"}};
  spec["data"] = {{"values", std::move(values)}};
  Json levels = Json::array();
  for (int level = static_cast<int>(from_level); level <= static_cast<int>(to_level); ++level) {
    levels.push_back(level);
  }
  Json ticks = Json::array();
  for (int types = static_cast<int>(std::ceil(x_axis.from)); types <= x_axis.to; ++types) {
    ticks.push_back(types);
  }
  Json x_tick = {{"format", "d"}, {"grid", false}};
  // Every number while there is room for it.
  if (ticks.size() * 22 <= x_axis.pixels) x_tick["values"] = std::move(ticks);
  const Json x = {{"field", "x"},
                  {"type", "quantitative"},
                  {"title", "Diversity: number of partner types engaged"},
                  {"scale",
                   {{"domain", {Hundredths(x_axis.from), Hundredths(x_axis.to)}},
                    {"nice", false},
                    {"zero", false}}},
                  {"axis", std::move(x_tick)}};
  const Json y = {{"field", "y"},
                  {"type", "quantitative"},
                  {"title", "Depth: mean interaction level"},
                  {"scale",
                   {{"domain", {Hundredths(y_axis.from), Hundredths(y_axis.to)}},
                    {"nice", false},
                    {"zero", false}}},
                  {"axis", {{"values", std::move(levels)}, {"format", "d"}}}};

  Json& layers = spec["layer"] = Json::array();
  if (has_cuts) {
    const double richness = quadrants.richness_cut().value();
    const double depth = quadrants.depth_cut().value();
    layers.push_back(Cut({{"x", Of(x, "cut")}}, richness));
    layers.push_back(Cut({{"y", Of(y, "cut")}}, depth));
    Json above = FrameText(absl::StrCat("median ", Short(richness, 1)), 0, -4, "center", "bottom");
    above["data"]["values"][0]["cut"] = richness;
    above["encoding"]["x"] = Of(x, "cut");
    layers.push_back(std::move(above));
    Json beside = FrameText(absl::StrCat("median ", Short(depth, 2)),
                            median_right ? Expr("width - 4") : Json(4), 0,
                            median_right ? "right" : "left", "bottom");
    beside["mark"]["dy"] = -3;
    beside["data"]["values"][0]["cut"] = depth;
    beside["encoding"]["y"] = Of(y, "cut");
    layers.push_back(std::move(beside));
    layers.push_back(FrameText("Narrow and deep", 4, 4, "left", "top"));
    layers.push_back(FrameText("Broad and deep", Expr("width - 4"), 4, "right", "top"));
    layers.push_back(FrameText("Narrow and shallow", 4, Expr("height - 4"), "left", "bottom"));
    layers.push_back(
        FrameText("Broad and shallow", Expr("width - 4"), Expr("height - 4"), "right", "bottom"));
  }
  if (each_site) {
    layers.push_back(Interval("x", x, "y", y));
    layers.push_back(Interval("y", y, "x", x));
  }
  Json mark = {{"type", "point"},
               {"filled", true},
               {"opacity", each_site ? 1 : 0.75},
               {"strokeWidth", 1},
               {"size", each_site ? Json(kMarkSize) : Expr("datum.size")}};
  const Json rating_scale = {{"domain", ratings}, {"range", std::move(fills)}};
  const Json legend = {{"title", "Shared responsibility"},
                       {"orient", "top"},
                       {"columns", narrow ? 2 : 4},
                       {"symbolSize", 120},
                       {"columnPadding", 14}};
  layers.push_back(
      {{"mark", std::move(mark)},
       {"encoding",
        {{"x", x},
         {"y", y},
         {"fill",
          {{"field", "rating"}, {"type", "nominal"}, {"scale", rating_scale}, {"legend", legend}}},
         // A scale, not a constant, so that the legend shows the outline of "no rating", too.
         {"stroke",
          {{"field", "rating"},
           {"type", "nominal"},
           {"scale", {{"domain", ratings}, {"range", std::move(strokes)}}},
           {"legend", legend}}},
         {"shape",
          {{"field", "rating"},
           {"type", "nominal"},
           {"scale", {{"domain", ratings}, {"range", std::move(shapes)}}},
           {"legend", legend}}},
         {"tooltip", Json::array({{{"field", "site"}, {"title", "Site"}},
                                  {{"field", "types"}, {"title", "Partner types engaged"}},
                                  {{"field", "level"}, {"title", "Mean level"}},
                                  {{"field", "rating"}, {"title", "Shared responsibility"}},
                                  {{"field", "quadrant"}, {"title", "Quadrant"}}})}}}});
  if (each_site) {
    layers.push_back({{"mark",
                       {{"type", "text"},
                        {"fontSize", kSmallSize},
                        {"baseline", "middle"},
                        {"align", Expr("datum.align")},
                        {"dx", Expr("datum.dx")},
                        {"dy", Expr("datum.dy")}}},
                      {"encoding", {{"x", x}, {"y", y}, {"text", {{"field", "site"}}}}}});
  }
}

}  // namespace weft::metrics
