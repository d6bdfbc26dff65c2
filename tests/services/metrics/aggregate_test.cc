#include "services/metrics/domain/aggregate.h"

#include <limits>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/metrics/domain/site_record.h"
#include "tests/services/metrics/wave_example.h"
#include "tests/testing/errors.h"

namespace weft::metrics {
namespace {

using store::v1::SiteRecord;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsError;

TEST(HistogramTest, OneFormForOneContent) {
  Histogram histogram = {{3, 1}, {0, 7}, {~uint64_t{0}, 2}, {1000, 5}};
  const std::string bytes = EncodeHistogram(histogram);
  EXPECT_EQ(*DecodeHistogram(bytes), histogram);
  EXPECT_EQ(EncodeHistogram(*DecodeHistogram(bytes)), bytes);
  EXPECT_EQ(EncodeHistogram({}), "");
  EXPECT_TRUE(DecodeHistogram("")->empty());
}

TEST(HistogramTest, RefusesWhatItDidNotMake) {
  const auto decode = [](std::vector<uint64_t> steps, std::vector<uint64_t> counts) {
    store::v1::Histogram message;
    for (const uint64_t step : steps) message.add_key_steps(step);
    for (const uint64_t count : counts) message.add_counts(count);
    return DecodeHistogram(message.SerializeAsString()).status();
  };
  constexpr auto kDataLoss = absl::StatusCode::kDataLoss;
  EXPECT_THAT(decode({1, 2}, {1}), IsError(kDataLoss, "AGGREGATE_CORRUPT"));
  EXPECT_THAT(decode({1}, {0}), IsError(kDataLoss, "AGGREGATE_CORRUPT"));
  EXPECT_THAT(decode({1, 0}, {1, 1}), IsError(kDataLoss, "AGGREGATE_CORRUPT"));
  EXPECT_THAT(DecodeHistogram("\xff\xff").status(), IsError(kDataLoss, "AGGREGATE_CORRUPT"));
}

TEST(HistogramTest, CountsNeverFallBelowZero) {
  Histogram histogram;
  EXPECT_THAT(Apply({0, 5, 2}, histogram), testing::IsOk());
  EXPECT_THAT(Apply({0, 5, -2}, histogram), testing::IsOk());
  EXPECT_TRUE(histogram.empty()) << "nothing is left behind";
  EXPECT_THAT(Apply({0, 5, -1}, histogram),
              IsError(absl::StatusCode::kDataLoss, "AGGREGATE_CORRUPT"));
}

TEST(AggregateKeysTest, PackAndUnpack) {
  const SiteKey site{
      .engaged = 200, .unknown = 17, .missing_depth = 131, .depth_sum = 800, .rating = 13};
  const SiteKey unpacked = SiteKey::Unpack(site.Pack());
  EXPECT_EQ(unpacked.engaged, 200);
  EXPECT_EQ(unpacked.unknown, 17);
  EXPECT_EQ(unpacked.missing_depth, 131);
  EXPECT_EQ(unpacked.depth_sum, 800);
  EXPECT_EQ(unpacked.rating, 13u);
  const DeepKey deep = DeepKey::Unpack(DeepKey{.engaged_known = 200, .open = 3, .deep = 77}.Pack());
  EXPECT_EQ(deep.engaged_known, 200);
  EXPECT_EQ(deep.open, 3);
  EXPECT_EQ(deep.deep, 77);
}

TEST(AggregateKeysTest, NumbersKeepTheirOrder) {
  const double values[] = {-std::numeric_limits<double>::infinity(),
                           -1e300,
                           -2,
                           -1.5,
                           -std::numeric_limits<double>::denorm_min(),
                           0,
                           std::numeric_limits<double>::denorm_min(),
                           0.1,
                           3,
                           1e300};
  uint64_t before = 0;
  for (const double value : values) {
    const uint64_t key = part::NumberKey(value);
    EXPECT_GT(key, before) << value;
    EXPECT_EQ(part::NumberOfKey(key), value);
    before = key;
  }
  EXPECT_EQ(part::NumberKey(-0.0), part::NumberKey(0.0));
}

TEST(ContributionTest, OnlyInvitedSitesCount) {
  WaveBuilder wave(2);
  wave.Add("4/1 0/0 | 3");
  SiteRecord site = BuildSiteRecords(wave.records())[0];
  EXPECT_THAT(ScopesOf(site), ElementsAre("", "cohorts/one"));
  EXPECT_GT(Contribution(site, v1::REVIEW_FLOOR_SUBMITTED).size(), 20u);
  EXPECT_THAT(Contribution(site, v1::REVIEW_FLOOR_APPROVED),
              ElementsAre(Increment{part::kTotals, part::kInvited, 1}));
  site.set_invited(false);
  EXPECT_THAT(Contribution(site, v1::REVIEW_FLOOR_SUBMITTED), IsEmpty());
  EXPECT_THAT(ScopesOf(site), IsEmpty());
}

TEST(ContributionTest, DifferenceLeadsFromOneToTheOther) {
  std::mt19937_64 random(11);
  const ingestion::v1::Instrument instrument = MakeInstrument(6);
  for (int round = 0; round < 200; ++round) {
    SiteRecord before;
    SiteRecord after;
    before.set_invited(round % 5 != 0);
    after.set_invited(round % 7 != 0);
    *before.mutable_submitted() = CountAnswers(instrument, 1, RandomAnswers(instrument, random));
    *after.mutable_submitted() = CountAnswers(instrument, 2, RandomAnswers(instrument, random));
    const auto of = [](const SiteRecord& site) {
      return Contribution(site, v1::REVIEW_FLOOR_SUBMITTED);
    };
    Aggregate aggregate;
    for (const Increment& i : of(before)) ASSERT_TRUE(Apply(i, aggregate.MutablePart(i.part)).ok());
    for (const Increment& i : Difference(of(before), of(after))) {
      EXPECT_NE(i.count, 0);
      ASSERT_TRUE(Apply(i, aggregate.MutablePart(i.part)).ok());
    }
    Aggregate anew;
    for (const Increment& i : of(after)) ASSERT_TRUE(Apply(i, anew.MutablePart(i.part)).ok());
    for (const auto& [part, histogram] : aggregate.parts()) {
      EXPECT_EQ(histogram, anew.Part(part)) << part;
    }
    EXPECT_THAT(Difference(of(after), of(after)), IsEmpty());
  }
}

TEST(SiteRecordTest, WrongKindsOfAnswersAreNoAnswers) {
  const ingestion::v1::Instrument instrument = MakeInstrument(1);
  ingestion::v1::Answers answers;
  for (const char* id : {"stage", "barriers", "students"}) answers.add_items()->set_question(id);
  answers.mutable_items(0)->set_number(3);      // a choice
  answers.mutable_items(2)->mutable_choices();  // a number
  const store::v1::CountedAnswers counted = CountAnswers(instrument, 1, answers);
  for (int item = 0; item < 4; ++item) {
    EXPECT_EQ(counted.items(item).missing(), type::v1::MISSING_REASON_NOT_ANSWERED) << item;
  }
}

}  // namespace
}  // namespace weft::metrics
