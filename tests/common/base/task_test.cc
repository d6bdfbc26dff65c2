#include "common/base/task.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/base/executor.h"
#include "common/base/running.h"
#include "common/base/status_macros.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace weft {
namespace {

using testing::IsOkAndHolds;
using testing::StatusIs;

Task<int> Ready(int value) { co_return value; }

Task<int64_t> SumOfReadyTasks(int count) {
  int64_t sum = 0;
  for (int i = 0; i < count; ++i) {
    Task<int> task = Ready(i);
    const int value = co_await std::move(task);
    sum += value;
  }
  co_return sum;
}

// Fully symmetric transfer would overflow the stack here in debug and sanitizer builds.
TEST(Task, AMillionReadyTasksInOneLoopNeedNoStack) {
  ManualExecutor executor;
  EXPECT_EQ(SyncWait(executor, SumOfReadyTasks(1'000'000)), int64_t{1'000'000} * 999'999 / 2);
  EXPECT_EQ(LiveFrames::Count(), 0);
}

Task<int> AfterYield(Executor& executor, int value) {
  co_await Yield(executor);
  co_return value;
}

Task<int64_t> SumOfYieldingTasks(Executor& executor, int count) {
  int64_t sum = 0;
  for (int i = 0; i < count; ++i) {
    Task<int> task = AfterYield(executor, i);
    const int value = co_await std::move(task);
    sum += value;
  }
  co_return sum;
}

TEST(Task, SuspendingTasksNeedNoStackEither) {
  ManualExecutor executor;
  EXPECT_EQ(SyncWait(executor, SumOfYieldingTasks(executor, 200'000)),
            int64_t{200'000} * 199'999 / 2);
}

Task<int> Nested(Executor& executor, int depth) {
  if (depth == 0) {
    co_await Yield(executor);
    co_return 0;
  }
  Task<int> inner = Nested(executor, depth - 1);
  const int value = co_await std::move(inner);
  co_return value + 1;
}

TEST(Task, NestedTasksResumeInnermostFirst) {
  ManualExecutor executor;
  EXPECT_EQ(SyncWait(executor, Nested(executor, 100)), 100);
}

TEST(Task, DroppedUnstartedTaskFreesItsFrame) {
  const int64_t before = LiveFrames::Count();
  {
    const Task<int> dropped = Ready(1);
    EXPECT_EQ(LiveFrames::Count(), before + 1);
  }
  EXPECT_EQ(LiveFrames::Count(), before);
}

Task<absl::Status> Throws() {
  throw std::runtime_error("from a library");
  co_return absl::OkStatus();
}

TEST(Task, ExceptionsOfLibrariesBecomeInternal) {
  ManualExecutor executor;
  EXPECT_THAT(SyncWait(executor, Throws()), StatusIs(absl::StatusCode::kInternal));
}

Task<absl::StatusOr<std::unique_ptr<int>>> MoveOnly(absl::Status status) {
  WEFT_CO_RETURN_IF_ERROR(status);
  co_return std::make_unique<int>(7);
}

Task<absl::StatusOr<int>> Unwrap(absl::Status status) {
  absl::StatusOr<std::unique_ptr<int>> result = co_await MoveOnly(std::move(status));
  WEFT_CO_ASSIGN_OR_RETURN(const std::unique_ptr<int> value, std::move(result));
  co_return *value;
}

TEST(Task, MoveOnlyResultsAndEarlyReturns) {
  ManualExecutor executor;
  EXPECT_THAT(SyncWait(executor, Unwrap(absl::OkStatus())), IsOkAndHolds(7));
  EXPECT_THAT(SyncWait(executor, Unwrap(absl::AbortedError("x"))),
              StatusIs(absl::StatusCode::kAborted));
  EXPECT_EQ(LiveFrames::Count(), 0);
}

Task<std::string> Overlapping(Executor& executor, std::vector<std::string>& steps) {
  const auto work = [&executor, &steps](int waits) -> Task<std::string> {
    for (int i = 0; i < waits; ++i) {
      steps.push_back("waits");
      co_await Yield(executor);
    }
    co_return "done";
  };
  Running<std::string> at_once(work(0));
  Running<std::string> running(work(1));
  steps.push_back("does something else");
  std::string first = co_await at_once;
  std::string second = co_await running;
  Running<std::string> ended(work(1));
  co_await Yield(executor);
  co_await Yield(executor);
  std::string third = co_await ended;
  co_return first + second + third;
}

TEST(Running, GoesOnWhileItsOwnerDoesSomethingElse) {
  ManualExecutor executor;
  std::vector<std::string> steps;
  EXPECT_EQ(SyncWait(executor, Overlapping(executor, steps)), "donedonedone");
  EXPECT_THAT(steps, ::testing::ElementsAre("waits", "does something else", "waits"));
  EXPECT_EQ(LiveFrames::Count(), 0);
}

}  // namespace
}  // namespace weft
