// Makes type.v1.Estimate messages: a number is never published without what it rests on.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_ESTIMATE_H_
#define WEFT_SERVICES_METRICS_DOMAIN_ESTIMATE_H_

#include <cstdint>

#include "weft/type/v1/estimate.pb.h"

namespace weft::metrics {

// The units that a number rests on.
struct Units {
  int64_t known = 0;  // n
  int64_t all = 0;    // N
  type::v1::Base base = type::v1::BASE_UNSPECIFIED;
};

type::v1::Estimate Value(double value, const Units& units);
type::v1::Estimate Undefined(type::v1::UndefinedReason reason, const Units& units);
void SetInterval(double low, double high, type::v1::Estimate& estimate);

// `numerator` out of the known units, where `missing` more of the N units may have the property
// too. Without a known unit: NO_DATA, with the interval [0, 1] if the base holds any unit.
type::v1::Estimate Share(int64_t numerator, int64_t missing, const Units& units);

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_ESTIMATE_H_
