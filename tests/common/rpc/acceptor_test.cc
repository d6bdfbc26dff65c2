// The accept loop and its count of connections, without gRPC.
#include "common/rpc/acceptor.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cerrno>
#include <mutex>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/rpc/probe_server.h"
#include "tests/testing/status_matchers.h"

namespace weft::rpc {
namespace {

using ::testing::HasSubstr;
using testing::IsError;
using testing::IsOk;

// An acceptor that keeps what it takes.
class Taker {
 public:
  explicit Taker(const ConnectionLimits& limits)
      : acceptor_(*Acceptor::Listen({"127.0.0.1", 0}, limits, metrics_)) {
    acceptor_->Start([this](UniqueFd connection) {
      std::lock_guard<std::mutex> lock(mutex_);
      taken_.push_back(std::move(connection));
    });
  }

  int port() const { return acceptor_->port(); }
  Acceptor& acceptor() { return *acceptor_; }
  size_t taken() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return taken_.size();
  }
  void CloseAll() {
    std::lock_guard<std::mutex> lock(mutex_);
    taken_.clear();
  }
  bool Counts(const char* series) const {
    return metrics_.Text().find(series) != std::string::npos;
  }
  std::string Text() const { return metrics_.Text(); }

 private:
  observability::Metrics metrics_;
  mutable std::mutex mutex_;
  std::vector<UniqueFd> taken_;
  std::unique_ptr<Acceptor> acceptor_;
};

UniqueFd NewSocket() { return UniqueFd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

// The kernel completes it, whether or not it is ever accepted.
bool Connect(const UniqueFd& fd, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

UniqueFd Connected(int port) {
  UniqueFd fd = NewSocket();
  EXPECT_TRUE(Connect(fd, port)) << errno;
  return fd;
}

// Whether the other side closes within some seconds.
bool IsClosed(const UniqueFd& fd) {
  pollfd polled = {.fd = fd.get(), .events = POLLIN, .revents = 0};
  if (poll(&polled, 1, 5000) != 1) return false;
  char byte = 0;
  return recv(fd.get(), &byte, 1, MSG_DONTWAIT) <= 0;
}

TEST(Acceptor, HandsConnectionsOn) {
  Taker taker({});
  const UniqueFd one = Connected(taker.port());
  const UniqueFd two = Connected(taker.port());
  ASSERT_TRUE(WaitUntil([&] { return taker.taken() == 2; }));
  EXPECT_TRUE(taker.Counts("rpc_server_connections 2\n"));
  EXPECT_TRUE(taker.Counts("rpc_server_connections_accepted_total 2\n"));
}

TEST(Acceptor, MoreThanTheCapAreClosedUntilOthersLeave) {
  Taker taker({.in_all = 2, .per_peer = 10});
  const UniqueFd one = Connected(taker.port());
  const UniqueFd two = Connected(taker.port());
  EXPECT_TRUE(IsClosed(Connected(taker.port())));
  EXPECT_TRUE(taker.Counts("rpc_server_connections_refused_total{reason=\"max_connections\"} 1\n"));
  EXPECT_EQ(taker.taken(), 2);
  taker.CloseAll();
  EXPECT_TRUE(taker.Counts("rpc_server_connections 0\n"));
  const UniqueFd three = Connected(taker.port());
  EXPECT_TRUE(WaitUntil([&] { return taker.taken() == 1; }));
}

TEST(Acceptor, OneAddressHasACapOfItsOwn) {
  Taker taker({.in_all = 10, .per_peer = 1});
  const UniqueFd one = Connected(taker.port());
  EXPECT_TRUE(IsClosed(Connected(taker.port())));
  EXPECT_TRUE(taker.Counts(
      "rpc_server_connections_refused_total{reason=\"max_connections_per_peer\"} 1\n"));
}

TEST(Acceptor, SurvivesRunningOutOfDescriptors) {
  Taker taker({.in_all = 1000, .per_peer = 1000});
  constexpr int kClients = 40;
  std::vector<UniqueFd> clients;
  clients.reserve(kClients);
  for (int i = 0; i < kClients; ++i) clients.push_back(NewSocket());
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  // Descriptors for ten connections, beside those that are open by now.
  const rlimit tight = {.rlim_cur = static_cast<rlim_t>(clients.back().get()) + 11,
                        .rlim_max = before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0);
  for (const UniqueFd& client : clients) EXPECT_TRUE(Connect(client, taker.port()));
  // Those that do not fit are told, and do not hang in the kernel's queue.
  const UniqueFd& last = clients.back();
  EXPECT_TRUE(IsClosed(last));
  EXPECT_LE(taker.taken(), 10);
  // As soon as the others leave, the next one is served.
  taker.CloseAll();
  for (int i = 0; i < 20; ++i) clients[i].Reset();
  const UniqueFd next = Connected(taker.port());
  EXPECT_TRUE(WaitUntil([&] { return taker.taken() == 1; }));
  setrlimit(RLIMIT_NOFILE, &before);
  // Read last: the sanitizer's checks of virtual calls want descriptors, too.
  EXPECT_TRUE(taker.Counts("rpc_server_connections_refused_total{reason=\"no_descriptors\"} 30\n"))
      << taker.Text();
}

TEST(Acceptor, StopClosesTheAddress) {
  Taker taker({});
  taker.acceptor().Stop();
  EXPECT_FALSE(Connect(NewSocket(), taker.port()));
}

TEST(Acceptor, ATakenAddressIsAnError) {
  Taker taker({});
  observability::Metrics metrics;
  const ListenAddress same = {"127.0.0.1", static_cast<uint16_t>(taker.port())};
  EXPECT_THAT(Acceptor::Listen(same, {}, metrics).status(),
              IsError(absl::StatusCode::kUnavailable, "ADDRESS_IN_USE"));
}

TEST(Connections, AReusedDescriptorIsAnotherConnection) {
  Connections connections({.in_all = 10, .per_peer = 10});
  UniqueFd first = NewSocket();
  const int number = first.get();
  connections.Add(number, "10.0.0.1");
  first.Reset();
  const UniqueFd second = NewSocket();
  ASSERT_EQ(second.get(), number);
  connections.Add(number, "10.0.0.2");
  EXPECT_EQ(connections.size(), 2);
  connections.Sweep();
  EXPECT_EQ(connections.size(), 1);
}

// Both listeners serve, so that the one can stand in for the other.
TEST(ServerListener, EitherServes) {
  for (const Listener listener : {Listener::kOwn, Listener::kGrpc}) {
    ServerOptions options;
    options.listener = listener;
    ProbeServer probe(options);
    v1::EchoRequest request;
    v1::EchoResponse response;
    EXPECT_THAT(probe.client().Call(kEcho, request, response), IsOk());
    const ServerOptions same = {.listen = probe.server().address(), .listener = listener};
    const auto second = Server::Create(same);
    ASSERT_THAT(second, IsOk());
    EXPECT_THAT((*second)->Start(), IsError(absl::StatusCode::kUnavailable, "ADDRESS_IN_USE"));
  }
}

TEST(ServerListener, ConnectionsAreCountedAndCapped) {
  observability::Metrics metrics;
  ServerOptions options;
  options.metrics = &metrics;
  options.connection_limits.in_all = 2;
  ProbeServer probe(options);
  v1::EchoRequest request;
  v1::EchoResponse response;
  ASSERT_THAT(probe.client().Call(kEcho, request, response), IsOk());
  EXPECT_THAT(metrics.Text(), HasSubstr("rpc_server_connections 1\n"));
  UniqueFd second = Connected(probe.server().port());
  EXPECT_TRUE(WaitUntil(
      [&] { return metrics.Text().find("rpc_server_connections 2\n") != std::string::npos; }));
  EXPECT_TRUE(IsClosed(Connected(probe.server().port())));
  second.Reset();
  EXPECT_TRUE(WaitUntil(
      [&] { return metrics.Text().find("rpc_server_connections 1\n") != std::string::npos; }));
}

}  // namespace
}  // namespace weft::rpc
