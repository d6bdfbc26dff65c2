// Questions that are asked under a condition, from the answers to the submission, in every way in
// which answers come in.
#include <string>
#include <vector>

#include "services/ingestion/domain/answer_values.h"
#include "tests/services/ingestion/service_fixture.h"

namespace weft::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using testing::Violates;
using testing::Violation;

// In waves/w2, "students" is required of schools alone.
class SkipRuleTest : public IngestionTest {
 protected:
  SkipRuleTest() {
    OpenLab();
    v1::CreateInstrumentRequest instrument;
    instrument.set_instrument_id("lab-survey-2025");
    *instrument.mutable_instrument() = Draft();
    Done<v1::Instrument>("InstrumentService/CreateInstrument", instrument);
    PublishInstrument("instruments/lab-survey-2025");
    v1::CreateWaveRequest wave;
    wave.set_wave_id("w2");
    wave.mutable_wave()->set_display_name("Winter 2026");
    wave.mutable_wave()->set_instrument("instruments/lab-survey-2025");
    wave.mutable_wave()->add_cohorts("cohorts/legacy");
    Done<v1::Wave>("WaveService/CreateWave", wave);
    OpenWave("waves/w2");
  }

  static v1::Instrument Draft() {
    v1::Instrument draft = ExampleDraft();
    draft.set_version(2);
    v1::Question& students = *draft.mutable_sections(1)->mutable_questions(2);
    students.set_required(true);
    students.set_shown_if("setting = school");
    return draft;
  }

  // Answers of a district or a school.
  static v1::Answers AnswersOf(const std::string& setting) {
    v1::Answers answers = FromText<v1::Answers>(R"pb(
      partner_cells { partner_type: "cbo" level: INTERACTION_LEVEL_COOPERATION }
      items { question: "setting" }
    )pb");
    answers.mutable_items(0)->mutable_choices()->add_options(setting);
    return answers;
  }
  static v1::Answers WithStudents(v1::Answers answers, int students) {
    v1::Answer& answer = *answers.add_items();
    answer.set_question("students");
    answer.set_number(students);
    return answers;
  }

  v1::Response CreateIn2(const v1::Answers& answers) {
    v1::CreateResponseRequest create;
    create.set_parent("waves/w2");
    create.mutable_response()->set_respondent("sites/site-01");
    *create.mutable_response()->mutable_answers() = answers;
    return Done<v1::Response>("ResponseService/CreateResponse", create);
  }
  absl::StatusOr<v1::Response> SubmitIn2() {
    v1::SubmitResponseRequest submit;
    submit.set_name(kName);
    return Call<v1::Response>("ResponseService/SubmitResponse", submit);
  }
  v1::AnswerValue Stored(const std::string& answer) {
    v1::GetResponseRequest get;
    get.set_name(kName);
    return ValueOf(Done<v1::Response>("ResponseService/GetResponse", get).answers(), answer);
  }
  absl::StatusOr<v1::ContributeAnswersResponse> Contribute(const std::string& answer,
                                                           const std::string& value) {
    v1::GetResponseDraftRequest get;
    get.set_name(absl::StrCat(kName, "/draft"));
    const auto draft = Done<v1::ResponseDraft>("ResponseService/GetResponseDraft", get);
    int version = 0;
    for (const v1::AnswerRecord& record : draft.answers()) {
      if (record.answer() == answer) version = record.version();
    }
    v1::ContributeAnswersRequest request;
    request.set_name(kName);
    request.set_contributor("amara");
    v1::ContributedAnswer& given = *request.add_answers();
    given.set_answer(answer);
    given.set_base_version(version);
    *given.mutable_value() = FromText<v1::AnswerValue>(value);
    return Call<v1::ContributeAnswersResponse>("ResponseService/ContributeAnswers", request);
  }
  v1::IngestResult Ingest(const v1::Answers& answers) {
    v1::IngestResponsesRequest message;
    message.mutable_header()->set_parent("waves/w2");
    rpc::SyncStream stream = client().Bidi("weft.ingestion.v1.ResponseService/IngestResponses");
    EXPECT_TRUE(stream.Write(message));
    v1::IngestItem& item = *message.mutable_batch()->add_items();
    item.mutable_response()->set_respondent("sites/site-01");
    *item.mutable_response()->mutable_answers() = answers;
    EXPECT_TRUE(stream.Write(message));
    v1::IngestResponsesResponse acknowledged;
    EXPECT_TRUE(stream.Read(acknowledged));
    stream.Cancel();
    return acknowledged.results_size() == 1 ? acknowledged.results(0) : v1::IngestResult();
  }

