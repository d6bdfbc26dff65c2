#include "tests/common/rpc/probe_server.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/error.h"
#include "common/rpc/binder.h"
#include "common/rpc/fatal.h"
#include "common/rpc/status.h"
#include "common/rpc/waits.h"

namespace weft::rpc {

Task<absl::Status> ProbeHandlers::Echo(CallContext& context, const v1::EchoRequest& request,
                                       v1::EchoResponse& response) {
  if (request.fail()) {
    FieldViolations violations;
    violations.Add("text", "is not wanted").Add("fail", "is set");
    co_return violations.ToStatus("PROBE_FAILED");
  }
  response.set_text(request.text());
  response.set_principal(context.principal().name);
  context.SetPosition("p-1");
  co_return absl::OkStatus();
}

Task<absl::Status> ProbeHandlers::Sleep(CallContext& context, const v1::SleepRequest& request,
                                        v1::EchoResponse& response) {
  response.set_milliseconds_left(absl::ToInt64Milliseconds(context.deadline() - absl::Now()));
  const bool slept = co_await rpc::Sleep(context, absl::Milliseconds(request.milliseconds()));
  See(slept ? "sleep whole" : context.cancelled() ? "sleep cancelled" : "sleep drained");
  if (!slept) co_return Stopped(context);
  response.set_text("slept");
  co_return absl::OkStatus();
}

Task<absl::Status> ProbeHandlers::Count(CallContext&, const v1::CountRequest& request,
                                        Writer<v1::Number>& writer) {
  v1::Number number;
  number.set_padding(std::string(static_cast<size_t>(request.padding()), 'x'));
  for (int i = 1; i <= request.to(); ++i) {
    number.set_value(i);
    const bool sent = co_await writer.Write(number);
    if (!sent) {
      See("count cut");
      co_return absl::CancelledError("");
    }
  }
  co_return absl::OkStatus();
}

Task<absl::Status> ProbeHandlers::Watch(CallContext& context, const v1::WatchRequest&,
                                        Writer<v1::Number>&) {
  Signal never;
  See("watch started");
  const Signal::Outcome outcome = co_await never.Wait(context);
  See(outcome != Signal::kInterrupted ? "watch ?"
      : context.cancelled()           ? "watch cancelled"
                                      : "watch drained");
  co_return Stopped(context);
}

Task<absl::Status> ProbeHandlers::Sum(CallContext&, Reader<v1::Number>& reader,
                                      v1::SumResponse& response) {
  v1::Number number;
  for (;;) {
    const bool more = co_await reader.Read(number);
    if (!more) break;
    response.set_sum(response.sum() + number.value());
    response.set_count(response.count() + 1);
  }
  See(absl::StrCat("sum ", absl::StatusCodeToString(reader.status().code())));
  co_return reader.status();
}

Task<absl::Status> ProbeHandlers::RunningSum(CallContext&, Reader<v1::Number>& reader,
                                             Writer<v1::SumResponse>& writer) {
  v1::Number number;
  v1::SumResponse response;
  for (;;) {
    const bool more = co_await reader.Read(number);
    if (!more) break;
    response.set_sum(response.sum() + number.value());
    response.set_count(response.count() + 1);
    const bool sent = co_await writer.Write(Serialized<v1::SumResponse>(response));
    if (!sent) break;
  }
  See(absl::StrCat("running sum ", absl::StatusCodeToString(reader.status().code())));
  co_return reader.status();
}

std::vector<std::string> ProbeHandlers::Seen() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return seen_;
}

bool ProbeHandlers::WaitForSeen(size_t count) const {
  return WaitUntil([&] { return Seen().size() >= count; });
}

void ProbeHandlers::See(std::string what) {
  std::lock_guard<std::mutex> lock(mutex_);
  seen_.push_back(std::move(what));
}

ProbeServer::ProbeServer(ServerOptions options)
    : logger_(observability::Logger::ToFunction(observability::Level::kInfo,
                                                [this](absl::string_view line) {
                                                  std::lock_guard<std::mutex> lock(mutex_);
                                                  log_lines_.emplace_back(line);
                                                })) {
  options.logger = logger_.get();
  server_ = *Server::Create(std::move(options));
  Binder(*server_, "weft.rpctest.v1.ProbeService")
      .On("Echo", &handlers_, &ProbeHandlers::Echo)
      .On("Sleep", &handlers_, &ProbeHandlers::Sleep)
      .On("Count", &handlers_, &ProbeHandlers::Count)
      .On("Watch", &handlers_, &ProbeHandlers::Watch)
      .On("Sum", &handlers_, &ProbeHandlers::Sum)
      .On("RunningSum", &handlers_, &ProbeHandlers::RunningSum);
  const absl::Status started = server_->Start();
  if (!started.ok()) Fatal(started.ToString());
  // Without retries, which would hide what the server says of itself.
  client_ = std::make_unique<SyncClient>(server_->address(), SyncClientOptions{.retry = false});
}

ProbeServer::~ProbeServer() { server_->Shutdown(absl::ZeroDuration()); }

std::vector<std::string> ProbeServer::LogLines() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return log_lines_;
}

bool WaitUntil(const std::function<bool()>& condition) {
  const absl::Time limit = absl::Now() + absl::Seconds(5);
  while (!condition()) {
    if (absl::Now() > limit) return false;
    absl::SleepFor(absl::Milliseconds(2));
  }
  return true;
}

v1::Number MakeNumber(int64_t value) {
  v1::Number number;
  number.set_value(value);
  return number;
}

}  // namespace weft::rpc
