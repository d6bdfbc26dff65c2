#include "common/service/feed_wire.h"

#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "tests/testing/errors.h"
#include "weft/type/v1/change.pb.h"

namespace weft::service {
namespace {

using storage::FeedCommit;
using storage::FeedPage;
using storage::FeedTable;
using storage::Position;
using weft::testing::IsError;
using weft::testing::IsOk;
using weft::type::v1::Change;
using weft::type::v1::WatchResponse;

Change MakeChange(const std::string& name, const std::string& type) {
  Change change;
  change.set_name(name);
  change.set_type(type);
  change.set_kind(Change::KIND_UPDATED);
  change.mutable_resource()->set_value(std::string(300, 'x'));
  change.set_etag("\"e\"");
  change.mutable_commit_time()->set_seconds(1'750'000'000);
  return change;
}

FeedPage MakePage(const std::vector<std::vector<Change>>& commits) {
  FeedPage page;
  uint64_t sequence = 0;
  for (const std::vector<Change>& changes : commits) {
    auto commit = std::make_shared<FeedCommit>();
    commit->position = Position(3, ++sequence);
    for (const Change& change : changes) commit->changes.push_back(change.SerializeAsString());
    page.commits.push_back(std::move(commit));
  }
  page.end = Position(3, sequence + 5);
  return page;
}

FeedFilter MakeFilter(const std::string& parent, const std::vector<std::string>& types) {
  std::vector<FeedTable> tables(2);
  tables[0].type = "thing";
  tables[1].type = "note";
  const google::protobuf::RepeatedPtrField<std::string> wanted(types.begin(), types.end());
  absl::StatusOr<FeedFilter> filter = FeedFilter::Make(parent, wanted, tables);
  EXPECT_THAT(filter, IsOk());
  return *std::move(filter);
}

TEST(FeedWire, IsWhatParsingAndSerializingGives) {
  const FeedPage page = MakePage({{MakeChange("shelves/a/things/1", "thing"), MakeChange("", "")},
                                  {},
                                  {MakeChange("notes/n", "note")},
                                  {MakeChange("shelves/b/things/2", "thing")}});
  const std::vector<std::pair<std::string, std::vector<std::string>>> filters = {
      {"", {}}, {"shelves/a", {}}, {"", {"note"}}, {"shelves/-", {"thing"}}, {"notes/n", {"note"}}};
  for (const auto& [parent, types] : filters) {
    const FeedFilter filter = MakeFilter(parent, types);
    WatchResponse expected;
    ASSERT_THAT(filter.AppendWanted(page, *expected.mutable_changes()->mutable_batches()), IsOk());
    expected.set_resume_position(page.end.ToString());
    const absl::StatusOr<std::string> bytes = SerializeWanted(page, filter);
    ASSERT_THAT(bytes, IsOk());
    WatchResponse response;
    ASSERT_TRUE(response.ParseFromString(*bytes));
    EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(response, expected)) << parent;
    EXPECT_EQ(*bytes, expected.SerializeAsString()) << parent;
  }
}

TEST(FeedWire, NothingWantedIsNoMessage) {
  const FeedPage page = MakePage({{MakeChange("notes/n", "note")}});
  const absl::StatusOr<std::string> bytes = SerializeWanted(page, MakeFilter("shelves/a", {}));
  ASSERT_THAT(bytes, IsOk());
  EXPECT_EQ(*bytes, "");
}

TEST(FeedWire, DamagedRecordsAreSaidSo) {
  const std::string whole = MakeChange("notes/n", "note").SerializeAsString();
  EXPECT_EQ(PeekRecord(whole)->name, "notes/n");
  EXPECT_EQ(PeekRecord(whole)->type, "note");
  for (const std::string& damaged :
       {whole.substr(0, 5), whole.substr(0, 100), std::string("\x0a\xff\xff\xff\xff\x0f"),
        std::string("\x07"), whole + std::string(1, 0)}) {
    FeedPage page = MakePage({{}});
    auto commit = std::make_shared<FeedCommit>(*page.commits[0]);
    commit->changes = {damaged};
    page.commits[0] = std::move(commit);
    EXPECT_THAT(SerializeWanted(page, MakeFilter("", {})),
                IsError(absl::StatusCode::kDataLoss, "FEED_CORRUPT"));
  }
}

}  // namespace
}  // namespace weft::service
