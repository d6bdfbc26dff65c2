// Several people fill one response, and what follows from it: who said what, what prevents a
// submission, review of many, differences between revisions.
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/ingestion/domain/answer_values.h"
#include "tests/services/ingestion/service_fixture.h"
#include "weft/ingestion/v1/draft.pb.h"
#include "weft/ingestion/v1/import.pb.h"
#include "weft/ingestion/v1/roster_status.pb.h"

namespace weft::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using ::testing::Not;
using ::testing::SizeIs;
using testing::Violates;

constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;
constexpr char kName[] = "waves/w1/responses/site-01";

class ContributionServiceTest : public IngestionTest {
 protected:
  ContributionServiceTest() { OpenLab(); }

  static v1::ContributeAnswersRequest Contribution(const std::string& who,
                                                   const std::string& answers) {
    v1::ContributeAnswersRequest request = FromText<v1::ContributeAnswersRequest>(answers);
    request.set_parent("waves/w1");
    request.set_respondent("sites/site-01");
    request.set_contributor(who);
    return request;
  }
  absl::StatusOr<v1::ContributeAnswersResponse> Contribute(const std::string& who,
                                                           const std::string& answers) {
    return Call<v1::ContributeAnswersResponse>("ResponseService/ContributeAnswers",
                                               Contribution(who, answers));
  }
  absl::StatusOr<v1::ContributeAnswersResponse> Students(const std::string& who, int number,
                                                         int base) {
    return Contribute(who, absl::StrCat("answers { answer: \"students\" value { number: ", number,
                                        " } base_version: ", base, " }"));
  }
  v1::ResponseDraft Draft(const std::string& id = "site-01") {
    v1::GetResponseDraftRequest request;
    request.set_name(absl::StrCat("waves/w1/responses/", id, "/draft"));
    return Done<v1::ResponseDraft>("ResponseService/GetResponseDraft", request);
  }
  v1::AnswerRecord Record(const std::string& answer) {
    const v1::ResponseDraft draft = Draft();
    for (const v1::AnswerRecord& record : draft.answers()) {
      if (record.answer() == answer) return record;
    }
    return {};
  }
  v1::CheckResponseResponse Check() {
    v1::CheckResponseRequest request;
    request.set_name(kName);
    return Done<v1::CheckResponseResponse>("ResponseService/CheckResponse", request);
  }
  static std::vector<std::string> Reasons(
      const google::protobuf::RepeatedPtrField<v1::SubmissionProblem>& problems) {
    std::vector<std::string> reasons;
    for (const v1::SubmissionProblem& problem : problems) {
      reasons.push_back(absl::StrCat(problem.reason(), " ", problem.answer()));
    }
    return reasons;
  }
};
WEFT_ON_EVERY_ENGINE(ContributionServiceTest);

constexpr char kSettingAndLevel[] = R"pb(
  answers {
    answer: "setting"
    value { choices { options: "school" } }
  }
  answers {
    answer: "cbo.level"
    value { level: INTERACTION_LEVEL_COOPERATION }
  }
)pb";

TEST_P(ContributionServiceTest, TheFirstContributionStartsTheResponse) {
  const auto started = CarefulWrite<v1::ContributeAnswersResponse>(
      "ResponseService/ContributeAnswers", Contribution("amara", kSettingAndLevel));
  EXPECT_EQ(started.response().name(), kName);
  EXPECT_EQ(started.response().state(), v1::Response::STATE_STARTED);
  EXPECT_EQ(started.response().revision(), 1);
  EXPECT_EQ(started.response().contributor_count(), 1);
  EXPECT_EQ(started.draft_version(), 1);
  ASSERT_THAT(started.results(), SizeIs(2));
  EXPECT_EQ(started.results(1).outcome(), v1::ContributionResult::OUTCOME_ACCEPTED);
  EXPECT_EQ(started.results(1).record().version(), 1);
  EXPECT_THAT(GetResponse("site-01"), SameAs(started.response()));

  // The next one names the response.
  v1::ContributeAnswersRequest request =
      Contribution("ben", "answers { answer: \"students\" value { number: 40 } }");
  request.clear_parent();
  request.clear_respondent();
  request.set_name(kName);
  const auto joined =
      Done<v1::ContributeAnswersResponse>("ResponseService/ContributeAnswers", request);
  EXPECT_EQ(joined.response().revision(), 2);
  EXPECT_EQ(joined.response().contributor_count(), 2);
  EXPECT_THAT(Draft().contributors(), ElementsAre("amara", "ben"));
  const std::vector<v1::ResponseRevision> revisions = Revisions("site-01");
  ASSERT_THAT(revisions, SizeIs(2));
  EXPECT_EQ(revisions[0].contributor(), "amara");
  EXPECT_EQ(revisions[1].contributor(), "ben");
  EXPECT_EQ(revisions[1].principal(), "users/anonymous");
}

