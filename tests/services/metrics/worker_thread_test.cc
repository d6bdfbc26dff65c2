#include "services/metrics/service/worker_thread.h"

#include <algorithm>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "common/base/executor.h"
#include "common/base/running.h"
#include "common/base/task.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft::metrics {
namespace {

using ::testing::ElementsAre;

// Three slices, each of which says so.
Task<absl::Status> Work(WorkerThread& worker, Executor& executor, int name, std::vector<int>& done,
                        std::vector<std::thread::id>& threads) {
  for (int i = 0; i < 3; ++i) {
    const auto slice = [&] {
      done.push_back(name);
      threads.push_back(std::this_thread::get_id());
    };
    WorkerThread::Slice turn(worker, executor, slice);
    co_await turn;
    threads.push_back(std::this_thread::get_id());
  }
  co_return absl::OkStatus();
}

Task<absl::Status> WorkTogether(WorkerThread& worker, Executor& executor, std::vector<int>& done,
                                std::vector<std::thread::id>& threads) {
  std::vector<std::thread::id> unused;
  Running<absl::Status> first(Work(worker, executor, 1, done, threads));
  Running<absl::Status> second(Work(worker, executor, 2, done, unused));
  const absl::Status one = co_await first;
  const absl::Status other = co_await second;
  co_return one.ok() ? other : one;
}

TEST(WorkerThreadTest, WorksElsewhereAndGoesOnHere) {
  ManualExecutor executor;
  WorkerThread worker;
  std::vector<int> done;
  std::vector<std::thread::id> threads;
  EXPECT_TRUE(SyncWait(executor, Work(worker, executor, 1, done, threads)).ok());
  EXPECT_THAT(done, ElementsAre(1, 1, 1));
  for (size_t i = 0; i < threads.size(); i += 2) {
    EXPECT_NE(threads[i], std::this_thread::get_id());
    EXPECT_EQ(threads[i + 1], std::this_thread::get_id());
  }
}

TEST(WorkerThreadTest, SeveralMayWait) {
  ManualExecutor executor;
  WorkerThread worker;
  std::vector<int> done;
  std::vector<std::thread::id> threads;
  EXPECT_TRUE(SyncWait(executor, WorkTogether(worker, executor, done, threads)).ok());
  EXPECT_EQ(done.size(), 6u);
  EXPECT_EQ(std::count(done.begin(), done.end(), 1), 3);
}

TEST(WorkerThreadTest, EndsWithoutWork) { WorkerThread worker; }

}  // namespace
}  // namespace weft::metrics
