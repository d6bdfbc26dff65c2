#include <memory>
#include <string>

#include "absl/flags/flag.h"
#include "common/rpc/service_main.h"
#include "services/metrics/service/metrics_service.h"

ABSL_FLAG(std::string, registry, "127.0.0.1:7401", "Where the registry listens, host:port.");
ABSL_FLAG(std::string, ingestion, "127.0.0.1:7402",
          "Where the ingestion service listens, host:port.");

int main(int argc, char** argv) {
  weft::rpc::ServiceSpec spec;
  spec.name = "metrics";
  spec.summary = "Follows registry and ingestion, and answers the study's numbers and figures.";
  spec.default_port = 7403;
  spec.open = [](weft::rpc::ServiceEnvironment& environment)
      -> absl::StatusOr<std::unique_ptr<weft::rpc::Service>> {
    weft::metrics::Peers peers;
    peers.registry = absl::GetFlag(FLAGS_registry);
    peers.ingestion = absl::GetFlag(FLAGS_ingestion);
    return std::make_unique<weft::metrics::MetricsService>(environment.server, environment.database,
                                                           peers, &environment.logger);
  };
  return weft::rpc::RunService(argc, argv, spec);
}
