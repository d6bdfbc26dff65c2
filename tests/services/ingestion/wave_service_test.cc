#include <thread>

#include "tests/services/ingestion/service_fixture.h"

namespace weft::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using testing::Violates;

class WaveServiceTest : public IngestionTest {
 protected:
  static v1::CreateWaveRequest CreateRequest(const std::string& id) {
    v1::CreateWaveRequest request;
    request.set_wave_id(id);
    request.mutable_wave()->set_display_name("Winter 2025");
    request.mutable_wave()->set_instrument("instruments/lab-survey-2024");
    request.mutable_wave()->add_cohorts("cohorts/legacy");
    return request;
  }
  absl::StatusOr<v1::Wave> Open(const std::string& etag = "") {
    v1::OpenWaveRequest request;
    request.set_name("waves/w1");
    request.set_etag(etag);
    return Call<v1::Wave>("WaveService/OpenWave", request);
  }
  absl::StatusOr<v1::Wave> UpdateWave(const v1::Wave& wave) {
    v1::UpdateWaveRequest request;
    *request.mutable_wave() = wave;
    return Call<v1::Wave>("WaveService/UpdateWave", request);
  }
  std::vector<v1::RosterEntry> Roster() {
    v1::ListRosterEntriesRequest request;
    request.set_parent("waves/w1");
    request.set_page_size(1000);
    const auto response =
        Done<v1::ListRosterEntriesResponse>("WaveService/ListRosterEntries", request);
    return {response.roster_entries().begin(), response.roster_entries().end()};
  }
};
WEFT_ON_EVERY_ENGINE(WaveServiceTest);

TEST_P(WaveServiceTest, CreatesADraft) {
  AddLab();
  CreateInstrument();
  v1::CreateWaveRequest request = CreateRequest("w1");
  request.mutable_wave()->set_state(v1::Wave::STATE_OPEN);
  request.mutable_wave()->set_roster_size(99);
  request.mutable_wave()->set_taxonomy("taxonomies/ignored");
  const auto created = CarefulWrite<v1::Wave>("WaveService/CreateWave", request);
  EXPECT_EQ(created.name(), "waves/w1");
  EXPECT_EQ(created.state(), v1::Wave::STATE_DRAFT);
  EXPECT_EQ(created.roster_size(), 0);
  EXPECT_EQ(created.taxonomy(), "");
  EXPECT_THAT(GetWave(), SameAs(created));
  v1::CreateWaveRequest again = CreateRequest("w1");
  EXPECT_THAT(Call<v1::Wave>("WaveService/CreateWave", again),
              IsError(absl::StatusCode::kAlreadyExists, "WAVE_EXISTS"));
}

TEST_P(WaveServiceTest, RefersOnlyToWhatExists) {
  AddLab();
  v1::CreateWaveRequest request = CreateRequest("w1");
  EXPECT_THAT(Call<v1::Wave>("WaveService/CreateWave", request),
              IsError(absl::StatusCode::kNotFound, "INSTRUMENT_NOT_FOUND"));
  CreateInstrument();
  request.mutable_wave()->add_cohorts("cohorts/nobody");
  EXPECT_THAT(Call<v1::Wave>("WaveService/CreateWave", request),
              IsError(absl::StatusCode::kNotFound, "COHORT_NOT_FOUND"));
  request.mutable_wave()->add_cohorts("cohorts/nobody");
  request.set_wave_id("W 1");
  EXPECT_THAT(Call<v1::Wave>("WaveService/CreateWave", request).status(),
              Violates("wave_id", "wave.cohorts[2]"));
}

TEST_P(WaveServiceTest, ListsByName) {
  AddLab();
  CreateInstrument();
  CreateWave("w2");
  CreateWave("w1");
  const auto list = Done<v1::ListWavesResponse>("WaveService/ListWaves", v1::ListWavesRequest());
  ASSERT_EQ(list.waves_size(), 2);
  EXPECT_EQ(list.waves(0).name(), "waves/w1");
}

