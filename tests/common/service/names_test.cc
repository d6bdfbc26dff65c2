#include "common/service/names.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/errors.h"

namespace weft::service {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using weft::testing::IsError;
using weft::testing::IsOk;
using weft::testing::Violates;
using weft::testing::Violation;

TEST(Names, GiveTheirIds) {
  const auto ids = ParseName("waves/{wave}/roster/{site}", "waves/w1/roster/s2");
  ASSERT_THAT(ids, IsOk());
  EXPECT_THAT(*ids, ElementsAre("w1", "s2"));
  const auto revision = ParseName("responses/{r}/revisions/{n:number}", "responses/a/revisions/12");
  ASSERT_THAT(revision, IsOk());
  EXPECT_THAT(*revision, ElementsAre("a", "12"));
}

TEST(Names, ErrorsNameTheFieldAndTheForm) {
  const auto ids = ParseName("sites/{site}", "wave/1", "site");
  EXPECT_THAT(ids, IsError(absl::StatusCode::kInvalidArgument, "NAME_INVALID"));
  EXPECT_THAT(ids.status(), Violates("site"));
  EXPECT_THAT(Violation(ids.status(), "site"), HasSubstr("sites/{site}"));
}

TEST(Names, IdsAreChosenOrMadeUp) {
  EXPECT_THAT(*IdForCreate("site-01", "site_id"), "site-01");
  const auto made_up = IdForCreate("", "site_id");
  ASSERT_THAT(made_up, IsOk());
  EXPECT_TRUE(ValidId(*made_up));
  EXPECT_NE(*made_up, *IdForCreate("", "site_id"));
  for (const char* id : {"-a", "a-", "A", "a_b", "a/b", "ä", "-", " "}) {
    EXPECT_FALSE(ValidId(id)) << id;
    EXPECT_THAT(IdForCreate(id, "site_id"),
                IsError(absl::StatusCode::kInvalidArgument, "ID_INVALID"));
  }
  EXPECT_TRUE(ValidId("7"));
  EXPECT_TRUE(ValidId(std::string(63, 'a')));
  EXPECT_FALSE(ValidId(std::string(64, 'a')));
}

}  // namespace
}  // namespace weft::service
