#include "services/metrics/domain/partner_spread.h"

#include <cmath>

#include "gtest/gtest.h"
#include "services/metrics/domain/compute.h"
#include "tests/services/metrics/wave_example.h"
#include "tests/testing/proto_matchers.h"

namespace weft::metrics {
namespace {

using testing::EqualsProto;

v1::PartnerSpread Spread(int types, absl::string_view answers,
                         const v1::Parameters& parameters = {}) {
  const WaveView view = WaveBuilder(types).Add(answers).View(parameters);
  return ComputeSites(view).front().partner_spread();
}

TEST(PartnerSpreadTest, EvenPartnersAreAsDiverseAsTheirTypes) {
  const v1::PartnerSpread spread = Spread(4, "1/5 2/5 3/5 4/5");
  EXPECT_THAT(spread.partners(),
              EqualsProto("value: 20 n: 4 base_size: 4 base: BASE_TYPES low: 20 high: 20"));
  EXPECT_DOUBLE_EQ(spread.shannon().value(), std::log(4));
  EXPECT_EQ(spread.simpson().value(), 0.75);
  EXPECT_DOUBLE_EQ(spread.hill_1().value(), 4);
  EXPECT_EQ(spread.hill_2().value(), 4);
  EXPECT_DOUBLE_EQ(spread.evenness().value(), 1);
  EXPECT_EQ(spread.count_weighted_level().value(), 2.5);
}

TEST(PartnerSpreadTest, AnUnevenCommunity) {
  // Shares .5, .3 and .2: H = 1.0297, 1/D = 1/(.25 + .09 + .04) = 2.6316, J = H / ln 3 = .9372.
  const v1::PartnerSpread spread = Spread(4, "1/5 2/3 4/2 0/0");
  EXPECT_NEAR(spread.shannon().value(), 1.0297, 5e-5);
  EXPECT_NEAR(spread.simpson().value(), 0.62, 1e-12);
  EXPECT_NEAR(spread.hill_1().value(), std::exp(1.0297), 5e-4);
  EXPECT_NEAR(spread.hill_2().value(), 2.6316, 5e-5);
  EXPECT_NEAR(spread.evenness().value(), 0.9372, 1e-4);
  EXPECT_EQ(spread.count_weighted_level().value(), (5 + 6 + 8) / 10.0);
}

TEST(PartnerSpreadTest, WhatIsNotOneNumberIsLeftOutAndTold) {
  // A range, an open end, nothing, and a type that is not engaged, whatever its count.
  const v1::PartnerSpread spread = Spread(6, "1/2-4 2/5+ 3 0 2/~6 k/2");
  EXPECT_THAT(spread.partners(), EqualsProto("value: 8 n: 3 base_size: 6 base: BASE_TYPES"));
  EXPECT_THAT(spread.count_weighted_level(),
              EqualsProto("value: 2 n: 2 base_size: 6 base: BASE_TYPES"));
  EXPECT_FALSE(spread.hill_2().has_low());
}

TEST(PartnerSpreadTest, UndefinedWithoutPartners) {
  const v1::PartnerSpread none = Spread(2, "0/0 0/0");
  EXPECT_EQ(none.partners().value(), 0);
  EXPECT_EQ(none.shannon().undefined().reason(), type::v1::UNDEFINED_REASON_NO_DATA);
  EXPECT_TRUE(none.count_weighted_level().has_undefined());
  const v1::PartnerSpread unknown = Spread(2, "3 2");
  EXPECT_EQ(unknown.partners().undefined().reason(), type::v1::UNDEFINED_REASON_NO_DATA);
  const v1::PartnerSpread one = Spread(2, "3/7 0/0");
  EXPECT_EQ(one.shannon().value(), 0);
  EXPECT_EQ(one.hill_1().value(), 1);
  EXPECT_EQ(one.evenness().undefined().reason(), type::v1::UNDEFINED_REASON_TOO_FEW);
}

TEST(PartnerSpreadTest, TheSiteItselfIsLeftOutWhenAsked) {
  const v1::Parameters parameters = With(v1::ENGAGED_RULE_LEVEL_FIRST, v1::SELF_RULE_EXCLUDE);
  EXPECT_EQ(Spread(2, "3/7s 2/1s").partners().value(), 8);
  EXPECT_EQ(Spread(2, "3/7s 2/1s", parameters).partners().value(), 6);
}

TEST(PartnerSpreadTest, SitesThatAreNotCountedHaveNone) {
  const WaveView view = WaveBuilder(2).Invite().View();
  EXPECT_FALSE(ComputeSites(view).front().has_partner_spread());
}

}  // namespace
}  // namespace weft::metrics
