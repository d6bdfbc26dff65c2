#include "common/service/change_service.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/storage/table.h"
#include "tests/common/storage/engine_fixture.h"
#include "tests/common/storage/thing.pb.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fake_stream.h"

namespace weft::service {
namespace {

using storage::Position;
using storage::Table;
using storage::Transaction;
using storage::test::PlainNote;
using storage::test::Thing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using weft::testing::FakeWriter;
using weft::testing::IsError;
using weft::testing::IsOk;
using weft::testing::Violates;
using weft::type::v1::Change;
using weft::type::v1::ListChangesRequest;
using weft::type::v1::ListChangesResponse;
using weft::type::v1::WatchRequest;
using weft::type::v1::WatchResponse;

// One Watch call that a test lets run and stops.
struct Call {
  Call(Executor& executor, size_t limit)
      : context(executor, "weft.test.v1.ChangeService/Watch", {}, absl::InfiniteFuture()),
        stream(limit) {}

  size_t size() const { return stream.written().size(); }
  const WatchResponse& at(size_t i) const { return stream.written().at(i); }
  const WatchResponse& last() const { return stream.written().back(); }

  WatchRequest request;
  rpc::CallContext context;
  FakeWriter<WatchResponse> stream;
  std::optional<absl::Status> ended;
};

Detached Start(Task<absl::Status> task, std::optional<absl::Status>& ended) {
  ended = co_await std::move(task);
}

class ChangeServiceTest : public storage::EveryEngine {
 protected:
  ChangeServiceTest()
      : things_(0x7001, "shelves/{shelf}/things/{thing}", {.feed = true}),
        notes_(0x7002, "notes/{note}", {.type = "note", .feed = true}) {}

  void SetUp() override {
    EveryEngine::SetUp();
    database_.emplace(storage::Database{*engine_, clock_});
    handlers_.emplace(*database_,
                      std::vector<storage::FeedTable>{things_.feed_table(), notes_.feed_table()});
  }
  void TearDown() override {
    for (auto& call : calls_) {
      if (!call->ended.has_value()) Cancel(*call);
    }
    // What the last commit has posted for those who waited holds itself until it has run.
    Wait([this]() -> Task<absl::Status> {
      co_await Yield(executor_);
      co_return absl::OkStatus();
    }())
        .IgnoreError();
  }

  // Each call makes one commit.
  Position PutThing(const std::string& name, const std::string& title = "title") {
    return Write([&](Transaction& txn) -> Task<absl::Status> {
      Thing thing;
      thing.set_name(name);
      thing.set_title(title);
      absl::StatusOr<std::optional<Thing>> existing = co_await things_.Find(txn, name);
      EXPECT_THAT(existing, IsOk());
      absl::Status status;
      if (existing->has_value()) {
        status = co_await things_.Update(txn, thing);
      } else {
        status = co_await things_.Insert(txn, thing);
      }
      co_return status;
    });
  }
  Position PutNote(const std::string& name, const std::string& text = "") {
    return Write([&](Transaction& txn) -> Task<absl::Status> {
      PlainNote note;
      note.set_name(name);
      note.set_text(text);
      absl::Status status = co_await notes_.Insert(txn, note);
      co_return status;
    });
  }
  Position DeleteThing(const std::string& name) {
    return Write([&](Transaction& txn) { return things_.Delete(txn, name); });
  }
  template <class Body>
  Position Write(Body body) {
    Transaction txn(*database_);
    EXPECT_THAT(Wait(body(txn)), IsOk());
    absl::StatusOr<Position> position = Wait(txn.Commit());
    EXPECT_THAT(position, IsOk());
    return position.value_or(Position());
  }

  Call& Watch(WatchRequest request, size_t limit = static_cast<size_t>(-1)) {
    calls_.push_back(std::make_unique<Call>(executor_, limit));
    Call& call = *calls_.back();
    call.request = std::move(request);
    Start(handlers_->Watch(call.context, call.request, call.stream.writer()), call.ended);
    return call;
  }
  void RunUntilSize(Call& call, size_t size) {
    executor_.RunUntil([&] { return call.size() >= size || call.ended.has_value(); });
    ASSERT_FALSE(call.ended.has_value()) << *call.ended;
  }
  void Cancel(Call& call) {
    call.context.Cancel();
    executor_.RunUntil([&] { return call.ended.has_value(); });
  }

