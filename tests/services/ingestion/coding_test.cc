#include "services/ingestion/domain/coding.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/errors.h"

namespace weft::ingestion {
namespace {

using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using ::testing::SizeIs;

v1::CodedExcerpt Excerpt(const std::string& coder, const std::string& site, const std::string& text,
                         const std::string& code, const std::string& question = "") {
  v1::CodedExcerpt excerpt;
  excerpt.set_coder(coder);
  excerpt.set_site(absl::StrCat("sites/", site));
  excerpt.set_text(text);
  excerpt.set_code(code);
  excerpt.set_question(question);
  return excerpt;
}

CodeTable Table(int both, int first_only, int second_only, int neither) {
  return {.both = both, .first_only = first_only, .second_only = second_only, .neither = neither};
}

type::v1::UndefinedReason Why(const type::v1::Estimate& estimate) {
  EXPECT_TRUE(estimate.has_undefined()) << estimate.DebugString();
  EXPECT_NE(estimate.undefined().description(), "");
  return estimate.undefined().reason();
}

// The worked examples that the article "Cohen's kappa" of Wikipedia gives with these tables: 0.40,
// and two tables with the same observed agreement of 0.60, 0.1304 and 0.2593.
TEST(Kappa, IsThatOfWorkedExamples) {
  EXPECT_NEAR(Kappa(Table(20, 5, 10, 15)).value(), 0.40, 1e-12);
  EXPECT_NEAR(Kappa(Table(45, 15, 25, 15)).value(), 0.1304, 5e-5);
  EXPECT_NEAR(Kappa(Table(25, 35, 5, 35)).value(), 0.2593, 5e-5);
  EXPECT_NEAR(ObservedAgreement(Table(45, 15, 25, 15)).value(), 0.60, 1e-12);
  EXPECT_EQ(ObservedAgreement(Table(45, 15, 25, 15)).numerator(), 60);
  EXPECT_EQ(Kappa(Table(20, 5, 10, 15)).n(), 50);
}

TEST(Kappa, HasItsBounds) {
  EXPECT_DOUBLE_EQ(Kappa(Table(3, 0, 0, 4)).value(), 1);
  EXPECT_DOUBLE_EQ(Kappa(Table(0, 5, 5, 0)).value(), -1);
  // One gives the code always, the other sometimes: no better than chance.
  EXPECT_DOUBLE_EQ(Kappa(Table(3, 4, 0, 0)).value(), 0);
  EXPECT_DOUBLE_EQ(Kappa(Table(0, 0, 3, 4)).value(), 0);
}

TEST(Kappa, IsNoNumberWhereItMeansNothing) {
  EXPECT_EQ(Why(Kappa(Table(0, 0, 0, 0))), type::v1::UNDEFINED_REASON_NO_DATA);
  EXPECT_EQ(Why(ObservedAgreement(Table(0, 0, 0, 0))), type::v1::UNDEFINED_REASON_NO_DATA);
  EXPECT_EQ(Why(Kappa(Table(7, 0, 0, 0))), type::v1::UNDEFINED_REASON_CONSTANT);
  EXPECT_EQ(Why(Kappa(Table(0, 0, 0, 7))), type::v1::UNDEFINED_REASON_CONSTANT);
  EXPECT_EQ(Kappa(Table(7, 0, 0, 0)).n(), 7);
  EXPECT_DOUBLE_EQ(ObservedAgreement(Table(7, 0, 0, 0)).value(), 1);
}

// Computed as fractions. Observed: 7/10, 8/10, 10/10, mean 25/30. Expected of (4,1,2,3): 5*6 + 5*4
// = 50 of 100; of (1,1,1,7): 2*2 + 8*8 = 68 of 100; of (10,0,0,0): 100 of 100; mean 218/300.
// (25/30 - 218/300) / (1 - 218/300) = 32/82. The mean of the first two kappas, 0.4 and 0.375, is
// 0.3875, another number.
TEST(PooledKappa, IsOfMeansAndNotTheMean) {
  const std::vector<CodeTable> tables = {Table(4, 1, 2, 3), Table(1, 1, 1, 7), Table(10, 0, 0, 0)};
  EXPECT_NEAR(Kappa(tables[0]).value(), 0.4, 1e-12);
  EXPECT_NEAR(Kappa(tables[1]).value(), 0.375, 1e-12);
  EXPECT_NEAR(PooledKappa(tables).value(), 32.0 / 82.0, 1e-12);
  EXPECT_EQ(PooledKappa(tables).n(), 10);
  EXPECT_EQ(Why(PooledKappa({})), type::v1::UNDEFINED_REASON_NO_DATA);
  EXPECT_EQ(Why(PooledKappa({Table(3, 0, 0, 0), Table(0, 0, 0, 3)})),
            type::v1::UNDEFINED_REASON_CONSTANT);
}

TEST(Summarize, CountsPassagesOnceForACode) {
  const v1::CodingSummary summary = Summarize({
      Excerpt("ann", "s1", "No buses.", "transport"),
      Excerpt("bob", "s1", " no  BUSES.", "transport"),
      Excerpt("bob", "s1", "No buses.", "money"),
      Excerpt("ann", "s1", "No buses.", "transport", "barriers"),
      Excerpt("ann", "s2", "No buses.", "transport"),
      Excerpt("ann", "s2", "Trees.", "hope"),
  });
  EXPECT_EQ(summary.passage_count(), 4);
  EXPECT_EQ(summary.site_count(), 2);
  ASSERT_THAT(summary.codes(), SizeIs(3));
  EXPECT_EQ(summary.codes(0).code(), "hope");
  EXPECT_EQ(summary.codes(2).code(), "transport");
  EXPECT_EQ(summary.codes(2).passage_count(), 3);
  ASSERT_THAT(summary.codes(2).sites(), SizeIs(2));
  EXPECT_EQ(summary.codes(2).sites(0).site(), "sites/s1");
  EXPECT_EQ(summary.codes(2).sites(0).passage_count(), 2);
  ASSERT_THAT(summary.co_occurrences(), SizeIs(1));
  EXPECT_EQ(summary.co_occurrences(0).code(), "money");
  EXPECT_EQ(summary.co_occurrences(0).other_code(), "transport");
  EXPECT_EQ(summary.co_occurrences(0).passage_count(), 1);
}

TEST(Summarize, ComparesCodersOnWhatBothHaveCoded) {
  std::vector<v1::CodedExcerpt> excerpts;
  // Ten passages that both have coded; code "x" as in Table(4, 1, 2, 3), "rest" where it is not.
  for (int i = 0; i < 10; ++i) {
    const std::string text = absl::StrCat("passage ", i);
    excerpts.push_back(Excerpt("ann", "s1", text, i < 5 ? "x" : "rest"));
    excerpts.push_back(Excerpt("bob", "s1", text, i < 4 || i == 5 || i == 6 ? "x" : "rest"));
  }
  // And one each that the other has not.
  excerpts.push_back(Excerpt("ann", "s1", "alone", "x"));
  excerpts.push_back(Excerpt("bob", "s2", "alone", "x"));
  excerpts.push_back(Excerpt("cem", "s3", "elsewhere", "y"));
  const v1::CodingSummary summary = Summarize(excerpts);
  ASSERT_THAT(summary.agreements(), SizeIs(3));
  const v1::CoderAgreement& pair = summary.agreements(0);
  EXPECT_EQ(pair.coder(), "ann");
  EXPECT_EQ(pair.other_coder(), "bob");
  EXPECT_EQ(pair.passage_count(), 10);
  ASSERT_THAT(pair.codes(), SizeIs(2));
  EXPECT_EQ(pair.codes(1).code(), "x");
  EXPECT_EQ(pair.codes(1).both_count(), 4);
  EXPECT_EQ(pair.codes(1).first_only_count(), 1);
  EXPECT_EQ(pair.codes(1).second_only_count(), 2);
  EXPECT_NEAR(pair.codes(1).kappa().value(), 0.4, 1e-12);
  EXPECT_NEAR(pair.codes(1).observed_agreement().value(), 0.7, 1e-12);
  EXPECT_NEAR(pair.pooled_kappa().value(), 0.4, 1e-12);
  for (int other : {1, 2}) {
    EXPECT_EQ(summary.agreements(other).passage_count(), 0);
    EXPECT_THAT(summary.agreements(other).codes(), IsEmpty());
    EXPECT_EQ(Why(summary.agreements(other).pooled_kappa()), type::v1::UNDEFINED_REASON_NO_DATA);
  }
}

TEST(Summarize, SaysNothingOfNothing) {
  EXPECT_EQ(Summarize({}).DebugString(), "");
  EXPECT_THAT(Summarize({Excerpt("ann", "s1", "a", "x")}).agreements(), IsEmpty());
}

TEST(CheckCodingSize, HasLimits) {
  std::vector<v1::CodedExcerpt> excerpts;
  excerpts.reserve(kMaxCodes + 1);
  for (int i = 0; i < kMaxCoders; ++i) {
    excerpts.push_back(Excerpt(absl::StrCat("c", i), "s1", "a", "x"));
  }
  EXPECT_THAT(CheckCodingSize(excerpts), IsOk());
  excerpts.push_back(Excerpt("one more", "s1", "a", "x"));
  EXPECT_THAT(CheckCodingSize(excerpts),
              IsError(absl::StatusCode::kFailedPrecondition, "CODING_TOO_LARGE"));
  excerpts.clear();
  for (int i = 0; i <= kMaxCodes; ++i) {
    excerpts.push_back(Excerpt("ann", "s1", "a", absl::StrCat("x", i)));
  }
  EXPECT_THAT(CheckCodingSize(excerpts),
              IsError(absl::StatusCode::kFailedPrecondition, "CODING_TOO_LARGE"));
}

}  // namespace
}  // namespace weft::ingestion
