#include <map>
#include <string>
#include <thread>

#include "tests/services/ingestion/service_fixture.h"

namespace weft::ingestion {
namespace {

using ::testing::ElementsAre;
using testing::IsError;
using testing::IsOk;
using ::testing::SizeIs;
using testing::Violates;

class ResponseServiceTest : public IngestionTest {
 protected:
  ResponseServiceTest() { OpenLab(); }

  static v1::CreateResponseRequest CreateRequest(const std::string& site_id) {
    v1::CreateResponseRequest request;
    request.set_parent("waves/w1");
    request.mutable_response()->set_respondent("sites/" + site_id);
    *request.mutable_response()->mutable_answers() = AnswersWith(5);
    return request;
  }
  static std::string StateOf(const v1::Response& response) {
    return v1::Response::State_Name(response.state()).substr(6);
  }
};
WEFT_ON_EVERY_ENGINE(ResponseServiceTest);

TEST_P(ResponseServiceTest, StartsAResponseUnderItsSitesId) {
  v1::CreateResponseRequest request = CreateRequest("site-01");
  request.mutable_response()->set_name("waves/w9/responses/ignored");
  request.mutable_response()->set_state(v1::Response::STATE_APPROVED);
  request.mutable_response()->set_approved_revision(9);
  request.mutable_response()->set_source("ignored");
  const auto created = CarefulWrite<v1::Response>("ResponseService/CreateResponse", request);
  EXPECT_EQ(created.name(), "waves/w1/responses/site-01");
  EXPECT_EQ(created.respondent(), "sites/site-01");
  EXPECT_EQ(StateOf(created), "STARTED");
  EXPECT_EQ(created.revision(), 1);
  EXPECT_EQ(created.submitted_revision(), 0);
  EXPECT_EQ(created.approved_revision(), 0);
  EXPECT_EQ(created.source(), "api");
  EXPECT_THAT(GetResponse("site-01"), SameAs(created));
  const std::vector<v1::ResponseRevision> revisions = Revisions("site-01");
  ASSERT_THAT(revisions, SizeIs(1));
  EXPECT_EQ(revisions[0].name(), "waves/w1/responses/site-01/revisions/1");
  EXPECT_THAT(revisions[0].answers(), SameAs(created.answers()));
  EXPECT_EQ(revisions[0].principal(), "users/anonymous");
}

TEST_P(ResponseServiceTest, KeepsOneResponseForARespondent) {
  ASSERT_THAT(Create("site-01", v1::Answers()), IsOk());
  EXPECT_THAT(Create("site-01", v1::Answers()),
              IsError(absl::StatusCode::kAlreadyExists, "RESPONSE_EXISTS"));
  v1::CreateResponseRequest request = CreateRequest("site-01");
  request.set_response_id("another");
  EXPECT_THAT(Call<v1::Response>("ResponseService/CreateResponse", request),
              IsError(absl::StatusCode::kAlreadyExists, "RESPONSE_RESPONDENT_TAKEN"));
  request = CreateRequest("site-02");
  request.set_response_id("another");
  EXPECT_THAT(Call<v1::Response>("ResponseService/CreateResponse", request), IsOk());
  request = CreateRequest("site-03");
  request.set_response_id("site-04");
  EXPECT_THAT(Call<v1::Response>("ResponseService/CreateResponse", request).status(),
              Violates("response_id"));
}

TEST_P(ResponseServiceTest, TakesOnlyWhoIsInvitedAndWhatTheInstrumentAsks) {
  v1::CreateResponseRequest request = CreateRequest("site-99");
  EXPECT_THAT(Call<v1::Response>("ResponseService/CreateResponse", request),
              IsError(absl::StatusCode::kFailedPrecondition, "NOT_ON_ROSTER"));
  request.mutable_response()->set_respondent("site-01");
  request.set_response_id("-");
  request.set_parent("w1");
  EXPECT_THAT(Call<v1::Response>("ResponseService/CreateResponse", request).status(),
              Violates("parent", "response_id", "response.respondent"));
  request = CreateRequest("site-01");
  request.mutable_response()->mutable_answers()->mutable_items(1)->set_number(-3);
  request.mutable_response()->mutable_answers()->mutable_partner_cells(0)->set_partner_type("x");
  const absl::Status status =
      Call<v1::Response>("ResponseService/CreateResponse", request).status();
  EXPECT_THAT(status, IsError(absl::StatusCode::kInvalidArgument, "ANSWERS_INVALID"));
  EXPECT_THAT(status, Violates("response.answers.partner_cells[0].partner_type",
                               "response.answers.items[1].number"));
  request.set_parent("waves/nothing");
  EXPECT_THAT(Call<v1::Response>("ResponseService/CreateResponse", request),
              IsError(absl::StatusCode::kNotFound, "WAVE_NOT_FOUND"));
}

TEST_P(ResponseServiceTest, NeedsAnOpenWaveForAnswersButNotForReview) {
  CreateWave("w2");
  v1::CreateResponseRequest request = CreateRequest("site-01");
  request.set_parent("waves/w2");
  const auto not_open = IsError(absl::StatusCode::kFailedPrecondition, "WAVE_NOT_OPEN");
  EXPECT_THAT(Call<v1::Response>("ResponseService/CreateResponse", request), not_open);

  for (const char* site : {"site-01", "site-02", "site-03"}) {
    ASSERT_THAT(Create(site, AnswersWith(1)), IsOk());
  }
  ASSERT_THAT(Submit("site-01"), IsOk());
  ASSERT_THAT(Submit("site-02"), IsOk());
  ASSERT_THAT(Close(), IsOk());
  EXPECT_THAT(Create("site-04", AnswersWith(1)), not_open);
  EXPECT_THAT(Update("site-03", AnswersWith(2)), not_open);
  EXPECT_THAT(Submit("site-03"), not_open);
  EXPECT_THAT(Decline("site-04"), not_open);
  EXPECT_THAT(Submit("site-01"), IsOk());  // done already
  EXPECT_THAT(Approve("site-01"), IsOk());
  EXPECT_THAT(Return("site-01"), IsOk());
  EXPECT_THAT(Withdraw("site-02"), IsOk());
}

TEST_P(ResponseServiceTest, MakesARevisionForEachChangeOfTheAnswers) {
  ASSERT_THAT(Create("site-01", AnswersWith(1)), IsOk());
  for (int i = 2; i <= 12; ++i) ASSERT_THAT(Update("site-01", AnswersWith(i)), IsOk());
  // Said in another order, or with what is left out said to be unanswered: the same answers.
  const storage::Position before = engine().head();
  v1::Answers same = AnswersWith(12);
  same.mutable_items()->SwapElements(0, 1);
  v1::PartnerCell& cell = *same.add_partner_cells();
  cell.set_partner_type("k12_school");
  cell.set_level_missing(type::v1::MISSING_REASON_NOT_ANSWERED);
  const absl::StatusOr<v1::Response> updated = Update("site-01", same);
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->revision(), 12);
  EXPECT_EQ(engine().head(), before);

