#include "common/rpc/admission.h"

#include "common/base/error.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace weft::rpc {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::IsError;
using testing::IsOk;

constexpr CallLimits kMany = {.reads = 100, .writes = 100, .streams = 100};

TEST(Admission, EachClassHasItsOwnLimit) {
  Admission admission({.reads = 1, .writes = 2, .streams = 0}, kMany);
  EXPECT_THAT(admission.Enter(CallClass::kRead, "users/a"), IsOk());
  EXPECT_THAT(admission.Enter(CallClass::kRead, "users/b"),
              IsError(absl::StatusCode::kResourceExhausted, "TOO_MANY_CALLS"));
  EXPECT_THAT(admission.Enter(CallClass::kWrite, "users/a"), IsOk());
  EXPECT_THAT(admission.Enter(CallClass::kWrite, "users/a"), IsOk());
  EXPECT_THAT(admission.Enter(CallClass::kWrite, "users/a").message(),
              AllOf(HasSubstr("the server has 2 calls of class write"), HasSubstr("limit")));
  EXPECT_FALSE(admission.Enter(CallClass::kStream, "users/a").ok());
  EXPECT_EQ(admission.calls(), 3);
  EXPECT_EQ(admission.calls(CallClass::kWrite), 2);
}

TEST(Admission, OnePrincipalLeavesRoomForOthers) {
  Admission admission(kMany, {.reads = 1, .writes = 1, .streams = 1});
  EXPECT_THAT(admission.Enter(CallClass::kRead, "users/a"), IsOk());
  const absl::Status refused = admission.Enter(CallClass::kRead, "users/a");
  EXPECT_THAT(refused,
              IsError(absl::StatusCode::kResourceExhausted, "TOO_MANY_CALLS_OF_PRINCIPAL"));
  EXPECT_THAT(refused.message(), HasSubstr("users/a has 1 calls of class read"));
  google::rpc::RetryInfo retry;
  EXPECT_TRUE(GetDetail(refused, retry));
  EXPECT_THAT(admission.Enter(CallClass::kWrite, "users/a"), IsOk());
  EXPECT_THAT(admission.Enter(CallClass::kRead, "users/b"), IsOk());
}

TEST(Admission, ACallThatEndsMakesRoom) {
  Admission admission({.reads = 2, .writes = 2, .streams = 2}, {.reads = 1});
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(admission.Enter(CallClass::kRead, "users/a"), IsOk());
    EXPECT_FALSE(admission.Enter(CallClass::kRead, "users/a").ok());
    admission.Leave(CallClass::kRead, "users/a");
  }
  EXPECT_EQ(admission.calls(), 0);
}

TEST(Admission, ARefusedCallCountsForNobody) {
  Admission admission({.reads = 1, .writes = 1, .streams = 1}, {.reads = 0, .writes = 1});
  EXPECT_FALSE(admission.Enter(CallClass::kRead, "users/a").ok());
  EXPECT_EQ(admission.calls(), 0);
  EXPECT_THAT(admission.Enter(CallClass::kWrite, "users/a"), IsOk());
}

}  // namespace
}  // namespace weft::rpc
