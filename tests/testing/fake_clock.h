// A clock that stands still until a test moves it.
#ifndef WEFT_TESTS_TESTING_FAKE_CLOCK_H_
#define WEFT_TESTS_TESTING_FAKE_CLOCK_H_

#include <mutex>

#include "absl/time/time.h"
#include "common/base/clock.h"

namespace weft::testing {

// Thread-safe: servers read it on their own thread.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(absl::Time now = absl::FromUnixSeconds(1'750'000'000)) : now_(now) {}

  absl::Time Now() const override {
    std::lock_guard<std::mutex> lock(mutex_);
    return now_;
  }
  void Advance(absl::Duration duration) {
    std::lock_guard<std::mutex> lock(mutex_);
    now_ += duration;
  }

 private:
  mutable std::mutex mutex_;
  absl::Time now_;
};

}  // namespace weft::testing

#endif  // WEFT_TESTS_TESTING_FAKE_CLOCK_H_
