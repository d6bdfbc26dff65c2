#include "services/metrics/domain/aggregate.h"

#include <algorithm>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/metrics/domain/questions.h"
#include "services/metrics/domain/site_record.h"
#include "tests/services/metrics/wave_example.h"
#include "tests/testing/errors.h"

namespace weft::metrics {
namespace {

using store::v1::SiteRecord;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsError;
using ::testing::Pair;

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
  // Zeros that all keys end with are never stored; one shift more than keys have bits.
  EXPECT_THAT(decode({2, 4}, {1, 1}), IsError(kDataLoss, "AGGREGATE_CORRUPT"));
  store::v1::Histogram shifted;
  shifted.add_key_steps(1);
  shifted.add_counts(1);
  shifted.set_key_shift(63);
  EXPECT_THAT(*DecodeHistogram(shifted.SerializeAsString()),
              ElementsAre(Pair(uint64_t{1} << 63, 1)));
  shifted.set_key_shift(64);
  EXPECT_THAT(DecodeHistogram(shifted.SerializeAsString()).status(),
              IsError(kDataLoss, "AGGREGATE_CORRUPT"));
}

TEST(HistogramTest, IsStoredAsItsMessage) {
  store::v1::Histogram message;
  ASSERT_TRUE(message.ParseFromString(EncodeHistogram({{300, 5}, {1000, 200}, {1008, 1}})));
  EXPECT_THAT(message.key_steps(), ElementsAre(75, 175, 2));
  EXPECT_THAT(message.counts(), ElementsAre(5, 200, 1));
  EXPECT_EQ(message.key_shift(), 2u);
  EXPECT_EQ(message.SerializeAsString(), EncodeHistogram({{300, 5}, {1000, 200}, {1008, 1}}));
}

TEST(HistogramTest, TakesManyChangesAtOnce) {
  Histogram histogram = {{2, 1}, {5, 3}, {9, 1}};
  EXPECT_THAT(histogram.Add(std::vector<KeyChange>{{1, 4}, {5, -3}, {9, 1}, {12, 2}}),
              testing::IsOk());
  EXPECT_EQ(histogram, (Histogram{{1, 4}, {2, 1}, {9, 2}, {12, 2}}));
  EXPECT_EQ(histogram.Count(9), 2u);
  EXPECT_EQ(histogram.Count(5), 0u);
  EXPECT_THAT(histogram.Add(std::vector<KeyChange>{{1, 1}, {2, -2}}),
              IsError(absl::StatusCode::kDataLoss, "AGGREGATE_CORRUPT"));
}

TEST(HistogramTest, CountsNeverFallBelowZero) {
  Histogram histogram;
  EXPECT_THAT(Apply({0, 5, 2}, histogram), testing::IsOk());
  EXPECT_THAT(Apply({0, 5, -2}, histogram), testing::IsOk());
  EXPECT_TRUE(histogram.empty()) << "nothing is left behind";
  EXPECT_THAT(Apply({0, 5, -1}, histogram),
              IsError(absl::StatusCode::kDataLoss, "AGGREGATE_CORRUPT"));
}

TEST(DeltaTest, SumsUpAndForgetsWhatCancelsOut) {
  Delta delta;
  delta.Add({{1, 5, 1}, {1, 9, 1}, {7, 0, 2}});
  delta.Add({});
  delta.Add({{0, 3, 1}, {1, 5, -1}, {1, 8, 1}, {7, 0, -1}});
  const std::vector<Delta::Part> parts = delta.Parts();
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(parts[0].id, 0u);
  EXPECT_THAT(parts[0].changes, ElementsAre(KeyChange{3, 1}));
  EXPECT_EQ(parts[1].id, 1u);
  EXPECT_THAT(parts[1].changes, ElementsAre(KeyChange{8, 1}, KeyChange{9, 1}));
  EXPECT_EQ(parts[2].id, 7u);
  EXPECT_THAT(parts[2].changes, ElementsAre(KeyChange{0, 1}));
  delta.Add({{1, 8, -1}, {1, 9, -1}});
  EXPECT_EQ(delta.Parts().size(), 2u);
}

// One by one, as docs/metrics.md defines them.
SiteCounts CountCells(const store::v1::CountedAnswers& answers, const Variant& variant) {
  SiteCounts counts;
  for (const uint32_t code : answers.cells()) {
    const CountedCell cell = CellState(code).Count(variant);
    const bool engaged = cell.engagement == v1::ENGAGEMENT_YES;
    counts.unknown += cell.engagement == v1::ENGAGEMENT_UNKNOWN ? 1 : 0;
    counts.engaged += engaged ? 1 : 0;
    counts.missing_depth += engaged && !cell.depth.has_value() ? 1 : 0;
    if (!engaged) continue;
    counts.depth_sum += cell.depth.value_or(0);
    counts.coordination += cell.depth.value_or(0) >= 3 ? 1 : 0;
    counts.collaboration += cell.depth.value_or(0) == 4 ? 1 : 0;
  }
  return counts;
}

TEST(SiteCountsTest, AreThoseOfEachCellInEachVariant) {
  const auto compare = [](const store::v1::CountedAnswers& answers) {
    const auto all = CountSite(answers);
    for (int i = 0; i < Variant::kCount; ++i) {
      const SiteCounts expected = CountCells(answers, Variant::FromIndex(i));
      EXPECT_EQ(all[i].engaged, expected.engaged);
      EXPECT_EQ(all[i].unknown, expected.unknown);
      EXPECT_EQ(all[i].missing_depth, expected.missing_depth);
      EXPECT_EQ(all[i].depth_sum, expected.depth_sum);
      EXPECT_EQ(all[i].coordination, expected.coordination);
      EXPECT_EQ(all[i].collaboration, expected.collaboration);
    }
  };
  std::mt19937_64 random(3);
  const ingestion::v1::Instrument instrument = MakeInstrument(40);
  for (int round = 0; round < 50; ++round) {
    compare(CountAnswers(instrument, 1, RandomAnswers(instrument, random)));
  }
  // More cells than any taxonomy has types, all as deep as can be.
  ingestion::v1::Answers deep = MakeAnswers("4/1");
  store::v1::CountedAnswers many = CountAnswers(MakeInstrument(1), 1, deep);
  many.mutable_cells()->Resize(5000, many.cells(0));
  compare(many);
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

TEST(QuestionsTest, TheOrderOfAnswersDoesNotMatter) {
  std::mt19937_64 random(5);
  const ingestion::v1::Instrument instrument = MakeInstrument(6);
  const Questions questions(instrument);
  for (int round = 0; round < 100; ++round) {
    ingestion::v1::Answers answers = RandomAnswers(instrument, random);
    const std::string counted = CountAnswers(instrument, 7, answers).SerializeAsString();
    std::shuffle(answers.mutable_partner_cells()->begin(), answers.mutable_partner_cells()->end(),
                 random);
    std::shuffle(answers.mutable_items()->begin(), answers.mutable_items()->end(), random);
    store::v1::CountedAnswers again = CountAnswers(instrument, 1, ingestion::v1::Answers());
    questions.Count(7, answers, again);
    EXPECT_EQ(again.SerializeAsString(), counted) << "nothing is left of what it held";
  }
}

TEST(QuestionsTest, TheFirstAnswerCountsAndUnknownNamesDoNot) {
  ingestion::v1::Answers answers = MakeAnswers("4/1 0/0 | 3");
  answers.mutable_partner_cells()->Add()->CopyFrom(answers.partner_cells(1));
  answers.mutable_partner_cells(2)->set_partner_type("t1");
  ingestion::v1::Answers more = answers;
  more.mutable_partner_cells()->Add()->set_partner_type("nobody");
  more.add_items()->set_question("nothing");
  const ingestion::v1::Instrument instrument = MakeInstrument(2);
  const store::v1::CountedAnswers counted = CountAnswers(instrument, 1, answers);
  EXPECT_EQ(CellState(counted.cells(0)).level(), 4);
  EXPECT_EQ(CellState(counted.cells(1)).level(), 0);
  EXPECT_EQ(CountAnswers(instrument, 1, more).SerializeAsString(), counted.SerializeAsString());
}

}  // namespace
}  // namespace weft::metrics
