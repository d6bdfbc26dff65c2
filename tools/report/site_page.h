// A site's own page: what it said, and where it stands among the others. For its team, who know it
// best: it shows differences and judges none.
#ifndef WEFT_TOOLS_REPORT_SITE_PAGE_H_
#define WEFT_TOOLS_REPORT_SITE_PAGE_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "weft/metrics/v1/figure_service.pb.h"
#include "weft/metrics/v1/metrics.pb.h"
#include "weft/metrics/v1/profile.pb.h"

namespace weft::report {

struct SitePageInput {
  // The wave, or the cohort of it, that the site is compared with.
  metrics::v1::WaveSummary summary;
  // RenderSiteFeedback at several widths, one at least.
  std::vector<metrics::v1::RenderSiteFeedbackResponse> renderings;
  // GetSiteProfile with the answers of the same wave; not shown without partnerships.
  metrics::v1::SiteProfile profile;
  // Printed, in UTC.
  absl::Time generated_at;
  // As ReportInput::notice.
  std::string notice;
};

std::string BuildSitePage(const SitePageInput& input);

}  // namespace weft::report

#endif  // WEFT_TOOLS_REPORT_SITE_PAGE_H_
