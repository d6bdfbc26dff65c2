#include "common/auth/principal.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace weft::auth {
namespace {

using testing::HasReason;
using ::testing::HasSubstr;
using testing::StatusIs;

TEST(Principal, KnownKinds) {
  for (const char* name :
       {"users/amara", "services/metrics", "researchers/r-1", "users/a.b_c@example.org"}) {
    ASSERT_TRUE(ParsePrincipal(name).ok()) << name;
    EXPECT_EQ(ParsePrincipal(name)->name, name);
  }
}

TEST(Principal, EverythingElseIsRefused) {
  for (const std::string& name :
       {std::string(), std::string("users"), std::string("users/"), std::string("/amara"),
        std::string("robots/r"), std::string("users/a b"), std::string("users/a/b"),
        std::string("users/a\nb"), "users/" + std::string(129, 'a')}) {
    EXPECT_THAT(ParsePrincipal(name), HasReason("INVALID_PRINCIPAL")) << name;
    EXPECT_THAT(ParsePrincipal(name),
                StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("users/{id}")));
  }
}

TEST(Principal, MessagesEscapeWhatTheyRepeat) {
  EXPECT_THAT(ParsePrincipal("users/\x01").status().message(), HasSubstr("\\x01"));
}

}  // namespace
}  // namespace weft::auth
