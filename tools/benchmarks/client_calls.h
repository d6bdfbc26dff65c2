// The client that every server is measured with: one thread, one completion queue, messages as
// bytes. Errors of calls end a run.
#ifndef WEFT_TOOLS_BENCHMARKS_CLIENT_CALLS_H_
#define WEFT_TOOLS_BENCHMARKS_CLIENT_CALLS_H_

#include <grpcpp/channel.h>
#include <grpcpp/support/byte_buffer.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message_lite.h"
#include "tools/benchmarks/measure.h"

namespace weft::bench {

grpc::ByteBuffer ToBytes(const google::protobuf::MessageLite& message);
bool FromBytes(grpc::ByteBuffer bytes, google::protobuf::MessageLite& message);
absl::Status FromGrpc(const grpc::Status& status);

// A connection that no other channel shares.
std::shared_ptr<grpc::Channel> Connect(const std::string& target);

struct CallsOptions {
  std::string target;
  // "/package.Service/Method".
  std::string method;
  int in_flight = 64;
  // Calls before them count for nothing.
  double warm_up_seconds = 0.3;
  // Ends after this time, or, when it is set, after this many calls.
  double seconds = 1;
  uint64_t calls = 0;
  // Calls per second that are begun, whether or not earlier ones have ended; their latencies count
  // from when they were due. 0: a new call begins when one ends.
  double rate = 0;
};

struct CallsResult {
  uint64_t calls = 0;
  double seconds = 0;
  grpc::ByteBuffer last_answer;
  Latencies latencies;
};

// Makes unary calls; `next` gives the request of the n-th.
absl::StatusOr<CallsResult> RunCalls(const CallsOptions& options,
                                     const std::function<grpc::ByteBuffer(uint64_t)>& next);

}  // namespace weft::bench

#endif  // WEFT_TOOLS_BENCHMARKS_CLIENT_CALLS_H_
