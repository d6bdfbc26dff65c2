#include "services/ingestion/domain/response_state.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/base/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/ingestion/example.h"
#include "tests/testing/errors.h"

namespace weft::ingestion {
namespace {

using testing::IsError;
using testing::IsOk;

const absl::Time kNow = absl::FromUnixSeconds(1'750'000'000);

v1::Answers AnswersNo(int number) {
  v1::Answers answers;
  v1::Answer& item = *answers.add_items();
  item.set_question("students");
  item.set_number(number);
  return answers;
}

// A response in each state, as a way of calls leads there. Its answers are AnswersNo(revision).
std::map<std::string, v1::Response> Responses() {
  std::map<std::string, v1::Response> all;
  v1::Response response;
  response.set_name("waves/w1/responses/site-01");
  response.set_respondent("sites/site-01");
  EXPECT_THAT(Decline("no time", response), IsOk());
  all["declined"] = response;

  response.Clear();
  response.set_name("waves/w1/responses/site-01");
  response.set_respondent("sites/site-01");
  *response.mutable_answers() = AnswersNo(1);
  StartResponse("api", response);
  all["started"] = response;
  EXPECT_THAT(Submit(response.answers(), kNow, response), IsOk());
  all["submitted"] = response;
  v1::Response reopened = response;
  EXPECT_THAT(ChangeAnswers(AnswersNo(2), "api", reopened), IsOk());
  all["reopened"] = reopened;
  v1::Response returned = response;
  EXPECT_THAT(Return("please explain", {}, returned), IsOk());
  all["returned"] = returned;
  EXPECT_THAT(Approve(kNow, response), IsOk());
  all["approved"] = response;
  v1::Response returned_after = response;
  EXPECT_THAT(Return("please explain", {}, returned_after), IsOk());
  all["approved, returned"] = returned_after;
  EXPECT_THAT(ChangeAnswers(AnswersNo(2), "api", returned_after), IsOk());
  EXPECT_THAT(Submit(returned_after.answers(), kNow, returned_after), IsOk());
  all["approved, submitted"] = returned_after;
  EXPECT_THAT(Withdraw("sorry", response), IsOk());
  all["withdrawn"] = response;
  return all;
}

// The state after a verb with the numbers of its revisions, or the reason of the refusal.
std::string Outcome(const absl::Status& status, const v1::Response& response) {
  if (!status.ok()) {
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    return ReasonOf(status);
  }
  std::string state = v1::Response::State_Name(response.state()).substr(6);
  return state + " " + std::to_string(response.revision()) + "/" +
         std::to_string(response.submitted_revision()) + "/" +
         std::to_string(response.approved_revision());
}

struct Verb {
  std::string name;
  std::function<absl::Status(v1::Response&)> run;
};

// Every verb in every state. The numbers are revision/submitted/approved.
TEST(ResponseState, EveryVerbInEveryState) {
  const std::vector<Verb> verbs = {
      {"update same",
       [](v1::Response& r) { return ChangeAnswers(v1::Answers(r.answers()), "api", r); }},
      {"update other", [](v1::Response& r) { return ChangeAnswers(AnswersNo(9), "api", r); }},
      {"submit", [](v1::Response& r) { return Submit(r.answers(), kNow, r); }},
      {"approve", [](v1::Response& r) { return Approve(kNow, r); }},
      {"return", [](v1::Response& r) { return Return("why", {}, r); }},
      {"withdraw", [](v1::Response& r) { return Withdraw("why", r); }},
      {"decline", [](v1::Response& r) { return Decline("why", r); }},
      {"take same",
       [](v1::Response& r) { return Take(v1::Answers(r.answers()), "api", kNow, r).status(); }},
      {"take other", [](v1::Response& r) { return Take(AnswersNo(9), "api", kNow, r).status(); }},
  };
  using Row = std::map<std::string, std::string>;
  const std::map<std::string, Row> expected = {
      {"started",
       {{"update same", "STARTED 1/0/0"},
        {"update other", "STARTED 2/0/0"},
        {"submit", "SUBMITTED 1/1/0"},
        {"approve", "RESPONSE_NOT_SUBMITTED"},
        {"return", "RESPONSE_NOT_SUBMITTED"},
        {"withdraw", "WITHDRAWN 1/0/0"},
        {"decline", "DECLINED 1/0/0"},
        {"take same", "SUBMITTED 1/1/0"},
        {"take other", "SUBMITTED 2/2/0"}}},
      {"submitted",
       {{"update same", "SUBMITTED 1/1/0"},
        {"update other", "STARTED 2/1/0"},
        {"submit", "SUBMITTED 1/1/0"},
        {"approve", "APPROVED 1/1/1"},
        {"return", "RETURNED 1/1/0"},
        {"withdraw", "WITHDRAWN 1/1/0"},
        {"decline", "RESPONSE_SUBMITTED"},
        {"take same", "SUBMITTED 1/1/0"},
        {"take other", "SUBMITTED 2/2/0"}}},
      {"reopened",
       {{"update same", "STARTED 2/1/0"},
        {"update other", "STARTED 3/1/0"},
        {"submit", "SUBMITTED 2/2/0"},
        {"approve", "RESPONSE_NOT_SUBMITTED"},
        {"return", "RESPONSE_NOT_SUBMITTED"},
        {"withdraw", "WITHDRAWN 2/1/0"},
        {"decline", "RESPONSE_SUBMITTED"},
        {"take same", "SUBMITTED 2/2/0"},
        {"take other", "SUBMITTED 3/3/0"}}},
      {"returned",
       {{"update same", "RETURNED 1/1/0"},
        {"update other", "RETURNED 2/1/0"},
        {"submit", "SUBMITTED 1/1/0"},
        {"approve", "RESPONSE_NOT_SUBMITTED"},
        {"return", "RESPONSE_NOT_SUBMITTED"},
        {"withdraw", "WITHDRAWN 1/1/0"},
        {"decline", "RESPONSE_SUBMITTED"},
        // A file that is imported again does not undo what a reviewer asked for.
        {"take same", "RETURNED 1/1/0"},
        {"take other", "SUBMITTED 2/2/0"}}},
      {"approved",
       {{"update same", "APPROVED 1/1/1"},
        {"update other", "RESPONSE_APPROVED"},
        {"submit", "RESPONSE_APPROVED"},
        {"approve", "APPROVED 1/1/1"},
        {"return", "RETURNED 1/1/1"},
        {"withdraw", "WITHDRAWN 1/1/1"},
        {"decline", "RESPONSE_SUBMITTED"},
        {"take same", "APPROVED 1/1/1"},
        {"take other", "RESPONSE_APPROVED"}}},
      {"approved, returned",
       {{"update same", "RETURNED 1/1/1"},
        {"update other", "RETURNED 2/1/1"},
        {"submit", "SUBMITTED 1/1/1"},
        {"approve", "RESPONSE_NOT_SUBMITTED"},
        {"return", "RESPONSE_NOT_SUBMITTED"},
        {"withdraw", "WITHDRAWN 1/1/1"},
        {"decline", "RESPONSE_SUBMITTED"},
        {"take same", "RETURNED 1/1/1"},
        {"take other", "SUBMITTED 2/2/1"}}},
      {"approved, submitted",
       {{"update same", "SUBMITTED 2/2/1"},
        {"update other", "STARTED 3/2/1"},
        {"submit", "SUBMITTED 2/2/1"},
        {"approve", "APPROVED 2/2/2"},
        {"return", "RETURNED 2/2/1"},
        {"withdraw", "WITHDRAWN 2/2/1"},
        {"decline", "RESPONSE_SUBMITTED"},
        {"take same", "SUBMITTED 2/2/1"},
        {"take other", "SUBMITTED 3/3/1"}}},
      {"withdrawn",
       {{"update same", "STARTED 1/0/0"},
        {"update other", "STARTED 2/0/0"},
        {"submit", "RESPONSE_WITHDRAWN"},
        {"approve", "RESPONSE_NOT_SUBMITTED"},
        {"return", "RESPONSE_NOT_SUBMITTED"},
        {"withdraw", "WITHDRAWN 1/1/1"},
        {"decline", "RESPONSE_WITHDRAWN"},
        {"take same", "RESPONSE_WITHDRAWN"},
        {"take other", "RESPONSE_WITHDRAWN"}}},
      {"declined",
       {{"update same", "STARTED 1/0/0"},
        {"update other", "STARTED 1/0/0"},
        {"submit", "RESPONSE_DECLINED"},
        {"approve", "RESPONSE_NOT_SUBMITTED"},
        {"return", "RESPONSE_NOT_SUBMITTED"},
        {"withdraw", "RESPONSE_DECLINED"},
        {"decline", "DECLINED 0/0/0"},
        {"take same", "SUBMITTED 1/1/0"},
        {"take other", "SUBMITTED 1/1/0"}}},
  };
  const std::map<std::string, v1::Response> responses = Responses();
  ASSERT_EQ(responses.size(), expected.size());
  for (const auto& [state, before] : responses) {
    ASSERT_TRUE(expected.count(state)) << state;
    for (const Verb& verb : verbs) {
      v1::Response response = before;
      const absl::Status status = verb.run(response);
      EXPECT_EQ(Outcome(status, response), expected.at(state).at(verb.name))
          << verb.name << " of a response that is " << state;
      if (!status.ok()) {
        EXPECT_EQ(response.DebugString(), before.DebugString()) << verb.name << " of " << state;
      }
    }
  }
}

TEST(ResponseState, KeepsTimesSourcesAndComments) {
  v1::Response response;
  response.set_respondent("sites/site-01");
  *response.mutable_answers() = AnswersNo(1);
  StartResponse("api", response);
  EXPECT_EQ(response.source(), "api");
  ASSERT_THAT(Submit(response.answers(), kNow, response), IsOk());
  EXPECT_EQ(FromProto(response.submit_time()), kNow);
  ASSERT_THAT(Approve(kNow + absl::Hours(1), response), IsOk());
  EXPECT_EQ(FromProto(response.approve_time()), kNow + absl::Hours(1));
  ASSERT_THAT(Return("cell 3 looks wrong", {}, response), IsOk());
  EXPECT_EQ(response.state_comment(), "cell 3 looks wrong");
  ASSERT_THAT(ChangeAnswers(AnswersNo(2), "waves/w1/imports/i1", response), IsOk());
  EXPECT_EQ(response.source(), "waves/w1/imports/i1");
  EXPECT_EQ(response.approved_revision(), 1);
  ASSERT_THAT(Withdraw("", response), IsOk());
  EXPECT_EQ(response.state_comment(), "");

  const v1::ResponseRevision revision = RevisionOf(response, "users/amara");
  EXPECT_EQ(revision.revision(), 2);
  EXPECT_EQ(revision.principal(), "users/amara");
  EXPECT_EQ(revision.source(), "waves/w1/imports/i1");
  EXPECT_EQ(revision.answers().DebugString(), AnswersNo(2).DebugString());
}

TEST(ResponseState, CompletedAnswersAreARevisionOfTheSameSource) {
  v1::Response response;
  *response.mutable_answers() = AnswersNo(1);
  StartResponse("waves/w1/imports/i1", response);
  ASSERT_THAT(Submit(AnswersNo(2), kNow, response), IsOk());
  EXPECT_EQ(response.state(), v1::Response::STATE_SUBMITTED);
  EXPECT_EQ(response.revision(), 2);
  EXPECT_EQ(response.source(), "waves/w1/imports/i1");
  // It is handed in already.
  ASSERT_THAT(Submit(AnswersNo(3), kNow, response), IsOk());
  EXPECT_EQ(response.revision(), 2);
}

TEST(ResponseState, TakeSaysWhetherAnythingChanged) {
  v1::Response response;
  response.set_respondent("sites/site-01");
  const auto take = [&](int number) {
    absl::StatusOr<bool> changed = Take(AnswersNo(number), "api", kNow, response);
    EXPECT_THAT(changed, IsOk());
    return changed.ok() && *changed;
  };
  EXPECT_TRUE(take(1));
  EXPECT_EQ(Outcome(absl::OkStatus(), response), "SUBMITTED 1/1/0");
  EXPECT_FALSE(take(1));
  EXPECT_TRUE(take(2));
  ASSERT_THAT(Approve(kNow, response), IsOk());
  EXPECT_FALSE(take(2));
}

TEST(ResponseState, ASecondDeclineKeepsTheLatestReason) {
  v1::Response response = Responses().at("declined");
  ASSERT_THAT(Decline("really not", response), IsOk());
  EXPECT_EQ(response.state_comment(), "really not");
}

TEST(ResponseState, HoldsItsRosterPlaceUnlessItEnded) {
  for (const auto& [state, response] : Responses()) {
    EXPECT_EQ(HoldsRosterPlace(response), state != "withdrawn" && state != "declined") << state;
  }
}

}  // namespace
}  // namespace weft::ingestion