TEST_P(ContributionServiceTest, BothValuesOfAConflictAreKeptUntilItIsResolved) {
  ASSERT_THAT(Contribute("amara", kSettingAndLevel), IsOk());
  ASSERT_THAT(Students("amara", 40, 0), IsOk());
  const int revision = GetResponse("site-01").revision();
  clock_.Advance(absl::Hours(1));
  const absl::StatusOr<v1::ContributeAnswersResponse> stale = Students("ben", 50, 0);
  ASSERT_THAT(stale, IsOk());
  EXPECT_EQ(stale->results(0).outcome(), v1::ContributionResult::OUTCOME_CONFLICT);
  EXPECT_EQ(stale->results(0).record().current().value().number(), 40);
  EXPECT_EQ(stale->results(0).record().conflicting(0).value().number(), 50);

  v1::Response response = GetResponse("site-01");
  EXPECT_EQ(response.revision(), revision);
  EXPECT_EQ(response.unresolved_count(), 1);
  EXPECT_EQ(ValueOf(response.answers(), "students").number(), 40);
  const v1::AnswerRecord record = Record("students");
  EXPECT_EQ(record.current().contributor(), "amara");
  EXPECT_EQ(record.conflicting(0).contributor(), "ben");
  EXPECT_EQ(record.conflicting(0).base_version(), 0);
  EXPECT_EQ(record.conflicting(0).time().seconds() - record.current().time().seconds(), 3600);
  EXPECT_THAT(Submit("site-01"), IsError(absl::StatusCode::kInvalidArgument, "CONFLICT_OPEN"));
  EXPECT_THAT(Reasons(Check().errors()), ElementsAre("CONFLICT_OPEN students"));

  ASSERT_THAT(Students("cleo", 45, record.version()), IsOk());
  response = GetResponse("site-01");
  EXPECT_EQ(response.unresolved_count(), 0);
  EXPECT_EQ(ValueOf(response.answers(), "students").number(), 45);
  EXPECT_EQ(Record("students").settled(0).value().number(), 50);
  EXPECT_THAT(Submit("site-01"), IsOk());
}

TEST_P(ContributionServiceTest, NothingIsWrittenWhenNothingIsNew) {
  ASSERT_THAT(Contribute("amara", kSettingAndLevel), IsOk());
  const storage::Position before = engine().head();
  const absl::StatusOr<v1::ContributeAnswersResponse> same = Contribute("ben", kSettingAndLevel);
  ASSERT_THAT(same, IsOk());
  EXPECT_EQ(same->results(0).outcome(), v1::ContributionResult::OUTCOME_UNCHANGED);
  EXPECT_EQ(same->response().contributor_count(), 1);
  EXPECT_EQ(engine().head(), before);
}

