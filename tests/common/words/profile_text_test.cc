#include "common/words/profile_text.h"

#include <string>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

metrics::v1::TypeProfile Type(const std::string& text) {
  metrics::v1::TypeProfile type;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &type)) << text;
  return type;
}

TEST(ProfileTextTest, LevelsOfTies) {
  EXPECT_EQ(RolledUpText(Type("")), "–");
  EXPECT_EQ(RolledUpText(Type("ties { tie_count: 1 } levels: INTERACTION_LEVEL_COORDINATION")),
            "coordination");
  EXPECT_EQ(RolledUpText(Type("ties { tie_count: 2 } levels: INTERACTION_LEVEL_NETWORKING "
                              "levels: INTERACTION_LEVEL_COOPERATION "
                              "lowest: INTERACTION_LEVEL_NETWORKING "
                              "highest: INTERACTION_LEVEL_COOPERATION")),
            "networking or cooperation");
  EXPECT_EQ(RolledUpText(Type("ties { tie_count: 1 level_unknown: 1 } "
                              "lowest: INTERACTION_LEVEL_NO_INTERACTION "
                              "highest: INTERACTION_LEVEL_COLLABORATION")),
            "level not known (no interaction to collaboration)");
}

TEST(ProfileTextTest, NumbersAsTheyWereGiven) {
  EXPECT_EQ(AnsweredCountText(Type("")), "–");
  EXPECT_EQ(AnsweredCountText(Type("answer { count_min: 12 count_max: 12 }")), "12");
  EXPECT_EQ(AnsweredCountText(Type("answer { count_min: 12 count_max: 12 } approximate: true")),
            "~12");
  EXPECT_EQ(AnsweredCountText(Type("answer { count_min: 10 count_max: 15 }")), "10–15");
  EXPECT_EQ(AnsweredCountText(Type("answer { count_min: 20 }")), "20+");
  EXPECT_EQ(AnsweredCountText(Type("answer { count_missing: MISSING_REASON_DONT_KNOW }")),
            "– (dont know)");
  EXPECT_EQ(AnsweredLevelText(Type("answer { level_missing: MISSING_REASON_NOT_ANSWERED }")),
            "– (not answered)");
}

TEST(ProfileTextTest, WhatDiffers) {
  EXPECT_EQ(DifferencesText(Type("")), "");
  EXPECT_EQ(DifferencesText(Type("differences { kind: KIND_LEVEL_DIFFERS level_steps: -2 } "
                                 "differences { kind: KIND_COUNT_DIFFERS count_steps: 1 "
                                 "certain: true }")),
            "answered 2 levels shallower (not certain); answered 1 partner more");
}

}  // namespace
}  // namespace weft
