#include "common/rpc/server_call.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/observability/log.h"
#include "common/rpc/bytes.h"
#include "common/rpc/status.h"

namespace weft::rpc {
namespace {

// Most requests and answers fit, so that a call costs one allocation for its messages.
constexpr size_t kArenaBlockBytes = 2048;
// How long after a failed read the cancellation that caused it may take to be told.
constexpr absl::Duration kSettleTime = absl::Milliseconds(2);
constexpr size_t kMaxLoggedPathBytes = 200;

// What gRPC accepts as a metadata value.
bool IsPrintable(absl::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
}

absl::Status CallCut() {
  return Error(absl::StatusCode::kCancelled, "STREAM_CUT",
               "the call ended before the caller closed its stream");
}

}  // namespace

void ServerCore::ForEachCall(absl::FunctionRef<void(ServerCall&)> function) {
  std::vector<ServerCall*> calls;
  for (ServerCall* call = first_call; call != nullptr; call = call->next_) {
    call->Retain();
    calls.push_back(call);
  }
  for (ServerCall* call : calls) {
    function(*call);
    call->Release();
  }
}

// ------------------------------------------------------------------------------------------- Life

ServerCall::ServerCall(ServerCore& core) : core_(core), stream_(&transport_) {
  transport_.AsyncNotifyWhenDone(done_tag_.tag());
  core_.service.RequestCall(&transport_, &stream_, core_.loop.queue(), core_.loop.queue(),
                            arrived_tag_.tag());
}

ServerCall::~ServerCall() {
  if (!context_.has_value()) return;  // it never arrived
  (previous_ != nullptr ? previous_->next_ : core_.first_call) = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
  core_.loop.Release();
}

void ServerCall::OnArrived(bool ok) {
  if (!ok) {  // the server shut down; the done tag never comes
    delete this;
    return;
  }
  if (!core_.closed) Request(core_);
  core_.loop.Hold();
  next_ = core_.first_call;
  if (next_ != nullptr) next_->previous_ = this;
  core_.first_call = this;

  arrived_ = absl::Now();
  Serve(Accept());
}

void ServerCall::OnDone(bool) {
  if (transport_.IsCancelled() && !finishing_) context_->Cancel();
  Release();
}

void ServerCall::Release() {
  if (--references_ == 0) delete this;
}

void ServerCall::Drain() {
  if (!finishing_) context_->Drain();
}

void ServerCall::CutOff() {
  if (finishing_) return;
  cut_off_ = true;
  context_->Cancel();
}

// --------------------------------------------------------------------------------------- Dispatch

// Decides whether the call is served, before its payload is looked at, and makes its context.
absl::Status ServerCall::Accept() {
  method_ = core_.methods.Find(transport_.method());
  const absl::Duration limit =
      method_ == nullptr || method_->unary() ? core_.options.unary_time : core_.options.stream_time;
  const absl::Time deadline = std::min(arrived_ + limit, absl::FromChrono(transport_.deadline()));
  absl::StatusOr<auth::Principal> principal = Caller();
  context_.emplace(core_.loop, method_ == nullptr ? std::string() : method_->name,
                   principal.value_or(auth::Principal()), deadline);

  if (core_.draining) return DrainingError();
  if (method_ == nullptr) return core_.methods.NotFound(transport_.method());
  WEFT_RETURN_IF_ERROR(principal.status());
  if (!method_->permission.empty()) {
    WEFT_RETURN_IF_ERROR(core_.options.policy.Check(context_->principal(), method_->permission));
  }
  WEFT_RETURN_IF_ERROR(core_.admission.Enter(method_->call_class, context_->principal().name));
  admitted_ = true;
  core_.metrics.Entered(method_->call_class);
  return absl::OkStatus();
}

absl::StatusOr<auth::Principal> ServerCall::Caller() const {
  const auto& metadata = transport_.client_metadata();
  const auto named = metadata.find(auth::kPrincipalMetadata);
  if (named == metadata.end()) return auth::Principal();
  return auth::ParsePrincipal(absl::string_view(named->second.data(), named->second.size()));
}

// gRPC itself enforces the caller's deadline; ours needs a timer when it is the earlier one.
void ServerCall::LimitTime() {
  if (context_->deadline() < absl::FromChrono(transport_.deadline())) {
    core_.loop.StartTimer(limit_, context_->deadline() - arrived_);
  }
}

void ServerCall::OnTimeLimit() {
  time_is_up_ = true;
  if (finishing_) {
    transport_.TryCancel();  // the caller does not read its answer
  } else {
    context_->Cancel();
  }
}

class ServerCall::Finishing final {
 public:
  // Without a response for a stream.
  Finishing(ServerCall& call, const absl::Status& status, std::optional<grpc::ByteBuffer> response)
      : call_(call), status_(status), response_(std::move(response)) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> driver) {
    call_.driver_ = driver;
    // An error has no headers of its own: what it says to clients' retries counts in trailers only.
    call_.TakeMetadata(/*trailing=*/call_.headers_sent_ || !status_.ok());
    const WireStatus wire = ToWire(status_);
    const grpc::Status status(static_cast<grpc::StatusCode>(wire.code), wire.message, wire.details);
    if (response_.has_value()) {
      // Headers, message and status in one batch.
      call_.bytes_written_ += response_->Length();
      call_.stream_.WriteAndFinish(*response_, grpc::WriteOptions(), status,
                                   call_.finished_tag_.tag());
    } else {
      call_.stream_.Finish(status, call_.finished_tag_.tag());
    }
  }
  void await_resume() const noexcept {}

