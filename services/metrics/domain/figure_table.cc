#include "services/metrics/domain/figure_table.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/words/number_text.h"
#include "common/words/terms.h"
#include "services/metrics/domain/model_groups.h"
#include "services/metrics/domain/vega_style.h"

namespace weft::metrics {
namespace {

class Table {
 public:
  void Column(absl::string_view header) { table_.add_columns(std::string(header)); }
  void Row() { row_ = table_.add_rows(); }
  void Cell(absl::string_view text) { row_->add_cells(std::string(text)); }
  v1::DataTable Take() { return std::move(table_); }

 private:
  v1::DataTable table_;
  v1::DataRow* row_ = nullptr;
};

// "80 % to 90 %"; "" where nothing is stated.
std::string ShareInterval(const type::v1::Estimate& share) {
  // Of one that is withheld these are the bounds that are told, in the cell of the share.
  if (share.has_suppressed() || !share.has_low() || !share.has_high()) return "";
  if (share.low() == share.high()) return Percent(share.low());
  return absl::StrCat(Percent(share.low()), " to ", Percent(share.high()));
}

// "2.7", or "2.7 (2.5 to 2.9)" where missing answers leave an interval.
std::string WithInterval(const type::v1::Estimate& estimate, int decimals) {
  std::string text =
      estimate.has_value() ? Short(estimate.value(), decimals) : ShortUndefinedText(estimate);
  if (HasOpenInterval(estimate)) {
    absl::StrAppend(&text, " (", Short(estimate.low(), decimals), " to ",
                    Short(estimate.high(), decimals), ")");
  }
  return text;
}

v1::DataTable PartnerTypesTable(const v1::PartnerTypesFigure& data) {
  Table table;
  for (absl::string_view header :
       {"Partner type", "Share of sites", "Sites that engage it", "Sites with a known answer (n)",
        "Sites counted (N)", "Whatever the missing answers were"}) {
    table.Column(header);
  }
  for (const v1::PartnerTypeBar& bar : data.bars()) {
    const type::v1::Estimate& share = bar.share();
    table.Row();
    table.Cell(bar.display_name());
    table.Cell(share.has_value() ? Percent(share) : ShortUndefinedText(share));
    table.Cell(share.has_numerator() ? absl::StrCat(share.numerator()) : "");
    table.Cell(absl::StrCat(share.n()));
    table.Cell(absl::StrCat(share.base_size()));
    table.Cell(ShareInterval(share));
  }
  return table.Take();
}

v1::DataTable InteractionLevelsTable(const v1::InteractionLevelsFigure& data) {
  Table table;
  table.Column("Partner type");
  for (type::v1::InteractionLevel level : AllLevels()) table.Column(LevelLabel(level));
  table.Column("Most frequent");
  table.Column("Median level (0 to 4)");
  table.Column("Sites with a known level (n)");
  table.Column(data.base() == type::v1::BASE_ENGAGED ? "Sites that engage it (N)"
                                                     : "Sites counted (N)");
  for (const v1::InteractionLevelsRow& row : data.rows()) {
    table.Row();
    table.Cell(row.display_name());
    for (const v1::LevelShare& share : row.levels().shares()) {
      table.Cell(share.share().has_value()
                     ? absl::StrCat(share.share().numerator(), " (", Percent(share.share()), ")")
                     : ShortUndefinedText(share.share()));
    }
    std::vector<std::string> modes;
    for (int mode : row.levels().modes()) {
      modes.emplace_back(LevelWords(static_cast<type::v1::InteractionLevel>(mode)));
    }
    table.Cell(Listed(modes));
    table.Cell(WithInterval(row.levels().median(), 1));
    table.Cell(absl::StrCat(row.levels().median().n()));
    table.Cell(absl::StrCat(row.levels().median().base_size()));
  }
  return table.Take();
}

v1::DataTable NetworksTable(const v1::NetworksFigure& data) {
  Table table;
  table.Column("Site");
  table.Column("Partner types engaged (D1)");
  table.Column("Mean level of engaged types (P1)");
  if (!data.sites().empty()) {
    for (const v1::NetworkNode& node : data.sites(0).nodes()) table.Column(node.display_name());
  }
  for (const v1::SiteNetwork& site : data.sites()) {
    table.Row();
    table.Cell(site.label());
    table.Cell(WithInterval(site.richness(), 0));
    table.Cell(WithInterval(site.mean_level(), 2));
    for (const v1::NetworkNode& node : site.nodes()) {
      if (node.engagement() == v1::ENGAGEMENT_UNKNOWN) {
        table.Cell("not known");
      } else if (node.engagement() == v1::ENGAGEMENT_NO) {
        table.Cell("not engaged");
      } else {
        table.Cell(LevelWords(node.level()));
      }
    }
  }
  return table.Take();
}

v1::DataTable ModelGroupsTable(const v1::ModelFigure& data) {
  Table table;
  for (absl::string_view header : {"Partner types engaged (D1)", "Mean level of engaged types (P1)",
                                   "Shared responsibility (R1)", "Quadrant", "Sites"}) {
    table.Column(header);
  }
  for (const v1::ModelGroup& group : data.groups()) {
    table.Row();
    table.Cell(absl::StrCat(group.richness()));
    table.Cell(LevelsText(group));
    table.Cell(RatingWords(group.shared_responsibility()));
    table.Cell(QuadrantWords(group.quadrant()));
    table.Cell(absl::StrCat(group.sites()));
  }
  return table.Take();
}

v1::DataTable ModelTable(const v1::ModelFigure& data) {
  if (data.groups_size() > 0) return ModelGroupsTable(data);
  Table table;
  for (absl::string_view header :
       {"Site", "Partner types engaged (D1)", "Mean level of engaged types (P1)",
        "Shared responsibility (R1)", "Quadrant"}) {
    table.Column(header);
  }
  for (const v1::ModelPoint& point : data.points()) {
    table.Row();
    table.Cell(point.label());
    table.Cell(WithInterval(point.richness(), 0));
    table.Cell(WithInterval(point.mean_level(), 2));
    table.Cell(RatingWords(point.shared_responsibility()));
    table.Cell(QuadrantWords(point.quadrant()));
  }
  return table.Take();
}

}  // namespace

v1::DataTable FigureTable(const v1::Figure& figure) {
  switch (figure.data_case()) {
    case v1::Figure::kPartnerTypes:
      return PartnerTypesTable(figure.partner_types());
    case v1::Figure::kInteractionLevels:
      return InteractionLevelsTable(figure.interaction_levels());
    case v1::Figure::kNetworks:
      return NetworksTable(figure.networks());
    case v1::Figure::kModel:
      return ModelTable(figure.model());
    case v1::Figure::DATA_NOT_SET:
      break;
  }
  return {};
}

}  // namespace weft::metrics
