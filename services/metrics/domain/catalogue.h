// The catalogue of metrics: catalogue.json, which is part of the program, and of which
// docs/metrics.md shows what people need.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_CATALOGUE_H_
#define WEFT_SERVICES_METRICS_DOMAIN_CATALOGUE_H_

#include <vector>

#include "weft/metrics/v1/definition.pb.h"

namespace weft::metrics {

// In the order of the file.
std::vector<v1::MetricDefinition> ReadCatalogue();

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_CATALOGUE_H_
