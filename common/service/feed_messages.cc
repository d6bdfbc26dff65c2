#include "common/service/feed_messages.h"

#include <iterator>

#include "common/base/status_macros.h"
#include "common/service/feed_wire.h"

namespace weft::service {
namespace {

constexpr size_t kCommitsPerMessage = 1000;
// What a message costs beside its bytes.
constexpr size_t kMessageOverhead = 256;

}  // namespace

Task<absl::StatusOr<FeedMessage>> FeedMessages::Channel::Next(storage::Position after) {
  const auto known = messages_.find(after.sequence());
  if (known != messages_.end() && known->second.end.epoch() == after.epoch()) {
    co_return known->second;
  }
  const storage::FeedLimits limits{.max_commits = kCommitsPerMessage, .max_bytes = batch_bytes_};
  absl::StatusOr<storage::FeedPage> page = co_await owner_.engine_.ReadFeed(after, limits);
  WEFT_CO_RETURN_IF_ERROR(page.status());
  absl::StatusOr<std::string> bytes = SerializeWanted(*page, filter_);
  WEFT_CO_RETURN_IF_ERROR(bytes.status());
  FeedMessage message{.response = std::nullopt, .end = page->end, .caught_up = page->caught_up};
  if (!bytes->empty()) {
    message.response = rpc::Serialized<weft::type::v1::WatchResponse>::FromBytes(*std::move(bytes));
  }
  // One that lags reads what nobody else is about to; it must not push out what the others share.
  if (page->from_memory && page->end != after) owner_.Keep(*this, after.sequence(), message);
  co_return message;
}

std::shared_ptr<FeedMessages::Channel> FeedMessages::ChannelFor(const FeedFilter& filter,
                                                                size_t batch_bytes) {
  std::weak_ptr<Channel>& known = channels_[{filter.ToText(), batch_bytes}];
  std::shared_ptr<Channel> channel = known.lock();
  if (channel != nullptr) return channel;
  channel = std::make_shared<Channel>(*this, filter, batch_bytes);
  known = channel;
  // Filters come from callers: forget those that nobody uses.
  for (auto it = channels_.begin(); it != channels_.end();) {
    it = it->second.expired() ? channels_.erase(it) : std::next(it);
  }
  return channel;
}

void FeedMessages::Keep(Channel& channel, uint64_t after, const FeedMessage& message) {
  const bool is_new = channel.messages_.try_emplace(after, message).second;
  if (!is_new) return;
  const size_t bytes =
      kMessageOverhead + (message.response.has_value() ? message.response->bytes()->size() : 0);
  kept_.push_back({channel.weak_from_this(), after, bytes});
  bytes_ += bytes;
  while (bytes_ > max_bytes_) {
    const Kept& oldest = kept_.front();
    if (const std::shared_ptr<Channel> owner = oldest.channel.lock()) {
      owner->messages_.erase(oldest.after);
    }
    bytes_ -= oldest.bytes;
    kept_.pop_front();
  }
}

}  // namespace weft::service