 private:
  ServerCall& call_;
  const absl::Status& status_;
  const std::optional<grpc::ByteBuffer> response_;
};

Detached ServerCall::Serve(absl::Status status) {
  std::optional<grpc::ByteBuffer> answer;
  if (!status.ok()) {
    core_.metrics.Refused(ReasonOf(status));
  } else {
    LimitTime();
    google::protobuf::ArenaOptions arena_options;
    arena_block_ = std::make_unique<char[]>(kArenaBlockBytes);
    arena_options.initial_block = arena_block_.get();
    arena_options.initial_block_size = kArenaBlockBytes;
    google::protobuf::Arena* const arena = &arena_.emplace(arena_options);

    MethodHandler& handler = *method_->handler;
    Invocation invocation{.context = *context_};
    invocation.source = this;
    invocation.sink = this;
    if (!method_->server_streaming()) {
      invocation.response = handler.response_prototype().New(arena);
    }
    if (!method_->client_streaming()) {
      google::protobuf::Message* const request = handler.request_prototype().New(arena);
      invocation.request = request;
      Reader<google::protobuf::Message> reader(*this);
      const bool got = co_await reader.Read(*request);
      if (!got) status = source_status_;
    }
    if (status.ok()) {
      Task<absl::Status> task = handler.Run(invocation);
      absl::Status result = co_await std::move(task);
      status = std::move(result);
    }
    status = FinalStatus(std::move(status));
    if (status.ok() && invocation.serialized_response != nullptr) {
      answer = Share(std::move(invocation.serialized_response));
    } else if (status.ok() && invocation.response != nullptr) {
      answer = Serialize(*invocation.response);
    }
  }
  finishing_ = true;
  Finishing finishing(*this, status, std::move(answer));
  co_await finishing;
  Ended(status);
  Release();
}

// What the caller is told: a handler that was stopped by us does not know why, and one that took
// the end of a broken stream for its regular end is overruled.
absl::Status ServerCall::FinalStatus(absl::Status status) const {
  if (status.ok()) status = source_status_;
  const bool stopped = status.code() == absl::StatusCode::kCancelled ||
                       status.code() == absl::StatusCode::kDeadlineExceeded ||
                       status.code() == absl::StatusCode::kUnavailable;
  if (stopped && time_is_up_) {
    const absl::Duration limit = context_->deadline() - arrived_;
    return Error(absl::StatusCode::kDeadlineExceeded, "DEADLINE_CAP",
                 absl::StrCat("the call took longer than the ", absl::FormatDuration(limit),
                              " that this server gives it",
                              method_->unary() ? "; ask for less at a time"
                                               : "; call again from where the stream stopped"),
                 {{"limit", absl::FormatDuration(limit)}});
  }
  if (stopped && cut_off_) return DrainingError();
  return status;
}

void ServerCall::Ended(const absl::Status& status) {
  const absl::Duration duration = absl::Now() - arrived_;
  core_.metrics.Ended(method_, status.code(), duration, bytes_read_, bytes_written_);
  Log(status, duration);
  if (!admitted_) return;
  core_.metrics.Left(method_->call_class);
  core_.admission.Leave(method_->call_class, context_->principal().name);
  core_.on_call_ended();
}

