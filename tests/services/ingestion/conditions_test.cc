#include "services/ingestion/domain/conditions.h"

#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ingestion/domain/answers.h"
#include "services/ingestion/domain/instrument_rules.h"
#include "tests/services/ingestion/example.h"
#include "tests/testing/errors.h"

namespace weft::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using testing::Violates;
using testing::Violation;

// The example with a condition on "students", which comes after the matrix, the rating, "functions"
// and "setting" (here an ordered choice).
v1::Instrument DraftWith(const std::string& shown_if) {
  v1::Instrument draft = ExampleDraft();
  v1::Section& context = *draft.mutable_sections(1);
  context.mutable_questions(1)->mutable_choice()->set_ordered(true);
  context.mutable_questions(2)->set_required(true);
  context.mutable_questions(2)->set_shown_if(shown_if);
  return draft;
}

v1::Instrument Published(v1::Instrument draft) {
  EXPECT_THAT(Publish(ExampleTaxonomy(), draft), IsOk());
  return draft;
}

constexpr char kAnswers[] = R"pb(
  partner_cells {
    partner_type: "cbo"
    partners { min: 10 max: 15 }
    level: INTERACTION_LEVEL_COOPERATION
    includes_self: true
  }
  partner_cells {
    partner_type: "k12_school"
    partners { min: 20 }
    level_missing: MISSING_REASON_DONT_KNOW
  }
  shared_responsibility { rating: SHARED_RESPONSIBILITY_MODERATELY_EVIDENT }
  items {
    question: "functions"
    choices { options: "convene" options: "host" }
  }
  items {
    question: "setting"
    choices { options: "school" }
  }
)pb";

bool Holds(const std::string& shown_if, const std::string& answers = kAnswers) {
  const InstrumentIndex index(Published(DraftWith(shown_if)));
  return AskedQuestions(index, FromText<v1::Answers>(answers))[4];
}

TEST(Conditions, CompareEveryKindOfAnswer) {
  for (const char* holds :
       {"setting = school", "setting != district", "setting > district", "setting >= school",
        "functions:convene", "functions:host", "cbo.level = cooperation", "cbo.level > networking",
        "cbo.level <= cooperation", "cbo.includes_self = true",
        "shared_responsibility >= moderately_evident",
        "shared_responsibility < significantly_evident", "setting:*", "functions:*",
        "cbo.count:*"}) {
    EXPECT_TRUE(Holds(holds)) << holds;
  }
  for (const char* fails :
       {"setting = district", "setting != school", "setting < school", "functions:fund",
        "cbo.level = networking", "cbo.level > cooperation", "cbo.includes_self = false",
        "shared_responsibility = not_evident", "cbo.includes_self != true"}) {
    EXPECT_FALSE(Holds(fails)) << fails;
  }
}

TEST(Conditions, ARangeOfPartnersMustHoldWhole) {
  EXPECT_TRUE(Holds("cbo.count >= 10"));
  EXPECT_TRUE(Holds("cbo.count <= 15"));
  EXPECT_TRUE(Holds("cbo.count < 16"));
  EXPECT_FALSE(Holds("cbo.count > 10"));
  EXPECT_FALSE(Holds("cbo.count = 10"));
  EXPECT_TRUE(Holds("cbo.count != 10"));
  // Without an upper end.
  EXPECT_TRUE(Holds("k12_school.count > 19"));
  EXPECT_FALSE(Holds("k12_school.count < 1000000"));
}

TEST(Conditions, WhatHasNoValuePassesNoTest) {
  EXPECT_FALSE(Holds("k12_school.level >= no_interaction"));
  EXPECT_FALSE(Holds("k12_school.level:*"));
  EXPECT_TRUE(Holds("k12_school.level != networking"));
  EXPECT_FALSE(Holds("school_district.level:*"));
  EXPECT_TRUE(Holds("NOT school_district.level = networking"));
  EXPECT_FALSE(Holds("setting:*", "items { question: 'setting' missing: MISSING_REASON_REFUSED }"));
}

