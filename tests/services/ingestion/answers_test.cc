#include "services/ingestion/domain/answers.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ingestion/domain/instrument_rules.h"
#include "services/ingestion/domain/open_answers.h"
#include "tests/services/ingestion/example.h"
#include "tests/testing/errors.h"
#include "weft/ingestion/v1/response_service.pb.h"

namespace weft::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Not;
using testing::ViolatedFields;
using testing::Violates;
using testing::Violation;

const InstrumentIndex& Index() {
  static const auto* const index = new InstrumentIndex(ExampleInstrument());
  return *index;
}

v1::Answers AnswersOf(const std::string& text) { return FromText<v1::Answers>(text); }

absl::Status Validate(const v1::Answers& answers) {
  FieldViolations violations;
  ValidateAnswers(Index(), answers, "response.answers", violations);
  return violations.ToStatus("ANSWERS_INVALID");
}

v1::Answers Canonical(const std::string& text) {
  v1::Answers answers = AnswersOf(text);
  Canonicalize(Index(), answers);
  return answers;
}

TEST(ValidateAnswers, TakesEveryKindOfAnswer) {
  EXPECT_THAT(Validate(v1::Answers()), IsOk());
  EXPECT_THAT(Validate(AnswersOf(R"pb(
                partner_cells {
                  partner_type: "cbo"
                  partners { min: 12 max: 12 }
                  level: INTERACTION_LEVEL_COOPERATION
                  includes_self: false
                }
                partner_cells {
                  partner_type: "k12_school"
                  partners { min: 20 }
                  level_missing: MISSING_REASON_DONT_KNOW
                }
                partner_cells {
                  partner_type: "school_district"
                  partners { min: 7 max: 7 approximate: true }
                }
                shared_responsibility { rating: SHARED_RESPONSIBILITY_NOT_EVIDENT }
                items {
                  question: "functions"
                  choices { options: "host" options: "fund" }
                }
                items {
                  question: "setting"
                  choices { options: "school" }
                }
                items { question: "students" number: 100000 }
              )pb")),
              IsOk());
  EXPECT_THAT(Validate(AnswersOf(R"pb(
                partner_cells {
                  partner_type: "cbo"
                  partners { min: 10 max: 15 }
                }
                partner_cells { partner_type: "k12_school" count_missing: MISSING_REASON_REFUSED }
                shared_responsibility { missing: MISSING_REASON_NOT_ASKED }
                items {
                  question: "functions"
                  choices {}
                }
                items { question: "setting" missing: MISSING_REASON_NOT_APPLICABLE }
                items { question: "students" missing: MISSING_REASON_NOT_ANSWERED }
              )pb")),
              IsOk());
}

TEST(ValidateAnswers, TakesAContradictionAsData) {
  EXPECT_THAT(Validate(AnswersOf(R"pb(
                partner_cells {
                  partner_type: "cbo"
                  partners { min: 3 max: 3 }
                  level: INTERACTION_LEVEL_NO_INTERACTION
                }
                partner_cells {
                  partner_type: "k12_school"
                  partners { min: 0 max: 0 }
                  level: INTERACTION_LEVEL_COLLABORATION
                }
              )pb")),
              IsOk());
}

TEST(ValidateAnswers, RefusesWhatTheInstrumentDoesNotAllow) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"response.answers.partner_cells[0].partner_type",
       "partner_cells { partner_type: 'library' }"},
      {"response.answers.partner_cells[0].partner_type", "partner_cells { partner_type: 'CBO' }"},
      {"response.answers.partner_cells[1].partner_type",
       "partner_cells { partner_type: 'cbo' } partner_cells { partner_type: 'cbo' }"},
      {"response.answers.partner_cells[0].partners.min",
       "partner_cells { partner_type: 'cbo' partners { min: -1 max: 3 } }"},
      {"response.answers.partner_cells[0].partners.max",
       "partner_cells { partner_type: 'cbo' partners { min: 4 max: 3 } }"},
      {"response.answers.partner_cells[0].partners.max",
       "partner_cells { partner_type: 'cbo' partners { min: 3 max: 4 approximate: true } }"},
      {"response.answers.partner_cells[0].partners.max",
       "partner_cells { partner_type: 'cbo' partners { min: 3 approximate: true } }"},
      {"response.answers.partner_cells[0].count_missing",
       "partner_cells { partner_type: 'cbo' count_missing: MISSING_REASON_UNSPECIFIED }"},
      {"response.answers.partner_cells[0].level",
       "partner_cells { partner_type: 'cbo' level: INTERACTION_LEVEL_UNSPECIFIED }"},
      {"response.answers.partner_cells[0].level_missing",
       "partner_cells { partner_type: 'cbo' level_missing: MISSING_REASON_UNSPECIFIED }"},
      {"response.answers.shared_responsibility", "shared_responsibility {}"},
      {"response.answers.shared_responsibility.rating",
       "shared_responsibility { rating: SHARED_RESPONSIBILITY_UNSPECIFIED }"},
      {"response.answers.shared_responsibility.missing",
       "shared_responsibility { missing: MISSING_REASON_UNSPECIFIED }"},
      {"response.answers.items[0].question", "items { question: 'weather' number: 1 }"},
      {"response.answers.items[0].question", "items { question: 'barriers' choices {} }"},
      {"response.answers.items[0].question", "items { question: 'partners' number: 1 }"},
      {"response.answers.items[0].question",
       "items { question: 'shared_responsibility' number: 1 }"},
      {"response.answers.items[1].question",
       "items { question: 'students' number: 1 } items { question: 'students' number: 1 }"},
      {"response.answers.items[0]", "items { question: 'students' }"},
      {"response.answers.items[0].missing",
       "items { question: 'students' missing: MISSING_REASON_UNSPECIFIED }"},
      {"response.answers.items[0].number", "items { question: 'setting' number: 1 }"},
      {"response.answers.items[0].choices", "items { question: 'students' choices {} }"},
      {"response.answers.items[0].number", "items { question: 'students' number: -1 }"},
      {"response.answers.items[0].number", "items { question: 'students' number: 100001 }"},
      {"response.answers.items[0].number", "items { question: 'students' number: 1.5 }"},
      {"response.answers.items[0].number", "items { question: 'students' number: nan }"},
      {"response.answers.items[0].number", "items { question: 'students' number: inf }"},
      {"response.answers.items[0].choices.options", "items { question: 'setting' choices {} }"},
      {"response.answers.items[0].choices.options",
       "items { question: 'setting' choices { options: 'school' options: 'district' } }"},
      {"response.answers.items[0].choices.options[0]",
       "items { question: 'setting' choices { options: 'A school' } }"},
      {"response.answers.items[0].choices.options[1]",
       "items { question: 'functions' choices { options: 'fund' options: 'fund' } }"},
  };
  for (const auto& [field, text] : cases) {
    EXPECT_THAT(Validate(AnswersOf(text)), Violates(field)) << text;
  }
}

