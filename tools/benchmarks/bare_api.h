// What the bare server of limit_server.cc offers, beside which ours are measured.
#ifndef WEFT_TOOLS_BENCHMARKS_BARE_API_H_
#define WEFT_TOOLS_BENCHMARKS_BARE_API_H_

#include <cstdint>

#include "tools/benchmarks/world.h"
#include "weft/type/v1/change.pb.h"

namespace weft::bench {

// Takes a GetSiteRequest and answers the bytes of a Site.
inline constexpr char kEchoMethod[] = "/weft.bench.Bare/Echo";
// Takes an UpdateSiteRequest, writes the site durably, and answers it.
inline constexpr char kPutMethod[] = "/weft.bench.Bare/Put";
// Takes a number of changes in decimal digits, and answers a stream of WatchResponses.
inline constexpr char kStreamMethod[] = "/weft.bench.Bare/Stream";

inline constexpr int kChangesPerMessage = 100;

// A message of a feed with so many commits, each of one site.
inline type::v1::WatchResponse FeedMessage(int changes) {
  type::v1::WatchResponse message;
  for (int i = 0; i < changes; ++i) {
    const registry::v1::Site site = StoredSite(static_cast<uint64_t>(i));
    type::v1::Change& change = *message.mutable_changes()->add_batches()->add_changes();
    change.set_name(site.name());
    change.set_type("site");
    change.set_kind(type::v1::Change::KIND_UPDATED);
    change.mutable_resource()->PackFrom(site);
    change.set_etag(site.etag());
    *change.mutable_commit_time() = site.update_time();
  }
  message.set_resume_position("bench:0000000000000000");
  return message;
}

}  // namespace weft::bench

#endif  // WEFT_TOOLS_BENCHMARKS_BARE_API_H_
