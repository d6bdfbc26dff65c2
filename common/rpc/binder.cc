#include "common/rpc/binder.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/fatal.h"

namespace weft::rpc {

Binder::Binder(Server& server, absl::string_view service)
    : server_(server),
      service_(google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
          std::string(service))) {
  if (service_ == nullptr) Fatal(absl::StrCat("no proto of this program has a service ", service));
}

Binder::~Binder() {
  for (int i = 0; i < service_->method_count(); ++i) {
    const google::protobuf::MethodDescriptor& method = *service_->method(i);
    if (bound_.count(method.name()) == 0) {
      Fatal(absl::StrCat(method.full_name(), " has no handler"));
    }
  }
}

Binder& Binder::Bind(absl::string_view method, std::unique_ptr<MethodHandler> handler) {
  const google::protobuf::MethodDescriptor* const descriptor =
      service_->FindMethodByName(std::string(method));
  if (descriptor == nullptr) {
    Fatal(absl::StrCat(service_->full_name(), " has no method ", method));
  }
  server_.AddMethod(*descriptor, std::move(handler));
  bound_.emplace(method);
  return *this;
}

}  // namespace weft::rpc
