#include "common/service/field_mask.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "tests/common/storage/thing.pb.h"
#include "tests/testing/errors.h"
#include "tests/testing/proto_matchers.h"

namespace weft::service {
namespace {

using storage::test::Thing;
using ::testing::HasSubstr;
using weft::testing::EqualsProto;
using weft::testing::IsError;
using weft::testing::IsOk;
using weft::testing::Violates;
using weft::testing::Violation;

Thing Parse(const std::string& text) {
  Thing thing;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &thing));
  return thing;
}

google::protobuf::FieldMask Mask(const std::vector<std::string>& paths) {
  google::protobuf::FieldMask mask;
  for (const std::string& path : paths) mask.add_paths(path);
  return mask;
}

class FieldMaskTest : public ::testing::Test {
 protected:
  absl::Status Apply(const std::vector<std::string>& paths, const std::string& from,
                     const MaskRules& rules = {}) {
    return ApplyUpdateMask(Mask(paths), Parse(from), into_, rules);
  }

  Thing into_ = Parse(R"pb(
    name: "things/a"
    uid: "u"
    etag: "e"
    title: "old"
    owner: "amara"
    tags: "x"
    tags: "y"
    counts { key: "k" value: 1 }
    detail {
      text: "old"
      number: 1
      inner { text: "deep" }
    }
  )pb");
  const Thing before_ = into_;
};

TEST_F(FieldMaskTest, CopiesWhatIsNamed) {
  ASSERT_THAT(Apply({"title"}, R"pb(title: "new" owner: "new")pb"), IsOk());
  EXPECT_EQ(into_.title(), "new");
  EXPECT_EQ(into_.owner(), "amara");
}

TEST_F(FieldMaskTest, ClearsWhatIsNamedAndNotSet) {
  ASSERT_THAT(Apply({"owner", "tags", "counts", "detail"}, ""), IsOk());
  EXPECT_EQ(into_.owner(), "");
  EXPECT_EQ(into_.tags_size(), 0);
  EXPECT_EQ(into_.counts_size(), 0);
  EXPECT_FALSE(into_.has_detail());
  EXPECT_EQ(into_.title(), "old");
}

TEST_F(FieldMaskTest, ReplacesListsMapsAndMessagesWhole) {
  ASSERT_THAT(Apply({"tags", "counts", "detail"},
                    R"pb(tags: "z"
                         counts { key: "m" value: 2 }
                         detail { number: 2 })pb"),
              IsOk());
  ASSERT_EQ(into_.tags_size(), 1);
  EXPECT_EQ(into_.tags(0), "z");
  EXPECT_EQ(into_.counts_size(), 1);
  EXPECT_EQ(into_.counts().at("m"), 2);
  EXPECT_THAT(into_.detail(), EqualsProto(R"pb(number: 2)pb"));
}

TEST_F(FieldMaskTest, ReachesIntoMessages) {
  ASSERT_THAT(
      Apply({"detail.number", "detail.inner.text"}, R"pb(detail { text: "ignored" number: 5 })pb"),
      IsOk());
  EXPECT_THAT(into_.detail(), EqualsProto(R"pb(text: "old"
                                               number: 5
                                               inner {})pb"));
  into_.clear_detail();
  ASSERT_THAT(Apply({"detail.inner.number"}, R"pb(detail { inner { number: 3 } })pb"), IsOk());
  EXPECT_THAT(into_.detail(), EqualsProto(R"pb(inner { number: 3 })pb"));
  into_.clear_detail();
  // Clearing what is not there makes nothing.
  ASSERT_THAT(Apply({"detail.inner.number"}, ""), IsOk());
  EXPECT_FALSE(into_.has_detail());
}

TEST_F(FieldMaskTest, NoMaskTakesWhatIsSet) {
  ASSERT_THAT(Apply({}, R"pb(title: "new" tags: "z")pb"), IsOk());
  Thing expected = before_;
  expected.set_title("new");
  expected.clear_tags();
  expected.add_tags("z");
  EXPECT_THAT(into_, EqualsProto(expected));
}

TEST_F(FieldMaskTest, AStarReplacesEverything) {
  ASSERT_THAT(Apply({"*"}, R"pb(title: "new")pb"), IsOk());
  EXPECT_THAT(into_, EqualsProto(R"pb(name: "things/a" uid: "u" etag: "e" title: "new")pb"));
}

TEST_F(FieldMaskTest, UnknownPathsAreRefusedWithTheValidOnes) {
  const absl::Status status = Apply({"title", "titel", "detail.nothing"}, R"pb(title: "new")pb");
  EXPECT_THAT(status, IsError(absl::StatusCode::kInvalidArgument, "UPDATE_MASK_INVALID"));
  EXPECT_THAT(status, Violates("update_mask", "update_mask"));
  EXPECT_THAT(Violation(status, "update_mask"), HasSubstr("name, uid, create_time"));
  EXPECT_THAT(into_, EqualsProto(before_));
  for (const char* path : {"", ".", "title.", "tags.0", "counts.k", "title.x", "*"}) {
    if (std::string(path) == "*") continue;
    EXPECT_THAT(Apply({path}, ""),
                IsError(absl::StatusCode::kInvalidArgument, "UPDATE_MASK_INVALID"))
        << path;
  }
}

TEST_F(FieldMaskTest, WhatIsTheServersIsIgnored) {
  const std::string from =
      R"pb(name: "things/b"
           uid: "v"
           etag: "f"
           title: "new"
           owner: "other"
           detail { text: "new" number: 7 })pb";
  const MaskRules rules{.output_only = {"owner", "detail.number"}};
  for (const auto& paths : std::vector<std::vector<std::string>>{
           {}, {"*"}, {"name", "uid", "etag", "title", "owner", "detail"}}) {
    into_ = before_;
    ASSERT_THAT(Apply(paths, from, rules), IsOk());
    EXPECT_EQ(into_.name(), "things/a");
    EXPECT_EQ(into_.uid(), "u");
    EXPECT_EQ(into_.etag(), "e");
    EXPECT_EQ(into_.owner(), "amara");
    EXPECT_EQ(into_.title(), "new");
    EXPECT_EQ(into_.detail().text(), "new");
    EXPECT_EQ(into_.detail().number(), 1);
  }
}

TEST_F(FieldMaskTest, WhatIsFixedCannotChange) {
  const MaskRules rules{.immutable = {"owner", "detail.number"}};
  const auto fixed = IsError(absl::StatusCode::kInvalidArgument, "FIELD_IMMUTABLE");
  EXPECT_THAT(Apply({"owner"}, R"pb(owner: "other")pb", rules), fixed);
  EXPECT_THAT(Apply({"owner"}, "", rules), fixed);
  EXPECT_THAT(Apply({}, R"pb(owner: "other")pb", rules), fixed);
  EXPECT_THAT(Apply({"detail"}, R"pb(detail { number: 2 })pb", rules), fixed);
  EXPECT_THAT(Apply({"detail"}, R"pb(detail { number: 2 })pb", rules), Violates("detail.number"));
  EXPECT_THAT(into_, EqualsProto(before_));
  // The same value, or none when everything is replaced, changes nothing.
  EXPECT_THAT(Apply({"owner", "title"}, R"pb(owner: "amara" title: "new")pb", rules), IsOk());
  EXPECT_THAT(Apply({"*"}, R"pb(title: "newer")pb", rules), IsOk());
  EXPECT_EQ(into_.owner(), "amara");
  EXPECT_EQ(into_.title(), "newer");
}

}  // namespace
}  // namespace weft::service
