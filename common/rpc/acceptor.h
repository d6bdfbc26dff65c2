// The accept loop: takes connections from a listening socket on a thread of its own and hands them
// on, with caps, and survives running out of file descriptors. gRPC 1.51's own listener has no caps
// and stops accepting for good after one EMFILE (CVE-2023-4785). Internal to common/rpc.
#ifndef WEFT_COMMON_RPC_ACCEPTOR_H_
#define WEFT_COMMON_RPC_ACCEPTOR_H_

#include <sys/socket.h>

#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "absl/status/statusor.h"
#include "common/base/unique_fd.h"
#include "common/observability/metrics.h"
#include "common/rpc/connections.h"
#include "common/rpc/listen_address.h"

namespace weft::rpc {

class Acceptor {
 public:
  // Takes the ownership of a connected, non-blocking socket. On the acceptor's thread.
  using Handler = std::function<void(UniqueFd)>;

  // Binds and listens at once, accepts from Start() on.
  static absl::StatusOr<std::unique_ptr<Acceptor>> Listen(const ListenAddress& address,
                                                          const ConnectionLimits& limits,
                                                          observability::Metrics& metrics);
  // Stops.
  ~Acceptor();

  void Start(Handler handler);
  // No connection is handed on any more when this returns. Not on the acceptor's thread.
  void Stop();

  int port() const { return port_; }

 private:
  Acceptor(UniqueFd listener, int port, const ConnectionLimits& limits,
           observability::Metrics& metrics);

  void Run();
  // Waits until there is something to accept or until Stop(); false for the latter.
  bool Wait(int fd, int milliseconds) const;
  // Takes one connection; false when there was none, or no means to take it.
  bool AcceptOne();
  void Welcome(UniqueFd connection, const sockaddr_storage& peer);
  bool TurnAwayForLackOfDescriptors();

  const int port_;
  UniqueFd listener_;
  UniqueFd stop_;
  // Given up when there are no descriptors left, to take a connection with it and turn it away.
  UniqueFd reserve_;
  Handler handler_;
  std::mutex mutex_;  // of connections_
  Connections connections_;
  observability::Gauge& open_;
  observability::Counter& accepted_;
  observability::Counter& refused_in_all_;
  observability::Counter& refused_peer_;
  observability::Counter& refused_descriptors_;
  observability::OnCollect on_collect_;
  std::thread thread_;
};

}  // namespace weft::rpc

#endif  // WEFT_COMMON_RPC_ACCEPTOR_H_
