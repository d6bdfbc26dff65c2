// The report: one self-contained HTML page about a wave, for people who will never see the API. It
// works offline, without JavaScript (then with tables instead of pictures), on phones, on paper and
// with a screen reader.
//
//   weft::report::ReportInput input;
//   input.summary = ...;                                  // GetWaveSummary
//   for (int width : weft::report::kFigureWidths) {       // RenderFigure: each figure at each
//   width
//     input.figures.push_back(...);
//   }
//   input.expectations = ...;                             // CheckExpectations
//   std::string html = weft::report::BuildReport(input);
#ifndef WEFT_TOOLS_REPORT_REPORT_H_
#define WEFT_TOOLS_REPORT_REPORT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "weft/metrics/v1/figure_service.pb.h"
#include "weft/metrics/v1/metrics.pb.h"
#include "weft/metrics/v1/metrics_service.pb.h"

namespace weft::report {

// For the phone in one hand, the phone on its side or a tablet, and the desk: a picture is laid out
// anew for each, and the page shows the widest that fits.
inline constexpr int kFigureWidths[] = {340, 560, 880};

struct ReportInput {
  metrics::v1::WaveSummary summary;
  // Each figure once, or at several widths. Shown by number, whatever their order here.
  std::vector<metrics::v1::RenderFigureResponse> figures;
  // Who works with whom, what became of the levels since an earlier wave, and how the answers came
  // in: each at several widths, or left out.
  std::vector<metrics::v1::Picture> network_map;
  std::vector<metrics::v1::Picture> transitions;
  std::vector<metrics::v1::Picture> response_rate;
  // The claims and their verdicts; without, the page has no such section.
  std::optional<metrics::v1::CheckExpectationsResponse> expectations;
  // The structured items; without, the page has no such section.
  std::vector<metrics::v1::ItemFrequencies> items;
  // Sites on the wave's whole roster; 0 leaves it out. Differs from `summary.invited` when the
  // summary is of some of its sites.
  int roster_size = 0;
  // Printed, in UTC.
  absl::Time generated_at;
  // Printed at the top, where nobody can miss it: "The answers of this example are constructed …".
  // Empty: nothing.
  std::string notice;
};

std::string BuildReport(const ReportInput& input);

}  // namespace weft::report

#endif  // WEFT_TOOLS_REPORT_REPORT_H_
