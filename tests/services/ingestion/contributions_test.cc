#include "services/ingestion/domain/contributions.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ingestion/domain/answer_values.h"
#include "services/ingestion/domain/answers.h"
#include "tests/services/ingestion/example.h"
#include "tests/testing/errors.h"

namespace weft::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using ::testing::SizeIs;
using testing::Violates;

const absl::Time kNow = absl::FromUnixSeconds(1'750'000'000);

v1::Instrument Rated() {
  v1::Instrument instrument = ExampleInstrument();
  for (v1::Question& question : *instrument.mutable_sections(0)->mutable_questions()) {
    question.set_per_rater(true);
  }
  return instrument;
}

class ContributionsTest : public ::testing::Test {
 protected:
  // `answers` in text form, as they stand in a request.
  absl::StatusOr<Contributed> Say(const std::string& who, const std::string& answers) {
    v1::ContributeAnswersRequest request = FromText<v1::ContributeAnswersRequest>(answers);
    request.set_contributor(who);
    v1::Answers merged = answers_;
    v1::ResponseDraft draft = draft_;
    now_ += absl::Minutes(1);
    absl::StatusOr<Contributed> done = Contribute(instrument_, request, "api", now_, merged, draft);
    if (done.ok()) {
      answers_ = merged;
      draft_ = draft;
    }
    return done;
  }
  // One number for "students"; answers "ACCEPTED 3" with the version that came of it.
  std::string Students(const std::string& who, int number, int base) {
    return One(who, absl::StrCat("answers { answer: \"students\" value { number: ", number,
                                 " } base_version: ", base, " }"));
  }
  std::string One(const std::string& who, const std::string& answers) {
    const absl::StatusOr<Contributed> done = Say(who, answers);
    EXPECT_THAT(done, IsOk());
    if (!done.ok()) return "";
    return absl::StrCat(
        v1::ContributionResult::Outcome_Name(done->results.at(0).outcome()).substr(8), " ",
        done->results.at(0).record().version());
  }
  const v1::AnswerRecord& Record(const std::string& answer) {
    static const auto& none = *new v1::AnswerRecord();
    for (const v1::AnswerRecord& record : draft_.answers()) {
      if (record.answer() == answer) return record;
    }
    return none;
  }
  // "amara 3" for each of a record's values.
  static std::vector<std::string> Numbers(
      const google::protobuf::RepeatedPtrField<v1::AttributedValue>& values) {
    std::vector<std::string> numbers;
    for (const v1::AttributedValue& value : values) {
      numbers.push_back(absl::StrCat(value.contributor(), " ", value.value().number()));
    }
    return numbers;
  }

  InstrumentIndex instrument_{ExampleInstrument()};
  v1::Answers answers_;
  v1::ResponseDraft draft_;
  absl::Time now_ = kNow;
};

TEST_F(ContributionsTest, DifferentAnswersNeverConflict) {
  EXPECT_THAT(Say("amara", R"pb(answers {
                                  answer: "cbo.level"
                                  value { level: INTERACTION_LEVEL_COOPERATION }
                                }
                                answers {
                                  answer: "setting"
                                  value { choices { options: "school" } }
                                })pb"),
              IsOk());
  // The same cell's other values, and another question: nothing of what Amara said was seen.
  EXPECT_THAT(Say("ben", R"pb(answers {
                                answer: "cbo.count"
                                value { partners { min: 3 max: 3 } }
                              }
                              answers {
                                answer: "cbo.includes_self"
                                value { includes_self: true }
                              }
                              answers {
                                answer: "shared_responsibility"
                                value { rating: SHARED_RESPONSIBILITY_MODERATELY_EVIDENT }
                              })pb"),
              IsOk());
  EXPECT_EQ(UnresolvedCount(draft_), 0);
  EXPECT_THAT(draft_.contributors(), ElementsAre("amara", "ben"));
  EXPECT_EQ(answers_.SerializeAsString(),
            FromText<v1::Answers>(R"pb(
              partner_cells {
                partner_type: "cbo"
                partners { min: 3 max: 3 }
                level: INTERACTION_LEVEL_COOPERATION
                includes_self: true
              }
              shared_responsibility { rating: SHARED_RESPONSIBILITY_MODERATELY_EVIDENT }
              items {
                question: "setting"
                choices { options: "school" }
              }
            )pb")
                .SerializeAsString());
  const v1::AttributedValue& level = Record("cbo.level").current();
  EXPECT_EQ(level.contributor(), "amara");
  EXPECT_EQ(level.source(), "api");
  EXPECT_EQ(FromProto(level.time()), kNow + absl::Minutes(1));
  EXPECT_EQ(Record("cbo.count").current().contributor(), "ben");
}

