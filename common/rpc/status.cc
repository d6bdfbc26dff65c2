#include "common/rpc/status.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace weft::rpc {
namespace {

constexpr absl::string_view kEllipsis = "...";
constexpr size_t kMaxMetadataValueBytes = 256;

// At most `limit` bytes of `text`, not ending inside a UTF-8 sequence.
std::string Clip(absl::string_view text, size_t limit) {
  if (text.size() <= limit) return std::string(text);
  size_t end = limit - kEllipsis.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return absl::StrCat(text.substr(0, end), kEllipsis);
}

google::rpc::ErrorInfo ErrorInfoOf(const absl::Status& status) {
  google::rpc::ErrorInfo info;
  if (!GetDetail(status, info)) {
    info.set_reason(absl::StatusCodeToString(status.code()));
    info.set_domain(std::string(kErrorDomain));
  }
  for (auto& [key, value] : *info.mutable_metadata()) value = Clip(value, kMaxMetadataValueBytes);
  return info;
}

// The details of `status` but ErrorInfo, by type, so that their order is always the same.
std::map<std::string, std::string> OtherDetails(const absl::Status& status,
                                                absl::string_view error_info_type) {
  std::map<std::string, std::string> details;
  status.ForEachPayload([&](absl::string_view type, const absl::Cord& value) {
    if (type != error_info_type) details.emplace(type, value);
  });
  return details;
}

// Drops field violations from the end until `excess` bytes are saved or none is left.
void ShortenBadRequest(size_t excess, std::string& value) {
  google::rpc::BadRequest bad_request;
  if (!bad_request.ParseFromString(value)) return;
  const size_t before = value.size();
  auto& violations = *bad_request.mutable_field_violations();
  while (!violations.empty() && before - bad_request.ByteSizeLong() < excess) {
    violations.RemoveLast();
  }
  value = bad_request.SerializeAsString();
}

}  // namespace

WireStatus ToWire(const absl::Status& status) {
  WireStatus wire;
  wire.code = static_cast<int>(status.code());
  if (status.ok()) return wire;
  wire.message = Clip(status.message(), kMaxMessageBytes);

  google::rpc::ErrorInfo info = ErrorInfoOf(status);
  const auto type_url = [](const google::protobuf::Message& message) {
    return absl::StrCat("type.googleapis.com/", message.GetDescriptor()->full_name());
  };
  const std::string bad_request_type = type_url(google::rpc::BadRequest::default_instance());
  std::map<std::string, std::string> others = OtherDetails(status, type_url(info));

  for (;;) {
    google::rpc::Status details;
    details.set_code(wire.code);
    details.set_message(wire.message);
    details.add_details()->PackFrom(info);
    for (const auto& [type, value] : others) {
      google::protobuf::Any& detail = *details.add_details();
      detail.set_type_url(type);
      detail.set_value(value);
    }
    const size_t size = details.ByteSizeLong();
    if (size <= kMaxDetailsBytes) {
      wire.details = details.SerializeAsString();
      return wire;
    }
    const auto bad_request = others.find(bad_request_type);
    if (bad_request != others.end()) {
      const size_t before = bad_request->second.size();
      ShortenBadRequest(size - kMaxDetailsBytes, bad_request->second);
      if (bad_request->second.size() < before) continue;
    }
    if (!others.empty()) {
      others.erase(others.begin());
    } else {
      info.clear_metadata();
      info.set_reason(Clip(info.reason(), kMaxMetadataValueBytes));
      info.set_domain(Clip(info.domain(), kMaxMetadataValueBytes));
    }
  }
}

absl::Status FromWire(int code, absl::string_view message, absl::string_view details) {
  if (code == 0) return absl::OkStatus();
  absl::Status status(static_cast<absl::StatusCode>(code), message);
  google::rpc::Status wire;
  if (!details.empty() && wire.ParseFromArray(details.data(), static_cast<int>(details.size()))) {
    for (const google::protobuf::Any& detail : wire.details()) {
      status.SetPayload(detail.type_url(), absl::Cord(detail.value()));
    }
  }
  return status;
}

absl::Status DrainingError() {
  return WithRetryAfter(
      Error(absl::StatusCode::kUnavailable, "SERVER_DRAINING",
            "the server is shutting down; repeat the call, another instance or the restarted "
            "server will answer"),
      absl::Seconds(1));
}

absl::Status Stopped(const CallContext& context) {
  if (context.cancelled()) return absl::CancelledError("the call was cancelled");
  return DrainingError();
}

}  // namespace weft::rpc
