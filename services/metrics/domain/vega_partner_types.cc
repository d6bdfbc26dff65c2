// Figure 1: one bar for each partner type.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/words/number_text.h"
#include "services/metrics/domain/vega.h"
#include "services/metrics/domain/vega_rows.h"

namespace weft::metrics {
namespace {

// ", 1 not known" where the engagement of a site is not.
std::string Unknown(const type::v1::Estimate& share) {
  const int unknown = share.base_size() - share.n();
  return unknown > 0 ? absl::StrCat(", ", unknown, " not known") : "";
}

std::string Known(const type::v1::Estimate& share) {
  if (share.has_suppressed()) return ShortUndefinedText(share);
  return share.has_value() ? ShareText(share) : "no known answer";
}

}  // namespace

void DrawPartnerTypes(const v1::PartnerTypesFigure& data, int width, Json& spec) {
  const bool narrow = width < kNarrow;
  Json values = Json::array();
  std::vector<RowName> rows;
  for (const v1::PartnerTypeBar& bar : data.bars()) {
    // On a narrow picture there is more room beside the name than beside the bar.
    const std::string known = Known(bar.share());
    const std::string unknown = Unknown(bar.share());
    rows.push_back({bar.partner_type(), absl::StrCat(bar.display_name(), narrow ? unknown : ""),
                    absl::StrCat(known, narrow ? "" : unknown)});
    Json value = {{"code", bar.partner_type()},
                  {"type", bar.display_name()},
                  {"sites", absl::StrCat(known, unknown)}};
    if (bar.share().has_value()) value["share"] = bar.share().value();
    if (HasOpenInterval(bar.share())) {
      value["low"] = bar.share().low();
      value["high"] = bar.share().high();
    }
    values.push_back(std::move(value));
  }
  LayOutRows(rows, width, spec);
  spec["data"] = {{"values", std::move(values)}};
  const Json tooltip = Json::array({{{"field", "type"}, {"title", "Partner type"}},
                                    {{"field", "sites"}, {"title", "Sites that engage it"}}});
  const Json x = ShareAxis(width, "Share of sites");
  Json bar_x = x;
  bar_x["field"] = "share";
  Json mark = {{"type", "bar"}, {"fill", Colour("bar")}};
  PlaceBar(width, mark);
  spec["layer"].push_back({{"transform", Json::array({{{"filter", "isValid(datum.share)"}}})},
                           {"mark", std::move(mark)},
                           {"encoding", {{"x", bar_x}, {"tooltip", tooltip}}}});
  // Where the share could lie, whatever the missing answers were.
  Json low_x = x;
  low_x["field"] = "low";
  Json interval = {
      {"type", "bar"}, {"fill", Colour("interval")}, {"stroke", Colour("gap")}, {"strokeWidth", 1}};
  PlaceBar(width, interval);
  interval["height"] = 5;
  spec["layer"].push_back({{"transform", Json::array({{{"filter", "isValid(datum.low)"}}})},
                           {"mark", std::move(interval)},
                           {"encoding", {{"x", low_x}, {"x2", {{"field", "high"}}}}}});
}

}  // namespace weft::metrics
