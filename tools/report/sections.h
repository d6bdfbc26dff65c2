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
// One figure: picture, note, words, table. `renderings` are of one figure, at several widths.
Section FigureSection(const std::vector<const metrics::v1::RenderFigureResponse*>& renderings);
// Adds a section with one picture, which is there at several widths, and its specifications;
// nothing without any.
void AddPicture(const std::vector<metrics::v1::Picture>& widths, Page& page);
Section SharedResponsibility(const metrics::v1::WaveSummary& summary);
Section Claims(const metrics::v1::CheckExpectationsResponse& expectations,
               const metrics::v1::WaveSummary& summary);
Section Items(const std::vector<metrics::v1::ItemFrequencies>& items);
Section Caveats(const metrics::v1::WaveSummary& summary);
std::string Footer(const ReportInput& input);

// A line of a table with bars: what is shared, and how often.
struct BarRow {
  std::string label;
  type::v1::Estimate share;
};
// Label, "5 of 10 (50 %)" and a bar for each.
std::string BarTable(absl::string_view label, absl::string_view first_column,
                     const std::vector<BarRow>& rows);
// "Missing: 2 not answered, 1 does not know." as a paragraph.
std::string MissingNote(
    const google::protobuf::RepeatedPtrField<metrics::v1::MissingCount>& missing);

}  // namespace weft::report

#endif  // WEFT_TOOLS_REPORT_SECTIONS_H_
