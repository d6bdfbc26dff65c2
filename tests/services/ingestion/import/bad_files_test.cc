// Files that are wrong in one way each, with the problem that must come of it.
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/ingestion/example.h"
#include "tests/services/ingestion/import/reading.h"

namespace weft::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::string_literals;

const std::string kWideHeader =
    "site,shared_responsibility,cbo.count,cbo.level,cbo.includes_self,functions,setting,students,"
    "barriers\n";
const std::string kTidyHeader = "site,item,partner_type,value\n";

// A wide file with one row: site-01 with the given cell in the given column (from 1).
std::string WithCell(int column, const std::string& cell) {
  std::vector<std::string> cells(9);
  cells[0] = "site-01";
  // Something is answered, whatever becomes of the cell.
  cells[6] = "A school";
  cells[static_cast<size_t>(column) - 1] = cell;
  return kWideHeader + absl::StrJoin(cells, ",") + "\n";
}

// A list of partner types with one that the instrument calls cbo.
constexpr char kOldCrosswalk[] = "taxonomies/old/crosswalks/lab-2025";
std::vector<registry::v1::CrosswalkMapping> OldTypes() {
  registry::v1::CrosswalkMapping mapping;
  mapping.set_from_code("community");
  mapping.add_to_codes("cbo");
  return {mapping};
}

