// The change service: one implementation for every store. Each service binds it under its own name:
//   Binder(server, "weft.registry.v1.ChangeService")
//       .On("Watch", &changes, &ChangeServiceHandlers::Watch)
//       .On("ListChanges", &changes, &ChangeServiceHandlers::ListChanges);
#ifndef WEFT_COMMON_SERVICE_CHANGE_SERVICE_H_
#define WEFT_COMMON_SERVICE_CHANGE_SERVICE_H_

#include <vector>

#include "absl/random/random.h"
#include "absl/status/status.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/stream.h"
#include "common/service/feed_messages.h"
#include "common/storage/database.h"
#include "common/storage/feed_table.h"
#include "weft/type/v1/change.pb.h"

namespace weft::service {

class ChangeServiceHandlers {
 public:
  // `tables` are those whose changes are in the feed: {tables.sites.feed_table(), ...}.
  ChangeServiceHandlers(const storage::Database& db, std::vector<storage::FeedTable> tables);

  Task<absl::Status> Watch(rpc::CallContext& context, const weft::type::v1::WatchRequest& request,
                           rpc::Writer<weft::type::v1::WatchResponse>& writer);
  Task<absl::Status> ListChanges(rpc::CallContext& context,
                                 const weft::type::v1::ListChangesRequest& request,
                                 weft::type::v1::ListChangesResponse& response);

 private:
  storage::Database db_;
  std::vector<storage::FeedTable> tables_;
  FeedMessages messages_;
  absl::BitGen random_;
};

}  // namespace weft::service

#endif  // WEFT_COMMON_SERVICE_CHANGE_SERVICE_H_
