#include "common/rpc/acceptor.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"

namespace weft::rpc {
namespace {

// Connections that the kernel holds until they are accepted; it takes its own maximum if lower.
constexpr int kBacklog = 1024;
// How long to wait for descriptors or memory to come back when nothing can be accepted.
constexpr int kPauseMs = 50;
// Connections taken before the thread looks whether it is to stop.
constexpr int kBurst = 64;

UniqueFd OpenReserve() { return UniqueFd(open("/dev/null", O_RDONLY | O_CLOEXEC)); }

std::string HostOf(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text = {};
  const void* bytes =
      address.ss_family == AF_INET6
          ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6&>(address).sin6_addr)
          : &reinterpret_cast<const sockaddr_in&>(address).sin_addr;
  inet_ntop(address.ss_family, bytes, text.data(), text.size());
  return text.data();
}

absl::Status CannotListen(const ListenAddress& address, const char* step) {
  return Error(absl::StatusCode::kUnavailable, "CANNOT_LISTEN",
               absl::StrCat("cannot listen on ", address.ToString(), ": ", step, ": ",
                            std::strerror(errno)));
}

observability::Counter& RefusedCounter(observability::Metrics& metrics, const char* reason) {
  return metrics.AddCounter("rpc_server_connections_refused_total",
                            "Connections closed as soon as they were accepted, by which limit was "
                            "met.",
                            {{"reason", reason}});
}

}  // namespace

absl::StatusOr<std::unique_ptr<Acceptor>> Acceptor::Listen(const ListenAddress& address,
                                                           const ConnectionLimits& limits,
                                                           observability::Metrics& metrics) {
  WEFT_ASSIGN_OR_RETURN(UniqueFd listener, Bind(address));
  // Accepted sockets inherit it. Small messages are not held back for larger packets.
  const int on = 1;
  setsockopt(listener.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (listen(listener.get(), kBacklog) != 0) return CannotListen(address, "listen");
  WEFT_ASSIGN_OR_RETURN(const int port, PortOf(listener.get()));
  std::unique_ptr<Acceptor> acceptor(new Acceptor(std::move(listener), port, limits, metrics));
  if (!acceptor->stop_.valid() || !acceptor->reserve_.valid()) {
    return CannotListen(address, "open a descriptor");
  }
  return acceptor;
}

Acceptor::Acceptor(UniqueFd listener, int port, const ConnectionLimits& limits,
                   observability::Metrics& metrics)
    : port_(port),
      listener_(std::move(listener)),
      stop_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      reserve_(OpenReserve()),
      connections_(limits),
      open_(metrics.AddGauge("rpc_server_connections", "Connections that are open.")),
      accepted_(metrics.AddCounter("rpc_server_connections_accepted_total",
                                   "Connections that were accepted and served.")),
      refused_in_all_(RefusedCounter(metrics, "max_connections")),
      refused_peer_(RefusedCounter(metrics, "max_connections_per_peer")),
      refused_descriptors_(RefusedCounter(metrics, "no_descriptors")),
      on_collect_(metrics, [this] {
        std::lock_guard<std::mutex> lock(mutex_);
        connections_.Sweep();
        open_.Set(static_cast<double>(connections_.size()));
      }) {}

Acceptor::~Acceptor() { Stop(); }

void Acceptor::Start(Handler handler) {
  handler_ = std::move(handler);
  thread_ = std::thread([this] { Run(); });
}

void Acceptor::Stop() {
  if (!thread_.joinable()) return;
  const uint64_t one = 1;
  // An eventfd that counts takes eight bytes at once, always.
  [[maybe_unused]] const ssize_t written = write(stop_.get(), &one, sizeof(one));
  thread_.join();
  listener_.Reset();
}

void Acceptor::Run() {
  while (Wait(listener_.get(), -1)) {
    if (!reserve_.valid()) reserve_ = OpenReserve();
    int taken = 0;
    while (taken < kBurst && AcceptOne()) ++taken;
  }
}

bool Acceptor::Wait(int fd, int milliseconds) const {
  std::array<pollfd, 2> polled = {pollfd{.fd = stop_.get(), .events = POLLIN, .revents = 0},
                                  pollfd{.fd = fd, .events = POLLIN, .revents = 0}};
  poll(polled.data(), polled.size(), milliseconds);
  return polled[0].revents == 0;
}

bool Acceptor::AcceptOne() {
  sockaddr_storage peer{};
  socklen_t length = sizeof(peer);
  UniqueFd connection(accept4(listener_.get(), reinterpret_cast<sockaddr*>(&peer), &length,
                              SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (connection.valid()) {
    Welcome(std::move(connection), peer);
    return true;
  }
  switch (errno) {
    case EAGAIN:
      return false;
    case EMFILE:
    case ENFILE:
      return TurnAwayForLackOfDescriptors();
    case ENOBUFS:
    case ENOMEM:
      // It is still in the queue, so poll() would return at once.
      Wait(-1, kPauseMs);
      return false;
    default:
      // The connection was gone before it was taken, or its network had an error: the next one.
      return true;
  }
}

void Acceptor::Welcome(UniqueFd connection, const sockaddr_storage& peer) {
  const std::string host = HostOf(peer);
  {
    std::lock_guard<std::mutex> lock(mutex_);
    switch (connections_.Admit(host)) {
      case Connections::Verdict::kTooMany:
        refused_in_all_.Increment();
        return;  // closes it, so that the client knows and tries elsewhere or later
      case Connections::Verdict::kTooManyOfPeer:
        refused_peer_.Increment();
        return;
      case Connections::Verdict::kWelcome:
        break;
    }
    connections_.Add(connection.get(), host);
  }
  accepted_.Increment();
  handler_(std::move(connection));
}

// With the one descriptor held for this, the client is told at once; left in the kernel's queue it
// would wait for nothing, and poll() would report it again and again.
bool Acceptor::TurnAwayForLackOfDescriptors() {
  reserve_.Reset();
  UniqueFd connection(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  // The lack is told before anybody looks whether there is a connection at all.
  const bool turned_away = connection.valid();
  if (turned_away) refused_descriptors_.Increment();
  connection.Reset();
  reserve_ = OpenReserve();
  // Another thread was faster: wait until somebody closes something.
  if (!reserve_.valid()) Wait(-1, kPauseMs);
  return turned_away;
}

}  // namespace weft::rpc
