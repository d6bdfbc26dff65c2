// The page of a published release: what was found, what reviewers say of it, and the numbers that
// it rests on, as the public may know them.
#ifndef WEFT_TOOLS_REPORT_RELEASE_PAGE_H_
#define WEFT_TOOLS_REPORT_RELEASE_PAGE_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "weft/metrics/v1/release_service.pb.h"

namespace weft::report {

struct ReleasePageInput {
  // RenderPublication at several widths, one at least.
  std::vector<metrics::v1::RenderPublicationResponse> renderings;
  // Printed, in UTC.
  absl::Time generated_at;
  // As ReportInput::notice.
  std::string notice;
};

std::string BuildReleasePage(const ReleasePageInput& input);

}  // namespace weft::report

#endif  // WEFT_TOOLS_REPORT_RELEASE_PAGE_H_
