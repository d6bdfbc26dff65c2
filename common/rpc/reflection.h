// grpc.reflection.v1 and v1alpha: what is served here, for clients that bring no protos (grpcurl,
// buf curl). The two differ in their package only.
#ifndef WEFT_COMMON_RPC_REFLECTION_H_
#define WEFT_COMMON_RPC_REFLECTION_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/stream.h"

namespace weft::rpc {

// Request and Response are the package's ServerReflectionRequest and ServerReflectionResponse;
// instantiated for both in reflection.cc.
template <class Request, class Response>
class ReflectionHandlers {
 public:
  // The full names to list. Before the first call.
  void SetServices(std::vector<std::string> names) { services_ = std::move(names); }

  Task<absl::Status> ServerReflectionInfo(CallContext& context, Reader<Request>& reader,
                                          Writer<Response>& writer);

 private:
  Response Answer(const Request& request) const;

  std::vector<std::string> services_;
};

}  // namespace weft::rpc

#endif  // WEFT_COMMON_RPC_REFLECTION_H_
