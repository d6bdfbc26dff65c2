// What surrounds every handler: refusals, limits, principal, permission, errors, the access log.
#include <future>
#include <string>
#include <vector>

#include "common/base/error.h"
#include "common/base/task.h"
#include "common/rpc/binder.h"
#include "gmock/gmock.h"
#include "google/protobuf/empty.pb.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/common/rpc/probe_server.h"
#include "tests/testing/status_matchers.h"

namespace weft::rpc {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::IsError;
using testing::IsOk;
using ::testing::SizeIs;
using testing::StatusIs;

absl::Status Echo(ProbeServer& probe, const std::string& text, const CallOptions& options = {}) {
  v1::EchoRequest request;
  request.set_text(text);
  v1::EchoResponse response;
  return probe.client().Call(kEcho, request, response, options);
}

TEST(Dispatch, UnknownMethodNamesThoseThereAre) {
  ProbeServer probe;
  google::protobuf::Empty empty;
  const absl::Status status =
      probe.client().Call("weft.rpctest.v1.ProbeService/Ehco", empty, empty);
  EXPECT_THAT(status, IsError(absl::StatusCode::kUnimplemented, "METHOD_NOT_FOUND"));
  EXPECT_THAT(status.message(), AllOf(HasSubstr("did you mean Echo?"), HasSubstr("RunningSum")));
}

TEST(Dispatch, UnknownServiceNamesTheNearest) {
  ProbeServer probe;
  google::protobuf::Empty empty;
  const absl::Status status = probe.client().Call("weft.rpctest.v1.ProbService/Echo", empty, empty);
  EXPECT_THAT(status, IsError(absl::StatusCode::kUnimplemented, "METHOD_NOT_FOUND"));
  EXPECT_THAT(status.message(), HasSubstr("the nearest is weft.rpctest.v1.ProbeService with Echo"));
}

TEST(Dispatch, UnknownStreamIsRefusedToo) {
  ProbeServer probe;
  SyncStream stream = probe.client().Bidi("no.Service/At.All");
  EXPECT_THAT(stream.Finish(), IsError(absl::StatusCode::kUnimplemented, "METHOD_NOT_FOUND"));
}

TEST(Dispatch, DetailsTravel) {
  ProbeServer probe;
  v1::EchoRequest request;
  request.set_fail(true);
  v1::EchoResponse response;
  const absl::Status status = probe.client().Call(kEcho, request, response);
  EXPECT_THAT(status, IsError(absl::StatusCode::kInvalidArgument, "PROBE_FAILED"));
  EXPECT_EQ(testing::ViolatedFields(status), (std::vector<std::string>{"text", "fail"}));
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(GetDetail(status, info));
  EXPECT_EQ(info.domain(), "weft");
  EXPECT_EQ(info.metadata().at("total_violations"), "2");
}

TEST(Dispatch, MalformedRequest) {
  ProbeServer probe;
  v1::RawEchoRequest request;
  request.set_text("\xff");
  v1::EchoResponse response;
  const absl::Status status = probe.client().Call(kEcho, request, response);
  EXPECT_THAT(status, IsError(absl::StatusCode::kInvalidArgument, "MALFORMED_MESSAGE"));
  EXPECT_THAT(status.message(), HasSubstr("weft.rpctest.v1.EchoRequest"));
}

TEST(Dispatch, MissingRequest) {
  ProbeServer probe;
  SyncStream stream = probe.client().Bidi(kEcho);
  EXPECT_THAT(stream.Finish(), IsError(absl::StatusCode::kInvalidArgument, "MISSING_MESSAGE"));
}

TEST(Dispatch, OversizedRequestSaysWhatToDo) {
  ProbeServer probe;
  const absl::Status status = Echo(probe, std::string(9 << 20, 'x'));
  EXPECT_THAT(status, IsError(absl::StatusCode::kResourceExhausted, "MESSAGE_TOO_LARGE"));
  EXPECT_THAT(status.message(), AllOf(HasSubstr("8388608"), HasSubstr("streaming")));
  EXPECT_THAT(Echo(probe, "still there"), IsOk());
}

TEST(Dispatch, FarOversizedRequestIsRefusedByTheTransport) {
  ProbeServer probe;
  EXPECT_THAT(Echo(probe, std::string(65 << 20, 'x')),
              StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(Echo(probe, "still there"), IsOk());
}

TEST(Dispatch, OversizedStreamMessage) {
  ProbeServer probe;
  SyncStream stream = probe.client().ClientStream(kSum);
  stream.Write(MakeNumber(1));
  v1::Number large;
  large.set_padding(std::string(9 << 20, 'x'));
  stream.Write(large);
  v1::SumResponse response;
  const absl::Status status = stream.Finish(response);
  EXPECT_THAT(status, IsError(absl::StatusCode::kResourceExhausted, "MESSAGE_TOO_LARGE"));
  EXPECT_THAT(status.message(), HasSubstr("message 2 of the stream"));
}

TEST(Dispatch, PrincipalComesFromMetadata) {
  ProbeServer probe;
  v1::EchoResponse response;
  ASSERT_THAT(probe.client().Call(kEcho, v1::EchoRequest(), response, {.principal = "users/amara"}),
              IsOk());
  EXPECT_EQ(response.principal(), "users/amara");
}

TEST(Dispatch, BadPrincipalIsRefused) {
  ProbeServer probe;
  EXPECT_THAT(Echo(probe, "", {.principal = "amara"}),
              IsError(absl::StatusCode::kUnauthenticated, "INVALID_PRINCIPAL"));
}

TEST(Dispatch, PermissionIsChecked) {
  ProbeServer probe;
  EXPECT_THAT(Echo(probe, "", {.principal = "researchers/r"}), IsOk());
  SyncStream stream = probe.client().ClientStream(kSum, {.principal = "researchers/r"});
  const absl::Status status = stream.Finish();
  EXPECT_THAT(status, IsError(absl::StatusCode::kPermissionDenied, "PERMISSION_DENIED"));
  EXPECT_THAT(status.message(), HasSubstr("probe.numbers.write"));
}

TEST(Dispatch, CallsBeyondTheLimitAreRefused) {
  ServerOptions options;
  options.call_limits = {.reads = 2, .writes = 1, .streams = 1};
  ProbeServer probe(options);
  v1::SleepRequest sleep;
  sleep.set_milliseconds(60'000);
  std::vector<SyncStream> sleeping;
  for (int i = 0; i < 2; ++i) sleeping.push_back(probe.client().ServerStream(kSleep, sleep));
  ASSERT_TRUE(
      WaitUntil([&] { return Echo(probe, "").code() == absl::StatusCode::kResourceExhausted; }));
  const absl::Status status = Echo(probe, "");
  EXPECT_THAT(status, IsError(absl::StatusCode::kResourceExhausted, "TOO_MANY_CALLS"));
  google::rpc::RetryInfo retry;
  ASSERT_TRUE(GetDetail(status, retry));
  EXPECT_GT(retry.retry_delay().nanos(), 0);
  // Streams have a limit of their own.
  SyncStream watch = probe.client().ServerStream(kWatch, v1::WatchRequest());
  ASSERT_TRUE(probe.handlers().WaitForSeen(1));
  EXPECT_THAT(probe.client().ServerStream(kWatch, v1::WatchRequest()).Finish(),
              IsError(absl::StatusCode::kResourceExhausted, "TOO_MANY_CALLS"));
  // A call that ends makes room.
  sleeping.pop_back();
  EXPECT_TRUE(WaitUntil([&] { return Echo(probe, "").ok(); }));
}

TEST(Dispatch, AccessLogHasOneLinePerCallAndNoContent) {
  ProbeServer probe;
  ASSERT_THAT(Echo(probe, "s3cret", {.principal = "users/amara"}), IsOk());
  v1::EchoRequest request;
  request.set_fail(true);
  v1::EchoResponse response;
  EXPECT_FALSE(probe.client().Call(kEcho, request, response).ok());
  ASSERT_TRUE(WaitUntil([&] { return probe.LogLines().size() == 2; }));
  const std::vector<std::string> lines = probe.LogLines();
  for (const std::string& line : lines) EXPECT_THAT(line, ::testing::Not(HasSubstr("s3cret")));
  const nlohmann::json first = nlohmann::json::parse(lines[0]);
  EXPECT_EQ(first["service"], "weft.rpctest.v1.ProbeService");
  EXPECT_EQ(first["method"], "Echo");
  EXPECT_EQ(first["code"], "OK");
  EXPECT_EQ(first["level"], "info");
  EXPECT_EQ(first["principal"], "users/amara");
  EXPECT_EQ(first["request_bytes"], 8);
  EXPECT_GT(first["response_bytes"], 8);
  EXPECT_GE(first["duration_ms"], 0);
  EXPECT_THAT(first["peer"].get<std::string>(), HasSubstr("127.0.0.1"));
  const nlohmann::json second = nlohmann::json::parse(lines[1]);
  EXPECT_EQ(second["code"], "INVALID_ARGUMENT");
  EXPECT_EQ(second["reason"], "PROBE_FAILED");
}

TEST(Dispatch, AForgedMethodNameCannotForgeALogLine) {
  ProbeServer probe;
  google::protobuf::Empty empty;
  EXPECT_FALSE(probe.client().Call("a\"b/c\\d", empty, empty).ok());
  ASSERT_TRUE(WaitUntil([&] { return !probe.LogLines().empty(); }));
  const nlohmann::json line = nlohmann::json::parse(probe.LogLines()[0]);
  EXPECT_EQ(line["service"], "a\"b");
  EXPECT_EQ(line["method"], "c\\d");
}

// Wiring mistakes end the program at start-up.

TEST(DispatchDeathTest, MethodWithoutPermission) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        std::unique_ptr<Server> server = *Server::Create({});
        ProbeHandlers handlers;
        Binder(*server, "weft.rpctest.v1.UnguardedService")
            .On("Echo", &handlers, &ProbeHandlers::Echo);
      },
      "UnguardedService.Echo has no permission");
}

TEST(DispatchDeathTest, MethodLeftOut) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        std::unique_ptr<Server> server = *Server::Create({});
        ProbeHandlers handlers;
        Binder(*server, "weft.rpctest.v1.ProbeService").On("Echo", &handlers, &ProbeHandlers::Echo);
      },
      "ProbeService.Sleep has no handler");
}

TEST(DispatchDeathTest, WrongTypeAndWrongShape) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto bind = [](auto method, const char* name) {
    std::unique_ptr<Server> server = *Server::Create({});
    ProbeHandlers handlers;
    Binder(*server, "weft.rpctest.v1.ProbeService").On(name, &handlers, method);
  };
  EXPECT_DEATH(bind(&ProbeHandlers::Sleep, "Echo"), "takes weft.rpctest.v1.EchoRequest");
  EXPECT_DEATH(bind(&ProbeHandlers::Sum, "RunningSum"), "bidirectional stream");
  EXPECT_DEATH(bind(&ProbeHandlers::Sum, "Sums"), "has no method Sums");
}

}  // namespace
}  // namespace weft::rpc
