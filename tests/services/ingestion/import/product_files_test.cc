// Files of survey products: what they hold comes out as the Weft wide file of the same answers.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/ingestion/example.h"
#include "tests/services/ingestion/import/reading.h"

namespace weft::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

v1::ColumnOverride Override(const std::string& header, const std::string& item) {
  v1::ColumnOverride entry;
  entry.set_header(header);
  entry.set_item(item);
  return entry;
}

struct Product {
  std::string file;
  v1::FileFormat format;
  // What is told besides.
  std::string problems;
  std::vector<v1::ColumnOverride> overrides = {};
};

void PrintTo(const Product& product, std::ostream* os) { *os << product.file; }

std::vector<Product> Products() {
  const std::vector<v1::ColumnOverride> grids = {
      Override("How many are they?", "partner_count"),
      Override("How deeply do you work with them?", "interaction_level")};
  return {
      {"qualtrics.csv", v1::FILE_FORMAT_QUALTRICS, "UNFINISHED_ROW@6:7 TEST_ROW@8:3"},
      {"qualtrics-german-trailing-comma.csv", v1::FILE_FORMAT_QUALTRICS,
       "UNFINISHED_ROW@6:7 TEST_ROW@8:3"},
      {"qualtrics-legacy.csv", v1::FILE_FORMAT_QUALTRICS, "UNFINISHED_ROW@5:10"},
      {"google-forms.csv", v1::FILE_FORMAT_GOOGLE_FORMS, "", grids},
      {"google-forms-sheet.csv", v1::FILE_FORMAT_GOOGLE_FORMS, "", grids},
      {"kobo.csv", v1::FILE_FORMAT_KOBO, "REJECTED_ROW@4:21"},
      {"kobo-hxl.csv", v1::FILE_FORMAT_KOBO, "REJECTED_ROW@5:21"},
      {"kobo-labels.csv", v1::FILE_FORMAT_KOBO, "REJECTED_ROW@4:21"},
      {"kobo.json", v1::FILE_FORMAT_KOBO_JSON, "REJECTED_ROW@2:20"},
      {"kobo-page.json", v1::FILE_FORMAT_KOBO_JSON, "REJECTED_ROW@2:20"},
      {"odk-central.csv", v1::FILE_FORMAT_ODK_CENTRAL, "REJECTED_ROW@5:21"},
      {"odk-central-split.csv", v1::FILE_FORMAT_ODK_CENTRAL, "REJECTED_ROW@5:24"},
      {"redcap-raw.csv", v1::FILE_FORMAT_REDCAP, ""},
      {"redcap-labels.csv", v1::FILE_FORMAT_REDCAP, ""},
      {"limesurvey-codes.csv", v1::FILE_FORMAT_LIMESURVEY, "UNFINISHED_ROW@4:2"},
      {"limesurvey-texts.csv", v1::FILE_FORMAT_LIMESURVEY, "UNFINISHED_ROW@4:2"},
  };
}

class ProductFileTest : public ::testing::TestWithParam<Product> {};

TEST_P(ProductFileTest, HoldsWhatTheWideFileHolds) {
  const FileTester tester;
  const ReadFile wide = tester.Read(ReadTestFile("data/import/products-wide.csv"));
  ASSERT_THAT(wide.problems(), IsEmpty());
  ASSERT_EQ(wide.sites.size(), 3u);
  const Product& product = GetParam();
  const std::string file = ReadTestFile(absl::StrCat("data/import/", product.file));
  for (const size_t step : {size_t{1}, size_t{61}, file.size() + 1}) {
    const ReadFile read = tester.Read(file, {.given_overrides = product.overrides}, step);
    EXPECT_EQ(read.import.format(), product.format);
    EXPECT_EQ(absl::StrJoin(read.problems(), " "), product.problems) << read.import.DebugString();
    EXPECT_EQ(RecordsOf(tester.instrument(), read), RecordsOf(tester.instrument(), wide));
  }
  // Said by its name, it is read in the same way.
  ReadOptions said{.format = product.format, .given_overrides = product.overrides};
  EXPECT_EQ(RecordsOf(tester.instrument(), tester.Read(file, said)),
            RecordsOf(tester.instrument(), wide));
}

INSTANTIATE_TEST_SUITE_P(Files, ProductFileTest, ::testing::ValuesIn(Products()),
                         [](const auto& file) {
                           return absl::StrReplaceAll(file.param.file, {{"-", "_"}, {".", "_"}});
                         });

// --- Columns -------------------------------------------------------------------------------------

// "item, how: note" of a column.
std::string Column(const ReadFile& read, int column) {
  const v1::ColumnMapping& mapping = read.import.columns(column - 1);
  return absl::StrCat(mapping.item(), ", ", v1::ColumnMapping::Match_Name(mapping.match()), ": ",
                      mapping.note());
}

