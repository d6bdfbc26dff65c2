// What both clients have in common: the channel and its policies, the client's side of a call's
// metadata. Internal to common/rpc.
#ifndef WEFT_COMMON_RPC_GRPC_CHANNEL_H_
#define WEFT_COMMON_RPC_GRPC_CHANNEL_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/rpc/call_options.h"

namespace weft::rpc {

std::shared_ptr<grpc::Channel> MakeGrpcChannel(absl::string_view target, bool retry);

// Sets principal (`fallback_principal` when the options name none), metadata and readiness.
void PrepareContext(const CallOptions& options, absl::string_view fallback_principal,
                    grpc::ClientContext& context);

// The status of a call to `target`, whose response metadata is stored as the options ask.
absl::Status TakeResult(const grpc::Status& status, absl::string_view target,
                        const CallOptions& options, const grpc::ClientContext& context);

// "/package.Service/Method".
std::string MethodPath(absl::string_view method);

}  // namespace weft::rpc

#endif  // WEFT_COMMON_RPC_GRPC_CHANNEL_H_
