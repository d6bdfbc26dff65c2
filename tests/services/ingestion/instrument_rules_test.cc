#include "services/ingestion/domain/instrument_rules.h"

#include <cmath>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/ingestion/example.h"
#include "tests/testing/errors.h"

namespace weft::ingestion {
namespace {

using ::testing::ElementsAre;
using testing::IsError;
using testing::IsOk;
using testing::ViolatedFields;
using testing::Violates;

absl::Status Validate(const v1::Instrument& instrument) {
  FieldViolations violations;
  ValidateInstrument(instrument, "instrument", violations);
  return violations.ToStatus();
}

v1::Question& QuestionOf(v1::Instrument& instrument, int section, int question) {
  return *instrument.mutable_sections(section)->mutable_questions(question);
}

TEST(ValidateInstrument, TakesACompleteDraft) { EXPECT_THAT(Validate(ExampleDraft()), IsOk()); }

TEST(ValidateInstrument, TakesADraftThatHoldsLittle) {
  const v1::Instrument draft = FromText<v1::Instrument>(
      R"pb(
        display_name: "A draft" family: "f" version: 1 taxonomy: "taxonomies/t")pb");
  EXPECT_THAT(Validate(draft), IsOk());
}

TEST(ValidateInstrument, NamesEveryProblemAtOnce) {
  EXPECT_THAT(Validate(v1::Instrument()), Violates("instrument.display_name", "instrument.family",
                                                   "instrument.version", "instrument.taxonomy"));
}

struct BrokenDraft {
  std::string field;
  std::function<void(v1::Instrument&)> break_it;
};

TEST(ValidateInstrument, RefusesWhatNoDraftMayHold) {
  const std::vector<BrokenDraft> cases = {
      {"instrument.display_name", [](auto& i) { i.set_display_name(std::string(64, 'x')); }},
      {"instrument.family", [](auto& i) { i.set_family("Lab Survey"); }},
      {"instrument.version", [](auto& i) { i.set_version(0); }},
      {"instrument.supersedes", [](auto& i) { i.set_supersedes("lab-survey-2023"); }},
      {"instrument.taxonomy", [](auto& i) { i.set_taxonomy("lab-2025"); }},
      {"instrument.description", [](auto& i) { i.set_description(std::string(4001, 'x')); }},
      {"instrument.sections[1].id", [](auto& i) { i.mutable_sections(1)->set_id("partners"); }},
      {"instrument.sections[1].id", [](auto& i) { i.mutable_sections(1)->set_id("A b"); }},
      {"instrument.sections[0].display_name",
       [](auto& i) { i.mutable_sections(0)->clear_display_name(); }},
      {"instrument.sections[1].questions[0].id",
       [](auto& i) { QuestionOf(i, 1, 0).set_id("partners"); }},
      {"instrument.sections[1].questions[0].id",
       [](auto& i) { QuestionOf(i, 1, 0).set_id("2nd"); }},
      {"instrument.sections[1].questions[0].id",
       [](auto& i) { QuestionOf(i, 1, 0).set_id("site"); }},
      {"instrument.sections[1].questions[0].id",
       [](auto& i) { QuestionOf(i, 1, 0).set_id("partner_count"); }},
      {"instrument.sections[1].questions[3].id",
       [](auto& i) { QuestionOf(i, 1, 3).set_id("barriers_"); }},
      {"instrument.sections[1].questions[0].text",
       [](auto& i) { QuestionOf(i, 1, 0).clear_text(); }},
      {"instrument.sections[1].questions[0]",
       [](auto& i) { QuestionOf(i, 1, 0).clear_multi_choice(); }},
      {"instrument.sections[1].questions[0]",
       [](auto& i) { QuestionOf(i, 1, 0).mutable_partner_matrix(); }},
      {"instrument.sections[1].questions[0]",
       [](auto& i) { QuestionOf(i, 1, 0).mutable_shared_responsibility(); }},
      {"instrument.sections[1].questions[0].multi_choice.options[1].id",
       [](auto& i) {
         QuestionOf(i, 1, 0).mutable_multi_choice()->mutable_options(1)->set_id("convene");
       }},
      {"instrument.sections[1].questions[0].multi_choice.options[1].id",
       [](auto& i) {
         QuestionOf(i, 1, 0).mutable_multi_choice()->mutable_options(1)->set_id("Fund!");
       }},
      {"instrument.sections[1].questions[0].multi_choice.options[1].label",
       [](auto& i) {
         QuestionOf(i, 1, 0).mutable_multi_choice()->mutable_options(1)->clear_label();
       }},
      {"instrument.sections[1].questions[0].multi_choice.options[1].aliases[0]",
       [](auto& i) {
         QuestionOf(i, 1, 0).mutable_multi_choice()->mutable_options(1)->set_aliases(0, " ");
       }},
      {"instrument.sections[1].questions[2].number.max",
       [](auto& i) { QuestionOf(i, 1, 2).mutable_number()->set_max(-1); }},
      {"instrument.sections[1].questions[2].number.min",
       [](auto& i) { QuestionOf(i, 1, 2).mutable_number()->set_min(-HUGE_VAL); }},
      {"instrument.sections[1].questions[3].text_answer.max_length",
       [](auto& i) { QuestionOf(i, 1, 3).mutable_text_answer()->set_max_length(-1); }},
      {"instrument.levels[1].level", [](auto& i) { i.mutable_levels(1)->clear_level(); }},
      {"instrument.levels[1].level",
       [](auto& i) { i.mutable_levels(1)->set_level(type::v1::INTERACTION_LEVEL_NO_INTERACTION); }},
      {"instrument.levels[1].label", [](auto& i) { i.mutable_levels(1)->clear_label(); }},
      {"instrument.shared_responsibility[0].rating",
       [](auto& i) { i.mutable_shared_responsibility(0)->clear_rating(); }},
      {"instrument.column_aliases[0].column",
       [](auto& i) { i.mutable_column_aliases(0)->clear_column(); }},
      {"instrument.column_aliases[0].alias",
       [](auto& i) { i.mutable_column_aliases(0)->set_alias("\n"); }},
      {"instrument.column_aliases[0].format",
       [](auto& i) { i.mutable_column_aliases(0)->set_format("xlsx"); }},
  };
  for (const BrokenDraft& broken : cases) {
    v1::Instrument instrument = ExampleDraft();
    broken.break_it(instrument);
    EXPECT_THAT(Validate(instrument), Violates(broken.field)) << broken.field;
  }
}

TEST(Publish, CopiesTheTaxonomysCodesInItsOrder) {
  v1::Instrument instrument = ExampleDraft();
  instrument.add_partner_types("stale");
  ASSERT_THAT(Publish(ExampleTaxonomy(), instrument), IsOk());
  EXPECT_EQ(instrument.state(), v1::Instrument::STATE_PUBLISHED);
  EXPECT_THAT(instrument.partner_types(), ElementsAre("cbo", "school_district", "k12_school"));
}

TEST(Publish, RefusesATaxonomyThatIsADraft) {
  registry::v1::Taxonomy taxonomy = ExampleTaxonomy();
  taxonomy.set_state(registry::v1::Taxonomy::STATE_DRAFT);
  v1::Instrument instrument = ExampleDraft();
  EXPECT_THAT(Publish(taxonomy, instrument),
              IsError(absl::StatusCode::kFailedPrecondition, "TAXONOMY_NOT_PUBLISHED"));
  EXPECT_EQ(instrument.state(), v1::Instrument::STATE_DRAFT);
}

TEST(Publish, RefusesWhatIsIncompleteOrAmbiguous) {
  const auto multi = [](auto& i) { return QuestionOf(i, 1, 0).mutable_multi_choice(); };
  const std::vector<BrokenDraft> cases = {
      {"instrument.sections[1].questions[0].multi_choice.options",
       [&](auto& i) { multi(i)->mutable_options()->DeleteSubrange(1, 2); }},
      // Labels, aliases and ids of two options that fold to the same text.
      {"instrument.sections[1].questions[0].multi_choice.options[2].label",
       [&](auto& i) { multi(i)->mutable_options(2)->set_label("CONVENE "); }},
      {"instrument.sections[1].questions[0].multi_choice.options[2].aliases[0]",
       [&](auto& i) { multi(i)->mutable_options(2)->add_aliases("pay  FOR"); }},
      {"instrument.sections[1].questions[0].multi_choice.options[2].label",
       [&](auto& i) { multi(i)->mutable_options(2)->set_label("Feed; clothe"); }},
      {"instrument.sections[1].questions[0].multi_choice.options[2].label",
       [&](auto& i) { multi(i)->mutable_options(2)->set_label("Refused"); }},
      {"instrument.sections[0].questions[0].partner_matrix",
       [](auto& i) { QuestionOf(i, 0, 0).mutable_partner_matrix()->Clear(); }},
      {"instrument.levels", [](auto& i) { i.mutable_levels()->RemoveLast(); }},
      {"instrument.levels[4].aliases[0]",
       [](auto& i) { i.mutable_levels(4)->set_aliases(0, "coordination"); }},
      {"instrument.levels[3].code", [](auto& i) { i.mutable_levels(3)->set_code(2); }},
      {"instrument.levels[4].label", [](auto& i) { i.mutable_levels(4)->set_label("3.0"); }},
      {"instrument.shared_responsibility",
       [](auto& i) { i.mutable_shared_responsibility()->RemoveLast(); }},
      {"instrument.column_aliases[1].column",
       [](auto& i) { i.mutable_column_aliases(1)->set_column("library.level"); }},
      {"instrument.column_aliases[2].column",
       [](auto& i) { i.mutable_column_aliases(2)->set_column("setting"); }},
      {"instrument.column_aliases[1].alias",
       [](auto& i) { i.mutable_column_aliases(1)->set_alias("Setting"); }},
      {"instrument.column_aliases[1].alias",
       [](auto& i) { i.mutable_column_aliases(1)->set_alias("community"); }},
  };
  for (const BrokenDraft& broken : cases) {
    v1::Instrument instrument = ExampleDraft();
    broken.break_it(instrument);
    ASSERT_THAT(Validate(instrument), IsOk()) << broken.field;
    const absl::Status status = Publish(ExampleTaxonomy(), instrument);
    EXPECT_THAT(status, IsError(absl::StatusCode::kInvalidArgument, "INSTRUMENT_INCOMPLETE"));
    EXPECT_THAT(ViolatedFields(status), ElementsAre(broken.field));
    EXPECT_EQ(instrument.state(), v1::Instrument::STATE_DRAFT);
  }
}

TEST(Publish, NeedsNoScaleThatNobodyAsksFor) {
  v1::Instrument instrument = ExampleDraft();
  instrument.mutable_sections()->DeleteSubrange(0, 1);
  instrument.clear_levels();
  instrument.clear_shared_responsibility();
  EXPECT_THAT(Publish(ExampleTaxonomy(), instrument), IsOk());
}

TEST(Publish, NeedsAQuestion) {
  v1::Instrument instrument = ExampleDraft();
  instrument.clear_sections();
  EXPECT_THAT(ViolatedFields(Publish(ExampleTaxonomy(), instrument)),
              ElementsAre("instrument.sections"));
}

TEST(InstrumentState, IsCheckedBothWays) {
  EXPECT_THAT(RequireDraft(ExampleDraft(), "changed"), IsOk());
  EXPECT_THAT(RequireDraft(ExampleInstrument(), "changed"),
              IsError(absl::StatusCode::kFailedPrecondition, "INSTRUMENT_PUBLISHED"));
  EXPECT_THAT(RequirePublished(ExampleInstrument()), IsOk());
  EXPECT_THAT(RequirePublished(ExampleDraft()),
              IsError(absl::StatusCode::kFailedPrecondition, "INSTRUMENT_NOT_PUBLISHED"));
}

TEST(FoldText, LeavesOnlyWhatDistinguishesLabels) {
  EXPECT_EQ(FoldText("  Fully\t merged \n"), "fully merged");
  EXPECT_EQ(FoldText("\xC2\xA0"
                     "Fully\xC2\xA0merged"),
            "fully merged");
  EXPECT_EQ(FoldText(""), "");
  // Letters beyond ASCII are compared as they stand.
  EXPECT_EQ(FoldText("École"), "École");
}

TEST(ParseWholeNumber, TakesWhatToolsMakeOfWholeNumbers) {
  EXPECT_EQ(ParseWholeNumber("3"), 3);
  EXPECT_EQ(ParseWholeNumber(" +3.0 "), 3);
  EXPECT_EQ(ParseWholeNumber("-1"), -1);
  EXPECT_EQ(ParseWholeNumber("007"), 7);
  for (const char* text :
       {"", "3.5", "3,0", "3e1", "0x3", "inf", "nan", "3 4", "99999999999999999999"}) {
    EXPECT_EQ(ParseWholeNumber(text), std::nullopt) << text;
  }
}

class InstrumentIndexTest : public ::testing::Test {
 protected:
  const InstrumentIndex index_{ExampleInstrument()};
};

TEST_F(InstrumentIndexTest, FindsQuestionsInOrder) {
  EXPECT_EQ(index_.questions().size(), 7u);
  EXPECT_EQ(index_.QuestionOrder("functions"), 2);
  EXPECT_EQ(index_.FindQuestion("functions")->id(), "functions");
  EXPECT_EQ(index_.FindQuestion("Functions"), nullptr);
  EXPECT_EQ(index_.QuestionOrder("nothing"), -1);
  EXPECT_EQ(index_.partner_matrix()->id(), "partners");
  EXPECT_EQ(index_.shared_responsibility()->id(), "shared_responsibility");
}

TEST_F(InstrumentIndexTest, MatchesOptionsByIdLabelAndAlias) {
  const v1::Question& functions = *index_.FindQuestion("functions");
  for (const char* text : {"fund", "FUND", " Fund ", "pay for"}) {
    ASSERT_NE(index_.MatchOption(functions, text), nullptr) << text;
    EXPECT_EQ(index_.MatchOption(functions, text)->id(), "fund");
  }
  EXPECT_EQ(index_.MatchOption(functions, "district"), nullptr);
  EXPECT_EQ(index_.FindOption(functions, "FUND"), nullptr);
  EXPECT_EQ(index_.OptionOrder(functions, "host"), 2);
  EXPECT_EQ(index_.OptionOrder(*index_.FindQuestion("students"), "host"), -1);
}

TEST_F(InstrumentIndexTest, MatchesLevelsByLabelAliasAndDeclaredCode) {
  EXPECT_EQ(index_.MatchLevel("COORDINATION"), type::v1::INTERACTION_LEVEL_COORDINATION);
  EXPECT_EQ(index_.MatchLevel("fully  merged"), type::v1::INTERACTION_LEVEL_COLLABORATION);
  EXPECT_EQ(index_.MatchLevel("0"), type::v1::INTERACTION_LEVEL_NO_INTERACTION);
  EXPECT_EQ(index_.MatchLevel("3.0"), type::v1::INTERACTION_LEVEL_COORDINATION);
  // Collaboration declares no number, and none is guessed from its place.
  EXPECT_EQ(index_.MatchLevel("4"), std::nullopt);
  EXPECT_EQ(index_.MatchLevel("coalition"), std::nullopt);
  EXPECT_EQ(index_.MatchLevel(""), std::nullopt);
  EXPECT_EQ(index_.LabelOf(type::v1::INTERACTION_LEVEL_NETWORKING), "Networking");
}

TEST_F(InstrumentIndexTest, MatchesRatings) {
  EXPECT_EQ(index_.MatchRating("Moderate"), type::v1::SHARED_RESPONSIBILITY_MODERATELY_EVIDENT);
  EXPECT_EQ(index_.MatchRating("2"), std::nullopt);
  EXPECT_EQ(index_.LabelOf(type::v1::SHARED_RESPONSIBILITY_NOT_EVIDENT), "Not evident");
}

TEST_F(InstrumentIndexTest, MatchesColumns) {
  const auto item = [&](absl::string_view header, absl::string_view format) {
    const auto column = index_.MatchColumn(header, format);
    return column.has_value() ? column->item + (column->by_alias ? " (alias)" : "") : "";
  };
  EXPECT_EQ(item("Site", "wide"), "site");
  EXPECT_EQ(item("community ", "wide"), "site (alias)");
  EXPECT_EQ(item("community", "tidy"), "site (alias)");
  EXPECT_EQ(item("CBO.Count", "wide"), "cbo.count");
  EXPECT_EQ(item("cbo.includes_self", "wide"), "cbo.includes_self");
  EXPECT_EQ(item("cbo: how\ndeeply?", "wide"), "cbo.level (alias)");
  EXPECT_EQ(item("cbo: how deeply?", "tidy"), "");
  EXPECT_EQ(item("library.level", "wide"), "");
  EXPECT_EQ(item("cbo.depth", "wide"), "");
  EXPECT_EQ(item("shared_responsibility", "wide"), "shared_responsibility");
  EXPECT_EQ(item("setting", "wide"), "setting");
  EXPECT_EQ(item("barriers", "wide"), "barriers");
  // The matrix has columns of its own, one for each type.
  EXPECT_EQ(item("partners", "wide"), "");
  EXPECT_EQ(item("setting", "tidy"), "");
  EXPECT_EQ(item("Partner_Type", "tidy"), "partner_type");
  EXPECT_EQ(item("answer", "tidy"), "value (alias)");
}

}  // namespace
}  // namespace weft::ingestion
