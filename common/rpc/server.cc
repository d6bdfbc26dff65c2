#include "common/rpc/server.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/base/unique_fd.h"
#include "common/rpc/acceptor.h"
#include "common/rpc/binder.h"
#include "common/rpc/fatal.h"
#include "common/rpc/health.h"
#include "common/rpc/listen_address.h"
#include "common/rpc/loop.h"
#include "common/rpc/reflection.h"
#include "common/rpc/server_call.h"
#include "grpc/reflection/v1/reflection.pb.h"
#include "grpc/reflection/v1alpha/reflection.pb.h"

namespace weft::rpc {
namespace {

// Calls that wait to be taken, so that a burst meets no lack of them.
constexpr int kRequestedCalls = 64;
// What calls get to answer after their time has been cut off, before the transport drops them.
constexpr absl::Duration kCutOffTime = absl::Milliseconds(500);

// How often a server that cannot end says what it waits for.
constexpr absl::Duration kReportTime = absl::Seconds(10);

// A message larger than we accept gets our answer, which says what to do; one larger than this
// many times the limit is cut off by the transport.
constexpr int kTransportMessageFactor = 8;
// Headers of one call. Ours need some hundred bytes, a bearer token a few thousand.
constexpr int kMaxMetadataBytes = 16 << 10;
// Calls at a time on one connection: a few connections reach the limits in CallLimits, and one
// cannot.
constexpr int kMaxStreamsPerConnection = 1000;
// From the connection to the client's first settings; gRPC's default of 120 s is a gift to those
// who open connections and say nothing.
constexpr absl::Duration kHandshakeTime = absl::Seconds(10);
// A peer that has vanished without a word is noticed after the sum of both.
constexpr absl::Duration kKeepaliveTime = absl::Seconds(60);
constexpr absl::Duration kKeepaliveTimeout = absl::Seconds(20);
// Clients may ping this often; gRPC's default of five minutes closes the connections of many.
constexpr absl::Duration kMinPingInterval = absl::Seconds(10);
// An idle client reconnects when it has something to ask.
constexpr absl::Duration kMaxConnectionIdle = absl::Minutes(15);
// Clients find new replicas behind a name only when a connection ends. gRPC adds 10 % of chance, so
// that they do not all come back at once. Calls get the grace to end; streams are resumable.
constexpr absl::Duration kMaxConnectionAge = absl::Minutes(30);
constexpr absl::Duration kMaxConnectionAgeGrace = absl::Minutes(2);

void SetTransportLimits(const ServerOptions& options, grpc::ServerBuilder& builder) {
  const auto set_time = [&](const char* argument, absl::Duration value) {
    builder.AddChannelArgument(argument, static_cast<int>(absl::ToInt64Milliseconds(value)));
  };
  builder.SetMaxReceiveMessageSize(
      static_cast<int>(kTransportMessageFactor * options.max_message_bytes));
  // Two servers on one port would share its connections, and nobody would notice the mistake.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreamsPerConnection);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  set_time(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeTime);
  set_time(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveTime);
  set_time(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeout);
  set_time(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kMinPingInterval);
  set_time(GRPC_ARG_MAX_CONNECTION_IDLE_MS, kMaxConnectionIdle);
  set_time(GRPC_ARG_MAX_CONNECTION_AGE_MS, kMaxConnectionAge);
  set_time(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, kMaxConnectionAgeGrace);
}

ConnectionLimits WithinDescriptors(ConnectionLimits limits) {
  rlimit descriptors;
  if (getrlimit(RLIMIT_NOFILE, &descriptors) == 0) {
    const rlim_t half = std::max<rlim_t>(descriptors.rlim_cur / 2, 1);
    if (half < static_cast<rlim_t>(limits.in_all)) limits.in_all = static_cast<int>(half);
  }
  return limits;
}

template <class Service>
void BindReflection(Server& server, absl::string_view package, Service& handlers) {
  Binder(server, absl::StrCat(package, ".ServerReflection"))
      .On("ServerReflectionInfo", &handlers, &Service::ServerReflectionInfo);
}

}  // namespace

class Server::Impl {
 public:
  Impl(ServerOptions options, ListenAddress address)
      : address_(std::move(address)),
        loop_(builder_.AddCompletionQueue()),
        core_(std::move(options), loop_) {
    core_.on_call_ended = [this] { TellIfDrained(); };
  }

  void AddMethod(const google::protobuf::MethodDescriptor& method,
                 std::unique_ptr<MethodHandler> handler) {
    if (transport_ != nullptr) Fatal("methods are bound before the server starts");
    const absl::Status added = core_.methods.Add(method, std::move(handler));
    if (!added.ok()) Fatal(added.message());
  }

