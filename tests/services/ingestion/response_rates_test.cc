#include "services/ingestion/service/response_rates.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/storage/run_in_transaction.h"
#include "services/ingestion/store/tables.h"
#include "tests/common/storage/engine_fixture.h"
#include "tests/testing/fake_clock.h"

namespace weft::ingestion {
namespace {

using storage::Transaction;
using weft::testing::IsOk;

class ResponseRatesTest : public storage::EngineFixture {
 protected:
  void SetUp() override {
    Open(storage::SmallEngine("memory", ""));
    db_ = std::make_unique<storage::Database>(storage::Database{*engine_, clock_});
    rates_ = std::make_unique<ResponseRates>(*db_, tables_, /*max_sites=*/30);
  }

  // Writes `row`, whether there is one or not.
  template <class T>
  void Write(const storage::Table<T>& table, const T& row) {
    const auto body = [&](Transaction& txn) -> Task<absl::Status> {
      absl::StatusOr<std::optional<T>> found = co_await table.Find(txn, row.name());
      WEFT_CO_RETURN_IF_ERROR(found.status());
      T written = row;
      absl::Status status;
      if (found->has_value()) {
        status = co_await table.Update(txn, written);
      } else {
        status = co_await table.Insert(txn, written);
      }
      co_return status;
    };
    ASSERT_THAT(Wait(storage::RunInTransaction(*db_, body)), IsOk());
  }
  void Invite(const std::string& wave, int site, bool active = true) {
    v1::RosterEntry entry;
    entry.set_name(absl::StrCat(wave, "/roster/s", site));
    entry.set_site(absl::StrCat("sites/s", site));
    entry.set_active(active);
    Write(tables_.roster, entry);
  }
  void Submit(const std::string& wave, int site, const std::string& id) {
    v1::Response response;
    response.set_name(absl::StrCat(wave, "/responses/", id));
    response.set_respondent(absl::StrCat("sites/s", site));
    response.set_state(v1::Response::STATE_SUBMITTED);
    response.set_submitted_revision(1);
    Write(tables_.responses, response);
    // Passed over.
    v1::ResponseRevision revision;
    revision.set_name(absl::StrCat(response.name(), "/revisions/1"));
    Write(tables_.revisions, revision);
  }
  v1::ResponseRate Rate(const std::string& wave) {
    rpc::CallContext context(executor_, "GetResponseRate", {"users/amara"}, absl::InfiniteFuture());
    absl::StatusOr<v1::ResponseRate> rate = Wait(rates_->Get(context, wave, ""));
    EXPECT_THAT(rate, IsOk());
    return rate.value_or(v1::ResponseRate());
  }

