// The four figures in words, for those who cannot see a picture: what is drawn, and what it shows.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_FIGURE_TEXT_H_
#define WEFT_SERVICES_METRICS_DOMAIN_FIGURE_TEXT_H_

#include <string>

#include "weft/metrics/v1/figure.pb.h"

namespace weft::metrics {

std::string AltText(const v1::Figure& figure);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_FIGURE_TEXT_H_
