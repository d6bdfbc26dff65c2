// What is kept of the registry, however it came about, is a function of the records: byte for byte.
#include "services/metrics/store/registry_mirror.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/executor.h"
#include "common/storage/open_engine.h"
#include "common/storage/transaction.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/metrics/store/applier.h"
#include "services/metrics/store/keys.h"
#include "tests/services/metrics/history.h"
#include "tests/testing/errors.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/proto_matchers.h"
#include "weft/registry/v1/cohort.pb.h"
#include "weft/registry/v1/organization.pb.h"
#include "weft/registry/v1/partnership.pb.h"
#include "weft/registry/v1/site.pb.h"

namespace weft::metrics {
namespace {

using testing::EqualsProto;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Not;
using type::v1::Change;

using Rows = std::vector<std::pair<std::string, std::string>>;

constexpr TableId kMirrored[] = {kOrganizations, kPartnerships, kAssessments,
                                 kCohorts,       kMemberships,  kRegistrySites};

// A read model of its own.
class Store {
 public:
  Store() {
    storage::EngineOptions options;
    options.kind = "memory";
    engine_ = *storage::OpenEngine(options, executor_);
  }

  // In one commit. Prefetched or not, it is the same.
  absl::Status Apply(const std::vector<Change>& changes, bool prefetch = true) {
    storage::Transaction txn(storage::Database{*engine_, clock_});
    ApplierCache cache;
    Applier applier(txn, cache);
    std::vector<const Change*> pointers;
    pointers.reserve(changes.size());
    for (const Change& change : changes) pointers.push_back(&change);
    if (prefetch) {
      absl::Status fetched = SyncWait(executor_, applier.Prefetch(pointers));
      if (!fetched.ok()) return fetched;
    }
    for (const Change& change : changes) {
      absl::Status applied = SyncWait(executor_, applier.Apply(change));
      if (!applied.ok()) return applied;
    }
    absl::Status finished = SyncWait(executor_, applier.Finish());
    if (!finished.ok()) return finished;
    EXPECT_THAT(applier.changed_waves(), IsEmpty()) << "no number depends on it";
    EXPECT_FALSE(applier.changed_labels());
    return SyncWait(executor_, txn.Commit()).status();
  }

  Rows Dump() {
    Rows rows;
    for (const TableId table : kMirrored) {
      for (auto& row : DumpTable(table)) rows.push_back(std::move(row));
    }
    return rows;
  }
  Rows DumpTable(TableId table) { return DumpRange(TableRange(table)); }
  Rows DumpRange(storage::KeyRange range) {
    Rows rows;
    const auto entries =
        SyncWait(executor_, engine_->GetSnapshot()->Scan(std::move(range), {.limit = 1'000'000}));
    EXPECT_THAT(entries, IsOk());
    for (const storage::Entry& entry : *entries) rows.emplace_back(entry.key, entry.value);
    return rows;
  }

  template <class Row>
  Row Get(const std::string& key) {
    Row row;
    const auto entry = SyncWait(executor_, engine_->GetSnapshot()->Get(key));
    EXPECT_TRUE(entry.ok() && entry->has_value());
    if (entry.ok() && entry->has_value() && !row.ParseFromString((*entry)->value)) ADD_FAILURE();
    return row;
  }

 private:
  ManualExecutor executor_;
  testing::FakeClock clock_;
  std::unique_ptr<storage::Engine> engine_;
};

Change Gone(const std::string& name) {
  Change change;
  change.set_name(name);
  change.set_kind(Change::KIND_DELETED);
  return change;
}

// The registry's records as they change at random, each with the changes of one commit.
class RegistryHistory {
 public:
  explicit RegistryHistory(uint64_t seed) : random_(seed) {}

  int Pick(int below) { return static_cast<int>(random_() % static_cast<uint64_t>(below)); }

  std::vector<Change> Step() {
    switch (Pick(9)) {
      case 0:
        return {Organization()};
      case 1:
        return {Site()};
      case 2:
        return {Cohort()};
      case 3:
        return {Membership()};
      case 4:
        return Merge();
      case 5:
        return {Remove()};
      case 6:
      case 7:
        return Assess();
      default:
        return {Tie()};
    }
  }

  // Everything as it is now, in any order.
  std::vector<Change> Snapshot() {
    std::vector<Change> changes;
    for (const auto& [name, change] : now_) changes.push_back(change);
    std::shuffle(changes.begin(), changes.end(), random_);
    return changes;
  }

 private:
  Change Became(const std::string& name, const google::protobuf::Message& resource) {
    Change change = ChangeOf(name, resource);
    now_[name] = change;
    return change;
  }
  google::type::Date Day() {
    google::type::Date day;
    day.set_year(2020 + Pick(6));
    day.set_month(1 + Pick(12));
    day.set_day(1 + Pick(28));
    return day;
  }
  type::v1::InteractionLevel Level() { return static_cast<type::v1::InteractionLevel>(Pick(6)); }
  std::string OrganizationName() { return absl::StrCat("organizations/o", Pick(4)); }

