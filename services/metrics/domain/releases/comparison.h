// What differs between two releases.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_RELEASES_COMPARISON_H_
#define WEFT_SERVICES_METRICS_DOMAIN_RELEASES_COMPARISON_H_

#include <vector>

#include "weft/metrics/v1/metrics.pb.h"
#include "weft/metrics/v1/release.pb.h"
#include "weft/metrics/v1/release_service.pb.h"

namespace weft::metrics {

// One of two releases. Outlived by what it points to.
struct ComparedRelease {
  const v1::Release& release;
  const v1::WaveSummary& summary;
  // By name.
  const std::vector<v1::Finding>& findings;
};
v1::CompareReleasesResponse CompareReleases(const ComparedRelease& earlier,
                                            const ComparedRelease& later);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_RELEASES_COMPARISON_H_
