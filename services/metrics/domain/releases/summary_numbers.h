// The numbers of a summary one by one: how findings point to them, and releases are compared.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_RELEASES_SUMMARY_NUMBERS_H_
#define WEFT_SERVICES_METRICS_DOMAIN_RELEASES_SUMMARY_NUMBERS_H_

#include <string>
#include <vector>

#include "weft/metrics/v1/metrics.pb.h"
#include "weft/type/v1/estimate.pb.h"

namespace weft::metrics {

struct SummaryNumber {
  // Id in the catalogue: "D1".
  std::string metric;
  // Where it stands: "richness.mean", "partner_types.cbo.levels_all.collaboration".
  std::string number;
  // In the summary.
  const type::v1::Estimate* estimate = nullptr;
};

// In the summary's order. They point into it.
std::vector<SummaryNumber> NumbersOf(const v1::WaveSummary& summary);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_RELEASES_SUMMARY_NUMBERS_H_
