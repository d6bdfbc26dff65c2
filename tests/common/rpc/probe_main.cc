// A service like weft-registry, with one method that waits, for service_main_test.py.
#include <memory>

#include "absl/flags/flag.h"
#include "common/rpc/binder.h"
#include "common/rpc/service_main.h"
#include "tests/common/rpc/probe_server.h"

ABSL_FLAG(bool, refuse, false, "Refuse to start.");
ABSL_FLAG(std::string, peer, "127.0.0.1:1", "A flag of the service's own.");

namespace {

class ProbeService final : public weft::rpc::Service {
 public:
  explicit ProbeService(weft::rpc::Server& server) {
    using weft::rpc::ProbeHandlers;
    weft::rpc::Binder(server, "weft.rpctest.v1.ProbeService")
        .On("Echo", &handlers_, &ProbeHandlers::Echo)
        .On("Sleep", &handlers_, &ProbeHandlers::Sleep)
        .On("Count", &handlers_, &ProbeHandlers::Count)
        .On("Watch", &handlers_, &ProbeHandlers::Watch)
        .On("Sum", &handlers_, &ProbeHandlers::Sum)
        .On("RunningSum", &handlers_, &ProbeHandlers::RunningSum);
  }

 private:
  weft::rpc::ProbeHandlers handlers_;
};

}  // namespace

int main(int argc, char** argv) {
  weft::rpc::ServiceSpec spec;
  spec.name = "probe";
  spec.summary = "Shows how services start and stop; its peer is nowhere.";
  spec.default_port = 7499;
  spec.open = [](weft::rpc::ServiceEnvironment& environment)
      -> absl::StatusOr<std::unique_ptr<weft::rpc::Service>> {
    if (absl::GetFlag(FLAGS_refuse)) {
      return absl::FailedPreconditionError("refused for " + absl::GetFlag(FLAGS_peer));
    }
    return std::make_unique<ProbeService>(environment.server);
  };
  return weft::rpc::RunService(argc, argv, spec);
}