  const std::vector<v1::ResponseRevision> revisions = Revisions("site-01");
  ASSERT_THAT(revisions, SizeIs(12));
  for (int i = 0; i < 12; ++i) {
    EXPECT_EQ(revisions[i].revision(), i + 1);
    EXPECT_EQ(revisions[i].answers().items(1).number(), i + 1);
  }
  v1::GetResponseRevisionRequest request;
  request.set_name("waves/w1/responses/site-01/revisions/10");
  EXPECT_THAT(Done<v1::ResponseRevision>("ResponseService/GetResponseRevision", request),
              SameAs(revisions[9]));
  request.set_name("waves/w1/responses/site-01/revisions/13");
  EXPECT_THAT(Call<v1::ResponseRevision>("ResponseService/GetResponseRevision", request),
              IsError(absl::StatusCode::kNotFound, "RESPONSE_REVISION_NOT_FOUND"));
  request.set_name("waves/w1/responses/site-01/revisions/latest");
  EXPECT_THAT(Call<v1::ResponseRevision>("ResponseService/GetResponseRevision", request),
              IsError(absl::StatusCode::kInvalidArgument, "NAME_INVALID"));
}

TEST_P(ResponseServiceTest, ListsRevisionsInPages) {
  ASSERT_THAT(Create("site-01", AnswersWith(1)), IsOk());
  for (int i = 2; i <= 11; ++i) ASSERT_THAT(Update("site-01", AnswersWith(i)), IsOk());
  v1::ListResponseRevisionsRequest request;
  request.set_parent("waves/w1/responses/site-01");
  request.set_page_size(4);
  std::vector<int> numbers;
  do {
    const auto page =
        Done<v1::ListResponseRevisionsResponse>("ResponseService/ListResponseRevisions", request);
    for (const auto& revision : page.revisions()) numbers.push_back(revision.revision());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(numbers, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
  request.set_parent("waves/w1/responses/site-02");
  EXPECT_THAT(
      Call<v1::ListResponseRevisionsResponse>("ResponseService/ListResponseRevisions", request),
      IsError(absl::StatusCode::kNotFound, "RESPONSE_NOT_FOUND"));
}

TEST_P(ResponseServiceTest, UpdatesWithAMask) {
  ASSERT_THAT(Create("site-01", AnswersWith(1)), IsOk());
  v1::UpdateResponseRequest request;
  request.mutable_response()->set_name("waves/w1/responses/site-01");
  request.mutable_response()->mutable_answers()->mutable_shared_responsibility()->set_rating(
      type::v1::SHARED_RESPONSIBILITY_NOT_EVIDENT);
  request.mutable_update_mask()->add_paths("answers.shared_responsibility");
  auto updated = CarefulWrite<v1::Response>("ResponseService/UpdateResponse", request);
  EXPECT_EQ(updated.revision(), 2);
  EXPECT_EQ(updated.answers().items_size(), 2);
  EXPECT_TRUE(updated.answers().has_shared_responsibility());

  // Nothing about the answers: nothing to do, whatever else is sent.
  request.mutable_update_mask()->Clear();
  request.mutable_response()->clear_answers();
  request.mutable_response()->set_state(v1::Response::STATE_APPROVED);
  request.clear_request_id();
  EXPECT_THAT(Done<v1::Response>("ResponseService/UpdateResponse", request), SameAs(updated));
  request.mutable_response()->set_respondent("sites/site-02");
  EXPECT_THAT(Call<v1::Response>("ResponseService/UpdateResponse", request).status(),
              Violates("respondent"));
  request.mutable_response()->set_respondent("sites/site-01");
  request.mutable_update_mask()->add_paths("*");
  updated = Done<v1::Response>("ResponseService/UpdateResponse", request);
  EXPECT_EQ(updated.revision(), 3);
  EXPECT_EQ(updated.answers().ByteSizeLong(), 0u);
}

TEST_P(ResponseServiceTest, RefusesAStaleEtag) {
  const absl::StatusOr<v1::Response> created = Create("site-01", AnswersWith(1));
  ASSERT_THAT(created, IsOk());
  ASSERT_THAT(Update("site-01", AnswersWith(2), created->etag()), IsOk());
  const auto stale = IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH");
  EXPECT_THAT(Update("site-01", AnswersWith(3), created->etag()), stale);
  v1::SubmitResponseRequest submit;
  submit.set_name(created->name());
  submit.set_etag(created->etag());
  EXPECT_THAT(Call<v1::Response>("ResponseService/SubmitResponse", submit), stale);
  ASSERT_THAT(Submit("site-01"), IsOk());
  v1::ApproveResponseRequest approve;
  approve.set_name(created->name());
  approve.set_etag(created->etag());
  EXPECT_THAT(Call<v1::Response>("ResponseService/ApproveResponse", approve), stale);
  EXPECT_EQ(StateOf(GetResponse("site-01")), "SUBMITTED");
  EXPECT_EQ(GetResponse("site-01").revision(), 2);
}

TEST_P(ResponseServiceTest, AbortsOneOfTwoWritersOfOneResponse) {
  const absl::StatusOr<v1::Response> created = Create("site-01", AnswersWith(1));
  ASSERT_THAT(created, IsOk());
  absl::Status other;
  std::thread thread([&] { other = Update("site-01", AnswersWith(2), created->etag()).status(); });
  const absl::Status mine = Update("site-01", AnswersWith(3), created->etag()).status();
  thread.join();
  EXPECT_NE(mine.ok(), other.ok()) << mine << other;
  EXPECT_THAT(mine.ok() ? other : mine, IsError(absl::StatusCode::kAborted, "ETAG_MISMATCH"));
  EXPECT_THAT(Revisions("site-01"), SizeIs(2));
}

TEST_P(ResponseServiceTest, KeepsEveryRevisionOfManyWriters) {
  ASSERT_THAT(Create("site-01", AnswersWith(0)), IsOk());
  constexpr int kWriters = 4;
  constexpr int kWrites = 5;
  std::vector<std::thread> threads;
  for (int writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([&, writer] {
      for (int i = 0; i < kWrites; ++i) {
        absl::Status status;
        do {  // as a caller does who is told to try again
          status = Update("site-01", AnswersWith(100 * (writer + 1) + i)).status();
        } while (ReasonOf(status) == "CONFLICT");
        EXPECT_THAT(status, IsOk());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::vector<v1::ResponseRevision> revisions = Revisions("site-01");
  ASSERT_THAT(revisions, SizeIs(1 + kWriters * kWrites));
  EXPECT_THAT(GetResponse("site-01").answers(), SameAs(revisions.back().answers()));
}

TEST_P(ResponseServiceTest, SubmitsWhatIsComplete) {
  ASSERT_THAT(Create("site-01", v1::Answers()), IsOk());
  const absl::Status incomplete = Submit("site-01").status();
  EXPECT_THAT(incomplete, IsError(absl::StatusCode::kInvalidArgument, "ANSWERS_MISSING"));
  EXPECT_THAT(incomplete, Violates("response.answers.partner_cells", "response.answers.items"));
  ASSERT_THAT(Update("site-01", AnswersWith(1)), IsOk());
  v1::SubmitResponseRequest request;
  request.set_name("waves/w1/responses/site-01");
  const auto submitted = CarefulWrite<v1::Response>("ResponseService/SubmitResponse", request);
  EXPECT_EQ(StateOf(submitted), "SUBMITTED");
  EXPECT_EQ(submitted.submitted_revision(), 2);
  EXPECT_TRUE(submitted.has_submit_time());
}

TEST_P(ResponseServiceTest, ListsByNameAndAcrossWaves) {
  for (const char* site : {"site-02", "site-01"}) {
    ASSERT_THAT(Create(site, AnswersWith(1)), IsOk());
  }
  v1::ListResponsesRequest request;
  request.set_parent("waves/-");
  const auto list = Done<v1::ListResponsesResponse>("ResponseService/ListResponses", request);
  ASSERT_EQ(list.responses_size(), 2);
  EXPECT_EQ(list.responses(0).respondent(), "sites/site-01");
  request.set_parent("waves/nothing");
  EXPECT_THAT(Call<v1::ListResponsesResponse>("ResponseService/ListResponses", request),
              IsError(absl::StatusCode::kNotFound, "WAVE_NOT_FOUND"));
  request.set_parent("sites/site-01");
  EXPECT_THAT(Call<v1::ListResponsesResponse>("ResponseService/ListResponses", request),
              IsError(absl::StatusCode::kInvalidArgument, "NAME_INVALID"));
}

TEST_P(ResponseServiceTest, ApprovesReturnsAndTakesBack) {
  ASSERT_THAT(Create("site-01", AnswersWith(1)), IsOk());
  ASSERT_THAT(Submit("site-01"), IsOk());
  v1::ApproveResponseRequest approve;
  approve.set_name("waves/w1/responses/site-01");
  auto response = CarefulWrite<v1::Response>("ResponseService/ApproveResponse", approve);
  EXPECT_EQ(StateOf(response), "APPROVED");
  EXPECT_EQ(response.approved_revision(), 1);
  EXPECT_THAT(Update("site-01", AnswersWith(2)),
              IsError(absl::StatusCode::kFailedPrecondition, "RESPONSE_APPROVED"));

  v1::ReturnResponseRequest back;
  back.set_name("waves/w1/responses/site-01");
  EXPECT_THAT(Call<v1::Response>("ResponseService/ReturnResponse", back).status(),
              Violates("comment"));
  back.set_comment("which districts?\nall of them?");
  response = CarefulWrite<v1::Response>("ResponseService/ReturnResponse", back);
  EXPECT_EQ(StateOf(response), "RETURNED");
  EXPECT_EQ(response.state_comment(), "which districts?\nall of them?");
  EXPECT_EQ(response.approved_revision(), 1);
  ASSERT_THAT(Update("site-01", AnswersWith(2)), IsOk());
  ASSERT_THAT(Submit("site-01"), IsOk());
  EXPECT_EQ(GetResponse("site-01").submitted_revision(), 2);
  EXPECT_EQ(GetResponse("site-01").approved_revision(), 1);

  v1::WithdrawResponseRequest withdraw;
  withdraw.set_name("waves/w1/responses/site-01");
  withdraw.set_comment(std::string(2001, 'x'));
  EXPECT_THAT(Call<v1::Response>("ResponseService/WithdrawResponse", withdraw).status(),
              Violates("comment"));
  withdraw.set_comment("sorry");
  response = CarefulWrite<v1::Response>("ResponseService/WithdrawResponse", withdraw);
  EXPECT_EQ(StateOf(response), "WITHDRAWN");
  EXPECT_THAT(Revisions("site-01"), SizeIs(2));

  // Taking part after all: nothing of before counts any more.
  ASSERT_THAT(Update("site-01", AnswersWith(2)), IsOk());
  response = GetResponse("site-01");
  EXPECT_EQ(StateOf(response), "STARTED");
  EXPECT_EQ(response.submitted_revision(), 0);
  EXPECT_EQ(response.approved_revision(), 0);
  EXPECT_EQ(response.revision(), 2);
}

TEST_P(ResponseServiceTest, DeclinesWithAndWithoutAResponse) {
  v1::DeclineResponseRequest request;
  request.set_parent("waves/w1");
  request.set_respondent("sites/site-01");
  request.set_comment("no time");
  const auto declined = CarefulWrite<v1::Response>("ResponseService/DeclineResponse", request);
  EXPECT_EQ(declined.name(), "waves/w1/responses/site-01");
  EXPECT_EQ(StateOf(declined), "DECLINED");
  EXPECT_EQ(declined.state_comment(), "no time");
  EXPECT_EQ(declined.revision(), 0);
  EXPECT_THAT(Revisions("site-01"), SizeIs(0));
  EXPECT_THAT(Submit("site-01"),
              IsError(absl::StatusCode::kFailedPrecondition, "RESPONSE_DECLINED"));

  ASSERT_THAT(Create("site-02", AnswersWith(1)), IsOk());
  EXPECT_THAT(Decline("site-02"), IsOk());
  ASSERT_THAT(Create("site-03", AnswersWith(1)), IsOk());
  ASSERT_THAT(Submit("site-03"), IsOk());
  EXPECT_THAT(Decline("site-03"),
              IsError(absl::StatusCode::kFailedPrecondition, "RESPONSE_SUBMITTED"));
  EXPECT_THAT(Decline("site-99"), IsError(absl::StatusCode::kFailedPrecondition, "NOT_ON_ROSTER"));

  ASSERT_THAT(Update("site-01", AnswersWith(3)), IsOk());
  EXPECT_EQ(GetResponse("site-01").revision(), 1);
  EXPECT_THAT(Revisions("site-01"), SizeIs(1));
}

// Each verb over RPC in each state: what the domain says is what a caller gets, and a refusal
// leaves the response as it was.
TEST_P(ResponseServiceTest, EveryVerbInEveryState) {
  const std::vector<std::string> verbs = {"create", "update",   "submit", "approve",
                                          "return", "withdraw", "decline"};
  using Steps = std::vector<std::string>;
  const std::map<std::string, Steps> ways = {
      {"", {}},
      {"STARTED", {"create"}},
      {"SUBMITTED", {"create", "submit"}},
      {"APPROVED", {"create", "submit", "approve"}},
      {"RETURNED", {"create", "submit", "return"}},
      {"WITHDRAWN", {"create", "submit", "withdraw"}},
      {"DECLINED", {"decline"}},
  };
  using Row = std::map<std::string, std::string>;
  const std::map<std::string, Row> expected = {
      {"",
       {{"create", "STARTED"},
        {"update", "RESPONSE_NOT_FOUND"},
        {"submit", "RESPONSE_NOT_FOUND"},
        {"approve", "RESPONSE_NOT_FOUND"},
        {"return", "RESPONSE_NOT_FOUND"},
        {"withdraw", "RESPONSE_NOT_FOUND"},
        {"decline", "DECLINED"}}},
      {"STARTED",
       {{"create", "RESPONSE_EXISTS"},
        {"update", "STARTED"},
        {"submit", "SUBMITTED"},
        {"approve", "RESPONSE_NOT_SUBMITTED"},
        {"return", "RESPONSE_NOT_SUBMITTED"},
        {"withdraw", "WITHDRAWN"},
        {"decline", "DECLINED"}}},
      {"SUBMITTED",
       {{"create", "RESPONSE_EXISTS"},
        {"update", "STARTED"},
        {"submit", "SUBMITTED"},
        {"approve", "APPROVED"},
        {"return", "RETURNED"},
        {"withdraw", "WITHDRAWN"},
        {"decline", "RESPONSE_SUBMITTED"}}},
      {"APPROVED",
       {{"create", "RESPONSE_EXISTS"},
        {"update", "RESPONSE_APPROVED"},
        {"submit", "RESPONSE_APPROVED"},
        {"approve", "APPROVED"},
        {"return", "RETURNED"},
        {"withdraw", "WITHDRAWN"},
        {"decline", "RESPONSE_SUBMITTED"}}},
      {"RETURNED",
       {{"create", "RESPONSE_EXISTS"},
        {"update", "RETURNED"},
        {"submit", "SUBMITTED"},
        {"approve", "RESPONSE_NOT_SUBMITTED"},
        {"return", "RESPONSE_NOT_SUBMITTED"},
        {"withdraw", "WITHDRAWN"},
        {"decline", "RESPONSE_SUBMITTED"}}},
      {"WITHDRAWN",
       {{"create", "RESPONSE_EXISTS"},
        {"update", "STARTED"},
        {"submit", "RESPONSE_WITHDRAWN"},
        {"approve", "RESPONSE_NOT_SUBMITTED"},
        {"return", "RESPONSE_NOT_SUBMITTED"},
        {"withdraw", "WITHDRAWN"},
        {"decline", "RESPONSE_WITHDRAWN"}}},
      {"DECLINED",
       {{"create", "RESPONSE_EXISTS"},
        {"update", "STARTED"},
        {"submit", "RESPONSE_DECLINED"},
        {"approve", "RESPONSE_NOT_SUBMITTED"},
        {"return", "RESPONSE_NOT_SUBMITTED"},
        {"withdraw", "RESPONSE_DECLINED"},
        {"decline", "DECLINED"}}},
  };
  int next = 2;
  for (const auto& [state, steps] : ways) {
    for (const std::string& verb : verbs) {
      // A wave of its own for each pair would need a server each; a site of its own does.
      const std::string site = absl::StrCat("s", next++);
      AddSite(site);
      v1::AmendRosterRequest amend;
      amend.set_name("waves/w1");
      amend.add_add_sites("sites/" + site);
      amend.set_reason("test");
      Done<v1::AmendRosterResponse>("WaveService/AmendRoster", amend);
      const auto call = [&](const std::string& name) -> absl::StatusOr<v1::Response> {
        if (name == "create") return Create(site, AnswersWith(1));
        if (name == "update") return Update(site, AnswersWith(2));
        if (name == "submit") return Submit(site);
        if (name == "approve") return Approve(site);
        if (name == "return") return Return(site);
        if (name == "withdraw") return Withdraw(site);
        return Decline(site);
      };
      for (const std::string& step : steps) ASSERT_THAT(call(step), IsOk()) << state;
      const absl::StatusOr<v1::Response> result = call(verb);
      EXPECT_EQ(result.ok() ? StateOf(*result) : ReasonOf(result.status()),
                expected.at(state).at(verb))
          << verb << " when " << (state.empty() ? "there is none" : state);
      if (!result.ok() && !state.empty()) {
        EXPECT_EQ(StateOf(GetResponse(site)), state);
      }
    }
  }
}

}  // namespace
}  // namespace weft::ingestion
