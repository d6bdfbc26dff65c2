#include "common/storage/feed_signal.h"

#include <mutex>
#include <utility>

namespace weft::storage {
namespace {

// So many waiters are resumed in one turn.
constexpr int kResumedAtOnce = 64;

}  // namespace

// Shared with waiters and with the executor's queue, because a wake-up that has been posted may run
// after the engine is gone.
class FeedSignal::Hub final : public Work, public std::enable_shared_from_this<Hub> {
 public:
  Hub(Executor& executor, uint64_t sequence) : executor_(executor), head_(sequence) {}

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
    const std::shared_ptr<Hub> alive = shared_from_this();
    if (ready_.next_ == &ready_) CollectReady();
    // Those who are ready have left the list: whoever is resumed may wait again, or destroy others.
    for (int i = 0; i < kResumedAtOnce && ready_.next_ != &ready_; ++i) {
      FeedWait* const wait = ready_.next_;
      wait->Unlink();
      std::exchange(wait->self_, nullptr).resume();
    }
    bool again = ready_.next_ != &ready_;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      waited_for_ = again || waiting_.next_ != &waiting_;
      again = again || (waited_for_ && head_ > collected_);
      posted_ = again ? alive : nullptr;
    }
    if (again) executor_.Post(*this);
  }

 private:
  void CollectReady() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      collected_ = head_;
    }
    for (FeedWait* wait = waiting_.next_; wait != &waiting_;) {
      FeedWait* const next = wait->next_;
      if (wait->after_ < collected_) {
        wait->Unlink();
        wait->Link(ready_);
      }
      wait = next;
    }
  }

  Executor& executor_;
  std::mutex mutex_;
  uint64_t head_;
  bool waited_for_ = false;
  std::shared_ptr<Hub> posted_;  // itself, while in the executor's queue or about to be again

  // On the executor's thread only: the lists of those who wait and of those who are about to be
  // resumed, and the head that the latter were collected for.
  FeedWait waiting_;
  FeedWait ready_;
  uint64_t collected_ = 0;
};

FeedSignal::FeedSignal(Executor& executor, uint64_t sequence)
    : hub_(std::make_shared<Hub>(executor, sequence)) {}
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
