#include "common/rpc/connections.h"

#include <sys/stat.h>

#include <algorithm>

namespace weft::rpc {

Connections::FileId Connections::IdOf(int fd) {
  struct stat status;
  if (fstat(fd, &status) != 0) return {};
  return {.device = status.st_dev, .inode = status.st_ino};
}

Connections::Verdict Connections::Admit(const std::string& peer) {
  const Verdict verdict = Judge(peer);
  if (verdict == Verdict::kWelcome) return verdict;
  Sweep();
  return Judge(peer);
}

Connections::Verdict Connections::Judge(const std::string& peer) const {
  if (open_.size() >= static_cast<size_t>(limits_.in_all)) return Verdict::kTooMany;
  const auto theirs = by_peer_.find(peer);
  const bool full = theirs != by_peer_.end() && theirs->second >= limits_.per_peer;
  return full ? Verdict::kTooManyOfPeer : Verdict::kWelcome;
}

void Connections::Add(int fd, const std::string& peer) {
  open_.push_back({fd, IdOf(fd), peer});
  ++by_peer_[peer];
}

void Connections::Sweep() {
  const auto closed = [this](const Connection& connection) {
    if (IdOf(connection.fd) == connection.file) return false;
    const auto theirs = by_peer_.find(connection.peer);
    if (--theirs->second == 0) by_peer_.erase(theirs);
    return true;
  };
  open_.erase(std::remove_if(open_.begin(), open_.end(), closed), open_.end());
}

}  // namespace weft::rpc
