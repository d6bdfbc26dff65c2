// The parts of the page, each as HTML. What a part has nothing to say about is "".
#ifndef WEFT_TOOLS_REPORT_SECTIONS_H_
#define WEFT_TOOLS_REPORT_SECTIONS_H_

#include <string>
#include <vector>

#include "tools/report/page.h"
#include "tools/report/report.h"
#include "weft/metrics/v1/figure_service.pb.h"
#include "weft/metrics/v1/metrics.pb.h"
#include "weft/metrics/v1/metrics_service.pb.h"

namespace weft::report {

// What wave this is, how it was counted, and what must not be overlooked.
std::string Header(const ReportInput& input);
// The findings in plain words.
Section KeyNumbers(const ReportInput& input);
// The facts of how numbers were counted, for a page's header.
std::string CountedFacts(const metrics::v1::WaveSummary& summary,
                         const metrics::v1::Provenance& provenance);
// Adds a section with one figure or picture (drawing, note, words, table), which is there at
// several widths, and its specifications; nothing without any.
void AddFigure(const std::vector<const metrics::v1::RenderFigureResponse*>& widths, Page& page);
void AddPicture(const std::vector<metrics::v1::Picture>& widths, Page& page);
Section SharedResponsibility(const metrics::v1::WaveSummary& summary);
Section Claims(const metrics::v1::CheckExpectationsResponse& expectations,
               const metrics::v1::WaveSummary& summary);
Section Items(const std::vector<metrics::v1::ItemFrequencies>& items);
Section Caveats(const metrics::v1::WaveSummary& summary);
std::string Footer(const ReportInput& input);

}  // namespace weft::report

#endif  // WEFT_TOOLS_REPORT_SECTIONS_H_
