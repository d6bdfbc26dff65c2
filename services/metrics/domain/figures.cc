#include "services/metrics/domain/figures.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/error.h"
#include "common/base/nearest.h"
#include "common/base/status_macros.h"
#include "common/validation/ids.h"
#include "common/validation/text.h"
#include "common/words/number_text.h"
#include "common/words/terms.h"
#include "services/metrics/domain/compute.h"
#include "services/metrics/domain/model_groups.h"
#include "services/metrics/domain/vega.h"

namespace weft::metrics {
namespace {

// Who answered, and what was done with it: every note ends with this.
std::string BasisSentence(const v1::WaveSummary& summary) {
  const v1::Parameters& parameters = summary.provenance().parameters();
  std::string text = absl::StrCat(summary.counted(), " of ", summary.invited(), " sites have ",
                                  FloorWords(parameters.floor()));
  if (summary.response_rate().has_value()) {
    absl::StrAppend(&text, " (", Percent(summary.response_rate()), ")");
  }
  if (!parameters.cohort().empty()) {
    absl::StrAppend(&text, ", of those in cohort ", IdOf(parameters.cohort()));
  }
  if (!parameters.filter().empty()) {
    absl::StrAppend(&text, ", of those where ", parameters.filter());
  }
  return absl::StrCat(text, ".");
}

std::string EngagedSentence(const v1::WaveSummary& summary) {
  const v1::Parameters& parameters = summary.provenance().parameters();
  return absl::StrCat("A type is engaged when ", EngagedRuleWords(parameters.engaged_rule()), "; ",
                      SelfRuleWords(parameters.self_rule()), ".");
}

// "Kendall's tau-b with shared responsibility: diversity 0.52 (n = 10), depth 0.44 (n = 10); …"
std::string AssociationSentence(const v1::WaveSummary& summary) {
  std::vector<std::string> parts;
  for (const v1::Association& association : summary.associations()) {
    const type::v1::Estimate& tau_b = association.tau_b();
    if (!tau_b.has_value()) continue;
    parts.push_back(absl::StrCat(association.x() == "D1" ? "diversity " : "depth ",
                                 Fixed(tau_b.value(), 2), " (n = ", tau_b.n(), ")"));
  }
  if (parts.empty()) return "";
  return absl::StrCat("Kendall's tau-b with shared responsibility: ", absl::StrJoin(parts, ", "),
                      "; a description, no test. ");
}

// Sites that are in the numbers and not in the picture.
std::string NotShownSentence(const FigureData& data) {
  if (data.not_shown == 0) return "";
  return absl::StrCat(Counted(data.not_shown, "site does", "sites do"),
                      " not appear one by one here; the numbers count them. ");
}

std::vector<const v1::SiteMetrics*> CountedByLabel(const std::vector<v1::SiteMetrics>& sites) {
  std::vector<const v1::SiteMetrics*> counted;
  for (const v1::SiteMetrics& site : sites) {
    if (site.counted()) counted.push_back(&site);
  }
  std::sort(counted.begin(), counted.end(), [](const v1::SiteMetrics* a, const v1::SiteMetrics* b) {
    return std::pair(absl::string_view(a->label()), absl::string_view(a->site())) <
           std::pair(absl::string_view(b->label()), absl::string_view(b->site()));
  });
  return counted;
}

void FillPartnerTypes(const v1::WaveSummary& summary, v1::Figure& figure) {
  figure.set_title("Share of sites that engage each partner type");
  std::vector<const v1::PartnerTypeSummary*> order;
  for (const v1::PartnerTypeSummary& type : summary.partner_types()) order.push_back(&type);
  // Most frequent first; types without a value come last. Shares of few sites are compared as
  // doubles nearest to their fractions, so equal fractions are equal.
  std::stable_sort(order.begin(), order.end(),
                   [](const v1::PartnerTypeSummary* a, const v1::PartnerTypeSummary* b) {
                     const double x = a->presence().has_value() ? a->presence().value() : -1;
                     const double y = b->presence().has_value() ? b->presence().value() : -1;
                     return x > y;
                   });
  for (const v1::PartnerTypeSummary* type : order) {
    v1::PartnerTypeBar& bar = *figure.mutable_partner_types()->add_bars();
    bar.set_partner_type(type->partner_type());
    bar.set_display_name(type->display_name());
    *bar.mutable_share() = type->presence();
  }
  figure.mutable_partner_types();
  bool open = false;
  bool bounded = false;
  for (const v1::PartnerTypeSummary* type : order) {
    const bool line = HasOpenInterval(type->presence());
    open |= line && !type->presence().has_suppressed();
    bounded |= line && type->presence().has_suppressed();
  }
  figure.set_note(absl::StrCat(
      "Each share is of the sites whose engagement with the type is known. ",
      open ? "A thin line shows where a share could lie, whatever the missing answers were. " : "",
      bounded ? "Of a share that is withheld the line shows the bounds that are told. " : "",
      EngagedSentence(summary), " ", BasisSentence(summary)));
}

void FillInteractionLevels(const v1::GetFigureRequest& request, const v1::WaveSummary& summary,
                           v1::Figure& figure) {
  v1::InteractionLevelsFigure& data = *figure.mutable_interaction_levels();
  const bool engaged = request.base() == type::v1::BASE_ENGAGED;
  data.set_base(engaged ? type::v1::BASE_ENGAGED : type::v1::BASE_ALL);
  figure.set_title("Interaction levels by partner type");
  figure.set_note(absl::StrCat(
      "How deeply sites interact with partners of each type. Each share is of the ",
      engaged ? "sites that engage the type and whose level is known"
              : "sites whose level is known; a type that is not engaged is no interaction",
      ". ", EngagedSentence(summary), " ", BasisSentence(summary)));
  absl::flat_hash_map<absl::string_view, const v1::PartnerTypeSummary*> by_code;
  std::vector<const v1::PartnerTypeSummary*> order;
  for (const v1::PartnerTypeSummary& type : summary.partner_types()) {
    by_code.emplace(type.partner_type(), &type);
    if (request.partner_types().empty()) order.push_back(&type);
  }
  for (const std::string& code : request.partner_types()) order.push_back(by_code.at(code));
  for (const v1::PartnerTypeSummary* type : order) {
    v1::InteractionLevelsRow& row = *data.add_rows();
    row.set_partner_type(type->partner_type());
    row.set_display_name(type->display_name());
    *row.mutable_levels() = engaged ? type->levels_engaged() : type->levels_all();
  }
}

// Six decimals place a node to a fraction of a pixel, and are the same on every machine.
double Place(double unit) {
  const double rounded = std::round(unit * 1e6) / 1e6;
  return rounded == 0 ? 0 : rounded;  // no -0
}

void FillNetworks(const FigureData& data, v1::Figure& figure) {
  const v1::WaveSummary& summary = data.summary;
  const std::vector<const v1::SiteMetrics*> sites = CountedByLabel(data.sites);
  const int shown = static_cast<int>(sites.size());
  figure.set_title("Partnership networks of the sites");
  figure.set_note(absl::StrCat(
      "Each picture is one site. The number in the middle counts the partner types it engages; the "
      "types stand in the same place in every picture, and the deeper a site works with a type, "
      "the stronger and thicker the line. ",
      NotShownSentence(data),
      shown + data.not_shown < summary.counted()
          ? absl::StrCat("Shown are ", Counted(shown, "site", "sites"), " of the ",
                         summary.counted(), " that are counted; the others are on other pages. ")
          : "",
      EngagedSentence(summary), " ", BasisSentence(summary)));
  absl::flat_hash_map<absl::string_view, absl::string_view> names;
  for (const v1::PartnerTypeSummary& type : summary.partner_types()) {
    names.emplace(type.partner_type(), type.display_name());
  }
  v1::NetworksFigure& networks = *figure.mutable_networks();
  networks.set_next_page_token(data.next_page_token);
  for (const v1::SiteMetrics* site : sites) {
    v1::SiteNetwork& network = *networks.add_sites();
    if (data.named.contains(site->site())) network.set_site(site->site());
    network.set_label(site->label());
    *network.mutable_richness() = site->richness();
    *network.mutable_mean_level() = site->mean_level_engaged();
    const int count = site->cells_size();
    for (int i = 0; i < count; ++i) {
      const v1::SiteCell& cell = site->cells(i);
      v1::NetworkNode& node = *network.add_nodes();
      node.set_partner_type(cell.partner_type());
      const auto name = names.find(cell.partner_type());
      node.set_display_name(std::string(name == names.end() ? cell.partner_type() : name->second));
      node.set_engagement(cell.engagement());
      node.set_level(cell.level());
      // Clockwise from twelve o'clock.
      const double angle = 2 * M_PI * i / count;
      node.set_x(Place(std::sin(angle)));
      node.set_y(Place(std::cos(angle)));
    }
  }
}

// One point for each site; whether any has an interval that missing answers leave open.
bool FillPoints(const FigureData& data, v1::ModelFigure& model) {
  bool open = false;
  for (const v1::SiteMetrics* site : CountedByLabel(data.sites)) {
    open |= HasOpenInterval(site->richness()) || HasOpenInterval(site->mean_level_engaged());
    v1::ModelPoint& point = *model.add_points();
    if (data.named.contains(site->site())) point.set_site(site->site());
    point.set_label(site->label());
    *point.mutable_richness() = site->richness();
    *point.mutable_mean_level() = site->mean_level_engaged();
    point.set_shared_responsibility(site->shared_responsibility());
    point.set_quadrant(site->quadrant());
  }
  return open;
}

// How many sites are drawn as what.
absl::string_view MarksSentence(const v1::ModelFigure& model) {
  if (model.groups_size() > 0) {
    return "Sites alike in diversity, depth to a quarter of a level, shared responsibility and "
           "quadrant are one mark, larger for more of them; where there are so many, single sites "
           "are found among the site metrics. ";
  }
  return model.points_size() > kMostLabelledSites
             ? "Sites alike in all three are one mark, larger for more of them. "
             : "Sites at the same place stand side by side. ";
}

void FillModel(const FigureData& data, v1::Figure& figure) {
  const v1::WaveSummary& summary = data.summary;
  figure.set_title("Diversity, depth and shared responsibility");
  v1::ModelFigure& model = *figure.mutable_model();
  bool open = false;
  // Groups of all would tell of sites that do not appear; those that do stand one by one then.
  if (data.groups.empty() || summary.counted() - data.not_shown <= kMostSites) {
    open = FillPoints(data, model);
  } else {
    *model.mutable_groups() = {data.groups.begin(), data.groups.end()};
  }
  *model.mutable_quadrants() = summary.quadrants();
  *model.mutable_associations() = summary.associations();
  // A site has a place where both have a value, as it has a quadrant.
  const int without = summary.counted() - summary.quadrants().richness_cut().n();
  figure.set_note(absl::StrCat(
      "Our operationalisation of the brief's conceptual model. Diversity is the number of partner "
      "types a site engages; depth is its mean interaction level with the types it engages, 0 to "
      "4. The dashed lines are the medians; at or above them is broad and deep. ",
      MarksSentence(model), NotShownSentence(data),
      open ? "Thin lines show where a site could lie, whatever the missing answers were. " : "",
      AssociationSentence(summary), EngagedSentence(summary), " ", BasisSentence(summary),
      without == 0 ? ""
                   : absl::StrCat(" Not drawn, for want of known levels: ",
                                  Counted(without, "site", "sites"), ".")));
}

// Every code must be a type of the wave, and none may be there twice.
absl::Status CheckPartnerTypes(const v1::WaveSummary& summary,
                               const google::protobuf::RepeatedPtrField<std::string>& codes,
                               absl::string_view field) {
  std::vector<std::string> known;
  for (const v1::PartnerTypeSummary& type : summary.partner_types()) {
    known.push_back(type.partner_type());
  }
  FieldViolations violations;
  absl::flat_hash_set<absl::string_view> seen;
  for (int i = 0; i < codes.size(); ++i) {
    const std::string path = absl::StrCat(field, "partner_types[", i, "]");
    if (std::find(known.begin(), known.end(), codes[i]) == known.end()) {
      std::string text = absl::StrCat(Quoted(codes[i]), " is no partner type of this wave");
      const std::string nearest = Nearest(codes[i], known);
      if (!nearest.empty()) absl::StrAppend(&text, "; the nearest is \"", nearest, "\"");
      violations.Add(path, text);
    } else if (!seen.insert(codes[i]).second) {
      violations.Add(path, absl::StrCat(Quoted(codes[i]), " is there twice"));
    }
  }
  return violations.ToStatus();
}

}  // namespace

absl::string_view FigureId(FigureKind kind) {
  switch (kind) {
    case FigureKind::kPartnerTypes:
      return "partner-types";
    case FigureKind::kInteractionLevels:
      return "interaction-levels";
    case FigureKind::kNetworks:
      return "networks";
    case FigureKind::kModel:
      return "model";
  }
  return "";
}

absl::StatusOr<FigureName> ParseFigureName(absl::string_view name, absl::string_view field) {
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  if (parts.size() != 4 || parts[0] != "waves" || !IsId(parts[1]) || parts[2] != "figures" ||
      parts[3].empty()) {
    return FieldViolations()
        .Add(absl::StrCat(field, "name"),
             absl::StrCat("must be waves/{wave}/figures/{figure}, not ", Quoted(name)))
        .ToStatus("NAME_INVALID");
  }
  std::vector<absl::string_view> known;
  for (const FigureKind kind : kFigureKinds) {
    if (FigureId(kind) == parts[3]) {
      return FigureName{absl::StrCat(parts[0], "/", parts[1]), kind};
    }
    known.push_back(FigureId(kind));
  }
  return Error(absl::StatusCode::kNotFound, "FIGURE_NOT_FOUND",
               absl::StrCat("there is no figure ", Quoted(parts[3]),
                            "; the figures are: ", absl::StrJoin(known, ", ")),
               {{"name", std::string(name)}});
}

bool NeedsSites(FigureKind kind) {
  return kind == FigureKind::kNetworks || kind == FigureKind::kModel;
}

absl::Status ValidateFigureRequest(const v1::GetFigureRequest& request, FigureKind kind,
                                   absl::string_view field) {
  FieldViolations violations;
  const bool levels = kind == FigureKind::kInteractionLevels;
  violations.Require(levels || request.partner_types().empty(),
                     absl::StrCat(field, "partner_types"),
                     "is for the figure interaction-levels alone; leave it out");
  if (levels) {
    violations.Require(
        request.base() == type::v1::BASE_UNSPECIFIED || request.base() == type::v1::BASE_ALL ||
            request.base() == type::v1::BASE_ENGAGED,
        absl::StrCat(field, "base"), "must be BASE_ALL (every counted site) or BASE_ENGAGED");
  } else {
    violations.Require(request.base() == type::v1::BASE_UNSPECIFIED, absl::StrCat(field, "base"),
                       "is for the figure interaction-levels alone; leave it out");
  }
  if (kind != FigureKind::kNetworks) {
    constexpr absl::string_view kWhy = "is for the figure networks alone; leave it out";
    violations.Require(request.page_size() == 0, absl::StrCat(field, "page_size"), kWhy);
    violations.Require(request.page_token().empty(), absl::StrCat(field, "page_token"), kWhy);
  }
  return violations.ToStatus();
}

absl::StatusOr<int> ReadWidth(int width) {
  if (width == 0) return kDefaultWidth;
  WEFT_RETURN_IF_ERROR(FieldViolations()
                           .Require(width >= kMinWidth && width <= kMaxWidth, "width",
                                    absl::StrCat("must be ", kMinWidth, " to ", kMaxWidth,
                                                 ", or 0 for ", kDefaultWidth))
                           .ToStatus());
  return width;
}

FigureData MakeFigureData(const WaveView& view, FigureKind kind) {
  FigureData data;
  data.summary = Summarize(view);
  data.sites = ComputeSites(view);
  for (const store::v1::SiteRecord& site : view.sites) {
    if (site.named()) data.named.insert(site.site());
  }
  if (kind == FigureKind::kModel) data.groups = GroupSites(view);
  return data;
}

absl::StatusOr<v1::Figure> BuildFigure(const v1::GetFigureRequest& request, FigureKind kind,
                                       const FigureData& data, absl::string_view field) {
  const v1::WaveSummary& summary = data.summary;
  WEFT_RETURN_IF_ERROR(CheckPartnerTypes(summary, request.partner_types(), field));
  v1::Figure figure;
  figure.set_name(request.name());
  figure.set_number(static_cast<int>(kind) + 1);
  *figure.mutable_provenance() = summary.provenance();
  figure.set_invited(summary.invited());
  figure.set_counted(summary.counted());
  switch (kind) {
    case FigureKind::kPartnerTypes:
      FillPartnerTypes(summary, figure);
      break;
    case FigureKind::kInteractionLevels:
      FillInteractionLevels(request, summary, figure);
      break;
    case FigureKind::kNetworks:
      FillNetworks(data, figure);
      break;
    case FigureKind::kModel:
      FillModel(data, figure);
      break;
  }
  return figure;
}

}  // namespace weft::metrics
