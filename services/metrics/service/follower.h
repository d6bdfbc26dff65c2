// Follows one service's change feed into the read model, for as long as the server runs: first a
// snapshot, then changes; reconnects while the peer is away; starts again from nothing when the
// feed no longer goes on where we stopped.
#ifndef WEFT_SERVICES_METRICS_SERVICE_FOLLOWER_H_
#define WEFT_SERVICES_METRICS_SERVICE_FOLLOWER_H_

#include <memory>
#include <string>

#include "absl/random/random.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/task.h"
#include "common/observability/log.h"
#include "common/rpc/call_context.h"
#include "common/rpc/client.h"
#include "common/rpc/server.h"
#include "common/storage/database.h"
#include "services/metrics/service/read_model.h"
#include "services/metrics/store/keys.h"
#include "weft/metrics/store/v1/read_model.pb.h"

namespace weft::metrics {

class Follower {
 public:
  // `address` is the peer's host:port; `logger` may be null. Everything outlives the follower.
  Follower(Feed feed, rpc::Server& server, absl::string_view address, const storage::Database& db,
           ReadModel& read_model, observability::Logger* logger);
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  // For Server::Spawn: runs until the context is stopped.
  Task<absl::Status> Run(rpc::CallContext& context);

 private:
  // One connection, to its end. Why it ended.
  Task<absl::Status> Follow(rpc::CallContext& context);
  // Makes what comes from this feed start again from nothing.
  Task<absl::Status> StartOver();
  // Deletes in steps what StartOver() has given up, or what is of another layout.
  Task<absl::Status> DropAll();
  Task<absl::StatusOr<store::v1::FollowerState>> LoadState();

  void Log(observability::Level level, absl::string_view event, const absl::Status& status);
  // Says what has become of the connection, once for each change.
  void NoteConnected();
  void NoteLost(const absl::Status& status);

  const Feed feed_;
  const std::string address_;
  const storage::Database db_;
  ReadModel& read_model_;
  observability::Logger* const logger_;
  const std::unique_ptr<rpc::Channel> channel_;
  absl::BitGen random_;
  bool connected_ = false;
  std::string last_loss_;
  absl::Duration backoff_;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_SERVICE_FOLLOWER_H_
