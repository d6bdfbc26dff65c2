// Two waves side by side, or two groups of a wave's sites: MetricsService.CompareWaves and
// CompareGroups, FigureService.RenderWaveComparison.
#ifndef WEFT_SERVICES_METRICS_SERVICE_COMPARISON_HANDLERS_H_
#define WEFT_SERVICES_METRICS_SERVICE_COMPARISON_HANDLERS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "services/metrics/service/read_model.h"
#include "weft/metrics/v1/comparison.pb.h"
#include "weft/metrics/v1/figure_service.pb.h"
#include "weft/metrics/v1/group_comparison.pb.h"
#include "weft/metrics/v1/metrics_service.pb.h"

namespace weft::metrics {

class ComparisonHandlers {
 public:
  explicit ComparisonHandlers(ReadModel& read_model) : read_model_(read_model) {}

  Task<absl::Status> CompareWaves(rpc::CallContext& context, const v1::CompareWavesRequest& request,
                                  v1::WaveComparison& response);
  Task<absl::Status> CompareGroups(rpc::CallContext& context,
                                   const v1::CompareGroupsRequest& request,
                                   v1::GroupComparison& response);
  Task<absl::Status> RenderWaveComparison(rpc::CallContext& context,
                                          const v1::RenderWaveComparisonRequest& request,
                                          v1::RenderWaveComparisonResponse& response);

 private:
  // `field` is where the request stands in the caller's: "" or "comparison.".
  Task<absl::Status> Compare(rpc::CallContext& context, const v1::CompareWavesRequest& request,
                             std::string field, v1::WaveComparison& comparison);

  ReadModel& read_model_;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_SERVICE_COMPARISON_HANDLERS_H_
