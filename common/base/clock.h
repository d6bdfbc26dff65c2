// Clock: the one source of wall time, so that tests bring their own (tests/testing/fake_clock.h).
#ifndef WEFT_COMMON_BASE_CLOCK_H_
#define WEFT_COMMON_BASE_CLOCK_H_

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace weft {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;
};

class SystemClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
};

google::protobuf::Timestamp ToProto(absl::Time time);
absl::Time FromProto(const google::protobuf::Timestamp& time);

}  // namespace weft

#endif  // WEFT_COMMON_BASE_CLOCK_H_