TEST_F(ContributionsTest, WhoSawTheAnswerChangesIt) {
  EXPECT_EQ(Students("amara", 10, 0), "ACCEPTED 1");
  EXPECT_EQ(Students("ben", 20, 1), "ACCEPTED 2");
  EXPECT_EQ(Students("ben", 20, 1), "UNCHANGED 2");
  EXPECT_EQ(ValueOf(answers_, "students").number(), 20);
  EXPECT_EQ(Record("students").current().contributor(), "ben");
  EXPECT_EQ(Record("students").current().base_version(), 1);
  EXPECT_EQ(One("amara", "answers { answer: \"students\" base_version: 2 }"), "ACCEPTED 3");
  EXPECT_FALSE(IsSet(ValueOf(answers_, "students")));
  EXPECT_THAT(answers_.items(), IsEmpty());
  EXPECT_FALSE(Record("students").current().has_value());
}

TEST(ContributionAudienceTest, IsKeptWithTheAnswerAndKnown) {
  v1::Instrument example = ExampleInstrument();
  example.add_audiences("families");
  const InstrumentIndex instrument(example);
  auto request = FromText<v1::ContributeAnswersRequest>(
      "contributor: 'amara' audience: 'families' answers { answer: 'students' value { number: 3 } "
      "}");
  v1::Answers answers;
  v1::ResponseDraft draft;
  ASSERT_THAT(Contribute(instrument, request, "api", kNow, answers, draft), IsOk());
  EXPECT_EQ(draft.answers(0).current().audience(), "families");
  request.set_audience("press");
  EXPECT_THAT(Contribute(instrument, request, "api", kNow, answers, draft).status(),
              Violates("audience"));
}

TEST_F(ContributionsTest, AStaleEditIsKeptBesideUntilSomebodyWhoSawBothDecides) {
  EXPECT_EQ(Students("amara", 10, 0), "ACCEPTED 1");
  EXPECT_EQ(Students("ben", 20, 0), "CONFLICT 2");
  EXPECT_EQ(ValueOf(answers_, "students").number(), 10);
  EXPECT_EQ(Record("students").current().contributor(), "amara");
  EXPECT_THAT(Numbers(Record("students").conflicting()), ElementsAre("ben 20"));
  EXPECT_EQ(Record("students").conflicting(0).base_version(), 0);
  EXPECT_EQ(UnresolvedCount(draft_), 1);
  // Amara has not seen Ben's either.
  EXPECT_EQ(Students("amara", 30, 1), "CONFLICT 3");
  // What is said already is no new conflict, and no conflict at all when it is the answer.
  EXPECT_EQ(Students("cleo", 30, 0), "CONFLICT 3");
  EXPECT_EQ(Students("cleo", 10, 0), "UNCHANGED 3");
  EXPECT_THAT(Numbers(Record("students").conflicting()), ElementsAre("ben 20", "amara 30"));

  EXPECT_EQ(Students("ben", 20, 3), "ACCEPTED 4");
  EXPECT_EQ(ValueOf(answers_, "students").number(), 20);
  EXPECT_EQ(UnresolvedCount(draft_), 0);
  EXPECT_THAT(Record("students").conflicting(), IsEmpty());
  EXPECT_THAT(Numbers(Record("students").settled()), ElementsAre("ben 20", "amara 30"));
}

