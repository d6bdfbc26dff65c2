#include "common/rpc/client.h"

#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include <algorithm>
#include <coroutine>

#include "absl/time/clock.h"
#include "common/base/error.h"
#include "common/rpc/grpc_channel.h"
#include "common/rpc/loop.h"
#include "google/protobuf/message_lite.h"

namespace weft::rpc {
namespace {

using google::protobuf::MessageLite;
using Stub = grpc::TemplatedGenericStub<MessageLite, MessageLite>;

}  // namespace

class Channel::Impl {
 public:
  Impl(Loop& loop, absl::string_view target, ChannelOptions options)
      : loop_(loop),
        target_(target),
        options_(std::move(options)),
        stub_(MakeGrpcChannel(target, options_.retry)) {}

  void Prepare(const CallContext& caller, const CallOptions& options,
               grpc::ClientContext& context) const {
    PrepareContext(options,
                   options_.principal.empty() ? caller.principal().name : options_.principal,
                   context);
    const absl::Time deadline =
        std::min(caller.deadline() - options_.deadline_margin, absl::Now() + options.timeout);
    if (deadline != absl::InfiniteFuture()) context.set_deadline(absl::ToChronoTime(deadline));
  }

  Task<absl::Status> Call(CallContext& caller, std::string path, const MessageLite& request,
                          MessageLite& response, CallOptions options);

  Loop& loop() { return loop_; }
  Stub& stub() { return stub_; }
  const std::string& target() const { return target_; }

 private:
  Loop& loop_;
  const std::string target_;
  const ChannelOptions options_;
  Stub stub_;
};

namespace internal {

// A unary call under way; lives in the frame of Channel::Call.
class UnaryOperation final : Tag, Interruptible {
 public:
  UnaryOperation(Loop& loop, Stub& stub, CallContext& caller, grpc::ClientContext& context,
                 const std::string& path, const MessageLite& request, MessageLite& response)
      : loop_(loop),
        stub_(stub),
        caller_(caller),
        context_(context),
        path_(path),
        request_(request),
        response_(response) {}

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) {
    waiting_ = waiting;
    caller_.SetInterruptible(this);
    call_ = stub_.PrepareUnaryCall(&context_, path_, request_, loop_.queue());
    call_->StartCall();
    call_->Finish(&response_, &status_, static_cast<Tag*>(this));
  }
  void await_resume() const noexcept {}

  const grpc::Status& status() const { return status_; }

 private:
  void Complete(bool) override {
    caller_.SetInterruptible(nullptr);
    waiting_.resume();
  }
  void Interrupt() override {
    if (caller_.cancelled()) {
      context_.TryCancel();  // Complete() follows
    } else {
      caller_.SetInterruptible(this);  // the server drains; short calls may end
    }
  }

  Loop& loop_;
  Stub& stub_;
  CallContext& caller_;
  grpc::ClientContext& context_;
  const std::string& path_;
  const MessageLite& request_;
  MessageLite& response_;
  std::coroutine_handle<> waiting_;
  grpc::Status status_;
  std::unique_ptr<grpc::ClientAsyncResponseReader<MessageLite>> call_;
};

// A server stream under way. Freed when its handle is gone and every operation has come back.
class ClientStreamCall final : public MessageSource, Interruptible {
 public:
  ClientStreamCall(Loop& loop, Stub& stub, CallContext& caller, std::string target,
                   CallOptions options)
      : loop_(loop),
        stub_(stub),
        caller_(caller),
        target_(std::move(target)),
        options_(std::move(options)) {
    loop_.Hold();
  }

  grpc::ClientContext& context() { return context_; }

  void Start(const std::string& path, const MessageLite& request) {
    context_.set_initial_metadata_corked(true);
    call_ = stub_.PrepareCall(&context_, path, loop_.queue());
    call_->StartCall(nullptr);  // corked: goes with the message, and has no tag
    Retain();
    call_->WriteLast(request, grpc::WriteOptions(), sent_tag_.tag());
    if (caller_.cancelled()) context_.TryCancel();
  }

  void StartRead(google::protobuf::Message& message, StreamOperation& operation) override {
    if (ended_) {
      operation.Finish(false);
      return;
    }
    // Cancelled while nothing was read: no interruption will come any more.
    if (caller_.cancelled()) context_.TryCancel();
    reading_ = &operation;
    caller_.SetInterruptible(this);
    Retain();
    call_->Read(&message, read_tag_.tag());
  }
  const absl::Status& status() const override { return result_; }

  void Cancel() { context_.TryCancel(); }

