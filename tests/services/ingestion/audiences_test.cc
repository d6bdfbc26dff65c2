#include "services/ingestion/domain/audiences.h"

#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "services/ingestion/domain/instrument_diff.h"
#include "services/ingestion/domain/instrument_rules.h"
#include "tests/services/ingestion/example.h"
#include "tests/testing/errors.h"

namespace weft::ingestion {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::Violates;

v1::Instrument WithAudiences() {
  v1::Instrument draft = ExampleDraft();
  draft.add_audiences("families");
  draft.add_audiences("schools");
  *draft.mutable_sections(1)->mutable_questions(0)->add_audience_texts() =
      FromText<v1::AudienceText>("audience: 'families' text: 'What do they do?' help: 'For you.'");
  *draft.mutable_sections(1)->mutable_questions(0)->add_audience_texts() =
      FromText<v1::AudienceText>("audience: 'schools' help: 'For your school.'");
  draft.mutable_levels(1)->set_definition("We know of each other.");
  *draft.mutable_levels(1)->add_audience_definitions() =
      FromText<v1::AudienceDefinition>("audience: 'families' definition: 'We have heard of them.'");
  *draft.mutable_shared_responsibility(0)->add_audience_definitions() =
      FromText<v1::AudienceDefinition>("audience: 'schools' definition: 'We do it alone.'");
  return draft;
}

absl::Status Validate(const v1::Instrument& instrument) {
  FieldViolations violations;
  ValidateInstrument(instrument, "i", violations);
  return violations.ToStatus();
}

TEST(Audiences, HaveWordsOfTheirOwn) {
  ASSERT_THAT(Validate(WithAudiences()), IsOk());
  v1::Instrument shown = WithAudiences();
  SpeakTo("families", shown);
  EXPECT_EQ(shown.sections(1).questions(0).text(), "What do they do?");
  EXPECT_EQ(shown.sections(1).questions(0).help(), "For you.");
  EXPECT_EQ(shown.levels(1).definition(), "We have heard of them.");
  EXPECT_EQ(shown.shared_responsibility(0).definition(), "");
  EXPECT_THAT(shown.audiences(), IsEmpty());
  EXPECT_THAT(Validate(shown), IsOk());
}

TEST(Audiences, HearWhatIsForEverybodyWhereNothingIsForThem) {
  v1::Instrument shown = WithAudiences();
  SpeakTo("schools", shown);
  EXPECT_EQ(shown.sections(1).questions(0).text(), "What do partners do?");
  EXPECT_EQ(shown.sections(1).questions(0).help(), "For your school.");
  EXPECT_EQ(shown.levels(1).definition(), "We know of each other.");
  EXPECT_EQ(shown.shared_responsibility(0).definition(), "We do it alone.");
}

TEST(Audiences, NobodyInParticularSeesTheInstrumentWithoutThem) {
  v1::Instrument shown = WithAudiences();
  SpeakTo("", shown);
  v1::Instrument plain = ExampleDraft();
  plain.mutable_levels(1)->set_definition("We know of each other.");
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(shown, plain));
}

TEST(Audiences, AreNamedOnceAndBeforeTheyAreSpokenTo) {
  v1::Instrument draft = WithAudiences();
  draft.set_audiences(1, "families");
  draft.add_audiences("Not An Id");
  v1::Question& question = *draft.mutable_sections(1)->mutable_questions(0);
  question.add_audience_texts()->set_audience("families");
  draft.mutable_levels(1)->mutable_audience_definitions(0)->clear_definition();
  EXPECT_THAT(Validate(draft),
              Violates("i.audiences[1]", "i.audiences[2]",
                       "i.sections[1].questions[0].audience_texts[1].audience",
                       "i.sections[1].questions[0].audience_texts[2].audience",
                       "i.sections[1].questions[0].audience_texts[2]",
                       "i.levels[1].audience_definitions[0].definition",
                       "i.shared_responsibility[0].audience_definitions[0].audience"));
}

TEST(Audiences, AreRequiredByName) {
  FieldViolations violations;
  const v1::Instrument draft = WithAudiences();
  RequireAudience(draft, "", "audience", violations);
  RequireAudience(draft, "schools", "audience", violations);
  EXPECT_TRUE(violations.empty());
  RequireAudience(draft, "press", "audience", violations);
  EXPECT_THAT(testing::Violation(violations.ToStatus(), "audience"),
              HasSubstr("it has words for families, schools"));
}

TEST(Audiences, DifferencesOfTheirWordsAreNamed) {
  v1::Instrument after = WithAudiences();
  after.mutable_sections(1)->mutable_questions(0)->mutable_audience_texts(0)->set_text("What?");
  after.mutable_levels(1)->mutable_audience_definitions(0)->set_definition("Heard of.");
  after.add_audiences("partners");
  const std::vector<v1::InstrumentChange> changes = DiffInstruments(WithAudiences(), after);
  std::vector<std::string> paths;
  for (const v1::InstrumentChange& change : changes) paths.push_back(change.path());
  EXPECT_THAT(paths,
              ::testing::UnorderedElementsAre(
                  "audiences[partners]", "questions[functions].audience_texts[families].text",
                  "levels[NETWORKING].audience_definitions[families].definition"));
}

}  // namespace
}  // namespace weft::ingestion
