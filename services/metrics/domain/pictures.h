// Pictures of numbers other than the four figures. Pure, as vega.h: numbers in, a Vega-Lite 5
// specification with its data inlined out, `width` pixels wide, with a table and a text.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_PICTURES_H_
#define WEFT_SERVICES_METRICS_DOMAIN_PICTURES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/metrics/domain/figures.h"
#include "services/metrics/domain/vega_style.h"
#include "weft/ingestion/v1/roster_status.pb.h"
#include "weft/metrics/v1/comparison.pb.h"
#include "weft/metrics/v1/feedback.pb.h"
#include "weft/metrics/v1/figure_service.pb.h"

namespace weft::metrics {

// "level-transitions": how many cells of matched sites went from which level to which.
v1::Picture DrawTransitions(const v1::WaveComparison& comparison, int width);

// "site-standing": of each partner type how many of the other sites engage it, in the colour of
// this site's own level.
v1::Picture DrawStanding(const v1::SiteFeedback& feedback, int width);
// "site-network": Figure 3 of the one site that `data` holds.
v1::Picture DrawOwnNetwork(const FigureData& data, int width);

// "response-rate": submitted and approved responses of `waves/{wave}` by day.
v1::Picture DrawResponseRate(absl::string_view wave,
                             const ingestion::v1::GetResponseRateSeriesResponse& series, int width);

// A picture without its specification and table.
v1::Picture BeginPicture(absl::string_view id, std::string title, std::string note,
                         std::string alt_text);
// What its specification begins with.
Json FrameOf(const v1::Picture& picture, int width);
void SetColumns(const std::vector<std::string>& columns, v1::DataTable& table);
void AddRow(const std::vector<std::string>& cells, v1::DataTable& table);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_PICTURES_H_