TEST_F(ContributionsTest, AConflictIsAlsoResolvedByConfirmingWhatStands) {
  Students("amara", 10, 0);
  Students("ben", 20, 0);
  EXPECT_EQ(Students("cleo", 10, 2), "ACCEPTED 3");
  EXPECT_EQ(Record("students").current().contributor(), "amara");
  EXPECT_EQ(UnresolvedCount(draft_), 0);
}

TEST_F(ContributionsTest, EqualValuesAreNoConflictInWhateverForm) {
  EXPECT_THAT(Say("amara", R"pb(answers {
                                  answer: "functions"
                                  value { choices { options: "fund" options: "convene" } }
                                })pb"),
              IsOk());
  EXPECT_EQ(One("ben", R"pb(answers {
                              answer: "functions"
                              value { choices { options: "convene" options: "fund" } }
                            })pb"),
            "UNCHANGED 1");
  EXPECT_EQ(One("ben", R"pb(answers {
                              answer: "students"
                              value { missing: MISSING_REASON_NOT_ANSWERED }
                            })pb"),
            "UNCHANGED 0");
  EXPECT_THAT(draft_.answers(), SizeIs(1));
  EXPECT_THAT(draft_.contributors(), ElementsAre("amara"));
}

TEST_F(ContributionsTest, KindsOfMissingAreDifferentValues) {
  const std::vector<std::string> values = {
      "level: INTERACTION_LEVEL_NO_INTERACTION", "missing: MISSING_REASON_NOT_ASKED",
      "missing: MISSING_REASON_DONT_KNOW",       "missing: MISSING_REASON_REFUSED",
      "missing: MISSING_REASON_NOT_APPLICABLE",  ""};
  int contributor = 0;
  for (const std::string& value : values) {
    const std::string who = absl::StrCat("c", contributor++);
    // The last one says nothing: it takes back what it has not seen.
    const std::string answer =
        absl::StrCat("answers { answer: \"cbo.level\" value { ", value, " } }");
    EXPECT_EQ(One(who, answer),
              absl::StrCat(contributor == 1 ? "ACCEPTED " : "CONFLICT ", contributor));
  }
  EXPECT_EQ(Record("cbo.level").current().value().level(),
            type::v1::INTERACTION_LEVEL_NO_INTERACTION);
  ASSERT_THAT(Record("cbo.level").conflicting(), SizeIs(5));
  EXPECT_EQ(Record("cbo.level").conflicting(0).value().missing(),
            type::v1::MISSING_REASON_NOT_ASKED);
  EXPECT_EQ(Record("cbo.level").conflicting(3).value().missing(),
            type::v1::MISSING_REASON_NOT_APPLICABLE);
  EXPECT_FALSE(Record("cbo.level").conflicting(4).has_value());
}

TEST_F(ContributionsTest, NamesEverythingThatIsWrong) {
  Students("amara", 10, 0);
  const v1::ResponseDraft before = draft_;
  const absl::StatusOr<Contributed> done = Say("ben", R"pb(
    answers {
      answer: "food.level"
      value { level: INTERACTION_LEVEL_COOPERATION }
    }
    answers {
      answer: "cbo.depth"
      value { level: INTERACTION_LEVEL_COOPERATION }
    }
    answers {
      answer: "cbo.level"
      value { number: 3 }
    }
    answers {
      answer: "cbo.includes_self"
      value { missing: MISSING_REASON_REFUSED }
    }
    answers {
      answer: "setting"
      value { choices { options: "moon" } }
    }
    answers {
      answer: "barriers"
      value { number: 3 }
    }
    answers {
      answer: "partners"
      value { number: 3 }
    }
    answers {
      answer: "students"
      value { number: -1 }
      base_version: 7
    }
    answers {
      answer: "students"
      value { number: 2 }
    }
    answers {
      answer: "functions"
      consensus: true
      base_version: -1
      value { choices {} }
    }
    answers {
      answer: "cbo.count"
      value { partners { min: 5 max: 3 } }
    }
    answers {
      answer: "shared_responsibility"
      value { rating: SHARED_RESPONSIBILITY_UNSPECIFIED }
    }
  )pb");
  EXPECT_THAT(done, IsError(absl::StatusCode::kInvalidArgument, "ANSWERS_INVALID"));
  EXPECT_THAT(
      done.status(),
      Violates("answers[0].answer", "answers[1].answer", "answers[2].value", "answers[3].value",
               "answers[4].value", "answers[5].answer", "answers[6].answer", "answers[7].value",
               "answers[7].base_version", "answers[8].answer", "answers[9].consensus",
               "answers[9].base_version", "answers[10].value", "answers[11].value"));
  EXPECT_EQ(draft_.SerializeAsString(), before.SerializeAsString());
}

