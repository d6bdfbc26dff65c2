// One site among the others of its wave or cohort.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_SITE_FEEDBACK_H_
#define WEFT_SERVICES_METRICS_DOMAIN_SITE_FEEDBACK_H_

#include "services/metrics/domain/wave_view.h"
#include "weft/metrics/store/v1/read_model.pb.h"
#include "weft/metrics/v1/feedback.pb.h"

namespace weft::metrics {

// `site` is one of the view's, which needs SummaryParts() of the aggregate. Provenance included.
v1::SiteFeedback GiveFeedback(const WaveView& view, const store::v1::SiteRecord& site);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_SITE_FEEDBACK_H_
