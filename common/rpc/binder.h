// Binds the handlers of one service to its descriptor:
//   rpc::Binder(server, "weft.registry.v1.SiteService")
//       .On("GetSite", &handlers, &SiteHandlers::GetSite)
//       .On("ListSites", &handlers, &SiteHandlers::ListSites);
// A mistake in the program's wiring (a method left out or bound twice, types or shape other than
// the proto's, no permission option) ends the process at start-up with a message that names it.
#ifndef WEFT_COMMON_RPC_BINDER_H_
#define WEFT_COMMON_RPC_BINDER_H_

#include <memory>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "common/rpc/method_handler.h"
#include "common/rpc/server.h"
#include "google/protobuf/descriptor.h"

namespace weft::rpc {

class Binder {
 public:
  // `service` is the full name. The handlers must outlive the server's last call.
  Binder(Server& server, absl::string_view service);
  Binder(const Binder&) = delete;
  Binder& operator=(const Binder&) = delete;
  // Every method of the service has been bound by now.
  ~Binder();

  template <class H, class Request, class Response>
  Binder& On(absl::string_view method, H* handlers, UnaryMethod<H, Request, Response> function) {
    return Bind(method,
                std::make_unique<internal::UnaryHandler<H, Request, Response>>(handlers, function));
  }
  template <class H, class Request, class Response>
  Binder& On(absl::string_view method, H* handlers,
             SerializedUnaryMethod<H, Request, Response> function) {
    return Bind(method, std::make_unique<internal::SerializedUnaryHandler<H, Request, Response>>(
                            handlers, function));
  }
  template <class H, class Request, class Response>
  Binder& On(absl::string_view method, H* handlers,
             ServerStreamMethod<H, Request, Response> function) {
    return Bind(method, std::make_unique<internal::ServerStreamHandler<H, Request, Response>>(
                            handlers, function));
  }
  template <class H, class Request, class Response>
  Binder& On(absl::string_view method, H* handlers,
             ClientStreamMethod<H, Request, Response> function) {
    return Bind(method, std::make_unique<internal::ClientStreamHandler<H, Request, Response>>(
                            handlers, function));
  }
  template <class H, class Request, class Response>
  Binder& On(absl::string_view method, H* handlers, BidiMethod<H, Request, Response> function) {
    return Bind(method,
                std::make_unique<internal::BidiHandler<H, Request, Response>>(handlers, function));
  }

 private:
  Binder& Bind(absl::string_view method, std::unique_ptr<MethodHandler> handler);

  Server& server_;
  const google::protobuf::ServiceDescriptor* service_;
  std::set<std::string> bound_;
};

}  // namespace weft::rpc

#endif  // WEFT_COMMON_RPC_BINDER_H_