TEST_F(ContributionsTest, RequestsNameWhatTheyAreAbout) {
  v1::ContributeAnswersRequest request;
  EXPECT_THAT(ValidateContribution(request),
              Violates("parent", "respondent", "contributor", "answers"));
  request.set_name("waves/w1/responses/r1");
  request.set_parent("waves/w1");
  request.set_contributor("Amara Okoye");
  request.add_answers();
  EXPECT_THAT(ValidateContribution(request), Violates("name", "contributor"));
  request.clear_parent();
  request.set_contributor("c-17");
  EXPECT_THAT(ValidateContribution(request), IsOk());
  for (int i = 0; i < 1000; ++i) request.add_answers();
  EXPECT_THAT(ValidateContribution(request), Violates("answers"));
}

TEST_F(ContributionsTest, ConflictsAndContributorsAreBounded) {
  Students("c0", 0, 0);
  for (int i = 1; i <= kMaxConflicting; ++i) Students(absl::StrCat("c", i), i, 0);
  EXPECT_THAT(Record("students").conflicting(), SizeIs(kMaxConflicting));
  EXPECT_THAT(Say("late", "answers { answer: \"students\" value { number: 9999 } }"),
              IsError(absl::StatusCode::kFailedPrecondition, "CONFLICTS_TOO_MANY"));
  // One of those that are there is no new one.
  EXPECT_EQ(Students("late", 7, 0), absl::StrCat("CONFLICT ", kMaxConflicting + 1));
  int version = kMaxConflicting + 1;
  for (int i = kMaxConflicting + 1; i < kMaxContributors; ++i) {
    Students(absl::StrCat("c", i), 100 + i, version++);
  }
  EXPECT_THAT(draft_.contributors(), SizeIs(kMaxContributors));
  EXPECT_THAT(Say("late", absl::StrCat("answers { answer: \"students\" base_version: ", version,
                                       " value { number: 1 } }")),
              IsError(absl::StatusCode::kFailedPrecondition, "CONTRIBUTORS_TOO_MANY"));
  EXPECT_EQ(Students("c1", 5000, version), absl::StrCat("ACCEPTED ", version + 1));
}

TEST_F(ContributionsTest, WhatIsWrittenAsAWholeIsFollowed) {
  Students("amara", 10, 0);
  Students("ben", 20, 0);
  v1::AttributedValue from;
  from.set_source("waves/w1/imports/i1");
  v1::Answers whole = FromText<v1::Answers>(R"pb(items { question: "students" number: 20 }
                                                 items {
                                                   question: "setting"
                                                   choices { options: "school" }
                                                 })pb");
  Canonicalize(instrument_, whole);
  FollowAnswers(whole, from, draft_.version() + 1, draft_);
  EXPECT_EQ(Record("students").version(), 3);
  EXPECT_EQ(Record("students").current().value().number(), 20);
  EXPECT_EQ(Record("students").current().contributor(), "");
  EXPECT_EQ(Record("students").current().source(), "waves/w1/imports/i1");
  EXPECT_EQ(UnresolvedCount(draft_), 0);  // what Ben said is what it says now
  EXPECT_EQ(Record("setting").version(), 3);
  // Whoever had not seen it does not overwrite it.
  answers_ = whole;
  EXPECT_EQ(Students("ben", 30, 2), "CONFLICT 4");
  // An answer that the whole leaves out is gone; what was in conflict with it stays so.
  whole.mutable_items()->DeleteSubrange(1, 1);
  FollowAnswers(whole, from, draft_.version() + 1, draft_);
  EXPECT_FALSE(Record("students").current().has_value());
  EXPECT_EQ(Record("students").version(), 5);
  EXPECT_EQ(Record("setting").version(), 3);
  EXPECT_THAT(Numbers(Record("students").conflicting()), ElementsAre("ben 30"));
}