TEST_P(ContributionServiceTest, IsRefusedWhereAnswersMayNotChange) {
  EXPECT_THAT(Contribute("Amara Okoye", kSettingAndLevel).status(), Violates("contributor"));
  EXPECT_THAT(
      Contribute("amara", "answers { answer: \"students\" value { number: 1 } base_version: 1 }"),
      IsError(absl::StatusCode::kInvalidArgument, "ANSWERS_INVALID"));
  v1::ContributeAnswersRequest request = Contribution("amara", kSettingAndLevel);
  const auto contribute = [&] {
    return Call<v1::ContributeAnswersResponse>("ResponseService/ContributeAnswers", request);
  };
  request.set_respondent("sites/site-99");
  EXPECT_THAT(contribute(), IsError(kPrecondition, "NOT_ON_ROSTER"));
  request = Contribution("amara", kSettingAndLevel);
  request.clear_parent();
  request.clear_respondent();
  request.set_name("waves/w1/responses/nothing");
  EXPECT_THAT(contribute(), IsError(absl::StatusCode::kNotFound, "RESPONSE_NOT_FOUND"));

  ASSERT_THAT(Contribute("amara", kSettingAndLevel), IsOk());
  ASSERT_THAT(Submit("site-01"), IsOk());
  // Before review it is taken up again, also when all that came is a conflict.
  ASSERT_THAT(Students("amara", 1, 0), IsOk());
  EXPECT_EQ(GetResponse("site-01").state(), v1::Response::STATE_STARTED);
  ASSERT_THAT(Submit("site-01"), IsOk());
  ASSERT_THAT(Students("ben", 2, 0), IsOk());
  EXPECT_EQ(GetResponse("site-01").state(), v1::Response::STATE_STARTED);
  ASSERT_THAT(Students("ben", 2, Record("students").version()), IsOk());
  ASSERT_THAT(Submit("site-01"), IsOk());
  ASSERT_THAT(Approve("site-01"), IsOk());
  EXPECT_THAT(Students("ben", 3, 0), IsError(kPrecondition, "RESPONSE_APPROVED"));
  EXPECT_THAT(Students("ben", 2, 0), IsOk());  // said already
  ASSERT_THAT(Return("site-01"), IsOk());
  ASSERT_THAT(Students("ben", 3, Record("students").version()), IsOk());
  EXPECT_EQ(GetResponse("site-01").state(), v1::Response::STATE_RETURNED);
  ASSERT_THAT(Withdraw("site-01"), IsOk());
  EXPECT_THAT(Students("ben", 4, 0), IsError(kPrecondition, "RESPONSE_WITHDRAWN"));
  ASSERT_THAT(Decline("site-02"), IsOk());
  request = Contribution("amara", kSettingAndLevel);
  request.set_respondent("sites/site-02");
  EXPECT_THAT(contribute(), IsError(kPrecondition, "RESPONSE_DECLINED"));
  ASSERT_THAT(Close(), IsOk());
  request.set_respondent("sites/site-03");
  EXPECT_THAT(contribute(), IsError(kPrecondition, "WAVE_NOT_OPEN"));
}

TEST_P(ContributionServiceTest, AnswersWrittenAsAWholeAreAttributedToo) {
  ASSERT_THAT(Create("site-01", AnswersWith(1)), IsOk());
  clock_.Advance(absl::Hours(1));
  ASSERT_THAT(Update("site-01", AnswersWith(2)), IsOk());
  // Nobody has contributed; the revisions tell.
  v1::ResponseDraft draft = Draft();
  EXPECT_EQ(draft.version(), 2);
  EXPECT_EQ(Record("students").version(), 2);
  EXPECT_EQ(Record("setting").version(), 1);
  EXPECT_EQ(Record("setting").current().source(), "api");
  // From then on the draft is kept, and follows.
  ASSERT_THAT(Students("amara", 3, 2), IsOk());
  ASSERT_THAT(Update("site-01", AnswersWith(4)), IsOk());
  EXPECT_EQ(Record("students").current().value().number(), 4);
  EXPECT_EQ(Record("students").current().contributor(), "");
  EXPECT_EQ(Record("students").version(), 4);
  const absl::StatusOr<v1::ContributeAnswersResponse> stale = Students("amara", 5, 3);
  ASSERT_THAT(stale, IsOk());
  EXPECT_EQ(stale->results(0).outcome(), v1::ContributionResult::OUTCOME_CONFLICT);
  // A bulk write does not decide what people do not agree on.
  EXPECT_EQ(GetResponse("site-01").unresolved_count(), 1);
}

TEST_P(ContributionServiceTest, BulkWritesDoNotDecideAConflict) {
  ASSERT_THAT(Contribute("amara", kSettingAndLevel), IsOk());
  ASSERT_THAT(Students("amara", 40, 0), IsOk());
  ASSERT_THAT(Students("ben", 50, 0), IsOk());
  auto stream = client().Bidi("weft.ingestion.v1.ResponseService/IngestResponses");
  v1::IngestResponsesRequest message;
  message.mutable_header()->set_parent("waves/w1");
  ASSERT_TRUE(stream.Write(message));
  v1::Response& item = *message.mutable_batch()->add_items()->mutable_response();
  item.set_respondent("sites/site-01");
  *item.mutable_answers() = AnswersWith(60);
  ASSERT_TRUE(stream.Write(message));
  v1::IngestResponsesResponse acknowledgement;
  ASSERT_TRUE(stream.Read(acknowledgement));
  EXPECT_EQ(acknowledgement.results(0).outcome(), v1::IngestResult::OUTCOME_REJECTED);
  EXPECT_THAT(acknowledgement.results(0).error().DebugString(), HasSubstr("RESPONSE_UNRESOLVED"));
  message.mutable_end()->set_item_count(1);
  ASSERT_TRUE(stream.Write(message));
  EXPECT_THAT(stream.Finish(), IsOk());
}