  static WatchRequest From(const std::string& position) {
    WatchRequest request;
    request.set_resume_position(position);
    return request;
  }
  static WatchRequest Initial(int max_bytes = 0) {
    WatchRequest request;
    request.set_send_initial(true);
    request.set_max_batch_bytes(max_bytes);
    return request;
  }
  // "created things/a" and the like, commits apart by "|".
  static std::string Text(const Change& change) {
    const char* kinds[] = {"?", "created ", "updated ", "deleted ", "snapshot "};
    return absl::StrCat(kinds[change.kind()], change.name());
  }
  static std::vector<std::string> Texts(const WatchResponse& response) {
    std::vector<std::string> texts;
    for (const auto& batch : response.changes().batches()) {
      std::string text;
      for (const Change& change : batch.changes()) {
        absl::StrAppend(&text, text.empty() ? "" : "|", Text(change));
      }
      texts.push_back(text);
    }
    for (const Change& change : response.snapshot().changes()) texts.push_back(Text(change));
    return texts;
  }
  static std::vector<std::string> AllTexts(const Call& call) {
    std::vector<std::string> all;
    for (const WatchResponse& response : call.stream.written()) {
      for (std::string& text : Texts(response)) all.push_back(std::move(text));
    }
    return all;
  }

  ListChangesResponse List(ListChangesRequest request) {
    rpc::CallContext context(executor_, "weft.test.v1.ChangeService/ListChanges", {},
                             absl::InfiniteFuture());
    ListChangesResponse response;
    EXPECT_THAT(Wait(handlers_->ListChanges(context, request, response)), IsOk());
    return response;
  }