TEST(Conditions, AreCombined) {
  EXPECT_TRUE(Holds("setting = school AND functions:host"));
  EXPECT_FALSE(Holds("setting = school AND functions:fund"));
  EXPECT_TRUE(Holds("setting = district OR (functions:host AND NOT functions:fund)"));
}

TEST(Conditions, OfASectionHideAllOfIt) {
  v1::Instrument draft = ExampleDraft();
  draft.mutable_sections(1)->set_shown_if("cbo.level >= coordination");
  const InstrumentIndex index(Published(draft));
  EXPECT_THAT(AskedQuestions(index, FromText<v1::Answers>(kAnswers)),
              ElementsAre(true, true, false, false, false, false, false));
}

// "students" depends on "setting", which here depends on "functions".
TEST(Conditions, WhatIsNotAskedPassesNoTestEither) {
  v1::Instrument draft = DraftWith("setting = school");
  draft.mutable_sections(1)->mutable_questions(1)->set_shown_if("functions:fund");
  const InstrumentIndex index(Published(draft));
  const std::vector<bool> asked = AskedQuestions(index, FromText<v1::Answers>(kAnswers));
  EXPECT_FALSE(asked[3]);
  EXPECT_FALSE(asked[4]);
}

TEST(Conditions, MustBeReadableInADraft) {
  FieldViolations violations;
  ValidateInstrument(DraftWith("setting = "), "instrument", violations);
  EXPECT_THAT(Violation(violations.ToStatus(), "instrument.sections[1].questions[2].shown_if"),
              HasSubstr("character 11: a value is missing"));
}

TEST(Conditions, MustMakeSenseToBePublished) {
  const struct {
    const char* shown_if;
    const char* problem;
  } cases[] = {
      {"weather = rain", "character 1: \"weather\" is nothing that the instrument asks"},
      {"setting = school OR weather:*", "character 21: \"weather\" is nothing"},
      {"museum.level = networking", "\"museum.level\" is nothing"},
      {"partners:*", "is the partner matrix; name a type's value"},
      {"barriers:*", "takes free text, which no condition looks at"},
      {"students > 5", "is not asked before"},
      {"functions = convene", "ask whether it has one: functions:convene"},
      {"setting:school", "ask for it with ="},
      {"cbo.includes_self > false", "has no order"},
      {"setting = museum", "is compared with \"museum\", and takes the id of one of its options"},
      {"cbo.level >= friendly", "takes no_interaction, networking"},
      {"shared_responsibility = yes", "takes not_evident"},
      {"cbo.count > many", "takes a number"},
      {"cbo.count > nan", "takes a number"},
      {"cbo.level < no_interaction", "is never < no_interaction"},
      {"setting > school", "is never > school"},
      {"cbo.count > 1e15", "at most 15 digits"},
      {"cbo.includes_self = yes", "takes true or false"},
  };
  for (const auto& [shown_if, problem] : cases) {
    v1::Instrument draft = DraftWith(shown_if);
    const absl::Status status = Publish(ExampleTaxonomy(), draft);
    EXPECT_THAT(status, IsError(absl::StatusCode::kInvalidArgument, "INSTRUMENT_INCOMPLETE"));
    EXPECT_THAT(Violation(status, "instrument.sections[1].questions[2].shown_if"),
                HasSubstr(problem))
        << shown_if;
  }
  v1::Instrument unordered = DraftWith("setting < school");
  unordered.mutable_sections(1)->mutable_questions(1)->mutable_choice()->set_ordered(false);
  EXPECT_THAT(Violation(Publish(ExampleTaxonomy(), unordered),
                        "instrument.sections[1].questions[2].shown_if"),
              HasSubstr("can be compared with = and !="));
  v1::Instrument section = ExampleDraft();
  section.mutable_sections(1)->set_shown_if("setting = school");
  EXPECT_THAT(Publish(ExampleTaxonomy(), section), Violates("instrument.sections[1].shown_if"));
}

