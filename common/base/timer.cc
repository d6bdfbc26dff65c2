#include "common/base/timer.h"

#include <algorithm>
#include <utility>

namespace weft {

void TimerQueue::Start(Timer& timer, TimePoint when) {
  heap_.push_back({when, &timer});
  timer.place_ = heap_.size() - 1;
  MoveUp(timer.place_);
}

void TimerQueue::StartIn(Timer& timer, absl::Duration delay) {
  if (delay == absl::InfiniteDuration()) return;
  // Bounded, so that the sum cannot overflow.
  const absl::Duration bounded = std::min(delay, absl::Hours(24 * 365));
  Start(timer, std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(bounded));
}

void TimerQueue::Stop(Timer& timer) {
  if (timer.running()) RemoveAt(timer.place_);
}

void TimerQueue::FireDue(TimePoint now) {
  // At most as many as there are now, so that timers without delay that start each other anew
  // cannot keep the thread here.
  for (size_t left = heap_.size(); left > 0 && !heap_.empty() && next() <= now; --left) {
    Timer* timer = heap_.front().timer;
    RemoveAt(0);
    timer->Fire();
  }
}

void TimerQueue::Place(size_t at, Entry entry) {
  heap_[at] = entry;
  entry.timer->place_ = at;
}

void TimerQueue::MoveUp(size_t at) {
  const Entry entry = heap_[at];
  while (at > 0) {
    const size_t parent = (at - 1) / 2;
    if (heap_[parent].when <= entry.when) break;
    Place(at, heap_[parent]);
    at = parent;
  }
  Place(at, entry);
}

void TimerQueue::MoveDown(size_t at) {
  const Entry entry = heap_[at];
  for (;;) {
    size_t child = 2 * at + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1].when < heap_[child].when) ++child;
    if (entry.when <= heap_[child].when) break;
    Place(at, heap_[child]);
    at = child;
  }
  Place(at, entry);
}

void TimerQueue::RemoveAt(size_t at) {
  heap_[at].timer->place_ = Timer::kNowhere;
  const Entry last = heap_.back();
  heap_.pop_back();
  if (at == heap_.size()) return;
  Place(at, last);
  MoveUp(at);
  MoveDown(last.timer->place_);
}

}  // namespace weft
