// One call on the server, from its arrival to its last event: the transport's side of the contract
// in stream.h, and the dispatch that wraps every method. Internal to common/rpc.
#ifndef WEFT_COMMON_RPC_SERVER_CALL_H_
#define WEFT_COMMON_RPC_SERVER_CALL_H_

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/support/byte_buffer.h>

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/auth/principal.h"
#include "common/base/task.h"
#include "common/base/timer.h"
#include "common/rpc/admission.h"
#include "common/rpc/call_context.h"
#include "common/rpc/loop.h"
#include "common/rpc/method_table.h"
#include "common/rpc/server.h"
#include "common/rpc/server_metrics.h"
#include "common/rpc/stream.h"
#include "google/protobuf/arena.h"

namespace weft::rpc {

class ServerCall;

// What the calls of one server share. For the loop's thread, once the server has started.
struct ServerCore {
  ServerCore(ServerOptions server_options, Loop& server_loop)
      : options(std::move(server_options)),
        registry(options.metrics != nullptr ? *options.metrics : unread_registry),
        loop(server_loop),
        admission(options.call_limits, options.call_limits_per_principal),
        metrics(registry) {}

  // Applies `function` to every call under way, which may end calls.
  void ForEachCall(absl::FunctionRef<void(ServerCall&)> function);

  const ServerOptions options;
  // Counts for nobody, where the options name no registry.
  observability::Metrics unread_registry;
  observability::Metrics& registry;
  Loop& loop;
  MethodTable methods;
  Admission admission;
  ServerMetrics metrics;
  grpc::AsyncGenericService service;
  // New calls are refused.
  bool draining = false;
  // No call is requested any more.
  bool closed = false;
  // Told when an admitted call has ended.
  std::function<void()> on_call_ended;
  ServerCall* first_call = nullptr;
};

// Owns itself: freed when its driver has finished and every operation's tag has come back.
class ServerCall final : MessageSource, MessageSink {
 public:
  // Asks for the next call. A context serves one call only, so this replaces itself on arrival.
  static void Request(ServerCore& core) { new ServerCall(core); }

  // The server drains: ends long waits, lets the rest finish.
  void Drain();
  // The time to finish is over.
  void CutOff();

 private:
  friend struct ServerCore;

  explicit ServerCall(ServerCore& core);
  ~ServerCall();

  // Life.
  void OnArrived(bool ok);
  void OnDone(bool ok);
  void Retain() { ++references_; }
  void Release();

  // Dispatch.
  absl::Status Accept();
  absl::StatusOr<auth::Principal> Caller() const;
  void LimitTime();
  Detached Serve(absl::Status status);
  absl::Status FinalStatus(absl::Status status) const;
  void Ended(const absl::Status& status);
  void Log(const absl::Status& status, absl::Duration duration) const;

  // Operations.
  void StartRead(google::protobuf::Message& message, StreamOperation& operation) override;
  const absl::Status& status() const override { return source_status_; }
  bool ready() const override { return incoming_state_ == Incoming::kCame; }
  void ResumeWhenReady(std::coroutine_handle<> waiting) override { awaits_ready_ = waiting; }
  void StartWrite(const google::protobuf::Message& message, StreamOperation& operation) override;
  void StartWrite(std::shared_ptr<const std::string> serialized,
                  StreamOperation& operation) override;
  void Write(const grpc::ByteBuffer& bytes, StreamOperation& operation);
  void ReadFromTransport();
  void OnRead(bool ok);
  // Gives the message that came to the handler that waits for it.
  void PassOn();
  absl::Status TakeMessage();
  void EndRead(absl::Status status);
  void LearnWhyReadEnded();
  void OnAlive(bool ok);
  void OnSettled();
  void InterruptRead();
  void OnWritten(bool ok);
  void InterruptWrite();
  void SendHeaders();
  void SendHeadersOfSilentStream();
  void OnHeaders(bool ok);
  void TakeMetadata(bool trailing);
  void OnFinished(bool ok);
  void OnTimeLimit();

  // Awaits the end of the call's last operation.
  class Finishing;

  // A hook of CallContext, or a timer, that calls a member function.
  template <auto kMethod>
  class Hook final : public Interruptible {
   public:
    explicit Hook(ServerCall& call) : call_(call) {}
    void Interrupt() override { (call_.*kMethod)(); }

   private:
    ServerCall& call_;
  };
  template <auto kMethod>
  class Alarm final : public Timer {
   public:
    explicit Alarm(ServerCall& call) : call_(call) {}
    void Fire() override { (call_.*kMethod)(); }

   private:
    ServerCall& call_;
  };

  ServerCore& core_;
  grpc::GenericServerContext transport_;
  grpc::GenericServerAsyncReaderWriter stream_;
  // The driver and the done tag; pending operations add theirs.
  int references_ = 2;
  ServerCall* previous_ = nullptr;
  ServerCall* next_ = nullptr;

  MemberTag<&ServerCall::OnArrived, ServerCall> arrived_tag_{*this};
  MemberTag<&ServerCall::OnDone, ServerCall> done_tag_{*this};
  MemberTag<&ServerCall::OnRead, ServerCall> read_tag_{*this};
  MemberTag<&ServerCall::OnAlive, ServerCall> alive_tag_{*this};
  MemberTag<&ServerCall::OnHeaders, ServerCall> headers_tag_{*this};
  MemberTag<&ServerCall::OnWritten, ServerCall> written_tag_{*this};
  MemberTag<&ServerCall::OnFinished, ServerCall> finished_tag_{*this};
  Hook<&ServerCall::InterruptRead> read_hook_{*this};
  Hook<&ServerCall::InterruptWrite> write_hook_{*this};
  Alarm<&ServerCall::OnTimeLimit> limit_{*this};
  Alarm<&ServerCall::OnSettled> settle_{*this};

  // Set on arrival.
  absl::Time arrived_;
  const Method* method_ = nullptr;
  std::optional<CallContext> context_;
  std::unique_ptr<char[]> arena_block_;
  std::optional<google::protobuf::Arena> arena_;
  bool admitted_ = false;

  // Why the call is cancelled, when it is not the caller's doing.
  bool time_is_up_ = false;
  bool cut_off_ = false;
  bool finishing_ = false;

  // Reading: of a stream, one message ahead of the handler.
  enum class Incoming : uint8_t { kNotAsked, kAwaited, kCame, kEnded };
  grpc::ByteBuffer incoming_;
  Incoming incoming_state_ = Incoming::kNotAsked;
  google::protobuf::Message* read_message_ = nullptr;
  std::coroutine_handle<> awaits_ready_;
  StreamOperation* reading_ = nullptr;  // null while a read is not awaited (any more)
  bool read_ended_ = false;
  absl::Status source_status_;
  int64_t messages_read_ = 0;
  size_t bytes_read_ = 0;

  // Writing.
  StreamOperation* writing_ = nullptr;
  bool headers_sent_ = false;
  size_t metadata_taken_ = 0;
  size_t bytes_written_ = 0;

  // Finishing.
  std::coroutine_handle<> driver_;
  bool delivered_ = false;
};

}  // namespace weft::rpc

#endif  // WEFT_COMMON_RPC_SERVER_CALL_H_
