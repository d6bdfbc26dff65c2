// Instruments as XLSForms: what is written reads back, and what tools made of a form imports.
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "services/ingestion/domain/form/form_words.h"
#include "services/ingestion/domain/form/xlsform_reader.h"
#include "services/ingestion/domain/form/xlsform_writer.h"
#include "services/ingestion/domain/instrument_rules.h"
#include "tests/services/ingestion/example.h"
#include "tests/testing/errors.h"

namespace weft::ingestion {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;
using testing::Violates;

// The draft with everything that a form keeps in some way.
v1::Instrument RichDraft() {
  v1::Instrument instrument = ExampleDraft();
  instrument.clear_column_aliases();
  instrument.mutable_levels(1)->set_definition("We know of each other.");
  instrument.mutable_levels(2)->set_definition("We inform each other, \"now and then\".");
  instrument.mutable_shared_responsibility(0)->set_definition("The school alone.");
  v1::Question& matrix = *instrument.mutable_sections(0)->mutable_questions(0);
  matrix.set_help("Think of the last year.");
  matrix.set_per_rater(true);
  instrument.mutable_sections(1)->mutable_questions(1)->mutable_choice()->set_ordered(true);
  v1::Question& rating = *instrument.mutable_sections(0)->mutable_questions(1);
  rating.set_help("Think of outcomes.\nNot of money.");
  rating.set_shown_if("cbo.count > 0 OR k12_school.level >= coordination");
  v1::Section& context = *instrument.mutable_sections(1);
  context.set_shown_if("shared_responsibility:* AND NOT cbo.level <= networking");
  context.mutable_questions(1)->set_shown_if("NOT functions:*");
  context.mutable_questions(2)->set_shown_if(
      "setting != school AND (functions:host OR functions:fund)");
  context.mutable_questions(4)->set_shown_if("students >= 10 AND setting:*");
  return instrument;
}

XlsForm Form(const v1::Instrument& instrument,
             const v1::ExportInstrumentFormRequest& request = {}) {
  absl::StatusOr<XlsForm> form = ToXlsForm(instrument, ExampleTaxonomy(), request);
  EXPECT_THAT(form, IsOk());
  return form.ok() ? *std::move(form) : XlsForm();
}

struct Parsed {
  v1::Instrument instrument;
  FormProblems problems;

  // "survey:4 relevant", with what is said of it.
  std::vector<std::string> notes() const {
    std::vector<std::string> notes;
    for (const v1::FormNote& note : problems.notes()) {
      notes.push_back(absl::StrCat(note.sheet(), ":", note.line(), " ", note.column(), " ",
                                   note.description()));
    }
    return notes;
  }
};

v1::Instrument Base() {
  return FromText<v1::Instrument>(R"pb(
    name: "instruments/lab-survey-2024"
    family: "lab-survey"
    version: 1
    state: STATE_DRAFT
    taxonomy: "taxonomies/lab-2025"
  )pb");
}

Parsed Parse(const std::vector<std::pair<std::string, std::string>>& sheets,
             v1::Instrument base = Base()) {
  google::protobuf::RepeatedPtrField<v1::FormSheet> messages;
  for (const auto& [name, csv] : sheets) {
    v1::FormSheet& sheet = *messages.Add();
    sheet.set_name(name);
    sheet.set_csv(csv);
  }
  Parsed parsed;
  const FormSheets read = ReadSheets(messages, parsed.problems);
  parsed.instrument = FromXlsForm(read, ExampleTaxonomy(), std::move(base), parsed.problems);
  return parsed;
}

// A survey of these rows, without choices.
Parsed ParseSurvey(const std::string& survey, const std::string& choices = "") {
  return Parse({{"survey", survey},
                {"choices", absl::StrCat("list_name,name,label\n", choices)},
                {"settings", "form_title\nA form\n"}});
}

// --- Out and in again ----------------------------------------------------------------------------

TEST(XlsFormTest, ComesBackAsTheSameInstrument) {
  const v1::Instrument instrument = RichDraft();
  const XlsForm form = Form(instrument);
  const Parsed joined = Parse({{"", WriteSheets(form.sheets)}});
  EXPECT_THAT(joined.problems.ToStatus(), IsOk());
  EXPECT_THAT(joined.notes(), IsEmpty());
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(joined.instrument, instrument))
      << joined.instrument.DebugString();
  const Parsed apart = Parse({{"survey", WriteSheet(form.sheets.survey)},
                              {"choices", WriteSheet(form.sheets.choices)},
                              {"settings", WriteSheet(form.sheets.settings)}});
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(apart.instrument, instrument));
}

