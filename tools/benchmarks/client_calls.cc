#include "tools/benchmarks/client_calls.h"

#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/codegen/proto_buffer_reader.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace weft::bench {
namespace {

using Bytes = grpc::ByteBuffer;

struct OneCall {
  std::optional<grpc::ClientContext> context;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
  Bytes answer;
  grpc::Status status;
  Clock::time_point begun;
};

class Run {
 public:
  Run(const CallsOptions& options, const std::function<Bytes(uint64_t)>& next)
      : options_(options), next_(next), stub_(Connect(options.target)), calls_(options.in_flight) {
    for (OneCall& call : calls_) idle_.push_back(&call);
  }
  ~Run() { queue_.Shutdown(); }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  absl::StatusOr<CallsResult> ToEnd() {
    origin_ = Clock::now();
    measured_from_ = origin_ + Duration(options_.warm_up_seconds);
    stop_ =
        options_.calls > 0 ? Clock::time_point::max() : measured_from_ + Duration(options_.seconds);
    BeginDue();
    while (idle_.size() < calls_.size() || !Over(Clock::now())) {
      void* tag = nullptr;
      bool ok = false;
      const grpc::CompletionQueue::NextStatus got = queue_.AsyncNext(&tag, &ok, NextDue());
      if (got == grpc::CompletionQueue::GOT_EVENT) Finish(*static_cast<OneCall*>(tag));
      if (status_.ok()) BeginDue();
    }
    if (!status_.ok()) return FromGrpc(status_);
    result_.seconds = SecondsBetween(measured_from_, last_);
    return std::move(result_);
  }

 private:
  static Clock::duration Duration(double seconds) {
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  }

  bool Over(Clock::time_point now) const {
    if (!status_.ok()) return true;
    return options_.calls > 0 ? begun_ >= options_.calls : now >= stop_;
  }
  Clock::time_point Due(uint64_t call) const {
    return origin_ + Duration(static_cast<double>(call) / options_.rate);
  }
  // Until when to wait for answers at most.
  std::chrono::system_clock::time_point NextDue() const {
    if (options_.rate == 0) return std::chrono::system_clock::now() + std::chrono::seconds(60);
    const Clock::duration rest = std::max(Due(begun_) - Clock::now(), Clock::duration::zero());
    return std::chrono::system_clock::now() +
           std::chrono::duration_cast<std::chrono::system_clock::duration>(rest);
  }

  void BeginDue() {
    for (Clock::time_point now = Clock::now(); !idle_.empty() && !Over(now);) {
      if (options_.rate > 0 && Due(begun_) > now) return;
      OneCall& call = *idle_.back();
      idle_.pop_back();
      Begin(call, options_.rate > 0 ? Due(begun_) : Clock::now());
    }
  }

  void Begin(OneCall& call, Clock::time_point when) {
    call.context.emplace();
    call.begun = when;
    call.reader = stub_.PrepareUnaryCall(&*call.context, options_.method, next_(begun_), &queue_);
    call.reader->StartCall();
    call.reader->Finish(&call.answer, &call.status, &call);
    ++begun_;
  }

  void Finish(OneCall& call) {
    const Clock::time_point now = Clock::now();
    idle_.push_back(&call);
    if (!call.status.ok()) {
      status_ = call.status;
      return;
    }
    if (now < measured_from_ || now > stop_) return;
    last_ = now;
    ++result_.calls;
    result_.last_answer = call.answer;
    result_.latencies.Add(now - call.begun);
  }

  const CallsOptions& options_;
  const std::function<Bytes(uint64_t)>& next_;
  grpc::GenericStub stub_;
  grpc::CompletionQueue queue_;
  std::vector<OneCall> calls_;
  std::vector<OneCall*> idle_;
  Clock::time_point origin_;
  Clock::time_point measured_from_;
  Clock::time_point stop_;
  Clock::time_point last_;
  uint64_t begun_ = 0;
  grpc::Status status_;
  CallsResult result_;
};

}  // namespace

Bytes ToBytes(const google::protobuf::MessageLite& message) {
  grpc::Slice slice(message.ByteSizeLong());
  message.SerializeWithCachedSizesToArray(const_cast<uint8_t*>(slice.begin()));
  return Bytes(&slice, 1);
}

bool FromBytes(Bytes bytes, google::protobuf::MessageLite& message) {
  grpc::ProtoBufferReader reader(&bytes);
  return reader.status().ok() && message.ParseFromZeroCopyStream(&reader);
}

absl::Status FromGrpc(const grpc::Status& status) {
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

std::shared_ptr<grpc::Channel> Connect(const std::string& target) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetMaxReceiveMessageSize(-1);
  return grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments);
}

absl::StatusOr<CallsResult> RunCalls(const CallsOptions& options,
                                     const std::function<Bytes(uint64_t)>& next) {
  return Run(options, next).ToEnd();
}

}  // namespace weft::bench
