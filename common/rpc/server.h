// The RPC server: one completion queue, one thread that polls it and resumes every coroutine. Its
// life is: Create, open engines on executor(), bind handlers (binder.h), Start, Shutdown, then
// destroy engines, then the server.
#ifndef WEFT_COMMON_RPC_SERVER_H_
#define WEFT_COMMON_RPC_SERVER_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/auth/policy.h"
#include "common/auth/principal.h"
#include "common/base/executor.h"
#include "common/base/task.h"
#include "common/observability/log.h"
#include "common/observability/metrics.h"
#include "common/rpc/call_class.h"
#include "common/rpc/call_context.h"
#include "common/rpc/connections.h"
#include "common/rpc/method_handler.h"
#include "google/protobuf/descriptor.h"

namespace weft::rpc {

// Who accepts connections.
enum class Listener {
  // Our own loop, with caps, that survives running out of file descriptors.
  kOwn,
  // gRPC's. For when gRPC's experimental interface for connections made elsewhere goes away or
  // misbehaves: connection limits do not apply, and gRPC before 1.53 stops accepting for good when
  // it once runs out of descriptors.
  kGrpc,
};

struct ServerOptions {
  // Loopback only, because callers are not authenticated yet. Port 0 lets the system choose.
  std::string listen = "127.0.0.1:0";
  auth::Policy policy = auth::Policy::Loopback();
  // Where access and error lines go; null for nowhere. Must outlive the server.
  observability::Logger* logger = nullptr;
  // Where calls and connections are counted; null for nowhere. Must outlive the server.
  observability::Metrics* metrics = nullptr;
  // What a call gets at most, also when it names no deadline or a later one.
  absl::Duration unary_time = absl::Seconds(30);
  absl::Duration stream_time = absl::Minutes(30);
  Listener listener = Listener::kOwn;
  // At most; never more than half of the descriptors that the process may have, so that a flood of
  // connections leaves the storage engine the files it needs.
  ConnectionLimits connection_limits = {};
  // Calls in progress; more are refused with RESOURCE_EXHAUSTED before their payload is read. A
  // unary call takes about 10 KB while it lasts and a stream that waits 15 KB, so that all of them
  // together stay below 300 MB; one principal gets half of the unary calls and a quarter of the
  // streams, so that it takes two, or four, to shut out the others.
  CallLimits call_limits = {.reads = 1024, .writes = 1024, .streams = 16384};
  CallLimits call_limits_per_principal = {.reads = 512, .writes = 512, .streams = 4096};
  // The largest request message.
  size_t max_message_bytes = 8 << 20;
};

class Server {
 public:
  // Fails when `listen` is not a loopback address.
  static absl::StatusOr<std::unique_ptr<Server>> Create(ServerOptions options);
  // Shuts down at once if nobody did.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Runs from Create() until the destructor. Everything about a call happens on its thread.
  Executor& executor();

  // Before Start(), through Binder.
  void AddMethod(const google::protobuf::MethodDescriptor& method,
                 std::unique_ptr<MethodHandler> handler);

  // A coroutine that runs beside the calls, from Start() until its end: a follower of a feed, say.
  // Its context has the principal, no deadline, and is cancelled when the server drains, which
  // interrupts its waits and downstream calls; Shutdown() waits for it. A status other than OK that
  // it ends with while the server does not drain is logged as an error. `body` is kept until then.
  using BackgroundTask = std::function<Task<absl::Status>(CallContext&)>;
  void Spawn(absl::string_view name, auth::Principal principal, BackgroundTask body);

  // Binds health and reflection, listens and serves. Fails when the address is in use.
  absl::Status Start();
  // The port that Start() has bound.
  int port() const;
  // host:port, as a client on this machine would dial it.
  std::string address() const;

  // What the health service answers for "" and every service; true from Start() until Shutdown().
  // From any thread.
  void SetServing(bool serving);
  // The same for a part of the server that callers may ask for by name, such as "storage".
  void SetPartServing(const std::string& part, bool serving);

  // Drains: health says NOT_SERVING, new calls are refused, waits and background tasks are
  // interrupted, calls in progress get `grace` to end and are cancelled then. Returns when no call
  // and no background task is left. From any thread but the executor's. Afterwards nothing awaits
  // engines any more.
  void Shutdown(absl::Duration grace);

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace weft::rpc

#endif  // WEFT_COMMON_RPC_SERVER_H_
