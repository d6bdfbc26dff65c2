#include "services/ingestion/domain/roster.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ingestion/domain/wave_rules.h"
#include "tests/services/ingestion/example.h"
#include "tests/testing/dates.h"
#include "tests/testing/errors.h"

namespace weft::ingestion {
namespace {

using testing::Day;
using ::testing::ElementsAre;
using testing::IsError;
using testing::IsOk;
using testing::Violates;

registry::v1::Site Site() {
  return FromText<registry::v1::Site>(R"pb(
    name: "sites/site-01"
    display_name: "Springfield"
    neutral_label: "Site 01"
    naming: NAMING_NAMED
    attributes { setting: SETTING_SCHOOL stage: "starting" }
    attributes {
      effective_date { year: 2025 month: 1 day: 15 }
      setting: SETTING_DISTRICT
      stage: "growing"
    }
  )pb");
}

TEST(FreezeSite, TakesTheAttributesOfTheDay) {
  const v1::RosterEntry before = FreezeSite("waves/w1", Site(), {"cohorts/a"}, Day(2025, 1, 14));
  EXPECT_EQ(before.attributes().stage(), "starting");
  const v1::RosterEntry after =
      FreezeSite("waves/w1", Site(), {"cohorts/a", "cohorts/b"}, Day(2025, 1, 15));
  EXPECT_EQ(after.attributes().stage(), "growing");
  EXPECT_EQ(after.name(), "waves/w1/roster/site-01");
  EXPECT_EQ(after.site(), "sites/site-01");
  EXPECT_EQ(after.display_name(), "Springfield");
  EXPECT_EQ(after.neutral_label(), "Site 01");
  EXPECT_EQ(after.naming(), registry::v1::Site::NAMING_NAMED);
  EXPECT_THAT(after.cohorts(), ElementsAre("cohorts/a", "cohorts/b"));
  EXPECT_TRUE(after.active());
}

TEST(FreezeSite, KnowsNoAttributesBeforeTheFirst) {
  registry::v1::Site site = Site();
  site.mutable_attributes()->DeleteSubrange(0, 1);
  EXPECT_FALSE(FreezeSite("waves/w1", site, {}, Day(2025, 1, 14)).has_attributes());
  EXPECT_TRUE(FreezeSite("waves/w1", site, {}, Day(2025, 1, 16)).has_attributes());
}

TEST(ValidateAmendment, NamesEveryProblem) {
  EXPECT_THAT(ValidateAmendment(v1::AmendRosterRequest()), Violates("name", "add_sites", "reason"));
  EXPECT_THAT(ValidateAmendment(FromText<v1::AmendRosterRequest>(R"pb(
                name: "waves/w1"
                add_sites: "sites/a"
                add_sites: "b"
                remove_sites: "sites/a"
                reason: "r"
                effective_date { year: 2025 month: 2 day: 30 })pb")),
              Violates("add_sites[1]", "remove_sites[0]", "effective_date"));
  EXPECT_THAT(ValidateAmendment(FromText<v1::AmendRosterRequest>(
                  "name: 'waves/w1' remove_sites: 'sites/a' reason: 'left the Lab'")),
              IsOk());
}

class AmendmentTest : public ::testing::Test {
 protected:
  AmendmentTest() {
    entry_.set_name("waves/w1/roster/site-01");
    entry_.set_site("sites/site-01");
    entry_.set_active(true);
    amendment_.set_reason("moved");
  }
  v1::RosterEntry entry_;
  v1::RosterAmendment amendment_;
};

TEST_F(AmendmentTest, TakesOffAndPutsBack) {
  ASSERT_THAT(RemoveFromRoster(amendment_, std::nullopt, entry_), IsOk());
  EXPECT_FALSE(entry_.active());
  EXPECT_THAT(RemoveFromRoster(amendment_, std::nullopt, entry_),
              IsError(absl::StatusCode::kFailedPrecondition, "NOT_ON_ROSTER"));
  EXPECT_THAT(RequireOnRoster(entry_, "waves/w1", "sites/site-01"),
              IsError(absl::StatusCode::kFailedPrecondition, "NOT_ON_ROSTER"));
  ASSERT_THAT(AddToRoster(amendment_, entry_), IsOk());
  EXPECT_TRUE(entry_.active());
  EXPECT_EQ(entry_.amendments_size(), 2);
  EXPECT_THAT(AddToRoster(amendment_, entry_),
              IsError(absl::StatusCode::kFailedPrecondition, "ALREADY_ON_ROSTER"));
  EXPECT_THAT(RequireOnRoster(entry_, "waves/w1", "sites/site-01"), IsOk());
  EXPECT_THAT(RequireOnRoster(std::nullopt, "waves/w1", "sites/site-02"),
              IsError(absl::StatusCode::kFailedPrecondition, "NOT_ON_ROSTER"));
}

TEST_F(AmendmentTest, KeepsASiteThatHasAResponse) {
  for (const auto state : {v1::Response::STATE_STARTED, v1::Response::STATE_SUBMITTED,
                           v1::Response::STATE_APPROVED, v1::Response::STATE_RETURNED,
                           v1::Response::STATE_WITHDRAWN, v1::Response::STATE_DECLINED}) {
    v1::Response response;
    response.set_state(state);
    v1::RosterEntry entry = entry_;
    const absl::Status status = RemoveFromRoster(amendment_, response, entry);
    if (state == v1::Response::STATE_WITHDRAWN || state == v1::Response::STATE_DECLINED) {
      EXPECT_THAT(status, IsOk());
    } else {
      EXPECT_THAT(status,
                  IsError(absl::StatusCode::kFailedPrecondition, "ROSTER_SITE_HAS_RESPONSE"));
    }
  }
}

absl::Status Validate(const v1::Wave& wave) {
  FieldViolations violations;
  ValidateWave(wave, "wave", violations);
  return violations.ToStatus();
}

v1::Wave ExampleWave() {
  return FromText<v1::Wave>(R"pb(
    name: "waves/2025-winter"
    display_name: "Winter 2025"
    instrument: "instruments/lab-survey-2024"
    cohorts: "cohorts/2024-2025"
    field_start_date { year: 2025 month: 1 day: 6 }
    field_end_date { year: 2025 month: 3 day: 31 }
    state: STATE_DRAFT
  )pb");
}

TEST(ValidateWave, NamesEveryProblem) {
  EXPECT_THAT(Validate(ExampleWave()), IsOk());
  EXPECT_THAT(Validate(v1::Wave()),
              Violates("wave.display_name", "wave.instrument", "wave.cohorts"));
  v1::Wave wave = ExampleWave();
  wave.add_cohorts("cohorts/2024-2025");
  wave.add_cohorts("2025-2026");
  *wave.mutable_field_start_date() = Day(2025, 4, 1);
  EXPECT_THAT(Validate(wave),
              Violates("wave.cohorts[1]", "wave.cohorts[2]", "wave.field_end_date"));
  *wave.mutable_field_start_date() = Day(2025, 0, 0);
  wave.mutable_cohorts()->DeleteSubrange(1, 2);
  EXPECT_THAT(Validate(wave), Violates("wave.field_start_date"));
}

TEST(WaveState, GoesFromDraftToOpenToClosed) {
  const absl::Time now = absl::FromUnixSeconds(1'737'000'000);  // 2025-01-16 in UTC
  v1::Wave wave = ExampleWave();
  EXPECT_THAT(RequireDraft(wave), IsOk());
  EXPECT_THAT(RequireOpen(wave), IsError(absl::StatusCode::kFailedPrecondition, "WAVE_NOT_OPEN"));
  EXPECT_THAT(RequireOpenOrClosed(wave),
              IsError(absl::StatusCode::kFailedPrecondition, "WAVE_NOT_OPEN"));
  EXPECT_THAT(Open(ExampleInstrument(), 0, now, wave),
              IsError(absl::StatusCode::kFailedPrecondition, "ROSTER_EMPTY"));
  ASSERT_THAT(Open(ExampleInstrument(), 12, now, wave), IsOk());
  EXPECT_EQ(wave.roster_size(), 12);
  EXPECT_EQ(wave.taxonomy(), "taxonomies/lab-2025");
  EXPECT_TRUE(wave.has_open_time());
  EXPECT_THAT(RequireDraft(wave), IsError(absl::StatusCode::kFailedPrecondition, "WAVE_NOT_DRAFT"));
  EXPECT_THAT(RequireOpen(wave), IsOk());

  v1::Wave changed = wave;
  changed.set_display_name("Winter");
  EXPECT_THAT(CheckWaveUpdate(wave, changed), IsOk());
  changed.set_cohorts(0, "cohorts/other");
  EXPECT_THAT(CheckWaveUpdate(wave, changed),
              IsError(absl::StatusCode::kFailedPrecondition, "WAVE_NOT_DRAFT"));

  Close(now, wave);
  EXPECT_TRUE(wave.has_close_time());
  EXPECT_THAT(RequireOpen(wave), IsError(absl::StatusCode::kFailedPrecondition, "WAVE_NOT_OPEN"));
  EXPECT_THAT(RequireOpenOrClosed(wave), IsOk());
}

}  // namespace
}  // namespace weft::ingestion