TEST(ValidateAnswers, NamesEveryProblemAtOnce) {
  const absl::Status status = Validate(AnswersOf(R"pb(
    partner_cells {
      partner_type: "library"
      partners { min: -2 }
    }
    items { question: "weather" number: 1 }
    items { question: "students" number: 0.5 }
  )pb"));
  EXPECT_THAT(status,
              Violates("response.answers.partner_cells[0].partner_type",
                       "response.answers.partner_cells[0].partners.min",
                       "response.answers.items[0].question", "response.answers.items[1].number"));
}

TEST(ValidateAnswers, RefusesValuesThatTheMatrixDoesNotAskFor) {
  v1::Instrument draft = ExampleDraft();
  draft.mutable_sections(0)->mutable_questions(0)->mutable_partner_matrix()->set_ask_count(false);
  ASSERT_THAT(Publish(ExampleTaxonomy(), draft), IsOk());
  const InstrumentIndex levels_only(draft);
  const v1::Answers answers =
      AnswersOf("partner_cells { partner_type: 'cbo' partners { min: 1 max: 1 } }");
  FieldViolations violations;
  ValidateAnswers(levels_only, answers, "a", violations);
  EXPECT_THAT(violations.ToStatus(), Violates("a.partner_cells[0].partners"));
}

TEST(ValidateAnswers, RefusesCellsWithoutAMatrix) {
  v1::Instrument draft = ExampleDraft();
  draft.mutable_sections()->DeleteSubrange(0, 1);
  ASSERT_THAT(Publish(ExampleTaxonomy(), draft), IsOk());
  FieldViolations violations;
  ValidateAnswers(InstrumentIndex(draft), AnswersOf(R"pb(
                    partner_cells { partner_type: "cbo" }
                    shared_responsibility { rating: SHARED_RESPONSIBILITY_NOT_EVIDENT }
                  )pb"),
                  "a", violations);
  EXPECT_THAT(violations.ToStatus(), Violates("a.partner_cells", "a.shared_responsibility"));
}

absl::Status Require(const InstrumentIndex& index, const v1::Answers& answers,
                     const absl::flat_hash_set<std::string>& texts = {}) {
  FieldViolations violations;
  RequireAnswers(index, answers, texts, "a", violations);
  return violations.ToStatus();
}

TEST(RequireAnswers, NamesEveryRequiredQuestionWithoutAnAnswer) {
  EXPECT_THAT(Require(Index(), v1::Answers()), Violates("a.partner_cells", "a.items"));
  EXPECT_THAT(Violation(Require(Index(), v1::Answers()), "a.items"), HasSubstr("\"setting\""));
}

TEST(RequireAnswers, TakesAMissingReasonForAnAnswerButNotNotAnswered) {
  EXPECT_THAT(
      Require(Index(), AnswersOf(R"pb(
                partner_cells { partner_type: "cbo" level_missing: MISSING_REASON_DONT_KNOW }
                items { question: "setting" missing: MISSING_REASON_REFUSED }
              )pb")),
      IsOk());
  EXPECT_THAT(
      Require(Index(), AnswersOf(R"pb(
                partner_cells { partner_type: "cbo" level_missing: MISSING_REASON_NOT_ANSWERED }
                items { question: "setting" missing: MISSING_REASON_NOT_ANSWERED }
              )pb")),
      Violates("a.partner_cells", "a.items"));
}

TEST(RequireAnswers, LooksAtOpenAnswersAndTheRatingToo) {
  v1::Instrument draft = ExampleDraft();
  draft.mutable_sections(0)->mutable_questions(0)->set_required(false);
  draft.mutable_sections(0)->mutable_questions(1)->set_required(true);
  draft.mutable_sections(1)->mutable_questions(1)->set_required(false);
  draft.mutable_sections(1)->mutable_questions(3)->set_required(true);
  ASSERT_THAT(Publish(ExampleTaxonomy(), draft), IsOk());
  const InstrumentIndex index(draft);
  EXPECT_THAT(Require(index, v1::Answers()), Violates("a.shared_responsibility", "open_answers"));
  EXPECT_THAT(Require(index, AnswersOf("shared_responsibility { missing: MISSING_REASON_REFUSED }"),
                      {"barriers"}),
              IsOk());
}

TEST(Canonicalize, MakesEqualAnswersByteEqual) {
  const v1::Answers a = Canonical(R"pb(
    partner_cells { partner_type: "k12_school" level: INTERACTION_LEVEL_COOPERATION }
    partner_cells {
      partner_type: "cbo"
      partners { min: 1 max: 1 }
    }
    partner_cells {
      partner_type: "school_district"
      count_missing: MISSING_REASON_NOT_ANSWERED
      level_missing: MISSING_REASON_NOT_ANSWERED
    }
    shared_responsibility { missing: MISSING_REASON_NOT_ANSWERED }
    items { question: "students" number: -0.0 }
    items {
      question: "functions"
      choices { options: "host" options: "convene" }
    }
    items { question: "setting" missing: MISSING_REASON_NOT_ANSWERED }
  )pb");
  const v1::Answers b = Canonical(R"pb(
    partner_cells {
      partner_type: "cbo"
      partners { min: 1 max: 1 }
      level_missing: MISSING_REASON_NOT_ANSWERED
    }
    partner_cells { partner_type: "k12_school" level: INTERACTION_LEVEL_COOPERATION }
    items {
      question: "functions"
      choices { options: "convene" options: "host" }
    }
    items { question: "students" number: 0 }
  )pb");
  EXPECT_TRUE(SameAnswers(a, b)) << a.DebugString() << b.DebugString();
  EXPECT_EQ(a.partner_cells(0).partner_type(), "cbo");
  EXPECT_EQ(a.partner_cells_size(), 2);
  EXPECT_FALSE(a.has_shared_responsibility());
  EXPECT_THAT(a.items(0).choices().options(), ElementsAre("convene", "host"));
}

TEST(Canonicalize, KeepsWhatIsNotTheSame) {
  const std::vector<std::string> different = {
      "",
      "partner_cells { partner_type: 'cbo' level: INTERACTION_LEVEL_NO_INTERACTION }",
      "partner_cells { partner_type: 'cbo' level_missing: MISSING_REASON_NOT_ASKED }",
      "partner_cells { partner_type: 'cbo' level_missing: MISSING_REASON_DONT_KNOW }",
      "partner_cells { partner_type: 'cbo' includes_self: false }",
      "partner_cells { partner_type: 'cbo' includes_self: true }",
      "partner_cells { partner_type: 'cbo' partners { min: 0 max: 0 } }",
      "partner_cells { partner_type: 'cbo' partners { min: 0 } }",
      "partner_cells { partner_type: 'cbo' partners { min: 5 max: 5 } }",
      "partner_cells { partner_type: 'cbo' partners { min: 5 max: 5 approximate: true } }",
      "items { question: 'functions' choices {} }",
      "items { question: 'students' number: 0 }",
      "shared_responsibility { missing: MISSING_REASON_REFUSED }",
  };
  for (size_t i = 0; i < different.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      EXPECT_FALSE(SameAnswers(Canonical(different[i]), Canonical(different[j])))
          << different[i] << different[j];
    }
  }
}

TEST(Canonicalize, IsStableAndDropsUnknownFields) {
  v1::Answers answers = Canonical("items { question: 'students' number: 3 }");
  v1::Answers again = answers;
  Canonicalize(Index(), again);
  EXPECT_TRUE(SameAnswers(answers, again));
  answers.GetReflection()->MutableUnknownFields(&answers)->AddLengthDelimited(99, "smuggled");
  EXPECT_FALSE(SameAnswers(answers, again));
  Canonicalize(Index(), answers);
  EXPECT_TRUE(SameAnswers(answers, again));
}

// Puts an unknown field into each message of `message`, and into it, one at a time.
void SmuggleIntoEach(google::protobuf::Message& message, const std::function<void()>& try_it) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  reflection.MutableUnknownFields(&message)->AddLengthDelimited(99, "smuggled");
  try_it();
  reflection.MutableUnknownFields(&message)->Clear();
  const google::protobuf::Descriptor& descriptor = *message.GetDescriptor();
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const google::protobuf::FieldDescriptor* field = descriptor.field(i);
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    google::protobuf::Message* part = field->is_repeated()
                                          ? reflection.AddMessage(&message, field)
                                          : reflection.MutableMessage(&message, field);
    // One that says nothing would be left out, whatever else it holds.
    if (auto* cell = dynamic_cast<v1::PartnerCell*>(part)) cell->set_includes_self(true);
    SmuggleIntoEach(*part, try_it);
    if (field->is_repeated()) {
      reflection.RemoveLast(&message, field);
    } else {
      reflection.ClearField(&message, field);
    }
  }
}

