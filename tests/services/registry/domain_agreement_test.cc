#include <algorithm>
#include <random>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registry/domain/agreement.h"
#include "tests/testing/errors.h"
#include "tests/testing/seed.h"

namespace weft::registry {
namespace {

using testing::IsError;
using testing::IsOk;
using type::v1::InteractionLevel;

void AddMany(AgreementCounter& counter, int site, int organization, int count) {
  for (int i = 0; i < count; ++i) {
    counter.Add(static_cast<InteractionLevel>(site), static_cast<InteractionLevel>(organization));
  }
}

TEST(Agreement, IsWhatAHandComputes) {
  // Gaps 0, 0, 1, -2: D = 5/4; site's margin 2,3,4,2 and organization's 2,3,3,4 give E = 20/16.
  AgreementCounter counter;
  AddMany(counter, 2, 2, 1);
  AddMany(counter, 3, 3, 1);
  AddMany(counter, 4, 3, 1);
  AddMany(counter, 2, 4, 1);
  const v1::PartnershipAgreement answer = counter.Answer();
  EXPECT_EQ(answer.partnership_count(), 4);
  EXPECT_EQ(answer.both_rated_count(), 4);
  EXPECT_DOUBLE_EQ(answer.exact().value(), 0.5);
  EXPECT_DOUBLE_EQ(answer.exact().low(), 0.5);
  EXPECT_DOUBLE_EQ(answer.exact().high(), 0.5);
  EXPECT_DOUBLE_EQ(answer.within_one().value(), 0.75);
  EXPECT_DOUBLE_EQ(answer.mean_gap().value(), -0.25);
  EXPECT_DOUBLE_EQ(answer.weighted_kappa().value(), 0);
  EXPECT_FALSE(answer.weighted_kappa().has_low());
  ASSERT_EQ(answer.cells_size(), 4);
  EXPECT_EQ(answer.cells(0).level(), type::v1::INTERACTION_LEVEL_NETWORKING);
  EXPECT_EQ(answer.cells(0).organization_level(), type::v1::INTERACTION_LEVEL_NETWORKING);
  EXPECT_EQ(answer.cells(1).organization_level(), type::v1::INTERACTION_LEVEL_COORDINATION);
}

TEST(Agreement, KappaIsWhatAHandComputes) {
  // Gaps 0, 0, 1, -1: D = 2/4; site's margin 2,3,4,2 and organization's 2,3,3,3 give E = 14/16.
  AgreementCounter counter;
  AddMany(counter, 2, 2, 1);
  AddMany(counter, 3, 3, 1);
  AddMany(counter, 4, 3, 1);
  AddMany(counter, 2, 3, 1);
  EXPECT_DOUBLE_EQ(counter.Answer().weighted_kappa().value(), 3.0 / 7);
}

// The 91 couples of Hout, Duncan and Sobel (1987), four ordered answers, as Agresti's "Categorical
// Data Analysis" and R's vcd::SexualFun give them. Kappa with quadratic (Fleiss-Cohen) weights is
// 0.3320.
TEST(Agreement, IsThatOfAPublishedTable) {
  constexpr int kTable[4][4] = {{7, 7, 2, 3}, {2, 8, 3, 7}, {1, 5, 4, 9}, {2, 8, 9, 14}};
  AgreementCounter counter;
  for (int row = 0; row < 4; ++row) {
    for (int column = 0; column < 4; ++column) {
      AddMany(counter, row + 1, column + 1, kTable[row][column]);
    }
  }
  const v1::PartnershipAgreement answer = counter.Answer();
  EXPECT_EQ(answer.both_rated_count(), 91);
  EXPECT_NEAR(answer.weighted_kappa().value(), 0.3320, 0.00005);
  EXPECT_NEAR(answer.exact().value(), 33.0 / 91, 1e-12);
}

// Kappa with quadratic weights is Lin's coefficient of concordance, computed from moments.
TEST(Agreement, KappaIsTheCoefficientOfConcordance) {
  std::mt19937_64 random(testing::TestSeed());
  for (int round = 0; round < 200; ++round) {
    AgreementCounter counter;
    const int n = 2 + static_cast<int>(random() % 40);
    double sum_s = 0, sum_o = 0, sum_ss = 0, sum_oo = 0, sum_so = 0;
    for (int i = 0; i < n; ++i) {
      const int s = 1 + static_cast<int>(random() % 5);
      const int o = 1 + static_cast<int>(random() % 5);
      AddMany(counter, s, o, 1);
      sum_s += s;
      sum_o += o;
      sum_ss += s * s;
      sum_oo += o * o;
      sum_so += s * o;
    }
    const double mean_s = sum_s / n;
    const double mean_o = sum_o / n;
    const double spread = sum_ss / n - mean_s * mean_s + sum_oo / n - mean_o * mean_o +
                          (mean_s - mean_o) * (mean_s - mean_o);
    const v1::PartnershipAgreement answer = counter.Answer();
    if (spread == 0) {
      EXPECT_TRUE(answer.weighted_kappa().has_undefined());
    } else {
      EXPECT_NEAR(answer.weighted_kappa().value(), 2 * (sum_so / n - mean_s * mean_o) / spread,
                  1e-9);
    }
    EXPECT_NEAR(answer.mean_gap().value(), mean_s - mean_o, 1e-9);
  }
}

TEST(Agreement, MissingRatingsLeaveBounds) {
  AgreementCounter counter;
  AddMany(counter, 5, 5, 1);
  AddMany(counter, 4, 0, 1);  // the organization's may be 1 to 5: a gap of -1 to 3
  AddMany(counter, 0, 2, 1);  // the site's may be 1 to 5: a gap of -1 to 3
  AddMany(counter, 0, 0, 1);
  const v1::PartnershipAgreement answer = counter.Answer();
  EXPECT_EQ(answer.partnership_count(), 4);
  EXPECT_EQ(answer.both_rated_count(), 1);
  EXPECT_EQ(answer.site_only_count(), 1);
  EXPECT_EQ(answer.organization_only_count(), 1);
  EXPECT_DOUBLE_EQ(answer.exact().value(), 1);
  EXPECT_DOUBLE_EQ(answer.exact().low(), 1.0 / 3);
  EXPECT_DOUBLE_EQ(answer.exact().high(), 1);
  EXPECT_DOUBLE_EQ(answer.within_one().low(), 1.0 / 3);
  EXPECT_DOUBLE_EQ(answer.mean_gap().value(), 0);
  EXPECT_DOUBLE_EQ(answer.mean_gap().low(), -2.0 / 3);
  EXPECT_DOUBLE_EQ(answer.mean_gap().high(), 2);
  EXPECT_EQ(answer.weighted_kappa().undefined().reason(), type::v1::UNDEFINED_REASON_CONSTANT);
}

// Whatever the missing ratings are, the numbers lie inside the bounds, which some of them reach.
TEST(Agreement, BoundsAreThoseOfAllCompletions) {
  struct Tie {
    int site;
    int organization;
  };
  const std::vector<Tie> known = {{1, 2}, {3, 3}, {5, 2}};
  const std::vector<int> site_only = {1, 4};
  const std::vector<int> organization_only = {3};
  AgreementCounter partial;
  for (const Tie& tie : known) AddMany(partial, tie.site, tie.organization, 1);
  for (const int site : site_only) AddMany(partial, site, 0, 1);
  for (const int organization : organization_only) AddMany(partial, 0, organization, 1);
  const v1::PartnershipAgreement bounds = partial.Answer();
  double low[3] = {9, 9, 9};
  double high[3] = {-9, -9, -9};
  for (int a = 1; a <= 5; ++a) {
    for (int b = 1; b <= 5; ++b) {
      for (int c = 1; c <= 5; ++c) {
        AgreementCounter whole;
        for (const Tie& tie : known) AddMany(whole, tie.site, tie.organization, 1);
        AddMany(whole, site_only[0], a, 1);
        AddMany(whole, site_only[1], b, 1);
        AddMany(whole, c, organization_only[0], 1);
        const v1::PartnershipAgreement answer = whole.Answer();
        const double values[3] = {answer.exact().value(), answer.within_one().value(),
                                  answer.mean_gap().value()};
        for (int i = 0; i < 3; ++i) {
          low[i] = std::min(low[i], values[i]);
          high[i] = std::max(high[i], values[i]);
        }
      }
    }
  }
  EXPECT_DOUBLE_EQ(bounds.exact().low(), low[0]);
  EXPECT_DOUBLE_EQ(bounds.exact().high(), high[0]);
  EXPECT_DOUBLE_EQ(bounds.within_one().low(), low[1]);
  EXPECT_DOUBLE_EQ(bounds.within_one().high(), high[1]);
  EXPECT_DOUBLE_EQ(bounds.mean_gap().low(), low[2]);
  EXPECT_DOUBLE_EQ(bounds.mean_gap().high(), high[2]);
}

TEST(Agreement, IsUndefinedWithoutRatingsOfBothSides) {
  AgreementCounter counter;
  EXPECT_EQ(counter.Answer().exact().undefined().reason(), type::v1::UNDEFINED_REASON_NO_DATA);
  EXPECT_FALSE(counter.Answer().exact().has_low());
  AddMany(counter, 3, 0, 2);
  EXPECT_TRUE(counter.Answer().weighted_kappa().has_undefined());
  EXPECT_DOUBLE_EQ(counter.Answer().exact().low(), 0);
  EXPECT_DOUBLE_EQ(counter.Answer().exact().high(), 1);
}

TEST(Agreement, HasALimit) {
  AgreementCounter counter;
  AddMany(counter, 1, 1, static_cast<int>(kMaxAgreementTies));
  EXPECT_THAT(counter.CheckSize(), IsOk());
  AddMany(counter, 1, 1, 1);
  EXPECT_THAT(counter.CheckSize(),
              IsError(absl::StatusCode::kFailedPrecondition, "AGREEMENT_TOO_LARGE"));
}

}  // namespace
}  // namespace weft::registry
