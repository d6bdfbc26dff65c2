// Which sites of a wave a question is about, by what they were when it opened: Parameters.filter.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_ATTRIBUTE_FILTER_H_
#define WEFT_SERVICES_METRICS_DOMAIN_ATTRIBUTE_FILTER_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/filter/field_filter.h"
#include "weft/metrics/store/v1/read_model.pb.h"

namespace weft::metrics {

// Looks at `attributes`, `places` and `cohorts` alone.
using AttributeFilter = filter::FieldFilter<store::v1::SiteRecord>;

// "" holds for every site. INVALID_ARGUMENT (FILTER_INVALID) that names `request_field` and says
// where.
absl::StatusOr<AttributeFilter> ParseAttributeFilter(absl::string_view text,
                                                     absl::string_view request_field);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_ATTRIBUTE_FILTER_H_
