#include <memory>
#include <string>

#include "absl/flags/flag.h"
#include "common/rpc/service_main.h"
#include "services/ingestion/service/ingestion_service.h"

ABSL_FLAG(
    std::string, registry, "127.0.0.1:7401",
    "Address of the registry: asked when an instrument is published and a wave created, opened "
    "or amended.");

int main(int argc, char** argv) {
  weft::rpc::ServiceSpec spec;
  spec.name = "ingestion";
  spec.summary =
      "Keeps instruments, waves and responses: what was asked, whom, and what they said.";
  spec.default_port = 7402;
  spec.open = [](weft::rpc::ServiceEnvironment& environment)
      -> absl::StatusOr<std::unique_ptr<weft::rpc::Service>> {
    return std::make_unique<weft::ingestion::IngestionService>(
        environment.server, environment.database, absl::GetFlag(FLAGS_registry),
        &environment.logger);
  };
  return weft::rpc::RunService(argc, argv, spec);
}