TEST(XlsFormTest, DefinitionsOfSeveralLinesDoNotPileUp) {
  v1::Instrument instrument = RichDraft();
  instrument.mutable_levels(2)->set_definition("We inform each other,\nnow and then.");
  instrument.mutable_levels(3)->set_definition("We plan together.");
  const Parsed back = Parse({{"", WriteSheets(Form(instrument).sheets)}});
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(back.instrument, instrument))
      << back.instrument.DebugString();
}

TEST(XlsFormTest, OfferedMissingIsNoOptionAndNoLevel) {
  v1::ExportInstrumentFormRequest request;
  request.add_offered_missing(type::v1::MISSING_REASON_DONT_KNOW);
  request.add_offered_missing(type::v1::MISSING_REASON_REFUSED);
  const XlsForm form = Form(RichDraft(), request);
  std::vector<std::string> offered;
  for (const FormRow& row : form.sheets.choices) {
    if (row.Get("name") == "DONT_KNOW") offered.emplace_back(row.Get("list_name"));
  }
  EXPECT_THAT(offered, ElementsAre("interaction_level", "shared_responsibility", "setting"));
  const Parsed back = Parse({{"", WriteSheets(form.sheets)}});
  EXPECT_THAT(back.problems.ToStatus(), IsOk());
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(back.instrument, RichDraft()));
}

TEST(XlsFormTest, OffersOnlyWhatSomebodyCanChoose) {
  v1::ExportInstrumentFormRequest request;
  request.add_offered_missing(type::v1::MISSING_REASON_NOT_ASKED);
  request.add_offered_missing(type::v1::MISSING_REASON_REFUSED);
  request.add_offered_missing(type::v1::MISSING_REASON_REFUSED);
  EXPECT_THAT(ToXlsForm(RichDraft(), ExampleTaxonomy(), request).status(),
              Violates("offered_missing[0]", "offered_missing[2]"));
}

TEST(XlsFormTest, EachAudienceHasAFormInItsOwnWords) {
  v1::Instrument instrument = ExampleDraft();
  instrument.add_audiences("families");
  v1::AudienceText& words =
      *instrument.mutable_sections(1)->mutable_questions(4)->add_audience_texts();
  words.set_audience("families");
  words.set_text("What do you wish for?");
  v1::ExportInstrumentFormRequest request;
  EXPECT_THAT(Form(instrument, request).notes, Contains(HasSubstr("the words for families")));
  request.set_audience("families");
  const XlsForm form = Form(instrument, request);
  EXPECT_EQ(form.sheets.settings[0].Get("form_id"), "lab-survey-2024-families");
  EXPECT_THAT(WriteSheets(form.sheets), HasSubstr("What do you wish for?"));
  request.set_audience("press");
  EXPECT_THAT(ToXlsForm(instrument, ExampleTaxonomy(), request).status(), Violates("audience"));
}

TEST(XlsFormTest, SaysWhatAFormDoesNotKeep) {
  v1::Instrument instrument = ExampleDraft();
  instrument.set_description("Ours.");
  instrument.mutable_submission_checks()->set_stale_days(90);
  const XlsForm form = Form(instrument);
  EXPECT_THAT(form.notes, ElementsAre(HasSubstr("\"partners\" is required"),
                                      HasSubstr("description"), HasSubstr("submission_checks"),
                                      HasSubstr("3 column alias(es)"), HasSubstr("\"10-15\"")));
}