TEST_P(WaveServiceTest, ChangesADraft) {
  AddLab();
  CreateInstrument();
  const v1::Wave created = CreateWave();
  v1::UpdateWaveRequest request;
  request.mutable_wave()->set_name("waves/w1");
  request.mutable_wave()->add_cohorts("cohorts/new");
  const auto changed = CarefulWrite<v1::Wave>("WaveService/UpdateWave", request);
  EXPECT_THAT(changed.cohorts(), ElementsAre("cohorts/new"));

  v1::Wave stale = created;
  stale.set_display_name("Stale");
  EXPECT_THAT(UpdateWave(stale), IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  v1::Wave unknown = changed;
  unknown.set_instrument("instruments/nothing");
  EXPECT_THAT(UpdateWave(unknown), IsError(absl::StatusCode::kNotFound, "INSTRUMENT_NOT_FOUND"));
  v1::Wave invalid = changed;
  invalid.mutable_field_start_date()->set_year(2025);
  EXPECT_THAT(UpdateWave(invalid).status(), Violates("wave.field_start_date"));
}

TEST_P(WaveServiceTest, DeletesADraftOnly) {
  AddLab();
  CreateInstrument();
  PublishInstrument();
  CreateWave();
  v1::DeleteWaveRequest request;
  request.set_name("waves/w1");
  CarefulWrite<Empty>("WaveService/DeleteWave", request);
  CreateWave();
  OpenWave();
  request.clear_request_id();
  EXPECT_THAT(Call<Empty>("WaveService/DeleteWave", request),
              IsError(absl::StatusCode::kFailedPrecondition, "WAVE_NOT_DRAFT"));
}

TEST_P(WaveServiceTest, OpensWithTheMembersOfTheDay) {
  AddLab();
  CreateInstrument();
  PublishInstrument();
  const v1::Wave draft = CreateWave();
  // Left before the day of the opening, and joins after it.
  AddSite("site-05");
  AddSite("site-06");
  registry::v1::CreateMembershipRequest member;
  member.set_parent("cohorts/new");
  member.set_membership_id("site-05");
  *member.mutable_membership() = FromText<registry::v1::Membership>(
      "start_date { year: 2024 month: 1 day: 1 } end_date { year: 2025 month: 6 day: 14 }");
  InRegistry<registry::v1::Membership>("CohortService/CreateMembership", member);
  member.set_membership_id("site-06");
  *member.mutable_membership() =
      FromText<registry::v1::Membership>("start_date { year: 2025 month: 6 day: 16 }");
  InRegistry<registry::v1::Membership>("CohortService/CreateMembership", member);

  v1::OpenWaveRequest request;
  request.set_name("waves/w1");
  request.set_etag(draft.etag());
  const auto open = CarefulWrite<v1::Wave>("WaveService/OpenWave", request);  // on 2025-06-15
  EXPECT_EQ(open.state(), v1::Wave::STATE_OPEN);
  EXPECT_EQ(open.roster_size(), 4);
  EXPECT_EQ(open.taxonomy(), "taxonomies/lab-2025");
  EXPECT_TRUE(open.has_open_time());

  const std::vector<v1::RosterEntry> roster = Roster();
  ASSERT_EQ(roster.size(), 4u);
  EXPECT_EQ(roster[0].name(), "waves/w1/roster/site-01");
  EXPECT_EQ(roster[0].display_name(), "Community site-01");
  EXPECT_EQ(roster[0].neutral_label(), "Site 01");
  EXPECT_EQ(roster[0].attributes().stage(), "starting");
  EXPECT_TRUE(roster[0].active());
  EXPECT_THAT(roster[0].cohorts(), ElementsAre("cohorts/legacy"));
  // A site of both cohorts stands there once.
  EXPECT_THAT(roster[2].cohorts(), ElementsAre("cohorts/legacy", "cohorts/new"));
  EXPECT_THAT(roster[3].cohorts(), ElementsAre("cohorts/new"));

  EXPECT_THAT(Open(), IsError(absl::StatusCode::kFailedPrecondition, "WAVE_NOT_DRAFT"));
}

TEST_P(WaveServiceTest, FreezesTheRosterAgainstTheRegistry) {
  OpenLab();
  const std::vector<v1::RosterEntry> before = Roster();
  registry::v1::UpdateSiteRequest site;
  site.mutable_site()->set_name("sites/site-01");
  site.mutable_site()->set_display_name("Renamed");
  site.mutable_site()->set_naming(registry::v1::Site::NAMING_NAMED);
  InRegistry<registry::v1::Site>("SiteService/UpdateSite", site);
  AddMember("new", "site-01");
  registry::v1::DeleteMembershipRequest leave;
  leave.set_name("cohorts/legacy/memberships/site-02");
  InRegistry<Empty>("CohortService/DeleteMembership", leave);

  if (GetParam() == "rocksdb") Restart();
  const std::vector<v1::RosterEntry> after = Roster();
  ASSERT_EQ(after.size(), before.size());
  for (size_t i = 0; i < after.size(); ++i) EXPECT_THAT(after[i], SameAs(before[i]));
}

TEST_P(WaveServiceTest, OpensOnlyWhatIsReady) {
  AddLab();
  CreateInstrument();
  const v1::Wave draft = CreateWave();
  EXPECT_THAT(Open(), IsError(absl::StatusCode::kFailedPrecondition, "INSTRUMENT_NOT_PUBLISHED"));
  PublishInstrument();
  EXPECT_THAT(Open("\"0000000000000000\""), IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  AddCohort("empty");
  v1::Wave wave = draft;
  wave.mutable_cohorts()->Clear();
  wave.add_cohorts("cohorts/empty");
  ASSERT_THAT(UpdateWave(wave), IsOk());
  EXPECT_THAT(Open(), IsError(absl::StatusCode::kFailedPrecondition, "ROSTER_EMPTY"));
  EXPECT_THAT(Roster(), IsEmpty());
}

TEST_P(WaveServiceTest, FixesInstrumentAndCohortsOnceOpen) {
  OpenLab();
  v1::Wave wave = GetWave();
  wave.set_display_name("Winter, prolonged");
  // A caller that sends the whole wave back changes only what it changed.
  ASSERT_THAT(UpdateWave(wave), IsOk());
  wave = GetWave();
  EXPECT_EQ(wave.display_name(), "Winter, prolonged");
  EXPECT_EQ(wave.roster_size(), 4);
  wave.mutable_cohorts()->RemoveLast();
  EXPECT_THAT(UpdateWave(wave), IsError(absl::StatusCode::kFailedPrecondition, "WAVE_NOT_DRAFT"));
  wave = GetWave();
  wave.set_instrument("instruments/other");
  EXPECT_THAT(UpdateWave(wave), IsError(absl::StatusCode::kFailedPrecondition, "WAVE_NOT_DRAFT"));
}

TEST_P(WaveServiceTest, ClosesAnOpenWave) {
  AddLab();
  CreateInstrument();
  PublishInstrument();
  CreateWave();
  EXPECT_THAT(Close(), IsError(absl::StatusCode::kFailedPrecondition, "WAVE_NOT_OPEN"));
  OpenWave();
  v1::CloseWaveRequest request;
  request.set_name("waves/w1");
  const auto closed = CarefulWrite<v1::Wave>("WaveService/CloseWave", request);
  EXPECT_EQ(closed.state(), v1::Wave::STATE_CLOSED);
  EXPECT_TRUE(closed.has_close_time());
  EXPECT_THAT(Close(), IsError(absl::StatusCode::kFailedPrecondition, "WAVE_NOT_OPEN"));
}

TEST_P(WaveServiceTest, NeedsTheRegistryToCreateAndOpen) {
  AddLab();
  CreateInstrument();
  PublishInstrument();
  CreateWave();
  StopRegistry();
  EXPECT_THAT(Open(), IsError(absl::StatusCode::kUnavailable, "REGISTRY_UNAVAILABLE"));
  EXPECT_THAT(Call<v1::Wave>("WaveService/CreateWave", CreateRequest("w2")),
              IsError(absl::StatusCode::kUnavailable, "REGISTRY_UNAVAILABLE"));
  EXPECT_EQ(GetWave().state(), v1::Wave::STATE_DRAFT);
}

TEST_P(WaveServiceTest, OpensOnceWhenTwoOpenItTogether) {
  AddLab();
  CreateInstrument();
  PublishInstrument();
  CreateWave();
  absl::Status other;
  std::thread thread([&] { other = Open().status(); });
  const absl::Status mine = Open().status();
  thread.join();
  EXPECT_NE(mine.ok(), other.ok()) << mine << other;
  EXPECT_THAT(mine.ok() ? other : mine,
              IsError(absl::StatusCode::kFailedPrecondition, "WAVE_NOT_DRAFT"));
  EXPECT_EQ(Roster().size(), 4u);
}

}  // namespace
}  // namespace weft::ingestion
