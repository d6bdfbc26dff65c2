#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/flags/flag.h"
#include "common/base/status_macros.h"
#include "common/rpc/service_main.h"
#include "common/rpc/storage_report.h"
#include "common/storage/open_engine.h"
#include "services/metrics/service/metrics_service.h"

ABSL_FLAG(std::string, registry, "127.0.0.1:7401", "Where the registry listens, host:port.");
ABSL_FLAG(std::string, ingestion, "127.0.0.1:7402",
          "Where the ingestion service listens, host:port.");

namespace {

// Releases are few and seldom read.
constexpr size_t kReleasesCacheBytes = size_t{8} << 20;
// The read model beside them keeps a larger reserve of the same disk.
constexpr uint64_t kReleasesReserveBytes = uint64_t{32} << 20;

}  // namespace

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
    weft::storage::EngineOptions options;
    options.kind = environment.engine;
    options.directory = environment.data + "/releases";
    options.block_cache_bytes = kReleasesCacheBytes;
    options.write_buffer_bytes = kReleasesCacheBytes;
    options.disk_reserve_bytes = kReleasesReserveBytes;
    WEFT_ASSIGN_OR_RETURN(std::unique_ptr<weft::storage::Engine> releases,
                          weft::storage::OpenEngine(options, environment.server.executor()));
    weft::rpc::ReportStorageHealth(environment.server, *releases, environment.logger,
                                   "storage/releases");
    return std::make_unique<weft::metrics::MetricsService>(
        environment.server, environment.database, std::move(releases), peers, &environment.logger);
  };
  return weft::rpc::RunService(argc, argv, spec);
}