  static constexpr char kName[] = "waves/w2/responses/site-01";
  static constexpr auto kNotAsked = type::v1::MISSING_REASON_NOT_ASKED;
};
WEFT_ON_EVERY_ENGINE(SkipRuleTest);

TEST_P(SkipRuleTest, WhatIsNotAskedIsNotRequiredAndSaysSo) {
  const v1::Response created = CreateIn2(AnswersOf("district"));
  EXPECT_FALSE(IsSet(Stored("students"))) << "a response that is being answered says nothing yet";
  const absl::StatusOr<v1::Response> submitted = SubmitIn2();
  ASSERT_THAT(submitted, IsOk());
  EXPECT_EQ(submitted->revision(), created.revision() + 1);
  EXPECT_EQ(submitted->warnings_size(), 0);
  EXPECT_EQ(Stored("students").missing(), kNotAsked);
  // Again: nothing is new.
  EXPECT_EQ(SubmitIn2()->revision(), submitted->revision());
}

TEST_P(SkipRuleTest, WhatIsAskedIsRequired) {
  CreateIn2(AnswersOf("school"));
  EXPECT_THAT(Violation(SubmitIn2().status(), "response.answers.items"), HasSubstr("\"students\""));
}

// The answers change after a return, and with them what is asked.
TEST_P(SkipRuleTest, ChangedAnswersAskAnew) {
  CreateIn2(AnswersOf("district"));
  ASSERT_THAT(SubmitIn2(), IsOk());
  v1::ReturnResponseRequest give_back;
  give_back.set_name(kName);
  give_back.set_comment("You are a school, are you not?");
  Done<v1::Response>("ResponseService/ReturnResponse", give_back);
  ASSERT_THAT(Contribute("setting", "choices { options: 'school' }"), IsOk());
  EXPECT_THAT(SubmitIn2(), IsError(absl::StatusCode::kInvalidArgument, "ANSWERS_MISSING"));
  ASSERT_THAT(Contribute("students", "number: 120"), IsOk());
  ASSERT_THAT(SubmitIn2(), IsOk());
  EXPECT_EQ(Stored("students").number(), 120);
}

TEST_P(SkipRuleTest, AnAnswerThatWasNotAskedForIsKeptAndWarnedOf) {
  CreateIn2(WithStudents(AnswersOf("district"), 120));
  v1::CheckResponseRequest check;
  check.set_name(kName);
  const auto checked = Done<v1::CheckResponseResponse>("ResponseService/CheckResponse", check);
  EXPECT_THAT(checked.errors(), IsEmpty());
  ASSERT_EQ(checked.warnings_size(), 1);
  EXPECT_EQ(checked.warnings(0).reason(), "ANSWER_NOT_ASKED");
  EXPECT_EQ(checked.warnings(0).answer(), "students");
  ASSERT_THAT(SubmitIn2(), IsOk());
  EXPECT_EQ(Stored("students").number(), 120);
}

TEST_P(SkipRuleTest, StreamsFollowTheSameRules) {
  EXPECT_EQ(Ingest(AnswersOf("school")).outcome(), v1::IngestResult::OUTCOME_REJECTED);
  EXPECT_EQ(Ingest(AnswersOf("district")).outcome(), v1::IngestResult::OUTCOME_CREATED);
  EXPECT_EQ(Stored("students").missing(), kNotAsked);
  EXPECT_EQ(Ingest(AnswersOf("district")).outcome(), v1::IngestResult::OUTCOME_UNCHANGED);
  EXPECT_EQ(Ingest(WithStudents(AnswersOf("school"), 9)).outcome(),
            v1::IngestResult::OUTCOME_UPDATED);
}

TEST_P(SkipRuleTest, ConditionsThatMakeNoSenseAreNotPublished) {
  v1::CreateInstrumentRequest request;
  request.set_instrument_id("lab-survey-2026");
  *request.mutable_instrument() = Draft();
  request.mutable_instrument()->set_version(3);
  v1::Section& context = *request.mutable_instrument()->mutable_sections(1);
  context.mutable_questions(2)->set_shown_if("setting is school");
  EXPECT_THAT(Call<v1::Instrument>("InstrumentService/CreateInstrument", request).status(),
              Violates("instrument.sections[1].questions[2].shown_if"));
  context.mutable_questions(2)->set_shown_if("setting = museum");
  Done<v1::Instrument>("InstrumentService/CreateInstrument", request);
  v1::PublishInstrumentRequest publish;
  publish.set_name("instruments/lab-survey-2026");
  EXPECT_THAT(Call<v1::Instrument>("InstrumentService/PublishInstrument", publish),
              IsError(absl::StatusCode::kInvalidArgument, "INSTRUMENT_INCOMPLETE"));
}

}  // namespace
}  // namespace weft::ingestion