  // Awaits the status.
  class Finishing final {
   public:
    explicit Finishing(ClientStreamCall& call) : call_(call) {}
    bool await_ready() const noexcept { return call_.finished_; }
    void await_suspend(std::coroutine_handle<> waiting) {
      call_.waiting_ = waiting;
      call_.caller_.SetInterruptible(&call_);
      call_.StartFinish();
    }
    void await_resume() const noexcept {}

   private:
    ClientStreamCall& call_;
  };

  // The handle lets go.
  void LetGo() {
    if (!finishing_) {
      context_.TryCancel();
      StartFinish();
    }
    Release();
  }

 private:
  ~ClientStreamCall() { loop_.Release(); }
  void Retain() { ++references_; }
  void Release() {
    if (--references_ == 0) delete this;
  }

  void StartFinish() {
    finishing_ = true;
    Retain();
    call_->Finish(&status_, finished_tag_.tag());
  }
  void OnSent(bool) { Release(); }
  void OnRead(bool ok) {
    caller_.SetInterruptible(nullptr);
    ended_ = !ok;
    std::exchange(reading_, nullptr)->Finish(ok);
    Release();
  }
  void OnFinished(bool) {
    finished_ = true;
    ended_ = true;
    if (waiting_) {  // else the handle is gone, and perhaps the caller with it
      result_ = TakeResult(status_, target_, options_, context_);
      caller_.SetInterruptible(nullptr);
      std::exchange(waiting_, nullptr).resume();
    }
    Release();
  }
  void Interrupt() override {
    if (caller_.cancelled()) {
      context_.TryCancel();
    } else {
      caller_.SetInterruptible(this);
    }
  }

  Loop& loop_;
  Stub& stub_;
  CallContext& caller_;
  const std::string target_;
  const CallOptions options_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientAsyncReaderWriter<MessageLite, MessageLite>> call_;
  int references_ = 1;  // the handle; pending operations add theirs
  MemberTag<&ClientStreamCall::OnSent, ClientStreamCall> sent_tag_{*this};
  MemberTag<&ClientStreamCall::OnRead, ClientStreamCall> read_tag_{*this};
  MemberTag<&ClientStreamCall::OnFinished, ClientStreamCall> finished_tag_{*this};
  StreamOperation* reading_ = nullptr;
  std::coroutine_handle<> waiting_;
  bool ended_ = false;
  bool finishing_ = false;
  bool finished_ = false;
  grpc::Status status_;
  absl::Status result_;
};

void Abandon::operator()(ClientStreamCall* call) const { call->LetGo(); }

}  // namespace internal

Task<absl::Status> Channel::Impl::Call(CallContext& caller, std::string path,
                                       const MessageLite& request, MessageLite& response,
                                       CallOptions options) {
  if (caller.cancelled()) co_return absl::CancelledError("the calling context is cancelled");
  grpc::ClientContext context;
  Prepare(caller, options, context);
  internal::UnaryOperation operation(loop_, stub_, caller, context, path, request, response);
  co_await operation;
  co_return TakeResult(operation.status(), target_, options, context);
}

void RawServerStream::Cancel() { call_->Cancel(); }

MessageSource& RawServerStream::source() { return *call_; }

Task<absl::Status> RawServerStream::Finish() {
  internal::ClientStreamCall::Finishing finishing(*call_);
  co_await finishing;
  co_return call_->status();
}

std::unique_ptr<Channel> Channel::Create(Server& server, absl::string_view target,
                                         ChannelOptions options) {
  // A server's executor is its loop.
  Loop& loop = static_cast<Loop&>(server.executor());
  return std::unique_ptr<Channel>(
      new Channel(std::make_unique<Impl>(loop, target, std::move(options))));
}

Channel::Channel(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Channel::~Channel() = default;

Task<absl::Status> Channel::Call(CallContext& context, absl::string_view method,
                                 const google::protobuf::Message& request,
                                 google::protobuf::Message& response) {
  return impl_->Call(context, MethodPath(method), request, response, CallOptions());
}

Task<absl::Status> Channel::Call(CallContext& context, absl::string_view method,
                                 const google::protobuf::Message& request,
                                 google::protobuf::Message& response, const CallOptions& options) {
  return impl_->Call(context, MethodPath(method), request, response, options);
}

internal::ClientStreamHandle Channel::OpenStream(CallContext& context, absl::string_view method,
                                                 const google::protobuf::Message& request,
                                                 const CallOptions& options) {
  internal::ClientStreamHandle call(new internal::ClientStreamCall(
      impl_->loop(), impl_->stub(), context, impl_->target(), options));
  impl_->Prepare(context, options, call->context());
  call->Start(MethodPath(method), request);
  return call;
}

}  // namespace weft::rpc
