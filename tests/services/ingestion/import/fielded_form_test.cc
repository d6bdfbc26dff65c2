// Out to another tool and back: an instrument's form is fielded elsewhere, and what comes back is
// what the Weft wide file of the same answers says. The columns are made from the form as
// KoboToolbox and ODK Central make them (tests/data/import/README.md).
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ingestion/domain/form/xlsform_writer.h"
#include "tests/services/ingestion/example.h"
#include "tests/services/ingestion/import/reading.h"

namespace weft::ingestion {
namespace {

using ::testing::IsEmpty;

using Answers = std::map<std::string, std::string>;

// What two respondents enter, by the form's names; of choices the names.
std::vector<Answers> Respondents() {
  return {{{"site", "site-01"},
           {"cbo_count", "12"},
           {"cbo_level", "collaboration"},
           {"school_district_count", "3"},
           {"school_district_level", "DONT_KNOW"},
           {"k12_school_level", "no_interaction"},
           {"shared_responsibility", "moderately_evident"},
           {"functions", "convene host"},
           {"setting", "district"},
           {"students", "420"},
           {"barriers", "Money, \"mostly\"."}},
          {{"site", "site-02"},
           {"cbo_count", "0"},
           {"shared_responsibility", "DONT_KNOW"},
           {"setting", "REFUSED"},
           {"hopes", "Time"}}};
}

constexpr char kWide[] =
    "site,shared_responsibility,cbo.count,cbo.level,school_district.count,school_district.level,"
    "k12_school.count,k12_school.level,functions,setting,students,barriers,hopes\n"
    "site-01,Moderately evident,12,Collaboration,3,DONT_KNOW,,No interaction,convene;host,A "
    "district,"
    "420,\"Money, \"\"mostly\"\".\",\n"
    "site-02,DONT_KNOW,0,,,,,,,REFUSED,,,Time\n";

XlsForm ExampleForm() {
  v1::ExportInstrumentFormRequest request;
  request.add_offered_missing(type::v1::MISSING_REASON_DONT_KNOW);
  request.add_offered_missing(type::v1::MISSING_REASON_REFUSED);
  absl::StatusOr<XlsForm> form = ToXlsForm(LenientInstrument(), ExampleTaxonomy(), request);
  EXPECT_TRUE(form.ok()) << form.status();
  return *std::move(form);
}

// The questions of a form with the groups that they stand in: "s_context/setting".
struct Asked {
  std::string path;
  std::string name;
};
std::vector<Asked> QuestionsOf(const XlsForm& form, absl::string_view separator) {
  std::vector<std::string> groups;
  std::vector<Asked> questions;
  for (const FormRow& row : form.sheets.survey) {
    const absl::string_view type = row.Get("type");
    if (type == "begin_group") {
      groups.emplace_back(row.Get("name"));
    } else if (type == "end_group") {
      groups.pop_back();
    } else if (type != "note") {
      std::vector<std::string> path = groups;
      path.emplace_back(row.Get("name"));
      questions.push_back({absl::StrJoin(path, separator), std::string(row.Get("name"))});
    }
  }
  return questions;
}

std::vector<std::string> ChoicesOf(const XlsForm& form, absl::string_view list) {
  std::vector<std::string> choices;
  for (const FormRow& row : form.sheets.choices) {
    if (row.Get("list_name") == list) choices.emplace_back(row.Get("name"));
  }
  return choices;
}

std::string Quote(absl::string_view cell) {
  std::string quoted = "\"";
  for (const char c : cell) absl::StrAppend(&quoted, c == '"' ? "\"\"" : std::string(1, c));
  return quoted + "\"";
}

std::string Row(const std::vector<std::string>& cells, absl::string_view separator) {
  return absl::StrCat(absl::StrJoin(cells, separator,
                                    [](std::string* out, const std::string& cell) {
                                      absl::StrAppend(out, Quote(cell));
                                    }),
                      "\n");
}

std::string KoboExport(const XlsForm& form) {
  std::vector<std::string> header = {"start", "end"};
  for (const Asked& asked : QuestionsOf(form, "/")) {
    header.push_back(asked.path);
    if (asked.name != "functions") continue;
    for (const std::string& choice : ChoicesOf(form, "functions")) {
      header.push_back(absl::StrCat(asked.path, "/", choice));
    }
  }
  for (const char* own :
       {"_id", "_uuid", "_submission_time", "_validation_status", "__version__"}) {
    header.emplace_back(own);
  }
  std::string file = Row(header, ";");
  int number = 0;
  for (Answers answers : Respondents()) {
    std::vector<std::string> cells = {"2024-03-01T08:00:00.000-07:00",
                                      "2024-03-01T08:20:00.000-07:00"};
    for (const Asked& asked : QuestionsOf(form, "/")) {
      const std::string& answer = answers[asked.name];
      cells.push_back(answer);
      if (asked.name != "functions") continue;
      for (const std::string& choice : ChoicesOf(form, "functions")) {
        std::string tick = absl::StrContains(answer, choice) ? "1" : "0";
        cells.push_back(answer.empty() ? "" : std::move(tick));
      }
    }
    ++number;
    cells.insert(cells.end(), {absl::StrCat(number), absl::StrCat("uuid-", number),
                               "2024-03-01T08:20:03", "", "v1"});
    file += Row(cells, ";");
  }
  return file;
}

std::string OdkExport(const XlsForm& form) {
  std::vector<std::string> header = {"SubmissionDate"};
  for (const Asked& asked : QuestionsOf(form, "-")) header.push_back(asked.path);
  for (const char* own :
       {"KEY", "SubmitterID", "SubmitterName", "AttachmentsPresent", "AttachmentsExpected",
        "Status", "ReviewState", "DeviceID", "Edits", "FormVersion"}) {
    header.emplace_back(own);
  }
  std::string file = Row(header, ",");
  int number = 0;
  for (Answers answers : Respondents()) {
    std::vector<std::string> cells = {"2024-03-01T15:20:03.456Z"};
    for (const Asked& asked : QuestionsOf(form, "-")) cells.push_back(answers[asked.name]);
    cells.insert(cells.end(), {absl::StrCat("uuid:", ++number), "12", "App user", "0", "0", "",
                               "approved", "collect:x", "0", "1"});
    file += Row(cells, ",");
  }
  return file;
}

TEST(FieldedFormTest, KoboToolboxBringsTheSameRecordsBack) {
  const FileTester tester;
  const ReadFile wide = tester.Read(kWide);
  ASSERT_THAT(wide.problems(), IsEmpty());
  const ReadFile read = tester.Read(KoboExport(ExampleForm()));
  EXPECT_EQ(read.import.format(), v1::FILE_FORMAT_KOBO);
  EXPECT_THAT(read.problems(), IsEmpty()) << read.import.DebugString();
  ASSERT_EQ(read.sites.size(), 2u);
  EXPECT_EQ(RecordsOf(tester.instrument(), read), RecordsOf(tester.instrument(), wide));
}

TEST(FieldedFormTest, OdkCentralBringsTheSameRecordsBack) {
  const FileTester tester;
  const ReadFile wide = tester.Read(kWide);
  const ReadFile read = tester.Read(OdkExport(ExampleForm()));
  EXPECT_EQ(read.import.format(), v1::FILE_FORMAT_ODK_CENTRAL);
  EXPECT_THAT(read.problems(), IsEmpty()) << read.import.DebugString();
  ASSERT_EQ(read.sites.size(), 2u);
  EXPECT_EQ(RecordsOf(tester.instrument(), read), RecordsOf(tester.instrument(), wide));
}

}  // namespace
}  // namespace weft::ingestion