TEST(Canonicalize, FindsUnknownFieldsInEveryMessage) {
  v1::Answers answers;
  int messages = 0;
  SmuggleIntoEach(answers, [&] {
    v1::Answers canonical = answers;
    Canonicalize(Index(), canonical);
    EXPECT_EQ(canonical.SerializeAsString().find("smuggled"), std::string::npos)
        << answers.DebugString();
    ++messages;
  });
  EXPECT_EQ(messages, 6);
}

absl::Status ValidateOpen(const std::string& text) {
  FieldViolations violations;
  const v1::IngestItem item = FromText<v1::IngestItem>(text);
  ValidateOpenAnswers(Index(), item.open_answers(), "open_answers", violations);
  return violations.ToStatus();
}

TEST(OpenAnswers, AreNamedAfterTheirQuestion) {
  EXPECT_EQ(OpenAnswerId("early_signs_2"), "early-signs-2");
  EXPECT_EQ(QuestionOfOpenAnswerId("early-signs-2"), "early_signs_2");
}

TEST(OpenAnswers, MustAnswerATextQuestionWithinItsLength) {
  EXPECT_THAT(
      ValidateOpen("open_answers { question: 'barriers' text: 'Buses.' consent: CONSENT_QUOTE }"),
      IsOk());
  EXPECT_THAT(ValidateOpen("open_answers { question: 'setting' text: 'x' }"),
              Violates("open_answers[0].question"));
  EXPECT_THAT(ValidateOpen("open_answers { question: 'barriers' text: ' ' }"),
              Violates("open_answers[0].text"));
  EXPECT_THAT(
      ValidateOpen("open_answers { question: 'barriers' text: '" + std::string(50, 'x') + "' }"),
      IsOk());
  EXPECT_THAT(
      ValidateOpen("open_answers { question: 'hopes' text: '" + std::string(51, 'x') + "' }"),
      IsOk());
  EXPECT_THAT(
      ValidateOpen("open_answers { question: 'hopes' text: '" + std::string(10001, 'x') + "' }"),
      Violates("open_answers[0].text"));
  EXPECT_THAT(ValidateOpen("open_answers { question: 'hopes' text: 'a' } open_answers { question: "
                           "'hopes' text: 'b' }"),
              Violates("open_answers[1].question"));
}

