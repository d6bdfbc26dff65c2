// What keeps memberships apart from changes of their cohort and site, and ties and parts from
// merges of their organization, one interleaving at a time; and what the index of organizations
// finds.
#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/executor.h"
#include "common/storage/keys.h"
#include "common/storage/open_engine.h"
#include "common/storage/transaction.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registry/domain/names.h"
#include "services/registry/domain/organization_search.h"
#include "services/registry/store/organization_index.h"
#include "services/registry/store/tables.h"
#include "tests/services/registry/examples.h"
#include "tests/testing/errors.h"
#include "tests/testing/fake_clock.h"

namespace weft::registry {
namespace {

using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using ::testing::SizeIs;

class RegistryStoreTest : public ::testing::Test {
 protected:
  RegistryStoreTest() {
    storage::EngineOptions options;
    options.kind = "memory";
    engine_ = *storage::OpenEngine(options, executor_);
    db_ = std::make_unique<storage::Database>(storage::Database{*engine_, clock_});
    storage::Transaction txn(*db_);
    v1::Site site = ExampleSite();
    site.set_name(kSite);
    EXPECT_THAT(Await(tables_.sites.Insert(txn, site)), IsOk());
    v1::Cohort cohort = ExampleCohort();
    cohort.set_name(kCohort);
    EXPECT_THAT(Await(tables_.cohorts.Insert(txn, cohort)), IsOk());
    EXPECT_THAT(Await(txn.Commit()), IsOk());
  }

  template <class T>
  T Await(Task<T> task) {
    return SyncWait(executor_, std::move(task));
  }

  // What a handler does to add a membership, up to the commit.
  void AddMembership(storage::Transaction& txn) {
    EXPECT_THAT(Await(tables_.cohorts.Get(txn, kCohort)), IsOk());
    EXPECT_THAT(Await(tables_.sites.Get(txn, kSite)), IsOk());
    v1::Membership membership;
    membership.set_name(kMembership);
    membership.set_site(kSite);
    EXPECT_THAT(Await(tables_.memberships.Insert(txn, membership)), IsOk());
  }

  // What a handler does to delete the site while it has no membership, up to the commit.
  void DeleteSite(storage::Transaction& txn) {
    EXPECT_THAT(Await(tables_.sites.Get(txn, kSite)), IsOk());
    EXPECT_THAT(Await(tables_.memberships.marks().Watch(txn, kSite)), IsOk());
    const auto found = Await(tables_.memberships.List(txn, kEveryCohort, kSite, {}));
    ASSERT_THAT(found, IsOk());
    EXPECT_THAT(found->rows, IsEmpty());
    tables_.memberships.marks().Forget(txn, kSite);
    EXPECT_THAT(Await(tables_.sites.Delete(txn, kSite)), IsOk());
  }

  // What a handler does to change the cohort's dates, up to the commit.
  void ChangeDates(storage::Transaction& txn) {
    auto cohort = Await(tables_.cohorts.Get(txn, kCohort));
    ASSERT_THAT(cohort, IsOk());
    EXPECT_THAT(Await(tables_.memberships.marks().Watch(txn, kCohort)), IsOk());
    cohort->mutable_end_date()->set_day(29);
    EXPECT_THAT(Await(tables_.cohorts.Update(txn, *cohort)), IsOk());
  }

