// Matchers for errors as callers see them: code, reason, violated fields.
#ifndef WEFT_TESTS_TESTING_ERRORS_H_
#define WEFT_TESTS_TESTING_ERRORS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/error.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"

namespace weft::testing {

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <class T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

// EXPECT_THAT(status, IsOk());
MATCHER(IsOk, "is OK") {
  *result_listener << StatusOf(arg);
  return arg.ok();
}

// EXPECT_THAT(status, IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
MATCHER_P2(IsError, code, reason, "") {
  const absl::Status& status = StatusOf(arg);
  *result_listener << status << " with reason \"" << ReasonOf(status) << "\"";
  return status.code() == code && ReasonOf(status) == reason;
}

// The fields that an INVALID_ARGUMENT complains about, in order.
inline std::vector<std::string> ViolatedFields(const absl::Status& status) {
  google::rpc::BadRequest bad_request;
  std::vector<std::string> fields;
  if (!GetDetail(status, bad_request)) return fields;
  for (const auto& violation : bad_request.field_violations()) fields.push_back(violation.field());
  return fields;
}

// What the first violation of `field` says; "" when there is none.
inline std::string Violation(const absl::Status& status, absl::string_view field) {
  google::rpc::BadRequest bad_request;
  if (!GetDetail(status, bad_request)) return "";
  for (const auto& violation : bad_request.field_violations()) {
    if (violation.field() == field) return violation.description();
  }
  return "";
}

// EXPECT_THAT(Validate(request), Violates("site.display_name", "site.neutral_label"));
template <class... Fields>
auto Violates(Fields... fields) {
  return ::testing::AllOf(
      ::testing::Property(&absl::Status::code, absl::StatusCode::kInvalidArgument),
      ::testing::ResultOf(
          "violated fields", [](const absl::Status& status) { return ViolatedFields(status); },
          ::testing::UnorderedElementsAre(std::string(fields)...)));
}

}  // namespace weft::testing

#endif  // WEFT_TESTS_TESTING_ERRORS_H_
