#include "common/text_index/worker.h"

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft::text_index {
namespace {

using ::testing::ElementsAre;

Task<std::string> Note(Worker& worker, Executor& executor, std::vector<std::thread::id>& threads,
                       std::string text) {
  std::function<std::string()> note = [&] {
    threads.push_back(std::this_thread::get_id());
    return absl::StrCat(text, "!");
  };
  Task<std::string> running = worker.Run(executor, std::move(note));
  std::string noted = co_await std::move(running);
  threads.push_back(std::this_thread::get_id());
  co_return noted;
}

TEST(Worker, WorksOnItsOwnThreadAndResumesOnTheExecutors) {
  ManualExecutor executor;
  Worker worker;
  std::vector<std::thread::id> threads;
  EXPECT_EQ(SyncWait(executor, Note(worker, executor, threads, "done")), "done!");
  ASSERT_EQ(threads.size(), 2);
  EXPECT_NE(threads[0], std::this_thread::get_id());
  EXPECT_EQ(threads[1], std::this_thread::get_id());
}

Task<bool> Collect(Worker& worker, Executor& executor, int number, std::vector<int>& order) {
  std::function<bool()> add = [&order, number] {
    order.push_back(number);
    return true;
  };
  Task<bool> running = worker.Run(executor, std::move(add));
  bool added = co_await std::move(running);
  co_return added;
}

Detached Start(Task<bool> task, int& ended) {
  co_await std::move(task);
  ++ended;
}

TEST(Worker, WorksInTheOrderInWhichItIsAsked) {
  ManualExecutor executor;
  Worker worker;
  std::vector<int> order;
  int ended = 0;
  for (int i = 0; i < 4; ++i) Start(Collect(worker, executor, i, order), ended);
  executor.RunUntil([&] { return ended == 4; });
  EXPECT_THAT(order, ElementsAre(0, 1, 2, 3));
}

}  // namespace
}  // namespace weft::text_index