TEST(OpenAnswers, DoNotStandInErrors) {
  const absl::Status status =
      ValidateOpen("open_answers { question: 'barriers' text: '" + std::string(60, 'Z') + "' }");
  EXPECT_THAT(ViolatedFields(status), Not(IsEmpty()));
  EXPECT_THAT(status.ToString(), Not(HasSubstr("ZZ")));
}

TEST(OpenAnswers, MergeTakesConsentWithTheTextItWasGivenFor) {
  v1::OpenAnswer stored = FromText<v1::OpenAnswer>(R"pb(
    question: "barriers"
    text: "Buses."
    consent: CONSENT_QUOTE
    attribution: ATTRIBUTION_SITE
    release: RELEASE_CLEARED)pb");
  const v1::OpenAnswer before = stored;
  v1::OpenAnswer given = FromText<v1::OpenAnswer>("question: 'barriers' text: 'Buses.'");
  EXPECT_FALSE(MergeOpenAnswer(given, stored));
  EXPECT_EQ(stored.DebugString(), before.DebugString());

  given.set_consent(v1::OpenAnswer::CONSENT_INTERNAL);
  EXPECT_TRUE(MergeOpenAnswer(given, stored));
  EXPECT_EQ(stored.consent(), v1::OpenAnswer::CONSENT_INTERNAL);
  EXPECT_EQ(stored.attribution(), v1::OpenAnswer::ATTRIBUTION_SITE);
  // Nobody may be quoted who has taken that back.
  EXPECT_EQ(stored.release(), v1::OpenAnswer::RELEASE_WITHHELD);

  given = FromText<v1::OpenAnswer>("question: 'barriers' text: 'No buses.'");
  EXPECT_TRUE(MergeOpenAnswer(given, stored));
  EXPECT_EQ(stored.consent(), v1::OpenAnswer::CONSENT_UNSPECIFIED);
  EXPECT_EQ(stored.attribution(), v1::OpenAnswer::ATTRIBUTION_UNSPECIFIED);
  EXPECT_EQ(stored.release(), v1::OpenAnswer::RELEASE_WITHHELD);
}

}  // namespace
}  // namespace weft::ingestion