void ServerCall::Log(const absl::Status& status, absl::Duration duration) const {
  if (core_.options.logger == nullptr) return;
  const bool our_fault = status.code() == absl::StatusCode::kInternal ||
                         status.code() == absl::StatusCode::kUnknown ||
                         status.code() == absl::StatusCode::kDataLoss;
  const observability::Level level =
      our_fault ? observability::Level::kError : observability::Level::kInfo;
  if (!core_.options.logger->Enabled(level)) return;
  const absl::string_view path =
      absl::string_view(transport_.method()).substr(0, kMaxLoggedPathBytes);
  const absl::string_view name = absl::StripPrefix(path, "/");
  const size_t slash = std::min(name.find('/'), name.size());
  observability::LogLine line(level, "call");
  line.Add("service", name.substr(0, slash))
      .Add("method", name.substr(std::min(slash + 1, name.size())))
      .Add("code", absl::StatusCodeToString(status.code()))
      .Add("duration_ms", absl::ToDoubleMilliseconds(duration))
      .Add("principal", context_->principal().name)
      .Add("peer", transport_.peer())
      .Add("request_bytes", bytes_read_)
      .Add("response_bytes", bytes_written_);
  if (!status.ok()) line.Add("reason", ReasonOf(status));
  // Texts of other errors repeat what the caller sent, which has no place in a log.
  if (our_fault) line.Add("message", status.message());
  if (!delivered_) line.Add("delivered", "no");
  core_.options.logger->Write(line);
}

// ---------------------------------------------------------------------------------------- Reading

void ServerCall::StartRead(google::protobuf::Message& message, StreamOperation& operation) {
  if (!read_ended_ && context_->cancelled()) source_status_ = CallCut();
  if (read_ended_ || !source_status_.ok()) {
    read_ended_ = true;
    operation.Finish(false);
    return;
  }
  read_message_ = &message;
  reading_ = &operation;
  context_->SetInterruptible(&read_hook_);
  switch (std::exchange(incoming_state_, Incoming::kAwaited)) {
    case Incoming::kNotAsked:
      ReadFromTransport();
      return;
    case Incoming::kAwaited:
      return;
    case Incoming::kCame:
      incoming_state_ = Incoming::kNotAsked;
      PassOn();
      return;
    case Incoming::kEnded:
      incoming_state_ = Incoming::kEnded;
      LearnWhyReadEnded();
      return;
  }
}

void ServerCall::ReadFromTransport() {
  incoming_state_ = Incoming::kAwaited;
  Retain();
  stream_.Read(&incoming_, read_tag_.tag());
}

void ServerCall::OnRead(bool ok) {
  incoming_state_ = ok ? Incoming::kCame : Incoming::kEnded;
  if (reading_ != nullptr) {
    if (ok) {
      incoming_state_ = Incoming::kNotAsked;
      PassOn();
    } else {
      LearnWhyReadEnded();
    }
    SendHeadersOfSilentStream();
  } else if (ok && awaits_ready_) {
    std::exchange(awaits_ready_, nullptr).resume();
  }
  Release();
}

void ServerCall::PassOn() {
  if (absl::Status taken = TakeMessage(); !taken.ok()) {
    EndRead(std::move(taken));
    return;
  }
  // The next one comes while the handler works on this one; large messages would otherwise wait for
  // the stream's window each time.
  if (method_->client_streaming()) ReadFromTransport();
  context_->SetInterruptible(nullptr);
  std::exchange(reading_, nullptr)->Finish(true);
}

absl::Status ServerCall::TakeMessage() {
  const size_t size = incoming_.Length();
  const size_t limit = core_.options.max_message_bytes;
  bytes_read_ += size;
  ++messages_read_;
  const std::string which = method_->client_streaming()
                                ? absl::StrCat("message ", messages_read_, " of the stream")
                                : std::string("the request");
  absl::Status taken;
  if (size > limit) {
    taken = Error(absl::StatusCode::kResourceExhausted, "MESSAGE_TOO_LARGE",
                  absl::StrCat(which, " has ", size, " bytes and the limit is ", limit, "; send ",
                               method_->client_streaming()
                                   ? "fewer items per message (about 100 work well)"
                                   : "less at a time, or use a streaming method for bulk data"),
                  {{"bytes", absl::StrCat(size)}, {"limit", absl::StrCat(limit)}});
  } else if (!Parse(incoming_, *read_message_)) {
    taken = Error(
        absl::StatusCode::kInvalidArgument, "MALFORMED_MESSAGE",
        absl::StrCat(which, " is not a valid ", method_->descriptor->input_type()->full_name(),
                     " (cut short, another type, or text that is not UTF-8); encode it "
                     "from the proto that reflection serves"),
        {{"message_number", absl::StrCat(messages_read_)},
         {"type", method_->descriptor->input_type()->full_name()}});
  }
  incoming_.Clear();
  return taken;
}

