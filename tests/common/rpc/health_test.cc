#include "common/rpc/health.h"

#include <future>

#include "gmock/gmock.h"
#include "grpc/health/v1/health.pb.h"
#include "gtest/gtest.h"
#include "tests/common/rpc/probe_server.h"
#include "tests/testing/status_matchers.h"

namespace weft::rpc {
namespace {

using testing::IsError;
using testing::IsOk;
using Request = grpc::health::v1::HealthCheckRequest;
using Response = grpc::health::v1::HealthCheckResponse;

constexpr char kCheck[] = "grpc.health.v1.Health/Check";
constexpr char kHealthWatch[] = "grpc.health.v1.Health/Watch";

Request For(const std::string& service) {
  Request request;
  request.set_service(service);
  return request;
}

TEST(Health, EveryServiceAndTheWholeAreServing) {
  ProbeServer probe;
  for (const char* service : {"", "weft.rpctest.v1.ProbeService", "grpc.health.v1.Health"}) {
    Response response;
    ASSERT_THAT(probe.client().Call(kCheck, For(service), response), IsOk()) << service;
    EXPECT_EQ(response.status(), Response::SERVING) << service;
  }
}

TEST(Health, UnknownServices) {
  ProbeServer probe;
  Response response;
  EXPECT_THAT(probe.client().Call(kCheck, For("no.Service"), response),
              IsError(absl::StatusCode::kNotFound, "SERVICE_NOT_FOUND"));
  SyncStream watch = probe.client().ServerStream(kHealthWatch, For("no.Service"));
  ASSERT_TRUE(watch.Read(response));
  EXPECT_EQ(response.status(), Response::SERVICE_UNKNOWN);
}

TEST(Health, NeedsNoPermission) {
  ServerOptions options;
  options.policy = auth::Policy({});
  ProbeServer probe(options);
  Response response;
  EXPECT_THAT(probe.client().Call(kCheck, For(""), response), IsOk());
}

TEST(Health, WatchFollowsTheState) {
  ProbeServer probe;
  SyncStream watch = probe.client().ServerStream(kHealthWatch, For(""));
  Response response;
  ASSERT_TRUE(watch.Read(response));
  EXPECT_EQ(response.status(), Response::SERVING);
  probe.server().SetServing(false);
  ASSERT_TRUE(watch.Read(response));
  EXPECT_EQ(response.status(), Response::NOT_SERVING);
  probe.server().SetServing(true);
  ASSERT_TRUE(watch.Read(response));
  EXPECT_EQ(response.status(), Response::SERVING);
}

TEST(Health, WatchersLearnOfTheDrainBeforeTheirStreamEnds) {
  ProbeServer probe;
  SyncStream watch = probe.client().ServerStream(kHealthWatch, For(""));
  Response response;
  ASSERT_TRUE(watch.Read(response));
  auto down = std::async(std::launch::async, [&] { probe.server().Shutdown(absl::Seconds(5)); });
  ASSERT_TRUE(watch.Read(response));
  EXPECT_EQ(response.status(), Response::NOT_SERVING);
  EXPECT_FALSE(watch.Read(response));
  EXPECT_THAT(watch.Finish(), IsError(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));
}

}  // namespace
}  // namespace weft::rpc
