// What a request asks the read model for.
#ifndef WEFT_SERVICES_METRICS_SERVICE_QUERIES_H_
#define WEFT_SERVICES_METRICS_SERVICE_QUERIES_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/metrics/service/read_model.h"
#include "weft/metrics/v1/metrics.pb.h"

namespace weft::metrics {

inline constexpr char kWaveName[] = "waves/{wave}";

// For the wave that `name` stands for, by a pattern that begins with "waves/{wave}". `field` is
// where the name stands in the request. INVALID_ARGUMENT (NAME_INVALID).
absl::StatusOr<WaveQuery> QueryFor(absl::string_view pattern, const std::string& name,
                                   absl::string_view field, const v1::Parameters& parameters,
                                   const v1::Positions& min_positions);

// For the one site that `name` stands for, by a pattern like "waves/{wave}/siteMetrics/{site}".
absl::StatusOr<WaveQuery> QueryForSite(absl::string_view pattern, const std::string& name,
                                       absl::string_view field, const v1::Parameters& parameters,
                                       const v1::Positions& min_positions);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_SERVICE_QUERIES_H_