TEST(ProductColumnsTest, SaysWhatEachIsTakenForAndWhyNot) {
  const std::string header =
      "Timestamp,Community,What are you?,setting,What do partners do? [Convene],"
      "What do partners do? [Dance],How deeply? [cbo],With whom do you work? [library],Else\n";
  const std::string file = header + "2024/03/05 2:22:10 PM GMT+1,site-01,A school,,1,,,,\n";
  const FileTester tester;
  const ReadFile read = tester.Read(file, {.given_overrides = {Override("setting", "-")}});
  EXPECT_EQ(Column(read, 1), ", MATCH_PRODUCT: when the row was submitted");
  EXPECT_EQ(Column(read, 2), "site, MATCH_ALIAS: ");
  EXPECT_EQ(Column(read, 3), "setting, MATCH_TEXT: ");
  EXPECT_EQ(Column(read, 4), ", MATCH_GIVEN: passed over, as was said");
  EXPECT_EQ(Column(read, 5), "functions/convene, MATCH_TEXT: ");
  EXPECT_THAT(Column(read, 6), HasSubstr("\"Dance\" is no option of \"functions\""));
  EXPECT_THAT(Column(read, 7), HasSubstr("not clear whether it is its count or its level"));
  EXPECT_THAT(Column(read, 8), HasSubstr("\"library\" is no partner type"));
  EXPECT_THAT(Column(read, 9), HasSubstr("no item of instruments/lab-survey-2024"));
  EXPECT_THAT(read.problems(), ElementsAre("COLUMN_NOT_MAPPED@1:6", "COLUMN_NOT_MAPPED@1:7",
                                           "COLUMN_NOT_MAPPED@1:8", "COLUMN_NOT_MAPPED@1:9"));
  EXPECT_EQ(read.import.sites_accepted(), 1);
}

TEST(ProductColumnsTest, OverridesAreByNameImportIdOrGrid) {
  const std::string file = ReadTestFile("data/import/qualtrics.csv");
  const FileTester tester;
  const ReadFile read = tester.Read(
      file, {.given_overrides = {Override("qid6", "-"), Override("Q7", "cbo.includes_self"),
                                 Override("Nowhere", "site")}});
  EXPECT_EQ(Column(read, 29), ", MATCH_GIVEN: passed over, as was said");
  EXPECT_EQ(Column(read, 30), "cbo.includes_self, MATCH_GIVEN: ");
  EXPECT_THAT(read.problems(), ::testing::Contains("MAPPING_NOT_USED@1:0"));
  // What was saved gives way to what is given, and counts for its own format alone.
  v1::ImportMapping saved;
  saved.set_name("instruments/x/importMappings/qualtrics");
  *saved.add_overrides() = Override("Q6", "-");
  *saved.add_overrides() = Override("Q8", "hopes");
  v1::ImportMapping foreign = saved;
  foreign.set_name("instruments/x/importMappings/kobo");
  *foreign.add_overrides() = Override("Q1", "-");
  const ReadFile both = tester.Read(
      file, {.given_overrides = {Override("Q6", "setting")}, .saved_mappings = {saved, foreign}});
  EXPECT_EQ(Column(both, 29), "setting, MATCH_GIVEN: ");
  EXPECT_EQ(Column(both, 31), "hopes, MATCH_SAVED: ");
  EXPECT_EQ(Column(both, 18), "site, MATCH_ALIAS: ");
}

TEST(ProductColumnsTest, AHeaderOfSeveralLinesIsMappedOnOne) {
  const ReadFile read = FileTester().Read(
      "Timestamp,Community,\"How\ndeeply? [cbo]\"\n2024/03/05 2:22:10 PM "
      "GMT+1,site-01,Networking\n",
      {.given_overrides = {Override("how deeply?", "interaction_level")}});
  EXPECT_EQ(Column(read, 3), "cbo.level, MATCH_GIVEN: ");
  EXPECT_THAT(read.problems(), IsEmpty());
}

TEST(ProductColumnsTest, AFileThatWeftKnowsWholeIsWefts) {
  const FileTester tester;
  EXPECT_EQ(tester.Read("site,setting\nsite-01,school\n").import.format(), v1::FILE_FORMAT_WIDE);
  EXPECT_EQ(tester.Read("_id;_uuid;site;setting\n1;u;site-01;school\n").import.format(),
            v1::FILE_FORMAT_KOBO);
  EXPECT_EQ(tester.Read("  \n [{\"site\":\"site-01\",\"setting\":\"school\"}]").import.format(),
            v1::FILE_FORMAT_KOBO_JSON);
  // JSON without a byte that could be a header.
  EXPECT_THAT(tester.Read("\xef\xbb\xbf[{\"site\":\"site-01\",\"setting\":\"school\"}]").problems(),
              IsEmpty());
  EXPECT_THAT(tester
                  .Read("{\"next\":\"https://x/?start=2\",\"results\":[{\"site\":\"site-01\","
                        "\"setting\":\"school\"}]}")
                  .problems(),
              ElementsAre("MORE_PAGES@0:0"));
}

