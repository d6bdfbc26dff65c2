#include "common/service/feed_pause.h"

namespace weft::service {

bool FeedPause::await_suspend(std::coroutine_handle<> self) {
  if (!wait_.await_suspend(self)) return false;
  armed_ = true;
  context_.SetInterruptible(this);
  context_.executor().StartTimer(*this, timeout_);
  return true;
}

void FeedPause::Disarm() {
  if (!armed_) return;
  armed_ = false;
  context_.SetInterruptible(nullptr);
  context_.executor().StopTimer(*this);
}

}  // namespace weft::service
