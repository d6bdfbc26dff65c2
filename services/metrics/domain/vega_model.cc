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
#include "services/metrics/domain/model_groups.h"
#include "services/metrics/domain/vega.h"

namespace weft::metrics {
namespace {

using type::v1::SharedResponsibility;

// From mark to mark where several stand at the same place.
constexpr double kSideBySide = 14;
constexpr double kRadius = 6.5;
constexpr int kMarkSize = 130;
// A triangle of the same area looks smaller.
constexpr int kTriangleSize = 165;

std::string RatingLabel(SharedResponsibility rating) {
  std::string label(RatingWords(rating));
  label[0] = absl::ascii_toupper(static_cast<unsigned char>(label[0]));
  return label;
}

// A stretch of an axis and how many pixels show it.
struct Axis {
  double from = 0;
  double to = 1;
  double pixels = 1;

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

// Where everything goes, in pixels as far as they can be known beforehand.
struct Plot {
  int width = 0;
  Axis x;
  Axis y;
  int from_level = 1;
  int to_level = 4;
  // Each site has a mark and a label of its own.
  bool each_site = true;
  // The figure has groups, each with a mark of its own.
  bool grouped = false;

  double Up(double level) const { return y.pixels - y.ToPixels(level); }
};

// The part of the scales that the sites need; levels from whole number to whole number.
Plot LayOut(const v1::ModelFigure& data, int width) {
  constexpr double kAxisWidth = 56;
  Plot plot;
  plot.width = width;
  double least_types = 0, most_types = 1, least_level = 1, most_level = 4;
  int drawn = 0;
  for (const v1::ModelPoint& point : data.points()) {
    if (!IsDrawn(point)) continue;
    const auto [low_types, high_types] = Reach(point.richness());
    const auto [low_level, high_level] = Reach(point.mean_level());
    least_types = drawn == 0 ? low_types : std::min(least_types, low_types);
    most_types = drawn == 0 ? high_types : std::max(most_types, high_types);
    least_level = drawn == 0 ? low_level : std::min(least_level, low_level);
    most_level = drawn == 0 ? high_level : std::max(most_level, high_level);
    ++drawn;
  }
  plot.each_site = drawn <= kMostLabelledSites;
  plot.from_level = std::clamp(static_cast<int>(std::floor(least_level)), 0, 3);
  plot.to_level = std::clamp(static_cast<int>(std::ceil(most_level)), plot.from_level + 1, 4);
  plot.x = {least_types - 0.7, most_types + 0.7, width - kAxisWidth};
  plot.y = {plot.from_level - 0.12, plot.to_level + 0.12, std::clamp(width * 0.6, 270.0, 460.0)};
  return plot;
}

// One mark: a site, or all that are alike.
struct Mark {
  const v1::ModelPoint* point;
  int sites = 1;
  double x = 0;  // with the offset from others at the same place
  // The group that is drawn, where there are groups.
  const v1::ModelGroup* group = nullptr;
};

// Groups as points that stand in the middle of what they span.
v1::ModelFigure PointsOf(const v1::ModelFigure& data) {
  v1::ModelFigure points;
  *points.mutable_quadrants() = data.quadrants();
  for (const v1::ModelGroup& group : data.groups()) {
    v1::ModelPoint& point = *points.add_points();
    point.mutable_richness()->set_value(group.richness());
    point.mutable_mean_level()->set_value((group.mean_level_from() + group.mean_level_to()) / 2);
    point.set_shared_responsibility(group.shared_responsibility());
    point.set_quadrant(group.quadrant());
  }
  return points;
}

// The marks in the order of the sites, those at one place side by side.
std::vector<Mark> MakeMarks(const v1::ModelFigure& data, const Plot& plot) {
  std::vector<Mark> marks;
  // By place: which marks stand there.
  std::map<std::pair<double, double>, std::vector<size_t>> places;
  for (const v1::ModelPoint& point : data.points()) {
    if (!IsDrawn(point)) continue;
    std::vector<size_t>& here = places[{point.richness().value(), point.mean_level().value()}];
    const auto alike = std::find_if(here.begin(), here.end(), [&](size_t i) {
      return marks[i].point->shared_responsibility() == point.shared_responsibility();
    });
    if (!plot.each_site && !plot.grouped && alike != here.end()) {
      ++marks[*alike].sites;
      continue;
    }
    here.push_back(marks.size());
    marks.push_back({&point});
  }
  for (const auto& [place, here] : places) {
    for (size_t i = 0; i < here.size(); ++i) {
      const double offset = kSideBySide * (static_cast<double>(i) - (here.size() - 1) / 2.0);
      marks[here[i]].x = place.first + plot.x.ToValue(offset);
    }
  }
  return marks;
}

bool HasCuts(const v1::QuadrantSummary& quadrants) {
  return quadrants.richness_cut().has_value() && quadrants.depth_cut().has_value();
}

// What is written over the picture besides the labels of sites, and the lines that labels avoid.
struct Writing {
  std::vector<Box> boxes;
  // At which end of its line the median of depth is written: where it covers fewer sites.
  bool median_right = true;
};

Writing WritingOf(const v1::QuadrantSummary& quadrants, const std::vector<Mark>& marks,
                  const Plot& plot) {
  constexpr double kCornerWidth = 130, kCornerHeight = 20;
  constexpr double kMedianWidth = 90, kMedianHeight = 18;
  const double right = plot.x.pixels;
  const double bottom = plot.y.pixels;
  Writing writing;
  const auto line_at = [&writing](double x, double top, double x2, double bottom2) {
    writing.boxes.push_back({x, top, x2, bottom2});
  };
  if (HasCuts(quadrants)) {
    writing.boxes = {{0, 0, kCornerWidth, kCornerHeight},
                     {right - kCornerWidth, 0, right, kCornerHeight},
                     {0, bottom - kCornerHeight, kCornerWidth, bottom},
                     {right - kCornerWidth, bottom - kCornerHeight, right, bottom}};
    const double across = plot.Up(quadrants.depth_cut().value());
    const double up = plot.x.ToPixels(quadrants.richness_cut().value());
    const auto covered = [&](double from) {
      return std::count_if(marks.begin(), marks.end(), [&](const Mark& mark) {
        const double x = plot.x.ToPixels(mark.x);
        const double y = plot.Up(mark.point->mean_level().value());
        return x + kRadius > from && x - kRadius < from + kMedianWidth &&
               y + kRadius > across - kMedianHeight && y - kRadius < across;
      });
    };
    writing.median_right = covered(right - kMedianWidth) <= covered(0);
    const double median = writing.median_right ? right - kMedianWidth : 0;
    writing.boxes.push_back({median, across - kMedianHeight, median + kMedianWidth, across});
    line_at(up - 1, 0, up + 1, bottom);
    line_at(0, across - 1, right, across + 1);
  }
  for (const Mark& mark : marks) {
    const auto [low_types, high_types] = Reach(mark.point->richness());
    const auto [low_level, high_level] = Reach(mark.point->mean_level());
    const double x = plot.x.ToPixels(mark.x);
    const double y = plot.Up(mark.point->mean_level().value());
    line_at(plot.x.ToPixels(low_types), y - 3, plot.x.ToPixels(high_types), y + 3);
    line_at(x - 3, plot.Up(high_level), x + 3, plot.Up(low_level));
  }
  return writing;
}

Json Value(const Mark& mark) {
  const v1::ModelPoint& point = *mark.point;
  return {{"site", mark.sites == 1 ? point.label() : Counted(mark.sites, "site", "sites")},
          {"x", Hundredths(mark.x)},
          {"y", point.mean_level().value()},
          {"rating", RatingLabel(point.shared_responsibility())},
          {"types", NumberText(point.richness(), 0)},
          {"level",
           mark.group != nullptr ? LevelsText(*mark.group) : NumberText(point.mean_level(), 2)},
          {"quadrant", std::string(QuadrantWords(point.quadrant()))}};
}

// The data where each site has a mark, a label, and the intervals that missing answers leave.
Json LabelledValues(const std::vector<Mark>& marks, const Writing& writing, const Plot& plot) {
  std::vector<LabelledPoint> points;
  for (const Mark& mark : marks) {
    points.push_back({plot.x.ToPixels(mark.x), plot.Up(mark.point->mean_level().value()),
                      TextWidth(mark.point->label(), SmallSize(plot.width)),
                      SmallSize(plot.width) + 2.0});
  }
  const std::vector<LabelPlace> places =
      PlaceLabels(points, kRadius, {0, 0, plot.x.pixels, plot.y.pixels}, writing.boxes);
  constexpr const char* kAligns[] = {"left", "center", "right"};
  Json values = Json::array();
  for (size_t i = 0; i < marks.size(); ++i) {
    const v1::ModelPoint& point = *marks[i].point;
    Json value = Value(marks[i]);
    value["size"] =
        point.shared_responsibility() == type::v1::SHARED_RESPONSIBILITY_SIGNIFICANTLY_EVIDENT
            ? kTriangleSize
            : kMarkSize;
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
    values.push_back(std::move(value));
  }
  return values;
}

// The data where a mark may stand for several sites: the more, the larger its area.
Json CountedValues(const std::vector<Mark>& marks) {
  constexpr int kLeastSize = 40;
  // Of a group, so that those side by side can be told apart.
  constexpr double kGroupSize = 400;
  int most = 1;
  for (const Mark& mark : marks) most = std::max(most, mark.sites);
  Json values = Json::array();
  for (const Mark& mark : marks) {
    Json value = Value(mark);
    value["size"] = mark.group != nullptr ? Hundredths(kLeastSize + kGroupSize * mark.sites / most)
                                          : std::min(1600, kLeastSize + 45 * mark.sites);
    values.push_back(std::move(value));
  }
  return values;
}

Json AcrossEncoding(const Plot& plot) {
  Json axis = {{"format", "d"}, {"grid", false}};
  Json ticks = Json::array();
  for (int types = static_cast<int>(std::ceil(plot.x.from)); types <= plot.x.to; ++types) {
    ticks.push_back(types);
  }
  // Every number while there is room for it.
  if (ticks.size() * 22 <= plot.x.pixels) axis["values"] = std::move(ticks);
  return {{"field", "x"},
          {"type", "quantitative"},
          {"title", "Diversity: number of partner types engaged"},
          {"scale",
           {{"domain", {Hundredths(plot.x.from), Hundredths(plot.x.to)}},
            {"nice", false},
            {"zero", false}}},
          {"axis", std::move(axis)}};
}

Json UpEncoding(const Plot& plot) {
  Json levels = Json::array();
  for (int level = plot.from_level; level <= plot.to_level; ++level) levels.push_back(level);
  return {{"field", "y"},
          {"type", "quantitative"},
          {"title", "Depth: mean interaction level"},
          {"scale",
           {{"domain", {Hundredths(plot.y.from), Hundredths(plot.y.to)}},
            {"nice", false},
            {"zero", false}}},
          {"axis", {{"values", std::move(levels)}, {"format", "d"}}}};
}

// `encoding` with another field; scale and axis stay those of the picture.
Json Of(Json encoding, absl::string_view field) {
  encoding["field"] = std::string(field);
  return encoding;
}

// A line across the picture at `value`.
Json CutLine(absl::string_view channel, const Json& encoding, double value) {
  Json encodings;
  encodings[std::string(channel)] = Of(encoding, "cut");
  return {{"data", {{"values", Json::array({Json::object({{"cut", value}})})}}},
          {"mark", {{"type", "rule"}, {"stroke", Colour("guide")}, {"strokeDash", {5, 4}}}},
          {"encoding", std::move(encodings)}};
}

// Quiet text; its place is given by encodings of x and y.
Json Caption(absl::string_view text, absl::string_view align, absl::string_view baseline, Json x,
             Json y, const Plot& plot, double cut = 0) {
  return {{"data", {{"values", Json::array({Json::object({{"cut", cut}})})}}},
          {"mark",
           {{"type", "text"},
            {"text", std::string(text)},
            {"align", std::string(align)},
            {"baseline", std::string(baseline)},
            {"fontSize", SmallSize(plot.width)},
            {"opacity", 0.75}}},
          {"encoding", {{"x", std::move(x)}, {"y", std::move(y)}}}};
}

Json At(Json place) { return {{"value", std::move(place)}}; }

// The medians and the names of the quadrants.
void AddQuadrants(const v1::QuadrantSummary& quadrants, const Writing& writing, const Plot& plot,
                  Json& layers) {
  const Json x = AcrossEncoding(plot);
  const Json y = UpEncoding(plot);
  const double richness = quadrants.richness_cut().value();
  const double depth = quadrants.depth_cut().value();
  layers.push_back(CutLine("x", x, richness));
  layers.push_back(CutLine("y", y, depth));
  layers.push_back(Caption(absl::StrCat("median ", Short(richness, 1)), "center", "bottom",
                           Of(x, "cut"), At(-4), plot, richness));
  Json beside = writing.median_right
                    ? Caption(absl::StrCat("median ", Short(depth, 2)), "right", "bottom",
                              At(Expr("width - 4")), Of(y, "cut"), plot, depth)
                    : Caption(absl::StrCat("median ", Short(depth, 2)), "left", "bottom", At(4),
                              Of(y, "cut"), plot, depth);
  beside["mark"]["dy"] = -3;
  layers.push_back(std::move(beside));
  const Json right = At(Expr("width - 4"));
  const Json bottom = At(Expr("height - 4"));
  layers.push_back(Caption("Narrow and deep", "left", "top", At(4), At(4), plot));
  layers.push_back(Caption("Broad and deep", "right", "top", right, At(4), plot));
  layers.push_back(Caption("Narrow and shallow", "left", "bottom", At(4), bottom, plot));
  layers.push_back(Caption("Broad and shallow", "right", "bottom", right, bottom, plot));
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

// Ratings by shape and colour. "No rating" is in the legend only where it occurs.
void EncodeRatings(bool unrated, const Plot& plot, Json& encoding) {
  Json domain = Json::array();
  Json fills = Json::array();
  Json strokes = Json::array();
  Json shapes = {"circle", "square", "triangle-up"};
  for (int rating = 1; rating <= 3; ++rating) {
    domain.push_back(RatingLabel(static_cast<SharedResponsibility>(rating)));
    fills.push_back(Colour(absl::StrCat("ratings[", rating - 1, "]")));
    strokes.push_back(Colour("gap"));
  }
  if (unrated) {
    domain.push_back(RatingLabel(type::v1::SHARED_RESPONSIBILITY_UNSPECIFIED));
    fills.push_back(Colour("unknown"));
    strokes.push_back(Colour("outline"));
    shapes.push_back("diamond");
  }
  const Json legend = {{"title", "Shared responsibility"},
                       {"orient", "top"},
                       {"columns", plot.width < kNarrow ? 2 : 4},
                       {"symbolSize", 120},
                       {"columnPadding", 14}};
  const auto add = [&](absl::string_view channel, Json range) {
    encoding[std::string(channel)] = {{"field", "rating"},
                                      {"type", "nominal"},
                                      {"scale", {{"domain", domain}, {"range", std::move(range)}}},
                                      {"legend", legend}};
  };
  add("fill", std::move(fills));
  // A scale, not a constant, so that the legend shows the outline of "no rating", too.
  add("stroke", std::move(strokes));
  add("shape", std::move(shapes));
}

}  // namespace

void DrawModel(const v1::ModelFigure& figure, int width, Json& spec) {
  const v1::ModelFigure of_groups = PointsOf(figure);
  const v1::ModelFigure& data = figure.groups_size() > 0 ? of_groups : figure;
  Plot plot = LayOut(data, width);
  plot.grouped = figure.groups_size() > 0;
  plot.each_site &= !plot.grouped;
  std::vector<Mark> marks = MakeMarks(data, plot);
  for (int i = 0; i < figure.groups_size(); ++i) {
    marks[i].group = &figure.groups(i);
    marks[i].sites = figure.groups(i).sites();
  }
  const Writing writing = WritingOf(data.quadrants(), marks, plot);
  const bool unrated = std::any_of(marks.begin(), marks.end(), [](const Mark& mark) {
    return mark.point->shared_responsibility() == type::v1::SHARED_RESPONSIBILITY_UNSPECIFIED;
  });

  spec["width"] = width;
  spec["height"] = plot.y.pixels;
  spec["autosize"] = {{"type", "fit-x"}, {"contains", "padding"}};
  spec["data"] = {
      {"values", plot.each_site ? LabelledValues(marks, writing, plot) : CountedValues(marks)}};
  const Json x = AcrossEncoding(plot);
  const Json y = UpEncoding(plot);
  Json& layers = spec["layer"] = Json::array();
  if (HasCuts(data.quadrants())) AddQuadrants(data.quadrants(), writing, plot, layers);
  if (plot.each_site) {
    layers.push_back(Interval("x", x, "y", y));
    layers.push_back(Interval("y", y, "x", x));
  }
  Json encoding = {{"x", x}, {"y", y}};
  EncodeRatings(unrated, plot, encoding);
  encoding["tooltip"] = Json::array({{{"field", "site"}, {"title", "Site"}},
                                     {{"field", "types"}, {"title", "Partner types engaged"}},
                                     {{"field", "level"}, {"title", "Mean level"}},
                                     {{"field", "rating"}, {"title", "Shared responsibility"}},
                                     {{"field", "quadrant"}, {"title", "Quadrant"}}});
  layers.push_back({{"mark",
                     {{"type", "point"},
                      {"filled", true},
                      {"opacity", plot.each_site ? 1 : 0.75},
                      {"strokeWidth", 1},
                      {"size", Expr("datum.size")}}},
                    {"encoding", std::move(encoding)}});
  if (plot.each_site) {
    layers.push_back({{"mark",
                       {{"type", "text"},
                        {"fontSize", SmallSize(width)},
                        {"baseline", "middle"},
                        {"align", Expr("datum.align")},
                        {"dx", Expr("datum.dx")},
                        {"dy", Expr("datum.dy")}}},
                      {"encoding", {{"x", x}, {"y", y}, {"text", {{"field", "site"}}}}}});
  }
}

}  // namespace weft::metrics
