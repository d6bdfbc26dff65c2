// How calls end when it is not by an answer: cuts, malformed messages, cancellation, deadlines. In
// each case the handler learns of it and its frames go.
#include <malloc.h>

#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "common/base/task.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/rpc/probe_server.h"
#include "tests/testing/status_matchers.h"

namespace weft::rpc {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::IsError;
using testing::StatusIs;

bool FramesGone() {
  return WaitUntil([] { return LiveFrames::Count() == 0; });
}

// Bytes that are allocated and not freed; 0 under the sanitizers, which find leaks themselves.
size_t BytesInUse() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

TEST(CallEnd, ACutClientStreamIsNotItsRegularEnd) {
  ProbeServer probe;
  constexpr size_t kCuts = 400;
  for (size_t i = 0; i < kCuts; ++i) {
    SyncStream stream = probe.client().ClientStream(kSum);
    for (int n = 0; n < 3; ++n) ASSERT_TRUE(stream.Write(MakeNumber(n)));
    // Some while their handler runs for sure, some right after they were opened.
    if (i % 2 == 0) {
      ASSERT_TRUE(WaitUntil([] { return LiveFrames::Count() > 0; }));
    }
    stream.Cancel();
    EXPECT_THAT(stream.Finish(), StatusIs(absl::StatusCode::kCancelled));
  }
  // A call that is cut before the server sees it reaches no handler.
  ASSERT_TRUE(FramesGone());
  EXPECT_GE(probe.handlers().Seen().size(), kCuts / 2);
  EXPECT_THAT(probe.handlers().Seen(), Each("sum CANCELLED"));
}

TEST(CallEnd, ACutBidiStreamIsNoticedAfterAnswersWereSent) {
  ProbeServer probe;
  constexpr size_t kCuts = 100;
  v1::SumResponse response;
  for (size_t i = 0; i < kCuts; ++i) {
    SyncStream stream = probe.client().Bidi(kRunningSum);
    ASSERT_TRUE(stream.Write(MakeNumber(1)));
    ASSERT_TRUE(stream.Read(response));
    stream.Cancel();
    EXPECT_THAT(stream.Finish(), StatusIs(absl::StatusCode::kCancelled));
  }
  ASSERT_TRUE(probe.handlers().WaitForSeen(kCuts));
  EXPECT_TRUE(FramesGone());
  EXPECT_THAT(probe.handlers().Seen(), Each("running sum CANCELLED"));
}

TEST(CallEnd, MalformedMessageOfAStreamIsNamed) {
  ProbeServer probe;
  SyncStream stream = probe.client().ClientStream(kSum);
  ASSERT_TRUE(stream.Write(MakeNumber(1)));
  v1::RawNumber malformed;
  malformed.set_note("\xff");
  ASSERT_TRUE(stream.Write(malformed));
  v1::SumResponse response;
  const absl::Status status = stream.Finish(response);
  EXPECT_THAT(status, IsError(absl::StatusCode::kInvalidArgument, "MALFORMED_MESSAGE"));
  EXPECT_THAT(status.message(), HasSubstr("message 2 of the stream"));
  EXPECT_THAT(probe.handlers().Seen(), ElementsAre("sum INVALID_ARGUMENT"));
}

TEST(CallEnd, MalformedMessageOfABidiStreamIsNamed) {
  ProbeServer probe;
  SyncStream stream = probe.client().Bidi(kRunningSum);
  v1::SumResponse response;
  ASSERT_TRUE(stream.Write(MakeNumber(1)));
  ASSERT_TRUE(stream.Read(response));
  v1::RawNumber malformed;
  malformed.set_note("\xff");
  ASSERT_TRUE(stream.Write(malformed));
  EXPECT_FALSE(stream.Read(response));
  EXPECT_THAT(stream.Finish(), IsError(absl::StatusCode::kInvalidArgument, "MALFORMED_MESSAGE"));
}

TEST(CallEnd, CancellationReachesAWait) {
  ProbeServer probe;
  SyncStream watch = probe.client().ServerStream(kWatch, v1::WatchRequest());
  ASSERT_TRUE(probe.handlers().WaitForSeen(1));
  EXPECT_GT(LiveFrames::Count(), 0);
  watch.Cancel();
  ASSERT_TRUE(probe.handlers().WaitForSeen(2));
  EXPECT_THAT(probe.handlers().Seen(), ElementsAre("watch started", "watch cancelled"));
  EXPECT_TRUE(FramesGone());
}

TEST(CallEnd, CancellationReachesARead) {
  ProbeServer probe;
  SyncStream stream = probe.client().Bidi(kRunningSum);
  ASSERT_TRUE(WaitUntil([] { return LiveFrames::Count() > 0; }));
  stream.Cancel();
  ASSERT_TRUE(probe.handlers().WaitForSeen(1));
  EXPECT_THAT(probe.handlers().Seen(), ElementsAre("running sum CANCELLED"));
  EXPECT_TRUE(FramesGone());
}

TEST(CallEnd, CancellationReachesAWriterThatIsHeldUp) {
  ProbeServer probe;
  v1::CountRequest request;
  request.set_to(1'000'000);
  request.set_padding(100'000);
  SyncStream stream = probe.client().ServerStream(kCount, request);
  v1::Number number;
  ASSERT_TRUE(stream.Read(number));
  stream.Cancel();
  ASSERT_TRUE(probe.handlers().WaitForSeen(1));
  EXPECT_THAT(probe.handlers().Seen(), ElementsAre("count cut"));
  EXPECT_TRUE(FramesGone());
}

TEST(CallEnd, TheCallersDeadlineReachesTheHandler) {
  ProbeServer probe;
  v1::SleepRequest request;
  request.set_milliseconds(60'000);
  v1::EchoResponse response;
  EXPECT_THAT(probe.client().Call(kSleep, request, response, {.timeout = absl::Milliseconds(100)}),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  ASSERT_TRUE(probe.handlers().WaitForSeen(1));
  EXPECT_THAT(probe.handlers().Seen(), ElementsAre("sleep cancelled"));
  EXPECT_TRUE(FramesGone());
}

TEST(CallEnd, TheServersCapEndsACallWithoutDeadline) {
  ServerOptions options;
  options.unary_time = absl::Milliseconds(100);
  ProbeServer probe(options);
  v1::SleepRequest request;
  request.set_milliseconds(60'000);
  v1::EchoResponse response;
  for (const absl::Duration timeout : {absl::InfiniteDuration(), absl::Hours(1)}) {
    const absl::Status status =
        probe.client().Call(kSleep, request, response, {.timeout = timeout});
    EXPECT_THAT(status, IsError(absl::StatusCode::kDeadlineExceeded, "DEADLINE_CAP"));
    EXPECT_THAT(status.message(), HasSubstr("100ms"));
  }
  EXPECT_THAT(probe.handlers().Seen(), Each("sleep cancelled"));
  EXPECT_TRUE(FramesGone());
}

TEST(CallEnd, TheServersCapEndsStreamsInAnyState) {
  ServerOptions options;
  options.stream_time = absl::Milliseconds(150);
  ProbeServer probe(options);
  SyncStream reading = probe.client().Bidi(kRunningSum);
  SyncStream waiting = probe.client().ServerStream(kWatch, v1::WatchRequest());
  EXPECT_THAT(reading.Finish(), testing::IsOk());  // half-closes before the cap
  v1::Number number;
  EXPECT_FALSE(waiting.Read(number));
  EXPECT_THAT(waiting.Finish(), IsError(absl::StatusCode::kDeadlineExceeded, "DEADLINE_CAP"));

  SyncStream idle = probe.client().Bidi(kRunningSum);
  v1::SumResponse response;
  EXPECT_FALSE(idle.Read(response));
  EXPECT_THAT(idle.Finish(), IsError(absl::StatusCode::kDeadlineExceeded, "DEADLINE_CAP"));

  // Nobody reads: no status gets past the message that is held up, so the call is broken off.
  v1::CountRequest request;
  request.set_to(1'000'000);
  request.set_padding(100'000);
  SyncStream held_up = probe.client().ServerStream(kCount, request);
  EXPECT_TRUE(WaitUntil([&] {
    const std::vector<std::string> seen = probe.handlers().Seen();
    return !seen.empty() && seen.back() == "count cut";
  }));
  EXPECT_FALSE(held_up.Finish().ok());
  EXPECT_TRUE(FramesGone());
}

TEST(CallEnd, ManyIdleStreamsCancelledAtOnceLeaveNothing) {
  ProbeServer probe;
  std::vector<SyncStream> watches;
  for (int i = 0; i < 300; ++i) {
    watches.push_back(probe.client().ServerStream(kWatch, v1::WatchRequest()));
  }
  ASSERT_TRUE(probe.handlers().WaitForSeen(300));
  watches.clear();
  EXPECT_TRUE(FramesGone());
  EXPECT_EQ(probe.handlers().Seen().size(), 600u);
}

// Waits, timers and reads, each cut while its handler is suspended in it.
TEST(CallEnd, TenThousandCancellationsInMidCallLeaveNothing) {
  ProbeServer probe;
  v1::SleepRequest sleep;
  sleep.set_milliseconds(600'000);
  constexpr int kRounds = 200;
  constexpr int kCallsPerRound = 50;
  // A call has a frame for its driver and one for its handler.
  constexpr int64_t kFrames = 2 * kCallsPerRound;
  size_t in_use_early = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<SyncStream> calls;
    for (int i = 0; i < kCallsPerRound; ++i) {
      switch (i % 3) {
        case 0:
          calls.push_back(probe.client().ServerStream(kWatch, v1::WatchRequest()));
          break;
        case 1:
          calls.push_back(probe.client().ServerStream(kSleep, sleep));
          break;
        default:
          calls.push_back(probe.client().Bidi(kRunningSum));
      }
    }
    ASSERT_TRUE(WaitUntil([] { return LiveFrames::Count() >= kFrames; })) << LiveFrames::Count();
    calls.clear();  // cancels them
    ASSERT_TRUE(FramesGone());
    // What grows once, as buffers and tables do, has grown by then.
    if (round == kRounds / 4) in_use_early = BytesInUse();
  }
  // A call takes some 10 KB while it lasts. What is left of each one is its line in
  // the probe's log, about 400 bytes.
  constexpr size_t kLater = size_t{kCallsPerRound} * kRounds * 3 / 4;
  EXPECT_LE(BytesInUse(), in_use_early + kLater * 800);
}

}  // namespace
}  // namespace weft::rpc
