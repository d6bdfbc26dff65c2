#include "services/metrics/service/metrics_service.h"

#include "common/auth/principal.h"
#include "common/rpc/binder.h"

namespace weft::metrics {

MetricsService::MetricsService(rpc::Server& server, const storage::Database& db, const Peers& peers,
                               observability::Logger* logger)
    : read_model_(db),
      answers_(read_model_),
      registry_(Feed::kRegistry, server, peers.registry, db, read_model_, logger),
      ingestion_(Feed::kIngestion, server, peers.ingestion, db, read_model_, logger),
      metrics_(read_model_, answers_),
      figures_(read_model_, answers_) {
  rpc::Binder(server, "weft.metrics.v1.MetricsService")
      .On("GetSiteMetrics", &metrics_, &MetricsHandlers::GetSiteMetrics)
      .On("GetSiteFeedback", &metrics_, &MetricsHandlers::GetSiteFeedback)
      .On("ListSiteMetrics", &metrics_, &MetricsHandlers::ListSiteMetrics)
      .On("GetWaveSummary", &metrics_, &MetricsHandlers::GetWaveSummary)
      .On("GetItemFrequencies", &metrics_, &MetricsHandlers::GetItemFrequencies)
      .On("GetAssociations", &metrics_, &MetricsHandlers::GetAssociations)
      .On("GetSamplingIntervals", &metrics_, &MetricsHandlers::GetSamplingIntervals)
      .On("GetBetweenSiteTurnover", &metrics_, &MetricsHandlers::GetBetweenSiteTurnover)
      .On("CompareWaves", &metrics_, &MetricsHandlers::CompareWaves)
      .On("ListMetricDefinitions", &metrics_, &MetricsHandlers::ListMetricDefinitions)
      .On("CheckExpectations", &metrics_, &MetricsHandlers::CheckExpectations)
      .On("WatchSummary", &metrics_, &MetricsHandlers::WatchSummary);
  rpc::Binder(server, "weft.metrics.v1.FigureService")
      .On("GetFigure", &figures_, &FigureHandlers::GetFigure)
      .On("RenderFigure", &figures_, &FigureHandlers::RenderFigure);

  const auth::Principal self{"services/metrics"};
  server.Spawn("follow registry", self,
               [this](rpc::CallContext& context) { return registry_.Run(context); });
  server.Spawn("follow ingestion", self,
               [this](rpc::CallContext& context) { return ingestion_.Run(context); });
}

}  // namespace weft::metrics