  testing::FakeClock clock_;
  const Tables tables_;
  std::unique_ptr<storage::Database> db_;
  std::unique_ptr<ResponseRates> rates_;
};

TEST_F(ResponseRatesTest, FollowsWhatIsCommitted) {
  Invite("waves/w", 1);
  Submit("waves/w", 1, "s1");
  EXPECT_EQ(Rate("waves/w").submitted(), 1);
  Invite("waves/w", 2);
  EXPECT_EQ(Rate("waves/w").invited(), 2);
  // A response need not have its site's id.
  Submit("waves/w", 2, "another");
  EXPECT_EQ(Rate("waves/w").submitted(), 2);
  Invite("waves/w", 1, /*active=*/false);
  EXPECT_EQ(Rate("waves/w").invited(), 1);
  EXPECT_EQ(Rate("waves/w").submitted(), 1);
}

TEST_F(ResponseRatesTest, AWaveWhoseNameBeginsLikeAnotherIsAnother) {
  Invite("waves/w", 1);
  EXPECT_EQ(Rate("waves/w").invited(), 1);
  Invite("waves/w2", 1);
  Invite("waves/w2", 2);
  Submit("waves/w2", 1, "s1");
  EXPECT_EQ(Rate("waves/w").invited(), 1);
  EXPECT_EQ(Rate("waves/w").submitted(), 0);
  EXPECT_EQ(Rate("waves/w2").submitted(), 1);
}

TEST_F(ResponseRatesTest, CountsAnewWhatTheFeedCannotTell) {
  Invite("waves/w", 1);
  EXPECT_EQ(Rate("waves/w").invited(), 1);
  Invite("waves/w", 2);
  Submit("waves/w", 2, "s2");
  ASSERT_THAT(Wait(engine_->TrimFeed(engine_->head())), IsOk());
  EXPECT_EQ(Rate("waves/w").invited(), 2);
  EXPECT_EQ(Rate("waves/w").submitted(), 1);

  const auto erase = [&](Transaction& txn) -> Task<absl::Status> {
    absl::Status status = co_await tables_.roster.Delete(txn, "waves/w/roster/s1");
    co_return status;
  };
  ASSERT_THAT(Wait(storage::RunInTransaction(*db_, erase)), IsOk());
  EXPECT_EQ(Rate("waves/w").invited(), 1);
}

TEST_F(ResponseRatesTest, HoldsSoManySitesAndLetsGoOfWhatWasNotAskedForTheLongest) {
  for (const char* wave : {"waves/a", "waves/b", "waves/c", "waves/d"}) {
    for (int site = 0; site < 10; ++site) Invite(wave, site);
  }
  for (const char* wave : {"waves/a", "waves/b", "waves/c", "waves/a"}) {
    EXPECT_EQ(Rate(wave).invited(), 10);
  }
  EXPECT_EQ(rates_->sites(), 30);
  EXPECT_EQ(Rate("waves/d").invited(), 10);
  EXPECT_EQ(rates_->sites(), 30);
  for (const char* wave : {"waves/a", "waves/b"}) {
    Invite(wave, 10);
    EXPECT_EQ(Rate(wave).invited(), 11);
  }
  // One wave is held, however large.
  for (int site = 10; site < 40; ++site) Invite("waves/c", site);
  EXPECT_EQ(Rate("waves/c").invited(), 40);
  EXPECT_EQ(rates_->sites(), 40);
}

// What was counted for a call that is cancelled is there for the next one.
TEST_F(ResponseRatesTest, CancelledCallsLeaveWhatTheyHaveCounted) {
  for (int site = 0; site < 5; ++site) Invite("waves/w", site);
  Submit("waves/w", 0, "s0");
  int calls = 0;
  bool counted = false;
  // Each call gets no further than one page of one table.
  while (!counted && calls < 5) {
    ++calls;
    rpc::CallContext context(executor_, "GetResponseRate", {"users/amara"}, absl::InfiniteFuture());
    context.Cancel();
    counted = Wait(rates_->Get(context, "waves/w", "")).ok();
    // Seen however far the count is.
    if (calls == 1) Submit("waves/w", 1, "s1");
  }
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(Rate("waves/w").invited(), 5);
  EXPECT_EQ(Rate("waves/w").submitted(), 2);
}

// Many who ask while commits come see every wave as it is, whoever reads the feed first.
TEST_F(ResponseRatesTest, ThoseWhoAskAtOnceAgree) {
  for (int site = 0; site < 5; ++site) Invite("waves/w", site);
  for (int site = 0; site < 5; ++site) Submit("waves/w", site, absl::StrCat("s", site));
  constexpr int kCalls = 10;
  int answered = 0;
  const auto ask = [&](rpc::CallContext& context) -> Detached {
    absl::StatusOr<v1::ResponseRate> rate = co_await rates_->Get(context, "waves/w", "");
    EXPECT_THAT(rate, IsOk());
    EXPECT_EQ(rate->submitted(), 5);
    ++answered;
  };
  rpc::CallContext context(executor_, "GetResponseRate", {"users/amara"}, absl::InfiniteFuture());
  for (int call = 0; call < kCalls; ++call) ask(context);
  executor_.RunUntil([&] { return answered == kCalls; });
  EXPECT_EQ(rates_->sites(), 5);
}

}  // namespace
}  // namespace weft::ingestion
