#include "services/ingestion/domain/instrument_diff.h"

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/ingestion/example.h"

namespace weft::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// "changed questions[setting].text: What are you? -> What is it?" of each.
std::vector<std::string> Diff(const v1::Instrument& from, const v1::Instrument& to) {
  std::vector<std::string> lines;
  for (const v1::InstrumentChange& change : DiffInstruments(from, to)) {
    const std::string kind = absl::AsciiStrToLower(
        absl::StripPrefix(v1::InstrumentChange::Kind_Name(change.kind()), "KIND_"));
    lines.push_back(absl::StrCat(kind, " ", change.path(), ": ", change.old_value(), " -> ",
                                 change.new_value()));
  }
  return lines;
}

v1::Question& QuestionOf(v1::Instrument& instrument, int section, int question) {
  return *instrument.mutable_sections(section)->mutable_questions(question);
}

TEST(InstrumentDiffTest, SameInstrumentsDoNotDiffer) {
  v1::Instrument other = ExampleInstrument();
  other.set_name("instruments/other");
  other.set_version(7);
  other.set_etag("x");
  other.set_supersedes("instruments/lab-survey-2024");
  EXPECT_THAT(Diff(ExampleDraft(), other), IsEmpty());
}

TEST(InstrumentDiffTest, NamesEachValueThatChanged) {
  v1::Instrument to = ExampleDraft();
  to.set_display_name("Lab survey 2025");
  to.mutable_submission_checks()->set_stale_days(90);
  to.mutable_sections(1)->set_display_name("Around you");
  QuestionOf(to, 1, 1).set_text("What is it?");
  QuestionOf(to, 1, 1).set_required(false);
  QuestionOf(to, 1, 1).mutable_choice()->mutable_options(0)->set_label("The district");
  QuestionOf(to, 1, 2).mutable_number()->clear_max();
  to.mutable_levels(1)->set_definition("We know of each other.");
  to.mutable_levels(1)->clear_code();
  EXPECT_THAT(
      Diff(ExampleDraft(), to),
      ElementsAre("changed display_name: Lab survey 2024 -> Lab survey 2025",
                  "changed submission_checks.stale_days: 0 -> 90",
                  "changed sections[context].display_name: Context -> Around you",
                  "changed questions[setting].text: What are you? -> What is it?",
                  "changed questions[setting].required: yes -> no",
                  "changed questions[setting].options[district].label: A district -> The district",
                  "changed questions[students].number.max: 100000 -> ",
                  "changed levels[NETWORKING].definition:  -> We know of each other.",
                  "changed levels[NETWORKING].code: 1 -> "));
}

TEST(InstrumentDiffTest, WhatCameAndWentIsNamedWithItsText) {
  v1::Instrument to = ExampleDraft();
  to.mutable_sections(1)->mutable_questions()->DeleteSubrange(2, 1);
  v1::Question& more = *to.mutable_sections(1)->add_questions();
  more.set_id("more");
  more.set_text("Anything else?");
  more.mutable_text_answer();
  QuestionOf(to, 1, 0).mutable_multi_choice()->mutable_options(1)->set_aliases(0, "Give money");
  to.mutable_column_aliases()->DeleteSubrange(0, 1);
  EXPECT_THAT(
      Diff(ExampleDraft(), to),
      ElementsAre("added questions[functions].options[fund].aliases[Give money]:  -> Give money",
                  "added questions[more]:  -> Anything else?",
                  "removed questions[functions].options[fund].aliases[Pay for]: Pay for -> ",
                  "removed questions[students]: How many students? -> ",
                  "removed column_aliases[Community]: site -> "));
}

TEST(InstrumentDiffTest, AnotherKindIsOneChange) {
  v1::Instrument to = ExampleDraft();
  QuestionOf(to, 1, 2).mutable_text_answer()->set_max_length(9);
  EXPECT_THAT(Diff(ExampleDraft(), to),
              ElementsAre("changed questions[students].kind: number -> text_answer"));
}

TEST(InstrumentDiffTest, WhatMovedIsToldOnce) {
  v1::Instrument to = ExampleDraft();
  // functions, setting, students, barriers, hopes: the first becomes the last.
  auto& questions = *to.mutable_sections(1)->mutable_questions();
  for (int i = 0; i + 1 < questions.size(); ++i) questions.SwapElements(i, i + 1);
  EXPECT_THAT(Diff(ExampleDraft(), to),
              ElementsAre("moved questions[functions]: place 3 -> place 7"));
}

TEST(InstrumentDiffTest, AnotherSectionIsAChangeOfItsSection) {
  v1::Instrument to = ExampleDraft();
  *to.mutable_sections(0)->add_questions() = to.sections(1).questions(0);
  to.mutable_sections(1)->mutable_questions()->DeleteSubrange(0, 1);
  EXPECT_THAT(Diff(ExampleDraft(), to),
              ElementsAre("changed questions[functions].section: context -> partners"));
}

TEST(InstrumentDiffTest, BackwardsIsTheOppositeOfForwards) {
  v1::Instrument to = ExampleDraft();
  to.mutable_sections(1)->mutable_questions()->DeleteSubrange(1, 2);
  to.mutable_levels(0)->set_label("None");
  EXPECT_THAT(DiffInstruments(ExampleDraft(), to), SizeIs(3));
  std::vector<std::string> back;
  for (const v1::InstrumentChange& change : DiffInstruments(to, ExampleDraft())) {
    back.push_back(absl::StrCat(change.path(), " ", change.old_value(), "/", change.new_value()));
  }
  EXPECT_THAT(back, ElementsAre("questions[setting] /What are you?",
                                "questions[students] /How many students?",
                                "levels[NO_INTERACTION].label None/No interaction"));
}

}  // namespace
}  // namespace weft::ingestion
