// The metrics service: its handlers bound to a server, the followers of both feeds, and releases,
// which have an engine of their own.
#ifndef WEFT_SERVICES_METRICS_SERVICE_METRICS_SERVICE_H_
#define WEFT_SERVICES_METRICS_SERVICE_METRICS_SERVICE_H_

#include <memory>

#include "common/observability/log.h"
#include "common/rpc/server.h"
#include "common/rpc/service_main.h"
#include "common/storage/database.h"
#include "common/storage/engine.h"
#include "services/metrics/service/answers.h"
#include "services/metrics/service/comparison_handlers.h"
#include "services/metrics/service/feedback_handlers.h"
#include "services/metrics/service/figure_handlers.h"
#include "services/metrics/service/finding_handlers.h"
#include "services/metrics/service/follower.h"
#include "services/metrics/service/metrics_handlers.h"
#include "services/metrics/service/network_handlers.h"
#include "services/metrics/service/profile_handlers.h"
#include "services/metrics/service/publication_handlers.h"
#include "services/metrics/service/read_model.h"
#include "services/metrics/service/release_handlers.h"
#include "services/metrics/service/release_records.h"
#include "services/metrics/service/source_client.h"

namespace weft::metrics {

class MetricsService final : public rpc::Service {
 public:
  // Binds MetricsService, FigureService, NetworkService and ReleaseService to `server` and starts
  // to follow both feeds when it does. `db` is the read model's, which may be lost; `releases`
  // holds releases alone, which may not. `logger` may be null. Everything outlives the server's
  // last call, and so does this.
  MetricsService(rpc::Server& server, const storage::Database& db,
                 std::unique_ptr<storage::Engine> releases, const Peers& peers,
                 observability::Logger* logger);

 private:
  ReadModel read_model_;
  Answers answers_;
  Follower registry_;
  Follower ingestion_;
  MetricsHandlers metrics_;
  FeedbackHandlers feedback_;
  ProfileHandlers profiles_;
  NetworkHandlers networks_;
  ComparisonHandlers comparisons_;
  SourceClient source_;
  FigureHandlers figures_;
  const std::unique_ptr<storage::Engine> releases_engine_;
  ReleaseRecords release_records_;
  ReleaseHandlers releases_;
  FindingHandlers findings_;
  PublicationHandlers publications_;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_SERVICE_METRICS_SERVICE_H_
