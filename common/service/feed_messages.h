// The messages that watchers at the end of the feed are sent, made once for all who follow the same
// thing. A watcher at some position gets what the first one there was given, and so goes on where
// that one did: those who keep up share every message, however they drift apart.
#ifndef WEFT_COMMON_SERVICE_FEED_MESSAGES_H_
#define WEFT_COMMON_SERVICE_FEED_MESSAGES_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "common/base/task.h"
#include "common/rpc/stream.h"
#include "common/service/feed_filter.h"
#include "common/storage/engine.h"
#include "weft/type/v1/change.pb.h"

namespace weft::service {

// What follows on a position.
struct FeedMessage {
  // nullopt when the filter wants nothing of it.
  std::optional<rpc::Serialized<weft::type::v1::WatchResponse>> response;
  storage::Position end;
  bool caught_up = false;
};

// On the executor's thread. Must outlive its channels.
class FeedMessages {
 public:
  // Keeps messages of up to `max_bytes`, over all channels.
  FeedMessages(storage::Engine& engine, size_t max_bytes)
      : engine_(engine), max_bytes_(max_bytes) {}
  FeedMessages(const FeedMessages&) = delete;
  FeedMessages& operator=(const FeedMessages&) = delete;

  // What watchers with equal filters and message sizes share.
  class Channel : public std::enable_shared_from_this<Channel> {
   public:
    Channel(FeedMessages& owner, FeedFilter filter, size_t batch_bytes)
        : owner_(owner), filter_(std::move(filter)), batch_bytes_(batch_bytes) {}

    // Errors are those of Engine::ReadFeed and FEED_CORRUPT. The caller holds the channel until the
    // Task has ended.
    Task<absl::StatusOr<FeedMessage>> Next(storage::Position after);

   private:
    friend class FeedMessages;
    FeedMessages& owner_;
    const FeedFilter filter_;
    const size_t batch_bytes_;
    absl::flat_hash_map<uint64_t, FeedMessage> messages_;  // by sequence
  };

  std::shared_ptr<Channel> ChannelFor(const FeedFilter& filter, size_t batch_bytes);

 private:
  struct Kept {
    std::weak_ptr<Channel> channel;
    uint64_t after = 0;
    size_t bytes = 0;
  };
  void Keep(Channel& channel, uint64_t after, const FeedMessage& message);

  storage::Engine& engine_;
  const size_t max_bytes_;
  std::map<std::pair<std::string, size_t>, std::weak_ptr<Channel>> channels_;
  std::deque<Kept> kept_;  // oldest first
  size_t bytes_ = 0;
};

}  // namespace weft::service

#endif  // WEFT_COMMON_SERVICE_FEED_MESSAGES_H_