TEST_P(ContributionServiceTest, DraftsAndPeopleStayOutOfTheFeedTheLogAndTheRequestLog) {
  ASSERT_THAT(Contribute("c-17", kSettingAndLevel), IsOk());
  v1::UpdateContributorRequest request;
  request.mutable_contributor()->set_name(absl::StrCat(kName, "/contributors/c-17"));
  request.mutable_contributor()->set_display_name("Amara Okoye");
  request.mutable_contributor()->set_role("principal");
  EXPECT_THAT(Call<v1::Contributor>("ResponseService/UpdateContributor", request),
              IsError(absl::StatusCode::kNotFound, "CONTRIBUTOR_NOT_FOUND"));
  request.set_allow_missing(true);
  const auto person = CarefulWrite<v1::Contributor>("ResponseService/UpdateContributor", request);
  EXPECT_EQ(person.display_name(), "Amara Okoye");
  EXPECT_EQ(person.role(), "principal");

  v1::GetContributorRequest get;
  get.set_name(person.name());
  EXPECT_THAT(Done<v1::Contributor>("ResponseService/GetContributor", get), SameAs(person));
  v1::ListContributorsRequest list;
  list.set_parent(kName);
  EXPECT_THAT(
      Done<v1::ListContributorsResponse>("ResponseService/ListContributors", list).contributors(),
      ElementsAre(SameAs(person)));

  request.mutable_contributor()->set_display_name("");
  request.mutable_update_mask()->add_paths("display_name");
  EXPECT_THAT(Call<v1::Contributor>("ResponseService/UpdateContributor", request).status(),
              Violates("contributor.display_name"));
  request = {};
  request.set_allow_missing(true);
  request.mutable_contributor()->set_name(absl::StrCat(kName, "/contributors/Amara"));
  request.mutable_contributor()->set_display_name("Amara");
  EXPECT_THAT(Call<v1::Contributor>("ResponseService/UpdateContributor", request).status(),
              Violates("contributor.name"));
  request.mutable_contributor()->set_name("waves/w1/responses/site-02/contributors/c");
  EXPECT_THAT(Call<v1::Contributor>("ResponseService/UpdateContributor", request),
              IsError(absl::StatusCode::kNotFound, "RESPONSE_NOT_FOUND"));

  for (const weft::type::v1::ChangeBatch& commit : Commits()) {
    EXPECT_THAT(commit.SerializeAsString(), Not(HasSubstr("Okoye")));
    for (const weft::type::v1::Change& change : commit.changes()) {
      EXPECT_THAT(change.name(), Not(HasSubstr("/draft")));
      EXPECT_THAT(change.name(), Not(HasSubstr("/contributors")));
    }
  }
  EXPECT_THAT(Log(), Not(HasSubstr("Okoye")));
  EXPECT_THAT(Draft().SerializeAsString(), Not(HasSubstr("Okoye")));

  v1::DeleteContributorRequest remove;
  remove.set_name(person.name());
  CarefulWrite<Empty>("ResponseService/DeleteContributor", remove);
  EXPECT_THAT(Call<v1::Contributor>("ResponseService/GetContributor", get),
              IsError(absl::StatusCode::kNotFound, "CONTRIBUTOR_NOT_FOUND"));
  EXPECT_THAT(Draft().contributors(), ElementsAre("c-17"));
}

