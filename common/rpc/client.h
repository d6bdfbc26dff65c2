// Calls to another service from a handler or a background task, on the server's own loop:
//   v1::Site site;
//   absl::Status found = co_await registry.Call(ctx, "weft.registry.v1.SiteService/GetSite",
//                                               request, site);
// A call takes over what is left of its context's deadline (less a margin, so that our answer still
// arrives), the caller's principal, and is cancelled with the context. UNAVAILABLE is retried with
// backoff, so mutations carry a request_id. Errors come back as they were sent, details included.
#ifndef WEFT_COMMON_RPC_CLIENT_H_
#define WEFT_COMMON_RPC_CLIENT_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/call_options.h"
#include "common/rpc/server.h"
#include "common/rpc/stream.h"
#include "google/protobuf/message.h"

namespace weft::rpc {

struct ChannelOptions {
  // Who calls, unless the call says otherwise. Empty: the principal of the calling context.
  std::string principal = {};
  // Kept back from the context's deadline.
  absl::Duration deadline_margin = absl::Milliseconds(50);
  // Retry UNAVAILABLE: 4 attempts, from 50 ms, doubling, throttled.
  bool retry = true;
};

namespace internal {
class ClientStreamCall;
// Cancels a call that has not ended and lets go of it.
struct Abandon {
  void operator()(ClientStreamCall* call) const;
};
using ClientStreamHandle = std::unique_ptr<ClientStreamCall, Abandon>;
}  // namespace internal

// The messages of a server stream. Destroying it cancels the call if it has not ended.
class RawServerStream {
 public:
  // Ends the call early; Read() and Finish() return soon after.
  void Cancel();
  // The call's status; after Read() has returned false, or after Cancel().
  Task<absl::Status> Finish();

 protected:
  explicit RawServerStream(internal::ClientStreamHandle call) : call_(std::move(call)) {}
  MessageSource& source();

 private:
  internal::ClientStreamHandle call_;
};

template <class Response>
class ServerStream final : public RawServerStream {
 public:
  // bool more = co_await stream.Read(message); false at the end, whatever its cause.
  typename Reader<Response>::ReadOperation Read(Response& message) {
    return typename Reader<Response>::ReadOperation(source(), message);
  }

 private:
  friend class Channel;
  explicit ServerStream(internal::ClientStreamHandle call) : RawServerStream(std::move(call)) {}
};

// A connection to one server, shared by all calls. It must outlive them, and the server whose loop
// it uses must outlive it.
class Channel {
 public:
  // `target` is a gRPC target, "127.0.0.1:7401". Connects with the first call.
  static std::unique_ptr<Channel> Create(Server& server, absl::string_view target,
                                         ChannelOptions options = {});
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  // `method` is "package.Service/Method". `request` and `response` outlive the task. Give `options`
  // a name: g++ 12 destroys an aggregate that is made inside a co_await expression twice.
  Task<absl::Status> Call(CallContext& context, absl::string_view method,
                          const google::protobuf::Message& request,
                          google::protobuf::Message& response);
  Task<absl::Status> Call(CallContext& context, absl::string_view method,
                          const google::protobuf::Message& request,
                          google::protobuf::Message& response, const CallOptions& options);

  // Opens a server stream.
  template <class Response>
  ServerStream<Response> Open(CallContext& context, absl::string_view method,
                              const google::protobuf::Message& request,
                              const CallOptions& options = {}) {
    return ServerStream<Response>(OpenStream(context, method, request, options));
  }

 private:
  class Impl;
  explicit Channel(std::unique_ptr<Impl> impl);
  internal::ClientStreamHandle OpenStream(CallContext& context, absl::string_view method,
                                          const google::protobuf::Message& request,
                                          const CallOptions& options);

  std::unique_ptr<Impl> impl_;
};

}  // namespace weft::rpc

#endif  // WEFT_COMMON_RPC_CLIENT_H_
