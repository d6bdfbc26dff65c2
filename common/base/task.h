// Task<T>: a lazily started coroutine with one owner, whose result is a value (errors travel as
// absl::Status). Handlers, stores and engines are written as Tasks, so that a wait for a commit or
// for the network holds no thread.
//
// Rules that keep this sound on g++ 12:
//  * All resumptions of one coroutine chain happen on one thread (the server's loop, or the thread
//    that drives a test). Task therefore needs no atomics.
//  * Starting a child is a plain call, not symmetric transfer: g++ only makes the latter a tail
//    call at -O2, and a loop over children that complete at once would overflow the stack in
//    debug and sanitizer builds. Symmetric transfer is used for resumption only.
//  * Keep co_await out of conditions and free of temporaries with destructors, and do not call
//    through members of `this` inside a co_await expression (g++ 12 miscompiles both under
//    -fsanitize): `Task<Status> t = Foo(); Status s = co_await std::move(t);`.
#ifndef WEFT_COMMON_BASE_TASK_H_
#define WEFT_COMMON_BASE_TASK_H_

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"

namespace weft {

// The number of coroutine frames alive in the process: zero after a clean shutdown.
class LiveFrames {
 public:
  static int64_t Count() { return Counter().load(std::memory_order_relaxed); }

 protected:
  LiveFrames() { Counter().fetch_add(1, std::memory_order_relaxed); }
  ~LiveFrames() { Counter().fetch_sub(1, std::memory_order_relaxed); }
  LiveFrames(const LiveFrames&) = delete;
  LiveFrames& operator=(const LiveFrames&) = delete;

 private:
  static std::atomic<int64_t>& Counter() {
    static std::atomic<int64_t> counter{0};
    return counter;
  }
};

// Await it exactly once (`co_await std::move(task)` or `co_await Foo()`), or drop it unstarted.
// Dropping a suspended Task destroys its frame: only do that when nothing can resume it any more.
template <class T>
class [[nodiscard]] Task {
 public:
  struct promise_type : LiveFrames {
    struct FinalAwaiter {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> self) noexcept {
        promise_type& promise = self.promise();
        // While `starting`, the parent is further down this very stack and looks at done().
        if (promise.starting) return std::noop_coroutine();
        return promise.continuation;
      }
      void await_resume() noexcept {}
    };

    Task get_return_object() {
      return Task(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    FinalAwaiter final_suspend() noexcept { return {}; }
    template <class U>
    void return_value(U&& result) {
      value.emplace(std::forward<U>(result));
    }
    // Our own code throws nothing; this catches what a library lets out (std::bad_alloc, say).
    void unhandled_exception() noexcept {
      if constexpr (std::is_constructible_v<T, absl::Status>) {
        value.emplace(absl::InternalError("unexpected exception"));
      } else {
        std::terminate();
      }
    }

    std::coroutine_handle<> continuation = std::noop_coroutine();
    bool starting = false;
    std::optional<T> value;
  };

  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> parent) noexcept {
    promise_type& promise = handle_.promise();
    promise.continuation = parent;
    promise.starting = true;
    handle_.resume();
    if (handle_.done()) return false;
    promise.starting = false;
    return true;
  }
  T await_resume() { return std::move(*handle_.promise().value); }

 private:
  std::coroutine_handle<promise_type> handle_;
};

// A coroutine that starts at once and owns itself: the driver of a call or of a background loop.
// Whoever starts one must arrange that it ends before what it refers to.
struct Detached {
  struct promise_type : LiveFrames {
    Detached get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
};

}  // namespace weft

#endif  // WEFT_COMMON_BASE_TASK_H_