TEST_P(ContributionServiceTest, EveryKindOfMissingStaysWhatItIs) {
  const std::vector<std::string> kinds = {"NOT_ASKED", "DONT_KNOW", "REFUSED", "NOT_APPLICABLE"};
  ASSERT_THAT(Contribute("amara", kSettingAndLevel), IsOk());
  int version = Record("cbo.level").version();
  const auto say = [&](const std::string& value) {
    const absl::StatusOr<v1::ContributeAnswersResponse> said =
        Contribute("amara", absl::StrCat("answers { answer: \"cbo.level\" value { ", value,
                                         " } base_version: ", version, " }"));
    ASSERT_THAT(said, IsOk());
    version = said->results(0).record().version();
  };
  say("level: INTERACTION_LEVEL_NO_INTERACTION");
  for (const std::string& kind : kinds) say("missing: MISSING_REASON_" + kind);
  say("missing: MISSING_REASON_NOT_ANSWERED");

  // Revisions, and the differences between each and the next.
  std::set<std::string> stored;
  const std::vector<v1::ResponseRevision> revisions = Revisions("site-01");
  ASSERT_THAT(revisions, SizeIs(7));
  for (const v1::ResponseRevision& revision : revisions) {
    stored.insert(ValueOf(revision.answers(), "cbo.level").SerializeAsString());
  }
  EXPECT_THAT(stored, SizeIs(7));
  for (int number = 2; number <= 7; ++number) {
    v1::DiffResponseRevisionsRequest request;
    request.set_name(absl::StrCat(kName, "/revisions/", number));
    const auto diff =
        Done<v1::DiffResponseRevisionsResponse>("ResponseService/DiffResponseRevisions", request);
    ASSERT_THAT(diff.changes(), SizeIs(1)) << number;
    EXPECT_EQ(diff.changes(0).answer(), "cbo.level");
    EXPECT_EQ(diff.changes(0).has_new_value(), number != 7);
    EXPECT_EQ(diff.changes(0).new_value().SerializeAsString(),
              ValueOf(revisions[number - 1].answers(), "cbo.level").SerializeAsString());
    EXPECT_EQ(diff.changes(0).old_value().SerializeAsString(),
              ValueOf(revisions[number - 2].answers(), "cbo.level").SerializeAsString());
    EXPECT_EQ(diff.changes(0).contributor(), "amara");
  }

  // Exports: one site for each kind, and no two cells are the same.
  const std::vector<std::string> values = {
      "missing: MISSING_REASON_NOT_ASKED", "missing: MISSING_REASON_DONT_KNOW",
      "missing: MISSING_REASON_REFUSED", "missing: MISSING_REASON_NOT_APPLICABLE"};
  std::set<std::string> cells;
  const auto exported = [&] {
    v1::ExportResponsesRequest request;
    request.set_parent("waves/w1");
    request.set_format(v1::FILE_FORMAT_TIDY);
    request.set_floor(v1::ExportResponsesRequest::REVIEW_FLOOR_SUBMITTED);
    auto stream = client().ServerStream("weft.ingestion.v1.ImportService/ExportResponses", request);
    std::string file;
    v1::ExportResponsesResponse message;
    while (stream.Read(message)) file += message.chunk();
    EXPECT_THAT(stream.Finish(), IsOk());
    for (const std::string& line : std::vector<std::string>(absl::StrSplit(file, '\n'))) {
      if (absl::StrContains(line, "interaction_level") && absl::StrContains(line, "cbo")) {
        return line;
      }
    }
    return std::string();
  };
  for (const std::string& value : {std::string("level: INTERACTION_LEVEL_NO_INTERACTION"),
                                   values[0], values[1], values[2], values[3]}) {
    say(value);
    ASSERT_THAT(Contribute("amara", R"pb(answers {
                                           answer: "k12_school.level"
                                           value { level: INTERACTION_LEVEL_NETWORKING }
                                         })pb"),
                IsOk());
    ASSERT_THAT(Submit("site-01"), IsOk());
    cells.insert(exported());
  }
  say("");
  ASSERT_THAT(Submit("site-01"), IsOk());
  cells.insert(exported());  // not answered: no row
  EXPECT_THAT(cells, SizeIs(6));
  EXPECT_TRUE(cells.contains(""));
}

TEST_P(ContributionServiceTest, DiffsNameWhoMadeADifferenceBetweenAnyTwoRevisions) {
  ASSERT_THAT(Contribute("amara", kSettingAndLevel), IsOk());
  ASSERT_THAT(Students("ben", 10, 0), IsOk());
  ASSERT_THAT(Students("cleo", 20, Record("students").version()), IsOk());
  v1::DiffResponseRevisionsRequest request;
  request.set_name(absl::StrCat(kName, "/revisions/3"));
  request.set_compare_to(absl::StrCat(kName, "/revisions/1"));
  auto diff =
      Done<v1::DiffResponseRevisionsResponse>("ResponseService/DiffResponseRevisions", request);
  ASSERT_THAT(diff.changes(), SizeIs(1));
  EXPECT_EQ(diff.changes(0).answer(), "students");
  EXPECT_FALSE(diff.changes(0).has_old_value());
  EXPECT_EQ(diff.changes(0).new_value().number(), 20);
  EXPECT_EQ(diff.changes(0).revision(), 3);
  EXPECT_EQ(diff.changes(0).contributor(), "cleo");
  request.clear_compare_to();
  diff = Done<v1::DiffResponseRevisionsResponse>("ResponseService/DiffResponseRevisions", request);
  EXPECT_EQ(diff.compare_to(), absl::StrCat(kName, "/revisions/2"));
  EXPECT_EQ(diff.changes(0).old_value().number(), 10);
  request.set_name(absl::StrCat(kName, "/revisions/1"));
  diff = Done<v1::DiffResponseRevisionsResponse>("ResponseService/DiffResponseRevisions", request);
  EXPECT_EQ(diff.compare_to(), "");
  EXPECT_THAT(diff.changes(), SizeIs(2));
  request.set_compare_to(absl::StrCat(kName, "/revisions/2"));
  EXPECT_THAT(
      Call<v1::DiffResponseRevisionsResponse>("ResponseService/DiffResponseRevisions", request)
          .status(),
      Violates("compare_to"));
  request.set_name(absl::StrCat(kName, "/revisions/9"));
  EXPECT_THAT(
      Call<v1::DiffResponseRevisionsResponse>("ResponseService/DiffResponseRevisions", request),
      IsError(absl::StatusCode::kNotFound, "RESPONSE_REVISION_NOT_FOUND"));
}

