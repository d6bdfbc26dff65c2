// The methods that a server answers, by path. Built from descriptors before the server starts.
// Internal to common/rpc.
#ifndef WEFT_COMMON_RPC_METHOD_TABLE_H_
#define WEFT_COMMON_RPC_METHOD_TABLE_H_

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/rpc/call_class.h"
#include "common/rpc/method_handler.h"
#include "google/protobuf/descriptor.h"

namespace weft::rpc {

struct Method {
  const google::protobuf::MethodDescriptor* descriptor = nullptr;
  // "weft.registry.v1.SiteService/GetSite".
  std::string name;
  // "" when anybody may call it.
  std::string permission;
  CallClass call_class = CallClass::kWrite;
  std::unique_ptr<MethodHandler> handler;

  bool client_streaming() const { return descriptor->client_streaming(); }
  bool server_streaming() const { return descriptor->server_streaming(); }
  bool unary() const { return !client_streaming() && !server_streaming(); }
};

class MethodTable {
 public:
  // An error when the handler does not fit the descriptor, the method has no permission, or it is
  // there already.
  absl::Status Add(const google::protobuf::MethodDescriptor& method,
                   std::unique_ptr<MethodHandler> handler);

  // `path` is "/package.Service/Method"; null when there is no such method.
  const Method* Find(const std::string& path) const;

  // Full names, sorted.
  std::vector<std::string> ServiceNames() const;

  // UNIMPLEMENTED with reason METHOD_NOT_FOUND: tells a stranger what there is to call, by the
  // methods of the service whose name comes nearest.
  absl::Status NotFound(absl::string_view path) const;

 private:
  std::unordered_map<std::string, Method> by_path_;
  std::map<std::string, std::vector<std::string>> methods_by_service_;
};

}  // namespace weft::rpc

#endif  // WEFT_COMMON_RPC_METHOD_TABLE_H_
