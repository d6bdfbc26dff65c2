#include "tests/testing/empty_request_sweep.h"

#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "gtest/gtest.h"

namespace weft::testing {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

// Long enough for a refusal; how long a stream that is not refused is watched.
constexpr absl::Duration kStreamTime = absl::Milliseconds(500);

std::unique_ptr<Message> NewMessage(const Descriptor& type) {
  return std::unique_ptr<Message>(MessageFactory::generated_factory()->GetPrototype(&type)->New());
}

absl::Status CallEmpty(rpc::SyncClient& client, const MethodDescriptor& method) {
  const std::string path = absl::StrCat(method.service()->full_name(), "/", method.name());
  const std::unique_ptr<Message> request = NewMessage(*method.input_type());
  const std::unique_ptr<Message> response = NewMessage(*method.output_type());
  if (!method.client_streaming() && !method.server_streaming()) {
    return client.Call(path, *request, *response);
  }
  rpc::CallOptions options;
  options.timeout = kStreamTime;
  rpc::SyncStream stream = client.Bidi(path, options);
  stream.Write(*request);
  stream.WritesDone();
  while (stream.Read(*response)) {
  }
  absl::Status status = stream.Finish();
  // It was still going when its time was up: it had not been refused.
  return absl::IsDeadlineExceeded(status) ? absl::OkStatus() : status;
}

bool IsRefusal(const absl::Status& status) {
  return (absl::IsInvalidArgument(status) || absl::IsNotFound(status)) &&
         !ReasonOf(status).empty() && !status.message().empty();
}

}  // namespace

void SweepWithEmptyRequests(rpc::SyncClient& client, absl::string_view service,
                            const std::set<std::string>& whole_when_empty) {
  const ServiceDescriptor* descriptor =
      DescriptorPool::generated_pool()->FindServiceByName(std::string(service));
  ASSERT_NE(descriptor, nullptr) << service << " is not linked into this test";
  std::set<std::string> whole = whole_when_empty;
  for (int i = 0; i < descriptor->method_count(); ++i) {
    const MethodDescriptor& method = *descriptor->method(i);
    const absl::Status status = CallEmpty(client, method);
    if (whole.erase(method.name()) > 0) {
      EXPECT_TRUE(status.ok()) << method.full_name() << ": " << status;
    } else {
      EXPECT_TRUE(IsRefusal(status))
          << method.full_name() << ": " << status << " with reason \"" << ReasonOf(status) << "\"";
    }
  }
  for (const std::string& name : whole) ADD_FAILURE() << service << " has no method " << name;
}

}  // namespace weft::testing