TEST(XlsFormTest, SaysWhichConditionAFormCannotHave) {
  v1::Instrument instrument = RichDraft();
  instrument.mutable_sections(1)->clear_shown_if();
  instrument.mutable_sections(1)->mutable_questions(4)->set_shown_if("cbo.includes_self = true");
  EXPECT_THAT(Form(instrument).notes, Contains(HasSubstr("the form always asks \"hopes\"")));
}

// What a form says, or a golden file of it: reviewed by eye, and taken by pyxform in another test.
void ExpectGolden(const XlsForm& form, const std::string& name) {
  const std::string path = absl::StrCat(WEFT_SOURCE_DIR, "/tests/data/forms/", name);
  std::ifstream file(path, std::ios::binary);
  const std::string golden((std::istreambuf_iterator<char>(file)), {});
  EXPECT_TRUE(WriteSheets(form.sheets) == golden)
      << "differs from " << path << "; what it should hold now:\n"
      << WriteSheets(form.sheets);
}

TEST(XlsFormTest, SkipRulesAreWhatPyxformWasShown) {
  v1::ExportInstrumentFormRequest request;
  request.add_offered_missing(type::v1::MISSING_REASON_DONT_KNOW);
  ExpectGolden(Form(RichDraft(), request), "skip-rules.csv");
}

TEST(XlsFormTest, ExampleIsWhatPyxformWasShown) {
  const auto read = [](const std::string& path, google::protobuf::Message& message) {
    std::ifstream file(absl::StrCat(WEFT_SOURCE_DIR, "/examples/lab-2025/", path));
    const std::string json((std::istreambuf_iterator<char>(file)), {});
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &message).ok()) << path;
  };
  v1::Instrument instrument;
  read("instrument.json", instrument);
  registry::v1::Taxonomy taxonomy;
  read("taxonomy.json", taxonomy);
  v1::ExportInstrumentFormRequest request;
  request.add_offered_missing(type::v1::MISSING_REASON_DONT_KNOW);
  const absl::StatusOr<XlsForm> form = ToXlsForm(instrument, taxonomy, request);
  ASSERT_THAT(form, IsOk());
  ExpectGolden(*form, "lab-survey-2024.csv");
}

// --- Forms of others -----------------------------------------------------------------------------

