// Writes one feed's steps into the read model: each message in one transaction, which holds the
// rows, the aggregates and how far the feed has been read.
#ifndef WEFT_SERVICES_METRICS_STORE_STEP_WRITER_H_
#define WEFT_SERVICES_METRICS_STORE_STEP_WRITER_H_

#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/status/statusor.h"
#include "common/base/task.h"
#include "common/storage/database.h"
#include "common/storage/position.h"
#include "services/metrics/store/applier_cache.h"
#include "services/metrics/store/keys.h"
#include "weft/metrics/store/v1/read_model.pb.h"
#include "weft/type/v1/change.pb.h"

namespace weft::metrics {

// One step at a time. Its feed's tables have no other writer; one that wrote the feed's state too,
// as who gives them up does, would be noticed.
class StepWriter {
 public:
  // What readers may see anew.
  struct Written {
    // How far the feed has been read now.
    store::v1::FollowerState state;
    // Ids of waves whose numbers or labels may have changed.
    absl::btree_set<std::string> waves;
    // Names of the sites of these whose rows have changed, by wave.
    absl::btree_map<std::string, std::vector<std::string>> sites;
    // Whether labels of all waves may have changed.
    bool labels = false;
    // Whether anything of the feed may have changed: it is read from the beginning, or again.
    bool anew = false;
  };

  StepWriter(const storage::Database& db, Feed feed) : db_(db), feed_(feed) {}
  StepWriter(const StepWriter&) = delete;
  StepWriter& operator=(const StepWriter&) = delete;

  // A message that brings the feed to where it has been read already changes nothing. Errors:
  // those of Applier and of commits.
  Task<absl::StatusOr<Written>> Write(const type::v1::WatchResponse& message);

 private:
  const storage::Database db_;
  const Feed feed_;
  ApplierCache cache_;
  // The commit that `cache_` has seen; empty when it has seen one that did not come to be.
  storage::Position last_;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_STORE_STEP_WRITER_H_
