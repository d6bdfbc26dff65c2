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
#ifndef WEFT_COMMON_BASE_WORKER_THREAD_H_
#define WEFT_COMMON_BASE_WORKER_THREAD_H_

#include <coroutine>
#include <deque>
#include <thread>

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
  // Nobody waits any more.
  ~WorkerThread();

 private:
  void Add(Slice& slice);
  void Loop();

  absl::Mutex mutex_;
  std::deque<Slice*> queue_ ABSL_GUARDED_BY(mutex_);
  bool ends_ ABSL_GUARDED_BY(mutex_) = false;
  // Last, so that everything else is there when it starts.
  std::thread thread_;
};

}  // namespace weft

#endif  // WEFT_COMMON_BASE_WORKER_THREAD_H_
