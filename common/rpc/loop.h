// The event loop: one gRPC completion queue, polled by one thread that resumes everything. Internal
// to common/rpc.
#ifndef WEFT_COMMON_RPC_LOOP_H_
#define WEFT_COMMON_RPC_LOOP_H_

#include <grpcpp/alarm.h>
#include <grpcpp/completion_queue.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/base/executor.h"
#include "common/base/timer.h"

namespace weft::rpc {

// What a completion-queue tag points to. It lives in the call or the frame whose operation it is,
// so an operation allocates nothing.
class Tag {
 public:
  // On the loop's thread.
  virtual void Complete(bool ok) = 0;

 protected:
  ~Tag() = default;
};

// A tag that calls a member function of the object it is part of.
template <auto kMethod, class Owner>
class MemberTag final : public Tag {
 public:
  explicit MemberTag(Owner& owner) : owner_(owner) {}
  void Complete(bool ok) override { (owner_.*kMethod)(ok); }
  void* tag() { return static_cast<Tag*>(this); }

 private:
  Owner& owner_;
};

class Loop final : public Executor {
 public:
  // Polls from now on.
  explicit Loop(std::unique_ptr<grpc::ServerCompletionQueue> queue);
  // Nobody starts operations, posts or holds any more; waits for the thread.
  ~Loop() override;

  grpc::ServerCompletionQueue* queue() { return queue_.get(); }

  using Executor::Post;
  void Post(absl::Span<Work* const> items) override;
  void StartTimer(Timer& timer, absl::Duration delay) override { timers_.StartIn(timer, delay); }
  void StopTimer(Timer& timer) override { timers_.Stop(timer); }

  // Runs `function` on the loop's thread and waits for it; at once when this is that thread.
  void Run(absl::FunctionRef<void()> function);

  // Counts what must end before the queue may be shut down: calls, tasks, operations. On the loop's
  // thread.
  void Hold() { ++holds_; }
  void Release();
  // Waits until nothing is held. Not on the loop's thread.
  void WaitUntilReleased();

 private:
  class RunAndTell;

  void Poll();
  gpr_timespec NextDeadline() const;
  void OnWake(bool ok);
  bool InThread() const { return thread_id_.load() == std::this_thread::get_id(); }

  std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  std::atomic<std::thread::id> thread_id_{};

  // For the loop's thread alone.
  TimerQueue timers_;
  std::vector<Work*> local_;
  int64_t holds_ = 0;
  RunAndTell* waiter_ = nullptr;  // for holds_ to reach zero

  // From other threads: one alarm wakes the loop for any number of posts.
  std::mutex mutex_;
  std::vector<Work*> posted_;
  bool waking_ = false;
  grpc::Alarm alarm_;
  MemberTag<&Loop::OnWake, Loop> wake_{*this};

  std::thread thread_;
};

}  // namespace weft::rpc

#endif  // WEFT_COMMON_RPC_LOOP_H_
