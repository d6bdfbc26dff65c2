#include "common/service/mutate.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/service/request_log.h"
#include "common/storage/keys.h"
#include "common/storage/table.h"
#include "tests/common/storage/engine_fixture.h"
#include "tests/common/storage/thing.pb.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/proto_matchers.h"

namespace weft::service {
namespace {

using storage::Position;
using storage::Table;
using storage::Transaction;
using storage::test::CreateThingRequest;
using storage::test::Thing;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using weft::testing::EqualsProto;
using weft::testing::IsError;
using weft::testing::IsOk;
using weft::testing::Violates;

constexpr char kMethod[] = "weft.test.v1.ThingService/CreateThing";

CreateThingRequest Request(const std::string& id, const std::string& request_id = "",
                           const std::string& title = "title") {
  CreateThingRequest request;
  request.set_thing_id(id);
  request.mutable_thing()->set_title(title);
  request.set_request_id(request_id);
  return request;
}

class MutateTest : public storage::EngineFixture {
 protected:
  MutateTest() : things_(0x7001, "things/{thing}", {.feed = true}) {}

  struct Answer {
    absl::Status status;
    Thing thing;
    std::string position;
  };

  void SetUp() override { Open(storage::SmallEngine("memory", "")); }
  storage::Database db() { return {*engine_, clock_}; }

  // As CreateThing would be written.
  Task<absl::Status> Create(rpc::CallContext& context, const CreateThingRequest& request,
                            Thing& response) {
    auto body = [&](Transaction& txn) -> Task<absl::Status> {
      ++runs_;
      response = request.thing();
      response.set_name(absl::StrCat("things/", request.thing_id()));
      absl::Status status = co_await things_.Insert(txn, response);
      co_return status;
    };
    const storage::Database database = db();
    absl::Status status = co_await Mutate(context, database, request, response, body);
    co_return status;
  }

  Answer Call(const CreateThingRequest& request, const std::string& principal = "users/amara",
              const std::string& method = kMethod) {
    rpc::CallContext context(executor_, method, {principal}, absl::InfiniteFuture());
    Answer answer;
    answer.status = Wait(Create(context, request, answer.thing));
    for (const auto& [key, value] : context.metadata()) {
      if (key == "weft-position") answer.position = value;
    }
    return answer;
  }

