// MetricsService: reads of the read model, each turned into numbers by the domain.
#ifndef WEFT_SERVICES_METRICS_SERVICE_METRICS_HANDLERS_H_
#define WEFT_SERVICES_METRICS_SERVICE_METRICS_HANDLERS_H_

#include <vector>

#include "absl/status/status.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/stream.h"
#include "services/metrics/domain/catalogue.h"
#include "services/metrics/service/answers.h"
#include "services/metrics/service/read_model.h"
#include "weft/metrics/v1/definition.pb.h"
#include "weft/metrics/v1/metrics.pb.h"
#include "weft/metrics/v1/metrics_service.pb.h"

namespace weft::metrics {

class MetricsHandlers {
 public:
  MetricsHandlers(ReadModel& read_model, Answers& answers)
      : read_model_(read_model), answers_(answers), definitions_(ReadCatalogue()) {}

  Task<absl::Status> GetSiteMetrics(rpc::CallContext& context,
                                    const v1::GetSiteMetricsRequest& request,
                                    v1::SiteMetrics& response);
  Task<absl::Status> ListSiteMetrics(rpc::CallContext& context,
                                     const v1::ListSiteMetricsRequest& request,
                                     rpc::Serialized<v1::ListSiteMetricsResponse>& response);
  Task<absl::Status> GetWaveSummary(rpc::CallContext& context,
                                    const v1::GetWaveSummaryRequest& request,
                                    rpc::Serialized<v1::WaveSummary>& response);
  Task<absl::Status> GetItemFrequencies(rpc::CallContext& context,
                                        const v1::GetItemFrequenciesRequest& request,
                                        rpc::Serialized<v1::GetItemFrequenciesResponse>& response);
  Task<absl::Status> GetAssociations(rpc::CallContext& context,
                                     const v1::GetAssociationsRequest& request,
                                     rpc::Serialized<v1::GetAssociationsResponse>& response);
  Task<absl::Status> GetSamplingIntervals(
      rpc::CallContext& context, const v1::GetSamplingIntervalsRequest& request,
      rpc::Serialized<v1::GetSamplingIntervalsResponse>& response);
  Task<absl::Status> GetBetweenSiteTurnover(rpc::CallContext& context,
                                            const v1::GetBetweenSiteTurnoverRequest& request,
                                            rpc::Serialized<v1::BetweenSiteTurnover>& response);
  Task<absl::Status> ListMetricDefinitions(rpc::CallContext& context,
                                           const v1::ListMetricDefinitionsRequest& request,
                                           v1::ListMetricDefinitionsResponse& response);
  Task<absl::Status> CheckExpectations(rpc::CallContext& context,
                                       const v1::CheckExpectationsRequest& request,
                                       v1::CheckExpectationsResponse& response);
  Task<absl::Status> WatchSummary(rpc::CallContext& context, const v1::WatchSummaryRequest& request,
                                  rpc::Writer<v1::WaveSummary>& writer);

 private:
  ReadModel& read_model_;
  Answers& answers_;
  const std::vector<v1::MetricDefinition> definitions_;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_SERVICE_METRICS_HANDLERS_H_
