// What an import does when the registry changes between its check and its writes, when its call
// ends, and what others get of the loop meanwhile.
#include "services/registry/service/directory_importer.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/base/executor.h"
#include "common/rpc/call_context.h"
#include "common/storage/open_engine.h"
#include "common/storage/transaction.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registry/service/directory_handlers.h"
#include "services/registry/store/tables.h"
#include "tests/testing/errors.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fake_stream.h"

namespace weft::registry {
namespace {

using ::testing::HasSubstr;
using testing::IsError;
using testing::IsOk;
using v1::ImportDirectoryResponse;
using v1::Organization;
using v1::OrganizationIdentifier;

std::string Id(int number) {
  return absl::StrCat("00000000-0000-4000-8000-", absl::Dec(number, absl::kZeroPad12));
}
std::string Name(int number) { return absl::StrCat("organizations/", Id(number)); }

hsds::Incoming Incoming(int number) {
  hsds::Incoming incoming;
  incoming.id = Id(number);
  incoming.stated.set_display_name(absl::StrCat("Organization ", number));
  return incoming;
}

void AddEin(Organization& organization) {
  OrganizationIdentifier& identifier = *organization.add_identifiers();
  identifier.set_scheme(OrganizationIdentifier::SCHEME_EIN);
  identifier.set_value("53-0196605");
}

// Counts how often a call lets others in between.
class CountingExecutor final : public Executor {
 public:
  explicit CountingExecutor(Executor& executor) : executor_(executor) {}
  using Executor::Post;
  void Post(absl::Span<Work* const> items) override {
    ++posts_;
    executor_.Post(items);
  }
  void StartTimer(Timer& timer, absl::Duration delay) override {
    executor_.StartTimer(timer, delay);
  }
  void StopTimer(Timer& timer) override { executor_.StopTimer(timer); }
  int posts() const { return posts_; }

 private:
  Executor& executor_;
  int posts_ = 0;
};

// Ends the call as soon as it lets others in between.
class Ending final : public Work {
 public:
  explicit Ending(rpc::CallContext& context) : context_(context) {}
  void Run() override { context_.Cancel(); }

 private:
  rpc::CallContext& context_;
};

class DirectoryImporterTest : public ::testing::Test {
 protected:
  DirectoryImporterTest() {
    storage::EngineOptions options;
    options.kind = "memory";
    engine_ = *storage::OpenEngine(options, executor_);
    db_ = std::make_unique<storage::Database>(storage::Database{*engine_, clock_});
    report_.AddFile("organizations.json");
    importer_ = std::make_unique<DirectoryImporter>(*db_, tables_, context_,
                                                    v1::DirectoryHeader::MODE_UPSERT, report_);
  }

  template <class T>
  T Await(Task<T> task) {
    return SyncWait(executor_, std::move(task));
  }
  absl::StatusOr<Organization> Get(int number) {
    return Await(tables_.organizations.Get(*engine_->GetSnapshot(), Name(number)));
  }
  void Insert(Organization organization) {
    storage::Transaction txn(*db_);
    EXPECT_THAT(Await(tables_.organizations.Insert(txn, organization)), IsOk());
    EXPECT_THAT(Await(txn.Commit()), IsOk());
  }

