// What a server counts of its calls, seen from outside.
#include <string>

#include "absl/strings/str_cat.h"
#include "common/observability/metrics.h"
#include "gmock/gmock.h"
#include "google/protobuf/empty.pb.h"
#include "gtest/gtest.h"
#include "tests/common/rpc/probe_server.h"
#include "tests/testing/status_matchers.h"

namespace weft::rpc {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::Not;

constexpr char kCount[] = "rpc_server_call_duration_seconds_count";

std::string CountLine(const std::string& service, const std::string& method,
                      const std::string& code, int count) {
  return absl::StrCat(kCount, "{rpc_method=\"", method, "\",rpc_response_status_code=\"", code,
                      "\",rpc_service=\"", service, "\"} ", count, "\n");
}

TEST(ServerMetrics, CallsByMethodAndStatus) {
  observability::Metrics metrics;
  ServerOptions options;
  options.metrics = &metrics;
  ProbeServer probe(options);
  v1::EchoRequest request;
  v1::EchoResponse response;
  request.set_text("abc");
  for (int i = 0; i < 2; ++i) EXPECT_THAT(probe.client().Call(kEcho, request, response), IsOk());
  request.set_fail(true);
  EXPECT_FALSE(probe.client().Call(kEcho, request, response).ok());
  const std::string service = "weft.rpctest.v1.ProbeService";
  // A call is counted once its caller has the answer, so that any of them may be the last.
  for (const std::string& line :
       {CountLine(service, "Echo", "INVALID_ARGUMENT", 1), CountLine(service, "Echo", "OK", 2),
        std::string("rpc_server_calls_in_progress{class=\"read\"} 0\n")}) {
    EXPECT_TRUE(WaitUntil([&] { return metrics.Text().find(line) != std::string::npos; })) << line;
  }
  EXPECT_THAT(metrics.Text(), HasSubstr("rpc_server_received_bytes_total 17\n"));
}

// Whatever callers make up, it is one series: a stranger cannot fill the memory of whoever reads.
TEST(ServerMetrics, UnknownMethodsAreOneSeries) {
  observability::Metrics metrics;
  ServerOptions options;
  options.metrics = &metrics;
  ProbeServer probe(options);
  google::protobuf::Empty empty;
  for (int i = 0; i < 50; ++i) {
    EXPECT_FALSE(probe.client().Call(absl::StrCat("made.up", i, "/Method"), empty, empty).ok());
  }
  const std::string all = CountLine("unknown", "unknown", "UNIMPLEMENTED", 50);
  ASSERT_TRUE(WaitUntil([&] { return metrics.Text().find(all) != std::string::npos; }));
  EXPECT_THAT(metrics.Text(),
              AllOf(HasSubstr("rpc_server_calls_refused_total{reason=\"METHOD_NOT_FOUND\"} 50\n"),
                    Not(HasSubstr("made.up"))));
}

TEST(ServerMetrics, CallsInProgressAndRefusedOnes) {
  observability::Metrics metrics;
  ServerOptions options;
  options.metrics = &metrics;
  options.call_limits_per_principal.streams = 1;
  ProbeServer probe(options);
  SyncStream watch = probe.client().ServerStream(kWatch, v1::WatchRequest());
  ASSERT_TRUE(probe.handlers().WaitForSeen(1));
  EXPECT_THAT(metrics.Text(), HasSubstr("rpc_server_calls_in_progress{class=\"stream\"} 1\n"));
  EXPECT_FALSE(probe.client().ServerStream(kWatch, v1::WatchRequest()).Finish().ok());
  EXPECT_THAT(
      metrics.Text(),
      HasSubstr("rpc_server_calls_refused_total{reason=\"TOO_MANY_CALLS_OF_PRINCIPAL\"} 1\n"));
  watch.Cancel();
  EXPECT_TRUE(WaitUntil([&] {
    return metrics.Text().find("rpc_server_calls_in_progress{class=\"stream\"} 0\n") !=
           std::string::npos;
  }));
}

}  // namespace
}  // namespace weft::rpc
