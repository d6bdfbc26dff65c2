// The four shapes of a method, end to end.
#include <memory>
#include <string>
#include <thread>

#include "common/rpc/binder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/rpc/probe_server.h"
#include "tests/testing/proto_matchers.h"
#include "tests/testing/status_matchers.h"

namespace weft::rpc {
namespace {

using testing::EqualsProto;
using testing::IsOk;
using testing::StatusIs;

TEST(Shapes, Unary) {
  ProbeServer probe;
  v1::EchoRequest request;
  request.set_text("hello");
  v1::EchoResponse response;
  ResponseMetadata metadata;
  ASSERT_THAT(probe.client().Call(kEcho, request, response, {.response_metadata = &metadata}),
              IsOk());
  EXPECT_THAT(response, EqualsProto(R"pb(text: "hello" principal: "users/anonymous")pb"));
  EXPECT_EQ(metadata.position(), "p-1");
}

// A unary handler that answers with bytes which it has: the text of the request, as a serialized
// response. An empty one answers nothing.
class BytesHandlers {
 public:
  Task<absl::Status> EchoBytes(CallContext&, const v1::EchoRequest& request,
                               Serialized<v1::EchoResponse>& response) {
    if (request.fail()) co_return absl::NotFoundError("nothing here");
    if (request.text().empty()) co_return absl::OkStatus();
    response = Serialized<v1::EchoResponse>::FromBytes(request.text());
    co_return absl::OkStatus();
  }
};

TEST(Shapes, UnaryAnsweredWithBytes) {
  BytesHandlers handlers;
  ProbeHandlers others;
  const std::unique_ptr<Server> server = *Server::Create({});
  Binder(*server, "weft.rpctest.v1.ProbeService")
      .On("Echo", &handlers, &BytesHandlers::EchoBytes)
      .On("Sleep", &others, &ProbeHandlers::Sleep)
      .On("Count", &others, &ProbeHandlers::Count)
      .On("Watch", &others, &ProbeHandlers::Watch)
      .On("Sum", &others, &ProbeHandlers::Sum)
      .On("RunningSum", &others, &ProbeHandlers::RunningSum);
  ASSERT_THAT(server->Start(), IsOk());
  SyncClient client(server->address());

  v1::EchoResponse sent;
  sent.set_text("stored");
  // A field that this version does not know passes through as well.
  const std::string unknown = "\x7a\x03new";
  v1::EchoRequest request;
  request.set_text(sent.SerializeAsString() + unknown);
  v1::EchoResponse response;
  ASSERT_THAT(client.Call(kEcho, request, response), IsOk());
  EXPECT_EQ(response.text(), "stored");
  EXPECT_EQ(response.SerializeAsString(), request.text());

  request.clear_text();
  ASSERT_THAT(client.Call(kEcho, request, response), IsOk());
  EXPECT_THAT(response, EqualsProto(""));
  request.set_fail(true);
  EXPECT_THAT(client.Call(kEcho, request, response), StatusIs(absl::StatusCode::kNotFound));
}

TEST(Shapes, UnaryTakesMessagesUpToTheLimit) {
  ProbeServer probe;
  v1::EchoRequest request;
  request.set_text(std::string((8 << 20) - 100, 'x'));
  v1::EchoResponse response;
  ASSERT_THAT(probe.client().Call(kEcho, request, response), IsOk());
  EXPECT_EQ(response.text().size(), request.text().size());
}

TEST(Shapes, ServerStream) {
  ProbeServer probe;
  v1::CountRequest request;
  request.set_to(1000);
  SyncStream stream = probe.client().ServerStream(kCount, request);
  v1::Number number;
  int64_t expected = 0;
  while (stream.Read(number)) EXPECT_EQ(number.value(), ++expected);
  EXPECT_THAT(stream.Finish(), IsOk());
  EXPECT_EQ(expected, 1000);
}

TEST(Shapes, EmptyServerStream) {
  ProbeServer probe;
  SyncStream stream = probe.client().ServerStream(kCount, v1::CountRequest());
  v1::Number number;
  EXPECT_FALSE(stream.Read(number));
  EXPECT_THAT(stream.Finish(), IsOk());
}

TEST(Shapes, ClientStream) {
  ProbeServer probe;
  SyncStream stream = probe.client().ClientStream(kSum);
  for (int i = 1; i <= 1000; ++i) ASSERT_TRUE(stream.Write(MakeNumber(i)));
  v1::SumResponse response;
  ASSERT_THAT(stream.Finish(response), IsOk());
  EXPECT_THAT(response, EqualsProto("sum: 500500 count: 1000"));
}

TEST(Shapes, EmptyClientStream) {
  ProbeServer probe;
  SyncStream stream = probe.client().ClientStream(kSum);
  v1::SumResponse response;
  ASSERT_THAT(stream.Finish(response), IsOk());
  EXPECT_THAT(response, EqualsProto(""));
}

TEST(Shapes, BidiInTurn) {
  ProbeServer probe;
  SyncStream stream = probe.client().Bidi(kRunningSum);
  v1::SumResponse response;
  for (int i = 1; i <= 100; ++i) {
    ASSERT_TRUE(stream.Write(MakeNumber(i)));
    ASSERT_TRUE(stream.Read(response));
    EXPECT_EQ(response.sum(), i * (i + 1) / 2);
  }
  ASSERT_TRUE(stream.WritesDone());
  EXPECT_FALSE(stream.Read(response));
  EXPECT_THAT(stream.Finish(), IsOk());
}

TEST(Shapes, BidiFromTwoThreads) {
  ProbeServer probe;
  SyncStream stream = probe.client().Bidi(kRunningSum);
  constexpr int kMessages = 5000;
  std::thread writer([&] {
    for (int i = 1; i <= kMessages; ++i) ASSERT_TRUE(stream.Write(MakeNumber(1)));
    ASSERT_TRUE(stream.WritesDone());
  });
  v1::SumResponse response;
  int answers = 0;
  while (stream.Read(response)) EXPECT_EQ(response.sum(), ++answers);
  writer.join();
  EXPECT_THAT(stream.Finish(), IsOk());
  EXPECT_EQ(answers, kMessages);
}

TEST(Shapes, FinishDropsWhatWasNotRead) {
  ProbeServer probe;
  v1::CountRequest request;
  request.set_to(2000);
  request.set_padding(10'000);
  SyncStream stream = probe.client().ServerStream(kCount, request);
  v1::Number number;
  ASSERT_TRUE(stream.Read(number));
  EXPECT_THAT(stream.Finish(), IsOk());
}

}  // namespace
}  // namespace weft::rpc