// --- Cells ---------------------------------------------------------------------------------------

// The options of `functions` of site-01: "convene+host", "none" for none ticked, "-" for not
// answered, or the reason why it is missing.
std::string Functions(const std::string& file) {
  const ReadFile read = FileTester().Read(file);
  EXPECT_EQ(read.import.error_count(), 0) << read.import.DebugString();
  for (const v1::Answer& answer : read.item("site-01").response().answers().items()) {
    if (answer.question() != "functions") continue;
    if (answer.has_missing()) return type::v1::MissingReason_Name(answer.missing());
    return answer.choices().options().empty() ? "none"
                                              : absl::StrJoin(answer.choices().options(), "+");
  }
  return "-";
}

TEST(ProductCellsTest, NotAnsweredAndNotTickedStayApart) {
  const std::string redcap =
      "record_id,site,functions___convene,functions___fund,setting,context_complete\n1,site-01,";
  EXPECT_EQ(Functions(redcap + "0,0,school,2\n"), "none");
  EXPECT_EQ(Functions(redcap + "0,0,school,1\n"), "none");
  EXPECT_EQ(Functions(redcap + "0,0,school,0\n"), "-");
  EXPECT_EQ(Functions(redcap + "0,0,school,\n"), "-");
  EXPECT_EQ(Functions(redcap + ",,school,2\n"), "-");
  EXPECT_EQ(Functions(redcap + "0,1,school,0\n"), "fund");
  EXPECT_EQ(Functions(redcap + "REFUSED,REFUSED,school,2\n"), "MISSING_REASON_REFUSED");
  const std::string kobo =
      "_uuid;_id;site;functions;functions/convene;functions/fund;setting\nu;1;site-01;";
  EXPECT_EQ(Functions(kobo + ";0;0;school\n"), "none");
  EXPECT_EQ(Functions(kobo + ";;;school\n"), "-");
  EXPECT_EQ(Functions(kobo + "fund convene;1;1;school\n"), "convene+fund");
  EXPECT_EQ(Functions(kobo + "fund;;;school\n"), "fund");
  const std::string lime =
      "id,submitdate,lastpage,startlanguage,site,functions[convene],functions[fund],setting\n"
      "1,2024-03-05 08:00:00,4,en,site-01,";
  EXPECT_EQ(Functions(lime + "N,N,school\n"), "none");
  EXPECT_EQ(Functions(lime + "No,No,school\n"), "-");
  EXPECT_EQ(Functions(lime + "No,Yes,school\n"), "fund");
  EXPECT_EQ(Functions(lime + "N/A,N/A,school\n"), "MISSING_REASON_NOT_ASKED");
  EXPECT_EQ(Functions(lime + ",,school\n"), "-");
}

TEST(ProductCellsTest, TheLongestLabelIsTakenFirst) {
  v1::Instrument instrument = LenientInstrument();
  for (v1::Section& section : *instrument.mutable_sections()) {
    for (v1::Question& question : *section.mutable_questions()) {
      if (!question.has_multi_choice()) continue;
      v1::Option& option = *question.mutable_multi_choice()->add_options();
      option.set_id("hosts");
      option.set_label("Host learners");
      v1::Option& rest = *question.mutable_multi_choice()->add_options();
      rest.set_id("all_year");
      rest.set_label("all year");
    }
  }
  const FileTester tester(instrument);
  const auto options = [&](const std::string& cell) {
    const ReadFile read = tester.Read(
        "Timestamp,Community,What do partners do?\n"
        "2024/03/05 2:22:10 PM GMT+1,site-01,\"" +
        cell + "\"\n");
    if (read.sites.empty()) return absl::StrJoin(read.problems(), " ");
    return absl::StrJoin(read.item("site-01").response().answers().items(0).choices().options(),
                         "+");
  };
  EXPECT_EQ(options("Host learners, all year"), "host");
  EXPECT_EQ(options("Convene, Host learners, all year, Fund"), "convene+fund+host");
  EXPECT_EQ(options("Host learners, Fund"), "fund+hosts");
  EXPECT_EQ(options("Convene;Host learners, all year"), "convene+host");
  EXPECT_EQ(options("all year, Pay for"), "fund+all_year");
  EXPECT_EQ(options("Host learners, all"), "UNKNOWN_OPTION@2:3");
}

