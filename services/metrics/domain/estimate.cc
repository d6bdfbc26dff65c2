#include "services/metrics/domain/estimate.h"

#include "absl/strings/string_view.h"

namespace weft::metrics {
namespace {

using type::v1::Estimate;

double Ratio(int64_t part, int64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

absl::string_view Describe(type::v1::UndefinedReason reason) {
  switch (reason) {
    case type::v1::UNDEFINED_REASON_NO_DATA:
      return "nothing that this number is about has a known answer";
    case type::v1::UNDEFINED_REASON_CONSTANT:
      return "one of the two variables takes a single value";
    case type::v1::UNDEFINED_REASON_TOO_FEW:
      return "fewer than two sites have both values";
    case type::v1::UNDEFINED_REASON_EMPTY_BASE:
      return "there is nothing that this number could be about";
    default:
      return "";
  }
}

Estimate OfUnits(const Units& units) {
  Estimate estimate;
  estimate.set_n(static_cast<int32_t>(units.known));
  estimate.set_base_size(static_cast<int32_t>(units.all));
  estimate.set_base(units.base);
  return estimate;
}

}  // namespace

Estimate Value(double value, const Units& units) {
  Estimate estimate = OfUnits(units);
  estimate.set_value(value);
  return estimate;
}

Estimate Undefined(type::v1::UndefinedReason reason, const Units& units) {
  Estimate estimate = OfUnits(units);
  estimate.mutable_undefined()->set_reason(reason);
  estimate.mutable_undefined()->set_description(std::string(Describe(reason)));
  return estimate;
}

void SetInterval(double low, double high, Estimate& estimate) {
  estimate.set_low(low);
  estimate.set_high(high);
}

Estimate Share(int64_t numerator, int64_t missing, const Units& units) {
  if (units.known == 0) {
    Estimate estimate = Undefined(type::v1::UNDEFINED_REASON_NO_DATA, units);
    if (units.all > 0) SetInterval(0, 1, estimate);
    return estimate;
  }
  Estimate estimate = Value(Ratio(numerator, units.known), units);
  estimate.set_numerator(static_cast<int32_t>(numerator));
  SetInterval(Ratio(numerator, units.all), Ratio(numerator + missing, units.all), estimate);
  return estimate;
}

}  // namespace weft::metrics
