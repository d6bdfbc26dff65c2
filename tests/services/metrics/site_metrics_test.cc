#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/metrics/domain/compute.h"
#include "tests/services/metrics/wave_example.h"
#include "tests/testing/proto_matchers.h"

namespace weft::metrics {
namespace {

using testing::EqualsProto;

// The only site of a wave.
v1::SiteMetrics Only(const WaveBuilder& wave, const v1::Parameters& parameters = {}) {
  const WaveView view = wave.View(parameters);
  return ComputeSite(view, view.sites.at(0));
}

v1::SiteMetrics Only(const char* answers, const v1::Parameters& parameters = {}) {
  const int types = static_cast<int>(MakeAnswers(answers).partner_cells_size());
  WaveBuilder wave(types);
  wave.Add(answers);
  return Only(wave, parameters);
}

TEST(SiteMetricsTest, EverythingKnown) {
  const v1::SiteMetrics site = Only("4/12 3/2 1/1 0/0 | 3");
  EXPECT_EQ(site.name(), "waves/w1/siteMetrics/s001");
  EXPECT_EQ(site.site(), "sites/s001");
  EXPECT_EQ(site.label(), "Label of s001");
  EXPECT_TRUE(site.counted());
  EXPECT_EQ(site.revision(), 1);
  EXPECT_THAT(site.richness(),
              EqualsProto(R"pb(value: 3 n: 4 base_size: 4 base: BASE_TYPES low: 3 high: 3)pb"));
  EXPECT_THAT(site.coverage(), EqualsProto(R"pb(value: 0.75
                                                n: 4
                                                base_size: 4
                                                base: BASE_TYPES
                                                low: 0.75
                                                high: 0.75
                                                numerator: 3)pb"));
  EXPECT_THAT(site.mean_level_engaged(), EqualsProto(R"pb(value: 2.6666666666666665
                                                          n: 3
                                                          base_size: 3
                                                          base: BASE_ENGAGED
                                                          low: 2.6666666666666665
                                                          high: 2.6666666666666665)pb"));
  EXPECT_THAT(site.mean_level_all(),
              EqualsProto(R"pb(value: 2 n: 4 base_size: 4 base: BASE_TYPES low: 2 high: 2)pb"));
  EXPECT_THAT(site.share_coordination_or_deeper(), EqualsProto(R"pb(value: 0.66666666666666663
                                                                    n: 3
                                                                    base_size: 3
                                                                    base: BASE_ENGAGED
                                                                    low: 0.66666666666666663
                                                                    high: 0.66666666666666663
                                                                    numerator: 2)pb"));
  EXPECT_THAT(site.share_collaboration(), EqualsProto(R"pb(value: 0.33333333333333331
                                                           n: 3
                                                           base_size: 3
                                                           base: BASE_ENGAGED
                                                           low: 0.33333333333333331
                                                           high: 0.33333333333333331
                                                           numerator: 1)pb"));
  EXPECT_THAT(
      site.depth_weighted_breadth(),
      EqualsProto(R"pb(value: 0.5 n: 4 base_size: 4 base: BASE_TYPES low: 0.5 high: 0.5)pb"));
  EXPECT_EQ(site.shared_responsibility(), type::v1::SHARED_RESPONSIBILITY_SIGNIFICANTLY_EVIDENT);
  EXPECT_EQ(site.levels_all().median().value(), 2);
  EXPECT_EQ(site.levels_engaged().median().value(), 3);
  EXPECT_EQ(site.levels_all().median().base(), type::v1::BASE_ALL);
}

TEST(SiteMetricsTest, EveryKindOfMissing) {
  // Engaged without a level; not engaged without a level; engaged; nothing known. So S = 2, u = 1,
  // v = 1, Σ = 2, s = 1, k = 2.
  const v1::SiteMetrics site = Only("k/5 -/0 2/0-5 r/a | k");
  EXPECT_THAT(site.richness(),
              EqualsProto(R"pb(value: 2 n: 3 base_size: 4 base: BASE_TYPES low: 2 high: 3)pb"));
  EXPECT_THAT(site.coverage(), EqualsProto(R"pb(value: 0.5
                                                n: 3
                                                base_size: 4
                                                base: BASE_TYPES
                                                low: 0.5
                                                high: 0.75
                                                numerator: 2)pb"));
  // (2 + 1·2)/(1 + 2) to (2 + 4·2)/(1 + 2)
  EXPECT_THAT(site.mean_level_engaged(), EqualsProto(R"pb(value: 2
                                                          n: 1
                                                          base_size: 2
                                                          base: BASE_ENGAGED
                                                          low: 1.3333333333333333
                                                          high: 3.3333333333333335)pb"));
  // (2 + 1·1)/4 to (2 + 4·2)/4
  EXPECT_THAT(
      site.mean_level_all(),
      EqualsProto(R"pb(value: 1 n: 2 base_size: 4 base: BASE_TYPES low: 0.75 high: 2.5)pb"));
  EXPECT_THAT(site.share_coordination_or_deeper(), EqualsProto(R"pb(value: 0
                                                                    n: 1
                                                                    base_size: 2
                                                                    base: BASE_ENGAGED
                                                                    low: 0
                                                                    high: 0.66666666666666663
                                                                    numerator: 0)pb"));
  EXPECT_THAT(
      site.depth_weighted_breadth(),
      EqualsProto(R"pb(value: 0.25 n: 2 base_size: 4 base: BASE_TYPES low: 0.1875 high: 0.625)pb"));
  EXPECT_EQ(site.shared_responsibility(), type::v1::SHARED_RESPONSIBILITY_UNSPECIFIED);
  EXPECT_EQ(site.shared_responsibility_missing(), type::v1::MISSING_REASON_DONT_KNOW);

  // By the count alone, depth may be 0 where a site is engaged.
  const v1::SiteMetrics by_count = Only("k/5 -/0 2/0-5 r/a", With(v1::ENGAGED_RULE_COUNT_ONLY));
  // S = 1, u = 2, v = 1, Σ = 0, s = 0, k = 1.
  EXPECT_THAT(by_count.richness(),
              EqualsProto(R"pb(value: 1 n: 2 base_size: 4 base: BASE_TYPES low: 1 high: 3)pb"));
  EXPECT_EQ(by_count.mean_level_engaged().undefined().reason(), type::v1::UNDEFINED_REASON_NO_DATA);
  EXPECT_EQ(by_count.mean_level_engaged().low(), 0);
  EXPECT_EQ(by_count.mean_level_engaged().high(), 4);
  EXPECT_EQ(by_count.mean_level_engaged().base_size(), 1);
  EXPECT_THAT(by_count.mean_level_all(),
              EqualsProto(R"pb(value: 0 n: 1 base_size: 4 base: BASE_TYPES low: 0 high: 3)pb"));
}

TEST(SiteMetricsTest, NothingIsKnown) {
  const v1::SiteMetrics site = Only("-/- -/-");
  const auto expect = [](const type::v1::Estimate& estimate, double low, double high) {
    EXPECT_EQ(estimate.undefined().reason(), type::v1::UNDEFINED_REASON_NO_DATA);
    EXPECT_EQ(estimate.n(), 0);
    EXPECT_TRUE(estimate.has_low() && estimate.has_high());
    EXPECT_EQ(estimate.low(), low);
    EXPECT_EQ(estimate.high(), high);
    EXPECT_FALSE(estimate.has_numerator());
  };
  expect(site.richness(), 0, 2);
  expect(site.coverage(), 0, 1);
  expect(site.mean_level_engaged(), 1, 4);
  expect(site.mean_level_all(), 0, 4);
  expect(site.share_coordination_or_deeper(), 0, 1);
  expect(site.share_collaboration(), 0, 1);
  expect(site.depth_weighted_breadth(), 0, 1);
}

TEST(SiteMetricsTest, NoTypeIsEngaged) {
  const v1::SiteMetrics site = Only("0/0 0/0");
  EXPECT_EQ(site.richness().value(), 0);
  EXPECT_EQ(site.mean_level_all().value(), 0);
  // Nothing is engaged and nothing is open: no mean, and no interval either.
  EXPECT_EQ(site.mean_level_engaged().undefined().reason(), type::v1::UNDEFINED_REASON_NO_DATA);
  EXPECT_FALSE(site.mean_level_engaged().has_low());
  EXPECT_FALSE(site.share_collaboration().has_high());
  EXPECT_EQ(site.mean_level_engaged().base_size(), 0);
}

TEST(SiteMetricsTest, NotCounted) {
  WaveBuilder wave(3);
  wave.Invite();
  const v1::SiteMetrics site = Only(wave);
  EXPECT_FALSE(site.counted());
  EXPECT_EQ(site.revision(), 0);
  EXPECT_EQ(site.cells_size(), 0);
  EXPECT_THAT(site.mean_level_engaged(),
              EqualsProto(R"pb(undefined {
                                 reason: UNDEFINED_REASON_NO_DATA
                                 description: "nothing that this number is about has a known answer"
                               }
                               n: 0
                               base_size: 3
                               base: BASE_ENGAGED)pb"));
  EXPECT_EQ(site.richness().base_size(), 3);
  EXPECT_EQ(site.levels_engaged().iqr().base_size(), 3);
  EXPECT_EQ(site.levels_all().shares_size(), 5);
  EXPECT_EQ(site.richness_distance().undefined().reason(), type::v1::UNDEFINED_REASON_NO_DATA);
  EXPECT_EQ(site.shared_responsibility_missing(), type::v1::MISSING_REASON_UNSPECIFIED);
}

TEST(SiteMetricsTest, NoTypes) {
  WaveBuilder wave(0);
  wave.Add("");
  const v1::SiteMetrics site = Only(wave);
  EXPECT_TRUE(site.counted());
  EXPECT_EQ(site.richness().undefined().reason(), type::v1::UNDEFINED_REASON_EMPTY_BASE);
  EXPECT_EQ(site.share_collaboration().undefined().reason(), type::v1::UNDEFINED_REASON_EMPTY_BASE);
  EXPECT_EQ(site.levels_all().median().undefined().reason(), type::v1::UNDEFINED_REASON_EMPTY_BASE);
}

TEST(SiteMetricsTest, FloorsAndStates) {
  WaveBuilder wave(1);
  wave.Add("4/1");
  auto& response = wave.records().responses[0];
  v1::Parameters approved;
  approved.set_floor(v1::REVIEW_FLOOR_APPROVED);
  EXPECT_TRUE(Only(wave).counted());
  EXPECT_FALSE(Only(wave, approved).counted());

  Approve(response);
  EXPECT_TRUE(Only(wave, approved).counted());

  // A second revision is submitted: the approved one still counts as approved.
  wave.records().revisions.push_back(wave.records().revisions[0]);
  auto& second = wave.records().revisions[1];
  second.set_name("waves/w1/responses/s001/revisions/2");
  *second.mutable_answers() = MakeAnswers("1/1");
  response.set_state(ingestion::v1::Response::STATE_SUBMITTED);
  response.set_submitted_revision(2);
  EXPECT_EQ(Only(wave).revision(), 2);
  EXPECT_EQ(Only(wave).mean_level_all().value(), 1);
  EXPECT_EQ(Only(wave, approved).revision(), 1);
  EXPECT_EQ(Only(wave, approved).mean_level_all().value(), 4);

  response.set_state(ingestion::v1::Response::STATE_RETURNED);
  EXPECT_EQ(Only(wave).revision(), 2);
  EXPECT_EQ(Only(wave, approved).revision(), 1);

  for (const auto state :
       {ingestion::v1::Response::STATE_WITHDRAWN, ingestion::v1::Response::STATE_DECLINED}) {
    response.set_state(state);
    EXPECT_FALSE(Only(wave).counted());
    EXPECT_FALSE(Only(wave, approved).counted());
  }
}

TEST(SiteMetricsTest, CellsAsListed) {
  const v1::SiteMetrics site = Only("3/10-15 0/2 k/20+s r/0 4/1s 2/1-4s",
                                    With(v1::ENGAGED_RULE_LEVEL_FIRST, v1::SELF_RULE_EXCLUDE));
  ASSERT_EQ(site.cells_size(), 6);
  EXPECT_THAT(site.cells(0), EqualsProto(R"pb(
                partner_type: "t1"
                engagement: ENGAGEMENT_YES
                level: INTERACTION_LEVEL_COORDINATION
                count_min: 10
                count_max: 15)pb"));
  EXPECT_THAT(site.cells(1), EqualsProto(R"pb(
                partner_type: "t2"
                engagement: ENGAGEMENT_NO
                level: INTERACTION_LEVEL_NO_INTERACTION
                count_min: 2
                count_max: 2
                contradiction: true)pb"));
  EXPECT_THAT(site.cells(2), EqualsProto(R"pb(
                partner_type: "t3"
                engagement: ENGAGEMENT_YES
                level_missing: MISSING_REASON_DONT_KNOW
                count_min: 19)pb"));
  // Not engaged: the depth is known though the level was not given.
  EXPECT_THAT(site.cells(3), EqualsProto(R"pb(
                partner_type: "t4"
                engagement: ENGAGEMENT_NO
                level: INTERACTION_LEVEL_NO_INTERACTION
                count_min: 0
                count_max: 0)pb"));
  EXPECT_THAT(site.cells(4), EqualsProto(R"pb(
                partner_type: "t5"
                engagement: ENGAGEMENT_NO
                level: INTERACTION_LEVEL_NO_INTERACTION
                count_min: 0
                count_max: 0)pb"));
  EXPECT_THAT(site.cells(5), EqualsProto(R"pb(
                partner_type: "t6"
                engagement: ENGAGEMENT_UNKNOWN
                count_min: 0
                count_max: 3)pb"));
  EXPECT_EQ(site.contradictions(), 1);

  const v1::SiteMetrics silent = Only(". | 1");
  EXPECT_EQ(silent.cells_size(), 0) << "K is the number of types, and there are none";
  WaveBuilder wave(1);
  wave.Add(". | 1");
  EXPECT_THAT(Only(wave).cells(0), EqualsProto(R"pb(
                partner_type: "t1"
                engagement: ENGAGEMENT_UNKNOWN
                level_missing: MISSING_REASON_NOT_ANSWERED
                count_missing: MISSING_REASON_NOT_ANSWERED)pb"));
}

TEST(SiteMetricsTest, OnlyNamedSitesAreNamed) {
  WaveBuilder wave(1);
  wave.Add("4/1");
  wave.records().roster[0].set_naming(registry::v1::Site::NAMING_NAMED);
  EXPECT_EQ(Only(wave).label(), "Name of s001");
  wave.records().roster[0].set_naming(registry::v1::Site::NAMING_NEUTRAL);
  EXPECT_EQ(Only(wave).label(), "Label of s001");
}

TEST(SiteMetricsTest, Quadrants) {
  WaveBuilder wave(4);
  wave.Add("4 4 0 0");  // D1 2, P1 4
  wave.Add("1 1 1 1");  // D1 4, P1 1
  wave.Add("2 0 0 0");  // D1 1, P1 2
  wave.Add("3 3 3 2");  // D1 4, P1 11/4
  wave.Add("0 0 0 0");  // P1 undefined
  const WaveView view = wave.View();
  const std::vector<v1::SiteMetrics> sites = ComputeSites(view);
  ASSERT_EQ(sites.size(), 5u);
  // The cuts: D1 of 1 2 4 4 is 3; P1 of 1 2 11/4 4 is 19/8.
  EXPECT_EQ(sites[0].quadrant(), v1::QUADRANT_NARROW_DEEP);
  EXPECT_EQ(sites[1].quadrant(), v1::QUADRANT_BROAD_SHALLOW);
  EXPECT_EQ(sites[2].quadrant(), v1::QUADRANT_NARROW_SHALLOW);
  EXPECT_EQ(sites[3].quadrant(), v1::QUADRANT_BROAD_DEEP);
  EXPECT_EQ(sites[4].quadrant(), v1::QUADRANT_UNSPECIFIED);
  EXPECT_THAT(sites[0].richness_distance(),
              EqualsProto("value: -1 n: 1 base_size: 1 base: BASE_ALL"));
  EXPECT_EQ(sites[0].depth_distance().value(), 4 - 19.0 / 8);
  EXPECT_EQ(sites[3].depth_distance().value(), 3.0 / 8);
  EXPECT_TRUE(sites[4].depth_distance().has_undefined());
  const v1::QuadrantSummary quadrants = Summarize(view).quadrants();
  EXPECT_THAT(quadrants.richness_cut(), EqualsProto("value: 3 n: 4 base_size: 5 base: BASE_ALL"));
  EXPECT_EQ(quadrants.depth_cut().value(), 19.0 / 8);
  ASSERT_EQ(quadrants.counts_size(), 5);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(quadrants.counts(i).quadrant(), i);
    EXPECT_EQ(quadrants.counts(i).sites(), 1);
  }
}

TEST(SiteMetricsTest, AtTheCutIsBroadAndDeep) {
  const v1::SiteMetrics site = Only("3/1 0/0");
  EXPECT_EQ(site.quadrant(), v1::QUADRANT_BROAD_DEEP);
  EXPECT_EQ(site.richness_distance().value(), 0);
}

}  // namespace
}  // namespace weft::metrics