std::vector<BadFile> BadFiles() {
  const std::string megabyte(1 << 20, 'x');
  std::string wide_header = "site";
  for (int i = 0; i < 2000; ++i) absl::StrAppend(&wide_header, ",c", i);
  return {
      // The file.
      {"empty", "", "EMPTY_FILE@0:0", "header row"},
      {"blank_lines", "\r\n \n\n", "EMPTY_FILE@0:0", "header row"},
      {"byte_order_mark_only", "\xef\xbb\xbf", "EMPTY_FILE@0:0", "header row"},
      {"header_only", kWideHeader, "NO_DATA_ROWS@0:0", "below the header"},
      {"utf16", "\xff\xfes\0i\0t\0e\0"s, "WRONG_ENCODING@0:0", "UTF-8"},
      {"utf16_without_mark", "s\0i\0t\0e\0"s, "WRONG_ENCODING@0:0", "UTF-8"},
      {"unterminated_quote", kWideHeader + "site-01,\"Not evident,,,,,,,\nsite-02,,,,,,,,\n",
       "UNTERMINATED_QUOTE@2:2", "close the quote"},
      {"quote_inside_cell", kWideHeader + "site-01,,3\" pipe,,,,,,\n", "BAD_QUOTE@2:3",
       "\"\" for a quote"},
      {"text_after_quote", kWideHeader + "site-01,\"Not\" evident,,,,,,,\n", "BAD_QUOTE@2:2",
       "\"\" for a quote"},
      {"overlong_cell", kWideHeader + "site-01,,,,,,,," + megabyte + "x\n", "FIELD_TOO_LONG@2:9",
       "1 MiB"},
      {"overlong_row",
       kWideHeader + "site-01" + absl::StrJoin(std::vector<std::string>(9, "," + megabyte), ""),
       "ROW_TOO_LONG@2:0", "8 MiB"},
      {"overlong_header", megabyte + "x", "ROW_TOO_LONG@1:0", "1 MiB"},
      {"too_many_columns", wide_header + "\n", "TOO_MANY_COLUMNS@1:0", "2000"},

      // The header row.
      {"no_header", "site-01,Not evident\nsite-02,Not evident\n", "HEADER_NOT_RECOGNIZED@1:0",
       "the first row must name them"},
      {"unclosed_quote_in_header", "\"site,cbo.level\n", "UNTERMINATED_QUOTE@1:0", ""},
      {"quote_inside_header", "site,cbo\".\"level\n", "BAD_QUOTE@1:0", ""},
      {"invalid_utf8_in_header", "site,caf\xe9\nsite-01,1\n", "INVALID_UTF8@1:0", "byte 8"},
      {"no_site_column", "cbo.level\nNetworking\n", "MISSING_COLUMN@1:0", "\"site\""},
      {"no_value_column",
       "site,item,partner_type\nsite-01,partner_count,cbo\n",
       "MISSING_COLUMN@1:0",
       "\"value\"",
       {.format = v1::FILE_FORMAT_TIDY}},
      {"no_partner_type_column", "site,item,value\nsite-01,setting,A school\n",
       "MISSING_COLUMN@1:0", "\"partner_type\""},
      {"unknown_column", "site,cbo.level,Comments\nsite-01,Networking,hm\n", "UNKNOWN_COLUMN@1:3",
       "column alias"},
      {"misspelt_column", "site,shared_responsability\nsite-01,Not evident\n",
       "NO_ANSWER_COLUMN@1:0 UNKNOWN_COLUMN@1:2", ""},
      {"misspelt_alias", "site,CBO: how deply?,setting\nsite-01,Networking,A school\n",
       "UNKNOWN_COLUMN@1:2", "CBO: how deeply?"},
      {"unknown_type_column", "site,cbo.level,libary.level\nsite-01,Networking,Networking\n",
       "UNKNOWN_TYPE_COLUMN@1:3", "k12_school"},
      {"misspelt_type_column", "site,cbo.level,k12_scool.level\nsite-01,Networking,Networking\n",
       "UNKNOWN_TYPE_COLUMN@1:3", "did you mean \"k12_school.level\"?"},
      {"type_that_the_crosswalk_has_not",
       "site,community.level,cbo.level\nsite-01,Networking,Networking\n",
       "UNKNOWN_TYPE_COLUMN@1:3",
       "is no partner type of taxonomies/old",
       {.crosswalk = kOldCrosswalk, .type_mappings = OldTypes()}},
      {"misspelt_type_of_the_crosswalk",
       "site,comunity.level,setting\nsite-01,Networking,A school\n",
       "UNKNOWN_TYPE_COLUMN@1:2",
       "did you mean \"community.level\"?",
       {.crosswalk = kOldCrosswalk, .type_mappings = OldTypes()}},
      {"tidy_type_that_the_crosswalk_has_not",
       kTidyHeader + "site-01,partner_count,cbo,1\n",
       "UNKNOWN_PARTNER_TYPE@2:3",
       "Types: community",
       {.crosswalk = kOldCrosswalk, .type_mappings = OldTypes()}},
      {"duplicate_column", "site,cbo.level,setting,CBO.Level\nsite-01,Networking,,Networking\n",
       "DUPLICATE_COLUMN@1:4", "column 2"},
      {"alias_and_column", "site,cbo.level,CBO: how deeply?\nsite-01,Networking,Networking\n",
       "DUPLICATE_COLUMN@1:3", "column 2"},
      {"two_site_columns", "site,Community,setting\nsite-01,site-01,A school\n",
       "DUPLICATE_COLUMN@1:2", "column 1"},
      {"nameless_column", "site,setting,\nsite-01,A school,\n", "EMPTY_COLUMN_NAME@1:3",
       "column 3"},
      {"site_column_only", "site\nsite-01\n", "NO_ANSWER_COLUMN@1:0", "{type}.count"},
      {"tidy_read_as_wide",
       kTidyHeader + "site-01,partner_count,cbo,1\n",
       "NO_ANSWER_COLUMN@1:0 UNKNOWN_COLUMN@1:2 UNKNOWN_COLUMN@1:3 UNKNOWN_COLUMN@1:4",
       "",
       {.format = v1::FILE_FORMAT_WIDE}},

      // Rows.
      {"too_few_cells", kWideHeader + "site-01,Not evident\nsite-02,,,,,,A school,,\n",
       "WRONG_COLUMN_COUNT@2:0", "has 2 cells and the header row 9"},
      {"too_many_cells", kWideHeader + "site-01,,,,,,A school,,,\n", "WRONG_COLUMN_COUNT@2:0",
       "has 10 cells"},
      {"cells_far_beyond", kWideHeader + "site-01" + std::string(3000, ',') + "\n",
       "WRONG_COLUMN_COUNT@2:0", "has 3001 cells"},
      {"invalid_utf8", kWideHeader + "site-01,,,,,,A school,,caf\xe9\n", "INVALID_UTF8@2:9",
       "byte 127"},
      {"nul_byte", kWideHeader + "site-01,,,,,,A school,,a\0b\n"s, "NUL_BYTE@2:9", "byte 125"},
      {"no_site", kWideHeader + ",,1,,,,,,\n", "MISSING_SITE@2:1", "site-01"},
      {"unknown_site", kWideHeader + "elsewhere,,1,,,,,,\n", "UNKNOWN_SITE@2:1", "AmendRoster"},
      {"misspelt_site", kWideHeader + "sites/site-91,,1,,,,,,\n", "UNKNOWN_SITE@2:1",
       "did you mean \"site-01\"?"},
      {"misspelt_site_name", kWideHeader + "Comunity 03,,1,,,,,,\n", "UNKNOWN_SITE@2:1",
       "did you mean \"community 03\"?"},
      {"ambiguous_site", kWideHeader + "Twin,,1,,,,,,\n", "AMBIGUOUS_SITE@2:1", "site's id"},
      {"site_off_roster", kWideHeader + "gone,,1,,,,,,\n", "SITE_OFF_ROSTER@2:1", "AmendRoster"},
      {"duplicate_site",
       kWideHeader + "site-01,,1,,,,,,\n\"site-02\",,\"1\",,,,,,\"two\nlines\"\nSite 01,,1,,,,,,\n",
       "DUPLICATE_SITE@5:1", "on line 2"},

      // Cells.
      {"count_in_words", WithCell(3, "twelve"), "BAD_COUNT@2:3", "~12"},
      {"negative_count", WithCell(3, "-4"), "BAD_COUNT@2:3", "whole number"},
      {"count_with_decimals", WithCell(3, "1.5"), "BAD_COUNT@2:3", "whole number"},
      {"count_upside_down", WithCell(3, "15-10"), "BAD_COUNT@2:3", "smaller number first"},
      {"count_with_thousands", WithCell(3, "\"1,200\""), "BAD_COUNT@2:3", "thousands"},
      {"count_too_large", WithCell(3, "3000000000"), "BAD_COUNT@2:3", ""},
      {"count_as_date", WithCell(3, "15-Oct"), "BAD_COUNT@2:3", "as text and write 10-15"},
      {"count_na_with_slash", WithCell(3, "N/A"), "BAD_COUNT@2:3", "NOT_APPLICABLE"},
      {"unknown_level", WithCell(4, "Coalition"), "UNKNOWN_LEVEL@2:4", "Cooperation"},
      {"misspelt_level", WithCell(4, "Colaboration"), "UNKNOWN_LEVEL@2:4",
       "did you mean \"Collaboration\"?"},
      {"undeclared_level_code", WithCell(4, "5"), "LEVEL_CODE_NOT_DECLARED@2:4", "never guessed"},
      {"level_none", WithCell(4, "none"), "UNKNOWN_LEVEL@2:4", "leave the cell empty"},
      {"unknown_rating", WithCell(2, "Very evident"), "UNKNOWN_RATING@2:2", "Not evident"},
      {"undeclared_rating_code", WithCell(2, "2"), "RATING_CODE_NOT_DECLARED@2:2", "never guessed"},
      {"bad_flag", WithCell(5, "perhaps"), "BAD_FLAG@2:5", "true, false"},
      {"unknown_option", WithCell(7, "A kindergarten"), "UNKNOWN_OPTION@2:7", "A district"},
      {"two_options_of_a_choice", WithCell(7, "district;school"), "UNKNOWN_OPTION@2:7", ""},
      {"unknown_option_of_several", WithCell(6, "Convene; Funt"), "UNKNOWN_OPTION@2:6",
       "\"Funt\" is no option of \"functions\"; did you mean \"Fund\"?"},
      {"options_joined_by_comma", WithCell(6, "\"convene,fund\""), "UNKNOWN_OPTION@2:6",
       "joined by \";\""},
      {"option_twice", WithCell(6, "fund;Pay for"), "REPEATED_OPTION@2:6", "each once"},
      {"bad_number", WithCell(8, "many"), "BAD_NUMBER@2:8", "whole number"},
      {"number_with_comma", WithCell(8, "\"1,5\""), "BAD_NUMBER@2:8", "point before decimals"},
      {"number_not_whole", WithCell(8, "12.5"), "BAD_NUMBER@2:8", "whole"},
      {"number_infinite", WithCell(8, "inf"), "BAD_NUMBER@2:8", ""},
      {"number_too_large", WithCell(8, "100001"), "NUMBER_OUT_OF_RANGE@2:8",
       "at least 0 and at most 100000"},
      {"number_too_small", WithCell(8, "-1"), "NUMBER_OUT_OF_RANGE@2:8", "at least 0"},
      {"text_too_long", WithCell(9, std::string(51, 'x')), "TEXT_TOO_LONG@2:9",
       "has 51 characters"},

      // Tidy files.
      {"no_item", kTidyHeader + "site-01,,cbo,1\n", "MISSING_ITEM@2:2", "partner_count"},
      {"unknown_item", kTidyHeader + "site-01,partner_cont,cbo,1\n", "UNKNOWN_ITEM@2:2",
       "did you mean \"partner_count\"?"},
      {"no_partner_type", kTidyHeader + "site-01,partner_count,,1\n", "MISSING_PARTNER_TYPE@2:3",
       "cbo"},
      {"unknown_partner_type", kTidyHeader + "site-01,partner_count,cbos,1\n",
       "UNKNOWN_PARTNER_TYPE@2:3", "did you mean \"cbo\"?"},
      {"unexpected_partner_type", kTidyHeader + "site-01,setting,cbo,A school\n",
       "UNEXPECTED_PARTNER_TYPE@2:3", "leave the cell empty"},
      {"duplicate_value",
       kTidyHeader + "site-01,partner_count,cbo,1\nsite-02,partner_count,cbo,1\n"
                     "Site 01,Partner_Count,CBO,2\n",
       "DUPLICATE_VALUE@4:0", "on line 2"},
      {"tidy_unknown_site_once", kTidyHeader + "x,partner_count,cbo,1\nx,setting,,A school\n",
       "UNKNOWN_SITE@2:1", "roster"},
      {"tidy_bad_value", kTidyHeader + "site-01,interaction_level,cbo,9\n",
       "LEVEL_CODE_NOT_DECLARED@2:4", "never guessed"},
      {"tidy_wrong_width", kTidyHeader + "site-01,setting,A school\n", "WRONG_COLUMN_COUNT@2:0",
       "has 3 cells"},
  };
}