void ServerCall::EndRead(absl::Status status) {
  source_status_ = std::move(status);
  read_ended_ = true;
  context_->SetInterruptible(nullptr);
  std::exchange(reading_, nullptr)->Finish(false);
}

// A read that fails means that the caller closed its side, or that the call is dead and the
// cancellation is still on its way: taking the one for the other would commit half a file. Sending
// the headers fails on a dead call, so it answers the question, once.
void ServerCall::LearnWhyReadEnded() {
  if (!method_->client_streaming()) {
    EndRead(Error(absl::StatusCode::kInvalidArgument, "MISSING_MESSAGE",
                  absl::StrCat("the call carried no request message; send one ",
                               method_->descriptor->input_type()->full_name())));
    return;
  }
  read_ended_ = true;
  Retain();
  if (headers_sent_) {
    core_.loop.StartTimer(settle_, kSettleTime);
  } else {
    TakeMetadata(/*trailing=*/false);
    headers_sent_ = true;
    stream_.SendInitialMetadata(alive_tag_.tag());
  }
}

void ServerCall::OnAlive(bool ok) {
  if (reading_ != nullptr) EndRead(ok ? absl::OkStatus() : CallCut());
  Release();
}

// The headers are out, so all that could be done was to wait whether a cancellation follows.
void ServerCall::OnSettled() {
  if (reading_ != nullptr) EndRead(absl::OkStatus());
  Release();
}

void ServerCall::InterruptRead() {
  if (context_->cancelled()) {
    EndRead(cut_off_ ? DrainingError() : CallCut());
    return;
  }
  // The server drains. A bidirectional stream has acknowledged what it holds and can be resumed, so
  // it ends here; any other gets the time to finish.
  if (method_->client_streaming() && method_->server_streaming() && !read_ended_) {
    EndRead(DrainingError());
  } else {
    context_->SetInterruptible(&read_hook_);
  }
}

// ---------------------------------------------------------------------------------------- Writing

void ServerCall::StartWrite(const google::protobuf::Message& message, StreamOperation& operation) {
  Write(Serialize(message), operation);
}

void ServerCall::StartWrite(std::shared_ptr<const std::string> serialized,
                            StreamOperation& operation) {
  Write(Share(std::move(serialized)), operation);
}

void ServerCall::Write(const grpc::ByteBuffer& bytes, StreamOperation& operation) {
  if (context_->cancelled()) {
    operation.Finish(false);
    return;
  }
  if (!headers_sent_) TakeMetadata(/*trailing=*/false);
  headers_sent_ = true;
  writing_ = &operation;
  bytes_written_ += bytes.Length();
  context_->SetInterruptible(&write_hook_);
  stream_.Write(bytes, written_tag_.tag());
}

void ServerCall::OnWritten(bool ok) {
  context_->SetInterruptible(nullptr);
  std::exchange(writing_, nullptr)->Finish(ok);
}

// A caller that does not read holds up its own stream. The message under way cannot be taken back
// and no status gets past it, so all that is left is to break the call off.
void ServerCall::InterruptWrite() {
  if (context_->cancelled()) {
    transport_.TryCancel();
  } else {
    context_->SetInterruptible(&write_hook_);
  }
}

// A watch that has nothing to say yet sends its headers, so that the caller knows that it listens.
void ServerCall::SendHeadersOfSilentStream() {
  if (headers_sent_ || finishing_ || method_->client_streaming() || !method_->server_streaming()) {
    return;
  }
  TakeMetadata(/*trailing=*/false);
  headers_sent_ = true;
  Retain();
  stream_.SendInitialMetadata(headers_tag_.tag());
}

void ServerCall::OnHeaders(bool) { Release(); }

void ServerCall::TakeMetadata(bool trailing) {
  const auto& metadata = context_->metadata();
  for (; metadata_taken_ < metadata.size(); ++metadata_taken_) {
    const auto& [key, value] = metadata[metadata_taken_];
    if (!IsPrintable(value)) continue;  // gRPC would end the process
    if (trailing) {
      transport_.AddTrailingMetadata(key, value);
    } else {
      transport_.AddInitialMetadata(key, value);
    }
  }
}

void ServerCall::OnFinished(bool ok) {
  delivered_ = ok;
  core_.loop.StopTimer(limit_);
  std::exchange(driver_, nullptr).resume();
}

}  // namespace weft::rpc
