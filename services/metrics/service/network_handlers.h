// weft.metrics.v1.NetworkService: the network of sites and organizations, from what is mirrored of
// the registry.
#ifndef WEFT_SERVICES_METRICS_SERVICE_NETWORK_HANDLERS_H_
#define WEFT_SERVICES_METRICS_SERVICE_NETWORK_HANDLERS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/base/task.h"
#include "common/base/worker_thread.h"
#include "common/rpc/call_context.h"
#include "common/rpc/stream.h"
#include "google/type/date.pb.h"
#include "services/metrics/domain/network/network.h"
#include "services/metrics/domain/network/network_computation.h"
#include "services/metrics/domain/network/network_layout.h"
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
  Task<absl::Status> RenderNetwork(rpc::CallContext& context,
                                   const v1::RenderNetworkRequest& request,
                                   v1::RenderNetworkResponse& response);

 private:
  // A network, what is computed of it, and how far the feeds that it is from had been read then.
  struct Loaded {
    Network network;
    v1::Positions positions;
    std::optional<NetworkComputation> computation;
    std::optional<NetworkLayout> layout;
  };
  // `field` is where the query stands in the request.
  Task<absl::StatusOr<FreedByWorker<Loaded>>> Load(rpc::CallContext& context,
                                                   v1::NetworkQuery query, std::string field,
                                                   v1::Positions min_positions);
  // Ids of the sites of the query's wave, and its day where the query has none.
  struct Roster {
    std::vector<std::string> sites;
    google::type::Date day;
    v1::Positions positions;
  };
  Task<absl::StatusOr<Roster>> LoadRoster(rpc::CallContext& context, v1::NetworkQuery query,
                                          std::string field, v1::Positions min_positions);
  // Everything that the builder asks for. `sites` are ids; without any the query says which.
  static Task<absl::Status> AddRecords(RegistryReader& registry, v1::NetworkQuery query,
                                       std::optional<std::vector<std::string>> sites,
                                       NetworkBuilder& builder);
  // RESOURCE_EXHAUSTED (NETWORKS_RUNNING).
  absl::Status CheckRoom() const;
  // Takes turns on the worker while there is more to do. CANCELLED, DEADLINE_EXCEEDED.
  Task<absl::Status> InTurns(rpc::CallContext& context, absl::FunctionRef<bool()> turn);
  // Makes its computation and runs it to its end. Also INTERNAL (GRAPH_LIBRARY_FAILED).
  Task<absl::Status> Compute(rpc::CallContext& context, NetworkOptions options, Loaded& loaded);
  // The same for its layout; also FAILED_PRECONDITION (NETWORK_NOT_DRAWABLE).
  Task<absl::Status> LayOut(rpc::CallContext& context, int64_t seed, NodePlaces previous,
                            Loaded& loaded);
  // A request's network with its computation.
  Task<absl::StatusOr<FreedByWorker<Loaded>>> LoadComputed(rpc::CallContext& context,
                                                           v1::NetworkQuery query,
                                                           v1::Positions min_positions,
                                                           NetworkOptions options);

  ReadModel& read_model_;
  const Clock& clock_;
  WorkerThread worker_;
  // Calls that have a network in memory.
  int running_ = 0;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_SERVICE_NETWORK_HANDLERS_H_
