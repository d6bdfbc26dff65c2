// A thread for work that takes long or blocks: on the loop it would keep everybody waiting. Who has
// something to do there awaits a slice of it; what is long is cut into several, between which the
// caller may have gone away:
//
//   auto slice = [&] { more = computation.Work(); };
//   for (bool more = true; more;) {
//     WorkerThread::Slice turn(worker_, context.executor(), slice);
//     co_await turn;
//     if (context.cancelled()) co_return rpc::Stopped(context);
//   }
//
// Slices of several callers take turns: they run in the order in which they are awaited.
//
// What is large takes its time to be freed, too; FreedByWorker lets the thread do that.
#ifndef WEFT_COMMON_BASE_WORKER_THREAD_H_
#define WEFT_COMMON_BASE_WORKER_THREAD_H_

#include <coroutine>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/synchronization/mutex.h"
#include "common/base/executor.h"

namespace weft {

class WorkerThread {
 public:
  // Runs `work` on the thread, and resumes who awaits it, once, on `executor`. Both outlive it, and
  // it is there until then: the wait is never cut short. Work that cannot be cut into slices looks
  // by itself at whether it is still wanted.
  class Slice final : Work {
   public:
    Slice(WorkerThread& worker, Executor& executor, absl::FunctionRef<void()> work)
        : worker_(worker), executor_(executor), work_(work) {}
    Slice(const Slice&) = delete;
    Slice& operator=(const Slice&) = delete;

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting) {
      waiting_ = waiting;
      worker_.Add(*this);
    }
    void await_resume() const noexcept {}

   private:
    friend class WorkerThread;
    void Run() override { waiting_.resume(); }

    WorkerThread& worker_;
    Executor& executor_;
    const absl::FunctionRef<void()> work_;
    std::coroutine_handle<> waiting_;
  };

  WorkerThread();
  WorkerThread(const WorkerThread&) = delete;
  WorkerThread& operator=(const WorkerThread&) = delete;
  // Nobody waits any more. What Do() was given is done first.
  ~WorkerThread();

  // Does `work` after what was asked for before; nobody waits for it.
  void Do(std::function<void()> work);

 private:
  void Add(Slice& slice) {
    Do([&slice] {
      slice.work_();
      // From here on it may be gone.
      slice.executor_.Post(slice);
    });
  }
  void Loop();

  absl::Mutex mutex_;
  std::deque<std::function<void()>> queue_ ABSL_GUARDED_BY(mutex_);
  bool ends_ ABSL_GUARDED_BY(mutex_) = false;
  // Last, so that everything else is there when it starts.
  std::thread thread_;
};

template <class T>
struct FreeByWorker {
  WorkerThread* worker;
  void operator()(T* value) const {
    worker->Do([value] { delete value; });
  }
};

// A value that the worker's thread frees, whoever lets go of it. The worker outlives it.
template <class T>
using FreedByWorker = std::unique_ptr<T, FreeByWorker<T>>;

template <class T, class... Arguments>
FreedByWorker<T> MakeFreedByWorker(WorkerThread& worker, Arguments&&... arguments) {
  return FreedByWorker<T>(new T(std::forward<Arguments>(arguments)...), FreeByWorker<T>{&worker});
}

}  // namespace weft

#endif  // WEFT_COMMON_BASE_WORKER_THREAD_H_
