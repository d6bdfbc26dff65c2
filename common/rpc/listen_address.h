// Where a server listens.
#ifndef WEFT_COMMON_RPC_LISTEN_ADDRESS_H_
#define WEFT_COMMON_RPC_LISTEN_ADDRESS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/unique_fd.h"

namespace weft::rpc {

struct ListenAddress {
  std::string host;  // "127.0.0.1" or "::1"
  uint16_t port = 0;

  // "127.0.0.1:7401", "[::1]:7401".
  std::string ToString() const;
};

// host:port with a loopback host (127.x.x.x, [::1] or localhost). Anything else is refused, because
// callers are not authenticated yet and whoever reaches the port could read and change everything.
absl::StatusOr<ListenAddress> ParseListenAddress(absl::string_view text);

// A non-blocking TCP socket that is bound to the address and does not listen yet. Fails with an
// error that says what is wrong, and what to do.
absl::StatusOr<UniqueFd> Bind(const ListenAddress& address);

// The port that a socket is bound to.
absl::StatusOr<int> PortOf(int fd);

// OK when the port can be bound; else an error that says what is wrong. gRPC itself would only say
// that it failed, or share the port with another process.
absl::Status CheckPortFree(const ListenAddress& address);

}  // namespace weft::rpc

#endif  // WEFT_COMMON_RPC_LISTEN_ADDRESS_H_
