// What a page token of sites holds.
#ifndef WEFT_SERVICES_METRICS_SERVICE_SITES_FROM_H_
#define WEFT_SERVICES_METRICS_SERVICE_SITES_FROM_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "weft/metrics/v1/metrics.pb.h"

namespace weft::metrics {

struct SitesFrom {
  // Those of the first page: no replica answers from before them.
  v1::Positions positions;
  // The last site of the page before, `sites/{site}`.
  std::string after;

  // For service::NextPageToken() and from service::ReadPage().
  std::string ToKey() const;
  static absl::StatusOr<SitesFrom> FromKey(absl::string_view key);
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_SERVICE_SITES_FROM_H_
