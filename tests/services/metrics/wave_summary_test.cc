#include <cmath>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/metrics/domain/compute.h"
#include "tests/services/metrics/wave_example.h"
#include "tests/testing/proto_matchers.h"

namespace weft::metrics {
namespace {

using ::testing::ElementsAre;
using testing::EqualsProto;

// Four invited, three of them counted; see site_metrics_test.cc for the first two.
WaveBuilder Example() {
  WaveBuilder wave(4);
  wave.Add("4/12 3/2 1/1 0/0 | 3");
  wave.Add("k/5 -/0 2/0-5 r/a | 2");
  wave.Invite();
  wave.Add("| r");
  return wave;
}

std::vector<std::string> Missing(
    const google::protobuf::RepeatedPtrField<v1::MissingCount>& counts) {
  std::vector<std::string> texts;
  for (const v1::MissingCount& count : counts) {
    texts.push_back(type::v1::MissingReason_Name(count.reason()).substr(15) + " " +
                    std::to_string(count.count()));
  }
  return texts;
}

TEST(WaveSummaryTest, SaysWhatItIsOf) {
  WaveView view = Example().View();
  view.computed_through.set_registry("r");
  view.computed_through.set_ingestion("i");
  const v1::WaveSummary summary = Summarize(view);
  EXPECT_EQ(summary.name(), "waves/w1/summary");
  EXPECT_EQ(summary.display_name(), "Wave one");
  EXPECT_EQ(summary.type_count(), 4);
  EXPECT_THAT(summary.provenance(), EqualsProto(R"pb(
                wave: "waves/w1"
                instrument: "instruments/i1"
                taxonomy: "taxonomies/x1"
                parameters {
                  floor: REVIEW_FLOOR_SUBMITTED
                  engaged_rule: ENGAGED_RULE_LEVEL_FIRST
                  self_rule: SELF_RULE_INCLUDE
                }
                computed_through { registry: "r" ingestion: "i" }
                caveats: "descriptive patterns, not evidence of cause"
                caveats: "the same informant rates partnerships and responsibility")pb"));
}

TEST(WaveSummaryTest, ResponseRate) {
  const v1::WaveSummary summary = Summarize(Example().View());
  EXPECT_EQ(summary.invited(), 4);
  EXPECT_EQ(summary.counted(), 3);
  EXPECT_THAT(summary.response_rate(), EqualsProto(R"pb(
                value: 0.75
                n: 4
                base_size: 4
                base: BASE_INVITED
                low: 0.75
                high: 0.75
                numerator: 3)pb"));
}

TEST(WaveSummaryTest, SiteStatistics) {
  const v1::WaveSummary summary = Summarize(Example().View());
  // Values 3, 2; the third is open from 0 to 4, the second from 2 to 3.
  EXPECT_THAT(summary.richness().mean(), EqualsProto(R"pb(
                value: 2.5
                n: 2
                base_size: 3
                base: BASE_ALL
                low: 1.6666666666666667
                high: 3.3333333333333335)pb"));
  EXPECT_THAT(summary.richness().median(),
              EqualsProto(R"pb(
                value: 2.5 n: 2 base_size: 3 base: BASE_ALL low: 2 high: 3)pb"));
  EXPECT_THAT(summary.richness().min(),
              EqualsProto(R"pb(
                value: 2 n: 2 base_size: 3 base: BASE_ALL low: 0 high: 3)pb"));
  EXPECT_THAT(summary.richness().max(),
              EqualsProto(R"pb(
                value: 3 n: 2 base_size: 3 base: BASE_ALL low: 3 high: 4)pb"));
  EXPECT_EQ(summary.coverage().mean().value(), 2.5 / 4);
  // 8/3 and 2; low 8/3, 4/3, 1; high 8/3, 10/3, 4.
  EXPECT_EQ(summary.mean_level_engaged().mean().value(), 7.0 / 3);
  EXPECT_EQ(summary.mean_level_engaged().mean().low(), 5.0 / 3);
  EXPECT_EQ(summary.mean_level_engaged().mean().high(), 10.0 / 3);
  EXPECT_EQ(summary.mean_level_engaged().median().low(), 4.0 / 3);
  // 2 and 1; low 2, 3/4, 0; high 2, 5/2, 4.
  EXPECT_EQ(summary.mean_level_all().mean().value(), 1.5);
  EXPECT_EQ(summary.mean_level_all().mean().low(), 2.75 / 3);
  EXPECT_EQ(summary.mean_level_all().mean().high(), 8.5 / 3);
  EXPECT_EQ(summary.depth_weighted_breadth().max().value(), 0.5);
  // 2/3 and 0; high 2/3, 2/3, 1.
  EXPECT_EQ(summary.share_coordination_or_deeper().mean().value(), 1.0 / 3);
  EXPECT_EQ(summary.share_coordination_or_deeper().mean().low(), 2.0 / 9);
  EXPECT_EQ(summary.share_coordination_or_deeper().mean().high(), 7.0 / 9);
  EXPECT_EQ(summary.share_collaboration().mean().value(), 1.0 / 6);
  EXPECT_FALSE(summary.share_collaboration().mean().has_numerator());
}

TEST(WaveSummaryTest, PartnerTypes) {
  const v1::WaveSummary summary = Summarize(Example().View());
  ASSERT_EQ(summary.partner_types_size(), 4);
  // First type: 4, engaged without a level, unknown.
  const v1::PartnerTypeSummary& first = summary.partner_types(0);
  EXPECT_EQ(first.partner_type(), "t1");
  EXPECT_EQ(first.display_name(), "Type 1");
  EXPECT_THAT(first.presence(), EqualsProto(R"pb(
                value: 1
                n: 2
                base_size: 3
                base: BASE_ALL
                low: 0.66666666666666663
                high: 1
                numerator: 2)pb"));
  EXPECT_EQ(first.levels_all().median().n(), 1);
  EXPECT_EQ(first.levels_all().median().base_size(), 3);
  EXPECT_EQ(first.levels_engaged().median().base_size(), 2);
  EXPECT_THAT(Missing(first.level_missing()), ElementsAre("NOT_ANSWERED 1", "DONT_KNOW 1"));
  EXPECT_THAT(Missing(first.count_missing()), ElementsAre("NOT_ANSWERED 1"));
  // Fourth type: 0, unknown for reasons, unknown.
  const v1::PartnerTypeSummary& fourth = summary.partner_types(3);
  EXPECT_THAT(fourth.presence(), EqualsProto(R"pb(
                value: 0
                n: 1
                base_size: 3
                base: BASE_ALL
                low: 0
                high: 0.66666666666666663
                numerator: 0)pb"));
  EXPECT_THAT(Missing(fourth.level_missing()), ElementsAre("NOT_ANSWERED 1", "REFUSED 1"));
  EXPECT_THAT(Missing(fourth.count_missing()), ElementsAre("NOT_ANSWERED 1", "NOT_ASKED 1"));
  EXPECT_TRUE(fourth.levels_engaged().median().has_undefined());
  EXPECT_EQ(fourth.levels_engaged().median().base_size(), 0);
}

TEST(WaveSummaryTest, SharedResponsibility) {
  const v1::WaveSummary summary = Summarize(Example().View());
  const auto& ratings = summary.shared_responsibility();
  ASSERT_EQ(ratings.shares_size(), 3);
  EXPECT_THAT(ratings.shares(0), EqualsProto(R"pb(
                rating: SHARED_RESPONSIBILITY_NOT_EVIDENT
                share {
                  value: 0
                  n: 2
                  base_size: 3
                  base: BASE_ALL
                  low: 0
                  high: 0.33333333333333331
                  numerator: 0
                })pb"));
  EXPECT_EQ(ratings.shares(2).share().numerator(), 1);
  EXPECT_THAT(ratings.at_least_moderate(), EqualsProto(R"pb(
                value: 1
                n: 2
                base_size: 3
                base: BASE_ALL
                low: 0.66666666666666663
                high: 1
                numerator: 2)pb"));
  EXPECT_THAT(Missing(ratings.missing()), ElementsAre("REFUSED 1"));
}

TEST(WaveSummaryTest, Associations) {
  const v1::WaveSummary summary = Summarize(Example().View());
  ASSERT_EQ(summary.associations_size(), 2);
  EXPECT_THAT(summary.associations(0), EqualsProto(R"pb(
                x: "D1"
                y: "R1"
                tau_b { value: 1 n: 2 base_size: 3 base: BASE_ALL })pb"));
  EXPECT_THAT(summary.associations(1), EqualsProto(R"pb(
                x: "P1"
                y: "R1"
                tau_b { value: 1 n: 2 base_size: 3 base: BASE_ALL })pb"));
}

TEST(WaveSummaryTest, AssociationsTakeSitesWithBoth) {
  WaveBuilder wave(2);
  wave.Add("4 4 | 3");
  wave.Add("0 0 | 1");  // D1 0; P1 engaged has no value
  wave.Add("3 1 | 2");
  wave.Add("3 1");  // no rating
  const v1::WaveSummary summary = Summarize(wave.View());
  // D1: 2 0 2 with 3 1 2: C = 2, one pair tied in x.
  EXPECT_EQ(summary.associations(0).tau_b().value(), 2 / std::sqrt(2.0 * 3.0));
  EXPECT_EQ(summary.associations(0).tau_b().n(), 3);
  EXPECT_EQ(summary.associations(1).tau_b().n(), 2);
  EXPECT_EQ(summary.associations(1).tau_b().base_size(), 4);
}

TEST(WaveSummaryTest, Contradictions) {
  WaveBuilder wave(2);
  wave.Add("0/3 4/0");
  wave.Add("0/0 4/0s");
  EXPECT_EQ(Summarize(wave.View()).contradictions(), 3);
  EXPECT_EQ(
      Summarize(wave.View(With(v1::ENGAGED_RULE_EITHER, v1::SELF_RULE_EXCLUDE))).contradictions(),
      3);
}

TEST(WaveSummaryTest, CohortsAndTheRoster) {
  WaveBuilder wave(1);
  wave.Add("4/1", {"cohorts/one"});
  wave.Add("2/1", {"cohorts/one", "cohorts/two"});
  wave.Invite({"cohorts/two"});
  wave.Add("1/1", {"cohorts/two"});
  wave.records().roster[3].set_active(false);
  const auto counts = [&](const char* cohort) {
    v1::Parameters parameters;
    parameters.set_cohort(cohort);
    const v1::WaveSummary summary = Summarize(wave.View(parameters));
    return std::pair(summary.invited(), summary.counted());
  };
  EXPECT_EQ(counts(""), std::pair(3, 2)) << "a site counts once";
  EXPECT_EQ(counts("cohorts/one"), std::pair(2, 2));
  EXPECT_EQ(counts("cohorts/two"), std::pair(2, 1));
  v1::Parameters one;
  one.set_cohort("cohorts/one");
  EXPECT_EQ(Summarize(wave.View(one)).mean_level_all().mean().value(), 3);
}

TEST(WaveSummaryTest, NobodyHasAnswered) {
  WaveBuilder wave(2);
  wave.Invite();
  const v1::WaveSummary summary = Summarize(wave.View());
  EXPECT_EQ(summary.response_rate().value(), 0);
  EXPECT_TRUE(summary.response_rate().has_value());
  EXPECT_THAT(summary.richness().mean(), EqualsProto(R"pb(
                undefined {
                  reason: UNDEFINED_REASON_NO_DATA
                  description: "nothing that this number is about has a known answer"
                }
                n: 0
                base_size: 0
                base: BASE_ALL)pb"));
  EXPECT_TRUE(summary.partner_types(1).presence().has_undefined());
  EXPECT_FALSE(summary.partner_types(1).presence().has_low());
  EXPECT_TRUE(summary.shared_responsibility().at_least_moderate().has_undefined());
  EXPECT_EQ(summary.associations(0).tau_b().undefined().reason(),
            type::v1::UNDEFINED_REASON_TOO_FEW);
  EXPECT_TRUE(summary.quadrants().depth_cut().has_undefined());
  EXPECT_EQ(summary.quadrants().counts_size(), 5);
}

TEST(WaveSummaryTest, NobodyIsInvited) {
  const v1::WaveSummary summary = Summarize(WaveBuilder(2).View());
  EXPECT_EQ(summary.response_rate().undefined().reason(), type::v1::UNDEFINED_REASON_EMPTY_BASE);
  EXPECT_FALSE(summary.response_rate().has_low());
}

TEST(WaveSummaryTest, AnUndefinedStatisticStillHasItsInterval) {
  WaveBuilder wave(1);
  wave.Add("-");
  const v1::WaveSummary summary = Summarize(wave.View());
  const auto& mean = summary.mean_level_engaged().mean();
  EXPECT_TRUE(mean.has_undefined());
  EXPECT_EQ(mean.low(), 1);
  EXPECT_EQ(mean.high(), 4);
  EXPECT_EQ(mean.base_size(), 1);
}

}  // namespace
}  // namespace weft::metrics
