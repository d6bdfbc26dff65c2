// The asynchronous client, used as handlers use it: a relay server calls the probe server.
#include "common/rpc/client.h"

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "common/base/task.h"
#include "common/rpc/binder.h"
#include "common/rpc/waits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/rpc/probe_server.h"
#include "tests/testing/status_matchers.h"

namespace weft::rpc {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::IsError;
using testing::IsOk;
using testing::StatusIs;

// ProbeService whose handlers ask another one.
class RelayHandlers {
 public:
  explicit RelayHandlers(std::unique_ptr<Channel> channel) : channel_(std::move(channel)) {}

  Task<absl::Status> Echo(CallContext& context, const v1::EchoRequest& request,
                          v1::EchoResponse& response) {
    ResponseMetadata metadata;
    const CallOptions options{.principal = principal(), .response_metadata = &metadata};
    absl::Status status = co_await channel_->Call(context, kEcho, request, response, options);
    if (status.ok()) context.SetPosition(metadata.position());
    co_return status;
  }
  Task<absl::Status> Sleep(CallContext& context, const v1::SleepRequest& request,
                           v1::EchoResponse& response) {
    absl::Status status = co_await channel_->Call(context, kSleep, request, response);
    co_return status;
  }
  Task<absl::Status> Count(CallContext& context, const v1::CountRequest& request,
                           Writer<v1::Number>& writer) {
    ServerStream<v1::Number> numbers = channel_->Open<v1::Number>(context, kCount, request);
    v1::Number number;
    for (;;) {
      const bool more = co_await numbers.Read(number);
      if (!more) break;
      // An odd one out: the stream is dropped in the middle.
      if (number.value() == drop_at) co_return absl::AbortedError("dropped");
      const bool sent = co_await writer.Write(number);
      if (!sent) break;
    }
    absl::Status status = co_await numbers.Finish();
    co_return status;
  }
  Task<absl::Status> Watch(CallContext& context, const v1::WatchRequest& request,
                           Writer<v1::Number>&) {
    ServerStream<v1::Number> watch = channel_->Open<v1::Number>(context, kWatch, request);
    v1::Number number;
    const bool more = co_await watch.Read(number);
    EXPECT_FALSE(more);
    absl::Status status = co_await watch.Finish();
    co_return status;
  }
  Task<absl::Status> Sum(CallContext&, Reader<v1::Number>&, v1::SumResponse&) {
    co_return absl::UnimplementedError("not relayed");
  }
  Task<absl::Status> RunningSum(CallContext&, Reader<v1::Number>&, Writer<v1::SumResponse>&) {
    co_return absl::UnimplementedError("not relayed");
  }

  // From the test's thread. Its next call comes after this, by way of a socket, which is no order
  // that the thread sanitizer sees.
  void SetPrincipal(std::string principal) {
    const std::lock_guard lock(mutex_);
    principal_ = std::move(principal);
  }
  int64_t drop_at = -1;

 private:
  std::string principal() {
    const std::lock_guard lock(mutex_);
    return principal_;
  }

  std::unique_ptr<Channel> channel_;
  std::mutex mutex_;
  std::string principal_;
};

class Client : public ::testing::Test {
 protected:
  void Start(ServerOptions options = {}, absl::string_view target = "") {
    relay_ = *Server::Create(std::move(options));
    handlers_ = std::make_unique<RelayHandlers>(
        Channel::Create(*relay_, target.empty() ? probe_->server().address() : target));
    Binder(*relay_, "weft.rpctest.v1.ProbeService")
        .On("Echo", handlers_.get(), &RelayHandlers::Echo)
        .On("Sleep", handlers_.get(), &RelayHandlers::Sleep)
        .On("Count", handlers_.get(), &RelayHandlers::Count)
        .On("Watch", handlers_.get(), &RelayHandlers::Watch)
        .On("Sum", handlers_.get(), &RelayHandlers::Sum)
        .On("RunningSum", handlers_.get(), &RelayHandlers::RunningSum);
    ASSERT_THAT(relay_->Start(), IsOk());
    client_ = std::make_unique<SyncClient>(relay_->address(), SyncClientOptions{.retry = false});
  }
  void TearDown() override {
    client_.reset();
    if (relay_ != nullptr) relay_->Shutdown(absl::Seconds(5));
    handlers_.reset();
    relay_.reset();
    probe_.reset();
    EXPECT_EQ(LiveFrames::Count(), 0);
  }

