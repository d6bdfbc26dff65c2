// The index that follows the store: made in chunks, continued, brought up to date, made anew.
#include "services/registry/service/organization_search_index.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/storage/run_in_transaction.h"
#include "services/registry/domain/organization_search.h"
#include "services/registry/service/organization_search_handlers.h"
#include "services/registry/store/tables.h"
#include "tests/common/storage/engine_fixture.h"
#include "tests/testing/errors.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/temp_dir.h"

namespace weft::registry {
namespace {

using storage::Transaction;
using ::testing::ElementsAre;
using weft::testing::IsError;
using weft::testing::IsOk;
using Names = std::vector<std::string>;

class OrganizationSearchIndexTest : public storage::EngineFixture {
 protected:
  void SetUp() override {
    Open(storage::SmallEngine("memory", ""));
    db_ = std::make_unique<storage::Database>(storage::Database{*engine_, clock_});
    OpenIndex();
  }
  void OpenIndex(absl::Duration patience = absl::InfiniteDuration()) {
    index_.reset();
    SearchOptions options;
    options.path = path_;
    options.patience = patience;
    options.chunk = 3;
    index_ = std::make_unique<OrganizationSearchIndex>(*db_, tables_, options);
  }
  void Write(const std::string& id, const std::string& display_name) {
    const auto body = [&](Transaction& txn) -> Task<absl::Status> {
      const std::string name = "organizations/" + id;
      absl::StatusOr<std::optional<v1::Organization>> before =
          co_await tables_.organizations.table().Find(txn, name);
      WEFT_CO_RETURN_IF_ERROR(before.status());
      v1::Organization row;
      row.set_name(name);
      row.set_display_name(display_name);
      absl::Status status;
      if (before->has_value()) {
        status = co_await tables_.organizations.Update(txn, **before, row, "");
      } else {
        status = co_await tables_.organizations.Insert(txn, row);
      }
      co_return status;
    };
    ASSERT_THAT(Wait(storage::RunInTransaction(*db_, body)), IsOk());
  }
  absl::Status CatchUp() {
    rpc::CallContext context(executor_, "SearchOrganizations", {"users/amara"},
                             absl::InfiniteFuture());
    return Wait(index_->CatchUp(context));
  }
  // What the index finds, without bringing it up to date.
  absl::StatusOr<text_index::Found> Asked(const std::string& word) {
    v1::SearchOrganizationsRequest request;
    request.set_query(word);
    const SearchQuery query = *ParseSearch(request);
    std::function<absl::StatusOr<text_index::Found>(OrganizationIndex&, const text_index::Stop&)>
        find = [&](OrganizationIndex& index, const text_index::Stop& stop) {
          return index.Find(query, 1000, stop);
        };
    rpc::CallContext context(executor_, "SearchOrganizations", {"users/amara"},
                             absl::InfiniteFuture());
    return Wait(index_->Ask<text_index::Found>(context, std::move(find)));
  }
  // Ids of those.
  Names Found(const std::string& word) {
    absl::StatusOr<text_index::Found> found = Asked(word);
    EXPECT_THAT(found, IsOk());
    if (!found.ok()) return {};
    std::sort(found->names.begin(), found->names.end());
    for (std::string& name : found->names) name.erase(0, std::string("organizations/").size());
    return found->names;
  }
  Names Search(const std::string& word) {
    EXPECT_THAT(CatchUp(), IsOk());
    return Found(word);
  }
  // An index that has all, of which little has been read, and whose file is damaged then.
  void OpenAndDamage() {
    // What was written is in the file once it is closed.
    for (int i = 0; i < 2; ++i) {
      OpenIndex();
      ASSERT_THAT(CatchUp(), IsOk());
    }
    constexpr size_t kPage = 4096;
    const size_t bytes = std::filesystem::file_size(path_);
    ASSERT_GT(bytes, kPage);
    std::fstream file(path_, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(kPage);
    file << std::string(bytes - kPage, '\x7f');
    ASSERT_TRUE(file.flush().good());
  }
  Task<bool> Pause() {
    co_await rpc::SleepFor(executor_, absl::Milliseconds(20));
    co_return true;
  }
  IndexState State() {
    std::function<absl::StatusOr<IndexState>(OrganizationIndex&, const text_index::Stop&)> read =
        [](OrganizationIndex& index, const text_index::Stop&) { return index.state(); };
    rpc::CallContext context(executor_, "SearchOrganizations", {"users/amara"},
                             absl::InfiniteFuture());
    return *Wait(index_->Ask<IndexState>(context, std::move(read)));
  }

  testing::FakeClock clock_;
  testing::TempDir directory_;
  const std::string path_ = directory_ / "search/organizations.db";
  const Tables tables_;
  std::unique_ptr<storage::Database> db_;
  std::unique_ptr<OrganizationSearchIndex> index_;
};

TEST_F(OrganizationSearchIndexTest, IsMadeInChunksOfWhatThereIs) {
  for (int i = 0; i < 10; ++i) Write(absl::StrCat("o", i), "Library");
  EXPECT_EQ(Search("library").size(), 10);
  EXPECT_TRUE(State().complete);
  Write("o1", "Museum");
  EXPECT_EQ(Found("library").size(), 10);
  EXPECT_EQ(Search("library").size(), 9);
  EXPECT_THAT(Search("museum"), ElementsAre("o1"));
}

TEST_F(OrganizationSearchIndexTest, GoesOnWhereItStopped) {
  for (int i = 0; i < 10; ++i) Write(absl::StrCat("o", i), "Library");
  std::string after;
  for (const size_t rows : {3, 6, 9}) {
    // Every call goes one step further and says that it was not enough; every start goes on.
    OpenIndex(absl::ZeroDuration());
    EXPECT_THAT(CatchUp(), IsError(absl::StatusCode::kUnavailable, "SEARCH_INDEX_BEHIND"));
    EXPECT_EQ(Found("library").size(), rows);
    EXPECT_FALSE(State().complete);
    EXPECT_GT(State().after, after);
    after = State().after;
  }
  OpenIndex(absl::ZeroDuration());
  EXPECT_THAT(CatchUp(), IsOk());
  EXPECT_EQ(Found("library").size(), 10);
  EXPECT_TRUE(State().complete);
}

TEST_F(OrganizationSearchIndexTest, WhatChangesWhileItIsMadeIsThere) {
  for (int i = 0; i < 9; ++i) Write(absl::StrCat("o", i), "Library");
  {
    // An index that has some rows, as a crash while it was made leaves it.
    absl::StatusOr<std::unique_ptr<OrganizationIndex>> index = OrganizationIndex::Open(path_);
    ASSERT_THAT(index, IsOk());
    text_index::Stop stop;
    std::vector<OrganizationChange> rows(1);
    rows[0].name = "organizations/o0";
    rows[0].organization.emplace().set_name(rows[0].name);
    rows[0].organization->set_display_name("Library");
    storage::PageRequest first{.limit = 1, .after = ""};
    std::shared_ptr<storage::Snapshot> snapshot = engine_->GetSnapshot();
    absl::StatusOr<storage::StoredPage> page =
        Wait(tables_.organizations.table().ListStored(*snapshot, "", first));
    ASSERT_THAT(page, IsOk());
    ASSERT_THAT((*index)->Apply(rows, {engine_->head(), false, page->next_key}, stop), IsOk());
  }
  // Before the key up to which it has come, and after it.
  Write("o0", "Museum");
  Write("o8", "Museum");
  Write("o9", "Library");
  OpenIndex();
  EXPECT_THAT(Search("museum"), ElementsAre("o0", "o8"));
  EXPECT_THAT(Search("library"), ElementsAre("o1", "o2", "o3", "o4", "o5", "o6", "o7", "o9"));
}

TEST_F(OrganizationSearchIndexTest, FollowsAfterItWasClosed) {
  Write("a", "Library");
  EXPECT_THAT(Search("library"), ElementsAre("a"));
  OpenIndex();
  Write("b", "Library");
  EXPECT_THAT(Found("library"), ElementsAre("a"));
  EXPECT_THAT(Search("library"), ElementsAre("a", "b"));
}

TEST_F(OrganizationSearchIndexTest, IsMadeAnewWhereTheFeedDoesNotReachBack) {
  Write("a", "Library");
  EXPECT_THAT(Search("library"), ElementsAre("a"));
  Write("b", "Library");
  Write("a", "Museum");
  ASSERT_THAT(Wait(engine_->TrimFeed(engine_->head())), IsOk());
  EXPECT_THAT(Search("library"), ElementsAre("b"));
  EXPECT_THAT(Search("museum"), ElementsAre("a"));
}

TEST_F(OrganizationSearchIndexTest, IsMadeAnewWhenItIsOfAnotherStore) {
  Write("a", "Library");
  EXPECT_THAT(Search("library"), ElementsAre("a"));
  index_.reset();
  db_.reset();
  Open(storage::SmallEngine("memory", ""));
  db_ = std::make_unique<storage::Database>(storage::Database{*engine_, clock_});
  Write("z", "Library");
  OpenIndex();
  EXPECT_THAT(Search("library"), ElementsAre("z"));
}

TEST_F(OrganizationSearchIndexTest, IsMadeAnewWhenItIsDeletedOrDamaged) {
  for (int i = 0; i < 5; ++i) Write(absl::StrCat("o", i), "Library");
  const Names before = Search("library");
  index_.reset();
  std::filesystem::remove_all(std::filesystem::path(path_).parent_path());
  OpenIndex();
  EXPECT_EQ(Search("library"), before);
  index_.reset();
  std::ofstream(path_, std::ios::binary | std::ios::trunc) << std::string(10000, '\x7f');
  OpenIndex();
  EXPECT_EQ(Search("library"), before);
}

TEST_F(OrganizationSearchIndexTest, IsMadeAnewWhenAChangeMeetsDamage) {
  for (int i = 0; i < 5; ++i) Write(absl::StrCat("o", i), "Library");
  EXPECT_EQ(Search("library").size(), 5);
  OpenAndDamage();
  Write("o5", "Library");
  EXPECT_THAT(Search("library"), ElementsAre("o0", "o1", "o2", "o3", "o4", "o5"));
}

TEST_F(OrganizationSearchIndexTest, IsMadeAnewWhenAQuestionMeetsDamage) {
  Write("a", "Riverside Library");
  Write("b", "Riverside Libary");
  EXPECT_THAT(Search("riverside"), ElementsAre("a", "b"));
  OpenAndDamage();
  EXPECT_TRUE(absl::IsDataLoss(Asked("riverside").status()));

  rpc::CallContext context(executor_, "SearchOrganizations", {"users/amara"},
                           absl::InfiniteFuture());
  OpenAndDamage();
  OrganizationSearchHandlers search(*db_, tables_, *index_);
  v1::SearchOrganizationsRequest query;
  query.set_query("riverside");
  v1::SearchOrganizationsResponse hits;
  EXPECT_THAT(Wait(search.SearchOrganizations(context, query, hits)), IsOk());
  EXPECT_EQ(hits.hits_size(), 2);
  for (const char* organization : {"", "organizations/b"}) {
    OpenAndDamage();
    OrganizationSearchHandlers duplicates(*db_, tables_, *index_);
    v1::ListDuplicateCandidatesRequest request;
    request.set_organization(organization);
    v1::ListDuplicateCandidatesResponse pairs;
    EXPECT_THAT(Wait(duplicates.ListDuplicateCandidates(context, request, pairs)), IsOk());
    EXPECT_EQ(pairs.candidates_size(), 1) << organization;
  }
}

Detached Start(Task<absl::Status> task, bool& ended) {
  const absl::Status status = co_await std::move(task);
  EXPECT_THAT(status, IsOk());
  ended = true;
}

TEST_F(OrganizationSearchIndexTest, WhatAQuestionFoundDamagedIsMadeAnewWithoutAnother) {
  for (int i = 0; i < 5; ++i) Write(absl::StrCat("o", i), "Library");
  EXPECT_EQ(Search("library").size(), 5);
  OpenAndDamage();
  rpc::CallContext context(executor_, "search index", {"services/registry"},
                           absl::InfiniteFuture());
  bool ended = false;
  Start(index_->Run(context), ended);
  EXPECT_TRUE(absl::IsDataLoss(Asked("library").status()));
  const absl::Time end = absl::Now() + absl::Seconds(20);
  size_t found = 0;
  while (found < 5 && absl::Now() < end) {
    Wait(Pause());
    absl::StatusOr<text_index::Found> again = Asked("library");
    found = again.ok() ? again->names.size() : 0;
  }
  EXPECT_EQ(found, 5);
  context.Drain();
  executor_.RunUntil([&] { return ended; });
}

TEST_F(OrganizationSearchIndexTest, ADirectoryThatCannotBeMadeIsSaidAndNothingElseFails) {
  index_.reset();
  std::ofstream(directory_ / "search") << "a file";
  OpenIndex();
  Write("a", "Library");
  EXPECT_THAT(CatchUp(), IsError(absl::StatusCode::kUnavailable, "TEXT_INDEX_UNAVAILABLE"));
  std::filesystem::remove(directory_ / "search");
  EXPECT_THAT(Search("library"), ElementsAre("a"));
}

TEST_F(OrganizationSearchIndexTest, ACancelledCallEnds) {
  Write("a", "Library");
  rpc::CallContext context(executor_, "SearchOrganizations", {"users/amara"},
                           absl::InfiniteFuture());
  context.Cancel();
  EXPECT_TRUE(absl::IsCancelled(Wait(index_->CatchUp(context))));
  EXPECT_THAT(Search("library"), ElementsAre("a"));
}

TEST_F(OrganizationSearchIndexTest, StatesAreReadAsTheyWereWritten) {
  const IndexState making{storage::Position(7, 9), false, std::string("a\0b \xff", 5)};
  const IndexState read = IndexState::FromText(making.ToText());
  EXPECT_EQ(read.position, making.position);
  EXPECT_EQ(read.after, making.after);
  EXPECT_FALSE(read.complete);
  EXPECT_TRUE(
      IndexState::FromText(IndexState{storage::Position(7, 9), true, ""}.ToText()).complete);
  for (const char* text : {"", "complete", "complete x y", "a b c d", "complete  "}) {
    EXPECT_TRUE(IndexState::FromText(text).position.empty()) << text;
  }
}

}  // namespace
}  // namespace weft::registry
