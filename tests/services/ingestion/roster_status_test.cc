#include "services/ingestion/domain/roster_status.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ingestion/domain/response_state.h"
#include "tests/services/ingestion/example.h"
#include "tests/testing/errors.h"

namespace weft::ingestion {
namespace {

using ::testing::ElementsAre;
using testing::IsOk;
using testing::Violates;

// 2025-06-15 15:06:40 UTC.
const absl::Time kNow = absl::FromUnixSeconds(1'750'000'000);
constexpr absl::Duration kDay = absl::Hours(24);

v1::Wave OpenWaveUntil(int day) {
  v1::Wave wave;
  wave.set_name("waves/w1");
  wave.set_state(v1::Wave::STATE_OPEN);
  wave.mutable_field_end_date()->set_year(2025);
  wave.mutable_field_end_date()->set_month(6);
  wave.mutable_field_end_date()->set_day(day);
  return wave;
}

v1::RosterEntry Entry() {
  v1::RosterEntry entry;
  entry.set_name("waves/w1/roster/site-01");
  entry.set_site("sites/site-01");
  entry.set_active(true);
  return entry;
}

TEST(CompletenessTest, CountsEachKindOfMissingApart) {
  const InstrumentIndex instrument(ExampleInstrument());
  v1::Completeness counts = CompletenessOf(instrument, v1::Answers());
  // Three types with count and level, shared responsibility, functions, setting and students.
  EXPECT_EQ(counts.asked(), 10);
  EXPECT_EQ(counts.not_answered(), 10);
  counts = CompletenessOf(instrument, FromText<v1::Answers>(R"pb(
                            partner_cells {
                              partner_type: "cbo"
                              partners { min: 0 max: 0 }
                              level: INTERACTION_LEVEL_NO_INTERACTION
                            }
                            partner_cells {
                              partner_type: "school_district"
                              count_missing: MISSING_REASON_DONT_KNOW
                              level_missing: MISSING_REASON_REFUSED
                              includes_self: true
                            }
                            partner_cells {
                              partner_type: "k12_school"
                              count_missing: MISSING_REASON_NOT_APPLICABLE
                              level_missing: MISSING_REASON_NOT_ASKED
                            }
                            shared_responsibility { missing: MISSING_REASON_DONT_KNOW }
                            items {
                              question: "functions"
                              choices {}
                            }
                          )pb"));
  EXPECT_EQ(counts.not_asked(), 1);
  EXPECT_EQ(counts.asked(), 9);
  EXPECT_EQ(counts.answered(), 3);
  EXPECT_EQ(counts.dont_know(), 2);
  EXPECT_EQ(counts.refused(), 1);
  EXPECT_EQ(counts.not_applicable(), 1);
  EXPECT_EQ(counts.not_answered(), 2);
}

TEST(RosterStatusTest, SaysWhoIsDueAndForHowLong) {
  const InstrumentIndex instrument(ExampleInstrument());
  const auto status = [&](const v1::Wave& wave, const v1::Response* response) {
    return StatusOf(wave, instrument, Entry(), response, kNow);
  };
  EXPECT_TRUE(status(OpenWaveUntil(20), nullptr).due());
  EXPECT_EQ(status(OpenWaveUntil(20), nullptr).days_left(), 5);
  EXPECT_EQ(status(OpenWaveUntil(15), nullptr).days_left(), 0);
  EXPECT_EQ(status(OpenWaveUntil(12), nullptr).days_left(), -3);
  v1::Wave endless = OpenWaveUntil(20);
  endless.clear_field_end_date();
  EXPECT_TRUE(status(endless, nullptr).due());
  EXPECT_FALSE(status(endless, nullptr).has_days_left());
  v1::Wave closed = OpenWaveUntil(20);
  closed.set_state(v1::Wave::STATE_CLOSED);
  EXPECT_FALSE(status(closed, nullptr).due());
  v1::Response response;
  for (const auto& [state, due] :
       std::vector<std::pair<v1::Response::State, bool>>{{v1::Response::STATE_STARTED, true},
                                                         {v1::Response::STATE_RETURNED, true},
                                                         {v1::Response::STATE_SUBMITTED, false},
                                                         {v1::Response::STATE_APPROVED, false},
                                                         {v1::Response::STATE_WITHDRAWN, false},
                                                         {v1::Response::STATE_DECLINED, false}}) {
    response.set_state(state);
    EXPECT_EQ(status(OpenWaveUntil(20), &response).due(), due) << state;
    EXPECT_EQ(status(OpenWaveUntil(20), &response).has_days_left(), due) << state;
  }
}

TEST(RosterStatusTest, SaysHowFreshTheAnswersAre) {
  v1::Response response;
  response.set_name("waves/w1/responses/r1");
  response.set_contributor_count(3);
  response.set_unresolved_count(2);
  *response.mutable_answer_time() = ToProto(kNow - 3 * kDay - absl::Hours(2));
  const v1::RosterStatus status =
      StatusOf(OpenWaveUntil(20), InstrumentIndex(ExampleInstrument()), Entry(), &response, kNow);
  EXPECT_EQ(status.response(), "waves/w1/responses/r1");
  EXPECT_EQ(status.answer_age_days(), 3);
  EXPECT_EQ(status.contributor_count(), 3);
  EXPECT_EQ(status.unresolved_count(), 2);
}

class SeriesTest : public ::testing::Test {
 protected:
  static constexpr int kDays = 8;

  static void Pass(v1::Response::State state, int day, v1::Response& response) {
    response.set_state(state);
    RecordState(kNow + day * kDay, "users/u", response);
  }
  static void Amend(v1::RosterAmendment::Action action, int day, v1::RosterEntry& entry) {
    v1::RosterAmendment& amendment = *entry.add_amendments();
    amendment.set_action(action);
    *amendment.mutable_record_time() = ToProto(kNow + day * kDay);
  }
  // One letter a day and count: "11110000".
  static std::string Line(const ResponseRateSeries& series,
                          int32_t (v1::ResponseRateDay::*count)() const) {
    const absl::CivilDay first = absl::ToCivilDay(kNow, absl::UTCTimeZone());
    std::string line;
    for (const v1::ResponseRateDay& day :
         series.Days({.first = first, .last = first + kDays - 1})) {
      absl::StrAppend(&line, (day.*count)());
    }
    return line;
  }

  ResponseRateSeries series_{kNow};
};

TEST_F(SeriesTest, FollowsEachChangeOfState) {
  v1::Response response;
  Pass(v1::Response::STATE_STARTED, 1, response);
  Pass(v1::Response::STATE_SUBMITTED, 2, response);
  Pass(v1::Response::STATE_RETURNED, 3, response);
  Pass(v1::Response::STATE_SUBMITTED, 4, response);
  Pass(v1::Response::STATE_APPROVED, 4, response);
  Pass(v1::Response::STATE_WITHDRAWN, 5, response);
  Pass(v1::Response::STATE_STARTED, 6, response);
  series_.Add(Entry(), &response);
  EXPECT_EQ(Line(series_, &v1::ResponseRateDay::invited), "11111111");
  EXPECT_EQ(Line(series_, &v1::ResponseRateDay::started), "01111011");
  EXPECT_EQ(Line(series_, &v1::ResponseRateDay::submitted), "00111000");
  EXPECT_EQ(Line(series_, &v1::ResponseRateDay::returned), "00010000");
  EXPECT_EQ(Line(series_, &v1::ResponseRateDay::approved), "00001000");
  EXPECT_EQ(Line(series_, &v1::ResponseRateDay::withdrawn), "00000100");
}

TEST_F(SeriesTest, AddsUpSitesAndFollowsTheRoster) {
  series_.Add(Entry(), nullptr);
  v1::RosterEntry late = Entry();
  Amend(v1::RosterAmendment::ACTION_ADDED, 2, late);
  v1::Response declined;
  Pass(v1::Response::STATE_DECLINED, 3, declined);
  series_.Add(late, &declined);
  v1::RosterEntry removed = Entry();
  removed.set_active(false);
  Amend(v1::RosterAmendment::ACTION_REMOVED, 4, removed);
  series_.Add(removed, nullptr);
  EXPECT_EQ(Line(series_, &v1::ResponseRateDay::invited), "22332222");
  EXPECT_EQ(Line(series_, &v1::ResponseRateDay::declined), "00011111");
}

TEST_F(SeriesTest, DaysAreTheWavesUnlessOthersAreAskedFor) {
  v1::Wave wave = OpenWaveUntil(20);
  *wave.mutable_open_time() = ToProto(kNow - 3 * kDay);
  v1::GetResponseRateSeriesRequest request;
  absl::StatusOr<DayRange> days = DaysOf(request, wave, kNow);
  ASSERT_THAT(days, IsOk());
  EXPECT_EQ(days->first, absl::CivilDay(2025, 6, 12));
  EXPECT_EQ(days->last, absl::CivilDay(2025, 6, 15));
  request.mutable_start_date()->set_year(2022);
  EXPECT_THAT(DaysOf(request, wave, kNow).status(), Violates("start_date"));
  request.mutable_start_date()->set_month(1);
  request.mutable_start_date()->set_day(1);
  EXPECT_THAT(DaysOf(request, wave, kNow).status(), Violates("end_date"));
  *request.mutable_end_date() = request.start_date();
  days = DaysOf(request, wave, kNow);
  ASSERT_THAT(days, IsOk());
  EXPECT_EQ(days->first, days->last);
  request.mutable_end_date()->set_year(2021);
  EXPECT_THAT(DaysOf(request, wave, kNow).status(), Violates("end_date"));
}

TEST(StateChangesTest, KeepTheFirstAndTheLast) {
  v1::Response response;
  for (int i = 0; i < 130; ++i) {
    response.set_state(i % 2 == 0 ? v1::Response::STATE_STARTED : v1::Response::STATE_SUBMITTED);
    response.set_revision(i);
    RecordState(kNow + i * kDay, "users/u", response);
    RecordState(kNow + i * kDay, "users/u", response);
  }
  ASSERT_EQ(response.state_changes_size(), 100);
  EXPECT_EQ(response.state_changes(0).revision(), 0);
  EXPECT_EQ(response.state_changes(49).revision(), 49);
  EXPECT_EQ(response.state_changes(50).revision(), 80);
  EXPECT_EQ(response.state_changes(99).revision(), 129);
}

}  // namespace
}  // namespace weft::ingestion