TEST(XlsFormTest, TakesAFormThatKnowsNothingOfWeft) {
  const Parsed parsed = ParseSurvey(
      "type,name,label,hint,required,relevant,constraint\n"
      "start,start,,,,,\n"
      "text,site,Which site?,,yes,,\n"
      "note,hello,Welcome,,,,\n"
      "begin group,About,About you,,,,\n"
      "select_one settings or_other,Setting,What are you?,Pick one,yes,,\n"
      "integer,students,How many students?,,true(),,. >= 0 and . <= 9000\n"
      "decimal,share,What share?,,${x},,. < 3\n"
      "text,hopes,What do you hope for?,,,${Setting} = 'a b',string-length(.) <= 300\n"
      "end group,,,,,,\n"
      "select_one depth,cbo_level,How deeply with CBOs?,,,,\n"
      "integer,cbo_count,How many CBOs?,,,,\n",
      "settings,a b,A and B\nsettings,c,C\n"
      "depth,1,Networking\ndepth,2,Cooperation\ndepth,3,Coordination\ndepth,4,Collaboration\n"
      "depth,0,No interaction\n");
  ASSERT_THAT(parsed.problems.ToStatus(), IsOk());
  v1::Instrument expected = Base();
  expected.MergeFrom(FromText<v1::Instrument>(R"pb(
    display_name: "A form"
    sections {
      id: "about"
      display_name: "About you"
      questions {
        id: "setting"
        text: "What are you?"
        help: "Pick one"
        required: true
        choice {
          options { id: "a_b" label: "A and B" aliases: "a b" }
          options { id: "c" label: "C" }
          options { id: "other" label: "Other" }
        }
      }
      questions {
        id: "setting_other"
        text: "Other: What are you?"
        text_answer {}
      }
      questions {
        id: "students"
        text: "How many students?"
        required: true
        number { min: 0 max: 9000 integer: true }
      }
      questions {
        id: "share"
        text: "What share?"
        number {}
      }
      questions {
        id: "hopes"
        text: "What do you hope for?"
        shown_if: "setting = a_b"
        text_answer { max_length: 300 }
      }
    }
    sections {
      id: "questions"
      display_name: "Questions"
      questions {
        id: "partners"
        text: "Partners"
        partner_matrix { ask_count: true ask_level: true }
      }
    }
    levels { level: INTERACTION_LEVEL_NETWORKING label: "Networking" code: 1 }
    levels { level: INTERACTION_LEVEL_COOPERATION label: "Cooperation" code: 2 }
    levels { level: INTERACTION_LEVEL_COORDINATION label: "Coordination" code: 3 }
    levels { level: INTERACTION_LEVEL_COLLABORATION label: "Collaboration" code: 4 }
    levels { level: INTERACTION_LEVEL_NO_INTERACTION label: "No interaction" code: 0 }
    column_aliases { column: "setting" alias: "Setting" }
  )pb"));
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(parsed.instrument, expected))
      << parsed.instrument.DebugString();
  EXPECT_THAT(parsed.notes(),
              ElementsAre("survey:4  is a note, which asks nothing: not kept",
                          HasSubstr("survey:6 name becomes \"setting\""),
                          HasSubstr("survey:8 required depends on"),
                          HasSubstr("survey:8 constraint is not kept"),
                          HasSubstr("does not ask about k12_school, school_district")));
  v1::Instrument published = parsed.instrument;
  EXPECT_THAT(Publish(ExampleTaxonomy(), published), IsOk());
}

// Groups in groups, as form builders make them.
TEST(XlsFormTest, AConditionOfAGroupIsOneOfItsQuestions) {
  const Parsed parsed = ParseSurvey(
      "type,name,label,relevant\n"
      "integer,students,How many?,\n"
      "begin group,more,More,${students} > 0\n"
      "begin group,inner,Inner,${students} < 100 or ${students} = 500\n"
      "text,hopes,What do you hope for?,\n"
      "integer,teachers,How many teachers?,${students} > 20\n"
      "end group,,,\n"
      "begin group,cbo,CBOs,${students} > 1\n"
      "integer,cbo_count,How many CBOs?,${teachers} > 1\n"
      "end group,,,\n"
      "end group,,,\n");
  ASSERT_THAT(parsed.problems.ToStatus(), IsOk());
  const v1::Section& more = parsed.instrument.sections(1);
  EXPECT_EQ(more.shown_if(), "students > 0");
  EXPECT_EQ(more.questions(0).shown_if(), "students < 100 OR students = 500");
  EXPECT_EQ(more.questions(1).shown_if(), "(students < 100 OR students = 500) AND students > 20");
  EXPECT_EQ(more.questions(2).shown_if(), "");
  EXPECT_THAT(parsed.notes(), Contains(HasSubstr("survey:8 relevant is about one partner type")));
  EXPECT_THAT(parsed.notes(), Contains(HasSubstr("survey:9 relevant is about one partner type")));
  v1::Instrument published = parsed.instrument;
  EXPECT_THAT(Publish(ExampleTaxonomy(), published), IsOk());
}