std::vector<std::string> Unanswered(const InstrumentIndex& index, const std::string& answers) {
  std::vector<std::string> ids;
  for (const v1::Question* question :
       UnansweredRequired(index, FromText<v1::Answers>(answers), {})) {
    ids.push_back(question->id());
  }
  return ids;
}

TEST(Conditions, OnlyWhatIsAskedIsRequired) {
  EXPECT_THAT(Unanswered(InstrumentIndex(Published(DraftWith("setting = school"))), kAnswers),
              ElementsAre("students"));
  EXPECT_THAT(Unanswered(InstrumentIndex(Published(DraftWith("setting = district"))), kAnswers),
              IsEmpty());
}

// NOT_ASKED may be left from a time when the other answers were different.
TEST(Conditions, NotAskedIsNoAnswerToWhatIsAsked) {
  const std::string not_asked =
      std::string(kAnswers) + "items { question: 'students' missing: MISSING_REASON_NOT_ASKED }";
  EXPECT_THAT(Unanswered(InstrumentIndex(Published(DraftWith("setting = school"))), not_asked),
              ElementsAre("students"));
  EXPECT_THAT(Unanswered(InstrumentIndex(Published(DraftWith(""))), not_asked), IsEmpty());
}

TEST(Conditions, WhatIsNotAskedSaysSoWhenItIsHandedIn) {
  const InstrumentIndex index(Published(DraftWith("setting = district")));
  v1::Answers answers = FromText<v1::Answers>(kAnswers);
  Complete(index, answers);
  v1::Answers expected = FromText<v1::Answers>(
      std::string(kAnswers) + "items { question: 'students' missing: MISSING_REASON_NOT_ASKED }");
  Canonicalize(index, expected);
  EXPECT_TRUE(SameAnswers(answers, expected)) << answers.DebugString();
  Complete(index, answers);
  EXPECT_TRUE(SameAnswers(answers, expected)) << "a second time changes nothing";
}

TEST(Conditions, AnAnswerIsKeptThoughItIsNotAskedFor) {
  const InstrumentIndex index(Published(DraftWith("setting = district")));
  v1::Answers answers =
      FromText<v1::Answers>(std::string(kAnswers) + "items { question: 'students' number: 5 }");
  const v1::Answers before = answers;
  ASSERT_EQ(AnsweredUnasked(index, answers).size(), 1U);
  EXPECT_EQ(AnsweredUnasked(index, answers)[0]->id(), "students");
  FillNotAsked(index, answers);
  EXPECT_TRUE(SameAnswers(answers, before));
}

TEST(Conditions, AMatrixThatIsNotAskedSaysSoOfEveryType) {
  v1::Instrument draft = ExampleDraft();
  // The matrix behind "setting".
  *draft.mutable_sections(1)->add_questions() = draft.sections(0).questions(0);
  draft.mutable_sections(0)->mutable_questions()->DeleteSubrange(0, 1);
  draft.mutable_sections(1)->mutable_questions(5)->set_shown_if("setting = district");
  const InstrumentIndex index(Published(draft));
  v1::Answers answers =
      FromText<v1::Answers>("items { question: 'setting' choices { options: 'school' } }");
  EXPECT_THAT(UnansweredRequired(index, answers, {}), IsEmpty());
  Complete(index, answers);
  ASSERT_EQ(answers.partner_cells_size(), 3);
  for (const v1::PartnerCell& cell : answers.partner_cells()) {
    EXPECT_EQ(cell.count_missing(), type::v1::MISSING_REASON_NOT_ASKED);
    EXPECT_EQ(cell.level_missing(), type::v1::MISSING_REASON_NOT_ASKED);
  }
  EXPECT_THAT(AnsweredUnasked(index, answers), IsEmpty());
}

}  // namespace
}  // namespace weft::ingestion
