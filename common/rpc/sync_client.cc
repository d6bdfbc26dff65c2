#include "common/rpc/sync_client.h"

#include <grpcpp/client_context.h>
#include <grpcpp/impl/client_unary_call.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/sync_stream.h>

#include <utility>

#include "absl/time/clock.h"
#include "common/rpc/grpc_channel.h"
#include "google/protobuf/empty.pb.h"
#include "google/protobuf/message_lite.h"

namespace weft::rpc {

using google::protobuf::MessageLite;

class SyncStream::Impl {
 public:
  Impl(std::shared_ptr<grpc::Channel> channel, std::string target, CallOptions options)
      : channel_(std::move(channel)), target_(std::move(target)), options_(std::move(options)) {}
  ~Impl() {
    if (finished_) return;
    context_.TryCancel();
    Finish().IgnoreError();
  }

  grpc::ClientContext& context() { return context_; }
  void Start(const std::string& path, grpc::internal::RpcMethod::RpcType shape) {
    stream_.reset(grpc::internal::ClientReaderWriterFactory<MessageLite, MessageLite>::Create(
        channel_.get(), grpc::internal::RpcMethod(path.c_str(), shape), &context_));
  }

  bool Read(MessageLite& response) { return stream_->Read(&response); }
  bool Write(const MessageLite& request) { return stream_->Write(request); }
  bool WritesDone() {
    half_closed_ = true;
    return stream_->WritesDone();
  }
  void Cancel() { context_.TryCancel(); }
  absl::Status Finish() {
    if (!half_closed_) WritesDone();
    finished_ = true;
    // The status comes after the answers, which flow control holds back until they are read.
    Discarded rest;
    while (stream_->Read(&rest)) {
    }
    return TakeResult(stream_->Finish(), target_, options_, context_);
  }

 private:
  // A message of any type, all of whose fields are dropped.
  using Discarded = google::protobuf::Empty;

  std::shared_ptr<grpc::Channel> channel_;
  const std::string target_;
  const CallOptions options_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<MessageLite, MessageLite>> stream_;
  bool half_closed_ = false;
  bool finished_ = false;
};

SyncStream::SyncStream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SyncStream::SyncStream(SyncStream&&) noexcept = default;
SyncStream::~SyncStream() = default;

bool SyncStream::Read(google::protobuf::Message& response) { return impl_->Read(response); }
bool SyncStream::Write(const google::protobuf::Message& request) { return impl_->Write(request); }
bool SyncStream::WritesDone() { return impl_->WritesDone(); }
void SyncStream::Cancel() { impl_->Cancel(); }
absl::Status SyncStream::Finish() { return impl_->Finish(); }
absl::Status SyncStream::Finish(google::protobuf::Message& response) {
  impl_->WritesDone();
  impl_->Read(response);
  return impl_->Finish();
}

class SyncClient::Impl {
 public:
  Impl(absl::string_view target, SyncClientOptions options)
      : target_(target),
        options_(std::move(options)),
        channel_(MakeGrpcChannel(target, options_.retry)) {}

  absl::Status Call(absl::string_view method, const MessageLite& request, MessageLite& response,
                    const CallOptions& options) {
    const std::string path = MethodPath(method);
    grpc::ClientContext context;
    Prepare(options, context);
    const grpc::Status status = grpc::internal::BlockingUnaryCall<MessageLite, MessageLite>(
        channel_.get(),
        grpc::internal::RpcMethod(path.c_str(), grpc::internal::RpcMethod::NORMAL_RPC), &context,
        request, &response);
    return TakeResult(status, target_, options, context);
  }

  std::unique_ptr<SyncStream::Impl> Open(absl::string_view method,
                                         grpc::internal::RpcMethod::RpcType shape,
                                         const CallOptions& options) {
    auto stream = std::make_unique<SyncStream::Impl>(channel_, target_, options);
    Prepare(options, stream->context());
    stream->Start(MethodPath(method), shape);
    return stream;
  }

 private:
  void Prepare(const CallOptions& options, grpc::ClientContext& context) const {
    PrepareContext(options, options_.principal, context);
    if (options.timeout == absl::InfiniteDuration()) return;
    context.set_deadline(absl::ToChronoTime(absl::Now() + options.timeout));
  }

  const std::string target_;
  const SyncClientOptions options_;
  std::shared_ptr<grpc::Channel> channel_;
};

SyncClient::SyncClient(absl::string_view target, SyncClientOptions options)
    : impl_(std::make_unique<Impl>(target, std::move(options))) {}
SyncClient::~SyncClient() = default;

absl::Status SyncClient::Call(absl::string_view method, const google::protobuf::Message& request,
                              google::protobuf::Message& response, const CallOptions& options) {
  return impl_->Call(method, request, response, options);
}

SyncStream SyncClient::ServerStream(absl::string_view method,
                                    const google::protobuf::Message& request,
                                    const CallOptions& options) {
  SyncStream stream(impl_->Open(method, grpc::internal::RpcMethod::SERVER_STREAMING, options));
  stream.Write(request);
  stream.WritesDone();
  return stream;
}

SyncStream SyncClient::ClientStream(absl::string_view method, const CallOptions& options) {
  return SyncStream(impl_->Open(method, grpc::internal::RpcMethod::CLIENT_STREAMING, options));
}

SyncStream SyncClient::Bidi(absl::string_view method, const CallOptions& options) {
  return SyncStream(impl_->Open(method, grpc::internal::RpcMethod::BIDI_STREAMING, options));
}

}  // namespace weft::rpc
