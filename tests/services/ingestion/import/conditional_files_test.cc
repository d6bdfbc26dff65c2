// Files for an instrument with skip rules: what is required and what is out of place depends on the
// other answers of the same site.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ingestion/domain/answers.h"
#include "services/ingestion/domain/instrument_rules.h"
#include "tests/services/ingestion/example.h"
#include "tests/services/ingestion/import/reading.h"
#include "tests/testing/errors.h"

namespace weft::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;

// "students" is required of schools, "barriers" asked of those with more than 10 students.
v1::Instrument Conditional() {
  v1::Instrument draft = ExampleDraft();
  draft.mutable_sections(0)->mutable_questions(0)->set_required(false);
  v1::Section& context = *draft.mutable_sections(1);
  context.mutable_questions(1)->set_required(false);
  context.mutable_questions(2)->set_required(true);
  context.mutable_questions(2)->set_shown_if("setting = school");
  context.mutable_questions(3)->set_shown_if("students > 10");
  EXPECT_THAT(Publish(ExampleTaxonomy(), draft), IsOk());
  return draft;
}

ReadFile Read(const std::string& file) { return FileTester(Conditional()).Read(file, {}, 7); }

TEST(ConditionalFiles, RequireOnlyWhatIsAsked) {
  const ReadFile read = Read(
      "site,setting,students\n"
      "site-01,district,\n"
      "site-02,school,\n"
      "site-03,school,NOT_ASKED\n"
      "site-04,school,REFUSED\n");
  EXPECT_THAT(read.problems(), ElementsAre("NOT_ANSWERED@3:3", "NOT_ANSWERED@4:3"));
  EXPECT_EQ(read.sites.size(), 2U);
}

TEST(ConditionalFiles, WarnOfAnswersThatWereNotAskedFor) {
  const ReadFile read = Read(
      "site,setting,students,barriers\n"
      "site-01,district,5,\n"
      "site-02,school,9,No buses\n"
      "site-03,school,11,No buses\n"
      "site-04,district,NOT_ASKED,\n");
  EXPECT_THAT(read.problems(), ElementsAre("ANSWER_NOT_ASKED@2:3", "ANSWER_NOT_ASKED@3:4"));
  EXPECT_THAT(read.import.problems(0).message(), HasSubstr("\"students\" is answered"));
  EXPECT_EQ(read.item("site-01").response().answers().items(1).number(), 5);
  EXPECT_EQ(read.item("site-02").open_answers_size(), 1);
}

TEST(ConditionalFiles, TheRowsOfATidyFileAreLookedAtTogether) {
  const ReadFile read = Read(
      "site,item,partner_type,value\n"
      "site-01,setting,,school\n"
      "site-02,students,,30\n"
      "site-02,setting,,district\n"
      "site-03,setting,,district\n");
  EXPECT_THAT(read.problems(), ElementsAre("NOT_ANSWERED@2:0", "ANSWER_NOT_ASKED@3:0"));
}

// What an export writes of a skipped question is read as it was.
TEST(ConditionalFiles, SkippedQuestionsComeBackAsNotAsked) {
  const FileTester tester(Conditional());
  const ReadFile read = tester.Read("site,setting\nsite-01,district\n", {}, 7);
  v1::Answers answers = read.item("site-01").response().answers();
  Complete(tester.instrument(), answers);
  const ReadFile again = tester.Read("site,setting,students\nsite-01,district,NOT_ASKED\n", {}, 7);
  EXPECT_THAT(again.problems(), IsEmpty());
  v1::Answers back = again.item("site-01").response().answers();
  Canonicalize(tester.instrument(), back);
  EXPECT_TRUE(SameAnswers(answers, back)) << answers.DebugString() << back.DebugString();
}

}  // namespace
}  // namespace weft::ingestion
