// grpc.health.v1.Health: one state for the whole server, under "" and under each service's name,
// and states of parts of it under names of their own ("storage").
#ifndef WEFT_COMMON_RPC_HEALTH_H_
#define WEFT_COMMON_RPC_HEALTH_H_

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/stream.h"
#include "common/rpc/waits.h"
#include "grpc/health/v1/health.pb.h"

namespace weft::rpc {

// For the loop's thread.
class HealthHandlers {
 public:
  using Request = grpc::health::v1::HealthCheckRequest;
  using Response = grpc::health::v1::HealthCheckResponse;

  // Before the first call.
  void SetServices(const std::vector<std::string>& names) {
    services_.insert(names.begin(), names.end());
  }
  void SetServing(bool serving);
  // The state of `part`, a name that is known from then on; NOT_SERVING also while the server is.
  void SetPartServing(const std::string& part, bool serving);

  // An unknown name is NOT_FOUND.
  Task<absl::Status> Check(CallContext& context, const Request& request, Response& response);
  // The state now and whenever it changes; an unknown name is SERVICE_UNKNOWN and stays open, as
  // the protocol has it.
  Task<absl::Status> Watch(CallContext& context, const Request& request, Writer<Response>& writer);

 private:
  Response::ServingStatus StatusOf(const std::string& service) const;

  std::set<std::string> services_ = {""};
  std::map<std::string, bool> parts_;
  bool serving_ = false;
  Signal changed_;
};

}  // namespace weft::rpc

#endif  // WEFT_COMMON_RPC_HEALTH_H_
