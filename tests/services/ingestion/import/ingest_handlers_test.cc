// IngestResponses where the next batch has always come already, so that it is made ready while the
// one before is committed.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/ingestion/import/import_lab.h"
#include "tests/services/ingestion/import/reading.h"
#include "tests/testing/errors.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temp_dir.h"

namespace weft::ingestion {
namespace {

using ::testing::ElementsAre;
using testing::IsOk;
using ::testing::SizeIs;
using testing::StatusIs;
using Outcome = v1::IngestResult::Outcome;

// A batch that answers for each site how many students it has.
v1::IngestResponsesRequest Batch(const std::vector<std::pair<int, int>>& students) {
  v1::IngestResponsesRequest message;
  message.mutable_batch();
  for (const auto& [site, count] : students) {
    v1::Response& response = *message.mutable_batch()->add_items()->mutable_response();
    response.set_respondent("sites/" + LabSite(site));
    v1::Answer& answer = *response.mutable_answers()->add_items();
    answer.set_question("students");
    answer.set_number(count);
  }
  return message;
}

v1::IngestResponsesRequest End(int count) {
  v1::IngestResponsesRequest message;
  message.mutable_end()->set_item_count(count);
  return message;
}

std::vector<Outcome> OutcomesOf(const std::vector<v1::IngestResponsesResponse>& acknowledgements) {
  std::vector<Outcome> outcomes;
  for (const v1::IngestResponsesResponse& acknowledgement : acknowledgements) {
    for (const v1::IngestResult& result : acknowledgement.results()) {
      EXPECT_EQ(result.index(), static_cast<int>(outcomes.size()));
      outcomes.push_back(result.outcome());
    }
  }
  return outcomes;
}

class IngestHandlersTest : public ::testing::TestWithParam<std::string> {
 protected:
  IngestHandlersTest() {
    lab_.Seed(LenientInstrument(), 5);
    // No commit has ended before the handler has gone on.
    lab_.engine().Before([this](int) -> Task<absl::Status> {
      co_await Yield(lab_.executor());
      co_return absl::OkStatus();
    });
  }

  testing::TempDir directory_;
  ImportLab lab_{GetParam(), directory_ / "data"};
  std::vector<v1::IngestResponsesResponse> acknowledgements_;
};
INSTANTIATE_TEST_SUITE_P(Engines, IngestHandlersTest, ::testing::Values("memory", "rocksdb"));

TEST_P(IngestHandlersTest, EachBatchSeesTheOneBefore) {
  // The third says what stood there before the second, the fourth what the third has written.
  EXPECT_THAT(lab_.Ingest({Batch({{1, 10}, {2, 5}}), Batch({{1, 20}}), Batch({{1, 10}}),
                           Batch({{1, 10}, {2, 5}}), Batch({{3, 7}}), End(7)},
                          acknowledgements_),
              IsOk());
  EXPECT_THAT(OutcomesOf(acknowledgements_),
              ElementsAre(v1::IngestResult::OUTCOME_CREATED, v1::IngestResult::OUTCOME_CREATED,
                          v1::IngestResult::OUTCOME_UPDATED, v1::IngestResult::OUTCOME_UPDATED,
                          v1::IngestResult::OUTCOME_UNCHANGED, v1::IngestResult::OUTCOME_UNCHANGED,
                          v1::IngestResult::OUTCOME_CREATED));
  const std::vector<v1::Response> responses = lab_.All(lab_.tables().responses);
  ASSERT_THAT(responses, SizeIs(3));
  EXPECT_EQ(responses[0].revision(), 3);
  EXPECT_EQ(responses[0].answers().items(0).number(), 10);
  EXPECT_EQ(responses[1].revision(), 1);
  EXPECT_EQ(acknowledgements_.back().acknowledged_count(), 7);
}

TEST_P(IngestHandlersTest, NothingFollowsABatchThatFailed) {
  const int begun = lab_.engine().commits();
  lab_.engine().Before([this, begun](int commit) -> Task<absl::Status> {
    co_await Yield(lab_.executor());
    co_return commit == begun + 2 ? absl::UnavailableError("the disk is gone") : absl::OkStatus();
  });
  EXPECT_THAT(
      lab_.Ingest({Batch({{1, 1}}), Batch({{2, 2}}), Batch({{3, 3}}), End(3)}, acknowledgements_),
      StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(acknowledgements_, SizeIs(1));
  EXPECT_EQ(lab_.engine().commits(), begun + 2);
  EXPECT_THAT(lab_.All(lab_.tables().responses), SizeIs(1));
}

TEST_P(IngestHandlersTest, WhatIsWrongWithABatchIsToldInItsTurn) {
  v1::IngestResponsesRequest large = Batch({});
  for (int i = 0; i < 1001; ++i) large.mutable_batch()->add_items();
  EXPECT_THAT(lab_.Ingest({Batch({{1, 1}}), large, End(1002)}, acknowledgements_),
              testing::IsError(absl::StatusCode::kInvalidArgument, "BATCH_TOO_LARGE"));
  EXPECT_THAT(acknowledgements_, SizeIs(1));
  EXPECT_THAT(lab_.All(lab_.tables().responses), SizeIs(1));
}

}  // namespace
}  // namespace weft::ingestion
