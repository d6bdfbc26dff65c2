// Matchers for absl::Status and absl::StatusOr beyond those of errors.h.
#ifndef WEFT_TESTS_TESTING_STATUS_MATCHERS_H_
#define WEFT_TESTS_TESTING_STATUS_MATCHERS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/error.h"
#include "gmock/gmock.h"
#include "tests/testing/errors.h"

namespace weft::testing {

// EXPECT_THAT(result, IsOkAndHolds(7)); the argument is a value or a matcher.
MATCHER_P(IsOkAndHolds, value, "") {
  if (!arg.ok()) {
    *result_listener << arg.status();
    return false;
  }
  return ::testing::ExplainMatchResult(value, *arg, result_listener);
}

// EXPECT_THAT(status, StatusIs(absl::StatusCode::kNotFound));
MATCHER_P(StatusIs, code, "") {
  *result_listener << StatusOf(arg);
  return StatusOf(arg).code() == code;
}
// EXPECT_THAT(status, StatusIs(absl::StatusCode::kNotFound, HasSubstr("sites/x")));
MATCHER_P2(StatusIs, code, message, "") {
  *result_listener << StatusOf(arg);
  return StatusOf(arg).code() == code &&
         ::testing::ExplainMatchResult(message, std::string(StatusOf(arg).message()),
                                       result_listener);
}

// EXPECT_THAT(status, HasReason("SITE_NOT_FOUND"));
MATCHER_P(HasReason, reason, "") {
  *result_listener << StatusOf(arg) << " with reason \"" << ReasonOf(StatusOf(arg)) << "\"";
  return ReasonOf(StatusOf(arg)) == reason;
}

}  // namespace weft::testing

#endif  // WEFT_TESTS_TESTING_STATUS_MATCHERS_H_
