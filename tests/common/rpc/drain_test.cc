// Shutdown: what open calls and background tasks learn, and that nothing is left.
#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "common/base/task.h"
#include "common/rpc/status.h"
#include "common/rpc/waits.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "tests/common/rpc/probe_server.h"
#include "tests/testing/status_matchers.h"

namespace weft::rpc {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::IsError;
using testing::IsOk;

TEST(Drain, OpenStreamsAreToldAndShortCallsFinish) {
  ProbeServer probe;
  SyncStream watch = probe.client().ServerStream(kWatch, v1::WatchRequest());
  SyncStream bidi = probe.client().Bidi(kRunningSum);
  v1::SumResponse sum;
  ASSERT_TRUE(bidi.Write(MakeNumber(1)));
  ASSERT_TRUE(bidi.Read(sum));
  SyncStream upload = probe.client().ClientStream(kSum);
  ASSERT_TRUE(upload.Write(MakeNumber(1)));
  ASSERT_TRUE(WaitUntil([] { return LiveFrames::Count() >= 9; }));  // three for each stream

  const absl::Time start = absl::Now();
  auto down = std::async(std::launch::async, [&] { probe.server().Shutdown(absl::Seconds(10)); });
  v1::Number number;
  EXPECT_FALSE(watch.Read(number));
  const absl::Status drained = watch.Finish();
  EXPECT_THAT(drained, IsError(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));
  google::rpc::RetryInfo retry;
  EXPECT_TRUE(GetDetail(drained, retry));
  EXPECT_FALSE(bidi.Read(sum));
  EXPECT_THAT(bidi.Finish(), IsError(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));

  // New calls are refused while the upload goes on.
  v1::EchoResponse response;
  EXPECT_THAT(probe.client().Call(kEcho, v1::EchoRequest(), response),
              IsError(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));

  EXPECT_TRUE(upload.Write(MakeNumber(2)));
  EXPECT_THAT(upload.Finish(sum), IsOk());
  EXPECT_EQ(sum.sum(), 3);
  down.get();
  EXPECT_LT(absl::Now() - start, absl::Seconds(5));  // it ended with the last call, not the grace
  EXPECT_EQ(LiveFrames::Count(), 0);
}

TEST(Drain, WhatDoesNotEndInTimeIsCutOffWithAnAnswer) {
  ProbeServer probe;
  SyncStream upload = probe.client().ClientStream(kSum);
  ASSERT_TRUE(upload.Write(MakeNumber(1)));
  ASSERT_TRUE(WaitUntil([] { return LiveFrames::Count() > 0; }));
  probe.server().Shutdown(absl::Milliseconds(100));
  EXPECT_EQ(LiveFrames::Count(), 0);
  v1::SumResponse sum;
  EXPECT_FALSE(upload.Read(sum));
  EXPECT_THAT(upload.Finish(), IsError(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));
  EXPECT_THAT(probe.handlers().Seen(), ElementsAre("sum UNAVAILABLE"));
}

TEST(Drain, ACallerThatDoesNotReadHoldsNothingUp) {
  ProbeServer probe;
  v1::CountRequest request;
  request.set_to(1'000'000);
  request.set_padding(100'000);
  SyncStream stream = probe.client().ServerStream(kCount, request);
  v1::Number number;
  ASSERT_TRUE(stream.Read(number));
  probe.server().Shutdown(absl::Milliseconds(100));
  EXPECT_EQ(LiveFrames::Count(), 0);
  EXPECT_THAT(probe.handlers().Seen(), ElementsAre("count cut"));
}

TEST(Drain, SleepsAreInterrupted) {
  ProbeServer probe;
  v1::SleepRequest request;
  request.set_milliseconds(60'000);
  SyncStream sleep = probe.client().ServerStream(kSleep, request);
  ASSERT_TRUE(WaitUntil([] { return LiveFrames::Count() > 0; }));
  probe.server().Shutdown(absl::Seconds(10));
  EXPECT_THAT(sleep.Finish(), IsError(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));
}

TEST(Drain, IdleServersComeAndGo) {
  for (int i = 0; i < 30; ++i) {
    std::unique_ptr<Server> server = *Server::Create({});
    ASSERT_THAT(server->Start(), IsOk());
    if (i % 2 == 0) server->Shutdown(absl::Seconds(1));
  }
  for (int i = 0; i < 10; ++i) ASSERT_THAT(Server::Create({}), IsOk());  // never started
}

TEST(Drain, BackgroundTasksRunFromStartAndAreWaitedFor) {
  std::unique_ptr<Server> server = *Server::Create({});
  std::atomic<int> rounds = 0;
  std::atomic<bool> ended = false;
  const auto body = [&](CallContext& context) -> Task<absl::Status> {
    for (;;) {
      const bool slept = co_await rpc::Sleep(context, absl::Milliseconds(1));
      if (!slept) break;
      ++rounds;
    }
    // What is not interruptible is waited for.
    co_await SleepFor(context.executor(), absl::Milliseconds(50));
    ended = true;
    co_return Stopped(context);
  };
  server->Spawn("ticker", {"services/test"}, body);
  EXPECT_EQ(rounds, 0);
  ASSERT_THAT(server->Start(), IsOk());
  EXPECT_TRUE(WaitUntil([&] { return rounds > 3; }));
  server->Shutdown(absl::Seconds(10));
  EXPECT_TRUE(ended);
  EXPECT_EQ(LiveFrames::Count(), 0);
}

TEST(Drain, ABackgroundTaskThatFailsIsLogged) {
  std::mutex mutex;
  std::vector<std::string> lines;
  const std::unique_ptr<observability::Logger> logger =
      observability::Logger::ToFunction(observability::Level::kInfo, [&](absl::string_view line) {
        std::lock_guard<std::mutex> lock(mutex);
        lines.emplace_back(line);
      });
  ServerOptions options;
  options.logger = logger.get();
  std::unique_ptr<Server> server = *Server::Create(options);
  server->Spawn("follower", {"services/test"}, [](CallContext&) -> Task<absl::Status> {
    co_return absl::InternalError("the feed is broken");
  });
  ASSERT_THAT(server->Start(), IsOk());
  EXPECT_TRUE(WaitUntil([&] {
    std::lock_guard<std::mutex> lock(mutex);
    return !lines.empty();
  }));
  server->Shutdown(absl::ZeroDuration());
  EXPECT_THAT(lines, ElementsAre(::testing::AllOf(::testing::HasSubstr("background_task_failed"),
                                                  ::testing::HasSubstr("follower"),
                                                  ::testing::HasSubstr("the feed is broken"))));
}

TEST(Drain, AnAddressInUseIsSaid) {
  std::unique_ptr<Server> first = *Server::Create({});
  ASSERT_THAT(first->Start(), IsOk());
  ServerOptions options;
  options.listen = first->address();
  std::unique_ptr<Server> second = *Server::Create(options);
  EXPECT_THAT(second->Start(), IsError(absl::StatusCode::kUnavailable, "ADDRESS_IN_USE"));
}

}  // namespace
}  // namespace weft::rpc
