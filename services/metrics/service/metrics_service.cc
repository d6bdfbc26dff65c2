#include "services/metrics/service/metrics_service.h"

#include <utility>

#include "common/auth/principal.h"
#include "common/rpc/binder.h"

namespace weft::metrics {

MetricsService::MetricsService(rpc::Server& server, const storage::Database& db,
                               std::unique_ptr<storage::Engine> releases, const Peers& peers,
                               observability::Logger* logger)
    : read_model_(db),
      answers_(read_model_),
      registry_(Feed::kRegistry, server, peers.registry, db, read_model_, logger),
      ingestion_(Feed::kIngestion, server, peers.ingestion, db, read_model_, logger),
      metrics_(read_model_, answers_),
      feedback_(read_model_),
      profiles_(read_model_, db.clock),
      networks_(read_model_, db.clock),
      comparisons_(read_model_),
      source_(server, peers),
      figures_(read_model_, answers_, source_),
      releases_engine_(std::move(releases)),
      release_records_(storage::Database{*releases_engine_, db.clock}, source_, read_model_),
      releases_(release_records_),
      findings_(release_records_),
      publications_(release_records_) {
  rpc::Binder(server, "weft.metrics.v1.MetricsService")
      .On("GetSiteMetrics", &metrics_, &MetricsHandlers::GetSiteMetrics)
      .On("GetSiteFeedback", &feedback_, &FeedbackHandlers::GetSiteFeedback)
      .On("GetSiteProfile", &profiles_, &ProfileHandlers::GetSiteProfile)
      .On("ListSiteMetrics", &metrics_, &MetricsHandlers::ListSiteMetrics)
      .On("GetWaveSummary", &metrics_, &MetricsHandlers::GetWaveSummary)
      .On("GetItemFrequencies", &metrics_, &MetricsHandlers::GetItemFrequencies)
      .On("GetAssociations", &metrics_, &MetricsHandlers::GetAssociations)
      .On("GetSamplingIntervals", &metrics_, &MetricsHandlers::GetSamplingIntervals)
      .On("CompareGroups", &comparisons_, &ComparisonHandlers::CompareGroups)
      .On("GetBetweenSiteTurnover", &metrics_, &MetricsHandlers::GetBetweenSiteTurnover)
      .On("CompareWaves", &comparisons_, &ComparisonHandlers::CompareWaves)
      .On("ListMetricDefinitions", &metrics_, &MetricsHandlers::ListMetricDefinitions)
      .On("CheckExpectations", &metrics_, &MetricsHandlers::CheckExpectations)
      .On("WatchSummary", &metrics_, &MetricsHandlers::WatchSummary);
  rpc::Binder(server, "weft.metrics.v1.FigureService")
      .On("GetFigure", &figures_, &FigureHandlers::GetFigure)
      .On("RenderFigure", &figures_, &FigureHandlers::RenderFigure)
      .On("RenderWaveComparison", &comparisons_, &ComparisonHandlers::RenderWaveComparison)
      .On("RenderSiteFeedback", &feedback_, &FeedbackHandlers::RenderSiteFeedback)
      .On("RenderResponseRate", &figures_, &FigureHandlers::RenderResponseRate);
  rpc::Binder(server, "weft.metrics.v1.NetworkService")
      .On("GetNetworkMetrics", &networks_, &NetworkHandlers::GetNetworkMetrics)
      .On("ExportNetwork", &networks_, &NetworkHandlers::ExportNetwork)
      .On("RenderNetwork", &networks_, &NetworkHandlers::RenderNetwork);
  rpc::Binder(server, "weft.metrics.v1.ReleaseService")
      .On("CreateRelease", &releases_, &ReleaseHandlers::CreateRelease)
      .On("GetRelease", &releases_, &ReleaseHandlers::GetRelease)
      .On("ListReleases", &releases_, &ReleaseHandlers::ListReleases)
      .On("UpdateRelease", &releases_, &ReleaseHandlers::UpdateRelease)
      .On("DeleteRelease", &releases_, &ReleaseHandlers::DeleteRelease)
      .On("SubmitRelease", &releases_, &ReleaseHandlers::SubmitRelease)
      .On("ReviseRelease", &releases_, &ReleaseHandlers::ReviseRelease)
      .On("ApproveRelease", &releases_, &ReleaseHandlers::ApproveRelease)
      .On("PublishRelease", &releases_, &ReleaseHandlers::PublishRelease)
      .On("CreateFinding", &findings_, &FindingHandlers::CreateFinding)
      .On("GetFinding", &findings_, &FindingHandlers::GetFinding)
      .On("ListFindings", &findings_, &FindingHandlers::ListFindings)
      .On("UpdateFinding", &findings_, &FindingHandlers::UpdateFinding)
      .On("DeleteFinding", &findings_, &FindingHandlers::DeleteFinding)
      .On("ReviewFinding", &findings_, &FindingHandlers::ReviewFinding)
      .On("AnswerStance", &findings_, &FindingHandlers::AnswerStance)
      .On("GetReleaseContent", &publications_, &PublicationHandlers::GetReleaseContent)
      .On("GetPublication", &publications_, &PublicationHandlers::GetPublication)
      .On("ListPublications", &publications_, &PublicationHandlers::ListPublications)
      .On("RenderPublication", &publications_, &PublicationHandlers::RenderPublication)
      .On("VerifyRelease", &publications_, &PublicationHandlers::VerifyRelease)
      .On("RedactRelease", &publications_, &PublicationHandlers::RedactRelease)
      .On("CompareReleases", &publications_, &PublicationHandlers::CompareReleases);

  const auth::Principal self{"services/metrics"};
  server.Spawn("follow registry", self,
               [this](rpc::CallContext& context) { return registry_.Run(context); });
  server.Spawn("follow ingestion", self,
               [this](rpc::CallContext& context) { return ingestion_.Run(context); });
}

}  // namespace weft::metrics