  absl::Status Start(Server& self);
  absl::Status Listen();
  void Spawn(absl::string_view name, auth::Principal principal, BackgroundTask body);
  void SetServing(bool serving) {
    loop_.Run([&] { health_.SetServing(serving); });
  }
  void SetPartServing(const std::string& part, bool serving) {
    loop_.Run([&] { health_.SetPartServing(part, serving); });
  }
  void Shutdown(absl::Duration grace);

  Loop& loop() { return loop_; }
  const ListenAddress& address() const { return address_; }

 private:
  // A coroutine beside the calls; waits for Start() when it was spawned before.
  struct Background final : Work {
    Background(Impl& owner, absl::string_view task_name, auth::Principal principal,
               BackgroundTask task)
        : impl(owner),
          context(owner.loop_, std::string(task_name), std::move(principal),
                  absl::InfiniteFuture()),
          body(std::move(task)) {}
    void Run() override { impl.Drive(*this); }

    Impl& impl;
    CallContext context;
    BackgroundTask body;
    std::list<Background>::iterator place;
  };

  Detached Drive(Background& background);
  void TellIfDrained();
  bool WaitUntilDrained(absl::Duration limit);
  void LogWhatIsLeft();

  ListenAddress address_;
  grpc::ServerBuilder builder_;
  Loop loop_;
  ServerCore core_;
  HealthHandlers health_;
  ReflectionHandlers<grpc::reflection::v1::ServerReflectionRequest,
                     grpc::reflection::v1::ServerReflectionResponse>
      reflection_;
  ReflectionHandlers<grpc::reflection::v1alpha::ServerReflectionRequest,
                     grpc::reflection::v1alpha::ServerReflectionResponse>
      reflection_alpha_;
  // Before Start() for its thread, afterwards for the loop's.
  std::list<Background> background_;
  std::unique_ptr<grpc::Server> transport_;
  // With Listener::kOwn. The first accepts and the second hands over to gRPC; before the transport.
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> handover_;
  std::unique_ptr<Acceptor> acceptor_;
  bool shut_down_ = false;

