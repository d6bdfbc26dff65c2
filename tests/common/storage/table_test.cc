#include "common/storage/table.h"

#include "absl/strings/str_cat.h"
#include "common/storage/keys.h"
#include "tests/common/storage/engine_fixture.h"
#include "tests/common/storage/thing.pb.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/proto_matchers.h"

namespace weft::storage {
namespace {

using test::PlainNote;
using test::Thing;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Property;
using weft::testing::EqualsProto;
using weft::type::v1::Change;

constexpr uint16_t kThings = 0x7001;

struct Tables {
  Tables()
      : things(kThings, "shelves/{shelf}/things/{thing}",
               {.feed = true,
                .unique = {{"title",
                            [](const Thing& thing) -> std::vector<std::string> {
                              if (thing.title().empty()) return {};
                              return {thing.title()};
                            }}},
                .secondary = {{"tag",
                               [](const Thing& thing) -> std::vector<std::string> {
                                 return {thing.tags().begin(), thing.tags().end()};
                               }},
                              {"owner",
                               [](const Thing& thing) -> std::vector<std::string> {
                                 return {thing.owner()};
                               }}}}),
        notes(0x7002, "notes/{note}"),
        numbered(0x7003, "notes/{note}/revisions/{revision:number}") {}

  const Table<Thing> things;
  const Table<PlainNote> notes;
  const Table<PlainNote> numbered;
};

Thing MakeThing(const std::string& name, const std::string& title = "",
                const std::vector<std::string>& tags = {}) {
  Thing thing;
  thing.set_name(name);
  thing.set_title(title);
  for (const std::string& tag : tags) thing.add_tags(tag);
  return thing;
}

class TableTest : public EveryEngine {
 protected:
  Database db() { return {*engine_, clock_}; }

  // One transaction with one operation.
  template <class Operation>
  absl::Status Run(Operation operation) {
    Transaction txn(db());
    absl::Status done = Wait(operation(txn));
    if (!done.ok()) return done;
    return Wait(txn.Commit()).status();
  }
  absl::Status Insert(Thing& thing) {
    return Run([&](Transaction& txn) { return tables_.things.Insert(txn, thing); });
  }
  absl::Status Insert(Thing&& thing) { return Insert(thing); }
  absl::Status Update(Thing& thing, const std::string& etag = "", Touch touch = Touch::kIfChanged) {
    return Run([&](Transaction& txn) { return tables_.things.Update(txn, thing, etag, touch); });
  }
  absl::Status Delete(const std::string& name, const std::string& etag = "") {
    return Run([&](Transaction& txn) { return tables_.things.Delete(txn, name, etag); });
  }
  absl::StatusOr<Thing> GetThing(const std::string& name) {
    return Wait(tables_.things.Get(*engine_->GetSnapshot(), name));
  }

  using PageOf = Page<Thing>;
  PageOf List(const std::string& parent, PageRequest page = {},
              Table<Thing>::Filter filter = nullptr) {
    absl::StatusOr<PageOf> listed =
        Wait(tables_.things.List(*engine_->GetSnapshot(), parent, page, filter));
    EXPECT_THAT(listed, IsOk());
    return listed.ok() ? *std::move(listed) : PageOf();
  }
  static std::vector<std::string> Names(const PageOf& page) {
    std::vector<std::string> names;
    for (const Thing& thing : page.rows) names.push_back(thing.name());
    return names;
  }
  // Every page after the other, `size` rows at a time.
  std::vector<std::string> ListAll(const std::string& parent, size_t size,
                                   Table<Thing>::Filter filter = nullptr) {
    std::vector<std::string> names;
    PageRequest request{.limit = size};
    do {
      const PageOf page = List(parent, request, filter);
      EXPECT_LE(page.rows.size(), size);
      for (const std::string& name : Names(page)) names.push_back(name);
      request.after = page.next_key;
    } while (!request.after.empty());
    return names;
  }
  std::vector<Change> Changes() {
    std::vector<Change> changes;
    for (const auto& commit : Feed()) {
      for (const std::string& record : commit) {
        EXPECT_TRUE(changes.emplace_back().ParseFromString(record));
      }
    }
    return changes;
  }

