// The four figures as tables for people: every number that a picture shows, and what it rests on.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_FIGURE_TABLE_H_
#define WEFT_SERVICES_METRICS_DOMAIN_FIGURE_TABLE_H_

#include "weft/metrics/v1/figure.pb.h"
#include "weft/metrics/v1/figure_service.pb.h"

namespace weft::metrics {

v1::DataTable FigureTable(const v1::Figure& figure);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_FIGURE_TABLE_H_
