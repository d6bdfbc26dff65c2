// The main() that all servers share: flags and environment, logs, the engine, the server with
// health and reflection, signals, drain, exit codes. A service's own main.cc only says what to add:
//   int main(int argc, char** argv) {
//     weft::rpc::ServiceSpec spec;
//     spec.name = "registry";
//     spec.summary = "Taxonomies, cohorts and sites: who takes part.";
//     spec.default_port = 7401;
//     spec.open = [](weft::rpc::ServiceEnvironment& environment)
//         -> absl::StatusOr<std::unique_ptr<weft::rpc::Service>> {
//       return std::make_unique<RegistryService>(environment.server, environment.database);
//     };
//     return weft::rpc::RunService(argc, argv, spec);
//   }
// Flags that a service declares itself (ABSL_FLAG in its main.cc) work like the common ones: in
// --help, and as WEFT_… environment variables.
#ifndef WEFT_COMMON_RPC_SERVICE_MAIN_H_
#define WEFT_COMMON_RPC_SERVICE_MAIN_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/observability/log.h"
#include "common/observability/metrics.h"
#include "common/rpc/server.h"
#include "common/storage/database.h"

namespace weft::rpc {

// What the process has opened for the service; all of it outlives the service object.
struct ServiceEnvironment {
  Server& server;
  storage::Database& database;
  observability::Logger& logger;
  observability::Metrics& metrics;
  // --data: the service's directory. The database is in it; further engines get directories beside
  // it, "{data}/releases".
  std::string data;
  // --engine: "rocksdb" or "memory".
  std::string engine;
};

// Owns a service's handlers. Made before the server starts, destroyed when no call is left and
// before the engine closes.
class Service {
 public:
  virtual ~Service() = default;
};

struct ServiceSpec {
  // "registry": the program is weft-registry.
  std::string name;
  // One sentence for --help.
  std::string summary;
  int default_port = 0;
  // Binds the handlers to environment.server and spawns background tasks.
  std::function<absl::StatusOr<std::unique_ptr<Service>>(ServiceEnvironment&)> open;
};

// Exit codes: 0 drained after SIGTERM or SIGINT (or --help), 1 failed while running, 2 refused to
// start (flags, address, data directory).
int RunService(int argc, char** argv, const ServiceSpec& spec);

}  // namespace weft::rpc

#endif  // WEFT_COMMON_RPC_SERVICE_MAIN_H_