TEST_F(ContributionsTest, RevisionsMakeTheDraftOfAResponseThatNobodyContributedTo) {
  v1::ResponseDraft draft;
  for (int number = 1; number <= 3; ++number) {
    v1::ResponseRevision revision;
    revision.set_revision(number);
    revision.set_source(absl::StrCat("source ", number));
    *revision.mutable_create_time() = ToProto(kNow + absl::Hours(number));
    *revision.mutable_answers() =
        FromText<v1::Answers>(R"pb(items {
                                     question: "setting"
                                     choices { options: "school" }
                                   }
                                   items { question: "students" number: 1 })pb");
    revision.mutable_answers()->mutable_items(1)->set_number(number / 2);  // 0, 1, 1
    FollowRevision(revision, draft);
  }
  EXPECT_EQ(draft.version(), 3);
  ASSERT_THAT(draft.answers(), SizeIs(2));
  EXPECT_EQ(draft.answers(0).answer(), "setting");
  EXPECT_EQ(draft.answers(0).version(), 1);
  EXPECT_EQ(draft.answers(1).version(), 2);
  EXPECT_EQ(draft.answers(1).current().source(), "source 2");
  EXPECT_EQ(FromProto(draft.answers(1).current().time()), kNow + absl::Hours(2));
}

// Ratings: each contributor's own.
class RatingsTest : public ContributionsTest {
 protected:
  RatingsTest() : rated_(Rated()) {}

  // "RATED UNANIMOUS 3" with the point of the scale that the response has then.
  std::string Rate(const std::string& who, int point, bool consensus = false, int base = 0) {
    v1::ContributeAnswersRequest request;
    request.set_contributor(who);
    v1::ContributedAnswer& answer = *request.add_answers();
    answer.set_answer("cbo.level");
    if (point > 0) {
      answer.mutable_value()->set_level(static_cast<type::v1::InteractionLevel>(point));
    }
    answer.set_consensus(consensus);
    answer.set_base_version(base);
    absl::StatusOr<Contributed> done = Contribute(rated_, request, "api", kNow, answers_, draft_);
    EXPECT_THAT(done, IsOk());
    if (!done.ok()) return "";
    return absl::StrCat(
        v1::ContributionResult::Outcome_Name(done->results[0].outcome()).substr(8), " ",
        v1::AnswerRecord::Consensus_Name(done->results[0].record().consensus()).substr(10), " ",
        static_cast<int>(ValueOf(answers_, "cbo.level").level()));
  }

  InstrumentIndex rated_;
};

TEST_F(RatingsTest, UnanimityBecomesTheAnswer) {
  EXPECT_EQ(Rate("amara", 3), "RATED UNANIMOUS 3");
  EXPECT_EQ(Rate("ben", 3), "RATED UNANIMOUS 3");
  EXPECT_EQ(Rate("ben", 3), "UNCHANGED UNANIMOUS 3");
  EXPECT_EQ(Rate("cleo", 4), "RATED MISSING 0");
  EXPECT_EQ(UnresolvedCount(draft_), 1);
  EXPECT_EQ(Rate("cleo", 3), "RATED UNANIMOUS 3");
  EXPECT_EQ(UnresolvedCount(draft_), 0);
  const v1::AnswerRecord& record = Record("cbo.level");
  ASSERT_THAT(record.ratings(), SizeIs(3));
  EXPECT_EQ(record.ratings(0).contributor(), "amara");
  EXPECT_EQ(record.ratings(2).contributor(), "cleo");
  ASSERT_THAT(record.settled(), SizeIs(1));
  EXPECT_EQ(record.settled(0).value().level(), 4);
}