TEST_P(ContributionServiceTest, WarningsComeWithTheSubmissionAndAreNotStored) {
  ASSERT_THAT(Contribute("amara", kSettingAndLevel), IsOk());
  ASSERT_THAT(Contribute("amara", R"pb(answers {
                                         answer: "cbo.count"
                                         value { partners { min: 0 max: 0 } }
                                       })pb"),
              IsOk());
  EXPECT_THAT(Reasons(Check().warnings()), ElementsAre("CONTRADICTION cbo.level"));
  EXPECT_THAT(Check().errors(), IsEmpty());
  v1::SubmitResponseRequest request;
  request.set_name(kName);
  const auto submitted = CarefulWrite<v1::Response>("ResponseService/SubmitResponse", request);
  EXPECT_THAT(Reasons(submitted.warnings()), ElementsAre("CONTRADICTION cbo.level"));
  EXPECT_THAT(GetResponse("site-01").warnings(), IsEmpty());
}

TEST_P(ContributionServiceTest, ReturnsCommentOnSingleAnswers) {
  ASSERT_THAT(Contribute("amara", kSettingAndLevel), IsOk());
  ASSERT_THAT(Submit("site-01"), IsOk());
  v1::ReturnResponseRequest request;
  request.set_name(kName);
  request.set_comment("two questions");
  const auto add = [&](const std::string& answer, const std::string& comment) {
    v1::AnswerComment& row = *request.add_answer_comments();
    row.set_answer(answer);
    row.set_comment(comment);
  };
  add("cbo.level", "is that so?");
  add("barriers", "say more");
  add("moon", "what?");
  add("cbo.level", "");
  EXPECT_THAT(Call<v1::Response>("ResponseService/ReturnResponse", request).status(),
              Violates("answer_comments[2].answer", "answer_comments[3].answer",
                       "answer_comments[3].comment"));
  request.mutable_answer_comments()->DeleteSubrange(2, 2);
  const auto returned = CarefulWrite<v1::Response>("ResponseService/ReturnResponse", request);
  ASSERT_THAT(returned.answer_comments(), SizeIs(2));
  EXPECT_EQ(returned.answer_comments(1).comment(), "say more");
  EXPECT_THAT(GetResponse("site-01"), SameAs(returned));
  ASSERT_THAT(Submit("site-01"), IsOk());
  EXPECT_THAT(GetResponse("site-01").answer_comments(), IsEmpty());
  std::vector<std::string> states;
  const v1::Response submitted = GetResponse("site-01");
  for (const v1::StateChange& change : submitted.state_changes()) {
    states.push_back(v1::Response::State_Name(change.state()).substr(6));
  }
  EXPECT_THAT(states, ElementsAre("STARTED", "SUBMITTED", "RETURNED", "SUBMITTED"));
}

