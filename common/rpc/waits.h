// Things to wait for in a handler or a background task. Waits that take the call's context end
// early when the call is cancelled or the server drains; none of them holds a thread.
#ifndef WEFT_COMMON_RPC_WAITS_H_
#define WEFT_COMMON_RPC_WAITS_H_

#include <coroutine>
#include <vector>

#include "absl/time/time.h"
#include "common/base/executor.h"
#include "common/base/timer.h"
#include "common/rpc/call_context.h"

namespace weft::rpc {

// bool slept = co_await Sleep(ctx, absl::Seconds(1));
// False when it was interrupted: ctx.cancelled() and ctx.draining() say by what.
class [[nodiscard]] Sleep final : Timer, Interruptible {
 public:
  Sleep(CallContext& context, absl::Duration duration) : context_(context), duration_(duration) {}
  bool await_ready() const noexcept { return context_.stopping(); }
  void await_suspend(std::coroutine_handle<> waiting);
  bool await_resume() const noexcept { return !context_.stopping(); }

 private:
  void Fire() override;
  void Interrupt() override;

  CallContext& context_;
  absl::Duration duration_;
  std::coroutine_handle<> waiting_;
};

// co_await SleepFor(executor, absl::Seconds(1)); nothing interrupts it.
class [[nodiscard]] SleepFor final : Timer {
 public:
  SleepFor(Executor& executor, absl::Duration duration)
      : executor_(executor), duration_(duration) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) {
    waiting_ = waiting;
    executor_.StartTimer(*this, duration_);
  }
  void await_resume() const noexcept {}

 private:
  void Fire() override { waiting_.resume(); }

  Executor& executor_;
  absl::Duration duration_;
  std::coroutine_handle<> waiting_;
};

// Something that happens again and again, and that many calls wait for: "the feed has grown". One
// thread, the executor's, waits and notifies, so there is no gap between looking and waiting:
//   while (nothing new) {
//     Signal::Outcome outcome = co_await grown.Wait(ctx, timeout);
//     if (outcome != Signal::kNotified) break;
//   }
// It must outlive its waits.
class Signal {
 public:
  enum Outcome {
    kNotified,
    kTimeout,
    kInterrupted,  // the call is cancelled or the server drains
  };

  class [[nodiscard]] Waiting final : Timer, Interruptible, Work {
   public:
    Waiting(Signal& signal, CallContext& context, absl::Duration timeout)
        : signal_(signal), context_(context), timeout_(timeout) {}
    bool await_ready() const noexcept { return context_.stopping(); }
    void await_suspend(std::coroutine_handle<> waiting);
    Outcome await_resume() const noexcept { return outcome_; }

   private:
    friend class Signal;
    void Fire() override;
    void Interrupt() override;
    void Run() override { waiting_.resume(); }
    // Leaves the signal's list, the timer and the context.
    void Leave();

    Signal& signal_;
    CallContext& context_;
    absl::Duration timeout_;
    std::coroutine_handle<> waiting_;
    Outcome outcome_ = kInterrupted;
    Waiting* previous_ = nullptr;
    Waiting* next_ = nullptr;
  };

  Signal() = default;
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  Waiting Wait(CallContext& context, absl::Duration timeout = absl::InfiniteDuration()) {
    return Waiting(*this, context, timeout);
  }
  // Resumes everybody who waits now, from the executor's queue. On the executor's thread.
  void NotifyAll();

 private:
  Waiting* first_ = nullptr;
};

}  // namespace weft::rpc

#endif  // WEFT_COMMON_RPC_WAITS_H_
