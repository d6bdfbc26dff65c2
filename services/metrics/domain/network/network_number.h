// Makes Estimates about networks: as estimate.h, with reasons of their own.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_NETWORK_NETWORK_NUMBER_H_
#define WEFT_SERVICES_METRICS_DOMAIN_NETWORK_NETWORK_NUMBER_H_

#include <string>

#include "absl/strings/string_view.h"
#include "services/metrics/domain/estimate.h"
#include "weft/type/v1/estimate.pb.h"

namespace weft::metrics {

inline type::v1::Estimate UndefinedNumber(type::v1::UndefinedReason reason,
                                          absl::string_view description, const Units& units) {
  type::v1::Estimate estimate = Undefined(reason, units);
  estimate.mutable_undefined()->set_description(std::string(description));
  return estimate;
}

// What is the same for every network with one node of a mode.
inline type::v1::Estimate OfStar(const Units& units) {
  return UndefinedNumber(
      type::v1::UNDEFINED_REASON_TOO_FEW,
      "with fewer than two sites or two organizations it is the same whoever they are", units);
}

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_NETWORK_NETWORK_NUMBER_H_
