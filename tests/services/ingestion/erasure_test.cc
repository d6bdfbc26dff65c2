#include "services/ingestion/domain/erasure.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/ingestion/example.h"
#include "tests/testing/errors.h"

namespace weft::ingestion {
namespace {

using testing::IsOk;
using testing::Violates;

v1::EraseSubjectRequest Request(const std::string& name) {
  v1::EraseSubjectRequest request;
  request.set_name(name);
  request.set_reason("asked for it");
  return request;
}

TEST(ValidateErasure, TakesResponsesAndContributors) {
  EXPECT_THAT(ValidateErasure(Request("waves/w1/responses/site-01")), IsOk());
  EXPECT_THAT(ValidateErasure(Request("waves/w1/responses/site-01/contributors/p1")), IsOk());
  for (const char* name :
       {"", "waves/w1", "waves/w1/responses", "waves/w1/responses/-", "waves/-/responses/site-01",
        "waves/w1/responses/site-01/openAnswers/barriers", "waves/w1/responses/site-01/draft",
        "waves/w1/responses/site-01/contributors/", "waves/w1/responses/site-01/contributors/-",
        "sites/site-01", "waves/w1/responses/site-01/"}) {
    EXPECT_THAT(ValidateErasure(Request(name)), Violates("name")) << name;
  }
  v1::EraseSubjectRequest request = Request("waves/w1/responses/site-01");
  request.set_reason(std::string(201, 'x'));
  EXPECT_THAT(ValidateErasure(request), Violates("reason"));
  EXPECT_THAT(ValidateErasure(v1::EraseSubjectRequest()), Violates("name", "reason"));
}

TEST(SubjectOf, TellsWhoseWordsTheyAre) {
  const ErasureSubject everybody = SubjectOf("waves/w1/responses/site-01");
  EXPECT_EQ(everybody.response, "waves/w1/responses/site-01");
  EXPECT_EQ(everybody.contributor, "");
  const ErasureSubject one = SubjectOf("waves/w1/responses/site-01/contributors/p1");
  EXPECT_EQ(one.response, "waves/w1/responses/site-01");
  EXPECT_EQ(one.contributor, "p1");
  v1::OpenAnswer answer;
  answer.set_contributor("p1");
  EXPECT_TRUE(HasWordsOf(everybody, answer));
  EXPECT_TRUE(HasWordsOf(one, answer));
  answer.set_contributor("p2");
  EXPECT_TRUE(HasWordsOf(everybody, answer));
  EXPECT_FALSE(HasWordsOf(one, answer));
  answer.clear_contributor();
  EXPECT_FALSE(HasWordsOf(one, answer));
  answer.set_release(v1::OpenAnswer::RELEASE_ERASED);
  EXPECT_FALSE(HasWordsOf(everybody, answer));
}

TEST(IsExcerptOf, KnowsTheQuestionOrTheWords) {
  const ErasureSubject everybody = SubjectOf("waves/w1/responses/site-01");
  const ErasureSubject one = SubjectOf("waves/w1/responses/site-01/contributors/p1");
  v1::OpenAnswer answer;
  answer.set_question("barriers");
  answer.set_text("No buses, and\nno money.");
  v1::CodedExcerpt excerpt;
  excerpt.set_text("Trees.");
  EXPECT_TRUE(IsExcerptOf(everybody, {}, excerpt));
  EXPECT_FALSE(IsExcerptOf(one, {answer}, excerpt));
  excerpt.set_question("barriers");
  EXPECT_TRUE(IsExcerptOf(one, {answer}, excerpt));
  EXPECT_FALSE(IsExcerptOf(one, {}, excerpt));
  excerpt.set_question("hopes");
  excerpt.set_text("AND NO MONEY");
  EXPECT_TRUE(IsExcerptOf(one, {answer}, excerpt));
}

TEST(Erase, LeavesAMark) {
  v1::OpenAnswer answer = FromText<v1::OpenAnswer>(R"pb(
    name: "waves/w1/responses/site-01/openAnswers/barriers"
    uid: "u1"
    create_time { seconds: 7 }
    etag: "\"1\""
    question: "barriers"
    text: "Ask Ada."
    consent: CONSENT_QUOTE
    attribution: ATTRIBUTION_SITE
    release: RELEASE_CLEARED
    contributor: "p1"
    speaker: SPEAKER_LEARNER
    redacted_text: "Ask [name]."
    redactions { start: 4 length: 3 replacement: "[name]" }
    clearances { reviewer: "users/a" }
    review_note: "Ada is a learner"
  )pb");
  Erase(absl::FromUnixSeconds(9), answer);
  EXPECT_EQ(answer.DebugString(), FromText<v1::OpenAnswer>(R"pb(
                                    name: "waves/w1/responses/site-01/openAnswers/barriers"
                                    uid: "u1"
                                    create_time { seconds: 7 }
                                    question: "barriers"
                                    release: RELEASE_ERASED
                                    erase_time { seconds: 9 }
                                  )pb")
                                      .DebugString());
}

}  // namespace
}  // namespace weft::ingestion