class BadFileTest : public ::testing::TestWithParam<BadFile> {};

TEST_P(BadFileTest, GivesItsProblem) {
  const ReadFile read = ExpectItsProblems(GetParam());
  EXPECT_EQ(read.import.error_count(), read.import.problems_size());
}

INSTANTIATE_TEST_SUITE_P(Every, BadFileTest, ::testing::ValuesIn(BadFiles()),
                         [](const ::testing::TestParamInfo<BadFile>& bad) {
                           return bad.param.name;
                         });

// Every error reason but those that need more than one file is in the table above.
TEST(BadFilesTest, TableHoldsEveryError) {
  std::string all;
  for (const BadFile& bad : BadFiles()) absl::StrAppend(&all, " ", bad.problems);
  for (const ReasonInfo& info : AllReasons()) {
    if (info.severity != v1::ImportProblem::SEVERITY_ERROR) continue;
    // NOT_ANSWERED, COLUMN_NOT_ASKED and ITEM_NOT_ASKED need other instruments (below), and
    // RESPONSE_REFUSED what is stored.
    if (info.reason == Reason::kNotAnswered || info.reason == Reason::kColumnNotAsked ||
        info.reason == Reason::kItemNotAsked || info.reason == Reason::kResponseRefused) {
      continue;
    }
    // These are of survey products, or of several rows for a site: bad_product_files_test.cc.
    if (IsOfProducts(info.reason)) continue;
    // And these of coded excerpts: excerpt_reader_test.cc.
    if (IsOfCoding(info.reason)) continue;
    EXPECT_THAT(all, HasSubstr(absl::StrCat(" ", info.name, "@")));
  }
}

