#include "services/metrics/domain/site_feedback.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/metrics/wave_example.h"
#include "tests/testing/proto_matchers.h"

namespace weft::metrics {
namespace {

using ::testing::ElementsAre;
using testing::EqualsProto;
using ::testing::IsEmpty;

// Of the site at this place of the roster.
v1::SiteFeedback FeedbackOf(const WaveBuilder& wave, size_t site,
                            const v1::Parameters& parameters = {}) {
  const WaveView view = wave.View(parameters);
  return GiveFeedback(view, view.sites[site]);
}

TEST(SiteFeedbackTest, CountsTheOthersAlone) {
  WaveBuilder wave(3);
  wave.Add("4 2 0 | 2").Add("4 1 3 | 1").Add("2 2 1 | 3").Add("k 0 1").Invite();
  const v1::SiteFeedback feedback = FeedbackOf(wave, 0);
  EXPECT_EQ(feedback.name(), "waves/w1/siteFeedback/s001");
  EXPECT_TRUE(feedback.counted());
  EXPECT_EQ(feedback.sites(), 4);
  // D1: 2; the others have 3, 3 and 1 of two known ones.
  EXPECT_THAT(feedback.numbers(0).others(), EqualsProto("lower: 1 higher: 2"));
  EXPECT_EQ(feedback.numbers(0).median().value(), 2.5);
  EXPECT_EQ(feedback.numbers(0).median().n(), 4);
  // P1: 3; 8/3, 5/3 and 1.
  EXPECT_THAT(feedback.numbers(1).others(), EqualsProto("lower: 3"));
  // The first type: 4; the others 4, 2 and unknown.
  const v1::TypeStanding& first = feedback.partner_types(0);
  EXPECT_THAT(first.level_elsewhere(), EqualsProto("lower: 1 same: 1"));
  EXPECT_EQ(first.presence_elsewhere().numerator(), 2);
  EXPECT_EQ(first.presence_elsewhere().n(), 2);
  EXPECT_EQ(first.presence_elsewhere().base_size(), 3);
  EXPECT_THAT(feedback.common_elsewhere(), ElementsAre("t3"));
  EXPECT_THAT(feedback.uncommon_elsewhere(), IsEmpty());
  EXPECT_THAT(feedback.shared_responsibility_standing(), EqualsProto("lower: 1 higher: 1"));
}

TEST(SiteFeedbackTest, WhatOnlyThisSiteHas) {
  WaveBuilder wave(2);
  wave.Add("1 3").Add("0 3").Add("0 0");
  EXPECT_THAT(FeedbackOf(wave, 0).uncommon_elsewhere(), ElementsAre("t1"));
  // One of two is half: common.
  EXPECT_THAT(FeedbackOf(wave, 2).common_elsewhere(), ElementsAre("t1", "t2"));
}

TEST(SiteFeedbackTest, WhatIsNotKnownStandsNowhere) {
  WaveBuilder wave(2);
  wave.Add("k k").Add("1 2 | 2");
  const v1::SiteFeedback feedback = FeedbackOf(wave, 0);
  EXPECT_TRUE(feedback.numbers(0).value().has_undefined());
  EXPECT_THAT(feedback.numbers(0).others(), EqualsProto(""));
  EXPECT_EQ(feedback.numbers(0).median().value(), 2);
  EXPECT_THAT(feedback.partner_types(0).level_elsewhere(), EqualsProto(""));
  EXPECT_THAT(feedback.shared_responsibility_standing(), EqualsProto(""));
  EXPECT_THAT(feedback.common_elsewhere(), IsEmpty());
}

TEST(SiteFeedbackTest, TheOnlySiteHasNoOthers) {
  const v1::SiteFeedback feedback = FeedbackOf(WaveBuilder(1).Add("2 | 1"), 0);
  EXPECT_THAT(feedback.numbers(0).others(), EqualsProto(""));
  EXPECT_TRUE(feedback.partner_types(0).presence_elsewhere().has_undefined());
  EXPECT_THAT(feedback.common_elsewhere(), IsEmpty());
}

TEST(SiteFeedbackTest, ASiteWithoutAResponseIsNotCounted) {
  WaveBuilder wave(1);
  wave.Add("2").Invite();
  const v1::SiteFeedback feedback = FeedbackOf(wave, 1);
  EXPECT_FALSE(feedback.counted());
  EXPECT_EQ(feedback.sites(), 1);
  EXPECT_THAT(feedback.numbers(), IsEmpty());
}

}  // namespace
}  // namespace weft::metrics
