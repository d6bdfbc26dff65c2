// Horizontal bars with a name and a label in each row: the layout of Figures 1 and 2. The label
// stands right of the bar. On a wide picture the name stands left of it; on a narrow one above it,
// so that the bar keeps its length.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_VEGA_ROWS_H_
#define WEFT_SERVICES_METRICS_DOMAIN_VEGA_ROWS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/metrics/domain/vega_style.h"

namespace weft::metrics {

inline constexpr int kBarHeight = 19;

struct RowName {
  std::string key;    // what the data's field `code` holds
  std::string name;   // shown
  std::string label;  // shown: the numbers
};

// Sets the size, the shared y encoding and the layers that write names and labels. The caller adds
// layers for the bars.
void LayOutRows(const std::vector<RowName>& rows, int width, Json& spec);
// The x encoding of shares, 0 to 100 %, without its field.
Json ShareAxis(int width, absl::string_view title);
// Sets where bars stand in their rows.
void PlaceBar(int width, Json& mark);
// About how many pixels there are right of the names: for bars and labels, or for a legend.
double LegendRoom(const std::vector<RowName>& rows, int width);
// About how many pixels a share of 1 takes.
double PlotWidth(const std::vector<RowName>& rows, int width);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_VEGA_ROWS_H_
