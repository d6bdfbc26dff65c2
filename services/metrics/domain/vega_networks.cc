// Figure 3: small multiples, one for each site, with a key of the partner types below.
#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/words/number_text.h"
#include "common/words/terms.h"
#include "services/metrics/domain/vega.h"

namespace weft::metrics {
namespace {

constexpr int kGap = 14;
// Half of what a cell shows: the nodes stand at 1, their codes a little further out.
constexpr double kExtent = 1.42;
constexpr double kCodePlace = 1.27;
constexpr int kCodeSize = 9;
// The line below a network, in pixels.
constexpr int kFoot = 14;

// Three letters for each type: the first three of its code, made unique by a digit.
std::vector<std::string> ShortCodes(const v1::SiteNetwork& network) {
  std::vector<std::string> codes;
  std::set<std::string> taken;
  for (const v1::NetworkNode& node : network.nodes()) {
    std::string letters;
    for (char c : node.partner_type()) {
      if (c == '_' || letters.size() == 3) continue;
      letters += absl::ascii_toupper(static_cast<unsigned char>(c));
    }
    std::string code = letters;
    for (int i = 2; !taken.insert(code).second; ++i) code = absl::StrCat(letters.substr(0, 2), i);
    codes.push_back(std::move(code));
  }
  return codes;
}

// The level that is drawn: a type that is not engaged has no interaction, even where its level is
// missing.
type::v1::InteractionLevel DrawnLevel(const v1::NetworkNode& node) {
  return node.engagement() == v1::ENGAGEMENT_NO ? type::v1::INTERACTION_LEVEL_NO_INTERACTION
                                                : node.level();
}

std::string NodeText(const v1::NetworkNode& node) {
  return node.engagement() == v1::ENGAGEMENT_UNKNOWN ? "Not known whether engaged"
                                                     : LevelLabel(DrawnLevel(node));
}

// How wide a cell must be, so that the codes around it do not touch.
int LeastCell(int nodes) { return std::clamp(nodes * 26 / 3, 140, 330); }

struct Grid {
  int columns;
  int cell;
};

// As few rows as fit, and no more columns than those rows need.
Grid LayOut(int sites, int nodes, int width) {
  const int fit = std::max(1, (width + kGap) / (LeastCell(nodes) + kGap));
  const int rows = (std::max(1, sites) + fit - 1) / fit;
  const int columns = (std::max(1, sites) + rows - 1) / rows;
  return {columns, std::min((width - (columns - 1) * kGap) / columns, LeastCell(nodes) + 60)};
}

// Encodes x or y by a field that holds places around the hub.
Json Across(absl::string_view field) {
  return {{"field", std::string(field)},
          {"type", "quantitative"},
          {"axis", nullptr},
          {"scale", {{"domain", {-kExtent, kExtent}}, {"nice", false}, {"zero", false}}}};
}

Json Up(absl::string_view field, int cell) {
  Json up = Across(field);
  // The foot takes its part of the scale, so that the circle stays round.
  up["scale"]["domain"][0] = Hundredths(-kExtent - 2 * kExtent * kFoot / cell);
  return up;
}

// `encoding` with the text of a field.
Json Writing(Json encoding, absl::string_view field) {
  encoding["text"] = {{"field", std::string(field)}};
  return encoding;
}

Json Filter(absl::string_view expression) {
  return Json::array({{{"filter", std::string(expression)}}});
}

// The key: "CBO  Community-based organizations", in columns.
Json Key(const v1::SiteNetwork& network, const std::vector<std::string>& codes, int width) {
  constexpr int kLine = 18;
  constexpr int kCodeColumn = 38;
  double widest = 0;
  for (const v1::NetworkNode& node : network.nodes()) {
    widest = std::max(widest, TextWidth(node.display_name(), SmallSize(width)));
  }
  const int fit = static_cast<int>(width / (widest + kCodeColumn + kGap));
  const int columns = std::clamp(fit, 1, 4);
  const int rows = (network.nodes_size() + columns - 1) / columns;
  Json values = Json::array();
  for (int i = 0; i < network.nodes_size(); ++i) {
    values.push_back({{"code", codes[i]},
                      {"name", network.nodes(i).display_name()},
                      {"x", width * (i / rows) / columns},
                      {"y", (i % rows) * kLine + kLine / 2}});
  }
  const auto at = [](absl::string_view field) {
    return Json{{"field", std::string(field)},
                {"type", "quantitative"},
                {"scale", nullptr},
                {"axis", nullptr}};
  };
  Json layers = Json::array();
  layers.push_back({{"mark",
                     {{"type", "text"},
                      {"align", "left"},
                      {"fontSize", SmallSize(width)},
                      {"fontWeight", "bold"}}},
                    {"encoding", {{"text", {{"field", "code"}}}}}});
  layers.push_back({{"mark",
                     {{"type", "text"},
                      {"align", "left"},
                      {"fontSize", SmallSize(width)},
                      {"dx", kCodeColumn},
                      {"limit", width / columns - kCodeColumn - kGap / 2}}},
                    {"encoding", {{"text", {{"field", "name"}}}}}});
  return {{"data", {{"values", std::move(values)}}},
          {"width", width},
          {"height", rows * kLine},
          {"encoding", {{"x", at("x")}, {"y", at("y")}}},
          {"layer", std::move(layers)}};
}

// The marks of one network. Rows of the data are nodes, or the hub, which has no code.
Json Network(int cell, int width) {
  const auto place = [cell](absl::string_view x, absl::string_view y) {
    return Json{{"x", Across(x)}, {"y", Up(y, cell)}};
  };
  Json layers = Json::array();
  // A line for each engaged type: the deeper, the thicker; dashed where the level is not known.
  Json line = place("x", "y");
  line["x2"] = {{"datum", 0}};
  line["y2"] = {{"datum", 0}};
  layers.push_back(
      {{"transform", Filter("datum.engaged")},
       {"mark",
        {{"type", "rule"},
         {"strokeWidth", Expr("datum.depth < 0 ? 1.2 : [0.6, 1, 1.8, 2.8, 4][datum.depth]")},
         {"strokeDash", Expr("datum.depth < 0 ? [3, 2] : [1, 0]")},
         {"stroke", Expr("datum.depth < 0 ? palette.outline : palette.levels[datum.depth]")}}},
       {"encoding", std::move(line)}});
  Json node = place("x", "y");
  node["fill"] = {{"field", "level"},
                  {"type", "nominal"},
                  {"scale", LevelScale(/*with_unknown=*/true)},
                  {"legend", LevelLegend(width, width, /*with_unknown=*/true, "circle")}};
  node["tooltip"] = Json::array({{{"field", "site"}, {"title", "Site"}},
                                 {{"field", "type"}, {"title", "Partner type"}},
                                 {{"field", "text"}, {"title", "Level"}}});
  layers.push_back({{"transform", Filter("isValid(datum.code)")},
                    {"mark",
                     {{"type", "point"},
                      {"filled", true},
                      {"opacity", 1},
                      {"size", Expr("datum.depth == 0 ? 46 : 110")},
                      {"stroke", Colour("outline")},
                      {"strokeWidth", 1},
                      {"strokeDash", Expr("datum.depth < 0 ? [2, 1.5] : [1, 0]")}}},
                    {"encoding", std::move(node)}});
  layers.push_back({{"transform", Filter("datum.depth < 0")},
                    {"mark", {{"type", "text"}, {"fontSize", kCodeSize}, {"text", "?"}}},
                    {"encoding", place("x", "y")}});
  layers.push_back({{"transform", Filter("isValid(datum.code)")},
                    {"mark",
                     {{"type", "text"},
                      {"fontSize", kCodeSize},
                      {"opacity", Expr("datum.depth == 0 ? 0.7 : 1")}}},
                    {"encoding", Writing(place("code_x", "code_y"), "code")}});
  // The hub.
  layers.push_back({{"transform", Filter("isValid(datum.types)")},
                    {"mark",
                     {{"type", "point"},
                      {"filled", true},
                      {"opacity", 1},
                      {"size", 560},
                      {"fill", Colour("unknown")},
                      {"stroke", Colour("outline")},
                      {"strokeWidth", 1.2}}},
                    {"encoding", place("x", "y")}});
  layers.push_back({{"transform", Filter("isValid(datum.types)")},
                    {"mark", {{"type", "text"}, {"fontWeight", "bold"}}},
                    {"encoding", Writing(place("x", "y"), "types")}});
  Json foot = Writing(Json{{"x", Across("x")}}, "mean");
  foot["y"] = {{"value", cell + kFoot - 4}};
  layers.push_back({{"transform", Filter("isValid(datum.types)")},
                    {"mark", {{"type", "text"}, {"fontSize", SmallSize(width)}}},
                    {"encoding", std::move(foot)}});
  return {{"width", cell}, {"height", cell + kFoot}, {"layer", std::move(layers)}};
}

}  // namespace

void DrawNetworks(const v1::NetworksFigure& data, int width, Json& spec) {
  const int count = data.sites_size();
  Json values = Json::array();
  // What is written above a network, by the key of its facet: labels need not be unique.
  Json captions = Json::object();
  std::vector<std::string> codes;
  if (count > 0) codes = ShortCodes(data.sites(0));
  for (int i = 0; i < count; ++i) {
    const v1::SiteNetwork& site = data.sites(i);
    const std::string key = absl::StrCat("s", i);
    const type::v1::Estimate& mean = site.mean_level();
    captions[key] = site.label();
    values.push_back(
        {{"key", key},
         {"order", i},
         {"x", 0},
         {"y", 0},
         {"types", site.richness().has_value() ? Short(site.richness().value(), 0) : "?"},
         {"mean", mean.has_value() ? absl::StrCat("mean level ", Fixed(mean.value(), 1))
                                   : "mean level not known"}});
    for (int k = 0; k < site.nodes_size(); ++k) {
      const v1::NetworkNode& node = site.nodes(k);
      const type::v1::InteractionLevel level = DrawnLevel(node);
      Json value = {{"key", key},
                    {"order", i},
                    {"site", site.label()},
                    {"code", codes[k]},
                    {"type", node.display_name()},
                    {"level", LevelLabel(level)},
                    {"text", NodeText(node)},
                    {"depth", LevelDepth(level)},
                    {"x", node.x()},
                    {"y", node.y()},
                    {"code_x", Hundredths(node.x() * kCodePlace)},
                    {"code_y", Hundredths(node.y() * kCodePlace)}};
      if (node.engagement() == v1::ENGAGEMENT_YES) value["engaged"] = true;
      values.push_back(std::move(value));
    }
  }
  const int nodes = count > 0 ? data.sites(0).nodes_size() : 0;
  const int inner = width - 2 * kPadding;
  const Grid grid = LayOut(count, nodes, inner);
  spec["params"].push_back({{"name", "captions"}, {"value", std::move(captions)}});
  Json networks = {{"data", {{"values", std::move(values)}}},
                   {"facet",
                    {{"field", "key"},
                     {"type", "nominal"},
                     {"sort", {{"field", "order"}, {"op", "min"}}},
                     {"header",
                      {{"title", nullptr},
                       {"labelExpr", "captions[datum.value]"},
                       {"labelFontWeight", "bold"},
                       {"labelPadding", 2}}}}},
                   {"columns", grid.columns},
                   {"spacing", kGap},
                   {"spec", Network(grid.cell, inner)}};
  spec["spacing"] = 18;
  spec["vconcat"] = Json::array({std::move(networks)});
  if (count > 0) spec["vconcat"].push_back(Key(data.sites(0), codes, inner));
}

}  // namespace weft::metrics