TEST_P(ContributionServiceTest, BatchesApplyTheSameRulesToEach) {
  for (const char* site : {"site-01", "site-02"}) ASSERT_THAT(Create(site, AnswersWith(1)), IsOk());
  ASSERT_THAT(Create("site-03", v1::Answers()), IsOk());
  v1::BatchSubmitResponsesRequest submit;
  submit.set_parent("waves/w1");
  for (const char* id : {"site-01", "site-02", "site-03", "site-09"}) {
    submit.add_requests()->set_name(absl::StrCat("waves/w1/responses/", id));
  }
  submit.mutable_requests(1)->set_etag("\"stale\"");
  const auto submitted = CarefulWrite<v1::BatchSubmitResponsesResponse>(
      "ResponseService/BatchSubmitResponses", submit);
  const auto outcomes = [](const auto& results) {
    std::vector<std::string> all;
    for (const v1::ResponseResult& result : results) {
      std::string reason;
      for (const auto& detail : result.error().details()) {
        google::rpc::ErrorInfo info;
        if (detail.UnpackTo(&info)) reason = info.reason();
      }
      all.push_back(absl::StrCat(result.name().substr(19), " ",
                                 v1::Response::State_Name(result.state()).substr(6), reason));
    }
    return all;
  };
  EXPECT_THAT(
      outcomes(submitted.results()),
      ElementsAre("site-01 SUBMITTED", "site-02 UNSPECIFIEDETAG_MISMATCH",
                  "site-03 UNSPECIFIEDANSWERS_MISSING", "site-09 UNSPECIFIEDRESPONSE_NOT_FOUND"));
  EXPECT_EQ(submitted.results(0).etag(), GetResponse("site-01").etag());
  EXPECT_EQ(GetResponse("site-03").state(), v1::Response::STATE_STARTED);

  v1::BatchReturnResponsesRequest give_back;
  give_back.set_parent("waves/w1");
  for (const char* id : {"site-01", "site-02", "site-03"}) {
    v1::ReturnResponseRequest& item = *give_back.add_requests();
    item.set_name(absl::StrCat("waves/w1/responses/", id));
    if (id != std::string("site-03")) item.set_comment("look again");
  }
  EXPECT_THAT(outcomes(CarefulWrite<v1::BatchReturnResponsesResponse>(
                           "ResponseService/BatchReturnResponses", give_back)
                           .results()),
              ElementsAre("site-01 RETURNED", "site-02 UNSPECIFIEDRESPONSE_NOT_SUBMITTED",
                          "site-03 UNSPECIFIEDINVALID_FIELD"));
  ASSERT_THAT(Submit("site-01"), IsOk());
  v1::BatchApproveResponsesRequest approve;
  approve.set_parent("waves/w1");
  for (const char* id : {"site-01", "site-01", "site-02"}) {
    approve.add_requests()->set_name(absl::StrCat("waves/w1/responses/", id));
  }
  EXPECT_THAT(outcomes(CarefulWrite<v1::BatchApproveResponsesResponse>(
                           "ResponseService/BatchApproveResponses", approve)
                           .results()),
              ElementsAre("site-01 APPROVED", "site-01 APPROVED",
                          "site-02 UNSPECIFIEDRESPONSE_NOT_SUBMITTED"));

  approve.set_parent("waves/w2");
  approve.mutable_requests(0)->set_request_id("00000000-0000-4000-8000-000000000009");
  approve.mutable_requests(1)->set_validate_only(true);
  EXPECT_THAT(
      Call<v1::BatchApproveResponsesResponse>("ResponseService/BatchApproveResponses", approve)
          .status(),
      Violates("requests[0].name", "requests[0].request_id", "requests[1].name",
               "requests[1].validate_only", "requests[2].name"));
  approve.Clear();
  approve.set_parent("waves/w1");
  for (int i = 0; i <= 1000; ++i) approve.add_requests()->set_name(kName);
  EXPECT_THAT(
      Call<v1::BatchApproveResponsesResponse>("ResponseService/BatchApproveResponses", approve),
      IsError(absl::StatusCode::kInvalidArgument, "BATCH_TOO_LARGE"));
}

