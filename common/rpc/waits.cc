#include "common/rpc/waits.h"

#include <vector>

namespace weft::rpc {

void Sleep::await_suspend(std::coroutine_handle<> waiting) {
  waiting_ = waiting;
  context_.SetInterruptible(this);
  context_.executor().StartTimer(*this, duration_);
}

void Sleep::Fire() {
  context_.SetInterruptible(nullptr);
  waiting_.resume();
}

void Sleep::Interrupt() {
  context_.executor().StopTimer(*this);
  waiting_.resume();
}

void Signal::Waiting::await_suspend(std::coroutine_handle<> waiting) {
  waiting_ = waiting;
  next_ = signal_.first_;
  if (next_ != nullptr) next_->previous_ = this;
  signal_.first_ = this;
  context_.SetInterruptible(this);
  context_.executor().StartTimer(*this, timeout_);
}

void Signal::Waiting::Leave() {
  (previous_ != nullptr ? previous_->next_ : signal_.first_) = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
  previous_ = next_ = nullptr;
  context_.SetInterruptible(nullptr);
  context_.executor().StopTimer(*this);
}

void Signal::Waiting::Fire() {
  Leave();
  outcome_ = kTimeout;
  waiting_.resume();
}

void Signal::Waiting::Interrupt() {
  Leave();
  outcome_ = kInterrupted;
  waiting_.resume();
}

void Signal::NotifyAll() {
  if (first_ == nullptr) return;
  // Every waiter may have an executor of its own in tests; in a server all share one, so this is
  // one wake-up.
  Executor* executor = nullptr;
  std::vector<Work*> batch;
  while (first_ != nullptr) {
    Waiting* waiting = first_;
    waiting->Leave();
    waiting->outcome_ = kNotified;
    if (executor != &waiting->context_.executor() && !batch.empty()) {
      executor->Post(batch);
      batch.clear();
    }
    executor = &waiting->context_.executor();
    batch.push_back(waiting);
  }
  executor->Post(batch);
}

}  // namespace weft::rpc
