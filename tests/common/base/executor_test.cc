#include "common/base/executor.h"

#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

using ::testing::ElementsAre;

struct Note final : Work {
  Note(std::vector<int>& list, int number) : notes(list), id(number) {}
  void Run() override { notes.push_back(id); }
  std::vector<int>& notes;
  int id;
};

TEST(ManualExecutor, RunsPostsInOrderFromAnyThread) {
  ManualExecutor executor;
  std::vector<int> notes;
  Note a(notes, 1), b(notes, 2), c(notes, 3);
  Work* both[] = {&a, &b};
  executor.Post(both);
  std::thread other([&] { executor.Post(c); });
  other.join();
  executor.RunUntil([&] { return notes.size() == 3; });
  EXPECT_THAT(notes, ElementsAre(1, 2, 3));
}

struct NoteTimer final : Timer {
  NoteTimer(std::vector<int>& list, int number) : notes(list), id(number) {}
  void Fire() override { notes.push_back(id); }
  std::vector<int>& notes;
  int id;
};

TEST(ManualExecutor, FiresTimersByTheirTime) {
  ManualExecutor executor;
  std::vector<int> notes;
  NoteTimer late(notes, 2), early(notes, 1), never(notes, 3), stopped(notes, 4);
  const absl::Time start = absl::Now();
  executor.StartTimer(late, absl::Milliseconds(20));
  executor.StartTimer(early, absl::Milliseconds(5));
  executor.StartTimer(never, absl::InfiniteDuration());
  executor.StartTimer(stopped, absl::Milliseconds(1));
  executor.StopTimer(stopped);
  executor.RunUntil([&] { return notes.size() == 2; });
  EXPECT_THAT(notes, ElementsAre(1, 2));
  EXPECT_GE(absl::Now() - start, absl::Milliseconds(19));
  EXPECT_FALSE(never.running());
}

}  // namespace
}  // namespace weft
