// How many answers are missing for each reason.
#ifndef WEFT_SERVICES_METRICS_DOMAIN_MISSING_COUNTS_H_
#define WEFT_SERVICES_METRICS_DOMAIN_MISSING_COUNTS_H_

#include <array>
#include <cstdint>

#include "weft/metrics/v1/metrics.pb.h"
#include "weft/type/v1/scale.pb.h"

namespace weft::metrics {

class MissingCounts {
 public:
  // MISSING_REASON_UNSPECIFIED stands for "not missing" and is not counted.
  void Add(type::v1::MissingReason reason, int64_t times) { counts_[reason] += times; }

  // Those that occur, in enum order.
  void WriteTo(google::protobuf::RepeatedPtrField<v1::MissingCount>& out) const {
    for (int reason = 1; reason < type::v1::MissingReason_ARRAYSIZE; ++reason) {
      if (counts_[reason] == 0) continue;
      v1::MissingCount& count = *out.Add();
      count.set_reason(static_cast<type::v1::MissingReason>(reason));
      count.set_count(static_cast<int32_t>(counts_[reason]));
    }
  }

 private:
  std::array<int64_t, type::v1::MissingReason_ARRAYSIZE> counts_{};
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_DOMAIN_MISSING_COUNTS_H_
