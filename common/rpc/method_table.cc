#include "common/rpc/method_table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/auth/method_permission.h"
#include "common/base/error.h"
#include "common/base/nearest.h"
#include "common/base/status_macros.h"

namespace weft::rpc {
namespace {

// What a path may contribute to a message; names are shorter.
constexpr size_t kMaxEchoedBytes = 120;
// So that the whole text stays below the limit of a status message.
constexpr size_t kMaxListedBytes = 240;

absl::string_view Shape(bool client_streaming, bool server_streaming) {
  if (client_streaming) return server_streaming ? "bidirectional stream" : "client stream";
  return server_streaming ? "server stream" : "unary";
}

// The permission says whether a method changes anything.
CallClass ClassOf(const google::protobuf::MethodDescriptor& method, absl::string_view permission) {
  if (method.client_streaming() || method.server_streaming()) return CallClass::kStream;
  const bool reads = permission.empty() || absl::EndsWith(permission, ".read");
  return reads ? CallClass::kRead : CallClass::kWrite;
}

// The names joined by ", ", as many as fit.
std::string List(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) {
    if (list.size() + name.size() > kMaxListedBytes) return absl::StrCat(list, ", ...");
    absl::StrAppend(&list, list.empty() ? "" : ", ", name);
  }
  return list;
}

}  // namespace

absl::Status MethodTable::Add(const google::protobuf::MethodDescriptor& method,
                              std::unique_ptr<MethodHandler> handler) {
  const auto wrong = [&](absl::string_view what) {
    return absl::FailedPreconditionError(absl::StrCat(method.full_name(), " ", what));
  };
  if (method.input_type() != handler->request_prototype().GetDescriptor() ||
      method.output_type() != handler->response_prototype().GetDescriptor()) {
    return wrong(absl::StrCat("takes ", method.input_type()->full_name(), " and answers ",
                              method.output_type()->full_name(), "; its handler has ",
                              handler->request_prototype().GetDescriptor()->full_name(), " and ",
                              handler->response_prototype().GetDescriptor()->full_name()));
  }
  if (method.client_streaming() != handler->client_streaming() ||
      method.server_streaming() != handler->server_streaming()) {
    return wrong(absl::StrCat("is a ", Shape(method.client_streaming(), method.server_streaming()),
                              " method; its handler is a ",
                              Shape(handler->client_streaming(), handler->server_streaming()),
                              " one"));
  }
  WEFT_ASSIGN_OR_RETURN(std::string permission, auth::PermissionOf(method));
  Method entry;
  entry.descriptor = &method;
  entry.name = absl::StrCat(method.service()->full_name(), "/", method.name());
  entry.call_class = ClassOf(method, permission);
  entry.permission = std::move(permission);
  entry.handler = std::move(handler);
  if (!by_path_.emplace(absl::StrCat("/", entry.name), std::move(entry)).second) {
    return wrong("is bound twice");
  }
  methods_by_service_[method.service()->full_name()].push_back(method.name());
  return absl::OkStatus();
}

const Method* MethodTable::Find(const std::string& path) const {
  const auto found = by_path_.find(path);
  return found == by_path_.end() ? nullptr : &found->second;
}

std::vector<std::string> MethodTable::ServiceNames() const {
  std::vector<std::string> names;
  for (const auto& [name, methods] : methods_by_service_) names.push_back(name);
  return names;
}

absl::Status MethodTable::NotFound(absl::string_view path) const {
  const absl::string_view called = path.substr(path.empty() || path[0] != '/' ? 0 : 1);
  const size_t slash = called.find('/');
  const std::string service = absl::CHexEscape(called.substr(0, std::min(slash, kMaxEchoedBytes)));
  const std::string method = slash == absl::string_view::npos
                                 ? std::string()
                                 : absl::CHexEscape(called.substr(slash + 1, kMaxEchoedBytes / 2));
  std::string message;
  const auto known = methods_by_service_.find(service);
  if (known != methods_by_service_.end()) {
    message = absl::StrCat(service, " has no method \"", method, "\"; did you mean ",
                           Nearest(method, known->second), "? It has ", List(known->second));
  } else {
    message = absl::StrCat("no service \"", service, "\" here");
    const auto nearest = methods_by_service_.find(Nearest(service, ServiceNames()));
    if (nearest != methods_by_service_.end()) {
      absl::StrAppend(&message, "; the nearest is ", nearest->first, " with ",
                      List(nearest->second));
    }
  }
  return Error(absl::StatusCode::kUnimplemented, "METHOD_NOT_FOUND", message,
               {{"service", service}, {"method", method}});
}

}  // namespace weft::rpc
