#include "services/metrics/domain/expectation_rules.h"

#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/metrics/expectation_example.h"
#include "tests/testing/errors.h"

namespace weft::metrics {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::ViolatedFields;

// The fields that the claim is refused for, without "expectations[0].".
std::vector<std::string> Wrong(absl::string_view text) {
  std::vector<std::string> fields = ViolatedFields(ValidateExpectations(RequestOf({Expect(text)})));
  for (std::string& field : fields) field.erase(0, std::string("expectations[0].").size());
  return fields;
}

TEST(ExpectationRulesTest, OneClaimOfEachMetric) {
  for (const char* text : {
           "metric { metric: METRIC_RESPONSE_RATE } number { comparison: COMPARISON_EQUAL }",
           "metric { metric: METRIC_TYPE_COUNT } number { comparison: COMPARISON_EQUAL value: 18 }",
           "metric { metric: METRIC_RICHNESS_MEAN }",
           "metric { metric: METRIC_RICHNESS_MEDIAN }",
           "metric { metric: METRIC_RICHNESS_MIN }",
           "metric { metric: METRIC_RICHNESS_MAX }",
           "metric { metric: METRIC_SITE_RICHNESS site: 'sites/s001' }",
           "metric { metric: METRIC_PRESENCE partner_types: ['t1', 't2'] }",
           "metric { metric: METRIC_LEVEL_SHARE partner_types: 't1' base: BASE_ENGAGED "
           "level: INTERACTION_LEVEL_COOPERATION }",
           "metric { metric: METRIC_LEVEL_MODE partner_types: 't1' base: BASE_ALL } "
           "mode { level: INTERACTION_LEVEL_COOPERATION n: 3 }",
           "metric { metric: METRIC_RATING_SHARE rating: SHARED_RESPONSIBILITY_NOT_EVIDENT }",
           "metric { metric: METRIC_RATING_AT_LEAST_SHARE "
           "rating: SHARED_RESPONSIBILITY_MODERATELY_EVIDENT }",
           "metric { metric: METRIC_TAU_B_RICHNESS }",
           "metric { metric: METRIC_TAU_B_DEPTH }",
       }) {
    EXPECT_THAT(Wrong(text), IsEmpty()) << text;
  }
}

TEST(ExpectationRulesTest, WhatAMetricNeedsMustBeThere) {
  EXPECT_THAT(Wrong("metric { metric: METRIC_PRESENCE }"), ElementsAre("metric.partner_types"));
  EXPECT_THAT(Wrong("metric { metric: METRIC_LEVEL_SHARE }"),
              ElementsAre("metric.partner_types", "metric.level"));
  EXPECT_THAT(Wrong("metric { metric: METRIC_RATING_SHARE }"), ElementsAre("metric.rating"));
  EXPECT_THAT(Wrong("metric { metric: METRIC_SITE_RICHNESS }"), ElementsAre("metric.site"));
  EXPECT_THAT(Wrong(""), ElementsAre("metric.metric"));
}

TEST(ExpectationRulesTest, WhatAMetricDoesNotTakeIsRefused) {
  EXPECT_THAT(Wrong("metric { metric: METRIC_RICHNESS_MEAN partner_types: 't1' "
                    "level: INTERACTION_LEVEL_COOPERATION base: BASE_ALL "
                    "rating: SHARED_RESPONSIBILITY_NOT_EVIDENT site: 'sites/s001' }"),
              ElementsAre("metric.partner_types", "metric.level", "metric.rating", "metric.site",
                          "metric.base"));
  EXPECT_THAT(Wrong("metric { metric: METRIC_LEVEL_MODE partner_types: 't1' base: BASE_TYPES }"),
              ElementsAre("metric.base"));
  EXPECT_THAT(Wrong("metric { metric: METRIC_SITE_RICHNESS site: 'Site 1' }"),
              ElementsAre("metric.site"));
}

TEST(ExpectationRulesTest, ClaimsFitTheirMetric) {
  EXPECT_THAT(Wrong("metric { metric: METRIC_LEVEL_MODE partner_types: 't1' } "
                    "number { comparison: COMPARISON_EQUAL }"),
              ElementsAre("number"));
  EXPECT_THAT(Wrong("metric { metric: METRIC_PRESENCE partner_types: 't1' } "
                    "mode { level: INTERACTION_LEVEL_COOPERATION }"),
              ElementsAre("mode"));
  EXPECT_THAT(Wrong("metric { metric: METRIC_LEVEL_MODE partner_types: 't1' } mode { n: -1 }"),
              ElementsAre("mode.level", "mode.n"));
  EXPECT_THAT(Wrong("metric { metric: METRIC_RICHNESS_MEAN } "
                    "number { value: inf decimals: 10 quantity: QUANTITY_NUMERATOR n: -1 }"),
              ElementsAre("number.comparison", "number.value", "number.decimals", "number.quantity",
                          "number.n"));
  EXPECT_THAT(Wrong("metric { metric: METRIC_RICHNESS_MEAN } "
                    "number { comparison: COMPARISON_EQUAL value: nan decimals: -1 }"),
              ElementsAre("number.value", "number.decimals"));
}

TEST(ExpectationRulesTest, IdsAreUniqueAndStatementsAreThere) {
  v1::Expectation claim = Expect("metric { metric: METRIC_TYPE_COUNT }");
  v1::Expectation nameless = claim;
  nameless.clear_id();
  nameless.clear_statement();
  EXPECT_THAT(ViolatedFields(ValidateExpectations(RequestOf({claim, nameless, claim}))),
              ElementsAre("expectations[1].id", "expectations[1].statement", "expectations[2].id"));
}

TEST(ExpectationRulesTest, OneToFiveHundred) {
  EXPECT_THAT(ViolatedFields(ValidateExpectations(RequestOf({}))), ElementsAre("expectations"));
  std::vector<v1::Expectation> claims;
  for (int i = 0; i < 500; ++i) {
    claims.push_back(Expect("metric { metric: METRIC_TYPE_COUNT }"));
    claims.back().set_id(absl::StrCat("C", i));
  }
  EXPECT_THAT(ValidateExpectations(RequestOf(claims)), IsOk());
  claims.push_back(claims[0]);
  EXPECT_THAT(ViolatedFields(ValidateExpectations(RequestOf(claims))), ElementsAre("expectations"));
}

TEST(ExpectationRulesTest, TypesAndSitesMustBeTheWavesOwn) {
  const FigureData input = InputOf(SmallWave());
  v1::Expectation types =
      Expect("metric { metric: METRIC_PRESENCE partner_types: ['t1', 'T7', 't1'] }");
  v1::Expectation site = Expect("metric { metric: METRIC_SITE_RICHNESS site: 'sites/s0o1' }");
  const absl::Status status = CheckReferences(RequestOf({types, site}), input.summary, input.sites);
  EXPECT_THAT(ViolatedFields(status), ElementsAre("expectations[0].metric.partner_types[1]",
                                                  "expectations[0].metric.partner_types[2]",
                                                  "expectations[1].metric.site"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("the nearest is"));
  // On the roster without a response is on the roster.
  EXPECT_THAT(CheckReferences(
                  RequestOf({Expect("metric { metric: METRIC_SITE_RICHNESS site: 'sites/s008' }")}),
                  input.summary, input.sites),
              IsOk());
}

TEST(ExpectationRulesTest, SitesAreNeededForSiteRichnessAlone) {
  EXPECT_TRUE(NeedsSites(
      RequestOf({Expect("metric { metric: METRIC_TYPE_COUNT }"),
                 Expect("metric { metric: METRIC_SITE_RICHNESS site: 'sites/s001' }")})));
  EXPECT_FALSE(NeedsSites(RequestOf({Expect("metric { metric: METRIC_TYPE_COUNT }")})));
}

}  // namespace
}  // namespace weft::metrics
