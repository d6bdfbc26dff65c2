// Waiting for the feed in a call: until there is more, for some time, or until the call is stopped.
//   FeedPause pause(context, engine.feed_signal(), cursor, heartbeat);
//   co_await pause;
#ifndef WEFT_COMMON_SERVICE_FEED_PAUSE_H_
#define WEFT_COMMON_SERVICE_FEED_PAUSE_H_

#include <coroutine>

#include "absl/time/time.h"
#include "common/base/timer.h"
#include "common/rpc/call_context.h"
#include "common/storage/feed_signal.h"
#include "common/storage/position.h"

namespace weft::service {

class [[nodiscard]] FeedPause final : Timer, rpc::Interruptible {
 public:
  FeedPause(rpc::CallContext& context, storage::FeedSignal& signal, const storage::Position& after,
            absl::Duration timeout)
      : context_(context), wait_(signal, after), timeout_(timeout) {}
  // Also when the suspended coroutine is destroyed.
  ~FeedPause() override { Disarm(); }

  // Ends it now, on the executor's thread: resumes who waits.
  void End() { wait_.Interrupt(); }

  bool await_ready() const { return context_.stopping(); }
  bool await_suspend(std::coroutine_handle<> self);
  // The caller looks at the feed, the time and the context anyway.
  void await_resume() { Disarm(); }

 private:
  void Fire() override { End(); }
  void Interrupt() override { End(); }
  void Disarm();

  rpc::CallContext& context_;
  storage::FeedWait wait_;
  const absl::Duration timeout_;
  bool armed_ = false;
};

}  // namespace weft::service

#endif  // WEFT_COMMON_SERVICE_FEED_PAUSE_H_