  const std::string kSite = "sites/site-01";
  const std::string kCohort = "cohorts/c1";
  const std::string kMembership = "cohorts/c1/memberships/site-01";
  ManualExecutor executor_;
  testing::FakeClock clock_;
  std::unique_ptr<storage::Engine> engine_;
  std::unique_ptr<storage::Database> db_;
  Tables tables_;
};

TEST_F(RegistryStoreTest, MembershipFirstThenTheSitesDeleteConflicts) {
  storage::Transaction deletion(*db_), addition(*db_);
  DeleteSite(deletion);
  AddMembership(addition);
  EXPECT_THAT(Await(addition.Commit()), IsOk());
  EXPECT_THAT(Await(deletion.Commit()), IsError(absl::StatusCode::kAborted, "CONFLICT"));
}

TEST_F(RegistryStoreTest, TheSitesDeleteFirstThenMembershipConflicts) {
  storage::Transaction deletion(*db_), addition(*db_);
  AddMembership(addition);
  DeleteSite(deletion);
  EXPECT_THAT(Await(deletion.Commit()), IsOk());
  EXPECT_THAT(Await(addition.Commit()), IsError(absl::StatusCode::kAborted, "CONFLICT"));
}

TEST_F(RegistryStoreTest, MembershipFirstThenOtherDatesConflict) {
  storage::Transaction dates(*db_), addition(*db_);
  ChangeDates(dates);
  AddMembership(addition);
  EXPECT_THAT(Await(addition.Commit()), IsOk());
  EXPECT_THAT(Await(dates.Commit()), IsError(absl::StatusCode::kAborted, "CONFLICT"));
}

TEST_F(RegistryStoreTest, OtherDatesFirstThenMembershipConflicts) {
  storage::Transaction dates(*db_), addition(*db_);
  AddMembership(addition);
  ChangeDates(dates);
  EXPECT_THAT(Await(dates.Commit()), IsOk());
  EXPECT_THAT(Await(addition.Commit()), IsError(absl::StatusCode::kAborted, "CONFLICT"));
}

TEST_F(RegistryStoreTest, AMembershipsNewDatesConflictWithTheCohorts) {
  storage::Transaction addition(*db_);
  AddMembership(addition);
  ASSERT_THAT(Await(addition.Commit()), IsOk());

  storage::Transaction dates(*db_), update(*db_);
  ChangeDates(dates);
  auto membership = Await(tables_.memberships.Get(update, kMembership));
  ASSERT_THAT(membership, IsOk());
  *membership->mutable_end_date() = Day(2025, 6, 30);
  EXPECT_THAT(Await(tables_.memberships.Update(update, *membership, "")), IsOk());
  EXPECT_THAT(Await(update.Commit()), IsOk());
  EXPECT_THAT(Await(dates.Commit()), IsError(absl::StatusCode::kAborted, "CONFLICT"));
}

TEST_F(RegistryStoreTest, MembershipsOfOneCohortDoNotWaitForEachOther) {
  storage::Transaction first(*db_), second(*db_);
  AddMembership(first);
  EXPECT_THAT(Await(tables_.cohorts.Get(second, kCohort)), IsOk());
  v1::Membership other;
  other.set_name("cohorts/c1/memberships/site-02");
  other.set_site("sites/site-02");
  EXPECT_THAT(Await(tables_.memberships.Insert(second, other)), IsOk());
  EXPECT_THAT(Await(first.Commit()), IsOk());
  EXPECT_THAT(Await(second.Commit()), IsOk());
}

TEST_F(RegistryStoreTest, MarkGoesWithItsSite) {
  storage::Transaction addition(*db_);
  AddMembership(addition);
  ASSERT_THAT(Await(addition.Commit()), IsOk());
  storage::Transaction removal(*db_);
  EXPECT_THAT(Await(tables_.memberships.Delete(removal, kMembership, "")), IsOk());
  ASSERT_THAT(Await(removal.Commit()), IsOk());
  storage::Transaction deletion(*db_);
  DeleteSite(deletion);
  ASSERT_THAT(Await(deletion.Commit()), IsOk());
  const storage::KeyRange marks = storage::KeyWriter(15).Prefix();
  const auto snapshot = engine_->GetSnapshot();
  const auto left = Await(snapshot->Scan(marks, {}));
  ASSERT_THAT(left, IsOk());
  EXPECT_THAT(*left, SizeIs(1)) << "the cohort's alone";
}

class MergeStoreTest : public RegistryStoreTest {
 protected:
  MergeStoreTest() {
    storage::Transaction txn(*db_);
    for (const std::string& name : {kSurvivor, kDuplicate, kThird}) {
      v1::Organization organization = ExampleOrganization();
      organization.clear_identifiers();
      organization.set_name(name);
      EXPECT_THAT(Await(tables_.organizations.Insert(txn, organization)), IsOk());
    }
    EXPECT_THAT(Await(txn.Commit()), IsOk());
  }

