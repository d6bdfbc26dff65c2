// FigureService: the four figures, from the read model.
#ifndef WEFT_SERVICES_METRICS_SERVICE_FIGURE_HANDLERS_H_
#define WEFT_SERVICES_METRICS_SERVICE_FIGURE_HANDLERS_H_

#include "absl/status/status.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/stream.h"
#include "services/metrics/service/answers.h"
#include "services/metrics/service/read_model.h"
#include "services/metrics/service/source_client.h"
#include "weft/metrics/v1/figure.pb.h"
#include "weft/metrics/v1/figure_service.pb.h"

namespace weft::metrics {

class FigureHandlers {
 public:
  FigureHandlers(ReadModel& read_model, Answers& answers, SourceClient& source)
      : read_model_(read_model), answers_(answers), source_(source) {}

  Task<absl::Status> GetFigure(rpc::CallContext& context, const v1::GetFigureRequest& request,
                               rpc::Serialized<v1::Figure>& response);
  Task<absl::Status> RenderFigure(rpc::CallContext& context, const v1::RenderFigureRequest& request,
                                  rpc::Serialized<v1::RenderFigureResponse>& response);
  Task<absl::Status> RenderResponseRate(rpc::CallContext& context,
                                        const v1::RenderResponseRateRequest& request,
                                        v1::RenderResponseRateResponse& response);

 private:
  ReadModel& read_model_;
  Answers& answers_;
  SourceClient& source_;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_SERVICE_FIGURE_HANDLERS_H_
