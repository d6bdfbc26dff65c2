// Waiting for a commit. A waiter is a cursor: nothing is queued for it, it reads the feed itself
// once it is woken.
#ifndef WEFT_COMMON_STORAGE_FEED_SIGNAL_H_
#define WEFT_COMMON_STORAGE_FEED_SIGNAL_H_

#include <coroutine>
#include <cstdint>
#include <memory>

#include "common/base/executor.h"
#include "common/storage/position.h"

namespace weft::storage {

class FeedWait;

// Wakes the waiters of one engine after commits, on its executor's thread. Waiters are linked,
// resumed and unlinked on that thread only, so one that is destroyed while it waits just leaves.
// Many waiters are resumed a few at a time, with the executor's other work in between; commits that
// arrive meanwhile are for the next round, so that many small ones become fewer larger steps.
class FeedSignal {
 public:
  FeedSignal(Executor& executor, uint64_t sequence);
  ~FeedSignal();
  FeedSignal(const FeedSignal&) = delete;
  FeedSignal& operator=(const FeedSignal&) = delete;

  // The store's head is now at `sequence`. The work to post to the executor so that waiters are
  // woken, or null when nobody waits. From any thread.
  [[nodiscard]] Work* Advance(uint64_t sequence);

 private:
  friend class FeedWait;
  class Hub;
  std::shared_ptr<Hub> hub_;
};

// Completes when the store's head is past `after`: true; or when Interrupt() was called: false.
//   FeedWait wait(engine.feed_signal(), cursor);
//   const bool more = co_await wait;
class FeedWait {
 public:
  FeedWait(FeedSignal& signal, const Position& after);
  ~FeedWait() { Unlink(); }
  FeedWait(const FeedWait&) = delete;
  FeedWait& operator=(const FeedWait&) = delete;

  // Ends the wait: resumes the waiter now, or keeps it from suspending. On the executor's thread.
  void Interrupt();

  bool await_ready() const { return interrupted_; }
  bool await_suspend(std::coroutine_handle<> self);
  bool await_resume() const { return !interrupted_; }

 private:
  friend class FeedSignal::Hub;
  // The list's end: never waits.
  FeedWait() : previous_(this), next_(this) {}
  void Link(FeedWait& end);
  void Unlink();

  std::shared_ptr<FeedSignal::Hub> hub_;
  uint64_t after_ = 0;
  bool interrupted_ = false;
  std::coroutine_handle<> self_;
  FeedWait* previous_ = nullptr;
  FeedWait* next_ = nullptr;
};

}  // namespace weft::storage

#endif  // WEFT_COMMON_STORAGE_FEED_SIGNAL_H_
