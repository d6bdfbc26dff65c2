#include "services/ingestion/domain/import/excerpt_reader.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
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
using ::testing::Not;

struct Read {
  // "site question code coder text" of each, sorted.
  std::set<std::string> excerpts;
  // "REASON@row:column" of each.
  std::vector<std::string> problems;
  std::string all;
  std::vector<std::string> ignored;
  int rows = 0;
};

Read ReadFile(const std::string& file, const std::string& coder = "") {
  ExcerptContext context;
  context.wave = "waves/w1";
  for (const char* id : {"site-01", "site-02", "site-03"}) {
    v1::RosterEntry entry;
    entry.set_site(absl::StrCat("sites/", id));
    entry.set_display_name(id == std::string("site-03") ? "Twin" : absl::StrCat("Community ", id));
    entry.set_active(id != std::string("site-02"));
    context.sites.Add(entry);
  }
  v1::RosterEntry twin;
  twin.set_site("sites/site-04");
  twin.set_display_name("Twin");
  twin.set_active(true);
  context.sites.Add(twin);
  context.respondents["r1"] = "sites/site-01";
  context.respondents["r3"] = "sites/site-03";
  const InstrumentIndex instrument(ExampleDraft());
  ExcerptReader reader(context, instrument, coder);
  reader.Read(file);
  Read read;
  for (const v1::CodedExcerpt& excerpt : reader.excerpts()) {
    EXPECT_THAT(excerpt.name(), HasSubstr("waves/w1/codedExcerpts/"));
    read.excerpts.insert(absl::StrCat(excerpt.site(), "|", excerpt.question(), "|", excerpt.code(),
                                      "|", excerpt.coder(), "|", excerpt.text()));
  }
  v1::Import problems;
  reader.problems().CopyTo(problems);
  for (const v1::ImportProblem& problem : problems.problems()) {
    read.problems.push_back(
        absl::StrCat(problem.reason(), "@", problem.row(), ":", problem.column()));
    EXPECT_NE(problem.message(), "");
  }
  read.all = problems.DebugString();
  read.ignored = reader.ignored_columns();
  read.rows = reader.rows_read();
  return read;
}

TEST(ExcerptReader, ReadsRowsAndRepeatedOnesOnce) {
  const Read read = ReadFile(
      "code,coder,excerpt,site,question,memo\n"
      "transport,ann,\"No buses,\nat all.\",site-01,barriers,look again\n"
      "transport; money ,ann,No cash.,sites/site-01,,\n"
      "transport,ann,No cash.,Community site-01,,\n"
      ",,,,,\n");
  EXPECT_THAT(read.problems, IsEmpty());
  EXPECT_THAT(read.excerpts, ElementsAre("sites/site-01|barriers|transport|ann|No buses,\nat all.",
                                         "sites/site-01||money|ann|No cash.",
                                         "sites/site-01||transport|ann|No cash."));
  EXPECT_THAT(read.ignored, ElementsAre("memo"));
  EXPECT_EQ(read.rows, 3);
}

TEST(ExcerptReader, KnowsWhatProgramsCallTheColumns) {
  const std::set<std::string> expected = {"sites/site-01||a code|ann|Words."};
  // Dedoose, MAXQDA (with semicolons), Taguette (which does not say who coded), a sheet.
  EXPECT_EQ(ReadFile("Media Title,Excerpt Creator,Excerpt Copy,Codes Applied\n"
                     "site-01,ann,Words.,a code\n")
                .excerpts,
            expected);
  EXPECT_EQ(ReadFile("\xef\xbb\xbf"
                     "Document name;Code;Segment;Created by\r\n"
                     "site-01;a code;Words.;ann\r\n")
                .excerpts,
            expected);
  EXPECT_EQ(ReadFile("id,document,tag,content\n1,site-01,a  code,Words.\n", "ann").excerpts,
            expected);
  EXPECT_EQ(ReadFile("Response\tCODE\tCoder\tText\nr1\ta code\tann\tWords.\n").excerpts, expected);
  EXPECT_EQ(ReadFile("response,site,code,coder,text,item\n"
                     "waves/w1/responses/r1,site-01,a code,ann,Words.,\n")
                .excerpts,
            expected);
}

struct Bad {
  const char* what;
  std::string file;
  std::vector<std::string> problems;
};

