#include <memory>

#include "common/rpc/service_main.h"
#include "services/registry/service/registry_service.h"

int main(int argc, char** argv) {
  weft::rpc::ServiceSpec spec;
  spec.name = "registry";
  spec.summary =
      "Keeps taxonomies, cohorts, sites and their partners: what may be reported, and who takes "
      "part.";
  spec.default_port = 7401;
  spec.open = [](weft::rpc::ServiceEnvironment& environment)
      -> absl::StatusOr<std::unique_ptr<weft::rpc::Service>> {
    return std::make_unique<weft::registry::RegistryService>(environment.server,
                                                             environment.database);
  };
  return weft::rpc::RunService(argc, argv, spec);
}
