// How handlers read: a consistent view of one wave, as far as the feeds have been followed.
//
//   WaveQuery query;
//   query.wave = "waves/2025-winter";
//   query.parameters = request.parameters();
//   query.min_positions = request.min_positions();
//   absl::StatusOr<WaveView> view = co_await read_model_.Load(ctx, std::move(query));
//   WEFT_CO_RETURN_IF_ERROR(view.status());
//   *response = Summarize(*view);
#ifndef WEFT_SERVICES_METRICS_SERVICE_READ_MODEL_H_
#define WEFT_SERVICES_METRICS_SERVICE_READ_MODEL_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

#include "absl/status/statusor.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/waits.h"
#include "common/storage/database.h"
#include "services/metrics/domain/wave_view.h"
#include "weft/metrics/v1/metrics.pb.h"

namespace weft::metrics {

// What to load.
struct WaveQuery {
  static constexpr size_t kAllSites = std::numeric_limits<size_t>::max();

  // `waves/{wave}`.
  std::string wave;
  // As the request gave them.
  v1::Parameters parameters;
  v1::Positions min_positions;
  // The parts of the aggregate for Summarize(), ComputeSite() and ComputeSites().
  bool summary = true;
  // Those for ComputeItems().
  bool items = false;
  // view.sites: one site, `sites/{site}`; or up to `max_sites` after `sites_after`, which is a
  // site's name or "".
  std::string site;
  size_t max_sites = 0;
  std::string sites_after;
};

class ReadModel {
 public:
  explicit ReadModel(const storage::Database& db) : db_(db) {}
  ReadModel(const ReadModel&) = delete;
  ReadModel& operator=(const ReadModel&) = delete;

  // Waits until both feeds have been read whole, and at least up to min_positions, for as long as the
  // call's deadline leaves room to answer.
  //  UNAVAILABLE (READ_MODEL_BEHIND) with RetryInfo: it took too long.
  //  INVALID_ARGUMENT (POSITION_INVALID), FAILED_PRECONDITION (FEED_EPOCH_CHANGED): min_positions.
  //  NOT_FOUND (WAVE_NOT_FOUND, COHORT_NOT_IN_WAVE, SITE_NOT_ON_ROSTER).
  Task<absl::StatusOr<WaveView>> Load(rpc::CallContext& context, WaveQuery query);

  // Notified after every commit of a follower.
  rpc::Signal& changed() { return changed_; }

 private:
  storage::Database db_;
  rpc::Signal changed_;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_SERVICE_READ_MODEL_H_
