#include <thread>

#include "tests/services/ingestion/service_fixture.h"

namespace weft::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using ::testing::SizeIs;

using Result = v1::IngestResult;

class IngestServiceTest : public IngestionTest {
 protected:
  IngestServiceTest() { OpenLab(); }

  // A stream with its header sent.
  rpc::SyncStream OpenStream(const std::string& parent = "waves/w1") {
    rpc::SyncStream stream = client().Bidi("weft.ingestion.v1.ResponseService/IngestResponses");
    v1::IngestResponsesRequest message;
    message.mutable_header()->set_parent(parent);
    EXPECT_TRUE(stream.Write(message));
    return stream;
  }
  static v1::IngestItem Item(const std::string& site, int students) {
    v1::IngestItem item;
    item.mutable_response()->set_respondent("sites/" + site);
    *item.mutable_response()->mutable_answers() = AnswersWith(students);
    return item;
  }
  static v1::IngestResponsesResponse Send(rpc::SyncStream& stream,
                                          const std::vector<v1::IngestItem>& items) {
    v1::IngestResponsesRequest message;
    message.mutable_batch();
    for (const v1::IngestItem& item : items) *message.mutable_batch()->add_items() = item;
    EXPECT_TRUE(stream.Write(message));
    v1::IngestResponsesResponse acknowledgement;
    EXPECT_TRUE(stream.Read(acknowledgement));
    return acknowledgement;
  }
  static absl::Status End(rpc::SyncStream& stream, int item_count,
                          v1::IngestSummary* summary = nullptr) {
    v1::IngestResponsesRequest message;
    message.mutable_end()->set_item_count(item_count);
    stream.Write(message);
    v1::IngestResponsesResponse last;
    const bool more = stream.Read(last);
    if (summary != nullptr && more) *summary = last.summary();
    return stream.Finish();
  }
  // One whole stream of one batch.
  std::vector<Result> Ingest(const std::vector<v1::IngestItem>& items) {
    rpc::SyncStream stream = OpenStream();
    const v1::IngestResponsesResponse acknowledgement = Send(stream, items);
    EXPECT_THAT(End(stream, static_cast<int>(items.size())), IsOk());
    return {acknowledgement.results().begin(), acknowledgement.results().end()};
  }
  Result::Outcome IngestOne(const v1::IngestItem& item) { return Ingest({item})[0].outcome(); }
  static std::string ReasonOfItem(const Result& result) {
    google::rpc::ErrorInfo info;
    for (const auto& detail : result.error().details()) {
      if (detail.UnpackTo(&info)) return info.reason();
    }
    return "";
  }
};
WEFT_ON_EVERY_ENGINE(IngestServiceTest);

TEST_P(IngestServiceTest, TakesBatchesAndCountsThem) {
  rpc::SyncStream stream = OpenStream();
  v1::IngestResponsesResponse first = Send(stream, {Item("site-01", 1), Item("site-02", 2)});
  ASSERT_THAT(first.results(), SizeIs(2));
  EXPECT_EQ(first.results(0).index(), 0);
  EXPECT_EQ(first.results(0).outcome(), Result::OUTCOME_CREATED);
  EXPECT_EQ(first.results(0).name(), "waves/w1/responses/site-01");
  EXPECT_EQ(first.acknowledged_count(), 2);
  EXPECT_EQ(first.position(), engine().head().ToString());
  EXPECT_FALSE(first.has_summary());
  const v1::Response stored = GetResponse("site-01");
  EXPECT_EQ(stored.state(), v1::Response::STATE_SUBMITTED);
  EXPECT_EQ(stored.submitted_revision(), 1);
  EXPECT_EQ(stored.source(), "api");

  const auto second = Send(stream, {Item("site-01", 1), Item("site-02", 9), Item("site-99", 1)});
  EXPECT_EQ(second.results(0).index(), 2);
  EXPECT_EQ(second.results(0).outcome(), Result::OUTCOME_UNCHANGED);
  EXPECT_EQ(second.results(1).outcome(), Result::OUTCOME_UPDATED);
  EXPECT_EQ(second.results(2).outcome(), Result::OUTCOME_REJECTED);
  EXPECT_EQ(second.acknowledged_count(), 5);
  v1::IngestSummary summary;
  ASSERT_THAT(End(stream, 5, &summary), IsOk());
  EXPECT_EQ(summary.received(), 5);
  EXPECT_EQ(summary.created(), 2);
  EXPECT_EQ(summary.updated(), 1);
  EXPECT_EQ(summary.unchanged(), 1);
  EXPECT_EQ(summary.rejected(), 1);
  EXPECT_THAT(Revisions("site-01"), SizeIs(1));
  EXPECT_THAT(Revisions("site-02"), SizeIs(2));
}

