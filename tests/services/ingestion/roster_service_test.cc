#include <thread>

#include "tests/services/ingestion/service_fixture.h"

namespace weft::ingestion {
namespace {

using ::testing::ElementsAre;
using testing::IsError;
using testing::IsOk;
using testing::Violates;

class RosterServiceTest : public IngestionTest {
 protected:
  RosterServiceTest() { OpenLab(); }

  static v1::AmendRosterRequest Amendment(const std::vector<std::string>& add,
                                          const std::vector<std::string>& remove) {
    v1::AmendRosterRequest request;
    request.set_name("waves/w1");
    for (const std::string& site : add) request.add_add_sites("sites/" + site);
    for (const std::string& site : remove) request.add_remove_sites("sites/" + site);
    request.set_reason("joined late");
    return request;
  }
  absl::Status Amend(const std::vector<std::string>& add, const std::vector<std::string>& remove) {
    return Call<v1::AmendRosterResponse>("WaveService/AmendRoster", Amendment(add, remove))
        .status();
  }
  absl::StatusOr<v1::RosterEntry> Entry(const std::string& site) {
    v1::GetRosterEntryRequest request;
    request.set_name("waves/w1/roster/" + site);
    return Call<v1::RosterEntry>("WaveService/GetRosterEntry", request);
  }
  v1::ResponseRate Rate(const std::string& cohort = "") {
    v1::GetResponseRateRequest request;
    request.set_name("waves/w1");
    request.set_cohort(cohort);
    return Done<v1::ResponseRate>("WaveService/GetResponseRate", request);
  }
};
WEFT_ON_EVERY_ENGINE(RosterServiceTest);

TEST_P(RosterServiceTest, AddsAndRemovesWithAReason) {
  AddSite("site-05");
  AddMember("new", "site-05");
  v1::AmendRosterRequest request = Amendment({"site-05"}, {"site-02"});
  *request.mutable_effective_date() = FromText<google::type::Date>("year: 2025 month: 6 day: 1");
  const auto amended = CarefulWrite<v1::AmendRosterResponse>("WaveService/AmendRoster", request);
  EXPECT_EQ(amended.wave().roster_size(), 4);
  ASSERT_EQ(amended.entries_size(), 2);
  const v1::RosterEntry& added = amended.entries(0);
  EXPECT_EQ(added.site(), "sites/site-05");
  EXPECT_EQ(added.display_name(), "Community site-05");
  EXPECT_THAT(added.cohorts(), ElementsAre("cohorts/new"));
  EXPECT_TRUE(added.active());
  ASSERT_EQ(added.amendments_size(), 1);
  EXPECT_EQ(added.amendments(0).action(), v1::RosterAmendment::ACTION_ADDED);
  EXPECT_EQ(added.amendments(0).reason(), "joined late");
  EXPECT_EQ(added.amendments(0).effective_date().month(), 6);
  EXPECT_EQ(added.amendments(0).principal(), "users/anonymous");
  EXPECT_TRUE(added.amendments(0).has_record_time());
  const v1::RosterEntry& removed = amended.entries(1);
  EXPECT_FALSE(removed.active());
  EXPECT_EQ(removed.amendments(0).action(), v1::RosterAmendment::ACTION_REMOVED);
  EXPECT_THAT(*Entry("site-02"), SameAs(removed));
  EXPECT_EQ(Rate().invited(), 4);
  EXPECT_EQ(Rate("cohorts/legacy").invited(), 2);
  EXPECT_EQ(Rate("cohorts/new").invited(), 3);
}

TEST_P(RosterServiceTest, PutsASiteBackAsItWasFrozen) {
  ASSERT_THAT(Amend({}, {"site-02"}), IsOk());
  EXPECT_EQ(GetWave().roster_size(), 3);
  StopRegistry();  // nothing is asked about a site that has an entry
  ASSERT_THAT(Amend({"site-02"}, {}), IsOk());
  const v1::RosterEntry entry = *Entry("site-02");
  EXPECT_TRUE(entry.active());
  EXPECT_EQ(entry.amendments_size(), 2);
  EXPECT_THAT(entry.cohorts(), ElementsAre("cohorts/legacy"));
  EXPECT_EQ(GetWave().roster_size(), 4);
}

TEST_P(RosterServiceTest, AmendsAClosedWaveToo) {
  ASSERT_THAT(Close(), IsOk());
  EXPECT_THAT(Amend({}, {"site-02"}), IsOk());
}

TEST_P(RosterServiceTest, RefusesAmendmentsThatMakeNoSense) {
  EXPECT_THAT(Amend({"site-01"}, {}),
              IsError(absl::StatusCode::kFailedPrecondition, "ALREADY_ON_ROSTER"));
  EXPECT_THAT(Amend({"site-99"}, {}), IsError(absl::StatusCode::kNotFound, "SITE_NOT_FOUND"));
  EXPECT_THAT(Amend({}, {"site-99"}),
              IsError(absl::StatusCode::kFailedPrecondition, "NOT_ON_ROSTER"));
  ASSERT_THAT(Amend({}, {"site-02"}), IsOk());
  EXPECT_THAT(Amend({}, {"site-02"}),
              IsError(absl::StatusCode::kFailedPrecondition, "NOT_ON_ROSTER"));
  v1::AmendRosterRequest request = Amendment({"site-01"}, {"site-01"});
  request.clear_reason();
  EXPECT_THAT(Call<v1::AmendRosterResponse>("WaveService/AmendRoster", request).status(),
              Violates("remove_sites[0]", "reason"));
  CreateWave("w2");
  request = Amendment({"site-01"}, {});
  request.set_name("waves/w2");
  EXPECT_THAT(Call<v1::AmendRosterResponse>("WaveService/AmendRoster", request),
              IsError(absl::StatusCode::kFailedPrecondition, "WAVE_NOT_OPEN"));
  request.set_name("waves/nothing");
  EXPECT_THAT(Call<v1::AmendRosterResponse>("WaveService/AmendRoster", request),
              IsError(absl::StatusCode::kNotFound, "WAVE_NOT_FOUND"));
  EXPECT_EQ(GetWave().roster_size(), 3);
}

TEST_P(RosterServiceTest, KeepsASiteThatHasAResponse) {
  ASSERT_THAT(Create("site-01", v1::Answers()), IsOk());
  EXPECT_THAT(Amend({}, {"site-01"}),
              IsError(absl::StatusCode::kFailedPrecondition, "ROSTER_SITE_HAS_RESPONSE"));
  ASSERT_THAT(Withdraw("site-01"), IsOk());
  EXPECT_THAT(Amend({}, {"site-01"}), IsOk());
  ASSERT_THAT(Decline("site-02"), IsOk());
  EXPECT_THAT(Amend({}, {"site-02"}), IsOk());
  // And what is off the roster takes no answers any more.
  EXPECT_THAT(Update("site-01", AnswersWith(1)),
              IsError(absl::StatusCode::kFailedPrecondition, "NOT_ON_ROSTER"));
}

TEST_P(RosterServiceTest, NeverTakesOffASiteThatStartsMeanwhile) {
  absl::Status created;
  std::thread thread([&] { created = Create("site-01", v1::Answers()).status(); });
  const absl::Status amended = Amend({}, {"site-01"});
  thread.join();
  EXPECT_NE(created.ok(), amended.ok()) << created << amended;
}

TEST_P(RosterServiceTest, ListsEntriesWithThoseTakenOff) {
  ASSERT_THAT(Amend({}, {"site-02"}), IsOk());
  v1::ListRosterEntriesRequest request;
  request.set_parent("waves/w1");
  request.set_page_size(3);
  auto page = Done<v1::ListRosterEntriesResponse>("WaveService/ListRosterEntries", request);
  ASSERT_EQ(page.roster_entries_size(), 3);
  EXPECT_EQ(page.roster_entries(1).site(), "sites/site-02");
  request.set_page_token(page.next_page_token());
  page = Done<v1::ListRosterEntriesResponse>("WaveService/ListRosterEntries", request);
  ASSERT_EQ(page.roster_entries_size(), 1);
  request.clear_page_token();
  request.set_parent("waves/nothing");
  EXPECT_THAT(Call<v1::ListRosterEntriesResponse>("WaveService/ListRosterEntries", request),
              IsError(absl::StatusCode::kNotFound, "WAVE_NOT_FOUND"));
  EXPECT_THAT(Entry("site-99"), IsError(absl::StatusCode::kNotFound, "ROSTER_ENTRY_NOT_FOUND"));
}

TEST_P(RosterServiceTest, CountsResponsesPerCohortAndSharedSitesOnce) {
  for (const char* site : {"site-01", "site-03", "site-04"}) {
    ASSERT_THAT(Create(site, AnswersWith(5)), IsOk());
  }
  ASSERT_THAT(Submit("site-01"), IsOk());
  ASSERT_THAT(Submit("site-03"), IsOk());
  ASSERT_THAT(Approve("site-03"), IsOk());
  ASSERT_THAT(Decline("site-02"), IsOk());

  const v1::ResponseRate whole = Rate();
  EXPECT_EQ(whole.invited(), 4);
  EXPECT_EQ(whole.started(), 3);
  EXPECT_EQ(whole.submitted(), 2);
  EXPECT_EQ(whole.approved(), 1);
  EXPECT_EQ(whole.declined(), 1);
  EXPECT_DOUBLE_EQ(whole.submitted_rate().value(), 0.5);
  EXPECT_DOUBLE_EQ(whole.approved_rate().value(), 0.25);
  // site-03 is in both cohorts and counts in each of them, and once in the whole.
  const v1::ResponseRate legacy = Rate("cohorts/legacy");
  EXPECT_EQ(legacy.invited(), 3);
  EXPECT_EQ(legacy.submitted_rate().numerator(), 2);
  const v1::ResponseRate fresh = Rate("cohorts/new");
  EXPECT_EQ(fresh.invited(), 2);
  EXPECT_EQ(fresh.submitted_rate().numerator(), 1);
  EXPECT_EQ(fresh.started(), 2);

  ASSERT_THAT(Return("site-03"), IsOk());
  EXPECT_EQ(Rate().approved(), 1);
  EXPECT_EQ(Rate().returned(), 1);
  ASSERT_THAT(Withdraw("site-01"), IsOk());
  EXPECT_EQ(Rate().submitted(), 1);
  EXPECT_EQ(Rate().withdrawn(), 1);

  v1::GetResponseRateRequest request;
  request.set_name("waves/w1");
  request.set_cohort("cohorts/other");
  EXPECT_THAT(Call<v1::ResponseRate>("WaveService/GetResponseRate", request).status(),
              Violates("cohort"));
  request.set_name("waves/nothing");
  EXPECT_THAT(Call<v1::ResponseRate>("WaveService/GetResponseRate", request),
              IsError(absl::StatusCode::kNotFound, "WAVE_NOT_FOUND"));
}

TEST_P(RosterServiceTest, HasNoRateForADraft) {
  CreateWave("w2");
  v1::GetResponseRateRequest request;
  request.set_name("waves/w2");
  const auto rate = Done<v1::ResponseRate>("WaveService/GetResponseRate", request);
  EXPECT_EQ(rate.submitted_rate().undefined().reason(), type::v1::UNDEFINED_REASON_EMPTY_BASE);
}

}  // namespace
}  // namespace weft::ingestion