TEST(BadFilesTest, ProblemsSayWhichValueOfWhichSite) {
  const ReadFile read = FileTester().Read(WithCell(4, "Coalition"));
  ASSERT_EQ(read.import.problems_size(), 1);
  EXPECT_EQ(read.import.problems(0).header(), "cbo.level");
  EXPECT_EQ(read.import.problems(0).value(), "Coalition");
  EXPECT_EQ(read.import.problems(0).site(), "sites/site-01");
}

TEST(BadFilesTest, LongValuesAreCutBetweenCharacters) {
  std::string value;
  for (int i = 0; i < 150; ++i) value += "\xc3\xa9";
  const ReadFile read = FileTester().Read(WithCell(4, value));
  ASSERT_EQ(read.import.problems_size(), 1);
  EXPECT_EQ(read.import.problems(0).value(), value.substr(0, 200));
}

TEST(BadFilesTest, FreeTextIsInNoProblem) {
  // The word stands in free text that is too long, damaged, in a row of the wrong width, in a
  // quote that is never closed, and as a tidy value; and where the first row is one of answers.
  const std::string secret = "Xylophone";
  const std::string long_text = secret + std::string(60, 'x');
  const FileTester tester;
  for (const std::string& file :
       {WithCell(9, long_text), WithCell(9, secret + "\xff"), WithCell(9, secret + ",more"),
        WithCell(9, "\"" + secret), WithCell(9, absl::StrCat(secret, "\"", secret)),
        absl::StrCat(kTidyHeader, "site-01,barriers,,", long_text, "\n"),
        absl::StrCat(kTidyHeader, "site-01,barriers,,x\nsite-01,barriers,,", secret, "\n"),
        absl::StrCat(kTidyHeader, "site-01,barriers,cbo,", secret, "\n"),
        absl::StrCat(kTidyHeader, "site-01,bariers,,", secret, "\n"),
        absl::StrCat(kTidyHeader, "elsewhere,barriers,,", secret, "\n"),
        absl::StrCat("site-01,", secret, "\nsite-02,", secret, "\n")}) {
    const ReadFile read = tester.Read(file);
    EXPECT_GT(read.import.error_count(), 0) << file;
    EXPECT_THAT(read.import.SerializeAsString(), Not(HasSubstr(secret))) << file;
  }
}