TEST(XlsFormTest, NamesAreKnownInWhateverSpelling) {
  const Parsed parsed = ParseSurvey(
      "type,name,label,relevant\ninteger,CBO count,How many?,\n"
      "text,hopes,What do you hope for?,${CBO count} > 1\n");
  ASSERT_THAT(parsed.problems.ToStatus(), IsOk());
  const v1::Section& section = parsed.instrument.sections(0);
  EXPECT_TRUE(section.questions(0).partner_matrix().ask_count());
  EXPECT_EQ(section.questions(1).shown_if(), "cbo.count > 1");
}

TEST(XlsFormTest, ConditionsThatNoInstrumentHasAreNoted) {
  for (const auto& [relevant, why] : std::vector<std::pair<std::string, std::string>>{
           {"${later} > 1", "is not asked before"},
           {"${nobody} = 'x'", "is nothing that the instrument asks"},
           {"count-selected(${x}) > 1", "neither a question nor a value"},
           {"${students} = ${later}", "compares a question with a value"},
           {"${students}", "is no comparison"},
           {"${students} > 1 xor ${students} < 9", "is not understood"},
           {"(${students} > 1", "\")\" is missing"},
           {"${students} > 1)", "\")\" is not understood"},
           {"${students > 1", "a \"}\" is missing"},
           {"${students} > 'x", "a quote is not closed"},
           {"${students} > 'x'", "compare numbers"},
           {"${students} = 'DONT_KNOW'", "do not tell DONT_KNOW"},
           {"${students} != 'DONT_KNOW'", "it always holds"},
           {"${students} > ''", "nothing is less or greater"},
           {"selected(1, 2)", "takes a question and a choice"},
           {"not(${students} != 'REFUSED')", "it never holds"}}) {
    const Parsed parsed =
        ParseSurvey(absl::StrCat("type,name,label,relevant\ninteger,students,How many?,\n"
                                 "text,hopes,What do you hope for?,\"",
                                 relevant,
                                 "\"\n"
                                 "integer,later,Later?,\n"));
    EXPECT_THAT(parsed.problems.ToStatus(), IsOk());
    EXPECT_EQ(parsed.instrument.sections(0).questions(1).shown_if(), "") << relevant;
    EXPECT_THAT(parsed.notes(), ElementsAre(HasSubstr("survey:3 relevant is not kept")))
        << relevant;
    EXPECT_THAT(parsed.notes(), ElementsAre(HasSubstr(why))) << relevant;
  }
}

TEST(XlsFormTest, WhatTheCallerSaysStandsBeforeTheForm) {
  v1::Instrument base = Base();
  base.set_display_name("Ours");
  *base.mutable_levels() = ExampleDraft().levels();
  const Parsed parsed = Parse({{"survey", "type,name,label\nselect_one l,cbo_level,Deep?\n"},
                               {"choices", "list_name,name,label\nl,x,Whatever\n"},
                               {"settings", "form_title\nTheirs\n"}},
                              base);
  EXPECT_THAT(parsed.problems.ToStatus(), IsOk());
  EXPECT_EQ(parsed.instrument.display_name(), "Ours");
  EXPECT_EQ(parsed.instrument.levels_size(), 5);
}

TEST(XlsFormTest, KeepsOneLanguageAndSaysSo) {
  const Parsed parsed = ParseSurvey(
      "type,name,label::English (en),label::Español (es)\n"
      "text,hopes,What do you hope for?,¿Qué espera?\n");
  EXPECT_THAT(parsed.problems.ToStatus(), IsOk());
  EXPECT_EQ(parsed.instrument.sections(0).questions(0).text(), "What do you hope for?");
  EXPECT_THAT(parsed.notes(), ElementsAre(HasSubstr("has 2 languages")));
}

struct BadForm {
  const char* survey;
  const char* choices;
  std::vector<std::string> fields;
};