  std::string PositionNow() { return engine_->head().ToString(); }
  bool Exists(const std::string& id) {
    const auto found = Wait(things_.Find(*engine_->GetSnapshot(), absl::StrCat("things/", id)));
    return found.ok() && found->has_value();
  }
  size_t LogSize() {
    return Scan(*engine_->GetSnapshot(), {"\xff\x01", "\xff\x03"}, {.limit = 100'000}).size();
  }

  weft::testing::FakeClock clock_;
  const Table<Thing> things_;
  int runs_ = 0;
};

TEST_F(MutateTest, CommitsAndSaysWhere) {
  const Answer answer = Call(Request("a"));
  ASSERT_THAT(answer.status, IsOk());
  EXPECT_EQ(answer.thing.name(), "things/a");
  EXPECT_NE(answer.thing.etag(), "");
  EXPECT_EQ(answer.position, PositionNow());
  EXPECT_TRUE(Exists("a"));
  EXPECT_EQ(LogSize(), 0u);
}

TEST_F(MutateTest, ARepetitionGetsTheFirstAnswer) {
  const Answer first = Call(Request("a", "r-1"));
  ASSERT_THAT(first.status, IsOk());
  Call(Request("b"));
  clock_.Advance(absl::Hours(23));
  const Answer second = Call(Request("a", "r-1"));
  ASSERT_THAT(second.status, IsOk());
  EXPECT_THAT(second.thing, EqualsProto(first.thing));
  EXPECT_EQ(second.position, first.position);
  EXPECT_EQ(runs_, 2);
  EXPECT_THAT(Feed(), SizeIs(2));
}

TEST_F(MutateTest, AnotherRequestWithTheSameIdIsRefused) {
  ASSERT_THAT(Call(Request("a", "r-1")).status, IsOk());
  const absl::Status refused = Call(Request("a", "r-1", "other title")).status;
  EXPECT_THAT(refused, IsError(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
  EXPECT_THAT(refused, Violates("request_id"));
}

TEST_F(MutateTest, IdsBelongToAPrincipalAndAMethod) {
  ASSERT_THAT(Call(Request("a", "r-1")).status, IsOk());
  EXPECT_THAT(Call(Request("b", "r-1"), "users/ben").status, IsOk());
  EXPECT_THAT(Call(Request("c", "r-1"), "users/amara", "another/Method").status, IsOk());
}

TEST_F(MutateTest, IdsAreForgottenAfterADay) {
  ASSERT_THAT(Call(Request("a", "r-1")).status, IsOk());
  clock_.Advance(absl::Hours(24));
  EXPECT_THAT(Call(Request("a", "r-1")).status,
              IsError(absl::StatusCode::kAlreadyExists, "THING_EXISTS"));
  ASSERT_THAT(Call(Request("b", "r-1")).status, IsOk());
  EXPECT_THAT(Call(Request("b", "r-1")).status, IsOk());
  EXPECT_EQ(LogSize(), 2u);
}

TEST_F(MutateTest, ErrorsAreNotRemembered) {
  ASSERT_THAT(Call(Request("a")).status, IsOk());
  EXPECT_THAT(Call(Request("a", "r-1")).status,
              IsError(absl::StatusCode::kAlreadyExists, "THING_EXISTS"));
  EXPECT_EQ(LogSize(), 0u);
  EXPECT_THAT(Call(Request("b", "r-1")).status, IsOk());
}

TEST_F(MutateTest, RequestIdsHaveAForm) {
  for (const std::string& id : {std::string("a b"), std::string("ü"), std::string(65, 'a')}) {
    EXPECT_THAT(Call(Request("a", id)).status, Violates("request_id")) << id;
  }
  EXPECT_FALSE(Exists("a"));
  EXPECT_THAT(Call(Request("a", std::string(64, 'Z'))).status, IsOk());
}

TEST_F(MutateTest, ValidateOnlyChangesNothing) {
  CreateThingRequest request = Request("a", "r-1");
  request.set_validate_only(true);
  const std::string before = PositionNow();
  const Answer answer = Call(request);
  ASSERT_THAT(answer.status, IsOk());
  EXPECT_EQ(answer.thing.name(), "things/a");
  EXPECT_EQ(answer.position, "");
  EXPECT_FALSE(Exists("a"));
  EXPECT_EQ(PositionNow(), before);
  EXPECT_THAT(Feed(), IsEmpty());
  // Then the real one, with the same id.
  EXPECT_THAT(Call(Request("a", "r-1")).status, IsOk());
  EXPECT_THAT(Call(request).status, IsError(absl::StatusCode::kAlreadyExists, "THING_EXISTS"));
}

Detached Start(Task<absl::Status> task, std::optional<absl::Status>& outcome) {
  outcome = co_await std::move(task);
}

TEST_F(MutateTest, ConcurrentRepetitionsAreOneChange) {
  const CreateThingRequest request = Request("a", "r-1");
  constexpr size_t kCalls = 5;
  std::vector<std::unique_ptr<rpc::CallContext>> contexts;
  std::vector<Thing> things(kCalls);
  std::vector<std::optional<absl::Status>> outcomes(kCalls);
  for (size_t i = 0; i < kCalls; ++i) {
    contexts.push_back(std::make_unique<rpc::CallContext>(
        executor_, kMethod, auth::Principal{"users/amara"}, absl::InfiniteFuture()));
    Start(Create(*contexts[i], request, things[i]), outcomes[i]);
  }
  executor_.RunUntil([&] {
    return std::all_of(outcomes.begin(), outcomes.end(),
                       [](const auto& outcome) { return outcome.has_value(); });
  });
  for (size_t i = 0; i < kCalls; ++i) {
    EXPECT_THAT(*outcomes[i], IsOk());
    EXPECT_THAT(things[i], EqualsProto(things[0]));
    EXPECT_EQ(contexts[i]->metadata(), contexts[0]->metadata());
  }
  EXPECT_THAT(Feed(), SizeIs(1));
}

TEST_F(MutateTest, EveryRunStartsWithAnEmptyResponse) {
  Put("contended", "0");
  rpc::CallContext context(executor_, kMethod, {}, absl::InfiniteFuture());
  const CreateThingRequest request = Request("a");
  Thing response;
  int runs = 0;
  const storage::Database database = db();
  auto body = [&](Transaction& txn) -> Task<absl::Status> {
    EXPECT_EQ(response.tags_size(), 0);
    response.add_tags("x");
    absl::StatusOr<std::optional<storage::Entry>> entry = co_await txn.Get("contended");
    EXPECT_THAT(entry, IsOk());
    txn.Put("a", "1");
    storage::Batch faster;
    faster.Put("contended", "1");
    if (++runs < 3) {
      absl::StatusOr<Position> position = co_await engine_->Commit(std::move(faster));
      EXPECT_THAT(position, IsOk());
    }
    co_return absl::OkStatus();
  };
  EXPECT_THAT(Wait(Mutate(context, database, request, response, body)), IsOk());
  EXPECT_EQ(runs, 3);
  EXPECT_EQ(response.tags_size(), 1);
}

TEST_F(MutateTest, TheLogShrinksBehindItsCalls) {
  for (int i = 0; i < 300; ++i) {
    ASSERT_THAT(Call(Request(absl::StrCat("a", i), absl::StrCat("r-", i))).status, IsOk());
  }
  EXPECT_EQ(LogSize(), 600u);
  clock_.Advance(absl::Hours(25));
  for (int i = 0; i < 600; ++i) {
    ASSERT_THAT(Call(Request(absl::StrCat("b", i), absl::StrCat("s-", i))).status, IsOk());
  }
  // Two entries for each call that is still remembered, and nearly nothing else.
  EXPECT_LE(LogSize(), 1300u);
  EXPECT_THAT(Call(Request("b7", "s-7")).status, IsOk());
}

TEST_F(MutateTest, ADamagedLogIsAnError) {
  ASSERT_THAT(Call(Request("a", "r-1")).status, IsOk());
  Put(storage::KeyWriter(0xff01).String("users/amara").String(kMethod).String("r-1").Build(), "x");
  EXPECT_THAT(Call(Request("a", "r-1")).status,
              IsError(absl::StatusCode::kDataLoss, "ROW_CORRUPT"));
}

}  // namespace
}  // namespace weft::service
