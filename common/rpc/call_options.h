// What a client says about one call, and what it learns beside the answer.
#ifndef WEFT_COMMON_RPC_CALL_OPTIONS_H_
#define WEFT_COMMON_RPC_CALL_OPTIONS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace weft::rpc {

// Headers and trailers of an answer. Repeated keys stay apart.
struct ResponseMetadata {
  std::vector<std::pair<std::string, std::string>> entries;

  // The first value of `key`, or "".
  std::string Get(absl::string_view key) const {
    for (const auto& [name, value] : entries) {
      if (name == key) return value;
    }
    return std::string();
  }
  // The feed position that holds the call's write.
  std::string position() const { return Get("weft-position"); }
};

struct CallOptions {
  // Infinite: only what the calling context leaves, and the server's own cap.
  absl::Duration timeout = absl::InfiniteDuration();
  // `{kind}/{id}`; empty: the channel's.
  std::string principal = {};
  std::vector<std::pair<std::string, std::string>> metadata = {};
  // Wait for a server that is not there yet instead of failing with UNAVAILABLE.
  bool wait_for_ready = false;
  // Filled at the end of the call, when not null. Must outlive it.
  ResponseMetadata* response_metadata = nullptr;
};

}  // namespace weft::rpc

#endif  // WEFT_COMMON_RPC_CALL_OPTIONS_H_