  Change Organization() {
    registry::v1::Organization organization;
    organization.set_name(OrganizationName());
    organization.set_display_name(absl::StrCat("Name ", Pick(9)));
    if (Pick(2) == 0) organization.add_partner_types("library");
    organization.add_contacts()->set_email("hidden@example.org");
    if (Pick(4) == 0) organization.mutable_delete_time()->set_seconds(Pick(1000));
    if (Pick(4) == 0) organization.set_merged_into(OrganizationName());
    return Became(organization.name(), organization);
  }
  Change Site() {
    registry::v1::Site site;
    site.set_name(absl::StrCat("sites/s", Pick(3)));
    site.set_display_name("Springfield");
    site.set_neutral_label(absl::StrCat("Site ", Pick(9)));
    site.set_naming(static_cast<registry::v1::Site::Naming>(Pick(3)));
    return Became(site.name(), site);
  }
  Change Cohort() {
    registry::v1::Cohort cohort;
    cohort.set_name(absl::StrCat("cohorts/c", Pick(2)));
    if (Pick(2) == 0) *cohort.mutable_start_date() = Day();
    return Became(cohort.name(), cohort);
  }
  Change Membership() {
    registry::v1::Membership membership;
    const std::string site = absl::StrCat("s", Pick(3));
    membership.set_name(absl::StrCat("cohorts/c", Pick(2), "/memberships/", site));
    membership.set_site("sites/" + site);
    if (Pick(2) == 0) *membership.mutable_end_date() = Day();
    return Became(membership.name(), membership);
  }
  Change Tie() {
    registry::v1::Partnership& tie =
        ties_[absl::StrCat("sites/s", Pick(3), "/partnerships/p", Pick(4))];
    const bool is_new = tie.organization().empty();
    if (is_new) tie.set_organization(OrganizationName());
    tie.set_partner_type(Pick(2) == 0 ? "library" : "cbo");
    tie.set_confirmation(static_cast<registry::v1::Partnership::Confirmation>(1 + Pick(3)));
    if (Pick(3) == 0) *tie.mutable_end_date() = Day();
    if (Pick(5) == 0) {
      tie.mutable_delete_time()->set_seconds(1);
    } else {
      tie.clear_delete_time();
    }
    return Keep(tie);
  }
  Change Keep(registry::v1::Partnership& tie) {
    for (const auto& [name, other] : ties_) {
      if (&other == &tie) tie.set_name(name);
    }
    return Became(tie.name(), tie);
  }
  std::vector<Change> Assess() {
    if (ties_.empty()) return {Tie()};
    auto tie = ties_.begin();
    std::advance(tie, Pick(static_cast<int>(ties_.size())));
    registry::v1::Assessment assessment;
    tie->second.set_assessment_count(tie->second.assessment_count() + 1);
    assessment.set_name(absl::StrCat(tie->first, "/assessments/", tie->second.assessment_count()));
    assessment.set_side(static_cast<registry::v1::Assessment::Side>(1 + Pick(2)));
    assessment.set_level(Level());
    assessment.set_note("hidden");
    *assessment.mutable_effective_date() = Day();
    tie->second.set_level(assessment.level());
    return {Became(assessment.name(), assessment), Keep(tie->second)};
  }
  // All ties of one organization become another's.
  std::vector<Change> Merge() {
    const std::string from = OrganizationName();
    const std::string to = OrganizationName();
    std::vector<Change> changes;
    for (auto& [name, tie] : ties_) {
      if (tie.organization() != from) continue;
      tie.set_organization(to);
      changes.push_back(Keep(tie));
    }
    return changes;
  }
  Change Remove() {
    if (now_.empty()) return Gone("organizations/o9");
    auto removed = now_.begin();
    std::advance(removed, Pick(static_cast<int>(now_.size())));
    const std::string name = removed->first;
    now_.erase(removed);
    ties_.erase(name);
    return Gone(name);
  }