TEST(BadFilesTest, ASiteIsRejectedAsAWhole) {
  const FileTester tester;
  const ReadFile wide = tester.Read(
      "site,cbo.count,cbo.level\n"
      "site-01,1,Networking\nsite-02,x,Networking\n"
      "site-03,1,Networking\nsite-03,2,Networking\n"
      "site-04,1\nnowhere,1,Networking\n");
  EXPECT_EQ(wide.import.rows_read(), 6);
  EXPECT_EQ(wide.import.sites_accepted(), 1);
  EXPECT_EQ(wide.import.sites_rejected(), 4);
  EXPECT_FALSE(wide.file_rejected);
  const ReadFile tidy = tester.Read(kTidyHeader +
                                    "site-01,partner_count,cbo,1\nsite-02,partner_count,cbo,x\n"
                                    "site-02,interaction_level,cbo,Networking\n"
                                    "site-03,interaction_level,cbo,Networking\n"
                                    "site-03,nothing,,1\n");
  EXPECT_EQ(tidy.import.sites_accepted(), 1);
  EXPECT_EQ(tidy.import.sites_rejected(), 2);
  // With a header problem no site is accepted, and the rows are checked all the same.
  const ReadFile header = tester.Read(
      "site,cbo.level,Remarks\nsite-01,Networking,\n"
      "site-02,Coalition,\n");
  EXPECT_THAT(header.problems(), ElementsAre("UNKNOWN_COLUMN@1:3", "UNKNOWN_LEVEL@3:2"));
  EXPECT_TRUE(header.file_rejected);
  EXPECT_EQ(header.import.sites_accepted(), 0);
  EXPECT_EQ(header.import.sites_rejected(), 2);
}