  weft::testing::FakeClock clock_;
  Tables tables_;
};
WEFT_FOR_EVERY_ENGINE(TableTest);

TEST_P(TableTest, InsertStampsTheRow) {
  Thing thing = MakeThing("shelves/a/things/b", "title");
  thing.set_uid("made up");
  thing.set_etag("made up");
  ASSERT_THAT(Insert(thing), IsOk());
  EXPECT_THAT(thing.uid(),
              MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  EXPECT_THAT(thing.etag(), MatchesRegex("\"[0-9a-f]{16}\""));
  EXPECT_THAT(thing.create_time(), EqualsProto(ToProto(clock_.Now())));
  EXPECT_THAT(thing.update_time(), EqualsProto(ToProto(clock_.Now())));
  const absl::StatusOr<Thing> stored = GetThing("shelves/a/things/b");
  ASSERT_THAT(stored, IsOk());
  EXPECT_THAT(*stored, EqualsProto(thing));
}

TEST_P(TableTest, EtagIsAHashOfTheRowWithoutIt) {
  Thing thing = MakeThing("shelves/a/things/b", "title");
  ASSERT_THAT(Insert(thing), IsOk());
  Thing without = thing;
  without.clear_etag();
  EXPECT_EQ(thing.etag(), EtagOf(SerializeDeterministically(without)));
}

TEST_P(TableTest, WhatIsStoredIsTheRowSerialized) {
  Thing empty = MakeThing("shelves/a/things/empty", "");
  Thing full = MakeThing("shelves/a/things/full", std::string(300, 't'));
  full.add_tags("x");
  (*full.mutable_counts())["b"] = 1;
  (*full.mutable_counts())["a"] = 2;
  full.mutable_detail()->mutable_inner()->set_number(-1);
  Thing unknown = full;
  unknown.set_name("shelves/a/things/unknown");
  unknown.set_title("other");
  unknown.GetReflection()->MutableUnknownFields(&unknown)->AddVarint(3, 7);
  unknown.GetReflection()->MutableUnknownFields(&unknown)->AddVarint(100, 7);
  for (Thing* thing : {&empty, &full, &unknown}) {
    ASSERT_THAT(Insert(*thing), IsOk());
    EXPECT_EQ(Value(tables_.things.KeyOf(thing->name())), SerializeDeterministically(*thing));
  }
}

TEST_P(TableTest, ErrorsNameWhatIsWrong) {
  ASSERT_THAT(Insert(MakeThing("shelves/a/things/b")), IsOk());
  EXPECT_THAT(Insert(MakeThing("shelves/a/things/b")),
              IsError(absl::StatusCode::kAlreadyExists, "THING_EXISTS"));
  EXPECT_THAT(GetThing("shelves/a/things/c"),
              IsError(absl::StatusCode::kNotFound, "THING_NOT_FOUND"));
  EXPECT_THAT(GetThing("things/c"), IsError(absl::StatusCode::kInvalidArgument, "NAME_INVALID"));
  Thing missing = MakeThing("shelves/a/things/c");
  EXPECT_THAT(Update(missing), IsError(absl::StatusCode::kNotFound, "THING_NOT_FOUND"));
  EXPECT_THAT(Delete("shelves/a/things/c"),
              IsError(absl::StatusCode::kNotFound, "THING_NOT_FOUND"));
  EXPECT_THAT(Insert(MakeThing("nonsense")),
              IsError(absl::StatusCode::kInvalidArgument, "NAME_INVALID"));
  const auto found = Wait(tables_.things.Find(*engine_->GetSnapshot(), "shelves/a/things/c"));
  ASSERT_THAT(found, IsOk());
  EXPECT_FALSE(found->has_value());
}

TEST_P(TableTest, TypesAreInSnakeCaseUnlessGiven) {
  EXPECT_EQ(tables_.things.type(), "thing");
  EXPECT_EQ(tables_.notes.type(), "plain_note");
  const auto note = Wait(tables_.notes.Get(*engine_->GetSnapshot(), "notes/x"));
  EXPECT_THAT(note, IsError(absl::StatusCode::kNotFound, "PLAIN_NOTE_NOT_FOUND"));
}

TEST_P(TableTest, UpdateTimesNeverFall) {
  Thing thing = MakeThing("shelves/a/things/b", "one");
  ASSERT_THAT(Insert(thing), IsOk());
  clock_.Advance(-absl::Hours(1));
  for (const char* serial : {"two", "three"}) {
    Thing update = MakeThing("shelves/a/things/b", serial);
    ASSERT_THAT(Update(update), IsOk());
    EXPECT_THAT(update.update_time(), EqualsProto(thing.update_time()));
    clock_.Advance(absl::Minutes(1));
  }
}

TEST_P(TableTest, UpdateReplacesTheRowAndKeepsWhatIsTheServers) {
  Thing thing = MakeThing("shelves/a/things/b", "one");
  ASSERT_THAT(Insert(thing), IsOk());
  clock_.Advance(absl::Seconds(5));
  Thing update = MakeThing("shelves/a/things/b", "two");
  update.set_uid("made up");
  ASSERT_THAT(Update(update, thing.etag()), IsOk());
  EXPECT_EQ(update.uid(), thing.uid());
  EXPECT_THAT(update.create_time(), EqualsProto(thing.create_time()));
  EXPECT_THAT(update.update_time(), EqualsProto(ToProto(clock_.Now())));
  EXPECT_NE(update.etag(), thing.etag());
  EXPECT_THAT(*GetThing("shelves/a/things/b"), EqualsProto(update));
  Thing stale = update;
  EXPECT_THAT(Update(stale, thing.etag()), IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  EXPECT_THAT(Delete("shelves/a/things/b", thing.etag()),
              IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  EXPECT_THAT(Delete("shelves/a/things/b", update.etag()), IsOk());
  EXPECT_THAT(GetThing("shelves/a/things/b"),
              IsError(absl::StatusCode::kNotFound, "THING_NOT_FOUND"));
}

TEST_P(TableTest, AnUpdateThatChangesNothingWritesNothing) {
  Thing thing = MakeThing("shelves/a/things/b", "one", {"x"});
  (*thing.mutable_counts())["a"] = 1;
  (*thing.mutable_counts())["b"] = 2;
  ASSERT_THAT(Insert(thing), IsOk());
  const Position head = engine_->head();
  clock_.Advance(absl::Seconds(5));
  Thing same = MakeThing("shelves/a/things/b", "one", {"x"});
  (*same.mutable_counts())["b"] = 2;
  (*same.mutable_counts())["a"] = 1;
  ASSERT_THAT(Update(same), IsOk());
  EXPECT_THAT(same, EqualsProto(thing));
  EXPECT_EQ(engine_->head(), head);
  ASSERT_THAT(Update(same, "", Touch::kAlways), IsOk());
  EXPECT_NE(same.etag(), thing.etag());
  EXPECT_NE(engine_->head(), head);
}

TEST_P(TableTest, MessagesWithoutStampsAreRowsToo) {
  PlainNote note;
  note.set_name("notes/a");
  note.set_text("one");
  ASSERT_THAT(Run([&](Transaction& txn) { return tables_.notes.Insert(txn, note); }), IsOk());
  note.set_text("two");
  ASSERT_THAT(Run([&](Transaction& txn) { return tables_.notes.Update(txn, note); }), IsOk());
  const auto stored = Wait(tables_.notes.Get(*engine_->GetSnapshot(), "notes/a"));
  ASSERT_THAT(stored, IsOk());
  EXPECT_EQ(stored->text(), "two");
  EXPECT_THAT(Run([&](Transaction& txn) {
                return tables_.notes.Update(txn, note, "\"0000000000000000\"");
              }),
              IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  EXPECT_THAT(Feed(), IsEmpty());
}

TEST_P(TableTest, ChangesAreRecordedWithTheirImage) {
  Thing created = MakeThing("shelves/a/things/b", "one");
  ASSERT_THAT(Insert(created), IsOk());
  clock_.Advance(absl::Seconds(1));
  Thing updated = MakeThing("shelves/a/things/b", "two");
  ASSERT_THAT(Update(updated), IsOk());
  Thing same = updated;
  ASSERT_THAT(Update(same), IsOk());
  ASSERT_THAT(Delete("shelves/a/things/b"), IsOk());
  const std::vector<Change> changes = Changes();
  ASSERT_THAT(changes, SizeIs(3));
  EXPECT_EQ(changes[0].kind(), Change::KIND_CREATED);
  EXPECT_EQ(changes[1].kind(), Change::KIND_UPDATED);
  EXPECT_EQ(changes[2].kind(), Change::KIND_DELETED);
  for (const Change& change : changes) {
    EXPECT_EQ(change.name(), "shelves/a/things/b");
    EXPECT_EQ(change.type(), "thing");
  }
  Thing image;
  ASSERT_TRUE(changes[0].resource().UnpackTo(&image));
  EXPECT_THAT(image, EqualsProto(created));
  ASSERT_TRUE(changes[1].resource().UnpackTo(&image));
  EXPECT_THAT(image, EqualsProto(updated));
  EXPECT_EQ(changes[1].etag(), updated.etag());
  EXPECT_THAT(changes[1].commit_time(), EqualsProto(ToProto(clock_.Now())));
  EXPECT_FALSE(changes[2].has_resource());
  EXPECT_EQ(changes[2].etag(), "");
}

TEST_P(TableTest, SnapshotRowsComeAsChanges) {
  Thing thing = MakeThing("shelves/a/things/b", "one", {"x"});
  ASSERT_THAT(Insert(thing), IsOk());
  const FeedTable feed = tables_.things.feed_table();
  EXPECT_EQ(feed.type, "thing");
  const std::vector<Entry> rows = Scan(*engine_->GetSnapshot(), feed.rows);
  ASSERT_THAT(rows, SizeIs(1));
  Change change;
  ASSERT_THAT(feed.to_change(rows[0], change), IsOk());
  EXPECT_EQ(change.kind(), Change::KIND_SNAPSHOT);
  EXPECT_EQ(change.name(), thing.name());
  EXPECT_EQ(change.etag(), thing.etag());
  Thing image;
  ASSERT_TRUE(change.resource().UnpackTo(&image));
  EXPECT_THAT(image, EqualsProto(thing));
}

TEST_P(TableTest, UniqueIndexesAllowOneRowPerKey) {
  ASSERT_THAT(Insert(MakeThing("shelves/a/things/1", "same")), IsOk());
  const absl::Status taken = Insert(MakeThing("shelves/a/things/2", "same"));
  EXPECT_THAT(taken, IsError(absl::StatusCode::kAlreadyExists, "THING_TITLE_TAKEN"));
  EXPECT_THAT(std::string(taken.message()), HasSubstr("shelves/a/things/1"));
  ASSERT_THAT(Insert(MakeThing("shelves/a/things/2", "other")), IsOk());
  Thing second = MakeThing("shelves/a/things/2", "same");
  EXPECT_THAT(Update(second), IsError(absl::StatusCode::kAlreadyExists, "THING_TITLE_TAKEN"));
  // No key, no limit.
  EXPECT_THAT(Insert(MakeThing("shelves/a/things/3")), IsOk());
  EXPECT_THAT(Insert(MakeThing("shelves/a/things/4")), IsOk());
  // A key that is given up is free, also within one transaction.
  EXPECT_THAT(Run([&](Transaction& txn) -> Task<absl::Status> {
                Thing first = MakeThing("shelves/a/things/1", "new");
                absl::Status status = co_await tables_.things.Update(txn, first);
                if (!status.ok()) co_return status;
                Thing other = MakeThing("shelves/a/things/2", "same");
                status = co_await tables_.things.Update(txn, other);
                co_return status;
              }),
              IsOk());
  const auto find = [&](const std::string& title) {
    const auto found = Wait(tables_.things.FindUnique(*engine_->GetSnapshot(), "title", title));
    EXPECT_THAT(found, IsOk());
    return found.ok() && found->has_value() ? (*found)->name() : "(none)";
  };
  EXPECT_EQ(find("same"), "shelves/a/things/2");
  EXPECT_EQ(find("new"), "shelves/a/things/1");
  EXPECT_EQ(find("other"), "(none)");
  ASSERT_THAT(Delete("shelves/a/things/2"), IsOk());
  EXPECT_EQ(find("same"), "(none)");
}

TEST_P(TableTest, OfTwoConcurrentRowsWithOneUniqueKeyOneWins) {
  Transaction first(db());
  Transaction second(db());
  Thing one = MakeThing("shelves/a/things/1", "same");
  Thing two = MakeThing("shelves/a/things/2", "same");
  ASSERT_THAT(Wait(tables_.things.Insert(first, one)), IsOk());
  ASSERT_THAT(Wait(tables_.things.Insert(second, two)), IsOk());
  EXPECT_THAT(Wait(first.Commit()), IsOk());
  EXPECT_THAT(Wait(second.Commit()), IsError(absl::StatusCode::kAborted, "CONFLICT"));
}

TEST_P(TableTest, SecondaryIndexesFollowTheRows) {
  ASSERT_THAT(Insert(MakeThing("shelves/b/things/1", "", {"red", "round"})), IsOk());
  ASSERT_THAT(Insert(MakeThing("shelves/a/things/1", "", {"red", "red"})), IsOk());
  ASSERT_THAT(Insert(MakeThing("shelves/a/things/2", "", {"redder"})), IsOk());
  const auto tagged = [&](const std::string& tag, size_t size) {
    std::vector<std::string> names;
    PageRequest request{.limit = size};
    do {
      const auto page =
          Wait(tables_.things.ListByIndex(*engine_->GetSnapshot(), "tag", tag, request));
      EXPECT_THAT(page, IsOk());
      if (!page.ok()) return names;
      for (const Thing& thing : page->rows) names.push_back(thing.name());
      request.after = page->next_key;
    } while (!request.after.empty());
    return names;
  };
  for (const size_t size : {1u, 2u, 10u}) {
    EXPECT_THAT(tagged("red", size), ElementsAre("shelves/a/things/1", "shelves/b/things/1"));
  }
  EXPECT_THAT(tagged("blue", 10), IsEmpty());
  const auto on_a = [](const Thing& thing) { return absl::StartsWith(thing.name(), "shelves/a/"); };
  const auto red_on_a = Wait(tables_.things.ListByIndex(*engine_->GetSnapshot(), "tag", "red",
                                                        PageRequest{.limit = 1}, on_a));
  ASSERT_THAT(red_on_a, IsOk());
  ASSERT_THAT(red_on_a->rows, SizeIs(1));
  EXPECT_EQ(red_on_a->rows[0].name(), "shelves/a/things/1");
  EXPECT_EQ(red_on_a->next_key, "");
  Thing repainted = MakeThing("shelves/a/things/1", "", {"blue"});
  ASSERT_THAT(Update(repainted), IsOk());
  EXPECT_THAT(tagged("red", 10), ElementsAre("shelves/b/things/1"));
  EXPECT_THAT(tagged("blue", 10), ElementsAre("shelves/a/things/1"));
  ASSERT_THAT(Delete("shelves/b/things/1"), IsOk());
  EXPECT_THAT(tagged("red", 10), IsEmpty());
  EXPECT_THAT(tagged("round", 10), IsEmpty());
}

TEST_P(TableTest, ListsByParent) {
  for (const char* name : {"shelves/a/things/1", "shelves/a/things/2", "shelves/ab/things/1",
                           "shelves/b/things/2", "shelves/a-b/things/1"}) {
    ASSERT_THAT(Insert(MakeThing(name)), IsOk());
  }
  for (const size_t size : {1u, 2u, 100u}) {
    EXPECT_THAT(ListAll("", size),
                ElementsAre("shelves/a/things/1", "shelves/a/things/2", "shelves/a-b/things/1",
                            "shelves/ab/things/1", "shelves/b/things/2"));
    EXPECT_THAT(ListAll("shelves/-", size), SizeIs(5));
    EXPECT_THAT(ListAll("shelves/a", size),
                ElementsAre("shelves/a/things/1", "shelves/a/things/2"));
    EXPECT_THAT(ListAll("shelves/c", size), IsEmpty());
    EXPECT_THAT(ListAll("shelves/-/things/2", size),
                ElementsAre("shelves/a/things/2", "shelves/b/things/2"));
    EXPECT_THAT(ListAll("", size, [](const Thing& t) { return t.name() > "shelves/ab"; }),
                ElementsAre("shelves/ab/things/1", "shelves/b/things/2"));
  }
  EXPECT_THAT(Wait(tables_.things.List(*engine_->GetSnapshot(), "sites/a", {})),
              IsError(absl::StatusCode::kInvalidArgument, "PARENT_INVALID"));
}

TEST_P(TableTest, TheLastFullPageSaysThatItIsTheLast) {
  for (const char* name : {"shelves/a/things/1", "shelves/a/things/2"}) {
    ASSERT_THAT(Insert(MakeThing(name)), IsOk());
  }
  EXPECT_EQ(List("", {.limit = 2}).next_key, "");
  EXPECT_NE(List("", {.limit = 1}).next_key, "");
}

// Even a made-up key reaches no row outside the parent.
TEST_P(TableTest, PagesStayInsideTheParent) {
  for (const char* name : {"shelves/a/things/1", "shelves/b/things/1", "shelves/c/things/1"}) {
    ASSERT_THAT(Insert(MakeThing(name)), IsOk());
  }
  const std::string before_all = List("", {.limit = 1}).next_key;
  EXPECT_THAT(Names(List("shelves/b", {.limit = 10, .after = before_all})),
              ElementsAre("shelves/b/things/1"));
  EXPECT_THAT(Names(List("shelves/b", {.limit = 10, .after = "\xff\xff"})), IsEmpty());
}

TEST_P(TableTest, FilteredListsBoundTheirWork) {
  Transaction txn(db());
  for (int i = 0; i < 25'000; ++i) {
    txn.Put(KeyWriter(kThings).Byte(1).String("a").String(std::to_string(100'000 + i)).Build(), "");
  }
  ASSERT_THAT(Wait(txn.Commit()), IsOk());
  int looked_at = 0;
  const PageOf page = List("", {.limit = 10}, [&](const Thing&) {
    ++looked_at;
    return false;
  });
  EXPECT_THAT(page.rows, IsEmpty());
  EXPECT_NE(page.next_key, "");
  EXPECT_LT(looked_at, 21'000);
  const PageOf rest = List("", {.limit = 10, .after = page.next_key}, [&](const Thing&) {
    ++looked_at;
    return false;
  });
  EXPECT_EQ(rest.next_key, "");
  EXPECT_EQ(looked_at, 25'000);
}

// A change here makes stored data unreadable: see docs/storage-keys.md.
TEST_P(TableTest, KeysOnDiskStayAsTheyAre) {
  ASSERT_THAT(Insert(MakeThing("shelves/a/things/1", "T", {"x"})), IsOk());
  const auto bytes = [](const char* text, size_t size) { return std::string(text, size); };
  std::vector<std::string> keys;
  for (const Entry& entry : Scan(*engine_->GetSnapshot(), {"", ""})) keys.push_back(entry.key);
  EXPECT_THAT(keys, ElementsAre(bytes("p\x01\x01"
                                      "a\0\x01"
                                      "1\0\x01",
                                      9),
                                bytes("p\x01\x02title\0\x01T\0\x01", 13),
                                bytes("p\x01\x03owner\0\x01\0\x01"
                                      "a\0\x01"
                                      "1\0\x01",
                                      18),
                                bytes("p\x01\x03tag\0\x01x\0\x01"
                                      "a\0\x01"
                                      "1\0\x01",
                                      17)));
  EXPECT_EQ(Value(bytes("p\x01\x02title\0\x01T\0\x01", 13)), "shelves/a/things/1");
  PlainNote note;
  note.set_name("notes/a/revisions/12");
  ASSERT_THAT(Run([&](Transaction& txn) { return tables_.numbered.Insert(txn, note); }), IsOk());
  EXPECT_NE(Value(bytes("p\x03\x01"
                        "a\0\x01"
                        "b12\0\x01",
                        11)),
            "(absent)");
}

TEST_P(TableTest, GetManyAnswersInOrder) {
  ASSERT_THAT(Insert(MakeThing("shelves/a/things/1", "one")), IsOk());
  const auto rows = Wait(tables_.things.GetMany(*engine_->GetSnapshot(),
                                                {"shelves/a/things/2", "shelves/a/things/1"}));
  ASSERT_THAT(rows, IsOk());
  ASSERT_THAT(*rows, SizeIs(2));
  EXPECT_FALSE((*rows)[0].has_value());
  EXPECT_EQ((*rows)[1]->title(), "one");
}

TEST_P(TableTest, NumbersListByValue) {
  for (const char* number : {"10", "9", "100", "1"}) {
    PlainNote note;
    note.set_name(absl::StrCat("notes/a/revisions/", number));
    ASSERT_THAT(Run([&](Transaction& txn) { return tables_.numbered.Insert(txn, note); }), IsOk());
  }
  const auto page = Wait(tables_.numbered.List(*engine_->GetSnapshot(), "notes/a", {}));
  ASSERT_THAT(page, IsOk());
  std::vector<std::string> names;
  for (const PlainNote& note : page->rows) names.push_back(note.name());
  EXPECT_THAT(names, ElementsAre("notes/a/revisions/1", "notes/a/revisions/9",
                                 "notes/a/revisions/10", "notes/a/revisions/100"));
}

TEST_P(TableTest, ADamagedRowIsAnErrorEverywhere) {
  ASSERT_THAT(Insert(MakeThing("shelves/a/things/1", "one", {"x"})), IsOk());
  Put(KeyWriter(kThings).Byte(1).String("a").String("1").Build(), "\xff\xff\xff");
  const auto corrupt = IsError(absl::StatusCode::kDataLoss, "ROW_CORRUPT");
  const auto snapshot = engine_->GetSnapshot();
  const absl::StatusOr<Thing> row = GetThing("shelves/a/things/1");
  EXPECT_THAT(row, corrupt);
  EXPECT_THAT(std::string(row.status().message()), HasSubstr("p\\x01\\x01a\\x00\\x01"));
  EXPECT_THAT(Wait(tables_.things.List(*snapshot, "", {})), corrupt);
  EXPECT_THAT(Wait(tables_.things.GetMany(*snapshot, {"shelves/a/things/1"})), corrupt);
  EXPECT_THAT(Wait(tables_.things.FindUnique(*snapshot, "title", "one")), corrupt);
  EXPECT_THAT(Wait(tables_.things.ListByIndex(*snapshot, "tag", "x", {})), corrupt);
  Thing update = MakeThing("shelves/a/things/1");
  EXPECT_THAT(Update(update), corrupt);
  EXPECT_THAT(Delete("shelves/a/things/1"), corrupt);
  Change change;
  const FeedTable feed = tables_.things.feed_table();
  EXPECT_THAT(feed.to_change(Scan(*snapshot, feed.rows).front(), change), corrupt);
}

TEST_P(TableTest, AnIndexEntryWithoutItsRowIsAnError) {
  ASSERT_THAT(Insert(MakeThing("shelves/a/things/1", "one", {"x"})), IsOk());
  weft::storage::Batch batch;
  batch.Delete(KeyWriter(kThings).Byte(1).String("a").String("1").Build());
  MustCommit(std::move(batch));
  const auto corrupt = IsError(absl::StatusCode::kDataLoss, "ROW_CORRUPT");
  const auto snapshot = engine_->GetSnapshot();
  EXPECT_THAT(Wait(tables_.things.FindUnique(*snapshot, "title", "one")), corrupt);
  EXPECT_THAT(Wait(tables_.things.ListByIndex(*snapshot, "tag", "x", {})), corrupt);
}

}  // namespace
}  // namespace weft::storage