  // What a handler does to record a tie of the organization, up to the commit.
  void AddTie(storage::Transaction& txn, const std::string& organization) {
    EXPECT_THAT(Await(tables_.organizations.Get(txn, organization)), IsOk());
    v1::Partnership tie = ExamplePartnership();
    tie.set_name(kTie);
    tie.set_organization(organization);
    EXPECT_THAT(Await(tables_.partnerships.Insert(txn, tie)), IsOk());
  }
  // The same for a part of it: a new one, or one that was there.
  void AddPart(storage::Transaction& txn, bool is_new) {
    EXPECT_THAT(Await(tables_.organizations.Get(txn, kDuplicate)), IsOk());
    v1::Organization part = ExampleOrganization();
    part.clear_identifiers();
    part.set_name(is_new ? "organizations/part" : kThird);
    part.set_parent_organization(kDuplicate);
    if (is_new) {
      EXPECT_THAT(Await(tables_.organizations.Insert(txn, part)), IsOk());
      return;
    }
    const auto before = Await(tables_.organizations.Get(txn, kThird));
    ASSERT_THAT(before, IsOk());
    EXPECT_THAT(Await(tables_.organizations.Update(txn, *before, part, "")), IsOk());
  }
  // What a handler does to merge one into the other, up to the commit, when it sees `ties` ties.
  void Merge(storage::Transaction& txn, const std::string& duplicate, const std::string& survivor,
             size_t ties) {
    const auto before = Await(tables_.organizations.Get(txn, duplicate));
    ASSERT_THAT(before, IsOk());
    EXPECT_THAT(Await(tables_.organizations.Get(txn, survivor)), IsOk());
    EXPECT_THAT(Await(tables_.organizations.marks().Watch(txn, duplicate)), IsOk());
    const auto found = Await(tables_.partnerships.List(txn, kEverySite, duplicate, {}));
    ASSERT_THAT(found, IsOk());
    EXPECT_THAT(found->rows, SizeIs(ties));
    for (const v1::Partnership& row : found->rows) {
      v1::Partnership tie = row;
      tie.set_organization(survivor);
      EXPECT_THAT(Await(tables_.partnerships.Update(txn, row, tie, "")), IsOk());
    }
    v1::Organization after = *before;
    after.set_merged_into(survivor);
    EXPECT_THAT(Await(tables_.organizations.Update(txn, *before, after, "")), IsOk());
  }

