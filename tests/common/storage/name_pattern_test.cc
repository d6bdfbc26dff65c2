#include "common/storage/name_pattern.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/errors.h"

namespace weft::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;
using weft::testing::IsError;
using weft::testing::IsOk;

TEST(NamePattern, GivesTheIdsOfAName) {
  const NamePattern roster("waves/{wave}/roster/{site}");
  EXPECT_EQ(roster.id_count(), 2u);
  const auto ids = roster.Parse("waves/w1/roster/s-2");
  ASSERT_THAT(ids, IsOk());
  EXPECT_THAT(*ids, ElementsAre("w1", "s-2"));
  const NamePattern view("sites/{site}/partnerships/{partnership}/siteView");
  const auto view_ids = view.Parse("sites/a/partnerships/b/siteView");
  ASSERT_THAT(view_ids, IsOk());
  EXPECT_THAT(*view_ids, ElementsAre("a", "b"));
}

TEST(NamePattern, AppendsTheSamePartsToKeys) {
  const NamePattern revision("waves/{wave}/responses/{response}/revisions/{revision:number}");
  for (const char* name :
       {"waves/w1/responses/r-2/revisions/10", "waves/w1/responses/r/revisions/0",
        "waves/w1/responses/r/revisions/01", "waves/w1/responses//revisions/1", "waves//", "",
        "waves/w1/responses/r/revisions", "waves/w1/responses/r/revisions/1/", "waves/w1",
        "waves/w1/answers/r/revisions/1"}) {
    KeyWriter appended(7);
    const absl::Status status = revision.AppendTo(name, appended);
    const auto ids = revision.Parse(name);
    if (!ids.ok()) {
      EXPECT_THAT(status, IsError(absl::StatusCode::kInvalidArgument, "NAME_INVALID")) << name;
      EXPECT_EQ(status.message(), ids.status().message());
      continue;
    }
    ASSERT_THAT(status, IsOk()) << name;
    KeyWriter expected(7);
    for (const std::string& id : *ids) expected.String(id);
    EXPECT_EQ(appended.Build(), expected.Build()) << name;
  }
}

TEST(NamePattern, RefusesOtherShapesAndSaysWhich) {
  const NamePattern roster("waves/{wave}/roster/{site}");
  for (const char* name :
       {"", "/", "waves", "waves/w1", "waves/w1/roster", "waves/w1/roster/", "waves//roster/s",
        "waves/w1/roster/s/", "/waves/w1/roster/s", "Waves/w1/roster/s", "waves/w1/rooster/s"}) {
    const auto ids = roster.Parse(name);
    EXPECT_THAT(ids, IsError(absl::StatusCode::kInvalidArgument, "NAME_INVALID")) << name;
    EXPECT_THAT(std::string(ids.status().message()),
                ::testing::HasSubstr("waves/{wave}/roster/{site}"));
  }
}

TEST(NamePattern, ParentsFixLeadingIds) {
  const NamePattern open("waves/{wave}/responses/{response}/openAnswers/{question}");
  const auto parent = [&](const char* text) { return open.ParseParent(text).value(); };
  EXPECT_THAT(parent(""), IsEmpty());
  EXPECT_THAT(parent("waves/w1"), ElementsAre(Optional(std::string("w1"))));
  EXPECT_THAT(parent("waves/-/responses/r"), ElementsAre(std::nullopt, Optional(std::string("r"))));
  for (const char* text : {"sites/w1", "waves", "waves/", "waves/w1/responses", "waves/w1/x/r",
                           "waves/a/responses/b/openAnswers/c/d"}) {
    EXPECT_THAT(open.ParseParent(text),
                IsError(absl::StatusCode::kInvalidArgument, "PARENT_INVALID"))
        << text;
  }
}

}  // namespace
}  // namespace weft::storage
