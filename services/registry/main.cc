#include <memory>
#include <utility>

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
    weft::registry::SearchOptions search;
    // Beside the database, from which it can always be made again.
    if (environment.engine != "memory") search.path = environment.data + "/search/organizations.db";
    return std::make_unique<weft::registry::RegistryService>(
        environment.server, environment.database, std::move(search));
  };
  return weft::rpc::RunService(argc, argv, spec);
}