  std::unique_ptr<ProbeServer> probe_ = std::make_unique<ProbeServer>();
  std::unique_ptr<Server> relay_;
  std::unique_ptr<RelayHandlers> handlers_;
  std::unique_ptr<SyncClient> client_;
};

TEST_F(Client, RelaysAnswersPrincipalAndMetadata) {
  Start();
  v1::EchoRequest request;
  request.set_text("hello");
  v1::EchoResponse response;
  ResponseMetadata metadata;
  ASSERT_THAT(client_->Call(kEcho, request, response,
                            {.principal = "users/amara", .response_metadata = &metadata}),
              IsOk());
  EXPECT_EQ(response.text(), "hello");
  EXPECT_EQ(response.principal(), "users/amara");
  EXPECT_EQ(metadata.position(), "p-1");
  handlers_->SetPrincipal("services/relay");
  ASSERT_THAT(client_->Call(kEcho, request, response), IsOk());
  EXPECT_EQ(response.principal(), "services/relay");
}

TEST_F(Client, RelaysErrorsWithTheirDetails) {
  Start();
  v1::EchoRequest request;
  request.set_fail(true);
  v1::EchoResponse response;
  const absl::Status status = client_->Call(kEcho, request, response);
  EXPECT_THAT(status, IsError(absl::StatusCode::kInvalidArgument, "PROBE_FAILED"));
  EXPECT_EQ(testing::ViolatedFields(status), (std::vector<std::string>{"text", "fail"}));
}

TEST_F(Client, RelaysStreams) {
  Start();
  v1::CountRequest request;
  request.set_to(500);
  SyncStream stream = client_->ServerStream(kCount, request);
  v1::Number number;
  int64_t expected = 0;
  while (stream.Read(number)) EXPECT_EQ(number.value(), ++expected);
  EXPECT_THAT(stream.Finish(), IsOk());
  EXPECT_EQ(expected, 500);
}

TEST_F(Client, AStreamThatIsDroppedIsCancelled) {
  Start();
  handlers_->drop_at = 3;
  v1::CountRequest request;
  request.set_to(1'000'000);
  request.set_padding(100'000);
  EXPECT_THAT(client_->ServerStream(kCount, request).Finish(),
              StatusIs(absl::StatusCode::kAborted));
  ASSERT_TRUE(probe_->handlers().WaitForSeen(1));
  EXPECT_THAT(probe_->handlers().Seen(), ElementsAre("count cut"));
}

TEST_F(Client, TheCallersDeadlineTravelsOn) {
  Start();
  // Less than any call has that names none. gRPC rounds what is left when it writes it down.
  v1::EchoResponse slept;
  ASSERT_THAT(client_->Call(kSleep, v1::SleepRequest(), slept, {.timeout = absl::Seconds(5)}),
              IsOk());
  EXPECT_GT(slept.milliseconds_left(), 0);
  EXPECT_LT(slept.milliseconds_left(), 10'000);
  EXPECT_TRUE(probe_->handlers().WaitForSeen(1));
}

TEST_F(Client, ACallThatIsOutOfTimeEndsThoseThatItMade) {
  Start();
  v1::SleepRequest request;
  request.set_milliseconds(60'000);
  v1::EchoResponse response;
  EXPECT_THAT(client_->Call(kSleep, request, response, {.timeout = absl::Milliseconds(300)}),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  ASSERT_TRUE(probe_->handlers().WaitForSeen(1));
  EXPECT_THAT(probe_->handlers().Seen(), ElementsAre("sleep cancelled"));
}

TEST_F(Client, CancellationTravelsOn) {
  Start();
  v1::SleepRequest request;
  request.set_milliseconds(60'000);
  SyncStream sleep = client_->ServerStream(kSleep, request);
  SyncStream watch = client_->ServerStream(kWatch, v1::WatchRequest());
  ASSERT_TRUE(probe_->handlers().WaitForSeen(1));
  ASSERT_TRUE(WaitUntil([] { return LiveFrames::Count() >= 9; }));
  sleep.Cancel();
  watch.Cancel();
  ASSERT_TRUE(probe_->handlers().WaitForSeen(3));
  EXPECT_THAT(probe_->handlers().Seen(), Contains("sleep cancelled"));
  EXPECT_THAT(probe_->handlers().Seen(), Contains("watch cancelled"));
  EXPECT_TRUE(WaitUntil([] { return LiveFrames::Count() == 0; }));
}

TEST_F(Client, AnUnreachablePeerIsNamed) {
  std::string nowhere;
  {
    const std::unique_ptr<Server> server = *Server::Create({});
    ASSERT_THAT(server->Start(), IsOk());
    nowhere = server->address();
  }
  Start({}, nowhere);
  v1::EchoResponse response;
  const absl::Status status = client_->Call(kEcho, v1::EchoRequest(), response);
  EXPECT_THAT(status, IsError(absl::StatusCode::kUnavailable, "SERVER_UNREACHABLE"));
  EXPECT_THAT(status.message(), HasSubstr(nowhere));
}

TEST_F(Client, AServerThatComesBackIsFoundAgain) {
  ServerOptions options;
  options.listen = probe_->server().address();
  Start();
  v1::EchoResponse response;
  ASSERT_THAT(client_->Call(kEcho, v1::EchoRequest(), response), IsOk());
  probe_.reset();
  EXPECT_FALSE(client_->Call(kEcho, v1::EchoRequest(), response).ok());
  probe_ = std::make_unique<ProbeServer>(options);
  EXPECT_TRUE(WaitUntil([&] { return client_->Call(kEcho, v1::EchoRequest(), response).ok(); }));
}

TEST_F(Client, ABackgroundTaskFollowsAndEndsWithTheServer) {
  Start();
  const std::unique_ptr<Server> follower = *Server::Create({});
  const std::unique_ptr<Channel> channel = Channel::Create(*follower, probe_->server().address());
  follower->Spawn("follow", {"services/follower"}, [&](CallContext& context) -> Task<absl::Status> {
    const v1::WatchRequest request;
    ServerStream<v1::Number> watch = channel->Open<v1::Number>(context, kWatch, request);
    v1::Number number;
    bool more = true;
    while (more) more = co_await watch.Read(number);
    absl::Status status = co_await watch.Finish();
    co_return status;
  });
  ASSERT_THAT(follower->Start(), IsOk());
  ASSERT_TRUE(probe_->handlers().WaitForSeen(1));
  follower->Shutdown(absl::Seconds(10));
  ASSERT_TRUE(probe_->handlers().WaitForSeen(2));
  EXPECT_THAT(probe_->handlers().Seen(), ElementsAre("watch started", "watch cancelled"));
}

}  // namespace
}  // namespace weft::rpc
