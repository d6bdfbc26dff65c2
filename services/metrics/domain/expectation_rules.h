// Which expectations make sense: what a claim must state and must leave out, by metric.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_EXPECTATION_RULES_H_
#define WEFT_SERVICES_METRICS_DOMAIN_EXPECTATION_RULES_H_

#include <vector>

#include "absl/status/status.h"
#include "weft/metrics/v1/expectation.pb.h"
#include "weft/metrics/v1/metrics.pb.h"
#include "weft/metrics/v1/metrics_service.pb.h"

namespace weft::metrics {

inline constexpr int kMaxExpectations = 500;

// What can be said without data. INVALID_ARGUMENT names every field that is wrong.
absl::Status ValidateExpectations(const v1::CheckExpectationsRequest& request);

// Whether CheckExpectations() needs SiteMetrics, which cost more to load than a summary.
bool NeedsSites(const v1::CheckExpectationsRequest& request);

// INVALID_ARGUMENT for partner types and sites that the wave has not. `sites` are those of the
// roster; they are looked at only where NeedsSites().
absl::Status CheckReferences(const v1::CheckExpectationsRequest& request,
                             const v1::WaveSummary& summary,
                             const std::vector<v1::SiteMetrics>& sites);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_EXPECTATION_RULES_H_
