// A site's own page: its partner types beside those of the others, and its network.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/words/number_text.h"
#include "common/words/terms.h"
#include "services/metrics/domain/pictures.h"
#include "services/metrics/domain/vega.h"
#include "services/metrics/domain/vega_rows.h"

namespace weft::metrics {
namespace {

// "coordination", "not engaged", "engaged, level not known", "not known".
std::string OwnWords(const v1::SiteCell& cell) {
  if (cell.engagement() == v1::ENGAGEMENT_NO) return "not engaged";
  if (cell.engagement() != v1::ENGAGEMENT_YES) return "not known";
  return cell.level() == type::v1::INTERACTION_LEVEL_UNSPECIFIED
             ? "engaged, level not known"
             : std::string(LevelWords(cell.level()));
}

std::string OthersWords(const type::v1::Estimate& presence) {
  return presence.has_value() ? absl::StrCat(presence.numerator(), " of ", presence.n())
                              : "no known answer";
}

std::string AltText(const v1::SiteFeedback& feedback) {
  std::string text =
      absl::StrCat("Bar chart: of each partner type, how many of the other ", feedback.sites() - 1,
                   " counted sites engage it, and how ", feedback.label(), " works with it.");
  for (const v1::TypeStanding& type : feedback.partner_types()) {
    absl::StrAppend(&text, " ", type.display_name(), ": ", OwnWords(type.cell()), "; others ",
                    OthersWords(type.presence_elsewhere()), ".");
  }
  return text;
}

}  // namespace

v1::Picture DrawStanding(const v1::SiteFeedback& feedback, int width) {
  v1::Picture picture = BeginPicture(
      "site-standing", "Your partner types beside those of the other sites",
      absl::StrCat("The length of a bar is the share of the other ", feedback.sites() - 1,
                   " counted sites that engage the type; its colour is how deeply ",
                   feedback.label(),
                   " works with it. A bar in outline: not engaged, or not known. Different is "
                   "neither better nor worse."),
      AltText(feedback));
  SetColumns({"Partner type", "Your level", "Other sites that engage it", "Of these less deep",
              "As deep", "Deeper"},
             *picture.mutable_table());
  std::vector<RowName> rows;
  Json values = Json::array();
  const bool narrow = width < kNarrow;
  for (const v1::TypeStanding& type : feedback.partner_types()) {
    const std::string own = OwnWords(type.cell());
    const std::string others = OthersWords(type.presence_elsewhere());
    AddRow({type.display_name(), own, others, absl::StrCat(type.level_elsewhere().lower()),
            absl::StrCat(type.level_elsewhere().same()),
            absl::StrCat(type.level_elsewhere().higher())},
           *picture.mutable_table());
    rows.push_back({type.partner_type(),
                    narrow ? absl::StrCat(type.display_name(), ": ", own) : type.display_name(),
                    narrow ? others : absl::StrCat(own, "; others ", others)});
    Json value = {{"code", type.partner_type()},
                  {"type", type.display_name()},
                  {"own", own},
                  {"others", others}};
    if (type.presence_elsewhere().has_value()) value["share"] = type.presence_elsewhere().value();
    const bool known = type.cell().engagement() == v1::ENGAGEMENT_YES;
    value["level"] =
        LevelLabel(known ? type.cell().level() : type::v1::INTERACTION_LEVEL_UNSPECIFIED);
    values.push_back(std::move(value));
  }
  Json spec = FrameOf(picture, width);
  LayOutRows(rows, width, spec);
  spec["data"] = {{"values", std::move(values)}};
  Json x = ShareAxis(width, narrow ? "Share of others" : "Share of the other sites");
  x["field"] = "share";
  Json mark = {{"type", "bar"}, {"stroke", Colour("outline")}, {"strokeWidth", 1}};
  PlaceBar(width, mark);
  Json scale = LevelScale(/*with_unknown=*/true);
  Json legend = LevelLegend(width, LegendRoom(rows, width), /*with_unknown=*/false, "square");
  // A type that is not engaged has no level above the first.
  legend["values"] = Json::array();
  for (const type::v1::InteractionLevel level : AllLevels()) {
    if (level != type::v1::INTERACTION_LEVEL_NO_INTERACTION) {
      legend["values"].push_back(LevelLabel(level));
    }
  }
  spec["layer"].push_back(
      {{"transform", Json::array({{{"filter", "isValid(datum.share)"}}})},
       {"mark", std::move(mark)},
       {"encoding",
        {{"x", std::move(x)},
         {"fill",
          {{"field", "level"},
           {"type", "nominal"},
           {"scale", std::move(scale)},
           {"legend", std::move(legend)}}},
         {"tooltip", Json::array({{{"field", "type"}, {"title", "Partner type"}},
                                  {{"field", "own"}, {"title", "Your level"}},
                                  {{"field", "others"}, {"title", "Other sites"}}})}}}});
  picture.set_vega_lite(spec.dump());
  return picture;
}

v1::Picture DrawOwnNetwork(const FigureData& data, int width) {
  v1::GetFigureRequest request;
  request.set_name(
      absl::StrCat(data.summary.provenance().wave(), "/figures/", FigureId(FigureKind::kNetworks)));
  // It asks for no type, so that nothing can be wrong with it.
  absl::StatusOr<v1::Figure> figure = BuildFigure(request, FigureKind::kNetworks, data);
  if (!figure.ok()) return {};
  figure->set_title("Your partner network");
  figure->set_note(
      "The types stand in the same place as in Figure 3. The deeper you work with a type, the "
      "stronger and thicker the line.");
  const v1::RenderFigureResponse rendered = Render(*std::move(figure), width);
  v1::Picture picture = BeginPicture("site-network", rendered.figure().title(),
                                     rendered.figure().note(), rendered.alt_text());
  *picture.mutable_table() = rendered.table();
  Json spec = Json::parse(rendered.vega_lite());
  // It is no figure of the study.
  Json title = FrameOf(picture, width)["title"];
  spec["title"] = std::move(title);
  picture.set_vega_lite(spec.dump());
  return picture;
}

}  // namespace weft::metrics
