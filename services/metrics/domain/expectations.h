// Claims about a wave, each answered with what was computed, how we read the claim, and whether it
// holds. Pure.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_EXPECTATIONS_H_
#define WEFT_SERVICES_METRICS_DOMAIN_EXPECTATIONS_H_

#include <string>
#include <vector>

#include "weft/metrics/v1/expectation.pb.h"
#include "weft/metrics/v1/metrics.pb.h"
#include "weft/metrics/v1/metrics_service.pb.h"

namespace weft::metrics {

// Answers a request that ValidateExpectations() and CheckReferences() (expectation_rules.h) accept.
// `sites` are looked at only where NeedsSites().
v1::CheckExpectationsResponse CheckExpectations(const v1::CheckExpectationsRequest& request,
                                                const v1::WaveSummary& summary,
                                                const std::vector<v1::SiteMetrics>& sites);

// How we read a claim, in words: metric, base, comparison, rounding, rules.
std::string OperationalisedAs(const v1::Expectation& expectation, const v1::WaveSummary& summary);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_EXPECTATIONS_H_
