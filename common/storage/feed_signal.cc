#include "common/storage/feed_signal.h"

#include <mutex>
#include <utility>

namespace weft::storage {

// Shared with waiters and with the executor's queue, because a wake-up that has been posted may run
// after the engine is gone.
class FeedSignal::Hub final : public Work, public std::enable_shared_from_this<Hub> {
 public:
  explicit Hub(uint64_t sequence) : head_(sequence) {}

  Work* Advance(uint64_t sequence) {
    std::lock_guard<std::mutex> lock(mutex_);
    head_ = sequence;
    if (!waited_for_ || posted_ != nullptr) return nullptr;
    posted_ = shared_from_this();
    return this;
  }

  // False when there is nothing to wait for.
  bool Enlist(FeedWait& wait) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (head_ > wait.after_) return false;
      waited_for_ = true;
    }
    wait.Link(waiting_);
    return true;
  }

  void Run() override {
    std::shared_ptr<Hub> alive;
    uint64_t head = 0;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      alive = std::move(posted_);
      posted_ = nullptr;
      head = head_;
    }
    // Those who are ready leave the list first: whoever is resumed may wait again, or destroy
    // others.
    FeedWait ready;
    for (FeedWait* wait = waiting_.next_; wait != &waiting_;) {
      FeedWait* const next = wait->next_;
      if (wait->after_ < head) {
        wait->Unlink();
        wait->Link(ready);
      }
      wait = next;
    }
    while (ready.next_ != &ready) {
      FeedWait* const wait = ready.next_;
      wait->Unlink();
      std::exchange(wait->self_, nullptr).resume();
    }
    std::lock_guard<std::mutex> lock(mutex_);
    waited_for_ = waiting_.next_ != &waiting_;
  }

 private:
  std::mutex mutex_;
  uint64_t head_;
  bool waited_for_ = false;
  std::shared_ptr<Hub> posted_;  // itself, while in the executor's queue

  FeedWait waiting_;  // the list; on the executor's thread only
};

FeedSignal::FeedSignal(uint64_t sequence) : hub_(std::make_shared<Hub>(sequence)) {}
FeedSignal::~FeedSignal() = default;

Work* FeedSignal::Advance(uint64_t sequence) { return hub_->Advance(sequence); }

FeedWait::FeedWait(FeedSignal& signal, const Position& after)
    : hub_(signal.hub_), after_(after.sequence()), previous_(this), next_(this) {}

bool FeedWait::await_suspend(std::coroutine_handle<> self) {
  self_ = self;
  if (hub_->Enlist(*this)) return true;
  self_ = nullptr;
  return false;
}

void FeedWait::Interrupt() {
  interrupted_ = true;
  if (!self_) return;
  Unlink();
  std::exchange(self_, nullptr).resume();
}

void FeedWait::Link(FeedWait& end) {
  previous_ = end.previous_;
  next_ = &end;
  previous_->next_ = this;
  end.previous_ = this;
}

void FeedWait::Unlink() {
  previous_->next_ = next_;
  next_->previous_ = previous_;
  previous_ = next_ = this;
}

}  // namespace weft::storage
