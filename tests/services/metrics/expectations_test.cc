#include "services/metrics/domain/expectations.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/metrics/expectation_example.h"

namespace weft::metrics {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Result = v1::ExpectationResult;

// Everything is known: t1 4 3 3 2, t2 0 0 1 4; ratings 1 2 3 3; five invited.
FigureData KnownWave() {
  WaveBuilder wave(2);
  wave.Add("4 0 | 1").Add("3 0 | 2").Add("3 1 | 3").Add("2 4 | 3").Invite();
  return InputOf(wave);
}

struct Case {
  const char* metric;
  // The number that KnownWave() has.
  double value;
  const char* text;
};

constexpr Case kCases[] = {
    {"metric: METRIC_RESPONSE_RATE", 0.8, "4 of 5 (80 %)"},
    {"metric: METRIC_TYPE_COUNT", 2, "2"},
    {"metric: METRIC_RICHNESS_MEAN", 1.5, "1.5 (4 sites)"},
    {"metric: METRIC_RICHNESS_MEDIAN", 1.5, "1.5 (4 sites)"},
    {"metric: METRIC_RICHNESS_MIN", 1, "1 (4 sites)"},
    {"metric: METRIC_RICHNESS_MAX", 2, "2 (4 sites)"},
    {"metric: METRIC_SITE_RICHNESS site: 'sites/s003'", 2, "2 of 2 types"},
    {"metric: METRIC_PRESENCE partner_types: 't2'", 0.5, "2 of 4 (50 %)"},
    {"metric: METRIC_LEVEL_SHARE partner_types: 't1' level: INTERACTION_LEVEL_COORDINATION", 0.5,
     "2 of 4 (50 %)"},
    {"metric: METRIC_LEVEL_SHARE partner_types: 't2' level: INTERACTION_LEVEL_COLLABORATION "
     "base: BASE_ENGAGED",
     0.5, "1 of 2 (50 %)"},
    {"metric: METRIC_RATING_SHARE rating: SHARED_RESPONSIBILITY_SIGNIFICANTLY_EVIDENT", 0.5,
     "2 of 4 (50 %)"},
    {"metric: METRIC_RATING_AT_LEAST_SHARE rating: SHARED_RESPONSIBILITY_NOT_EVIDENT", 1,
     "4 of 4 (100 %)"},
    {"metric: METRIC_RATING_AT_LEAST_SHARE rating: SHARED_RESPONSIBILITY_MODERATELY_EVIDENT", 0.75,
     "3 of 4 (75 %)"},
    {"metric: METRIC_RATING_AT_LEAST_SHARE rating: SHARED_RESPONSIBILITY_SIGNIFICANTLY_EVIDENT",
     0.5, "2 of 4 (50 %)"},
};

TEST(ExpectationsTest, EachMetricInEachComparison) {
  const FigureData input = KnownWave();
  for (const Case& each : kCases) {
    const char* const metric = each.metric;
    const double value = each.value;
    const char* const text = each.text;
    const auto verdict = [&](const char* comparison, double claimed) {
      const Result result =
          CheckOne(input, absl::StrCat("metric {", metric, "} number { comparison: COMPARISON_",
                                       comparison, " value: ", claimed, "}"));
      EXPECT_THAT(result.observations(), ::testing::SizeIs(1));
      EXPECT_EQ(result.observations(0).estimate().value(), value) << metric;
      EXPECT_EQ(result.observations(0).text(), text) << metric;
      EXPECT_EQ(result.observations(0).verdict(), result.verdict()) << metric;
      // Nothing is missing, so nothing is open.
      EXPECT_TRUE(result.has_settled() && result.settled()) << metric << " " << comparison;
      return result.verdict();
    };
    const double less = value - 0.25, more = value + 0.25;
    EXPECT_EQ(verdict("EQUAL", value), Result::VERDICT_HOLDS) << metric;
    EXPECT_EQ(verdict("EQUAL", more), Result::VERDICT_FAILS) << metric;
    EXPECT_EQ(verdict("AT_LEAST", value), Result::VERDICT_HOLDS) << metric;
    EXPECT_EQ(verdict("AT_LEAST", more), Result::VERDICT_FAILS) << metric;
    EXPECT_EQ(verdict("AT_MOST", value), Result::VERDICT_HOLDS) << metric;
    EXPECT_EQ(verdict("AT_MOST", less), Result::VERDICT_FAILS) << metric;
    EXPECT_EQ(verdict("GREATER_THAN", less), Result::VERDICT_HOLDS) << metric;
    EXPECT_EQ(verdict("GREATER_THAN", value), Result::VERDICT_FAILS) << metric;
    EXPECT_EQ(verdict("LESS_THAN", more), Result::VERDICT_HOLDS) << metric;
    EXPECT_EQ(verdict("LESS_THAN", value), Result::VERDICT_FAILS) << metric;
  }
}

TEST(ExpectationsTest, TauBHasNoIntervalAndIsNeverSettled) {
  const FigureData input = KnownWave();
  for (const char* metric : {"METRIC_TAU_B_RICHNESS", "METRIC_TAU_B_DEPTH"}) {
    for (const auto& [comparison, holds] :
         {std::pair("GREATER_THAN", true), std::pair("LESS_THAN", false)}) {
      const Result result = CheckOne(
          input, absl::StrCat("metric { metric: ", metric, "} number { comparison: COMPARISON_",
                              comparison, " value: -0.99 }"));
      EXPECT_EQ(result.verdict(), holds ? Result::VERDICT_HOLDS : Result::VERDICT_FAILS);
      EXPECT_FALSE(result.has_settled());
    }
  }
}

TEST(ExpectationsTest, RoundsHalfUpBeforeComparing) {
  const FigureData input = KnownWave();
  const auto verdict = [&](const char* claim) {
    return CheckOne(input,
                    absl::StrCat("metric { metric: METRIC_RICHNESS_MEAN } number {", claim, "}"))
        .verdict();
  };
  EXPECT_EQ(verdict("comparison: COMPARISON_EQUAL value: 2 decimals: 0"), Result::VERDICT_HOLDS);
  EXPECT_EQ(verdict("comparison: COMPARISON_EQUAL value: 1 decimals: 0"), Result::VERDICT_FAILS);
  EXPECT_EQ(verdict("comparison: COMPARISON_EQUAL value: 1.5 decimals: 1"), Result::VERDICT_HOLDS);
  EXPECT_EQ(verdict("comparison: COMPARISON_LESS_THAN value: 2 decimals: 0"),
            Result::VERDICT_FAILS);
}

TEST(ExpectationsTest, NumeratorsAndUnits) {
  const FigureData input = KnownWave();
  const auto verdict = [&](const char* claim) {
    return CheckOne(input, absl::StrCat("metric { metric: METRIC_PRESENCE partner_types: 't2' }"
                                        " number { comparison: COMPARISON_EQUAL ",
                                        claim, "}"))
        .verdict();
  };
  EXPECT_EQ(verdict("value: 2 quantity: QUANTITY_NUMERATOR"), Result::VERDICT_HOLDS);
  EXPECT_EQ(verdict("value: 2 quantity: QUANTITY_NUMERATOR n: 4"), Result::VERDICT_HOLDS);
  EXPECT_EQ(verdict("value: 2 quantity: QUANTITY_NUMERATOR n: 5"), Result::VERDICT_FAILS);
  EXPECT_EQ(verdict("value: 0.5 quantity: QUANTITY_VALUE n: 4"), Result::VERDICT_HOLDS);
}

TEST(ExpectationsTest, ModesMustBeAlone) {
  const FigureData input = KnownWave();
  Result result = CheckOne(input,
                           "metric { metric: METRIC_LEVEL_MODE partner_types: 't1' } "
                           "mode { level: INTERACTION_LEVEL_COORDINATION n: 4 }");
  EXPECT_EQ(result.verdict(), Result::VERDICT_HOLDS);
  EXPECT_EQ(result.observations(0).text(), "coordination: 2 of 4 (50 %)");
  EXPECT_EQ(result.observations(0).estimate().numerator(), 2);
  EXPECT_THAT(result.observations(0).modes(),
              ElementsAre(type::v1::INTERACTION_LEVEL_COORDINATION));
  EXPECT_TRUE(result.settled());

  result = CheckOne(input,
                    "metric { metric: METRIC_LEVEL_MODE partner_types: 't1' } "
                    "mode { level: INTERACTION_LEVEL_COORDINATION n: 5 }");
  EXPECT_EQ(result.verdict(), Result::VERDICT_FAILS);

  result = CheckOne(input,
                    "metric { metric: METRIC_LEVEL_MODE partner_types: 't2' base: BASE_ENGAGED } "
                    "mode { level: INTERACTION_LEVEL_COLLABORATION }");
  EXPECT_EQ(result.verdict(), Result::VERDICT_FAILS);
  EXPECT_EQ(result.observations(0).text(), "networking and collaboration tie: 1 of 2 (50 %) each");
}

TEST(ExpectationsTest, EveryTypeMustHold) {
  const FigureData input = KnownWave();
  const char* presence =
      "metric { metric: METRIC_PRESENCE partner_types: ['t1', 't2'] } "
      "number { comparison: COMPARISON_AT_LEAST value: ";
  Result result = CheckOne(input, absl::StrCat(presence, "0.5 }"));
  EXPECT_EQ(result.verdict(), Result::VERDICT_HOLDS);
  EXPECT_THAT(result.observations(), ::testing::SizeIs(2));
  EXPECT_EQ(result.observations(1).subject(), "t2");
  result = CheckOne(input, absl::StrCat(presence, "0.75 }"));
  EXPECT_EQ(result.verdict(), Result::VERDICT_FAILS);
  EXPECT_EQ(result.observations(0).verdict(), Result::VERDICT_HOLDS);
  EXPECT_EQ(result.observations(1).verdict(), Result::VERDICT_FAILS);
}

TEST(ExpectationsTest, WithoutAValueNothingIsDetermined) {
  const FigureData input = InputOf(EmptyWave());
  for (const char* metric :
       {"metric: METRIC_RICHNESS_MEAN", "metric: METRIC_RICHNESS_MEDIAN",
        "metric: METRIC_RICHNESS_MIN", "metric: METRIC_RICHNESS_MAX",
        "metric: METRIC_SITE_RICHNESS site: 'sites/s001'",
        "metric: METRIC_PRESENCE partner_types: 't1'",
        "metric: METRIC_LEVEL_SHARE partner_types: 't1' level: INTERACTION_LEVEL_COOPERATION",
        "metric: METRIC_RATING_SHARE rating: SHARED_RESPONSIBILITY_NOT_EVIDENT",
        "metric: METRIC_RATING_AT_LEAST_SHARE rating: SHARED_RESPONSIBILITY_NOT_EVIDENT",
        "metric: METRIC_RATING_AT_LEAST_SHARE rating: SHARED_RESPONSIBILITY_MODERATELY_EVIDENT",
        "metric: METRIC_TAU_B_RICHNESS", "metric: METRIC_TAU_B_DEPTH"}) {
    // "At most" anything: an undefined number must not pass as zero.
    const Result result = CheckOne(
        input,
        absl::StrCat("metric {", metric, "} number { comparison: COMPARISON_AT_MOST value: 100 }"));
    EXPECT_EQ(result.verdict(), Result::VERDICT_UNDETERMINED) << metric;
    EXPECT_FALSE(result.has_settled()) << metric;
    EXPECT_THAT(result.observations(0).text(), HasSubstr("no value: ")) << metric;
  }
  const Result mode = CheckOne(input,
                               "metric { metric: METRIC_LEVEL_MODE partner_types: 't1' } "
                               "mode { level: INTERACTION_LEVEL_NO_INTERACTION }");
  EXPECT_EQ(mode.verdict(), Result::VERDICT_UNDETERMINED);
  EXPECT_THAT(mode.observations(0).modes(), IsEmpty());
  // What has a value has one also here.
  EXPECT_EQ(CheckOne(input,
                     "metric { metric: METRIC_RESPONSE_RATE } "
                     "number { comparison: COMPARISON_EQUAL value: 0 }")
                .verdict(),
            Result::VERDICT_HOLDS);
}

TEST(ExpectationsTest, OneFailureDecidesOneUnknownDoesNot) {
  // t1 is engaged by all; of t2 nothing is known.
  WaveBuilder wave(2);
  wave.Add("4 - | 1").Add("3 - | 2");
  const FigureData input = InputOf(wave);
  const char* both =
      "metric { metric: METRIC_PRESENCE partner_types: ['t1', 't2'] } "
      "number { comparison: COMPARISON_EQUAL value: ";
  EXPECT_EQ(CheckOne(input, absl::StrCat(both, "1 }")).verdict(), Result::VERDICT_UNDETERMINED);
  const Result fails = CheckOne(input, absl::StrCat(both, "0 }"));
  EXPECT_EQ(fails.verdict(), Result::VERDICT_FAILS);
  EXPECT_TRUE(fails.settled());
}

TEST(ExpectationsTest, WithoutAClaimTheValueIsReported) {
  const FigureData input = KnownWave();
  for (const auto& [metric, value, text] : kCases) {
    const Result result = CheckOne(input, absl::StrCat("metric {", metric, "}"));
    EXPECT_EQ(result.verdict(), Result::VERDICT_NOT_STATED);
    EXPECT_EQ(result.observations(0).verdict(), Result::VERDICT_NOT_STATED);
    EXPECT_EQ(result.observations(0).text(), text);
    EXPECT_FALSE(result.has_settled());
    EXPECT_THAT(result.operationalised_as(), HasSubstr("nothing is claimed"));
  }
}

TEST(ExpectationsTest, MissingAnswersAreSaid) {
  const FigureData input = InputOf(SmallWave());
  EXPECT_EQ(CheckOne(input, "metric { metric: METRIC_PRESENCE partner_types: 't2' }")
                .observations(0)
                .text(),
            "5 of 5 (100 %), 2 not known");
  EXPECT_EQ(CheckOne(input, "metric { metric: METRIC_SITE_RICHNESS site: 'sites/s003' }")
                .observations(0)
                .text(),
            "5 of 6 types, 1 not known");
  EXPECT_EQ(CheckOne(input, "metric { metric: METRIC_RICHNESS_MEAN }").observations(0).text(),
            "4.1667 (6 sites, 1 not known)");
}

TEST(ExpectationsTest, ResultsAreCounted) {
  const FigureData input = InputOf(SmallWave());
  const char* mean = "metric { metric: METRIC_RICHNESS_MEAN } number { comparison: COMPARISON_";
  const v1::CheckExpectationsResponse response = CheckExpectations(
      RequestOf({Expect(absl::StrCat(mean, "AT_LEAST value: 1 }")),
                 Expect(absl::StrCat(mean, "AT_LEAST value: 6 }")),
                 Expect("metric { metric: METRIC_SITE_RICHNESS site: 'sites/s008' } "
                        "number { comparison: COMPARISON_EQUAL value: 1 }"),
                 Expect("metric { metric: METRIC_TYPE_COUNT }")}),
      input.summary, input.sites);
  EXPECT_EQ(response.holds(), 1);
  EXPECT_EQ(response.fails(), 2);
  EXPECT_EQ(response.results_size(), 4);
  EXPECT_EQ(response.provenance().wave(), "waves/w1");
}

TEST(ExpectationsTest, OperationalisedAsSaysHowTheClaimIsRead) {
  const FigureData input = InputOf(SmallWave());
  EXPECT_EQ(CheckOne(input,
                     "metric { metric: METRIC_RESPONSE_RATE } number { comparison: "
                     "COMPARISON_EQUAL value: 0.83 decimals: 2 n: 12 }")
                .operationalised_as(),
            "Sites with a counted response over invited sites; it must, rounded half up to 2 "
            "decimals, be 0.83 (83 %), and rest on exactly 12 sites. Counted are sites with a "
            "submitted response.");
  EXPECT_EQ(
      CheckOne(input,
               "metric { metric: METRIC_LEVEL_MODE partner_types: ['t1', 't2'] base: BASE_ENGAGED "
               "} mode { level: INTERACTION_LEVEL_COLLABORATION n: 8 }")
          .operationalised_as(),
      "Most frequent interaction level among the sites that engage the partner type and whose "
      "level is known (\"when present\"); for each type it must be collaboration and no other, "
      "and rest on exactly 8 sites. Counted are sites with a submitted response. A type is engaged "
      "when its level is networking or deeper or, where the level is missing, its count of "
      "partners is above 0; a site's own organization counts as reported.");
  EXPECT_EQ(CheckOne(input,
                     "metric { metric: METRIC_LEVEL_SHARE partner_types: 't1' level: "
                     "INTERACTION_LEVEL_COLLABORATION } number { comparison: "
                     "COMPARISON_GREATER_THAN value: 3 quantity: QUANTITY_NUMERATOR }")
                .operationalised_as(),
            "Share of sites at collaboration, of the counted sites whose level with the partner "
            "type is known, where a type that is not engaged is no interaction; the number of "
            "sites must be more than 3. Counted are sites with a submitted response. A type is "
            "engaged when its level is networking or deeper or, where the level is missing, its "
            "count of partners is above 0; a site's own organization counts as reported.");
  EXPECT_EQ(CheckOne(input,
                     "metric { metric: METRIC_TYPE_COUNT } "
                     "number { comparison: COMPARISON_EQUAL value: 18 }")
                .operationalised_as(),
            "Number of partner types that the wave asked about; it must be 18.");
  EXPECT_EQ(CheckOne(input,
                     "metric { metric: METRIC_RATING_AT_LEAST_SHARE rating: "
                     "SHARED_RESPONSIBILITY_MODERATELY_EVIDENT } "
                     "number { comparison: COMPARISON_AT_LEAST value: 0.8 }")
                .operationalised_as(),
            "Share of sites whose shared responsibility is moderately evident or more (R1), of the "
            "counted sites with a rating; it must be at least 0.8 (80 %). Counted are sites with a "
            "submitted response.");
}

}  // namespace
}  // namespace weft::metrics
