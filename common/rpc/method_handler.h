// A handler with its types erased, as the dispatcher runs it. Handlers themselves are plain member
// functions of one of the four shapes below; binder.h wraps them.
#ifndef WEFT_COMMON_RPC_METHOD_HANDLER_H_
#define WEFT_COMMON_RPC_METHOD_HANDLER_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/stream.h"
#include "google/protobuf/message.h"

namespace weft::rpc {

// The four shapes of a method, and a unary one that answers with bytes which it has already.
template <class H, class Request, class Response>
using UnaryMethod = Task<absl::Status> (H::*)(CallContext&, const Request&, Response&);
template <class H, class Request, class Response>
using SerializedUnaryMethod = Task<absl::Status> (H::*)(CallContext&, const Request&,
                                                        Serialized<Response>&);
template <class H, class Request, class Response>
using ServerStreamMethod = Task<absl::Status> (H::*)(CallContext&, const Request&,
                                                     Writer<Response>&);
template <class H, class Request, class Response>
using ClientStreamMethod = Task<absl::Status> (H::*)(CallContext&, Reader<Request>&, Response&);
template <class H, class Request, class Response>
using BidiMethod = Task<absl::Status> (H::*)(CallContext&, Reader<Request>&, Writer<Response>&);

// One call of a handler: what its shape has no use for is null.
struct Invocation {
  CallContext& context;
  const google::protobuf::Message* request = nullptr;
  google::protobuf::Message* response = nullptr;
  // Instead of `response`, from a handler that answers with bytes.
  std::shared_ptr<const std::string> serialized_response = {};
  MessageSource* source = nullptr;
  MessageSink* sink = nullptr;
};

class MethodHandler {
 public:
  virtual ~MethodHandler() = default;
  // Types and shape, to be held against the method's descriptor.
  virtual const google::protobuf::Message& request_prototype() const = 0;
  virtual const google::protobuf::Message& response_prototype() const = 0;
  virtual bool client_streaming() const = 0;
  virtual bool server_streaming() const = 0;
  // Runs the handler. The invocation outlives the task.
  virtual Task<absl::Status> Run(Invocation& invocation) = 0;
};

namespace internal {

template <class Request, class Response, bool kClientStreaming, bool kServerStreaming>
class TypedHandler : public MethodHandler {
 public:
  const google::protobuf::Message& request_prototype() const final {
    return Request::default_instance();
  }
  const google::protobuf::Message& response_prototype() const final {
    return Response::default_instance();
  }
  bool client_streaming() const final { return kClientStreaming; }
  bool server_streaming() const final { return kServerStreaming; }
};

template <class H, class Request, class Response>
class UnaryHandler final : public TypedHandler<Request, Response, false, false> {
 public:
  UnaryHandler(H* handlers, UnaryMethod<H, Request, Response> method)
      : handlers_(handlers), method_(method) {}
  Task<absl::Status> Run(Invocation& invocation) override {
    return (handlers_->*method_)(invocation.context,
                                 static_cast<const Request&>(*invocation.request),
                                 static_cast<Response&>(*invocation.response));
  }

 private:
  H* handlers_;
  UnaryMethod<H, Request, Response> method_;
};

// The other shapes are coroutines of their own, because the typed answer or ends of the stream live
// as long as the handler does. Members are copied to locals first: see task.h.
template <class H, class Request, class Response>
class SerializedUnaryHandler final : public TypedHandler<Request, Response, false, false> {
 public:
  SerializedUnaryHandler(H* handlers, SerializedUnaryMethod<H, Request, Response> method)
      : handlers_(handlers), method_(method) {}
  Task<absl::Status> Run(Invocation& invocation) override {
    H* const handlers = handlers_;
    const SerializedUnaryMethod<H, Request, Response> method = method_;
    Serialized<Response> response;
    Task<absl::Status> task = (handlers->*method)(
        invocation.context, static_cast<const Request&>(*invocation.request), response);
    absl::Status status = co_await std::move(task);
    invocation.serialized_response = response.bytes();
    co_return status;
  }

 private:
  H* handlers_;
  SerializedUnaryMethod<H, Request, Response> method_;
};

template <class H, class Request, class Response>
class ServerStreamHandler final : public TypedHandler<Request, Response, false, true> {
 public:
  ServerStreamHandler(H* handlers, ServerStreamMethod<H, Request, Response> method)
      : handlers_(handlers), method_(method) {}
  Task<absl::Status> Run(Invocation& invocation) override {
    H* const handlers = handlers_;
    const ServerStreamMethod<H, Request, Response> method = method_;
    Writer<Response> writer(*invocation.sink);
    Task<absl::Status> task = (handlers->*method)(
        invocation.context, static_cast<const Request&>(*invocation.request), writer);
    absl::Status status = co_await std::move(task);
    co_return status;
  }

 private:
  H* handlers_;
  ServerStreamMethod<H, Request, Response> method_;
};

template <class H, class Request, class Response>
class ClientStreamHandler final : public TypedHandler<Request, Response, true, false> {
 public:
  ClientStreamHandler(H* handlers, ClientStreamMethod<H, Request, Response> method)
      : handlers_(handlers), method_(method) {}
  Task<absl::Status> Run(Invocation& invocation) override {
    H* const handlers = handlers_;
    const ClientStreamMethod<H, Request, Response> method = method_;
    Reader<Request> reader(*invocation.source);
    Task<absl::Status> task = (handlers->*method)(invocation.context, reader,
                                                  static_cast<Response&>(*invocation.response));
    absl::Status status = co_await std::move(task);
    co_return status;
  }

 private:
  H* handlers_;
  ClientStreamMethod<H, Request, Response> method_;
};

template <class H, class Request, class Response>
class BidiHandler final : public TypedHandler<Request, Response, true, true> {
 public:
  BidiHandler(H* handlers, BidiMethod<H, Request, Response> method)
      : handlers_(handlers), method_(method) {}
  Task<absl::Status> Run(Invocation& invocation) override {
    H* const handlers = handlers_;
    const BidiMethod<H, Request, Response> method = method_;
    Reader<Request> reader(*invocation.source);
    Writer<Response> writer(*invocation.sink);
    Task<absl::Status> task = (handlers->*method)(invocation.context, reader, writer);
    absl::Status status = co_await std::move(task);
    co_return status;
  }

 private:
  H* handlers_;
  BidiMethod<H, Request, Response> method_;
};

}  // namespace internal
}  // namespace weft::rpc

#endif  // WEFT_COMMON_RPC_METHOD_HANDLER_H_
