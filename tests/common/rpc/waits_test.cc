#include "common/rpc/waits.h"

#include <functional>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "common/base/executor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft::rpc {
namespace {

using ::testing::ElementsAre;

Task<bool> SleepOnce(CallContext& context, absl::Duration duration) {
  const bool slept = co_await Sleep(context, duration);
  co_return slept;
}

Task<Signal::Outcome> WaitOnce(Signal& signal, CallContext& context, absl::Duration timeout) {
  const Signal::Outcome outcome = co_await signal.Wait(context, timeout);
  co_return outcome;
}

// Does something to a wait from the executor's queue, once the wait has begun.
class Later final : public Work {
 public:
  Later(ManualExecutor& executor, std::function<void()> what) : what_(std::move(what)) {
    executor.Post(*this);
  }
  void Run() override { what_(); }

 private:
  std::function<void()> what_;
};

TEST(Waits, SleepRunsItsTime) {
  ManualExecutor executor;
  CallContext context(executor, "", {}, absl::InfiniteFuture());
  const absl::Time start = absl::Now();
  EXPECT_TRUE(SyncWait(executor, SleepOnce(context, absl::Milliseconds(20))));
  EXPECT_GE(absl::Now() - start, absl::Milliseconds(19));
}

TEST(Waits, SleepIsInterrupted) {
  ManualExecutor executor;
  CallContext context(executor, "", {}, absl::InfiniteFuture());
  Later drain(executor, [&] { context.Drain(); });
  EXPECT_FALSE(SyncWait(executor, SleepOnce(context, absl::Hours(1))));
  EXPECT_FALSE(SyncWait(executor, SleepOnce(context, absl::Hours(1))));  // and does not begin again
}

TEST(Waits, SignalOutcomes) {
  ManualExecutor executor;
  Signal signal;
  CallContext context(executor, "", {}, absl::InfiniteFuture());
  Later notify(executor, [&] { signal.NotifyAll(); });
  EXPECT_EQ(SyncWait(executor, WaitOnce(signal, context, absl::InfiniteDuration())),
            Signal::kNotified);
  EXPECT_EQ(SyncWait(executor, WaitOnce(signal, context, absl::Milliseconds(5))), Signal::kTimeout);
  Later cancel(executor, [&] { context.Cancel(); });
  EXPECT_EQ(SyncWait(executor, WaitOnce(signal, context, absl::InfiniteDuration())),
            Signal::kInterrupted);
  signal.NotifyAll();  // nobody waits
}

Detached Waiter(Signal& signal, CallContext& context, int id, std::vector<int>& order) {
  const Signal::Outcome outcome = co_await signal.Wait(context, absl::Hours(1));
  order.push_back(outcome == Signal::kNotified ? id : -id);
}

TEST(Waits, OneOfManyWaitersLeaves) {
  ManualExecutor executor;
  Signal signal;
  std::vector<int> order;
  CallContext a(executor, "", {}, absl::InfiniteFuture());
  CallContext b(executor, "", {}, absl::InfiniteFuture());
  CallContext c(executor, "", {}, absl::InfiniteFuture());
  Waiter(signal, a, 1, order);
  Waiter(signal, b, 2, order);
  Waiter(signal, c, 3, order);
  b.Cancel();
  EXPECT_THAT(order, ElementsAre(-2));
  signal.NotifyAll();
  EXPECT_THAT(order, ElementsAre(-2));  // from the queue, not from here
  executor.RunUntil([&] { return order.size() == 3; });
  EXPECT_THAT(order, ::testing::UnorderedElementsAre(-2, 1, 3));
}

}  // namespace
}  // namespace weft::rpc