std::vector<Bad> BadFiles() {
  const std::string header = "code,coder,excerpt,site,response,question\n";
  return {
      {"empty", "\n\n", {"EMPTY_FILE@0:0"}},
      {"no rows", header, {"NO_DATA_ROWS@0:0"}},
      {"columns",
       "memo\nx\n",
       {"MISSING_COLUMN@1:0", "MISSING_COLUMN@1:0", "MISSING_COLUMN@1:0", "MISSING_COLUMN@1:0"}},
      {"twice", "code,tag,coder,text,site\n", {"DUPLICATE_COLUMN@1:2"}},
      {"cells", header + "a,b\n", {"WRONG_COLUMN_COUNT@2:0"}},
      {"no site", header + "x,ann,Words.,,,\n", {"MISSING_SITE@2:4"}},
      {"unknown site", header + "x,ann,Words.,site-09,,\n", {"UNKNOWN_SITE@2:4"}},
      {"off roster", header + "x,ann,Words.,site-02,,\n", {"SITE_OFF_ROSTER@2:4"}},
      {"ambiguous", header + "x,ann,Words.,Twin,,\n", {"AMBIGUOUS_SITE@2:4"}},
      {"unknown response", header + "x,ann,Words.,,r9,\n", {"UNKNOWN_RESPONSE@2:5"}},
      {"response of another wave",
       header + "x,ann,Words.,,waves/w2/responses/r1,\n",
       {"UNKNOWN_RESPONSE@2:5"}},
      {"other site", header + "x,ann,Words.,site-01,r3,\n", {"RESPONSE_OF_OTHER_SITE@2:5"}},
      {"unknown question", header + "x,ann,Words.,site-01,,weather\n", {"UNKNOWN_ITEM@2:6"}},
      {"no code", header + " ; ,ann,Words.,site-01,,\n", {"MISSING_CODE@2:1"}},
      {"no coder", header + "x,,Words.,site-01,,\n", {"MISSING_CODER@2:2"}},
      {"no words", header + "x,ann,,site-01,,\n", {"MISSING_EXCERPT@2:3"}},
      {"long names",
       header + std::string(101, 'x') + "," + std::string(101, 'y') + ",Words.,site-01,,\n",
       {"CODING_NAME_TOO_LONG@2:1", "CODING_NAME_TOO_LONG@2:2"}},
      {"long words",
       header + "x,ann," + std::string(10'001, 'w') + ",site-01,,\n",
       {"EXCERPT_TOO_LONG@2:3"}},
      {"several",
       header + ",ann,Words.,site-09,,\nx,ann,,site-01,,\n",
       {"MISSING_CODE@2:1", "UNKNOWN_SITE@2:4", "MISSING_EXCERPT@3:3"}},
      {"quote", header + "x,ann,\"Words.\" more,site-01,,\n", {"BAD_QUOTE@2:3"}},
      {"open quote", header + "x,ann,\"Words.,site-01,,\n", {"UNTERMINATED_QUOTE@2:3"}},
      {"bytes", header + "x,ann,W\xffords.,site-01,,\n", {"INVALID_UTF8@2:3"}},
  };
}

TEST(ExcerptReader, SaysWhereAFileIsWrong) {
  for (const Bad& bad : BadFiles()) {
    const Read read = ReadFile(bad.file);
    EXPECT_EQ(read.problems, bad.problems) << bad.what;
    EXPECT_THAT(read.all, Not(HasSubstr("Words"))) << bad.what;
  }
}

TEST(ExcerptReader, EveryReasonOfItsOwnIsTested) {
  std::string all;
  for (const Bad& bad : BadFiles()) {
    for (const std::string& problem : bad.problems) absl::StrAppend(&all, " ", problem);
  }
  for (const ReasonInfo& info : AllReasons()) {
    if (!IsOfCoding(info.reason) || info.reason == Reason::kTooManyExcerpts) continue;
    EXPECT_THAT(all, HasSubstr(absl::StrCat(" ", info.name, "@")));
  }
}

// Columns that were mixed up put words where names belong.
TEST(ExcerptReader, ShowsNoWordOfAPassageInTheWrongColumn) {
  const Read read = ReadFile(
      "code,coder,excerpt,site,response,question\n"
      "x,ann,site-01,Schmetterlingsflieder,,\n"
      "x,ann,site-01,,Schmetterlingsflieder,\n"
      "x,ann,y,site-01,,Schmetterlingsflieder\n");
  EXPECT_THAT(read.problems,
              ElementsAre("UNKNOWN_SITE@2:4", "UNKNOWN_RESPONSE@3:5", "UNKNOWN_ITEM@4:6"));
  EXPECT_THAT(read.all, Not(HasSubstr("Schmetterling")));
}

TEST(ExcerptReader, IsBounded) {
  std::string file = "code,coder,excerpt,site\n";
  for (int i = 0; i < 20'005; ++i) absl::StrAppend(&file, "x,ann,w", i, ",site-01\n");
  EXPECT_THAT(ReadFile(file).problems, ElementsAre("TOO_MANY_EXCERPTS@20002:0"));
}

}  // namespace
}  // namespace weft::ingestion
