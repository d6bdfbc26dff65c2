// What ingestion asks the registry: over gRPC, as "services/ingestion", on the server's own loop.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_REGISTRY_CLIENT_H_
#define WEFT_SERVICES_INGESTION_SERVICE_REGISTRY_CLIENT_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/client.h"
#include "common/rpc/server.h"
#include "google/type/date.pb.h"
#include "weft/registry/v1/cohort.pb.h"
#include "weft/registry/v1/site.pb.h"
#include "weft/registry/v1/taxonomy.pb.h"

namespace weft::ingestion {

// Reads only, so a transaction's body may ask it: a repetition does no harm. NOT_FOUND is passed on
// as the registry said it. When the registry cannot be reached or does not answer in time:
// UNAVAILABLE (REGISTRY_UNAVAILABLE) with its address and a hint when to try again.
class RegistryClient {
 public:
  // `address` is host:port.
  RegistryClient(rpc::Server& server, absl::string_view address);

  Task<absl::StatusOr<registry::v1::Taxonomy>> GetTaxonomy(rpc::CallContext& context,
                                                           std::string name);
  Task<absl::StatusOr<registry::v1::Crosswalk>> GetCrosswalk(rpc::CallContext& context,
                                                             std::string name);
  // NOT_FOUND (COHORT_NOT_FOUND) for the first that does not exist.
  Task<absl::Status> RequireCohorts(rpc::CallContext& context, std::vector<std::string> names);
  // In the order of `names`. NOT_FOUND names all that do not exist.
  Task<absl::StatusOr<std::vector<registry::v1::Site>>> GetSites(rpc::CallContext& context,
                                                                 std::vector<std::string> names);
  // Every site with a membership in one of `cohorts` that is in force on `day`, with those cohorts,
  // in their order. `site` narrows it to one; "" for all.
  Task<absl::StatusOr<std::map<std::string, std::vector<std::string>>>> MembersOn(
      rpc::CallContext& context, std::vector<std::string> cohorts, std::string site,
      google::type::Date day);

 private:
  // One resource by its name, with a request that has nothing else.
  template <class Resource, class Request>
  Task<absl::StatusOr<Resource>> Get(rpc::CallContext& context, std::string method,
                                     std::string name);
  Task<absl::Status> Call(rpc::CallContext& context, std::string method,
                          const google::protobuf::Message& request,
                          google::protobuf::Message& response);

  const std::string address_;
  const std::unique_ptr<rpc::Channel> channel_;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_REGISTRY_CLIENT_H_
