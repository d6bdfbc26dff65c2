// A thread for work that takes long or blocks, which coroutines await: the loop that resumes them
// never does such work itself.
//
//   std::function<absl::StatusOr<int>()> count = [&] { return index.Count(); };
//   Task<absl::StatusOr<int>> counting = worker.Run(context.executor(), std::move(count));
//   absl::StatusOr<int> counted = co_await std::move(counting);
#ifndef WEFT_COMMON_TEXT_INDEX_WORKER_H_
#define WEFT_COMMON_TEXT_INDEX_WORKER_H_

#include <condition_variable>
#include <coroutine>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "common/base/executor.h"
#include "common/base/task.h"

namespace weft::text_index {

class Worker {
 public:
  Worker();
  // What has been queued is done first. Whoever awaits must have been resumed before.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Calls `function` on the worker's thread, after what was queued before, and resumes on the
  // executor's. The wait is never cut short: a function that may take long looks at a Stop.
  template <class T>
  Task<T> Run(Executor& executor, std::function<T()> function) {
    Awaited<T> job(*this, executor, std::move(function));
    T result = co_await job;
    co_return result;
  }

 private:
  class Job {
   public:
    virtual void Execute() = 0;

   protected:
    ~Job() = default;
  };

  template <class T>
  class Awaited final : public Job, Work {
   public:
    Awaited(Worker& worker, Executor& executor, std::function<T()> function)
        : worker_(worker), executor_(executor), function_(std::move(function)) {}

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting) {
      waiting_ = waiting;
      worker_.Push(*this);
    }
    T await_resume() { return *std::move(result_); }

    void Execute() override {
      result_.emplace(function_());
      // Last, because whoever waits may end this at once.
      executor_.Post(*static_cast<Work*>(this));
    }

   private:
    void Run() override { waiting_.resume(); }

    Worker& worker_;
    Executor& executor_;
    std::function<T()> function_;
    std::optional<T> result_;
    std::coroutine_handle<> waiting_;
  };

  void Push(Job& job);
  void Loop();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job*> queue_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace weft::text_index

#endif  // WEFT_COMMON_TEXT_INDEX_WORKER_H_
