// The metrics service: its handlers bound to a server, and the followers of both feeds.
#ifndef WEFT_SERVICES_METRICS_SERVICE_METRICS_SERVICE_H_
#define WEFT_SERVICES_METRICS_SERVICE_METRICS_SERVICE_H_

#include <string>

#include "common/observability/log.h"
#include "common/rpc/server.h"
#include "common/rpc/service_main.h"
#include "common/storage/database.h"
#include "services/metrics/service/answers.h"
#include "services/metrics/service/figure_handlers.h"
#include "services/metrics/service/follower.h"
#include "services/metrics/service/metrics_handlers.h"
#include "services/metrics/service/read_model.h"

namespace weft::metrics {

// Where the services that are followed listen, as host:port.
struct Peers {
  std::string registry;
  std::string ingestion;
};

class MetricsService final : public rpc::Service {
 public:
  // Binds MetricsService and FigureService to `server` and starts to follow both feeds when it
  // does. `logger` may be null. Everything outlives the server's last call, and so does this.
  MetricsService(rpc::Server& server, const storage::Database& db, const Peers& peers,
                 observability::Logger* logger);

 private:
  ReadModel read_model_;
  Answers answers_;
  Follower registry_;
  Follower ingestion_;
  MetricsHandlers metrics_;
  FigureHandlers figures_;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_SERVICE_METRICS_SERVICE_H_