TEST_P(IngestServiceTest, SaysWhatIsWrongWithEachItem) {
  v1::IngestItem bad = Item("site-01", -1);
  bad.mutable_response()->mutable_answers()->mutable_partner_cells(0)->set_partner_type("x");
  bad.add_open_answers()->set_question("weather");
  v1::IngestItem incomplete = Item("site-02", 1);
  incomplete.mutable_response()->mutable_answers()->mutable_items()->DeleteSubrange(0, 1);
  v1::IngestItem nobody;
  const std::vector<Result> results =
      Ingest({bad, incomplete, nobody, Item("site-99", 1), Item("site-03", 1)});
  ASSERT_THAT(results, SizeIs(5));
  EXPECT_EQ(results[0].error().code(), static_cast<int>(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(ReasonOfItem(results[0]), "ANSWERS_INVALID");
  EXPECT_EQ(results[0].name(), "");
  google::rpc::BadRequest problems;
  for (const auto& detail : results[0].error().details()) detail.UnpackTo(&problems);
  std::vector<std::string> fields;
  for (const auto& violation : problems.field_violations()) fields.push_back(violation.field());
  EXPECT_THAT(fields, ElementsAre("response.answers.partner_cells[0].partner_type",
                                  "response.answers.items[1].number", "open_answers[0].question",
                                  "open_answers[0].text"));
  EXPECT_EQ(ReasonOfItem(results[1]), "ANSWERS_INVALID");
  EXPECT_EQ(ReasonOfItem(results[2]), "ANSWERS_INVALID");
  EXPECT_EQ(ReasonOfItem(results[3]), "NOT_ON_ROSTER");
  // The others are not held up.
  EXPECT_EQ(results[4].outcome(), Result::OUTCOME_CREATED);
  v1::ListResponsesRequest request;
  request.set_parent("waves/w1");
  EXPECT_THAT(Done<v1::ListResponsesResponse>("ResponseService/ListResponses", request).responses(),
              SizeIs(1));
}

TEST_P(IngestServiceTest, WritesNothingForTheSameAnswersInWhateverForm) {
  ASSERT_EQ(IngestOne(Item("site-01", 1)), Result::OUTCOME_CREATED);
  const storage::Position before = engine().head();
  v1::IngestItem same = Item("site-01", 1);
  same.mutable_response()->mutable_answers()->mutable_items()->SwapElements(0, 1);
  EXPECT_EQ(IngestOne(same), Result::OUTCOME_UNCHANGED);
  EXPECT_EQ(engine().head(), before);
}

TEST_P(IngestServiceTest, RespectsWhatReviewersAndSitesDecided) {
  for (const char* site : {"site-01", "site-02", "site-03"}) {
    ASSERT_EQ(IngestOne(Item(site, 1)), Result::OUTCOME_CREATED);
  }
  ASSERT_THAT(Approve("site-01"), IsOk());
  ASSERT_THAT(Return("site-02"), IsOk());
  ASSERT_THAT(Withdraw("site-03"), IsOk());
  ASSERT_THAT(Decline("site-04"), IsOk());
  EXPECT_EQ(IngestOne(Item("site-01", 1)), Result::OUTCOME_UNCHANGED);
  EXPECT_EQ(ReasonOfItem(Ingest({Item("site-01", 2)})[0]), "RESPONSE_APPROVED");
  EXPECT_EQ(IngestOne(Item("site-02", 1)), Result::OUTCOME_UNCHANGED);
  EXPECT_EQ(GetResponse("site-02").state(), v1::Response::STATE_RETURNED);
  EXPECT_EQ(IngestOne(Item("site-02", 2)), Result::OUTCOME_UPDATED);
  EXPECT_EQ(GetResponse("site-02").state(), v1::Response::STATE_SUBMITTED);
  EXPECT_EQ(ReasonOfItem(Ingest({Item("site-03", 1)})[0]), "RESPONSE_WITHDRAWN");
  EXPECT_EQ(IngestOne(Item("site-04", 1)), Result::OUTCOME_UPDATED);
  EXPECT_EQ(GetResponse("site-04").revision(), 1);
}

TEST_P(IngestServiceTest, SubmitsADraftThatSaysTheSame) {
  ASSERT_THAT(Create("site-01", AnswersWith(1)), IsOk());
  EXPECT_EQ(IngestOne(Item("site-01", 1)), Result::OUTCOME_UPDATED);
  EXPECT_EQ(GetResponse("site-01").state(), v1::Response::STATE_SUBMITTED);
  EXPECT_THAT(Revisions("site-01"), SizeIs(1));
}

TEST_P(IngestServiceTest, TakesOneRespondentTwiceInABatch) {
  const std::vector<Result> results =
      Ingest({Item("site-01", 1), Item("site-01", 2), Item("site-01", 2)});
  EXPECT_EQ(results[0].outcome(), Result::OUTCOME_CREATED);
  EXPECT_EQ(results[1].outcome(), Result::OUTCOME_UPDATED);
  EXPECT_EQ(results[2].outcome(), Result::OUTCOME_UNCHANGED);
  EXPECT_THAT(Revisions("site-01"), SizeIs(2));
}

TEST_P(IngestServiceTest, FindsAResponseUnderAnotherId) {
  v1::CreateResponseRequest request;
  request.set_parent("waves/w1");
  request.set_response_id("first");
  request.mutable_response()->set_respondent("sites/site-01");
  Done<v1::Response>("ResponseService/CreateResponse", request);
  const std::vector<Result> results = Ingest({Item("site-01", 1)});
  EXPECT_EQ(results[0].outcome(), Result::OUTCOME_UPDATED);
  EXPECT_EQ(results[0].name(), "waves/w1/responses/first");
}

TEST_P(IngestServiceTest, KeepsOpenAnswersThatAnItemDoesNotMention) {
  v1::IngestItem item = Item("site-01", 1);
  item.add_open_answers()->set_question("barriers");
  item.mutable_open_answers(0)->set_text("No buses.");
  EXPECT_EQ(IngestOne(item), Result::OUTCOME_CREATED);
  EXPECT_EQ(IngestOne(item), Result::OUTCOME_UNCHANGED);
  EXPECT_EQ(IngestOne(Item("site-01", 1)), Result::OUTCOME_UNCHANGED);
  item.mutable_open_answers(0)->set_text("Still no buses.");
  EXPECT_EQ(IngestOne(item), Result::OUTCOME_UPDATED);
  EXPECT_THAT(Revisions("site-01"), SizeIs(1));
  v1::GetOpenAnswerRequest request;
  request.set_name("waves/w1/responses/site-01/openAnswers/barriers");
  const auto stored = Done<v1::OpenAnswer>("ResponseService/GetOpenAnswer", request);
  EXPECT_EQ(stored.text(), "Still no buses.");
  EXPECT_EQ(stored.release(), v1::OpenAnswer::RELEASE_WITHHELD);
}

TEST_P(IngestServiceTest, KeepsWhatWasAcknowledgedWhenTheStreamIsCut) {
  {
    rpc::SyncStream stream = OpenStream();
    Send(stream, {Item("site-01", 1)});
    Send(stream, {Item("site-02", 1)});
    stream.Cancel();
    stream.Finish().IgnoreError();
  }
  EXPECT_EQ(GetResponse("site-01").state(), v1::Response::STATE_SUBMITTED);
  EXPECT_EQ(GetResponse("site-02").state(), v1::Response::STATE_SUBMITTED);
  // Sent again, whole: what is there stays, the rest comes in.
  const std::vector<Result> again = Ingest({Item("site-01", 1), Item("site-03", 1)});
  EXPECT_EQ(again[0].outcome(), Result::OUTCOME_UNCHANGED);
  EXPECT_EQ(again[1].outcome(), Result::OUTCOME_CREATED);
}

TEST_P(IngestServiceTest, CountsAStreamWithoutAnEndAsCut) {
  rpc::SyncStream stream = OpenStream();
  Send(stream, {Item("site-01", 1)});
  EXPECT_THAT(stream.Finish(), IsError(absl::StatusCode::kInvalidArgument, "STREAM_CUT"));
  EXPECT_EQ(GetResponse("site-01").state(), v1::Response::STATE_SUBMITTED);
}

TEST_P(IngestServiceTest, ChecksTheCount) {
  rpc::SyncStream stream = OpenStream();
  Send(stream, {Item("site-01", 1)});
  EXPECT_THAT(End(stream, 2), IsError(absl::StatusCode::kInvalidArgument, "COUNT_MISMATCH"));
  EXPECT_EQ(GetResponse("site-01").state(), v1::Response::STATE_SUBMITTED);
}

TEST_P(IngestServiceTest, TakesAnEmptyStream) {
  rpc::SyncStream stream = OpenStream();
  v1::IngestSummary summary;
  EXPECT_THAT(End(stream, 0, &summary), IsOk());
  EXPECT_EQ(summary.received(), 0);
}

TEST_P(IngestServiceTest, RefusesStreamsOfAnotherShape) {
  const auto refuse = [&](const v1::IngestResponsesRequest& message, bool after_header,
                          const std::string& reason) {
    rpc::SyncStream stream =
        after_header ? OpenStream()
                     : client().Bidi("weft.ingestion.v1.ResponseService/IngestResponses");
    stream.Write(message);
    v1::IngestResponsesResponse response;
    EXPECT_FALSE(stream.Read(response)) << reason;
    EXPECT_THAT(stream.Finish(), IsError(absl::StatusCode::kInvalidArgument, reason));
  };
  v1::IngestResponsesRequest batch;
  *batch.mutable_batch()->add_items() = Item("site-01", 1);
  refuse(batch, false, "HEADER_MISSING");
  v1::IngestResponsesRequest header;
  header.mutable_header()->set_parent("waves/w1");
  refuse(header, true, "MESSAGE_UNEXPECTED");
  refuse(v1::IngestResponsesRequest(), true, "MESSAGE_UNEXPECTED");
  header.mutable_header()->set_parent("w1");
  refuse(header, false, "INVALID_FIELD");
  v1::IngestResponsesRequest large;
  for (int i = 0; i < 1001; ++i) large.mutable_batch()->add_items();
  refuse(large, true, "BATCH_TOO_LARGE");
}

TEST_P(IngestServiceTest, NeedsAnOpenWave) {
  const auto finish = [&](const std::string& wave) {
    rpc::SyncStream stream = OpenStream(wave);
    v1::IngestResponsesResponse response;
    EXPECT_FALSE(stream.Read(response));
    return stream.Finish();
  };
  EXPECT_THAT(finish("waves/nothing"), IsError(absl::StatusCode::kNotFound, "WAVE_NOT_FOUND"));
  CreateWave("w2");
  EXPECT_THAT(finish("waves/w2"), IsError(absl::StatusCode::kFailedPrecondition, "WAVE_NOT_OPEN"));

  // Closed in mid-stream: what was acknowledged stays, the rest is refused.
  rpc::SyncStream stream = OpenStream();
  Send(stream, {Item("site-01", 1)});
  ASSERT_THAT(Close(), IsOk());
  v1::IngestResponsesRequest message;
  *message.mutable_batch()->add_items() = Item("site-02", 1);
  stream.Write(message);
  v1::IngestResponsesResponse response;
  EXPECT_FALSE(stream.Read(response));
  EXPECT_THAT(stream.Finish(), IsError(absl::StatusCode::kFailedPrecondition, "WAVE_NOT_OPEN"));
}

TEST_P(IngestServiceTest, LetsStreamsAndCallsMeet) {
  constexpr int kRounds = 10;
  std::vector<std::thread> threads;
  for (int writer = 0; writer < 3; ++writer) {
    threads.emplace_back([&, writer] {
      rpc::SyncStream stream = OpenStream();
      for (int i = 0; i < kRounds; ++i) {
        const auto acknowledgement =
            Send(stream, {Item("site-01", 100 * (writer + 1) + i), Item("site-02", i)});
        EXPECT_EQ(acknowledgement.results_size(), 2);
      }
      EXPECT_THAT(End(stream, 2 * kRounds), IsOk());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(Revisions("site-01"), SizeIs(3 * kRounds));
  const v1::Response response = GetResponse("site-01");
  EXPECT_EQ(response.revision(), 3 * kRounds);
  EXPECT_THAT(response.answers(), SameAs(Revisions("site-01").back().answers()));
}

}  // namespace
}  // namespace weft::ingestion
