// Executor: where suspended coroutines are resumed. The server's loop is one; SyncWait() brings one
// of its own, so that tests and tools can run Tasks on a plain thread.
#ifndef WEFT_COMMON_BASE_EXECUTOR_H_
#define WEFT_COMMON_BASE_EXECUTOR_H_

#include <chrono>
#include <condition_variable>
#include <coroutine>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/base/task.h"
#include "common/base/timer.h"

namespace weft {

// A piece of work to run on an executor. It usually lives in the suspended coroutine frame that it
// resumes, so posting allocates nothing; it may be destroyed by its own Run().
class Work {
 public:
  virtual void Run() = 0;

 protected:
  ~Work() = default;
};

class Executor {
 public:
  virtual ~Executor() = default;
  // Runs each item once, later, on the executor's thread, in order. Callable from any thread. The
  // items of one call cost one wake-up.
  virtual void Post(absl::Span<Work* const> items) = 0;
  void Post(Work& item) {
    Work* one = &item;
    Post(absl::MakeConstSpan(&one, 1));
  }

  // Fires `timer` once, on the executor's thread, when `delay` has passed; never when `delay` is
  // infinite. Both are for that thread alone. Stopping one that has fired has no effect.
  virtual void StartTimer(Timer& timer, absl::Duration delay) = 0;
  virtual void StopTimer(Timer& timer) = 0;
};

// Suspends the caller and resumes it from the executor's queue: a place to yield in long loops.
class Yield final : public Work {
 public:
  explicit Yield(Executor& executor) : executor_(executor) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> self) {
    self_ = self;
    executor_.Post(*this);
  }
  void await_resume() const noexcept {}
  void Run() override { self_.resume(); }

 private:
  Executor& executor_;
  std::coroutine_handle<> self_;
};

// Runs posted work and timers on the thread that calls RunUntil().
class ManualExecutor final : public Executor {
 public:
  using Executor::Post;
  void Post(absl::Span<Work* const> items) override {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      queue_.insert(queue_.end(), items.begin(), items.end());
    }
    wake_.notify_one();
  }
  void StartTimer(Timer& timer, absl::Duration delay) override { timers_.StartIn(timer, delay); }
  void StopTimer(Timer& timer) override { timers_.Stop(timer); }

  // Runs work, waiting for more, until `done` is true.
  template <class Done>
  void RunUntil(Done done) {
    while (!done()) {
      std::vector<Work*> items;
      {
        std::unique_lock<std::mutex> lock(mutex_);
        const auto has_work = [&] { return !queue_.empty(); };
        if (timers_.empty()) {
          wake_.wait(lock, has_work);
        } else {
          wake_.wait_until(lock, timers_.next(), has_work);
        }
        items.swap(queue_);
      }
      for (Work* item : items) item->Run();
      timers_.FireDue(std::chrono::steady_clock::now());
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Work*> queue_;
  TimerQueue timers_;
};

namespace internal {
template <class T>
Detached DriveInto(Task<T> task, std::optional<T>& result) {
  result.emplace(co_await std::move(task));
}
}  // namespace internal

// Runs `task` to its end on this thread, with everything it awaits resumed through `executor`.
template <class T>
T SyncWait(ManualExecutor& executor, Task<T> task) {
  std::optional<T> result;
  internal::DriveInto(std::move(task), result);
  executor.RunUntil([&] { return result.has_value(); });
  return *std::move(result);
}

}  // namespace weft

#endif  // WEFT_COMMON_BASE_EXECUTOR_H_
