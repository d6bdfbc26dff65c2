// weft.metrics.v1.NetworkService: the network of sites and organizations, from what is mirrored of
// the registry.
#ifndef WEFT_SERVICES_METRICS_SERVICE_NETWORK_HANDLERS_H_
#define WEFT_SERVICES_METRICS_SERVICE_NETWORK_HANDLERS_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/base/task.h"
#include "common/base/worker_thread.h"
#include "common/rpc/call_context.h"
#include "common/rpc/stream.h"
#include "services/metrics/domain/network/network.h"
#include "services/metrics/domain/network/network_computation.h"
#include "services/metrics/service/read_model.h"
#include "services/metrics/service/registry_reader.h"
#include "weft/metrics/v1/network.pb.h"

namespace weft::metrics {

class NetworkHandlers {
 public:
  NetworkHandlers(ReadModel& read_model, const Clock& clock)
      : read_model_(read_model), clock_(clock) {}

  Task<absl::Status> GetNetworkMetrics(rpc::CallContext& context,
                                       const v1::GetNetworkMetricsRequest& request,
                                       v1::NetworkMetrics& response);
  Task<absl::Status> ExportNetwork(rpc::CallContext& context,
                                   const v1::ExportNetworkRequest& request,
                                   rpc::Writer<v1::ExportNetworkResponse>& writer);

 private:
  // A network, and how far the registry's feed had been read then.
  struct Loaded {
    Network network;
    v1::Positions positions;
  };
  Task<absl::StatusOr<Loaded>> Load(rpc::CallContext& context, v1::NetworkQuery query,
                                    v1::Positions min_positions);
  // Everything that the builder asks for.
  static Task<absl::Status> AddRecords(RegistryReader& registry, v1::NetworkQuery query,
                                       NetworkBuilder& builder);
  // RESOURCE_EXHAUSTED (NETWORKS_RUNNING).
  absl::Status CheckRoom() const;
  // Makes it and runs it to its end. CANCELLED, DEADLINE_EXCEEDED; INTERNAL (GRAPH_LIBRARY_FAILED).
  Task<absl::Status> Compute(rpc::CallContext& context, const Network& network,
                             NetworkOptions options,
                             std::optional<NetworkComputation>& computation);

  ReadModel& read_model_;
  const Clock& clock_;
  WorkerThread worker_;
  // Calls that have a network in memory.
  int running_ = 0;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_SERVICE_NETWORK_HANDLERS_H_