TEST_F(RatingsTest, ElseAConsensusIsGiven) {
  Rate("amara", 3);
  Rate("ben", 4);
  const int seen = Record("cbo.level").version();
  EXPECT_EQ(Rate("cleo", 5), "RATED MISSING 0");
  // Given by somebody who had not seen Cleo's rating: the answer is not theirs to make.
  EXPECT_EQ(Rate("amara", 4, /*consensus=*/true, seen), "CONFLICT MISSING 0");
  EXPECT_EQ(Rate("amara", 4, /*consensus=*/true, Record("cbo.level").version()),
            "ACCEPTED AGREED 4");
  EXPECT_EQ(UnresolvedCount(draft_), 0);
  EXPECT_THAT(Record("cbo.level").ratings(), SizeIs(3));
  // A rating that is what was agreed opens nothing again, another one does.
  EXPECT_EQ(Rate("dan", 4), "RATED AGREED 4");
  EXPECT_EQ(Rate("dan", 2), "RATED MISSING 0");
  EXPECT_EQ(Record("cbo.level").settled(2).value().level(), 4);
}

TEST_F(RatingsTest, RatingsCanBeTakenBack) {
  Rate("amara", 3);
  Rate("ben", 4);
  EXPECT_EQ(Rate("ben", 0), "RATED UNANIMOUS 3");
  EXPECT_EQ(Rate("amara", 0), "RATED UNSPECIFIED 0");
  EXPECT_EQ(Rate("amara", 0), "UNCHANGED UNSPECIFIED 0");
  EXPECT_EQ(UnresolvedCount(draft_), 0);
}

TEST_F(RatingsTest, OneRaterDoesNotOverruleWhatStoodThereBefore) {
  v1::AttributedValue from;
  from.set_source("waves/w1/imports/i1");
  answers_ = FromText<v1::Answers>(
      R"pb(partner_cells { partner_type: "cbo" level: INTERACTION_LEVEL_COORDINATION })pb");
  FollowAnswers(answers_, from, 1, draft_);
  EXPECT_EQ(Rate("amara", 4), "RATED UNANIMOUS 4");
  EXPECT_EQ(Rate("amara", 0), "RATED UNSPECIFIED 0");
  FollowAnswers(answers_ = FromText<v1::Answers>(R"pb(partner_cells {
                                                        partner_type: "cbo"
                                                        level: INTERACTION_LEVEL_COORDINATION
                                                      })pb"),
                from, draft_.version() + 1, draft_);
  EXPECT_EQ(Rate("amara", 2), "RATED MISSING 0");
  EXPECT_EQ(Record("cbo.level").settled(1).source(), "waves/w1/imports/i1");
  EXPECT_EQ(Rate("ben", 5, /*consensus=*/true, Record("cbo.level").version()), "ACCEPTED AGREED 5");
}

TEST_F(RatingsTest, CountsAreSharedWhereLevelsAreRated) {
  v1::ContributeAnswersRequest request = FromText<v1::ContributeAnswersRequest>(R"pb(
    contributor: "amara"
    answers {
      answer: "cbo.count"
      value { partners { min: 3 max: 3 } }
    }
  )pb");
  ASSERT_THAT(Contribute(rated_, request, "api", kNow, answers_, draft_), IsOk());
  request.set_contributor("ben");
  request.mutable_answers(0)->mutable_value()->mutable_partners()->set_max(4);
  const absl::StatusOr<Contributed> done =
      Contribute(rated_, request, "api", kNow, answers_, draft_);
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->results[0].outcome(), v1::ContributionResult::OUTCOME_CONFLICT);
}

TEST_F(RatingsTest, AConsensusIsAValue) {
  v1::ContributeAnswersRequest request = FromText<v1::ContributeAnswersRequest>(R"pb(
    contributor: "amara"
    answers { answer: "cbo.level" consensus: true }
  )pb");
  EXPECT_THAT(Contribute(rated_, request, "api", kNow, answers_, draft_).status(),
              Violates("answers[0].value"));
}

}  // namespace
}  // namespace weft::ingestion
