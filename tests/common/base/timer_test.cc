#include "common/base/timer.h"

#include <algorithm>
#include <memory>
#include <random>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

using ::testing::ElementsAre;
using TimePoint = TimerQueue::TimePoint;

TimePoint At(int n) { return TimePoint(std::chrono::milliseconds(n)); }

struct Recorder final : Timer {
  Recorder(std::vector<int>& list, int time) : fired(list), when(time) {}
  void Fire() override { fired.push_back(when); }
  std::vector<int>& fired;
  int when;
};

TEST(TimerQueue, FiresWhatIsDueInOrder) {
  TimerQueue queue;
  std::vector<int> fired;
  Recorder a(fired, 30), b(fired, 10), c(fired, 20);
  for (Recorder* timer : {&a, &b, &c}) queue.Start(*timer, At(timer->when));
  EXPECT_EQ(queue.next(), At(10));
  queue.FireDue(At(20));
  EXPECT_THAT(fired, ElementsAre(10, 20));
  EXPECT_TRUE(a.running());
  EXPECT_FALSE(b.running());
  queue.Stop(a);
  queue.Stop(a);
  EXPECT_TRUE(queue.empty());
}

TEST(TimerQueue, RandomStartsAndStopsKeepTheOrder) {
  std::mt19937 random(17);
  TimerQueue queue;
  std::vector<int> fired;
  std::vector<std::unique_ptr<Recorder>> timers;
  std::vector<int> expected;
  for (int i = 0; i < 2000; ++i) {
    timers.push_back(std::make_unique<Recorder>(fired, static_cast<int>(random() % 500)));
    queue.Start(*timers.back(), At(timers.back()->when));
  }
  for (auto& timer : timers) {
    if (random() % 3 == 0) {
      queue.Stop(*timer);
    } else {
      expected.push_back(timer->when);
    }
  }
  std::sort(expected.begin(), expected.end());
  for (int now = 0; now < 500; now += 7) queue.FireDue(At(now));
  queue.FireDue(At(500));
  EXPECT_EQ(fired, expected);
  EXPECT_TRUE(queue.empty());
}

struct Restarting final : Timer {
  explicit Restarting(TimerQueue& timers) : queue(timers) {}
  void Fire() override {
    ++count;
    queue.Start(*this, At(0));
  }
  TimerQueue& queue;
  int count = 0;
};

TEST(TimerQueue, ATimerThatRestartsItselfCannotKeepTheThread) {
  TimerQueue queue;
  Restarting timer(queue);
  queue.Start(timer, At(0));
  queue.FireDue(At(1));
  EXPECT_EQ(timer.count, 1);
  queue.Stop(timer);
}

}  // namespace
}  // namespace weft
