#include "common/rpc/loop.h"

#include <grpc/support/time.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <utility>

namespace weft::rpc {

// Runs a function for a thread that waits. It lives on that thread's stack, so the waiter must not
// go on before Run() is done with it: it is told under the lock.
class Loop::RunAndTell final : public Work {
 public:
  explicit RunAndTell(absl::FunctionRef<void()> function) : function_(function) {}
  void Run() override {
    function_();
    std::lock_guard<std::mutex> lock(mutex_);
    done_ = true;
    told_.notify_all();
  }
  void Wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    told_.wait(lock, [this] { return done_; });
  }

 private:
  absl::FunctionRef<void()> function_;
  std::mutex mutex_;
  std::condition_variable told_;
  bool done_ = false;
};

Loop::Loop(std::unique_ptr<grpc::ServerCompletionQueue> queue)
    : queue_(std::move(queue)), thread_([this] { Poll(); }) {}

Loop::~Loop() {
  queue_->Shutdown();
  thread_.join();
}

void Loop::Post(absl::Span<Work* const> items) {
  if (InThread()) {
    local_.insert(local_.end(), items.begin(), items.end());
    return;
  }
  std::lock_guard<std::mutex> lock(mutex_);
  posted_.insert(posted_.end(), items.begin(), items.end());
  if (std::exchange(waking_, true)) return;
  alarm_.Set(queue_.get(), gpr_time_0(GPR_CLOCK_MONOTONIC), wake_.tag());
}

void Loop::OnWake(bool) {
  std::vector<Work*> items;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    items.swap(posted_);
    waking_ = false;
  }
  for (Work* item : items) item->Run();
}

void Loop::Run(absl::FunctionRef<void()> function) {
  if (InThread()) {
    function();
    return;
  }
  RunAndTell work(function);
  Post(work);
  work.Wait();
}

void Loop::Release() {
  --holds_;
  if (holds_ > 0 || waiter_ == nullptr) return;
  std::exchange(waiter_, nullptr)->Run();
}

void Loop::WaitUntilReleased() {
  RunAndTell released([] {});
  Run([this, &released] {
    if (holds_ == 0) {
      released.Run();
    } else {
      waiter_ = &released;
    }
  });
  released.Wait();
}

gpr_timespec Loop::NextDeadline() const {
  if (!local_.empty()) return gpr_time_0(GPR_CLOCK_MONOTONIC);
  if (timers_.empty()) return gpr_inf_future(GPR_CLOCK_MONOTONIC);
  const std::chrono::nanoseconds left = timers_.next() - std::chrono::steady_clock::now();
  return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                      gpr_time_from_nanos(std::max<int64_t>(left.count(), 0), GPR_TIMESPAN));
}

void Loop::Poll() {
  thread_id_.store(std::this_thread::get_id());
  std::vector<Work*> items;
  for (;;) {
    void* tag = nullptr;
    bool ok = false;
    switch (queue_->AsyncNext(&tag, &ok, NextDeadline())) {
      case grpc::CompletionQueue::SHUTDOWN:
        return;
      case grpc::CompletionQueue::TIMEOUT:
        break;
      case grpc::CompletionQueue::GOT_EVENT:
        static_cast<Tag*>(tag)->Complete(ok);
        break;
    }
    items.swap(local_);
    for (Work* item : items) item->Run();
    items.clear();
    if (!timers_.empty()) timers_.FireDue(std::chrono::steady_clock::now());
  }
}

}  // namespace weft::rpc
