// Files that are right, in every way the formats allow.
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ingestion/domain/answers.h"
#include "services/ingestion/domain/import/file_writer.h"
#include "services/ingestion/domain/import/formats/row_translator.h"
#include "services/ingestion/domain/open_answers.h"
#include "tests/services/ingestion/example.h"
#include "tests/services/ingestion/import/reading.h"

namespace weft::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Answers in the form in which they are stored and compared.
std::string Canonical(const InstrumentIndex& instrument, v1::Answers answers) {
  Canonicalize(instrument, answers);
  return answers.DebugString();
}

std::string Canonical(const InstrumentIndex& instrument, const v1::IngestItem& item) {
  return Canonical(instrument, item.response().answers());
}

// The same answers in every file of tests/data/import that is named "same-*".
constexpr char kSite01[] = R"pb(
  partner_cells {
    partner_type: "cbo"
    partners { min: 12 max: 12 }
    level: INTERACTION_LEVEL_COLLABORATION
    includes_self: false
  }
  partner_cells {
    partner_type: "school_district"
    partners { min: 10 max: 15 }
    level: INTERACTION_LEVEL_COORDINATION
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
    choices { options: "district" }
  }
  items { question: "students" number: 420 }
)pb";
constexpr char kSite02[] = R"pb(
  partner_cells {
    partner_type: "cbo"
    partners { min: 4 max: 4 approximate: true }
    level: INTERACTION_LEVEL_NETWORKING
  }
  partner_cells {
    partner_type: "school_district"
    count_missing: MISSING_REASON_REFUSED
    level: INTERACTION_LEVEL_NO_INTERACTION
  }
  shared_responsibility { missing: MISSING_REASON_NOT_ASKED }
  items {
    question: "functions"
    choices {}
  }
  items { question: "setting" missing: MISSING_REASON_NOT_APPLICABLE }
)pb";

class SameAnswersTest : public ::testing::TestWithParam<std::string> {};

