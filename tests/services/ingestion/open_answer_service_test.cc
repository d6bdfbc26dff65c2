// Free text: where it is, and where it must never be.
#include <set>

#include "tests/services/ingestion/open_answer_fixture.h"

namespace weft::ingestion {
namespace {

using ::testing::HasSubstr;
using testing::IsError;
using testing::IsOk;
using ::testing::Not;
using ::testing::SizeIs;
using testing::Violates;

constexpr char kWord[] = "Schmetterlingsflieder";

class OpenAnswerServiceTest : public OpenAnswerTest {};
WEFT_ON_EVERY_ENGINE(OpenAnswerServiceTest);

TEST_P(OpenAnswerServiceTest, WritesAndChangesAText) {
  v1::UpdateOpenAnswerRequest request = Text(kName, "No buses.");
  request.mutable_open_answer()->set_consent(v1::OpenAnswer::CONSENT_QUOTE);
  request.mutable_open_answer()->set_question("ignored");
  request.mutable_open_answer()->set_release(v1::OpenAnswer::RELEASE_CLEARED);
  const auto created = CarefulWrite<v1::OpenAnswer>("ResponseService/UpdateOpenAnswer", request);
  EXPECT_EQ(created.question(), "barriers");
  EXPECT_EQ(created.text(), "No buses.");
  EXPECT_EQ(created.release(), v1::OpenAnswer::RELEASE_WITHHELD);
  EXPECT_THAT(*Get(), SameAs(created));

  v1::UpdateOpenAnswerRequest change;
  change.mutable_open_answer()->set_name(kName);
  change.mutable_open_answer()->set_attribution(v1::OpenAnswer::ATTRIBUTION_SITE);
  change.mutable_open_answer()->set_etag(created.etag());
  const absl::StatusOr<v1::OpenAnswer> changed = Write(change);
  ASSERT_THAT(changed, IsOk());
  EXPECT_EQ(changed->text(), "No buses.");
  EXPECT_EQ(changed->consent(), v1::OpenAnswer::CONSENT_QUOTE);
  EXPECT_THAT(Write(change), IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
}

TEST_P(OpenAnswerServiceTest, AnswersOnlyTextQuestionsOfTheWavesInstrument) {
  const std::string parent = "waves/w1/responses/site-01/openAnswers/";
  EXPECT_THAT(Write(Text(parent + "setting", "x")).status(), Violates("open_answer.question"));
  EXPECT_THAT(Write(Text(parent + "weather", "x")).status(), Violates("open_answer.question"));
  EXPECT_THAT(Write(Text(kName, "")).status(), Violates("open_answer.text"));
  EXPECT_THAT(Write(Text(kName, std::string(51, 'x'))).status(), Violates("open_answer.text"));
  EXPECT_THAT(Write(Text("openAnswers/barriers", "x")).status(), Violates("open_answer.name"));
  EXPECT_THAT(Write(Text("waves/w1/responses/site-02/openAnswers/barriers", "x")),
              IsError(absl::StatusCode::kNotFound, "RESPONSE_NOT_FOUND"));
  v1::UpdateOpenAnswerRequest missing = Text(kName, "x");
  missing.set_allow_missing(false);
  EXPECT_THAT(Write(missing), IsError(absl::StatusCode::kNotFound, "OPEN_ANSWER_NOT_FOUND"));
}

TEST_P(OpenAnswerServiceTest, TakesNewWordsOnlyInTheFieldAndFromWhoTakesPart) {
  ASSERT_THAT(Write(Text(kName, "One.")), IsOk());
  ASSERT_THAT(Withdraw("site-01"), IsOk());
  EXPECT_THAT(Write(Text(kName, "Two.")),
              IsError(absl::StatusCode::kFailedPrecondition, "RESPONSE_WITHDRAWN"));
  ASSERT_THAT(Close(), IsOk());
  EXPECT_THAT(Write(Text(kName, "Two.")),
              IsError(absl::StatusCode::kFailedPrecondition, "WAVE_NOT_OPEN"));
  // What was agreed to may always be said.
  v1::UpdateOpenAnswerRequest consent;
  consent.mutable_open_answer()->set_name(kName);
  consent.mutable_open_answer()->set_consent(v1::OpenAnswer::CONSENT_INTERNAL);
  EXPECT_THAT(Write(consent), IsOk());
}

TEST_P(OpenAnswerServiceTest, ListsOfAResponseAndOfAWave) {
  ASSERT_THAT(Create("site-02", AnswersWith(1)), IsOk());
  ASSERT_THAT(Write(Text(kName, "One.")), IsOk());
  ASSERT_THAT(Write(Text("waves/w1/responses/site-01/openAnswers/hopes", "Two.")), IsOk());
  ASSERT_THAT(Write(Text("waves/w1/responses/site-02/openAnswers/hopes", "Three.")), IsOk());
  v1::ListOpenAnswersRequest request;
  request.set_parent("waves/w1/responses/site-01");
  EXPECT_THAT(
      Done<v1::ListOpenAnswersResponse>("ResponseService/ListOpenAnswers", request).open_answers(),
      SizeIs(2));
  request.set_parent("waves/w1/responses/-");
  EXPECT_THAT(
      Done<v1::ListOpenAnswersResponse>("ResponseService/ListOpenAnswers", request).open_answers(),
      SizeIs(3));
  request.set_parent("waves/w1/responses/site-03");
  EXPECT_THAT(Call<v1::ListOpenAnswersResponse>("ResponseService/ListOpenAnswers", request),
              IsError(absl::StatusCode::kNotFound, "RESPONSE_NOT_FOUND"));
}

TEST_P(OpenAnswerServiceTest, IsAskedForWhereTheInstrumentRequiresIt) {
  v1::CreateInstrumentRequest instrument;
  instrument.set_instrument_id("lab-survey-2025");
  *instrument.mutable_instrument() = ExampleDraft();
  instrument.mutable_instrument()->set_version(2);
  instrument.mutable_instrument()->mutable_sections(1)->mutable_questions(3)->set_required(true);
  Done<v1::Instrument>("InstrumentService/CreateInstrument", instrument);
  PublishInstrument("instruments/lab-survey-2025");
  v1::CreateWaveRequest wave;
  wave.set_wave_id("w2");
  wave.mutable_wave()->set_display_name("Winter 2026");
  wave.mutable_wave()->set_instrument("instruments/lab-survey-2025");
  wave.mutable_wave()->add_cohorts("cohorts/new");
  Done<v1::Wave>("WaveService/CreateWave", wave);
  OpenWave("waves/w2");
  v1::CreateResponseRequest create;
  create.set_parent("waves/w2");
  create.mutable_response()->set_respondent("sites/site-03");
  *create.mutable_response()->mutable_answers() = AnswersWith(1);
  Done<v1::Response>("ResponseService/CreateResponse", create);

  v1::SubmitResponseRequest submit;
  submit.set_name("waves/w2/responses/site-03");
  EXPECT_THAT(Call<v1::Response>("ResponseService/SubmitResponse", submit).status(),
              Violates("open_answers"));
  ASSERT_THAT(Write(Text("waves/w2/responses/site-03/openAnswers/barriers", "Buses.")), IsOk());
  EXPECT_THAT(Call<v1::Response>("ResponseService/SubmitResponse", submit), IsOk());

  // A stream may bring it, or rely on the one that is there.
  v1::IngestResponsesRequest message;
  message.mutable_header()->set_parent("waves/w2");
  rpc::SyncStream stream = client().Bidi("weft.ingestion.v1.ResponseService/IngestResponses");
  ASSERT_TRUE(stream.Write(message));
  for (const char* site : {"sites/site-03", "sites/site-04"}) {
    v1::IngestItem& item = *message.mutable_batch()->add_items();
    item.mutable_response()->set_respondent(site);
    *item.mutable_response()->mutable_answers() = AnswersWith(2);
  }
  *message.mutable_batch()->add_items() = message.batch().items(1);
  message.mutable_batch()->mutable_items(2)->add_open_answers()->set_question("barriers");
  message.mutable_batch()->mutable_items(2)->mutable_open_answers(0)->set_text("Buses.");
  ASSERT_TRUE(stream.Write(message));
  v1::IngestResponsesResponse acknowledged;
  ASSERT_TRUE(stream.Read(acknowledged));
  EXPECT_EQ(acknowledged.results(0).outcome(), v1::IngestResult::OUTCOME_UPDATED);
  EXPECT_EQ(acknowledged.results(1).outcome(), v1::IngestResult::OUTCOME_REJECTED);
  EXPECT_EQ(acknowledged.results(2).outcome(), v1::IngestResult::OUTCOME_CREATED);
}

TEST_P(OpenAnswerServiceTest, DeletesForGood) {
  ASSERT_THAT(Write(Text(kName, "One.")), IsOk());
  v1::DeleteOpenAnswerRequest request;
  request.set_name(kName);
  CarefulWrite<Empty>("ResponseService/DeleteOpenAnswer", request);
  EXPECT_THAT(Get(), IsError(absl::StatusCode::kNotFound, "OPEN_ANSWER_NOT_FOUND"));
}

TEST_P(OpenAnswerServiceTest, LeavesNoWordBehindInTheStore) {
  CarefulWrite<v1::OpenAnswer>("ResponseService/UpdateOpenAnswer", Text(kName, kWord));
  EXPECT_EQ(CountRowsWith(kWord), 1);
  v1::DeleteOpenAnswerRequest request;
  request.set_name(kName);
  Done<Empty>("ResponseService/DeleteOpenAnswer", request);
  EXPECT_EQ(CountRowsWith(kWord), 0);
  // A repetition of the write is still known, and has no text to give any more.
  v1::UpdateOpenAnswerRequest repeated = Text(kName, kWord);
  repeated.set_request_id("00000000-0000-4000-8000-000000000001");
  const absl::StatusOr<v1::OpenAnswer> answer = Write(repeated);
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->text(), "");
  EXPECT_EQ(CountRowsWith(kWord), 0);
}

// One stream that carries structured answers and text in one item, too.
TEST_P(OpenAnswerServiceTest, StaysOutOfFeedRevisionsResponsesErrorsAndLogs) {
  ASSERT_THAT(Write(Text(kName, kWord)), IsOk());
  const absl::Status refused =
      Write(Text(kName, absl::StrCat(kWord, std::string(50, '!')))).status();
  EXPECT_THAT(refused.ToString(), Not(HasSubstr(kWord)));
  rpc::SyncStream stream = client().Bidi("weft.ingestion.v1.ResponseService/IngestResponses");
  v1::IngestResponsesRequest message;
  message.mutable_header()->set_parent("waves/w1");
  ASSERT_TRUE(stream.Write(message));
  v1::IngestItem& item = *message.mutable_batch()->add_items();
  item.mutable_response()->set_respondent("sites/site-02");
  *item.mutable_response()->mutable_answers() = AnswersWith(2);
  item.add_open_answers()->set_question("barriers");
  item.mutable_open_answers(0)->set_text(kWord);
  // And one that is refused.
  v1::IngestItem& bad = *message.mutable_batch()->add_items();
  bad = item;
  bad.mutable_open_answers(0)->set_question("setting");
  ASSERT_TRUE(stream.Write(message));
  v1::IngestResponsesResponse acknowledged;
  ASSERT_TRUE(stream.Read(acknowledged));
  EXPECT_EQ(acknowledged.results(0).outcome(), v1::IngestResult::OUTCOME_CREATED);
  EXPECT_EQ(acknowledged.results(1).outcome(), v1::IngestResult::OUTCOME_REJECTED);
  EXPECT_THAT(acknowledged.DebugString(), Not(HasSubstr(kWord)));
  stream.Cancel();
  EXPECT_EQ(Get("waves/w1/responses/site-02/openAnswers/barriers")->text(), kWord);

  std::set<std::string> types;
  for (const weft::type::v1::ChangeBatch& commit : Commits()) {
    EXPECT_THAT(commit.SerializeAsString(), Not(HasSubstr(kWord)));
    for (const weft::type::v1::Change& change : commit.changes()) types.insert(change.type());
  }
  EXPECT_FALSE(types.count("open_answer"));
  weft::type::v1::WatchRequest watch;
  watch.set_send_initial(true);
  rpc::SyncStream snapshot = client().ServerStream("weft.ingestion.v1.ChangeService/Watch", watch);
  weft::type::v1::WatchResponse event;
  while (snapshot.Read(event)) {
    EXPECT_THAT(event.SerializeAsString(), Not(HasSubstr(kWord)));
    if (event.has_snapshot_end()) break;
  }
  EXPECT_TRUE(event.has_snapshot_end());
  for (const char* id : {"site-01", "site-02"}) {
    EXPECT_THAT(GetResponse(id).SerializeAsString(), Not(HasSubstr(kWord)));
    for (const v1::ResponseRevision& revision : Revisions(id)) {
      EXPECT_THAT(revision.SerializeAsString(), Not(HasSubstr(kWord)));
    }
  }
  EXPECT_THAT(Log(), HasSubstr("UpdateOpenAnswer"));
  EXPECT_THAT(Log(), Not(HasSubstr(kWord)));
}

}  // namespace
}  // namespace weft::ingestion
