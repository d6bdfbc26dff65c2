// Running<T>: a Task that has been started, and is awaited later, so that its owner can do
// something else while it waits:
//
//   Running<absl::Status> commit(Commit(batch));
//   PrepareTheNextOne();
//   absl::Status committed = co_await commit;
#ifndef WEFT_COMMON_BASE_RUNNING_H_
#define WEFT_COMMON_BASE_RUNNING_H_

#include <coroutine>
#include <optional>
#include <utility>

#include "common/base/task.h"

namespace weft {

// On one thread, as its Task. Await it exactly once, in every case: what the task refers to, and
// this, must be there until it has ended.
template <class T>
class Running {
 public:
  // Runs `task` up to its first wait.
  explicit Running(Task<T> task) { Drive(std::move(task)); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  // Whether it has ended, so that awaiting it does not wait.
  bool ended() const { return result_.has_value(); }
  // Resumes `waiting` when it ends, which has not happened yet, unless that is taken back with null
  // before.
  void ResumeAtEnd(std::coroutine_handle<> waiting) { waiting_ = waiting; }

  bool await_ready() const noexcept { return ended(); }
  void await_suspend(std::coroutine_handle<> waiting) noexcept { waiting_ = waiting; }
  T await_resume() { return *std::move(result_); }

 private:
  Detached Drive(Task<T> task) {
    T result = co_await std::move(task);
    result_.emplace(std::move(result));
    // Last, because whoever waits may end this.
    if (waiting_) std::exchange(waiting_, nullptr).resume();
  }

  std::optional<T> result_;
  std::coroutine_handle<> waiting_;
};

}  // namespace weft

#endif  // WEFT_COMMON_BASE_RUNNING_H_
