#include "tools/report/report.h"

#include <map>
#include <vector>

#include "tools/report/page.h"
#include "tools/report/sections.h"

namespace weft::report {

std::string BuildReport(const ReportInput& input) {
  Page page;
  page.title = input.summary.display_name();
  page.header = Header(input);
  page.footer = Footer(input);
  page.sections.push_back(KeyNumbers(input));
  std::map<int, std::vector<const metrics::v1::RenderFigureResponse*>> figures;
  for (const metrics::v1::RenderFigureResponse& rendering : input.figures) {
    figures[rendering.figure().number()].push_back(&rendering);
  }
  for (const auto& [number, widths] : figures) AddFigure(widths, page);
  page.sections.push_back(SharedResponsibility(input.summary));
  AddPicture(input.network_map, page);
  AddPicture(input.transitions, page);
  AddPicture(input.response_rate, page);
  if (input.expectations.has_value()) {
    page.sections.push_back(Claims(*input.expectations, input.summary));
  }
  page.sections.push_back(Items(input.items));
  page.sections.push_back(Caveats(input.summary));
  return BuildPage(page);
}

}  // namespace weft::report
