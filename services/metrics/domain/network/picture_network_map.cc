// The picture of a network map: ties below, nodes on them, labels on top.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "common/validation/dates.h"
#include "common/words/number_text.h"
#include "common/words/terms.h"
#include "services/metrics/domain/label_places.h"
#include "services/metrics/domain/network/network_map.h"
#include "services/metrics/domain/pictures.h"

namespace weft::metrics {
namespace {

using type::v1::InteractionLevel;

// Half of a site's square, and what the marks' sizes (their areas) are in Vega.
constexpr double kSiteHalf = 6.5;
constexpr double kSiteSize = 4 * kSiteHalf * kSiteHalf;
// Around the outermost nodes, so that their labels have somewhere to go.
constexpr double kMargin = 26;
constexpr double kLeastHeight = 220;
constexpr double kMostHeight = 620;
// Longer labels are cut on the picture; the table has them whole.
constexpr size_t kLabelCharacters = 26;
// A label for each stretch of the picture's width of so many pixels; sites may have more of them.
constexpr int kPixelsPerLabel = 30;
constexpr int kPixelsPerSite = 20;

bool IsSite(const v1::NetworkMapNode& node) { return node.mode() == v1::NETWORK_MODE_SITES; }

// The area of an organization's circle: more where it joins more sites.
double SizeOf(const v1::NetworkMapNode& node) {
  return IsSite(node) ? kSiteSize : std::min(420.0, 34.0 + 30.0 * node.degree());
}

double HalfOf(const v1::NetworkMapNode& node) {
  return IsSite(node) ? kSiteHalf : std::sqrt(SizeOf(node) / std::acos(-1.0));
}

// At most kLabelCharacters of it, with "…" where it is longer.
std::string Shortened(absl::string_view label) {
  size_t characters = 0;
  size_t end = 0;
  for (size_t i = 0; i < label.size(); ++i) {
    if ((static_cast<unsigned char>(label[i]) & 0xC0) == 0x80) continue;
    if (++characters == kLabelCharacters) end = i;
  }
  return characters <= kLabelCharacters ? std::string(label)
                                        : absl::StrCat(label.substr(0, end), "…");
}

// --- Words ---------------------------------------------------------------------------------------

// The organizations, those with the most sites first, then by label and key.
std::vector<const v1::NetworkMapNode*> OrganizationsOf(const v1::NetworkMap& map) {
  std::vector<const v1::NetworkMapNode*> organizations;
  for (const v1::NetworkMapNode& node : map.nodes()) {
    if (!IsSite(node)) organizations.push_back(&node);
  }
  std::sort(organizations.begin(), organizations.end(),
            [](const v1::NetworkMapNode* a, const v1::NetworkMapNode* b) {
              if (a->degree() != b->degree()) return a->degree() > b->degree();
              return a->label() != b->label() ? a->label() < b->label() : a->key() < b->key();
            });
  return organizations;
}

std::string AltText(const v1::NetworkMap& map) {
  const v1::NetworkFacts& facts = map.facts();
  std::string text =
      absl::StrCat("Map of lines between ", Counted(facts.site_count(), "site", "sites"), " and ",
                   Counted(facts.organization_count(), "organization", "organizations"), ": ",
                   Counted(facts.tie_count(), "tie", "ties"), " in ",
                   Counted(facts.component_count(), "separate part", "separate parts"), ".");
  const std::vector<const v1::NetworkMapNode*> organizations = OrganizationsOf(map);
  const auto shared =
      std::count_if(organizations.begin(), organizations.end(),
                    [](const v1::NetworkMapNode* one) { return one->degree() > 1; });
  if (shared == 0) {
    if (!organizations.empty()) absl::StrAppend(&text, " No organization has more than one site.");
  } else {
    absl::StrAppend(&text, " ",
                    Counted(static_cast<int>(shared), "organization has", "organizations have"),
                    " more than one site; the most, ", organizations[0]->degree(), ", has ",
                    organizations[0]->label(), ".");
  }
  if (facts.isolated_site_count() > 0) {
    absl::StrAppend(&text, " ", Counted(facts.isolated_site_count(), "site has", "sites have"),
                    " no tie.");
  }
  return text;
}

std::string Note(const v1::NetworkMap& map) {
  const v1::NetworkQuery& query = map.provenance().query();
  const v1::NetworkFacts& facts = map.facts();
  std::string note = absl::StrCat(
      "Partnerships in force on ", FormatDate(query.as_of()), ": ",
      Counted(facts.tie_count(), "tie", "ties"), ", ", facts.unknown_level_tie_count(),
      " of unknown level. Squares are sites, circles organizations, larger where they have more "
      "sites. What has ties in common stands near each other; where on the page says nothing.");
  if (query.min_level() != type::v1::INTERACTION_LEVEL_UNSPECIFIED) {
    absl::StrAppend(&note, " Only ties of ", LevelWords(query.min_level()), " or deeper.");
  }
  if (!query.partner_types().empty()) {
    absl::StrAppend(&note, " Only ties as ", absl::StrJoin(query.partner_types(), ", "), ".");
  }
  if (!map.earlier().empty()) {
    absl::StrAppend(&note, " Nodes stand near where they stood on the map of ",
                    FormatDate(map.earlier(map.earlier_size() - 1).as_of()), ".");
  }
  return note;
}

// A row for each organization: as what it is a partner, and of whom how deeply.
void FillTable(const v1::NetworkMap& map, v1::DataTable& table) {
  absl::flat_hash_map<absl::string_view, absl::string_view> sites;
  for (const v1::NetworkMapNode& node : map.nodes()) {
    if (IsSite(node)) sites.emplace(node.key(), node.label());
  }
  absl::flat_hash_map<absl::string_view, std::vector<std::string>> partners;
  for (const v1::NetworkMapTie& tie : map.ties()) {
    partners[tie.organization()].push_back(absl::StrCat(
        sites[tie.site()], " (", tie.is_self() ? "its own, " : "", LevelWords(tie.level()), ")"));
  }
  SetColumns({"Organization", "Partner type", "Sites", "With"}, table);
  for (const v1::NetworkMapNode* node : OrganizationsOf(map)) {
    AddRow({node->label(), absl::StrJoin(node->partner_types(), ", "), absl::StrCat(node->degree()),
            absl::StrJoin(partners[node->key()], ", ")},
           table);
  }
  for (const v1::NetworkMapNode& node : map.nodes()) {
    if (IsSite(node) && node.degree() == 0) AddRow({"none", "", "0", node.label()}, table);
  }
}

// --- Places --------------------------------------------------------------------------------------

// Where the circle of radius 1 is on the picture, as large as its nodes allow. One scale for both
// directions, so that distances stay what they are.
struct Plot {
  double width = 0;
  double height = 0;
  double scale = 1;
  double left = 0;  // of the nodes, in the map's units
  double up = 0;