TEST_P(SameAnswersTest, EveryWayOfWritingThemGivesTheSame) {
  const FileTester tester;
  const std::string file = ReadTestFile(absl::StrCat("data/import/", GetParam()));
  for (const size_t step : {size_t{1}, size_t{7}, file.size() + 1}) {
    const ReadFile read = tester.Read(file, v1::FILE_FORMAT_UNSPECIFIED, step);
    EXPECT_THAT(read.problems(), IsEmpty());
    EXPECT_EQ(read.import.sites_accepted(), 2);
    EXPECT_EQ(read.import.sites_rejected(), 0);
    EXPECT_EQ(Canonical(tester.instrument(), read.item("site-01")),
              Canonical(tester.instrument(), FromText<v1::Answers>(kSite01)));
    EXPECT_EQ(Canonical(tester.instrument(), read.item("site-02")),
              Canonical(tester.instrument(), FromText<v1::Answers>(kSite02)));
    ASSERT_EQ(read.item("site-01").open_answers_size(), 1);
    EXPECT_EQ(read.item("site-01").open_answers(0).question(), "barriers");
    EXPECT_EQ(absl::StrReplaceAll(read.item("site-01").open_answers(0).text(), {{"\r\n", "\n"}}),
              "Money, \"mostly\".\nAnd time.");
    EXPECT_EQ(read.item("site-02").open_answers_size(), 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Files, SameAnswersTest,
                         ::testing::Values("same-wide.csv", "same-wide-semicolon-crlf-bom.csv",
                                           "same-wide-aliases-tab.csv", "same-tidy.csv",
                                           "same-tidy-scattered-semicolon.csv"),
                         [](const auto& file) {
                           return absl::StrReplaceAll(file.param, {{"-", "_"}, {".csv", ""}});
                         });

TEST(GoodFilesTest, SaysWhatItTookEachColumnFor) {
  const ReadFile read =
      FileTester().Read("Community,CBO: HOW  deeply?,setting\nsite-01,Networking,A school\n");
  EXPECT_EQ(read.import.format(), v1::FILE_FORMAT_WIDE);
  ASSERT_EQ(read.import.columns_size(), 3);
  EXPECT_EQ(read.import.columns(0).item(), "site");
  EXPECT_TRUE(read.import.columns(0).by_alias());
  EXPECT_EQ(read.import.columns(1).column(), 2);
  EXPECT_EQ(read.import.columns(1).header(), "CBO: HOW  deeply?");
  EXPECT_EQ(read.import.columns(1).item(), "cbo.level");
  EXPECT_EQ(read.import.columns(2).item(), "setting");
  EXPECT_FALSE(read.import.columns(2).by_alias());
  EXPECT_EQ(read.import.rows_read(), 1);
}

TEST(GoodFilesTest, AliasesHoldInTheirFormatOnly) {
  EXPECT_THAT(
      FileTester().Read("site,item,partner_type,Answer\nsite-01,setting,,school\n").problems(),
      IsEmpty());
  EXPECT_THAT(FileTester().Read("site,Answer,setting\nsite-01,x,school\n").problems(),
              ElementsAre("UNKNOWN_COLUMN@1:2"));
}

TEST(GoodFilesTest, SitesMayBeNamedInFourWays) {
  const ReadFile read = FileTester().Read(
      "site,setting\nsite-01,school\nsites/site-02,school\n community 03 ,school\nSITE 04,school\n"
      "Twin-A,school\n");
  EXPECT_THAT(read.problems(), IsEmpty());
  ASSERT_EQ(read.sites.size(), 5u);
  EXPECT_EQ(read.sites[2].item.response().respondent(), "sites/site-03");
  EXPECT_EQ(read.sites[3].item.response().respondent(), "sites/site-04");
  EXPECT_EQ(read.sites[4].item.response().respondent(), "sites/twin-a");
}

TEST(GoodFilesTest, LabelsAreComparedWithoutCaseAndBlanks) {
  const ReadFile read = FileTester().Read(
      "site,cbo.level,shared_responsibility\nsite-01, FULLY  merged ,MODERATE\n"
      "site-02,Awareness,\"not evident\"\nsite-03,2,\nsite-04,3.0,\n");
  EXPECT_THAT(read.problems(), IsEmpty());
  const auto level = [&](absl::string_view id) {
    return read.item(id).response().answers().partner_cells(0).level();
  };
  EXPECT_EQ(level("site-01"), type::v1::INTERACTION_LEVEL_COLLABORATION);
  EXPECT_EQ(level("site-02"), type::v1::INTERACTION_LEVEL_NETWORKING);
  EXPECT_EQ(level("site-03"), type::v1::INTERACTION_LEVEL_COOPERATION);
  EXPECT_EQ(level("site-04"), type::v1::INTERACTION_LEVEL_COORDINATION);
  EXPECT_EQ(read.item("site-02").response().answers().shared_responsibility().rating(),
            type::v1::SHARED_RESPONSIBILITY_NOT_EVIDENT);
}

TEST(GoodFilesTest, MissingReasonsAreNeverMerged) {
  const ReadFile read = FileTester().Read(
      "site,cbo.level,cbo.count,setting,shared_responsibility\n"
      "site-01,NOT_ASKED,DONT_KNOW,REFUSED,NOT_APPLICABLE\n");
  EXPECT_THAT(read.problems(), IsEmpty());
  const v1::Answers& answers = read.item("site-01").response().answers();
  EXPECT_EQ(answers.partner_cells(0).level_missing(), type::v1::MISSING_REASON_NOT_ASKED);
  EXPECT_EQ(answers.partner_cells(0).count_missing(), type::v1::MISSING_REASON_DONT_KNOW);
  EXPECT_EQ(answers.items(0).missing(), type::v1::MISSING_REASON_REFUSED);
  EXPECT_EQ(answers.shared_responsibility().missing(), type::v1::MISSING_REASON_NOT_APPLICABLE);
}

TEST(GoodFilesTest, EmptyCellsAndAbsentColumnsAreNotAnswered) {
  const FileTester tester;
  const ReadFile with = tester.Read("site,setting,cbo.level,k12_school.count\nsite-01,school,,\n");
  const ReadFile without = tester.Read("site,setting\nsite-01,school\n");
  EXPECT_EQ(with.item("site-01").DebugString(), without.item("site-01").DebugString());
}

TEST(GoodFilesTest, NaIsNotAnsweredAndWarnedAbout) {
  const ReadFile read = FileTester().Read("site,setting,cbo.level\nsite-01,school,NA\n");
  EXPECT_THAT(read.problems(), ElementsAre("NA_TOKEN@2:3"));
  EXPECT_EQ(read.import.warning_count(), 1);
  EXPECT_EQ(read.import.error_count(), 0);
  EXPECT_EQ(read.item("site-01").response().answers().partner_cells_size(), 0);
}

TEST(GoodFilesTest, ContradictionsAreKeptAndWarnedAbout) {
  const FileTester tester;
  const ReadFile read = tester.Read(
      "site,cbo.level,cbo.count\nsite-01,No interaction,3\nsite-02,Networking,0\n"
      "site-03,No interaction,0-2\nsite-04,No interaction,0\nsite-05,Collaboration,0-2\n"
      "twin-a,No interaction,20+\ntwin-b,No interaction,REFUSED\n");
  EXPECT_THAT(read.problems(),
              ElementsAre("LEVEL_CONTRADICTS_COUNT@2:2", "LEVEL_CONTRADICTS_COUNT@3:2",
                          "LEVEL_CONTRADICTS_COUNT@7:2"));
  EXPECT_EQ(read.import.sites_accepted(), 7);
  EXPECT_EQ(read.item("site-01").response().answers().partner_cells(0).partners().min(), 3);
  // In a tidy file the two stand on lines of their own; the level's is named.
  EXPECT_THAT(tester
                  .Read("site,item,partner_type,value\nsite-01,interaction_level,cbo,0\n"
                        "site-01,partner_count,k12_school,3\nsite-01,partner_count,cbo,3\n")
                  .problems(),
              ElementsAre("LEVEL_CONTRADICTS_COUNT@2:4"));
}

TEST(GoodFilesTest, EmptyRowsAndSitesWithoutAnswersArePassedOver) {
  const ReadFile read =
      FileTester().Read("site,setting,cbo.level\n,,\nsite-01,school,\nsite-02,,\n,,,,,,\n");
  EXPECT_THAT(read.problems(), ElementsAre("EMPTY_ROW@2:0", "NO_ANSWERS@4:1", "EMPTY_ROW@5:0"));
  EXPECT_EQ(read.import.rows_read(), 2);
  EXPECT_EQ(read.import.sites_accepted(), 1);
  EXPECT_EQ(read.import.sites_rejected(), 0);
}

TEST(GoodFilesTest, FreeTextIsTakenAsItStands) {
  const ReadFile read = FileTester().Read(
      "site,setting,barriers,hopes\nsite-01,school,\" two  blanks "
      "\",na\nsite-02,school,NA,REFUSED\n"
      "site-03,school,\" \",\n");
  EXPECT_THAT(read.problems(), ElementsAre("NA_TOKEN@3:3"));
  EXPECT_EQ(read.import.problems(0).value(), "");
  ASSERT_EQ(read.item("site-01").open_answers_size(), 2);
  EXPECT_EQ(read.item("site-01").open_answers(0).text(), " two  blanks ");
  EXPECT_EQ(read.item("site-01").open_answers(1).text(), "na");
  EXPECT_EQ(read.item("site-02").open_answers_size(), 0);
  EXPECT_EQ(read.item("site-03").open_answers_size(), 0);
}

TEST(GoodFilesTest, DelimiterIsToldFromTheHeaderAlone) {
  // More semicolons and tabs below than commas.
  const ReadFile comma = FileTester().Read(
      "site,functions,setting\nsite-01,convene;fund;host,school\nsite-02,\";\",school\n");
  EXPECT_THAT(comma.problems(), IsEmpty());
  EXPECT_EQ(comma.item("site-01").response().answers().items(0).choices().options_size(), 3);
  EXPECT_EQ(comma.item("site-02").response().answers().items(0).choices().options_size(), 0);
  // A header whose quoted name holds commas.
  EXPECT_THAT(FileTester().Read("Community;\"CBO: how deeply?\"\nsite-01;Networking\n").problems(),
              IsEmpty());
}

TEST(GoodFilesTest, ReadsOnAfterALine) {
  const FileTester tester;
  const std::string file = "site,setting\nsite-03,school\nsite-01,school\nsite-02,school\n";
  FileReader check(tester.instrument(), tester.slots(), tester.sites(), {});
  check.Feed(file);
  check.Finish();
  FileReader rest(tester.instrument(), tester.slots(), tester.sites(),
                  {.wanted = check.accepted(), .after_line = 2});
  rest.Feed(file);
  rest.Finish();
  const std::vector<SiteAnswers> sites = rest.TakeSites();
  ASSERT_EQ(sites.size(), 2u);
  EXPECT_EQ(sites[0].line, 3);
  EXPECT_EQ(sites[1].item.response().respondent(), "sites/site-02");
}

TEST(GoodFilesTest, RejectsWhatTheCallerRefuses) {
  const FileTester tester;
  std::vector<bool> wanted(tester.sites().size());
  wanted[tester.sites().Find("site-01").index] = true;
  FileReader check(tester.instrument(), tester.slots(), tester.sites(), {.wanted = wanted});
  check.Feed("site,setting\nsite-02,school\nsite-01,school\n");
  check.Finish();
  const std::vector<SiteAnswers> sites = check.TakeSites();
  ASSERT_EQ(sites.size(), 1u);
  check.Reject(sites[0], Reason::kResponseRefused, "is approved");
  v1::Import import;
  check.Summarize(import);
  EXPECT_EQ(import.sites_accepted(), 1);
  EXPECT_EQ(import.sites_rejected(), 1);
  ASSERT_EQ(import.problems_size(), 1);
  EXPECT_EQ(import.problems(0).row(), 3);
  EXPECT_EQ(import.problems(0).site(), "sites/site-01");
  EXPECT_EQ(import.problems(0).message(), "is approved");
}

// --- Any answers, written and read again ---------------------------------------------------------

// Labels that a spreadsheet would take for formulas, if it were let.
v1::Instrument FormulaInstrument() {
  v1::Instrument instrument = LenientInstrument();
  const std::vector<std::string> starts = {"=", "+", "-", "@", "'="};
  size_t next = 0;
  for (v1::Section& section : *instrument.mutable_sections()) {
    for (v1::Question& question : *section.mutable_questions()) {
      auto* options = question.has_choice() ? question.mutable_choice()->mutable_options()
                      : question.has_multi_choice()
                          ? question.mutable_multi_choice()->mutable_options()
                          : nullptr;
      if (options == nullptr) continue;
      for (v1::Option& option : *options) {
        option.set_label(absl::StrCat(starts[next++ % starts.size()], option.label()));
      }
    }
  }
  instrument.mutable_levels(2)->set_label("=Cooperation");
  return instrument;
}

// The cells of a file without quoted line breaks.
std::vector<std::string> CellsOf(const std::string& file) {
  std::vector<std::string> all;
  for (const absl::string_view line : absl::StrSplit(file, '\n')) {
    const std::optional<std::vector<std::string>> cells = SplitCsvRow(line, ',');
    EXPECT_TRUE(cells.has_value()) << line;
    if (cells.has_value()) all.insert(all.end(), cells->begin(), cells->end());
  }
  return all;
}

class AnyAnswers {
 public:
  AnyAnswers(const InstrumentIndex& instrument, uint32_t seed)
      : instrument_(instrument), random_(seed) {}

  v1::Answers Make() {
    v1::Answers answers;
    for (const std::string& code : instrument_.partner_types()) {
      if (Pick(4) == 0) continue;
      v1::PartnerCell& cell = *answers.add_partner_cells();
      cell.set_partner_type(code);
      MakeCell(cell);
    }
    if (const int kind = Pick(5); kind == 0) {
      answers.mutable_shared_responsibility()->set_missing(Missing());
    } else if (kind > 1) {
      answers.mutable_shared_responsibility()->set_rating(
          static_cast<type::v1::SharedResponsibility>(1 + Pick(3)));
    }
    for (const v1::Question* question : instrument_.questions()) {
      if (question->has_text_answer() || question->has_partner_matrix() ||
          question->has_shared_responsibility() || Pick(4) == 0) {
        continue;
      }
      v1::Answer& answer = *answers.add_items();
      answer.set_question(question->id());
      if (Pick(5) == 0) {
        answer.set_missing(Missing());
      } else if (question->has_number()) {
        answer.set_number(Pick(100'001));
      } else if (question->has_choice()) {
        const auto& options = instrument_.OptionsOf(*question);
        answer.mutable_choices()->add_options(options[Pick(options.size())].id());
      } else {
        answer.mutable_choices();
        for (const v1::Option& option : instrument_.OptionsOf(*question)) {
          if (Pick(2) == 0) answer.mutable_choices()->add_options(option.id());
        }
      }
    }
    return answers;
  }

 private:
  int Pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }
  type::v1::MissingReason Missing() { return static_cast<type::v1::MissingReason>(1 + Pick(5)); }

  void MakeCell(v1::PartnerCell& cell) {
    const int least = Pick(2) == 0 ? 0 : Pick(1000);
    switch (Pick(6)) {
      case 0:
        break;
      case 1:
        cell.set_count_missing(Missing());
        break;
      case 2:
        cell.mutable_partners()->set_min(least);
        break;
      case 3:
        cell.mutable_partners()->set_min(least);
        cell.mutable_partners()->set_max(least + Pick(20));
        break;
      default:
        cell.mutable_partners()->set_min(least);
        cell.mutable_partners()->set_max(least);
        cell.mutable_partners()->set_approximate(Pick(2) == 0);
    }
    if (const int kind = Pick(6); kind == 0) {
      cell.set_level_missing(Missing());
    } else if (kind > 1) {
      cell.set_level(static_cast<type::v1::InteractionLevel>(1 + Pick(5)));
    }
    if (Pick(3) == 0) cell.set_includes_self(Pick(2) == 0);
  }

  const InstrumentIndex& instrument_;
  std::mt19937 random_;
};

using Export = v1::ExportResponsesRequest;

struct ExportCase {
  v1::FileFormat format;
  Export::Values values;
  Export::MultiSelect multi_select;
  Export::Audience audience;
};

// Every combination of an export's options.
std::vector<ExportCase> ExportCases() {
  std::vector<ExportCase> cases;
  for (const v1::FileFormat format : {v1::FILE_FORMAT_WIDE, v1::FILE_FORMAT_TIDY}) {
    for (const Export::Values values : {Export::VALUES_LABELS, Export::VALUES_CODES}) {
      for (const Export::MultiSelect multi_select :
           {Export::MULTI_SELECT_ONE, Export::MULTI_SELECT_MANY, Export::MULTI_SELECT_BOTH}) {
        for (const Export::Audience audience :
             {Export::AUDIENCE_PRIVATE, Export::AUDIENCE_PUBLIC}) {
          cases.push_back({format, values, multi_select, audience});
        }
      }
    }
  }
  return cases;
}

class AnyAnswersTest : public ::testing::TestWithParam<ExportCase> {};

TEST_P(AnyAnswersTest, AreReadAsTheyWereWritten) {
  const ExportCase& options = GetParam();
  const FileTester tester(FormulaInstrument());
  const FileWriter writer(tester.instrument(), tester.slots(),
                          {options.format, options.values, options.multi_select, options.audience});
  for (uint32_t seed = 0; seed < 100; ++seed) {
    AnyAnswers any(tester.instrument(), seed);
    std::vector<v1::Answers> written;
    std::string file;
    writer.AppendHeader(file);
    for (int i = 1; i <= 5; ++i) {
      const std::string site = absl::StrCat("sites/site-0", i);
      written.push_back(any.Make());
      writer.AppendSite({site, ExamplePseudonym(site), v1::Response::STATE_APPROVED},
                        written.back(), file);
    }
    EXPECT_EQ(absl::StrContains(file, "site-0"), options.audience == Export::AUDIENCE_PRIVATE);
    for (const std::string& cell : CellsOf(file)) {
      EXPECT_EQ(absl::string_view("=+-@\t\r").find(cell.empty() ? 'x' : cell[0]),
                absl::string_view::npos)
          << cell;
    }
    const ReadFile read = tester.Read(file, v1::FILE_FORMAT_UNSPECIFIED, 1 + seed % 90);
    ASSERT_EQ(read.import.error_count(), 0) << file << read.import.DebugString();
    ASSERT_EQ(read.import.format(), options.format);
    for (const SiteAnswers& site : read.sites) {
      const int number = site.item.response().respondent().back() - '1';
      const v1::Answers& expected = written[static_cast<size_t>(number)];
      ASSERT_EQ(Canonical(tester.instrument(), site.item), Canonical(tester.instrument(), expected))
          << file;
      FieldViolations violations;
      ValidateAnswers(tester.instrument(), site.item.response().answers(), "a", violations);
      ASSERT_TRUE(violations.empty()) << violations.ToStatus();
      written[static_cast<size_t>(number)].Clear();
    }
    // Sites that did not come back had said nothing.
    for (const v1::Answers& answers : written) {
      ASSERT_EQ(Canonical(tester.instrument(), answers), "") << file;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Options, AnyAnswersTest, ::testing::ValuesIn(ExportCases()),
                         [](const auto& test) {
                           return absl::StrCat(
                               test.param.format == v1::FILE_FORMAT_WIDE ? "wide" : "tidy",
                               test.param.values == Export::VALUES_CODES ? "_codes" : "_labels",
                               "_multi", static_cast<int>(test.param.multi_select),
                               test.param.audience == Export::AUDIENCE_PUBLIC ? "_public" : "");
                         });

}  // namespace
}  // namespace weft::ingestion