  std::mutex mutex_;
  std::condition_variable told_;
  bool drained_ = false;
};

absl::Status Server::Impl::Start(Server& self) {
  BindReflection(self, "grpc.reflection.v1", reflection_);
  BindReflection(self, "grpc.reflection.v1alpha", reflection_alpha_);
  Binder(self, "grpc.health.v1.Health")
      .On("Check", &health_, &HealthHandlers::Check)
      .On("Watch", &health_, &HealthHandlers::Watch);
  const std::vector<std::string> services = core_.methods.ServiceNames();
  reflection_.SetServices(services);
  reflection_alpha_.SetServices(services);
  health_.SetServices(services);

  SetTransportLimits(core_.options, builder_);
  builder_.RegisterAsyncGenericService(&core_.service);
  WEFT_RETURN_IF_ERROR(Listen());
  loop_.Run([this] {
    for (Background& background : background_) loop_.Post(background);
    for (int i = 0; i < kRequestedCalls; ++i) ServerCall::Request(core_);
    health_.SetServing(true);
  });
  if (acceptor_ != nullptr) {
    acceptor_->Start([this](UniqueFd connection) {
      grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters parameters;
      parameters.fd = connection.Release();
      handover_->HandleNewConnection(&parameters);
    });
  }
  return absl::OkStatus();
}

// Binds the address and builds the transport.
absl::Status Server::Impl::Listen() {
  int port = 0;
  if (core_.options.listener == Listener::kOwn) {
    WEFT_ASSIGN_OR_RETURN(
        acceptor_, Acceptor::Listen(address_, WithinDescriptors(core_.options.connection_limits),
                                    core_.registry));
    port = acceptor_->port();
    handover_ = builder_.experimental().AddExternalConnectionAcceptor(
        grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
        grpc::InsecureServerCredentials());
  } else {
    WEFT_RETURN_IF_ERROR(CheckPortFree(address_));
    builder_.AddListeningPort(address_.ToString(), grpc::InsecureServerCredentials(), &port);
  }
  transport_ = builder_.BuildAndStart();
  if (transport_ == nullptr || port == 0) {
    transport_.reset();
    acceptor_.reset();
    return Error(absl::StatusCode::kUnavailable, "CANNOT_LISTEN",
                 absl::StrCat("cannot listen on ", address_.ToString()));
  }
  address_.port = static_cast<uint16_t>(port);
  return absl::OkStatus();
}

void Server::Impl::Spawn(absl::string_view name, auth::Principal principal, BackgroundTask body) {
  const auto add = [&] {
    background_.emplace_back(*this, name, std::move(principal), std::move(body));
    background_.back().place = std::prev(background_.end());
  };
  if (transport_ == nullptr) {
    add();
    return;
  }
  loop_.Run([&] {
    if (core_.draining) return;
    add();
    loop_.Post(background_.back());
  });
}

Detached Server::Impl::Drive(Background& background) {
  if (!core_.draining) {
    Task<absl::Status> task = background.body(background.context);
    const absl::Status ended = co_await std::move(task);
    if (!ended.ok() && !core_.draining && core_.options.logger != nullptr) {
      core_.options.logger->Write(
          observability::LogLine(observability::Level::kError, "background_task_failed")
              .Add("task", background.context.method())
              .Add(ended));
    }
  }
  background_.erase(background.place);
  TellIfDrained();
}

void Server::Impl::TellIfDrained() {
  if (!core_.draining || core_.admission.calls() > 0 || !background_.empty()) return;
  std::lock_guard<std::mutex> lock(mutex_);
  drained_ = true;
  told_.notify_all();
}

bool Server::Impl::WaitUntilDrained(absl::Duration limit) {
  std::unique_lock<std::mutex> lock(mutex_);
  return told_.wait_for(lock, absl::ToChronoNanoseconds(std::min(limit, absl::Hours(24))),
                        [this] { return drained_; });
}

void Server::Impl::Shutdown(absl::Duration grace) {
  if (std::exchange(shut_down_, true)) return;
  if (transport_ == nullptr) {
    background_.clear();
    return;
  }
  loop_.Run([this] {
    health_.SetServing(false);
    core_.draining = true;
    // A task may end, and leave the list, as it is cancelled; one that has not run yet ends as soon
    // as it does.
    const auto running = [this] {
      return std::find_if(background_.begin(), background_.end(),
                          [](const Background& task) { return !task.context.cancelled(); });
    };
    for (auto task = running(); task != background_.end(); task = running()) {
      task->context.Cancel();
    }
    core_.ForEachCall([](ServerCall& call) { call.Drain(); });
    TellIfDrained();
  });
  const bool drained = WaitUntilDrained(grace);
  loop_.Run([&] {
    core_.closed = true;
    if (!drained) core_.ForEachCall([](ServerCall& call) { call.CutOff(); });
  });
  if (!drained) WaitUntilDrained(kCutOffTime);
  if (acceptor_ != nullptr) acceptor_->Stop();
  // Cancels what is left, at once, and returns when the transport has no call any more.
  transport_->Shutdown(std::chrono::system_clock::now());
  // A handler may still be at a commit, which nothing interrupts.
  loop_.Run([this] { TellIfDrained(); });
  while (!WaitUntilDrained(kReportTime)) {
    loop_.Run([this] { LogWhatIsLeft(); });
  }
  loop_.WaitUntilReleased();
}

// For whoever wonders why a server does not end.
void Server::Impl::LogWhatIsLeft() {
  if (core_.options.logger == nullptr) return;
  using observability::LogLine;
  core_.options.logger->Write(LogLine(observability::Level::kWarning, "still_draining")
                                  .Add("calls", core_.admission.calls()));
  for (const Background& task : background_) {
    core_.options.logger->Write(LogLine(observability::Level::kWarning, "still_draining")
                                    .Add("task", task.context.method()));
  }
}

absl::StatusOr<std::unique_ptr<Server>> Server::Create(ServerOptions options) {
  WEFT_ASSIGN_OR_RETURN(ListenAddress address, ParseListenAddress(options.listen));
  return std::unique_ptr<Server>(
      new Server(std::make_unique<Impl>(std::move(options), std::move(address))));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() { impl_->Shutdown(absl::ZeroDuration()); }

Executor& Server::executor() { return impl_->loop(); }
void Server::AddMethod(const google::protobuf::MethodDescriptor& method,
                       std::unique_ptr<MethodHandler> handler) {
  impl_->AddMethod(method, std::move(handler));
}
void Server::Spawn(absl::string_view name, auth::Principal principal, BackgroundTask body) {
  impl_->Spawn(name, std::move(principal), std::move(body));
}
absl::Status Server::Start() { return impl_->Start(*this); }
int Server::port() const { return impl_->address().port; }
std::string Server::address() const { return impl_->address().ToString(); }
void Server::SetServing(bool serving) { impl_->SetServing(serving); }
void Server::SetPartServing(const std::string& part, bool serving) {
  impl_->SetPartServing(part, serving);
}
void Server::Shutdown(absl::Duration grace) { impl_->Shutdown(grace); }

}  // namespace weft::rpc
