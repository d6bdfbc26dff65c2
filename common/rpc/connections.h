// Who is connected, and how many may be. Internal to common/rpc; for one thread at a time.
#ifndef WEFT_COMMON_RPC_CONNECTIONS_H_
#define WEFT_COMMON_RPC_CONNECTIONS_H_

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace weft::rpc {

struct ConnectionLimits {
  // A connection that says nothing costs a descriptor and some 50 KB.
  int in_all = 4096;
  // From one address, so that one machine cannot shut out the others.
  int per_peer = 1024;
};

// gRPC owns the sockets and does not say when it closes one. So this remembers each by descriptor
// and inode, which no two files share while both are open, and looks whether they are still there.
class Connections {
 public:
  enum class Verdict { kWelcome, kTooMany, kTooManyOfPeer };

  explicit Connections(const ConnectionLimits& limits) : limits_(limits) {}

  // Whether one more from `peer` fits; looks for closed ones when it seems not to.
  Verdict Admit(const std::string& peer);
  // Counts the socket `fd` until it is closed.
  void Add(int fd, const std::string& peer);
  // Forgets those that are closed.
  void Sweep();

  size_t size() const { return open_.size(); }

 private:
  struct FileId {
    dev_t device = 0;
    ino_t inode = 0;
    bool operator==(const FileId&) const = default;
  };
  struct Connection {
    int fd;
    FileId file;
    std::string peer;
  };

  // Zeros when `fd` is not open.
  static FileId IdOf(int fd);
  Verdict Judge(const std::string& peer) const;

  const ConnectionLimits limits_;
  std::vector<Connection> open_;
  absl::flat_hash_map<std::string, int> by_peer_;
};

}  // namespace weft::rpc

#endif  // WEFT_COMMON_RPC_CONNECTIONS_H_
