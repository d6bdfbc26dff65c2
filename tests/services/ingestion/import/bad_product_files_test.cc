// Files of survey products that are wrong in one way each, with the problem that must come of it.
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/ingestion/example.h"
#include "tests/services/ingestion/import/reading.h"

namespace weft::ingestion {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using namespace std::string_literals;

ReadOptions As(v1::FileFormat format) { return {.format = format}; }
ReadOptions Latest() { return {.on_duplicate = v1::ON_DUPLICATE_LATEST}; }
ReadOptions Merged() { return {.on_duplicate = v1::ON_DUPLICATE_CONTRIBUTORS}; }
ReadOptions With(const std::string& header, const std::string& item) {
  ReadOptions options;
  options.given_overrides.emplace_back().set_header(header);
  options.given_overrides.back().set_item(item);
  return options;
}

const std::string kKobo =
    "\"_uuid\";\"_id\";\"_submission_time\";\"site\";\"cbo_level\";\"cbo_count\";\"functions\";"
    "\"functions/convene\";\"functions/fund\";\"functions/host\";\"setting\";\"students\";"
    "\"barriers\"\n";
const std::string kRedcap =
    "record_id,site,functions___convene,functions___fund,functions___host,setting,"
    "context_complete\n";
const std::string kOdk = "SubmissionDate,site,setting,functions,KEY,SubmitterID,ReviewState\n";
const std::string kLime = "id,submitdate,lastpage,startlanguage,site,setting,functions[fund]\n";
const std::string kQualtrics =
    "StartDate,EndDate,Finished,RecordedDate,ResponseId,UserLanguage,Q1,Q2\n"
    "Start,End,Finished,Recorded,Response ID,Language,Site,What are you?\n"
    "\"{\"\"ImportId\"\":\"\"startDate\"\"}\",\"{\"\"ImportId\"\":\"\"endDate\"\"}\","
    "\"{\"\"ImportId\"\":\"\"finished\"\"}\",\"{\"\"ImportId\"\":\"\"recordedDate\"\"}\","
    "\"{\"\"ImportId\"\":\"\"_recordId\"\"}\",\"{\"\"ImportId\"\":\"\"userLanguage\"\"}\","
    "\"{\"\"ImportId\"\":\"\"QID1\"\"}\",\"{\"\"ImportId\"\":\"\"QID2\"\"}\"\n";
const std::string kGoogle = "Timestamp,Community,What do partners do?,What are you?\n";
const std::string kWide = "site,cbo.level,functions,functions/convene,functions/fund,setting\n";

// A Kobo row for site-01 with a cell in a column (from 1).
std::string KoboWith(int column, const std::string& cell) {
  std::vector<std::string> cells = {
      "u1", "1", "2024-03-05T08:00:00", "site-01", "", "", "", "", "", "", "school", "", ""};
  cells[static_cast<size_t>(column) - 1] = cell;
  return absl::StrCat(kKobo, "\"", absl::StrJoin(cells, "\";\""), "\"\n");
}

std::string Nested(int depth) {
  return "[{\"site\":" + std::string(static_cast<size_t>(depth), '[') +
         std::string(static_cast<size_t>(depth), ']') + "}]";
}

std::string ManyKeys(int count) {
  std::string file = "[{\"site\":\"site-01\"";
  for (int i = 1; i < count; ++i) absl::StrAppend(&file, ",\"_k", i, "\":1");
  return file + "}]";
}

std::vector<BadFile> BadFiles() {
  const std::string megabytes(static_cast<size_t>(9) << 20, 'x');
  const std::string half_a_megabyte(static_cast<size_t>(1) << 19, 'x');
  return {
      // Encoding.
      {"kobo_latin1", KoboWith(13, "caf\xe9"), "INVALID_UTF8@2:13", "CSV UTF-8"},
      {"kobo_latin1_header", "\"_uuid\";\"_id\";\"caf\xe9\"\n", "INVALID_UTF8@1:0", "UTF-8"},
      {"kobo_nul", KoboWith(11, "a\0b"s), "NUL_BYTE@2:11", "NUL"},
      {"qualtrics_utf16", "\xff\xfeS\0t\0a\0r\0t\0"s, "WRONG_ENCODING@0:0", "UTF-8"},
      {"qualtrics_latin1_text", "StartDate,ResponseId,UserLanguage\nStart,R\xe9ponse,L\n",
       "INVALID_UTF8@2:2", "UTF-8"},
      {"json_utf16", "[\0{\0"s, "BAD_JSON@0:0", ""},
      {"json_latin1", "[{\"site\":\"site-01\",\"setting\":\"\xe9\"}]", "INVALID_UTF8@1:0", "UTF-8"},
      {"json_cut_character", "[{\"site\":\"site-01\",\"setting\":\"\xe2\x82\"}]",
       "INVALID_UTF8@1:0", "UTF-8"},
      {"json_raw_nul", "[{\"site\":\"site-01\",\"setting\":\"a\0b\"}]"s, "NUL_BYTE@1:0", "NUL"},
      {"json_escaped_nul_in_key", "[{\"site\\u0000\":\"site-01\"}]", "NUL_BYTE@1:0", "a key holds"},
      {"json_escaped_nul", "[{\"site\":\"site-01\",\"setting\":\"a\\u0000b\"}]", "NUL_BYTE@1:2",
       "NUL"},

      // Quoting.
      {"kobo_unterminated", kKobo + "\"u1\";\"1\n", "UNTERMINATED_QUOTE@2:2", "close the quote"},
      {"kobo_stray_quote", kKobo + "\"u1\";\"1\"x\n", "BAD_QUOTE@2:2", "\"\" for a quote"},
      {"redcap_quote_in_header", "record_id,site,\"a\"b\n", "BAD_QUOTE@1:0", ""},
      {"limesurvey_quote_inside", kLime + "1,2024-03-05,4,en,site-01,a \"b\",Y\n", "BAD_QUOTE@2:6",
       "\"\" for a quote"},

      // JSON.
      {"json_scalar", "[1]", "BAD_JSON@0:0", "submission"},
      {"json_text", "[\"a\"]", "BAD_JSON@0:0", "submission"},
      {"json_nested_list", "[[]]", "BAD_JSON@0:0", "submission"},
      {"json_object_without_results", "{\"count\":0}", "BAD_JSON@0:0", "\"results\""},
      {"json_results_no_list", "{\"results\":{}}", "BAD_JSON@0:0", "\"results\""},
      {"json_no_comma", "[{\"site\":\"site-01\",\"setting\":\"school\"}{}]", "BAD_JSON@1:0",
       "submission"},
      {"json_comma_at_end", "[{\"site\":\"site-01\",\"setting\":\"school\"},]", "BAD_JSON@1:0",
       "submission"},
      {"json_cut", "[{\"site\":\"site-01\",\"setting\":\"school\"}", "BAD_JSON@1:0", "cut"},
      {"json_cut_inside", "[\n{\"site\":\"si", "BAD_JSON@1:0", "line 2, byte 13"},
      {"json_more_behind", "[{\"site\":\"site-01\",\"setting\":\"school\"}] x", "BAD_JSON@1:0",
       "follows"},
      {"json_no_colon", "[{\"site\" \"site-01\"}]", "BAD_JSON@1:0", "no JSON"},
      {"json_single_quotes", "[{'site':'site-01'}]", "BAD_JSON@1:0", "no JSON"},
      {"json_bad_escape", "[{\"site\":\"\\x\"}]", "BAD_JSON@1:0", "no JSON"},
      {"json_lone_surrogate", "[{\"site\":\"\\ud800\"}]", "BAD_JSON@1:0", "no JSON"},
      {"json_mismatched", "[{\"site\":[}]]", "BAD_JSON@1:0", ""},
      {"json_said_but_csv", "site,setting\nsite-01,school\n", "BAD_JSON@0:0", "list of submissions",
       As(v1::FILE_FORMAT_KOBO_JSON)},
      {"csv_said_but_json", "[{\"site\":\"site-01\"}]", "BAD_QUOTE@1:0", "",
       As(v1::FILE_FORMAT_KOBO)},
      {"json_too_deep", Nested(32), "JSON_TOO_DEEP@1:0", "32"},
      {"json_page_too_deep", "{\"a\":" + std::string(40, '['), "JSON_TOO_DEEP@0:0", "32"},
      {"json_repeated_key",
       "[{\"site\":\"site-01\",\"setting\":\"school\",\"setting\":\"school\"}]", "REPEATED_KEY@1:2",
       "twice"},
      {"json_too_many_keys", ManyKeys(2001), "TOO_MANY_COLUMNS@1:0", "2000"},
      {"json_empty_list", "[]", "NO_DATA_ROWS@0:0", "nothing below"},
      {"json_huge_submission", "[{\"site\":\"" + megabytes + "\"}]", "ROW_TOO_LONG@1:0", "8 MiB"},
      {"json_huge_keys",
       absl::StrCat("[{\"site\":\"site-01\",\"setting\":\"school\",\"_a", half_a_megabyte,
                    "\":1},{\"_b", half_a_megabyte, "\":1}]"),
       "ROW_TOO_LONG@2:0", "keys"},
      {"json_huge_path",
       absl::StrCat("[{\"_a", half_a_megabyte, "\":{\"b", half_a_megabyte, "\":{\"c\":1}}}]"),
       "ROW_TOO_LONG@1:0", "keys"},
      {"json_without_site", "[{\"setting\":\"school\"}]", "MISSING_COLUMN@0:0 MISSING_SITE@1:0",
       "\"site\""},
      {"json_site_later",
       "[{\"setting\":\"school\"},\n{\"site\":\"site-01\",\"setting\":\"school\"}]",
       "MISSING_SITE@1:0", "names no site"},
      {"json_list_as_answer", "[{\"site\":\"site-01\",\"setting\":[\"school\"]}]",
       "UNKNOWN_OPTION@1:2", "A school"},

      // Headers.
      {"kobo_without_site", "_uuid;_id;setting\nu1;1;school\n", "MISSING_COLUMN@1:0",
       "mapped to it"},
      {"kobo_without_answers", "_uuid;_id;site\nu1;1;site-01\n", "NO_ANSWER_COLUMN@1:0",
       "holds answers"},
      {"kobo_same_item_twice", "_uuid;_id;site;setting;about/setting\nu1;1;site-01;school;school\n",
       "DUPLICATE_COLUMN@1:5", "column 4"},
      {"qualtrics_only_header", "StartDate,ResponseId,UserLanguage,site,setting\n",
       "NO_DATA_ROWS@0:0", ""},
      {"unknown_product", "Respondent,Collector,Setting?\n1,2,3\n4,5,6\n",
       "HEADER_NOT_RECOGNIZED@1:0", "survey product"},
      {"override_to_nothing", "site,setting,students\nsite-01,school,5\n", "UNKNOWN_MAPPING@1:2",
       "sitting", With("setting", "sitting")},
      {"override_of_tidy", "site,item,partner_type,value\nsite-01,setting,,school\n",
       "MISSING_COLUMN@1:0 UNKNOWN_MAPPING@1:4", "", With("value", "setting")},

      // Types.
      {"kobo_bad_count", KoboWith(6, "many"), "BAD_COUNT@2:6", "~12"},
      {"kobo_bad_level", KoboWith(5, "friendship"), "UNKNOWN_LEVEL@2:5", "Networking"},
      {"kobo_level_number", KoboWith(5, "7"), "LEVEL_CODE_NOT_DECLARED@2:5", "never guessed"},
      {"kobo_bad_option", KoboWith(7, "convene dance"), "UNKNOWN_OPTION@2:7", "Convene"},
      {"kobo_bad_number", KoboWith(12, "1,5"), "BAD_NUMBER@2:12", "point"},
      {"kobo_number_range", KoboWith(12, "100001"), "NUMBER_OUT_OF_RANGE@2:12", "at most"},
      {"kobo_text_long", KoboWith(13, std::string(51, 'x')), "TEXT_TOO_LONG@2:13", "51"},
      {"kobo_bad_tick", KoboWith(8, "perhaps"), "BAD_TICK@2:8", "1 or 0"},
      {"redcap_bad_tick", kRedcap + "1,site-01,2,0,0,school,2\n", "BAD_TICK@2:3", "1 or 0"},
      {"limesurvey_bad_tick", kLime + "1,2024-03-05,4,en,site-01,school,maybe\n", "BAD_TICK@2:7",
       "1 or 0"},
      {"kobo_contradiction", kKobo + "u;1;2024-03-05;site-01;;;convene;0;1;0;school;;\n",
       "OPTION_COLUMNS_DISAGREE@2:7", "contradict"},
      {"wide_contradiction", kWide + "site-01,,Convene,0,1,school\n", "OPTION_COLUMNS_DISAGREE@2:3",
       "contradict"},
      {"wide_missing_beside_tick", kWide + "site-01,,,REFUSED,1,school\n",
       "OPTION_COLUMNS_DISAGREE@2:4", "contradict"},
      {"qualtrics_bad_option", kQualtrics + ",,True,2024-03-05 08:00:00,R_1,EN,site-01,A church\n",
       "UNKNOWN_OPTION@4:8", "A school"},
      {"google_unknown_tick",
       kGoogle + "2024/03/05 2:22:10 PM GMT+1,site-01,\"Convene, Dance\",A school\n",
       "UNKNOWN_OPTION@2:3", "Convene"},
      {"google_option_twice", kGoogle + "2024/03/05 2:22:10 PM GMT+1,site-01,Fund;Fund,A school\n",
       "REPEATED_OPTION@2:3", "once"},

      // Rows and references.
      {"kobo_short_row", kKobo + "\"u1\";\"1\"\n", "WRONG_COLUMN_COUNT@2:0", "has 2 cells"},
      {"qualtrics_short_row", kQualtrics + ",,True\n", "WRONG_COLUMN_COUNT@4:0", "has 3 cells"},
      {"kobo_two_cells_more", KoboWith(1, "u") + "a;b;c;d;e;f;g;h;i;j;k;l;m;;\n",
       "WRONG_COLUMN_COUNT@3:0", "has 15 cells"},
      {"kobo_unknown_site", KoboWith(4, "elsewhere"), "UNKNOWN_SITE@2:4", "AmendRoster"},
      {"kobo_no_site", KoboWith(4, ""), "MISSING_SITE@2:4", "site-01"},
      {"kobo_leading_zeros_lost", KoboWith(4, "site-1"), "UNKNOWN_SITE@2:4",
       "did you mean \"site-01\"?"},
      {"kobo_site_off_roster", KoboWith(4, "gone"), "SITE_OFF_ROSTER@2:4", "AmendRoster"},
      {"kobo_ambiguous_site", KoboWith(4, "Twin"), "AMBIGUOUS_SITE@2:4", "site's id"},

      // Duplicates.
      {"qualtrics_two_rows",
       kQualtrics + ",,True,2024-03-05 08:00:00,R_1,EN,site-01,A school\n"
                    ",,True,2024-03-06 08:00:00,R_2,EN,site-01,A school\n",
       "DUPLICATE_SITE@5:7", "on line 4"},
      {"odk_two_rows",
       kOdk + "2024-03-05T08:00:00Z,site-01,school,fund,uuid:1,1,\n"
              "2024-03-06T08:00:00Z,site-01,school,fund,uuid:2,1,\n",
       "DUPLICATE_SITE@3:2", "on line 2"},
      {"odk_same_key_other_answer",
       kOdk + "2024-03-05T08:00:00Z,site-01,school,fund,uuid:1,1,\n"
              "2024-03-05T08:00:00Z,site-01,school,host,uuid:1,1,\n",
       "DUPLICATE_SITE@3:2", "on line 2"},
      {"contributors_disagree",
       kOdk + "2024-03-05T08:00:00Z,site-01,school,fund,uuid:1,1,\n"
              "2024-03-06T08:00:00Z,site-01,district,fund,uuid:2,1,\n",
       "CONTRIBUTORS_DISAGREE@3:3", "on line 2 and on line 3", Merged()},
      {"wide_contributors_disagree",
       "site,cbo.count,cbo.level\nsite-01,12,\nsite-01,,Networking\nsite-01,13,Networking\n",
       "CONTRIBUTORS_DISAGREE@4:2", "\"12\" and \"13\"", Merged()},
      {"tidy_contributors_disagree",
       "site,item,partner_type,value\nsite-01,partner_count,cbo,12\nsite-01,partner_count,cbo,~"
       "12\n",
       "CONTRIBUTORS_DISAGREE@3:4", "on line 2 and on line 3", Merged()},
      {"missing_and_answer_disagree",
       "site,setting,cbo.level\nsite-01,REFUSED,1\nsite-01,school,1\n", "CONTRIBUTORS_DISAGREE@3:2",
       "REFUSED", Merged()},
      {"latest_without_time", "site,setting\nsite-01,school\n", "NO_SUBMISSION_TIME@1:0", "merge",
       Latest()},
      {"latest_of_tidy", "site,item,partner_type,value\nsite-01,setting,,school\n",
       "NO_SUBMISSION_TIME@1:0", "merge", Latest()},
      {"latest_with_american_date", kGoogle + "3/5/2024 14:22:10,site-01,Fund,A school\n",
       "BAD_SUBMISSION_TIME@2:1", "2024-03-05", Latest()},
      {"latest_before_the_key",
       "[{\"site\":\"site-01\",\"setting\":\"school\"},"
       "{\"_submission_time\":\"2024-03-05T08:00:00\",\"site\":\"site-01\",\"setting\":\"school\"}"
       "]",
       "BAD_SUBMISSION_TIME@1:0", "2024-03-05", Latest()},
      {"latest_without_date", kOdk + ",site-01,school,fund,uuid:1,1,\n", "BAD_SUBMISSION_TIME@2:1",
       "2024-03-05", Latest()},
      {"latest_with_excel_date", kOdk + "45356.59,site-01,school,fund,uuid:1,1,\n",
       "BAD_SUBMISSION_TIME@2:1", "2024-03-05", Latest()},

      // Formulas are text like any other: nothing evaluates them.
      {"formula_as_count", KoboWith(6, "=1+1"), "BAD_COUNT@2:6", "whole number"},
      {"formula_as_option", KoboWith(11, "@SUM(A1)"), "UNKNOWN_OPTION@2:11", "A school"},
      {"formula_as_site", KoboWith(4, "=HYPERLINK(1)"), "UNKNOWN_SITE@2:4", "roster"},
      {"guarded_formula_as_level", kWide + "site-01,'=1+1,,,,school\n", "UNKNOWN_LEVEL@2:2",
       "Networking"},
  };
}

class BadProductFileTest : public ::testing::TestWithParam<BadFile> {};

TEST_P(BadProductFileTest, GivesItsProblem) {
  const ReadFile read = ExpectItsProblems(GetParam());
  EXPECT_TRUE(!read.file_rejected || read.sites.empty());
}

INSTANTIATE_TEST_SUITE_P(Every, BadProductFileTest, ::testing::ValuesIn(BadFiles()),
                         [](const ::testing::TestParamInfo<BadFile>& bad) {
                           return bad.param.name;
                         });

TEST(BadProductFilesTest, TableHoldsEveryError) {
  std::string all;
  for (const BadFile& bad : BadFiles()) absl::StrAppend(&all, " ", bad.problems);
  EXPECT_GE(BadFiles().size(), 60u);
  for (const ReasonInfo& info : AllReasons()) {
    // Below.
    if (!IsOfProducts(info.reason) || info.reason == Reason::kTooMuchToCollect) continue;
    EXPECT_THAT(all, HasSubstr(absl::StrCat(" ", info.name, "@")));
  }
}

TEST(BadProductFilesTest, WhatIsHeldIsBounded) {
  std::string file = "site,setting,hopes\n";
  for (int i = 0; i < 100; ++i) {
    absl::StrAppend(&file, "site-01,school,", std::string(100, 'x'), "\n");
  }
  ReadOptions options = Merged();
  const FileTester tester;
  EXPECT_THAT(tester.Read(file, options).problems(), IsEmpty());
  options.max_collected_bytes = 1000;
  const ReadFile read = tester.Read(file, options);
  ASSERT_EQ(read.import.problems_size(), 1);
  EXPECT_EQ(read.import.problems(0).reason(), "TOO_MUCH_TO_COLLECT");
  EXPECT_TRUE(read.file_rejected);
  EXPECT_THAT(read.sites, IsEmpty());
}

TEST(BadProductFilesTest, FreeTextIsInNoProblem) {
  const std::string secret = "Xylophone";
  const FileTester tester;
  for (const ReadOptions& options : {ReadOptions{}, Merged(), Latest()}) {
    for (const std::string& file :
         {KoboWith(13, secret + std::string(60, 'x')), KoboWith(13, secret + "\xff"),
          KoboWith(13, secret) + "\"u2\";\"2\";\"2024-03-05\";\"site-01\";;;;;;;;;\"" + secret +
              " too\"\n",
          "[{\"site\":\"site-01\",\"_submission_time\":\"2024-03-05\",\"barriers\":\"" + secret +
              std::string(60, 'x') + "\"}]"}) {
      const ReadFile read = tester.Read(file, options);
      EXPECT_THAT(read.import.SerializeAsString(), Not(HasSubstr(secret))) << file;
    }
  }
}

}  // namespace
}  // namespace weft::ingestion
