// What followers of the ingestion service see, and what a restart keeps.
#include <algorithm>

#include "tests/services/ingestion/service_fixture.h"

namespace weft::ingestion {
namespace {

using ::testing::ElementsAre;
using testing::IsOk;

class ChangeFeedTest : public IngestionTest {};
WEFT_ON_EVERY_ENGINE(ChangeFeedTest);

TEST_P(ChangeFeedTest, HoldsEachWriteAsOneCommit) {
  OpenLab();
  ASSERT_THAT(Create("site-01", AnswersWith(1)), IsOk());
  ASSERT_THAT(Submit("site-01"), IsOk());
  ASSERT_THAT(Update("site-01", AnswersWith(2)), IsOk());
  const std::vector<weft::type::v1::ChangeBatch> commits = Commits();
  ASSERT_EQ(commits.size(), 7u);
  EXPECT_THAT(Summaries(commits[0]), ElementsAre("CREATED instrument instruments/lab-survey-2024"));
  EXPECT_THAT(Summaries(commits[1]), ElementsAre("UPDATED instrument instruments/lab-survey-2024"));
  EXPECT_THAT(Summaries(commits[2]), ElementsAre("CREATED wave waves/w1"));
  EXPECT_THAT(Summaries(commits[3]),
              ElementsAre("UPDATED wave waves/w1", "CREATED roster_entry waves/w1/roster/site-01",
                          "CREATED roster_entry waves/w1/roster/site-02",
                          "CREATED roster_entry waves/w1/roster/site-03",
                          "CREATED roster_entry waves/w1/roster/site-04"));
  // A revision stands before the response that points to it.
  EXPECT_THAT(Summaries(commits[4]),
              ElementsAre("CREATED response_revision waves/w1/responses/site-01/revisions/1",
                          "CREATED response waves/w1/responses/site-01"));
  EXPECT_THAT(Summaries(commits[5]), ElementsAre("UPDATED response waves/w1/responses/site-01"));
  EXPECT_THAT(Summaries(commits[6]),
              ElementsAre("CREATED response_revision waves/w1/responses/site-01/revisions/2",
                          "UPDATED response waves/w1/responses/site-01"));
  v1::Response image;
  ASSERT_TRUE(commits[6].changes(1).resource().UnpackTo(&image));
  EXPECT_THAT(image, SameAs(GetResponse("site-01")));
}

TEST_P(ChangeFeedTest, SendsASnapshotParentsFirst) {
  OpenLab();
  ASSERT_THAT(Create("site-01", AnswersWith(1)), IsOk());
  weft::type::v1::WatchRequest request;
  request.set_send_initial(true);
  rpc::SyncStream stream = client().ServerStream("weft.ingestion.v1.ChangeService/Watch", request);
  std::vector<std::string> types;
  weft::type::v1::WatchResponse event;
  while (stream.Read(event) && !event.has_snapshot_end()) {
    for (const weft::type::v1::Change& change : event.snapshot().changes()) {
      types.push_back(change.type());
    }
  }
  types.erase(std::unique(types.begin(), types.end()), types.end());
  EXPECT_THAT(types,
              ElementsAre("instrument", "wave", "roster_entry", "response_revision", "response"));
}

class RestartTest : public IngestionTest {};
INSTANTIATE_TEST_SUITE_P(Engines, RestartTest, ::testing::Values("rocksdb"), EngineName);

TEST_P(RestartTest, KeepsEverything) {
  OpenLab();
  ASSERT_THAT(Create("site-01", AnswersWith(1)), IsOk());
  ASSERT_THAT(Update("site-01", AnswersWith(2)), IsOk());
  const v1::Wave wave = GetWave();
  const v1::Response response = GetResponse("site-01");
  const size_t commits = Commits().size();
  Restart();
  EXPECT_THAT(GetWave(), SameAs(wave));
  EXPECT_THAT(GetResponse("site-01"), SameAs(response));
  EXPECT_EQ(Revisions("site-01").size(), 2u);
  EXPECT_EQ(Commits().size(), commits);
  // And it goes on: the index knows the respondent.
  EXPECT_THAT(Create("site-01", AnswersWith(1)),
              testing::IsError(absl::StatusCode::kAlreadyExists, "RESPONSE_EXISTS"));
  EXPECT_THAT(Submit("site-01"), IsOk());
}

}  // namespace
}  // namespace weft::ingestion
