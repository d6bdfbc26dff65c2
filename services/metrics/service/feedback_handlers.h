// One site among the others: MetricsService.GetSiteFeedback and FigureService.RenderSiteFeedback.
#ifndef WEFT_SERVICES_METRICS_SERVICE_FEEDBACK_HANDLERS_H_
#define WEFT_SERVICES_METRICS_SERVICE_FEEDBACK_HANDLERS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "services/metrics/service/read_model.h"
#include "weft/metrics/v1/feedback.pb.h"
#include "weft/metrics/v1/figure_service.pb.h"
#include "weft/metrics/v1/metrics_service.pb.h"

namespace weft::metrics {

class FeedbackHandlers {
 public:
  explicit FeedbackHandlers(ReadModel& read_model) : read_model_(read_model) {}

  Task<absl::Status> GetSiteFeedback(rpc::CallContext& context,
                                     const v1::GetSiteFeedbackRequest& request,
                                     v1::SiteFeedback& response);
  Task<absl::Status> RenderSiteFeedback(rpc::CallContext& context,
                                        const v1::RenderSiteFeedbackRequest& request,
                                        v1::RenderSiteFeedbackResponse& response);

 private:
  ReadModel& read_model_;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_SERVICE_FEEDBACK_HANDLERS_H_