TEST(XlsFormTest, NamesEveryProblemWithItsPlace) {
  const std::vector<BadForm> forms = {
      {"type,name,label\n", "", {"survey"}},
      {"type,name,label\n,a,A\n", "", {"survey, line 2, type"}},
      {"type,name,label\ngeopoint,a,A\n", "", {"survey, line 2, type"}},
      {"type,name,label\nbegin_repeat,a,A\nend_repeat,,\n",
       "",
       {"survey, line 2, type", "survey, line 3, type"}},
      {"type,name,label\nend_group,,\n", "", {"survey, line 2, type"}},
      {"type,name,label\nbegin_group,a,A\ntext,b,B\n", "", {"survey, line 2, type"}},
      {"type,name,label\ntext,1a,A\n", "", {"survey, line 2, name"}},
      {"type,name,label\ntext,,A\n", "", {"survey, line 2, name"}},
      {"type,name,label\ntext,a,\n", "", {"survey, line 2, label"}},
      {"type,name,label\ntext,a,A\ntext,A,B\n", "", {"survey, line 3, name"}},
      {"type,name,label\nselect_one,a,A\n", "", {"survey, line 2, type"}},
      {"type,name,label\nselect_one none,a,A\n", "x,y,Z\n", {"survey, line 2, type"}},
      {"type,name,label\nselect_one x,a,A\n",
       "x,_,Z\nx,b,\n,c,C\n",
       {"choices, line 4, list_name", "choices, line 2, name", "choices, line 3, label"}},
      {"type,name,label\nselect_one x or_other,a,A\ntext,a_other,B\n",
       "x,b,B\n",
       {"survey, line 3, name"}},
      {"type,name,label\nselect_one x,cbo_level,A\n", "x,often,Often\n", {"choices, line 2, name"}},
      {"type,name,label\nselect_one x,cbo_level,A\nselect_one y,k12_school_level,B\n",
       "x,networking,N\ny,networking,N\n",
       {"survey, line 3, type"}},
      {"type,name,label\ninteger,cbo_count,A\ninteger,cbo_count,B\n", "", {"survey, line 3, name"}},
      {"type,name,label\nselect_one x,shared_responsibility,A\n",
       "x,lots,Lots\n",
       {"choices, line 2, name"}},
      {"type,name,label\ntext,a,A,more\n", "", {"survey, line 2"}},
      {"type,name,label\ntext,a,\"A\n", "", {"survey, line 2", "survey"}},
      {"type,name,label\ntext,a,\xff\n", "", {"survey, line 2"}},
  };
  for (const BadForm& form : forms) {
    SCOPED_TRACE(form.survey);
    const absl::Status status = ParseSurvey(form.survey, form.choices).problems.ToStatus();
    EXPECT_THAT(status, IsError(absl::StatusCode::kInvalidArgument, "FORM_INVALID"));
    google::rpc::BadRequest bad;
    ASSERT_TRUE(GetDetail(status, bad));
    std::vector<std::string> fields;
    for (const auto& violation : bad.field_violations()) fields.push_back(violation.field());
    EXPECT_EQ(fields, form.fields) << bad.DebugString();
  }
}

TEST(XlsFormTest, NeedsATitleAndNamesOfSheets) {
  EXPECT_THAT(Parse({{"survey", "type,name,label\ntext,a,A\n"}}).problems.ToStatus(),
              Violates("settings, form_title"));
  EXPECT_THAT(Parse({{"", "type,name\ntext,a\n"}}).problems.ToStatus(),
              Violates("form, line 1", "settings, form_title", "survey"));
  const Parsed other = Parse({{"cascades", "a\nb\n"},
                              {"survey", "type,name,label\ntext,a,A\n"},
                              {"settings", "form_title\nT\n"}});
  EXPECT_THAT(other.problems.ToStatus(), IsOk());
  EXPECT_THAT(other.notes(), Contains(HasSubstr("cascades:0")));
}

TEST(XlsFormTest, HugeSheetsAreRefused) {
  EXPECT_THAT(Parse({{"survey", std::string((1 << 20) + 1, 'x')}, {"settings", "form_title\nT\n"}})
                  .problems.ToStatus(),
              Violates("survey", "survey"));
}

}  // namespace
}  // namespace weft::ingestion
