#include "common/rpc/grpc_channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/auth/principal.h"
#include "common/base/error.h"
#include "common/rpc/status.h"

namespace weft::rpc {
namespace {

// The server's answers are bounded by its page sizes, not by us.
constexpr int kMaxResponseBytes = 64 << 20;

constexpr char kServiceConfig[] = R"({
  "methodConfig": [{
    "name": [{}],
    "retryPolicy": {
      "maxAttempts": 4,
      "initialBackoff": "0.05s",
      "maxBackoff": "1s",
      "backoffMultiplier": 2,
      "retryableStatusCodes": ["UNAVAILABLE"]
    }
  }],
  "retryThrottling": {"maxTokens": 10, "tokenRatio": 0.1}
})";

void AddMetadata(const std::multimap<grpc::string_ref, grpc::string_ref>& from,
                 ResponseMetadata& into) {
  for (const auto& [key, value] : from) {
    into.entries.emplace_back(std::string(key.data(), key.size()),
                              std::string(value.data(), value.size()));
  }
}

}  // namespace

std::shared_ptr<grpc::Channel> MakeGrpcChannel(absl::string_view target, bool retry) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxResponseBytes);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, retry ? 1 : 0);
  if (retry) arguments.SetServiceConfigJSON(kServiceConfig);
  // A server that restarts is found again soon.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1'000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  // Peers are on this machine, behind no proxy that the environment may name.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(std::string(target), grpc::InsecureChannelCredentials(),
                                   arguments);
}

void PrepareContext(const CallOptions& options, absl::string_view fallback_principal,
                    grpc::ClientContext& context) {
  const absl::string_view principal =
      options.principal.empty() ? fallback_principal : absl::string_view(options.principal);
  if (!principal.empty()) context.AddMetadata(auth::kPrincipalMetadata, std::string(principal));
  for (const auto& [key, value] : options.metadata) context.AddMetadata(key, value);
  context.set_wait_for_ready(options.wait_for_ready);
}

absl::Status TakeResult(const grpc::Status& status, absl::string_view target,
                        const CallOptions& options, const grpc::ClientContext& context) {
  if (options.response_metadata != nullptr) {
    options.response_metadata->entries.clear();
    AddMetadata(context.GetServerInitialMetadata(), *options.response_metadata);
    AddMetadata(context.GetServerTrailingMetadata(), *options.response_metadata);
  }
  absl::Status result = FromWire(static_cast<int>(status.error_code()), status.error_message(),
                                 status.error_details());
  // Without details it was not the server that said so.
  if (result.code() == absl::StatusCode::kUnavailable && ReasonOf(result).empty()) {
    return Error(absl::StatusCode::kUnavailable, "SERVER_UNREACHABLE",
                 absl::StrCat("cannot reach the server at ", target, ": ", result.message()),
                 {{"target", std::string(target)}});
  }
  return result;
}

std::string MethodPath(absl::string_view method) {
  return absl::StrCat("/", absl::StripPrefix(method, "/"));
}

}  // namespace weft::rpc