TEST(ProductRowsTest, SubmissionsOnOneLineAreToldApart) {
  const std::string first = R"({"site":"site-01","setting":"school"})";
  const std::string second = R"({"site":"site-02","setting":"district"})";
  const std::string file = absl::StrCat("[", first, ",", second, "]");
  const FileTester tester;
  const ReadFile all = tester.Read(file);
  ASSERT_EQ(all.sites.size(), 2u);
  EXPECT_EQ(all.sites[0].line, 1);
  EXPECT_EQ(all.sites[1].line, 2);
  // An import that was cut off behind the first goes on with the second.
  FileReader rest(tester.instrument(), tester.slots(), tester.sites(),
                  {.wanted = std::vector<bool>(tester.sites().size(), true),
                   .after_line = all.sites[0].line,
                   .checked = true});
  rest.Feed(file);
  rest.Finish();
  const std::vector<SiteAnswers> left = rest.TakeSites();
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].line, 2);
  const ReadFile twice = tester.Read(absl::StrCat("[", first, ",", second, ",", first, "]"));
  EXPECT_THAT(twice.problems(), ElementsAre("DUPLICATE_SITE@3:1"));
  EXPECT_THAT(twice.import.problems(0).message(), HasSubstr("in submission 1"));
}

// --- Several rows for a site ---------------------------------------------------------------------

const std::string kRows =
    "SubmissionDate,site,cbo.count,cbo.level,setting,KEY,SubmitterID,ReviewState\n";

TEST(SeveralRowsTest, TheLatestCounts) {
  const ReadFile read =
      FileTester().Read(kRows +
                            "2024-03-05T08:00:00Z,site-01,12,,school,u1,1,\n"
                            "2024-03-07T08:00:00Z,site-02,1,,school,u2,1,\n"
                            "2024-03-05T10:00:00+03:00,site-01,nonsense,,school,u3,1,\n"
                            "2024-03-06 08:00:00,site-01,15,,,u4,1,\n"
                            "2024-03-07T08:00:00Z,site-02,2,,school,u5,1,\n",
                        {.on_duplicate = v1::ON_DUPLICATE_LATEST});
  // What was superseded is not looked at any more, and of two at one time the lower one counts.
  EXPECT_THAT(read.problems(),
              ElementsAre("SUPERSEDED_ROW@2:1", "SUPERSEDED_ROW@3:1", "SUPERSEDED_ROW@4:1"));
  EXPECT_EQ(read.item("site-01").response().answers().partner_cells(0).partners().min(), 15);
  EXPECT_EQ(read.item("site-01").response().answers().items_size(), 0);
  EXPECT_EQ(read.item("site-02").response().answers().partner_cells(0).partners().min(), 2);
}

TEST(SeveralRowsTest, ContributorsAreMergedQuestionByQuestion) {
  const ReadFile read =
      FileTester().Read(kRows +
                            "2024-03-05T08:00:00Z,site-01,12,,school,u1,1,\n"
                            "2024-03-06T08:00:00Z,site-01,,Networking,A school,u2,1,\n"
                            "2024-03-06T09:00:00Z,site-02,1,,school,u3,1,\n"
                            "2024-03-06T09:00:00Z,site-02,2,,school,u4,1,\n"
                            "2024-03-06T09:00:00Z,site-01, 12 ,1,,u5,1,\n",
                        {.on_duplicate = v1::ON_DUPLICATE_CONTRIBUTORS});
  EXPECT_THAT(read.problems(), ElementsAre("CONTRIBUTORS_DISAGREE@5:3"));
  EXPECT_THAT(read.import.problems(0).message(), HasSubstr("on line 4 and on line 5"));
  EXPECT_THAT(read.import.problems(0).message(), HasSubstr("\"1\" and \"2\""));
  ASSERT_EQ(read.sites.size(), 1u);
  const v1::Answers& answers = read.item("site-01").response().answers();
  EXPECT_EQ(answers.partner_cells(0).partners().min(), 12);
  EXPECT_EQ(answers.partner_cells(0).level(), type::v1::INTERACTION_LEVEL_NETWORKING);
  EXPECT_EQ(answers.items(0).choices().options(0), "school");
}

TEST(SeveralRowsTest, TheSameSubmissionCountsOnce) {
  const std::string row = "2024-03-05T08:00:00Z,site-01,12,,school,u1,1,\n";
  const ReadFile read = FileTester().Read(kRows + row + row);
  EXPECT_THAT(read.problems(), ElementsAre("REPEATED_ROW@3:6"));
  EXPECT_EQ(read.sites.size(), 1u);
  // Without an id nothing says that it is the same.
  EXPECT_THAT(FileTester().Read("site,setting\nsite-01,school\nsite-01,school\n").problems(),
              ElementsAre("DUPLICATE_SITE@3:1"));
}

}  // namespace
}  // namespace weft::ingestion
