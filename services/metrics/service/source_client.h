// What metrics asks ingestion and the registry beside their feeds: over gRPC, on the server's own
// loop. Releases rest on what the sources have stored, never on the feeds or the read model.
#ifndef WEFT_SERVICES_METRICS_SERVICE_SOURCE_CLIENT_H_
#define WEFT_SERVICES_METRICS_SERVICE_SOURCE_CLIENT_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/client.h"
#include "common/rpc/server.h"
#include "google/protobuf/message.h"
#include "services/metrics/domain/releases/redaction.h"
#include "services/metrics/domain/view_builder.h"
#include "weft/ingestion/v1/response.pb.h"
#include "weft/ingestion/v1/roster_status.pb.h"

namespace weft::metrics {

// Where the services that are followed listen, as host:port.
struct Peers {
  std::string registry;
  std::string ingestion;
};

// Reads only, so a transaction's body may ask it. NOT_FOUND is passed on as the source said it.
// When a source cannot be reached or does not answer in time: UNAVAILABLE (INGESTION_UNAVAILABLE,
// REGISTRY_UNAVAILABLE) with its address and a hint when to try again.
class SourceClient {
 public:
  using Revisions = std::vector<std::optional<ingestion::v1::ResponseRevision>>;

  SourceClient(rpc::Server& server, const Peers& peers);

  // Frame, roster and responses of the wave as they are now, without revisions. For a draft the
  // wave alone.
  Task<absl::StatusOr<WaveRecords>> ReadWave(rpc::CallContext& context, std::string wave);
  // In the order of `names`; nullopt for those that are gone.
  Task<absl::StatusOr<Revisions>> ReadRevisions(rpc::CallContext& context,
                                                std::vector<std::string> names);
  // All erasures of the wave, and all that may be quoted of it.
  Task<absl::StatusOr<SourceWords>> ReadWords(rpc::CallContext& context, std::string wave);
  // As the caller, who needs the permission to read it.
  Task<absl::StatusOr<ingestion::v1::OpenAnswer>> GetOpenAnswer(rpc::CallContext& context,
                                                                std::string name);
  Task<absl::Status> GetResponseRateSeries(
      rpc::CallContext& context, const ingestion::v1::GetResponseRateSeriesRequest& request,
      ingestion::v1::GetResponseRateSeriesResponse& response);
  // Where ingestion's feed ends now. `known` is a position from which that is not far, or "". Empty
  // when it would take long to find out.
  Task<absl::StatusOr<std::string>> FindIngestionHead(rpc::CallContext& context, std::string known);

 private:
  struct Source {
    // "ingestion", "registry".
    std::string name;
    std::string address;
    std::unique_ptr<rpc::Channel> channel;
  };

  // As services/metrics, or with `as_caller` as whoever calls us.
  Task<absl::Status> Call(rpc::CallContext& context, Source& source, std::string method,
                          const google::protobuf::Message& request,
                          google::protobuf::Message& response, bool as_caller = false);
  // Every page of a List method of ingestion. `add` takes a page's rows.
  template <class Request, class Response, class Add>
  Task<absl::Status> ReadPages(rpc::CallContext& context, std::string method, std::string parent,
                               Add add);

  Source registry_;
  Source ingestion_;
};

}  // namespace weft::metrics

#endif  // WEFT_SERVICES_METRICS_SERVICE_SOURCE_CLIENT_H_