  std::mt19937_64 random_;
  std::map<std::string, Change> now_;
  std::map<std::string, registry::v1::Partnership> ties_;
};

TEST(RegistryMirrorTest, RandomHistoriesEqualARebuildByteForByte) {
  constexpr uint64_t kHistories = 400;
  for (uint64_t seed = 1; seed <= kHistories; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    RegistryHistory history(seed);
    Store followed;
    std::vector<Change> last;
    for (int commit = 0; commit < 12; ++commit) {
      std::vector<Change> changes;
      // Now and then what had been applied comes again.
      if (history.Pick(4) == 0) changes = last;
      last.clear();
      for (int step = history.Pick(5); step >= 0; --step) {
        for (Change& change : history.Step()) last.push_back(std::move(change));
      }
      changes.insert(changes.end(), last.begin(), last.end());
      ASSERT_THAT(followed.Apply(changes, history.Pick(2) == 0), IsOk());
    }
    const std::vector<Change> snapshot = history.Snapshot();
    const auto half = snapshot.begin() + history.Pick(static_cast<int>(snapshot.size()) + 1);
    Store rebuilt;
    ASSERT_THAT(rebuilt.Apply({snapshot.begin(), half}), IsOk());
    ASSERT_THAT(rebuilt.Apply({half, snapshot.end()}), IsOk());
    ASSERT_EQ(followed.Dump(), rebuilt.Dump());
    for (const auto& [key, value] : followed.Dump()) {
      ASSERT_FALSE(absl::StrContains(value, "hidden"));
    }
  }
}

registry::v1::Partnership MakeTie(const std::string& name, const std::string& organization) {
  registry::v1::Partnership tie;
  tie.set_name(name);
  tie.set_organization(organization);
  tie.set_partner_type("library");
  return tie;
}

TEST(RegistryMirrorTest, KeepsWhatProfilesNeedOfATie) {
  Store store;
  registry::v1::Partnership tie;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"pb(
        name: "sites/s1/partnerships/p1"
        uid: "u"
        etag: "e"
        organization: "organizations/o1"
        partner_type: "library"
        roles: "mentoring"
        agreements { kind: "mou" note: "hidden" }
        conditions { code: "transport" direction: DIRECTION_SUPPORTS evidence: "hidden" }
        start_date { year: 2024 month: 9 day: 1 }
        is_self: true
        level: INTERACTION_LEVEL_COORDINATION
        level_effective_date { year: 2025 month: 1 day: 1 }
        organization_level: INTERACTION_LEVEL_NETWORKING
        organization_level_effective_date { year: 2025 month: 2 day: 1 }
        confirmation: CONFIRMATION_DISPUTED
        assessment_count: 2
      )pb",
      &tie));
  ASSERT_THAT(store.Apply({ChangeOf(tie.name(), tie)}), IsOk());
  EXPECT_THAT(store.Get<registry::v1::Partnership>(PartnershipKey("s1", "p1")), EqualsProto(R"pb(
                name: "sites/s1/partnerships/p1"
                organization: "organizations/o1"
                partner_type: "library"
                start_date { year: 2024 month: 9 day: 1 }
                is_self: true
                level: INTERACTION_LEVEL_COORDINATION
                level_effective_date { year: 2025 month: 1 day: 1 }
                organization_level: INTERACTION_LEVEL_NETWORKING
                organization_level_effective_date { year: 2025 month: 2 day: 1 }
                confirmation: CONFIRMATION_DISPUTED
              )pb"));
}

TEST(RegistryMirrorTest, ATieMovesToTheOrganizationThatItIsMergedInto) {
  Store store;
  auto tie = MakeTie("sites/s1/partnerships/p1", "organizations/o1");
  ASSERT_THAT(store.Apply({ChangeOf(tie.name(), tie)}), IsOk());
  auto moved = tie;
  moved.set_organization("organizations/o2");
  const auto with = [&store] {
    return store.Get<registry::v1::Partnership>(PartnershipKey("s1", "p1")).organization();
  };
  ASSERT_THAT(store.Apply({ChangeOf(tie.name(), moved)}), IsOk());
  EXPECT_EQ(with(), "organizations/o2");
  // There and back within one step.
  ASSERT_THAT(store.Apply({ChangeOf(tie.name(), tie), ChangeOf(tie.name(), moved)}), IsOk());
  EXPECT_EQ(with(), "organizations/o2");
}

TEST(RegistryMirrorTest, NothingIsLeftOfWhatIsGone) {
  Store store;
  RegistryHistory history(7);
  for (int i = 0; i < 60; ++i) ASSERT_THAT(store.Apply(history.Step()), IsOk());
  EXPECT_THAT(store.Dump(), Not(IsEmpty()));
  std::vector<Change> gone;
  for (const Change& change : history.Snapshot()) gone.push_back(Gone(change.name()));
  ASSERT_THAT(store.Apply(gone), IsOk());
  EXPECT_THAT(store.Dump(), IsEmpty());
}

TEST(RegistryMirrorTest, ASiteIsNamedOnlyIfItAgreedToThat) {
  Store store;
  registry::v1::Site site;
  site.set_name("sites/s1");
  site.set_uid("of-s1");
  site.set_display_name("Springfield");
  site.set_neutral_label("Site 01");
  for (const auto naming :
       {registry::v1::Site::NAMING_UNSPECIFIED, registry::v1::Site::NAMING_NEUTRAL}) {
    site.set_naming(naming);
    ASSERT_THAT(store.Apply({ChangeOf(site.name(), site)}), IsOk());
    EXPECT_THAT(
        store.Get<registry::v1::Site>(RegistrySiteKey("s1")),
        EqualsProto(absl::StrCat("name: 'sites/s1' uid: 'of-s1' neutral_label: 'Site 01' naming: ",
                                 registry::v1::Site::Naming_Name(naming))));
  }
  site.set_naming(registry::v1::Site::NAMING_NAMED);
  ASSERT_THAT(store.Apply({ChangeOf(site.name(), site)}), IsOk());
  EXPECT_THAT(store.Get<registry::v1::Site>(RegistrySiteKey("s1")),
              EqualsProto(R"pb(name: "sites/s1"
                               uid: "of-s1"
                               display_name: "Springfield"
                               neutral_label: "Site 01"
                               naming: NAMING_NAMED)pb"));
}

}  // namespace
}  // namespace weft::metrics
