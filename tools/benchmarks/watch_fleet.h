// Many streams of changes at once, on one thread.
#ifndef WEFT_TOOLS_BENCHMARKS_WATCH_FLEET_H_
#define WEFT_TOOLS_BENCHMARKS_WATCH_FLEET_H_

#include <grpcpp/completion_queue.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tools/benchmarks/measure.h"
#include "tools/benchmarks/targets.h"

namespace weft::bench {

class WatchFleet {
 public:
  // Opens `streams` streams over `connections` connections to `target`.
  WatchFleet(const std::string& target, const WatchKind& kind, int streams, int connections);
  ~WatchFleet();
  WatchFleet(const WatchFleet&) = delete;
  WatchFleet& operator=(const WatchFleet&) = delete;

  // Waits until every stream has had its first message.
  absl::Status UntilOpen();
  // Waits until every stream has been given `changes` changes in all. UNAVAILABLE when a stream
  // ends or nothing comes for a minute.
  absl::Status UntilDelivered(uint64_t changes);
  // Makes `writes` calls of `writer` to `target`, `in_flight` at a time, while the
  // streams go on, until each stream has been given one change for each. Adds to `write` how long
  // calls took, and to `delivery` how long from a call's begin until all streams had its change;
  // the latter is told only with one call in flight.
  absl::Status WriteAndWatch(const CallKind& writer, const std::string& target, uint64_t writes,
                             int in_flight, Latencies& write, Latencies& delivery);
  // Changes that came, over all streams.
  uint64_t delivered() const { return delivered_; }

 private:
  struct Stream;
  class Writer;
  // A tag of the queue.
  using Handler = std::function<void(bool ok)>;

  // The next one; false when there is none for a minute.
  bool HandleEvent();
  // Handles events until `done`.
  absl::Status Until(const std::function<bool()>& done);
  void OnEvent(Stream& stream, bool ok);
  void Fail(const std::string& message);

  WatchKind kind_;
  grpc::CompletionQueue queue_;
  std::vector<std::unique_ptr<Stream>> streams_;
  absl::Status status_;
  bool closing_ = false;
  size_t open_ = 0;
  uint64_t delivered_ = 0;
};

}  // namespace weft::bench

#endif  // WEFT_TOOLS_BENCHMARKS_WATCH_FLEET_H_