  weft::testing::FakeClock clock_;
  const Table<Thing> things_;
  const Table<PlainNote> notes_;
  std::optional<storage::Database> database_;
  std::optional<ChangeServiceHandlers> handlers_;
  std::vector<std::unique_ptr<Call>> calls_;
};
WEFT_FOR_EVERY_ENGINE(ChangeServiceTest);

TEST_P(ChangeServiceTest, FollowsFromNowOn) {
  PutThing("shelves/a/things/old");
  Call& call = Watch({});
  ASSERT_EQ(call.size(), 1u);
  EXPECT_TRUE(call.at(0).has_bookmark());
  EXPECT_EQ(call.at(0).resume_position(), engine_->head().ToString());
  const Position position = PutThing("shelves/a/things/new");
  RunUntilSize(call, 2);
  EXPECT_THAT(Texts(call.at(1)), ElementsAre("created shelves/a/things/new"));
  EXPECT_EQ(call.at(1).resume_position(), position.ToString());
  DeleteThing("shelves/a/things/new");
  RunUntilSize(call, 3);
  EXPECT_THAT(Texts(call.at(2)), ElementsAre("deleted shelves/a/things/new"));
}

TEST_P(ChangeServiceTest, GoesOnAtAPosition) {
  PutThing("shelves/a/things/1");
  const Position first = engine_->head();
  PutThing("shelves/a/things/2");
  PutThing("shelves/a/things/1", "new");
  Call& call = Watch(From(first.ToString()));
  EXPECT_TRUE(call.at(0).has_bookmark());
  EXPECT_EQ(call.at(0).resume_position(), first.ToString());
  EXPECT_THAT(AllTexts(call),
              ElementsAre("created shelves/a/things/2", "updated shelves/a/things/1"));
  EXPECT_EQ(call.last().resume_position(), engine_->head().ToString());
}

TEST_P(ChangeServiceTest, KeepsCommitsWhole) {
  const Position before = engine_->head();
  Write([&](Transaction& txn) -> Task<absl::Status> {
    absl::Status status;
    for (int i = 0; i < 5 && status.ok(); ++i) {
      PlainNote note;
      note.set_name(absl::StrCat("notes/", i));
      note.set_text(std::string(1000, 'x'));
      status = co_await notes_.Insert(txn, note);
    }
    co_return status;
  });
  PutNote("notes/5");
  WatchRequest request = From(before.ToString());
  request.set_max_batch_bytes(100);
  Call& call = Watch(request);
  EXPECT_THAT(AllTexts(call),
              ElementsAre("created notes/0|created notes/1|created notes/2|created notes/3|"
                          "created notes/4",
                          "created notes/5"));
  EXPECT_EQ(call.size(), 3u);
}

TEST_P(ChangeServiceTest, SendsASnapshotAndThenChanges) {
  PutThing("shelves/a/things/1");
  PutThing("shelves/a/things/2");
  DeleteThing("shelves/a/things/2");
  PutNote("notes/n");
  const Position start = engine_->head();
  Call& call = Watch(Initial());
  EXPECT_THAT(AllTexts(call), ElementsAre("snapshot shelves/a/things/1", "snapshot notes/n"));
  EXPECT_TRUE(call.last().has_snapshot_end());
  EXPECT_EQ(call.last().snapshot_end().count(), 2);
  EXPECT_EQ(call.last().resume_position(), start.ToString());
  Thing thing;
  ASSERT_TRUE(call.at(0).snapshot().changes(0).resource().UnpackTo(&thing));
  EXPECT_EQ(thing.title(), "title");
  const size_t before = call.size();
  PutNote("notes/o");
  RunUntilSize(call, before + 1);
  EXPECT_THAT(Texts(call.last()), ElementsAre("created notes/o"));
}

TEST_P(ChangeServiceTest, AnEmptySnapshotEndsAtOnce) {
  Call& call = Watch(Initial());
  ASSERT_EQ(call.size(), 1u);
  EXPECT_TRUE(call.at(0).has_snapshot_end());
  EXPECT_EQ(call.at(0).snapshot_end().count(), 0);
}

// The stream is cut after each of its messages in turn, and resumed: together the records are the
// whole, each once.
TEST_P(ChangeServiceTest, SnapshotsResumeAfterAnyChunk) {
  std::vector<std::string> expected;
  for (int i = 0; i < 20; ++i) {
    PutThing(absl::StrCat("shelves/a/things/", 10 + i), std::string(100, 'x'));
    expected.push_back(absl::StrCat("snapshot shelves/a/things/", 10 + i));
  }
  for (int i = 0; i < 5; ++i) {
    PutNote(absl::StrCat("notes/", i), std::string(100, 'x'));
    expected.push_back(absl::StrCat("snapshot notes/", i));
  }
  const std::string start = engine_->head().ToString();
  Call& whole = Watch(Initial(600));
  ASSERT_GT(whole.size(), 5u);
  EXPECT_EQ(AllTexts(whole), expected);
  Cancel(whole);
  for (size_t cut = 1; cut < whole.size(); ++cut) {
    Call& first = Watch(Initial(600), cut);
    executor_.RunUntil([&] { return first.ended.has_value(); });
    ASSERT_EQ(first.size(), cut);
    std::vector<std::string> seen = AllTexts(first);
    PutThing("shelves/z/things/later", absl::StrCat(cut));
    WatchRequest resume = Initial(600);
    resume.set_resume_position(first.last().resume_position());
    Call& second = Watch(resume);
    // A record that came meanwhile may be in the snapshot's rest; its change follows in any case.
    for (const std::string& text : AllTexts(second)) {
      if (text.find("later") == std::string::npos) seen.push_back(text);
    }
    EXPECT_EQ(seen, expected) << "cut after " << cut;
    EXPECT_THAT(AllTexts(second).back(), ::testing::HasSubstr("ed shelves/z/things/later"));
    const auto end =
        std::find_if(second.stream.written().begin(), second.stream.written().end(),
                     [](const WatchResponse& response) { return response.has_snapshot_end(); });
    ASSERT_NE(end, second.stream.written().end());
    Cancel(second);
    DeleteThing("shelves/z/things/later");
  }
}

TEST_P(ChangeServiceTest, AFollowerThatOnlyResumesConverges) {
  // Applies what it gets like a real follower, cut after every message.
  std::map<std::string, std::string> held;
  std::string position;
  const auto apply = [&](const WatchResponse& response) {
    const auto take = [&](const Change& change) {
      if (change.kind() == Change::KIND_DELETED) {
        held.erase(change.name());
      } else {
        held[change.name()] = change.etag();
      }
    };
    for (const Change& change : response.snapshot().changes()) take(change);
    for (const auto& batch : response.changes().batches()) {
      for (const Change& change : batch.changes()) take(change);
    }
    position = response.resume_position();
  };
  for (int i = 0; i < 10; ++i) PutThing(absl::StrCat("shelves/a/things/", i));
  for (int step = 0; step < 30; ++step) {
    WatchRequest request = Initial(1);
    request.set_resume_position(position);
    // With a position, the first message may say no more than where it goes on.
    Call& call = Watch(request, 2);
    if (call.size() < 2 && !call.ended.has_value()) Cancel(call);
    for (const WatchResponse& response : call.stream.written()) apply(response);
    if (step < 12) {
      PutThing(absl::StrCat("shelves/a/things/", step % 7), absl::StrCat(step));
      if (step % 3 == 0) DeleteThing(absl::StrCat("shelves/a/things/", step % 7));
    }
  }
  std::map<std::string, std::string> actual;
  const auto rows = Wait(things_.List(*engine_->GetSnapshot(), "", {.limit = 100}));
  ASSERT_THAT(rows, IsOk());
  for (const Thing& thing : rows->rows) actual[thing.name()] = thing.etag();
  EXPECT_EQ(held, actual);
  EXPECT_EQ(position, engine_->head().ToString());
}

TEST_P(ChangeServiceTest, FiltersByTypeAndParent) {
  const std::string start = engine_->head().ToString();
  Write([&](Transaction& txn) -> Task<absl::Status> {
    Thing thing;
    thing.set_name("shelves/a/things/1");
    absl::Status status = co_await things_.Insert(txn, thing);
    PlainNote note;
    note.set_name("notes/a");
    if (status.ok()) status = co_await notes_.Insert(txn, note);
    co_return status;
  });
  PutThing("shelves/ab/things/1");
  PutThing("shelves/a/things/2");
  const auto seen = [&](const std::string& parent, std::vector<std::string> types, bool initial) {
    WatchRequest request = initial ? Initial() : From(start);
    request.set_parent(parent);
    for (const std::string& type : types) request.add_types(type);
    Call& call = Watch(request);
    // Cursors pass what is left out.
    EXPECT_TRUE(initial || call.last().resume_position() <= engine_->head().ToString());
    return AllTexts(call);
  };
  EXPECT_THAT(seen("", {"note"}, false), ElementsAre("created notes/a"));
  EXPECT_THAT(seen("shelves/a", {}, false),
              ElementsAre("created shelves/a/things/1", "created shelves/a/things/2"));
  EXPECT_THAT(seen("shelves/-", {}, false), SizeIs(3));
  EXPECT_THAT(seen("shelves/a/things/2", {}, false), ElementsAre("created shelves/a/things/2"));
  EXPECT_THAT(seen("shelves/a", {"note"}, false), IsEmpty());
  EXPECT_THAT(seen("", {"note", "thing"}, false), SizeIs(3));
  EXPECT_THAT(seen("", {"note"}, true), ElementsAre("snapshot notes/a"));
  EXPECT_THAT(seen("shelves/a", {}, true),
              ElementsAre("snapshot shelves/a/things/1", "snapshot shelves/a/things/2"));
}

TEST_P(ChangeServiceTest, HeartbeatsGoOnWhenEverythingIsFilteredOut) {
  WatchRequest request;
  request.add_types("note");
  request.mutable_heartbeat()->set_seconds(1);
  Call& call = Watch(request);
  PutThing("shelves/a/things/1");
  RunUntilSize(call, 2);
  EXPECT_TRUE(call.last().has_bookmark());
  EXPECT_EQ(call.last().resume_position(), engine_->head().ToString());
}

TEST_P(ChangeServiceTest, WrongRequestsAreExplained) {
  WatchRequest types;
  types.add_types("thing");
  types.add_types("nonsense");
  EXPECT_THAT(*Watch(types).ended, Violates("types"));
  WatchRequest parent;
  parent.set_parent("shelves//x");
  EXPECT_THAT(*Watch(parent).ended, Violates("parent"));
  WatchRequest bytes;
  bytes.set_max_batch_bytes(-1);
  bytes.mutable_heartbeat()->set_seconds(-1);
  EXPECT_THAT(*Watch(bytes).ended, Violates("max_batch_bytes", "heartbeat"));
  EXPECT_THAT(*Watch(From("nonsense")).ended,
              IsError(absl::StatusCode::kInvalidArgument, "POSITION_INVALID"));
  EXPECT_THAT(*Watch(From("snapshot.nonsense")).ended,
              IsError(absl::StatusCode::kInvalidArgument, "POSITION_INVALID"));
  const Position head = engine_->head();
  EXPECT_THAT(*Watch(From(Position(head.epoch() + 2, 1).ToString())).ended,
              IsError(absl::StatusCode::kFailedPrecondition, "FEED_EPOCH_CHANGED"));
}

TEST_P(ChangeServiceTest, SnapshotPositionsBelongToTheirFilter) {
  for (int i = 0; i < 3; ++i) PutNote(absl::StrCat("notes/", i));
  Call& call = Watch(Initial(1), 1);
  WatchRequest other = Initial(1);
  other.set_resume_position(call.last().resume_position());
  other.add_types("note");
  EXPECT_THAT(*Watch(other).ended, IsError(absl::StatusCode::kInvalidArgument, "POSITION_INVALID"));
}

TEST_P(ChangeServiceTest, ExpiredPositionsAreExplained) {
  const Position start = engine_->head();
  for (int i = 0; i < 3; ++i) PutNote(absl::StrCat("notes/", i));
  Call& snapshot = Watch(Initial(1), 1);
  ASSERT_THAT(Wait(engine_->TrimFeed(engine_->head())), IsOk());
  EXPECT_THAT(*Watch(From(start.ToString())).ended,
              IsError(absl::StatusCode::kOutOfRange, "POSITION_EXPIRED"));
  // The snapshot's changes are still there, as it began at the head.
  WatchRequest resume = Initial(1);
  resume.set_resume_position(snapshot.last().resume_position());
  EXPECT_THAT(AllTexts(Watch(resume)), ElementsAre("snapshot notes/1", "snapshot notes/2"));
  PutNote("notes/3");
  ASSERT_THAT(Wait(engine_->TrimFeed(engine_->head())), IsOk());
  EXPECT_THAT(*Watch(resume).ended, IsError(absl::StatusCode::kOutOfRange, "POSITION_EXPIRED"));
}

TEST_P(ChangeServiceTest, ADrainEndsWithABookmark) {
  Call& call = Watch({});
  PutNote("notes/1");
  RunUntilSize(call, 2);
  call.context.Drain();
  executor_.RunUntil([&] { return call.ended.has_value(); });
  EXPECT_THAT(*call.ended, IsError(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));
  EXPECT_TRUE(call.last().has_bookmark());
  EXPECT_EQ(call.last().resume_position(), engine_->head().ToString());
}

TEST_P(ChangeServiceTest, ADrainAmidASnapshotIsTakenUpByTheNextServer) {
  std::vector<std::string> expected;
  Write([&](Transaction& txn) -> Task<absl::Status> {
    absl::Status status;
    for (int i = 0; i < 1000 && status.ok(); ++i) {
      PlainNote note;
      note.set_name(absl::StrCat("notes/", 1000 + i));
      expected.push_back(absl::StrCat("snapshot ", note.name()));
      status = co_await notes_.Insert(txn, note);
    }
    co_return status;
  });
  Call& drained = Watch(Initial());
  EXPECT_FALSE(drained.ended.has_value());
  drained.context.Drain();
  executor_.RunUntil([&] { return drained.ended.has_value(); });
  EXPECT_THAT(*drained.ended, IsError(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));
  std::vector<std::string> seen = AllTexts(drained);
  EXPECT_THAT(seen, ::testing::Not(IsEmpty()));
  WatchRequest resume = Initial();
  resume.set_resume_position(drained.last().resume_position());
  Call& second = Watch(resume);
  executor_.RunUntil([&] { return second.size() > 0 && second.last().has_snapshot_end(); });
  EXPECT_EQ(second.last().snapshot_end().count(), 1000);
  for (const std::string& text : AllTexts(second)) seen.push_back(text);
  EXPECT_EQ(seen, expected);
}

TEST_P(ChangeServiceTest, ACancelledWatchLeavesNothingBehind) {
  const int64_t frames = LiveFrames::Count();
  Call& call = Watch({});
  EXPECT_GT(LiveFrames::Count(), frames);
  Cancel(call);
  EXPECT_EQ(call.ended->code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(LiveFrames::Count(), frames);
  PutNote("notes/1");
  EXPECT_EQ(call.size(), 1u);
}

TEST_P(ChangeServiceTest, ManyWatchersSeeTheSame) {
  std::vector<Call*> watchers;
  watchers.reserve(50);
  for (int i = 0; i < 50; ++i) watchers.push_back(&Watch({}));
  for (int i = 0; i < 20; ++i) PutNote(absl::StrCat("notes/", i));
  for (Call* call : watchers) {
    executor_.RunUntil([&] { return AllTexts(*call).size() == 20; });
    EXPECT_EQ(AllTexts(*call), AllTexts(*watchers[0]));
  }
}

TEST_P(ChangeServiceTest, WatchersThatKeepUpShareTheirMessages) {
  std::vector<Call*> all;
  std::vector<Call*> notes;
  WatchRequest only_notes;
  only_notes.add_types("note");
  for (int i = 0; i < 50; ++i) {
    all.push_back(&Watch({}));
    notes.push_back(&Watch(only_notes));
  }
  for (int i = 0; i < 10; ++i) {
    PutNote(absl::StrCat("notes/", i), std::string(200, 'x'));
    PutThing(absl::StrCat("shelves/a/things/", i));
  }
  for (Call* call : all) executor_.RunUntil([&] { return AllTexts(*call).size() == 20; });
  for (Call* call : notes) executor_.RunUntil([&] { return AllTexts(*call).size() == 10; });
  EXPECT_NE(AllTexts(*all[0]), AllTexts(*notes[0]));
  // What comes from disk is made for each of them.
  const bool in_memory = GetParam() != "rocksdb_short_tail";
  for (const std::vector<Call*>& watchers : {all, notes}) {
    for (Call* call : watchers) {
      EXPECT_EQ(AllTexts(*call), AllTexts(*watchers[0]));
      if (!in_memory) continue;
      EXPECT_EQ(call->stream.shared(), watchers[0]->stream.shared());
    }
  }
}

TEST_P(ChangeServiceTest, OneThatNeverReadsHoldsUpNobodyAndMissesNothing) {
  Call& slow = Watch({});
  Call& quick = Watch({});
  slow.stream.Hold();
  constexpr int kNotes = 300;
  for (int i = 0; i < kNotes; ++i) PutNote(absl::StrCat("notes/", i), std::string(200, 'x'));
  executor_.RunUntil([&] { return AllTexts(quick).size() == kNotes; });
  // One message is on its way to it, and that is all there is for it.
  EXPECT_EQ(slow.size(), 2u);
  EXPECT_LT(AllTexts(slow).size(), kNotes);
  slow.stream.Release();
  executor_.RunUntil([&] { return AllTexts(slow).size() >= kNotes; });
  EXPECT_EQ(AllTexts(slow), AllTexts(quick));
}

TEST_P(ChangeServiceTest, OneThatReadsTooLateLearnsThatItsPlaceIsGone) {
  Call& slow = Watch({});
  slow.stream.Hold();
  for (int i = 0; i < 3; ++i) PutNote(absl::StrCat("notes/", i));
  executor_.RunUntil([&] { return slow.size() == 2; });
  for (int i = 3; i < 200; ++i) PutNote(absl::StrCat("notes/", i), std::string(100'000, 'x'));
  EXPECT_THAT(Wait(engine_->TrimFeed(engine_->head())), IsOk());
  slow.stream.Release();
  executor_.RunUntil([&] { return slow.ended.has_value(); });
  EXPECT_THAT(*slow.ended, IsError(absl::StatusCode::kOutOfRange, "POSITION_EXPIRED"));
}

TEST_P(ChangeServiceTest, ListsPages) {
  for (int i = 0; i < 5; ++i) PutNote(absl::StrCat("notes/", i));
  ListChangesRequest request;
  request.set_page_size(2);
  std::vector<std::string> names;
  for (bool caught_up = false; !caught_up;) {
    const ListChangesResponse page = List(request);
    EXPECT_LE(page.batches_size(), 2);
    for (const auto& batch : page.batches()) names.push_back(batch.changes(0).name());
    request.set_resume_position(page.resume_position());
    caught_up = page.caught_up();
  }
  EXPECT_THAT(names, ElementsAre("notes/0", "notes/1", "notes/2", "notes/3", "notes/4"));
  EXPECT_EQ(request.resume_position(), engine_->head().ToString());
  // Nothing more, and no wait asked for.
  const ListChangesResponse rest = List(request);
  EXPECT_EQ(rest.batches_size(), 0);
  EXPECT_TRUE(rest.caught_up());
  EXPECT_EQ(rest.resume_position(), request.resume_position());
}

TEST_P(ChangeServiceTest, ListsPassFilteredCommits) {
  for (int i = 0; i < 20; ++i) PutThing("shelves/a/things/1", absl::StrCat(i));
  PutNote("notes/1");
  ListChangesRequest request;
  request.set_page_size(3);
  request.add_types("note");
  const ListChangesResponse page = List(request);
  ASSERT_EQ(page.batches_size(), 1);
  EXPECT_EQ(page.resume_position(), engine_->head().ToString());
}

TEST_P(ChangeServiceTest, ListsWaitForAChange) {
  ListChangesRequest request;
  request.set_resume_position(engine_->head().ToString());
  request.mutable_wait()->set_seconds(30);
  rpc::CallContext context(executor_, "m", {}, absl::InfiniteFuture());
  ListChangesResponse response;
  std::optional<absl::Status> ended;
  Start(handlers_->ListChanges(context, request, response), ended);
  EXPECT_FALSE(ended.has_value());
  PutNote("notes/1");
  executor_.RunUntil([&] { return ended.has_value(); });
  EXPECT_THAT(*ended, IsOk());
  EXPECT_EQ(response.batches_size(), 1);
}

TEST_P(ChangeServiceTest, ListsStopWaitingInTime) {
  ListChangesRequest request;
  request.mutable_wait()->set_nanos(30'000'000);
  EXPECT_EQ(List(request).batches_size(), 0);

  // A drain ends the wait, and so does the caller's deadline while there is time to answer.
  request.mutable_wait()->set_seconds(30);
  rpc::CallContext drained(executor_, "m", {}, absl::InfiniteFuture());
  ListChangesResponse response;
  std::optional<absl::Status> ended;
  Start(handlers_->ListChanges(drained, request, response), ended);
  EXPECT_FALSE(ended.has_value());
  drained.Drain();
  executor_.RunUntil([&] { return ended.has_value(); });
  EXPECT_THAT(*ended, IsOk());

  rpc::CallContext hurried(executor_, "m", {}, absl::Now() + absl::Milliseconds(250));
  EXPECT_THAT(Wait(handlers_->ListChanges(hurried, request, response)), IsOk());
}

TEST_P(ChangeServiceTest, WrongListsAreExplained) {
  ListChangesRequest request;
  request.set_page_size(-1);
  request.mutable_wait()->set_seconds(-1);
  rpc::CallContext context(executor_, "m", {}, absl::InfiniteFuture());
  ListChangesResponse response;
  EXPECT_THAT(Wait(handlers_->ListChanges(context, request, response)),
              Violates("page_size", "wait"));
  request.Clear();
  request.set_resume_position("nonsense");
  EXPECT_THAT(Wait(handlers_->ListChanges(context, request, response)),
              IsError(absl::StatusCode::kInvalidArgument, "POSITION_INVALID"));
}

}  // namespace
}  // namespace weft::service