  const std::string kSurvivor = "organizations/s";
  const std::string kDuplicate = "organizations/d";
  const std::string kThird = "organizations/t";
  const std::string kTie = "sites/site-01/partnerships/a";
};

TEST_F(MergeStoreTest, TieFirstThenTheMergeConflicts) {
  storage::Transaction merge(*db_), addition(*db_);
  Merge(merge, kDuplicate, kSurvivor, 0);
  AddTie(addition, kDuplicate);
  EXPECT_THAT(Await(addition.Commit()), IsOk());
  EXPECT_THAT(Await(merge.Commit()), IsError(absl::StatusCode::kAborted, "CONFLICT"));
}

TEST_F(MergeStoreTest, TheMergeFirstThenTieConflicts) {
  storage::Transaction merge(*db_), addition(*db_);
  AddTie(addition, kDuplicate);
  Merge(merge, kDuplicate, kSurvivor, 0);
  EXPECT_THAT(Await(merge.Commit()), IsOk());
  EXPECT_THAT(Await(addition.Commit()), IsError(absl::StatusCode::kAborted, "CONFLICT"));
}

TEST_F(MergeStoreTest, PartFirstThenTheMergeConflicts) {
  for (const bool is_new : {true, false}) {
    storage::Transaction merge(*db_), addition(*db_);
    Merge(merge, kDuplicate, kSurvivor, 0);
    AddPart(addition, is_new);
    EXPECT_THAT(Await(addition.Commit()), IsOk());
    EXPECT_THAT(Await(merge.Commit()), IsError(absl::StatusCode::kAborted, "CONFLICT")) << is_new;
  }
}

TEST_F(MergeStoreTest, TheMergeFirstThenPartConflicts) {
  storage::Transaction merge(*db_), addition(*db_);
  AddPart(addition, true);
  Merge(merge, kDuplicate, kSurvivor, 0);
  EXPECT_THAT(Await(merge.Commit()), IsOk());
  EXPECT_THAT(Await(addition.Commit()), IsError(absl::StatusCode::kAborted, "CONFLICT"));
}

TEST_F(MergeStoreTest, WhatOneMergeGivesASurvivorTheNextOneSees) {
  storage::Transaction addition(*db_);
  AddTie(addition, kDuplicate);
  ASSERT_THAT(Await(addition.Commit()), IsOk());
  storage::Transaction first(*db_), second(*db_);
  Merge(second, kSurvivor, kThird, 0);
  Merge(first, kDuplicate, kSurvivor, 1);
  EXPECT_THAT(Await(first.Commit()), IsOk());
  EXPECT_THAT(Await(second.Commit()), IsError(absl::StatusCode::kAborted, "CONFLICT"));
}

TEST_F(MergeStoreTest, TiesOfOneOrganizationDoNotWaitForEachOther) {
  storage::Transaction first(*db_), second(*db_);
  AddTie(first, kDuplicate);
  EXPECT_THAT(Await(tables_.organizations.Get(second, kDuplicate)), IsOk());
  v1::Partnership other = ExamplePartnership();
  other.set_name("sites/site-02/partnerships/b");
  other.set_organization(kDuplicate);
  EXPECT_THAT(Await(tables_.partnerships.Insert(second, other)), IsOk());
  EXPECT_THAT(Await(first.Commit()), IsOk());
  EXPECT_THAT(Await(second.Commit()), IsOk());
}

// An index of organizations that have "library" in their names, and of others that stand there.
std::unique_ptr<OrganizationIndex> LibrariesIn(int names, int places) {
  std::vector<OrganizationChange> changes;
  for (int i = 0; i < names + places; ++i) {
    OrganizationChange& change = changes.emplace_back();
    change.name = absl::StrCat("organizations/o", i);
    change.organization.emplace().set_name(change.name);
    change.organization->set_display_name(i < names ? "Library" : "Clinic");
    if (i >= names) change.organization->add_locations()->set_locality("Library");
  }
  std::unique_ptr<OrganizationIndex> index = *OrganizationIndex::Open("");
  const text_index::Stop stop;
  EXPECT_THAT(index->Apply(changes, IndexState(), stop), IsOk());
  return index;
}

text_index::Found FindLibraries(OrganizationIndex& index, size_t limit) {
  v1::SearchOrganizationsRequest request;
  request.set_query("library");
  const text_index::Stop stop;
  return *index.Find(*ParseSearch(request), limit, stop);
}

TEST(OrganizationIndexTest, FindsAsManyAsThereIsRoomForAndSaysWhetherThereAreMore) {
  struct Case {
    int names;
    int places;
    size_t limit;
    bool more;
  };
  for (const Case& each :
       {Case{260, 0, 500, false}, Case{300, 20, 500, false}, Case{300, 20, 320, false},
        Case{300, 20, 319, true}, Case{300, 20, 300, true}, Case{300, 20, 100, true},
        Case{300, 0, 300, false}, Case{300, 0, 299, true}}) {
    const std::string what =
        absl::StrCat(each.names, " and ", each.places, ", at most ", each.limit);
    const text_index::Found found =
        FindLibraries(*LibrariesIn(each.names, each.places), each.limit);
    const size_t all = static_cast<size_t>(each.names) + static_cast<size_t>(each.places);
    EXPECT_EQ(found.names.size(), std::min(all, each.limit)) << what;
    EXPECT_EQ(std::set<std::string>(found.names.begin(), found.names.end()).size(),
              found.names.size())
        << what;
    EXPECT_EQ(found.more, each.more) << what;
  }
}

}  // namespace
}  // namespace weft::registry