  ManualExecutor executor_;
  CountingExecutor counting_{executor_};
  rpc::CallContext context_{counting_, "ImportDirectory", {"users/amara"}, absl::InfiniteFuture()};
  testing::FakeClock clock_;
  std::unique_ptr<storage::Engine> engine_;
  std::unique_ptr<storage::Database> db_;
  const Tables tables_;
  hsds::Report report_;
  std::unique_ptr<DirectoryImporter> importer_;
};

TEST_F(DirectoryImporterTest, SaysHowFarItCameWhenItCannotGoOn) {
  std::vector<hsds::Incoming> organizations;
  organizations.reserve(503);
  for (int i = 0; i < 503; ++i) organizations.push_back(Incoming(i));
  AddEin(organizations[501].stated);
  ImportDirectoryResponse checked;
  ASSERT_THAT(Await(importer_->Check(std::move(organizations), checked)), IsOk());
  EXPECT_EQ(report_.errors(), 0);
  EXPECT_EQ(checked.organizations_created(), 503);
  EXPECT_THAT(Get(0), IsError(absl::StatusCode::kNotFound, "ORGANIZATION_NOT_FOUND"));

  Organization faster;
  faster.set_name("organizations/faster");
  faster.set_display_name("Faster");
  AddEin(faster);
  Insert(faster);
  ImportDirectoryResponse applied;
  const absl::Status stopped = Await(importer_->Apply(applied));
  EXPECT_THAT(stopped, IsError(absl::StatusCode::kAborted, "DIRECTORY_IMPORT_STOPPED"));
  EXPECT_THAT(stopped.message(), HasSubstr("500 organizations are written"));
  EXPECT_THAT(Get(499), IsOk());
  // None of the batch that failed.
  EXPECT_THAT(Get(500), IsError(absl::StatusCode::kNotFound, "ORGANIZATION_NOT_FOUND"));
}

TEST_F(DirectoryImporterTest, LetsOthersInBetweenWhileItWrites) {
  std::vector<hsds::Incoming> organizations;
  organizations.reserve(500);
  for (int i = 0; i < 500; ++i) organizations.push_back(Incoming(i));
  ImportDirectoryResponse checked;
  ASSERT_THAT(Await(importer_->Check(std::move(organizations), checked)), IsOk());
  const int before = counting_.posts();
  ImportDirectoryResponse applied;
  ASSERT_THAT(Await(importer_->Apply(applied)), IsOk());
  EXPECT_EQ(applied.organizations_created(), 500);
  EXPECT_GE(counting_.posts() - before, 10);
}

TEST_F(DirectoryImporterTest, ChecksNoLongerThanItsCall) {
  std::vector<hsds::Incoming> organizations = {Incoming(1)};
  Ending ending(context_);
  executor_.Post(ending);
  ImportDirectoryResponse checked;
  EXPECT_THAT(Await(importer_->Check(std::move(organizations), checked)),
              IsError(absl::StatusCode::kCancelled, ""));
}

TEST_F(DirectoryImporterTest, WritesNothingForACallThatHasEnded) {
  using Request = v1::ImportDirectoryRequest;
  std::vector<Request> messages(4);
  messages[0].mutable_header();
  messages[1].mutable_file()->set_name("o.json");
  messages[2].set_chunk(absl::StrCat(R"({"id":")", Id(1), R"(","name":"A","description":"A"})"));
  messages[3].mutable_end()->set_file_count(1);
  messages[3].mutable_end()->set_size_bytes(static_cast<int64_t>(messages[2].chunk().size()));
  DirectoryHandlers handlers(*db_, tables_);
  {
    testing::FakeReader<Request> reader(messages);
    Ending ending(context_);
    executor_.Post(ending);
    ImportDirectoryResponse response;
    EXPECT_THAT(Await(handlers.ImportDirectory(context_, reader.reader(), response)),
                IsError(absl::StatusCode::kCancelled, ""));
    EXPECT_THAT(Get(1), IsError(absl::StatusCode::kNotFound, "ORGANIZATION_NOT_FOUND"));
  }
  // And leaves the place to the next one.
  testing::FakeReader<Request> reader(messages);
  rpc::CallContext next(executor_, "ImportDirectory", {"users/amara"}, absl::InfiniteFuture());
  ImportDirectoryResponse response;
  EXPECT_THAT(Await(handlers.ImportDirectory(next, reader.reader(), response)), IsOk());
  EXPECT_THAT(Get(1), IsOk());
}

TEST_F(DirectoryImporterTest, LosesNoChangeThatWasMadeMeanwhile) {
  Organization before;
  before.set_name(Name(1));
  before.set_display_name("Before");
  Insert(before);
  std::vector<hsds::Incoming> organizations = {Incoming(1)};
  ImportDirectoryResponse checked;
  ASSERT_THAT(Await(importer_->Check(std::move(organizations), checked)), IsOk());
  {
    storage::Transaction txn(*db_);
    absl::StatusOr<Organization> row = Await(tables_.organizations.Get(txn, Name(1)));
    ASSERT_THAT(row, IsOk());
    Organization changed = *row;
    changed.set_website("https://a.example");
    EXPECT_THAT(Await(tables_.organizations.Update(txn, *row, changed, "")), IsOk());
    EXPECT_THAT(Await(txn.Commit()), IsOk());
  }
  ImportDirectoryResponse applied;
  ASSERT_THAT(Await(importer_->Apply(applied)), IsOk());
  EXPECT_EQ(applied.organizations_updated(), 1);
  const absl::StatusOr<Organization> after = Get(1);
  ASSERT_THAT(after, IsOk());
  EXPECT_EQ(after->display_name(), "Organization 1");
  EXPECT_EQ(after->website(), "https://a.example");
}

TEST_F(DirectoryImporterTest, LeavesOneAloneForWhichAnotherStands) {
  Organization merged;
  merged.set_name(Name(1));
  merged.set_display_name("Merged");
  merged.set_merged_into(Name(2));
  Insert(merged);
  std::vector<hsds::Incoming> organizations = {Incoming(1)};
  organizations[0].spot.file = 0;
  ImportDirectoryResponse checked;
  ASSERT_THAT(Await(importer_->Check(std::move(organizations), checked)), IsOk());
  report_.CopyTo(checked);
  ASSERT_EQ(checked.problems_size(), 1);
  EXPECT_EQ(checked.problems(0).reason(), "ORGANIZATION_MERGED");
  EXPECT_EQ(checked.problems(0).file(), "organizations.json");
  EXPECT_THAT(checked.problems(0).message(), HasSubstr(Name(2)));
  EXPECT_EQ(checked.error_count(), 0);
  EXPECT_EQ(checked.organizations_left_alone(), 1);
  ImportDirectoryResponse applied;
  ASSERT_THAT(Await(importer_->Apply(applied)), IsOk());
  EXPECT_EQ(applied.organizations_left_alone(), 1);
  EXPECT_EQ(Get(1)->display_name(), "Merged");
}

}  // namespace
}  // namespace weft::registry