TEST_P(ContributionServiceTest, TheRosterShowsWhereEachSiteStands) {
  ASSERT_THAT(Contribute("amara", kSettingAndLevel), IsOk());
  ASSERT_THAT(Students("amara", 1, 0), IsOk());
  ASSERT_THAT(Students("ben", 2, 0), IsOk());
  v1::CreateResponseRequest create;
  create.set_parent("waves/w1");
  create.set_response_id("another");
  create.mutable_response()->set_respondent("sites/site-02");
  *create.mutable_response()->mutable_answers() = AnswersWith(1);
  Done<v1::Response>("ResponseService/CreateResponse", create);
  ASSERT_THAT(Submit("another"), IsOk());
  ASSERT_THAT(Decline("site-03"), IsOk());
  clock_.Advance(absl::Hours(50));

  v1::ListRosterStatusRequest request;
  request.set_parent("waves/w1");
  request.set_page_size(3);
  auto page = Done<v1::ListRosterStatusResponse>("WaveService/ListRosterStatus", request);
  ASSERT_THAT(page.statuses(), SizeIs(3));
  EXPECT_EQ(page.statuses(0).site(), "sites/site-01");
  EXPECT_TRUE(page.statuses(0).due());
  EXPECT_EQ(page.statuses(0).contributor_count(), 2);
  EXPECT_EQ(page.statuses(0).unresolved_count(), 1);
  EXPECT_EQ(page.statuses(0).answer_age_days(), 2);
  EXPECT_EQ(page.statuses(0).completeness().answered(), 3);
  EXPECT_EQ(page.statuses(1).response(), "waves/w1/responses/another");
  EXPECT_EQ(page.statuses(1).state(), v1::Response::STATE_SUBMITTED);
  EXPECT_FALSE(page.statuses(1).due());
  EXPECT_EQ(page.statuses(2).state(), v1::Response::STATE_DECLINED);
  request.set_page_token(page.next_page_token());
  page = Done<v1::ListRosterStatusResponse>("WaveService/ListRosterStatus", request);
  ASSERT_THAT(page.statuses(), SizeIs(1));
  EXPECT_EQ(page.statuses(0).response(), "");
  EXPECT_TRUE(page.statuses(0).due());
  EXPECT_EQ(page.next_page_token(), "");

  request.Clear();
  request.set_parent("waves/w1");
  request.set_due_only(true);
  request.set_cohort("cohorts/new");
  page = Done<v1::ListRosterStatusResponse>("WaveService/ListRosterStatus", request);
  ASSERT_THAT(page.statuses(), SizeIs(1));
  EXPECT_EQ(page.statuses(0).site(), "sites/site-04");
  request.set_cohort("cohorts/other");
  EXPECT_THAT(Call<v1::ListRosterStatusResponse>("WaveService/ListRosterStatus", request).status(),
              Violates("cohort"));
  CreateWave("w2");
  request.set_parent("waves/w2");
  EXPECT_THAT(Call<v1::ListRosterStatusResponse>("WaveService/ListRosterStatus", request),
              IsError(kPrecondition, "WAVE_NOT_OPEN"));
}

TEST_P(ContributionServiceTest, TheSeriesEndsWithTheRateOfToday) {
  ASSERT_THAT(Create("site-01", AnswersWith(1)), IsOk());
  clock_.Advance(absl::Hours(24));
  ASSERT_THAT(Submit("site-01"), IsOk());
  ASSERT_THAT(Decline("site-02"), IsOk());
  clock_.Advance(absl::Hours(24));
  ASSERT_THAT(Approve("site-01"), IsOk());
  ASSERT_THAT(Create("site-04", AnswersWith(1)), IsOk());
  ASSERT_THAT(Withdraw("site-04"), IsOk());
  for (const char* cohort : {"", "cohorts/legacy", "cohorts/new"}) {
    v1::GetResponseRateSeriesRequest request;
    request.set_name("waves/w1");
    request.set_cohort(cohort);
    const auto series =
        Done<v1::GetResponseRateSeriesResponse>("WaveService/GetResponseRateSeries", request);
    ASSERT_THAT(series.days(), SizeIs(3));
    v1::GetResponseRateRequest rate_request;
    rate_request.set_name("waves/w1");
    rate_request.set_cohort(cohort);
    const auto rate = Done<v1::ResponseRate>("WaveService/GetResponseRate", rate_request);
    const v1::ResponseRateDay& today = series.days(2);
    EXPECT_EQ(today.invited(), rate.invited()) << cohort;
    EXPECT_EQ(today.started(), rate.started()) << cohort;
    EXPECT_EQ(today.submitted(), rate.submitted()) << cohort;
    EXPECT_EQ(today.approved(), rate.approved()) << cohort;
    EXPECT_EQ(today.returned(), rate.returned()) << cohort;
    EXPECT_EQ(today.declined(), rate.declined()) << cohort;
    EXPECT_EQ(today.withdrawn(), rate.withdrawn()) << cohort;
    if (*cohort != '\0') continue;
    EXPECT_EQ(series.days(0).started(), 1);
    EXPECT_EQ(series.days(0).submitted(), 0);
    EXPECT_EQ(series.days(1).submitted(), 1);
    EXPECT_EQ(series.days(1).declined(), 1);
    EXPECT_EQ(series.days(1).approved(), 0);
  }
}

}  // namespace
}  // namespace weft::ingestion
