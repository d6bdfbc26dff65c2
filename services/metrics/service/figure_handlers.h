// FigureService: the four figures, from the read model.
#ifndef WEFT_SERVICES_METRICS_SERVICE_FIGURE_HANDLERS_H_
#define WEFT_SERVICES_METRICS_SERVICE_FIGURE_HANDLERS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "services/metrics/service/read_model.h"
#include "weft/metrics/v1/figure.pb.h"
#include "weft/metrics/v1/figure_service.pb.h"

namespace weft::metrics {

class FigureHandlers {
 public:
  explicit FigureHandlers(ReadModel& read_model) : read_model_(read_model) {}

  Task<absl::Status> GetFigure(rpc::CallContext& context, const v1::GetFigureRequest& request,
                               v1::Figure& response);
  Task<absl::Status> RenderFigure(rpc::CallContext& context, const v1::RenderFigureRequest& request,
                                  v1::RenderFigureResponse& response);

 private:
  // `field` is where the request stands in the caller's: "" or "figure.".
  Task<absl::StatusOr<v1::Figure>> Load(rpc::CallContext& context,
                                        const v1::GetFigureRequest& request,
                                        absl::string_view field);

  ReadModel& read_model_;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_SERVICE_FIGURE_HANDLERS_H_