  double X(const v1::NetworkMapNode& node) const { return kMargin + (node.x() - left) * scale; }
  double Y(const v1::NetworkMapNode& node) const { return kMargin + (up - node.y()) * scale; }
};

Plot LayOut(const v1::NetworkMap& map, double width) {
  Plot plot;
  plot.width = width;
  plot.height = kLeastHeight;
  if (map.nodes().empty()) return plot;
  double right = map.nodes(0).x(), down = map.nodes(0).y();
  plot.left = right;
  plot.up = down;
  for (const v1::NetworkMapNode& node : map.nodes()) {
    plot.left = std::min(plot.left, node.x());
    right = std::max(right, node.x());
    down = std::min(down, node.y());
    plot.up = std::max(plot.up, node.y());
  }
  // One node, or all at one place.
  constexpr double kLeastExtent = 1e-6;
  const double across = std::max(right - plot.left, kLeastExtent);
  const double along = std::max(plot.up - down, kLeastExtent);
  const double room = width - 2 * kMargin;
  plot.height = std::clamp(room * along / across + 2 * kMargin, kLeastHeight, kMostHeight);
  plot.scale = std::min(room / across, (plot.height - 2 * kMargin) / along);
  // In the middle of what is left.
  plot.left -= (room / plot.scale - across) / 2;
  plot.up += ((plot.height - 2 * kMargin) / plot.scale - along) / 2;
  return plot;
}

// Places in map.nodes() of those that have a label: sites first, then organizations with several
// sites, as many as there is room for.
std::vector<int> LabelledOf(const v1::NetworkMap& map, double width) {
  std::vector<int> labelled;
  for (int i = 0; i < map.nodes_size(); ++i) {
    const v1::NetworkMapNode& node = map.nodes(i);
    if (IsSite(node) || node.degree() > 1) labelled.push_back(i);
  }
  std::stable_sort(labelled.begin(), labelled.end(), [&map](int a, int b) {
    if (IsSite(map.nodes(a)) != IsSite(map.nodes(b))) return IsSite(map.nodes(a));
    return map.nodes(a).degree() > map.nodes(b).degree();
  });
  const auto sites = static_cast<size_t>(std::count_if(
      labelled.begin(), labelled.end(), [&map](int i) { return IsSite(map.nodes(i)); }));
  const size_t most = std::max(std::min(sites, static_cast<size_t>(width / kPixelsPerSite)),
                               static_cast<size_t>(width / kPixelsPerLabel));
  if (labelled.size() > most) labelled.resize(most);
  return labelled;
}

// x or y in pixels of the picture.
Json Pixels(absl::string_view field, double extent) {
  Json channel = {{"field", std::string(field)}, {"type", "quantitative"}, {"axis", nullptr}};
  channel["scale"] = {{"domain", {0, extent}}, {"nice", false}, {"zero", false}};
  if (field[0] == 'y') channel["scale"]["reverse"] = true;
  return channel;
}

// --- Layers --------------------------------------------------------------------------------------

// From networking to collaboration, and unknown where there is such a tie: "no interaction" is no
// tie.
struct TieLevels {
  std::vector<std::string> labels;
  Json colours = Json::array();
};

TieLevels LevelsOf(const v1::NetworkMap& map) {
  TieLevels levels;
  for (const InteractionLevel level : AllLevels()) {
    if (LevelDepth(level) == 0) continue;
    levels.labels.push_back(LevelLabel(level));
    levels.colours.push_back(Colour(absl::StrCat("levels[", LevelDepth(level), "]")));
  }
  if (map.facts().unknown_level_tie_count() > 0) {
    levels.labels.push_back(LevelLabel(type::v1::INTERACTION_LEVEL_UNSPECIFIED));
    levels.colours.push_back(Colour("outline"));
  }
  return levels;
}

Json Ties(const v1::NetworkMap& map, const Plot& plot, int width) {
  absl::flat_hash_map<absl::string_view, const v1::NetworkMapNode*> nodes;
  for (const v1::NetworkMapNode& node : map.nodes()) nodes.emplace(node.key(), &node);
  std::vector<const v1::NetworkMapTie*> ties;
  for (const v1::NetworkMapTie& tie : map.ties()) ties.push_back(&tie);
  // The deepest on top.
  std::stable_sort(ties.begin(), ties.end(), [](const auto* a, const auto* b) {
    return LevelDepth(a->level()) < LevelDepth(b->level());
  });
  Json values = Json::array();
  for (const v1::NetworkMapTie* tie : ties) {
    const v1::NetworkMapNode& site = *nodes[tie->site()];
    const v1::NetworkMapNode& organization = *nodes[tie->organization()];
    values.push_back({{"x", Hundredths(plot.X(site))},
                      {"y", Hundredths(plot.Y(site))},
                      {"x2", Hundredths(plot.X(organization))},
                      {"y2", Hundredths(plot.Y(organization))},
                      {"site", site.label()},
                      {"organization", organization.label()},
                      {"type", absl::StrJoin(tie->partner_types(), ", ")},
                      {"level", LevelLabel(tie->level())},
                      {"depth", LevelDepth(tie->level())}});
  }
  const TieLevels levels = LevelsOf(map);
  Json legend = LegendAbove(levels.labels, width, plot.width, "stroke");
  legend.erase("symbolStrokeColor");
  legend["symbolStrokeWidth"] = 3;
  Json layer = {
      {"data", {{"values", std::move(values)}}},
      {"mark",
       {{"type", "rule"},
        {"strokeCap", "round"},
        {"strokeWidth", Expr("datum.depth < 0 ? 1.2 : [0, 1.1, 1.9, 2.9, 4][datum.depth]")},
        {"strokeDash", Expr("datum.depth < 0 ? [4, 3] : [1, 0]")}}}};
  layer["encoding"] = {
      {"x", Pixels("x", plot.width)},
      {"y", Pixels("y", plot.height)},
      {"x2", {{"field", "x2"}}},
      {"y2", {{"field", "y2"}}},
      {"stroke",
       {{"field", "level"},
        {"type", "nominal"},
        {"scale", {{"domain", levels.labels}, {"range", levels.colours}}},
        {"legend", std::move(legend)}}},
      {"tooltip", Json::array({{{"field", "site"}, {"title", "Site"}},
                               {{"field", "organization"}, {"title", "Organization"}},
                               {{"field", "type"}, {"title", "Partner type"}},
                               {{"field", "level"}, {"title", "Level"}}})}};
  return layer;
}

Json NodeValues(const v1::NetworkMap& map, const Plot& plot, int width) {
  const std::vector<int> labelled = LabelledOf(map, plot.width);
  std::vector<LabelledPoint> points;
  std::vector<bool> has_label(static_cast<size_t>(map.nodes_size()));
  for (const int i : labelled) {
    const v1::NetworkMapNode& node = map.nodes(i);
    points.push_back({plot.X(node), plot.Y(node),
                      TextWidth(Shortened(node.label()), SmallSize(width)),
                      SmallSize(width) + 2.0});
    has_label[static_cast<size_t>(i)] = true;
  }
  std::vector<Box> marks;
  for (int i = 0; i < map.nodes_size(); ++i) {
    if (has_label[static_cast<size_t>(i)]) continue;
    const v1::NetworkMapNode& node = map.nodes(i);
    const double half = HalfOf(node);
    marks.push_back(
        {plot.X(node) - half, plot.Y(node) - half, plot.X(node) + half, plot.Y(node) + half});
  }
  const std::vector<LabelPlace> places =
      PlaceLabels(points, kSiteHalf + 2, {0, 0, plot.width, plot.height}, marks);
  absl::flat_hash_map<int, LabelPlace> place_of;
  for (size_t i = 0; i < labelled.size(); ++i) place_of.emplace(labelled[i], places[i]);

  constexpr const char* kAligns[] = {"left", "center", "right"};
  Json values = Json::array();
  for (int i = 0; i < map.nodes_size(); ++i) {
    const v1::NetworkMapNode& node = map.nodes(i);
    Json value = {
        {"x", Hundredths(plot.X(node))},
        {"y", Hundredths(plot.Y(node))},
        {"kind", IsSite(node) ? "Site" : "Organization"},
        {"name", node.label()},
        {"size", Hundredths(SizeOf(node))},
        {"partners", IsSite(node) ? Counted(node.degree(), "organization", "organizations")
                                  : Counted(node.degree(), "site", "sites")}};
    const auto place = place_of.find(i);
    if (place != place_of.end()) {
      value["label"] = Shortened(node.label());
      value["dx"] = Hundredths(place->second.dx);
      value["dy"] = Hundredths(place->second.dy);
      value["align"] = kAligns[place->second.align];
    }
    values.push_back(std::move(value));
  }
  return values;
}

Json Nodes(const v1::NetworkMap& map, const Plot& plot, int width) {
  Json layer = {{"data", {{"values", NodeValues(map, plot, width)}}}};
  layer["encoding"] = {{"x", Pixels("x", plot.width)}, {"y", Pixels("y", plot.height)}};
  const auto scale = [](Json first, Json second) {
    return Json{{"domain", {"Site", "Organization"}},
                {"range", {std::move(first), std::move(second)}}};
  };
  Json mark = {{"mark",
                {{"type", "point"},
                 {"filled", true},
                 {"opacity", 1},
                 {"size", Expr("datum.size")},
                 {"stroke", Colour("interval")},
                 {"strokeWidth", 1.2}}}};
  mark["encoding"] = {{"shape",
                       {{"field", "kind"},
                        {"type", "nominal"},
                        {"scale", scale("square", "circle")},
                        {"legend", nullptr}}},
                      {"fill",
                       {{"field", "kind"},
                        {"type", "nominal"},
                        {"scale", scale(Colour("interval"), Colour("unknown"))},
                        {"legend", nullptr}}},
                      {"tooltip", Json::array({{{"field", "name"}, {"title", "Name"}},
                                               {{"field", "kind"}, {"title", "Kind"}},
                                               {{"field", "partners"}, {"title", "Tied to"}}})}};
  // A rim in the colour of the page, so that a label is read where it crosses lines.
  const auto label = [&width](Json halo) {
    Json text = {{"transform", Json::array({{{"filter", "isValid(datum.label)"}}})},
                 {"mark",
                  {{"type", "text"},
                   {"baseline", "middle"},
                   {"fontSize", SmallSize(width)},
                   {"dx", Expr("datum.dx")},
                   {"dy", Expr("datum.dy")},
                   {"align", Expr("datum.align")}}},
                 {"encoding", {{"text", {{"field", "label"}}}}}};
    text["mark"].update(halo);
    return text;
  };
  layer["layer"] = Json::array({std::move(mark),
                                label({{"stroke", Colour("gap")},
                                       {"strokeWidth", 3},
                                       {"strokeJoin", "round"},
                                       {"opacity", 0.9}}),
                                label(Json::object())});
  return layer;
}

}  // namespace

v1::Picture DrawNetworkMap(const v1::NetworkMap& map, int width) {
  v1::Picture picture = BeginPicture("network-map", "Who works with whom", Note(map), AltText(map));
  FillTable(map, *picture.mutable_table());
  Json spec = FrameOf(picture, width);
  const Plot plot = LayOut(map, width - 2.0 * kPadding);
  spec["width"] = Hundredths(plot.width);
  spec["height"] = Hundredths(plot.height);
  spec["layer"] = Json::array({Ties(map, plot, width), Nodes(map, plot, width)});
  spec["resolve"] = {{"scale", {{"stroke", "independent"}}}};
  picture.set_vega_lite(spec.dump());
  return picture;
}

}  // namespace weft::metrics