TEST(BadFilesTest, RequiredQuestionsMustBeAnswered) {
  const FileTester tester(ExampleInstrument());
  const ReadFile read = tester.Read(
      "site,setting,cbo.level,barriers\nsite-01,,Networking,x\nsite-02,REFUSED,REFUSED,\n"
      "site-03,A school,,\nsite-04,,,\n");
  EXPECT_THAT(read.problems(),
              ElementsAre("NOT_ANSWERED@2:2", "NOT_ANSWERED@4:0", "NO_ANSWERS@5:1"));
  EXPECT_EQ(read.import.sites_accepted(), 1);
  // Without the column it is the row's problem.
  EXPECT_THAT(tester.Read("site,cbo.level\nsite-01,Networking\n").problems(),
              ElementsAre("NOT_ANSWERED@2:0"));
  // NA is no reason.
  EXPECT_THAT(tester.Read("site,cbo.level,setting\nsite-01,Networking,NA\n").problems(),
              ElementsAre("NOT_ANSWERED@2:3", "NA_TOKEN@2:3"));
}

TEST(BadFilesTest, WhatTheInstrumentDoesNotAskIsToldApart) {
  v1::Instrument instrument = LenientInstrument();
  for (v1::Section& section : *instrument.mutable_sections()) {
    for (v1::Question& question : *section.mutable_questions()) {
      if (question.has_partner_matrix()) question.mutable_partner_matrix()->set_ask_count(false);
    }
  }
  const FileTester tester(instrument);
  EXPECT_THAT(tester.Read("site,cbo.count,cbo.level\nsite-01,1,Networking\n").problems(),
              ElementsAre("COLUMN_NOT_ASKED@1:2"));
  EXPECT_THAT(tester.Read(kTidyHeader + "site-01,partner_count,cbo,1\n").problems(),
              ElementsAre("ITEM_NOT_ASKED@2:2"));
}

TEST(BadFilesTest, ProblemsAreCappedAndCounted) {
  v1::Instrument instrument = LenientInstrument();
  const InstrumentIndex index(instrument);
  const SlotTable slots(index);
  SiteDirectory sites;
  for (int i = 0; i < 1500; ++i) {
    v1::RosterEntry entry;
    entry.set_site(absl::StrCat("sites/s", i));
    entry.set_active(true);
    sites.Add(entry);
  }
  std::string file = "site,cbo.count,cbo.level\n";
  for (int i = 0; i < 1500; ++i) absl::StrAppend(&file, "s", i, ",NA,nonsense\n");
  FileReader reader(index, slots, sites, {});
  reader.Feed(file);
  reader.Finish();
  v1::Import import;
  reader.Summarize(import);
  EXPECT_EQ(import.error_count(), 1500);
  EXPECT_EQ(import.warning_count(), 1500);
  // Errors come before warnings, so none of these is kept.
  ASSERT_EQ(import.problems_size(), 1000);
  EXPECT_EQ(import.problems(0).row(), 2);
  EXPECT_EQ(import.problems(999).row(), 1001);
  EXPECT_EQ(import.problems(999).reason(), "UNKNOWN_LEVEL");
  EXPECT_EQ(import.sites_rejected(), 1500);
}

}  // namespace
}  // namespace weft::ingestion
