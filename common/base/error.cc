#include "common/base/error.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace weft {
namespace {

std::string TypeUrl(const google::protobuf::Message& message) {
  return absl::StrCat("type.googleapis.com/", message.GetDescriptor()->full_name());
}

std::string ReasonPrefix(absl::string_view type) {
  return absl::AsciiStrToUpper(absl::StrReplaceAll(type, {{" ", "_"}, {"-", "_"}}));
}

}  // namespace

void SetDetail(absl::Status& status, const google::protobuf::Message& detail) {
  status.SetPayload(TypeUrl(detail), absl::Cord(detail.SerializeAsString()));
}

bool GetDetail(const absl::Status& status, google::protobuf::Message& detail) {
  const auto payload = status.GetPayload(TypeUrl(detail));
  return payload.has_value() && detail.ParseFromString(std::string(*payload));
}

absl::Status Error(absl::StatusCode code, absl::string_view reason, absl::string_view message,
                   const ErrorMetadata& metadata) {
  absl::Status status(code, message);
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain(std::string(kErrorDomain));
  for (const auto& [key, value] : metadata) (*info.mutable_metadata())[key] = value;
  SetDetail(status, info);
  return status;
}

std::string ReasonOf(const absl::Status& status) {
  google::rpc::ErrorInfo info;
  return GetDetail(status, info) ? info.reason() : std::string();
}

absl::Status WithRetryAfter(absl::Status status, absl::Duration delay) {
  google::rpc::RetryInfo info;
  const int64_t nanos = absl::ToInt64Nanoseconds(delay);
  info.mutable_retry_delay()->set_seconds(nanos / 1'000'000'000);
  info.mutable_retry_delay()->set_nanos(static_cast<int32_t>(nanos % 1'000'000'000));
  SetDetail(status, info);
  return status;
}

absl::Status NotFound(absl::string_view type, absl::string_view name) {
  return Error(absl::StatusCode::kNotFound, absl::StrCat(ReasonPrefix(type), "_NOT_FOUND"),
               absl::StrCat(type, " \"", name, "\" does not exist"), {{"name", std::string(name)}});
}

absl::Status AlreadyExists(absl::string_view type, absl::string_view name) {
  return Error(absl::StatusCode::kAlreadyExists, absl::StrCat(ReasonPrefix(type), "_EXISTS"),
               absl::StrCat(type, " \"", name, "\" already exists; choose another id or update it"),
               {{"name", std::string(name)}});
}

absl::Status StaleEtag(absl::string_view name, absl::string_view given, absl::string_view current) {
  return Error(absl::StatusCode::kAborted, "ETAG_MISMATCH",
               absl::StrCat("\"", name, "\" has changed since it was read (its etag is ", current,
                            ", the request has ", given,
                            "); read it again and repeat the change on what it holds now"),
               {{"name", std::string(name)},
                {"etag", std::string(given)},
                {"current_etag", std::string(current)}});
}

FieldViolations& FieldViolations::Add(absl::string_view field, absl::string_view description) {
  violations_.emplace_back(field, description);
  return *this;
}

absl::Status FieldViolations::ToStatus(absl::string_view reason) const {
  if (violations_.empty()) return absl::OkStatus();
  const auto& [field, description] = violations_.front();
  std::string message = absl::StrCat(field, " ", description);
  if (violations_.size() > 1) {
    absl::StrAppend(&message, " (and ", violations_.size() - 1, " more)");
  }
  absl::Status status =
      Error(absl::StatusCode::kInvalidArgument, reason, message,
            {{"field", field}, {"total_violations", absl::StrCat(violations_.size())}});
  google::rpc::BadRequest bad_request;
  const size_t sent = std::min<size_t>(violations_.size(), kMaxFieldViolations);
  for (size_t i = 0; i < sent; ++i) {
    auto* violation = bad_request.add_field_violations();
    violation->set_field(violations_[i].first);
    violation->set_description(violations_[i].second);
  }
  SetDetail(status, bad_request);
  return status;
}

}  // namespace weft
