// Timers of an executor. A timer usually lives in the suspended coroutine frame that it resumes, so
// starting one allocates nothing but its place in the queue's heap.
#ifndef WEFT_COMMON_BASE_TIMER_H_
#define WEFT_COMMON_BASE_TIMER_H_

#include <chrono>
#include <cstddef>
#include <vector>

#include "absl/time/time.h"

namespace weft {

class Timer {
 public:
  virtual void Fire() = 0;
  bool running() const { return place_ != kNowhere; }

 protected:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  // Whoever destroys a timer has stopped it, or seen it fire.
  virtual ~Timer() = default;

 private:
  friend class TimerQueue;
  static constexpr size_t kNowhere = static_cast<size_t>(-1);
  size_t place_ = kNowhere;
};

// The timers of one thread, in a binary heap. Not thread-safe.
class TimerQueue {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // `timer` must not be running.
  void Start(Timer& timer, TimePoint when);
  // The same, `delay` from now; an infinite one is never due and not started.
  void StartIn(Timer& timer, absl::Duration delay);
  // No effect on a timer that is not running.
  void Stop(Timer& timer);

  bool empty() const { return heap_.empty(); }
  // When the next timer is due; the queue must not be empty.
  TimePoint next() const { return heap_.front().when; }
  // Fires what is due at `now`, in order. Timers may start and stop others as they fire.
  void FireDue(TimePoint now);

 private:
  struct Entry {
    TimePoint when;
    Timer* timer;
  };
  void Place(size_t at, Entry entry);
  void MoveUp(size_t at);
  void MoveDown(size_t at);
  void RemoveAt(size_t at);

  std::vector<Entry> heap_;
};

}  // namespace weft

#endif  // WEFT_COMMON_BASE_TIMER_H_
