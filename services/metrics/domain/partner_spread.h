// D3 to D6 and P4: what rests on how many partners a site has of each type.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_PARTNER_SPREAD_H_
#define WEFT_SERVICES_METRICS_DOMAIN_PARTNER_SPREAD_H_

#include "services/metrics/domain/cell.h"
#include "weft/metrics/store/v1/read_model.pb.h"
#include "weft/metrics/v1/metrics.pb.h"

namespace weft::metrics {

// One cell's count as it counts: [min, max] after the self rule, -1 for an end that is not known.
struct CountRange {
  int min = -1;
  int max = -1;
};
CountRange CountOf(const store::v1::CountedAnswers& answers, int type, const Variant& variant);

v1::PartnerSpread SpreadPartners(const store::v1::CountedAnswers& answers, const Variant& variant);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_PARTNER_SPREAD_H_
