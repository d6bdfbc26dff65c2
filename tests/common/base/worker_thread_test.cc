#include "common/base/worker_thread.h"

#include <algorithm>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/executor.h"
#include "common/base/running.h"
#include "common/base/task.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
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

Task<std::string> Note(WorkerThread& worker, Executor& executor, int number,
                       std::vector<int>& order) {
  std::string noted;
  const auto note = [&] {
    order.push_back(number);
    noted = absl::StrCat(number, "!");
  };
  WorkerThread::Slice slice(worker, executor, note);
  co_await slice;
  co_return noted;
}

Detached Start(Task<std::string> task, std::vector<std::string>& ended) {
  std::string noted = co_await std::move(task);
  ended.push_back(std::move(noted));
}

TEST(WorkerThreadTest, WorksInTheOrderInWhichItIsAsked) {
  ManualExecutor executor;
  WorkerThread worker;
  std::vector<int> order;
  std::vector<std::string> ended;
  for (int i = 0; i < 4; ++i) Start(Note(worker, executor, i, order), ended);
  executor.RunUntil([&] { return ended.size() == 4; });
  EXPECT_THAT(order, ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(ended, ElementsAre("0!", "1!", "2!", "3!"));
}

// Says on which thread it goes.
class Going {
 public:
  explicit Going(std::thread::id& where) : where_(where) {}
  Going(const Going&) = delete;
  Going& operator=(const Going&) = delete;
  ~Going() { where_ = std::this_thread::get_id(); }

 private:
  std::thread::id& where_;
};

TEST(WorkerThreadTest, FreesWhatItWasGiven) {
  std::thread::id where;
  {
    WorkerThread worker;
    FreedByWorker<Going> value = MakeFreedByWorker<Going>(worker, where);
    value.reset();
    // The end of the worker waits for it.
  }
  EXPECT_NE(where, std::thread::id());
  EXPECT_NE(where, std::this_thread::get_id());
}

TEST(WorkerThreadTest, EndsWithoutWork) { WorkerThread worker; }

}  // namespace
}  // namespace weft
