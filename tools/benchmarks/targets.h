// What the client can call, and how: our servers, the bare server beside them, and etcd. Each kind
// of request is a function of a number.
#ifndef WEFT_TOOLS_BENCHMARKS_TARGETS_H_
#define WEFT_TOOLS_BENCHMARKS_TARGETS_H_

#include <grpcpp/support/byte_buffer.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace weft::bench {

struct CallKind {
  // "/package.Service/Method".
  std::string method;
  std::function<grpc::ByteBuffer(uint64_t)> next;
};

struct CallParameters {
  // Requests name one of so many records, at random or one after the other.
  uint64_t keys = 1000;
  bool in_order = false;
  // Of the wave, figure or page that a read asks for.
  std::string name;
  // Makes what is written now differ from what was written before.
  uint64_t salt = 0;
};

// "get-site", "update-site", "echo", "put", "etcd-range" ...; nullopt for another word.
std::optional<CallKind> FindCallKind(const std::string& kind, const CallParameters& parameters);
std::vector<std::string> CallKinds();

// A server stream of changes.
struct WatchKind {
  std::string method;
  grpc::ByteBuffer request;
  // Whether the client says that it sends no more.
  bool half_close = true;
  // Whether the server ends the stream when there is nothing left to send.
  bool ends = false;
  // How many changes an answer holds; nullopt when it cannot be read.
  std::function<std::optional<uint64_t>(const grpc::ByteBuffer&)> count;
  // What writes one change that the watchers see; none for the bare server, which makes them up.
  std::string write_kind;
};

// "weft", "bare" or "etcd". `from` is where the stream starts: a resume position, a number of
// changes to make up, or a revision; empty for changes from now on.
std::optional<WatchKind> FindWatchKind(const std::string& kind, const std::string& from);

}  // namespace weft::bench

#endif  // WEFT_TOOLS_BENCHMARKS_TARGETS_H_
