// Everything that can be wrong with the files of a directory is told with its place and its reason.
#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registry/domain/hsds/package_reader.h"
#include "tests/services/registry/hsds/reading.h"

namespace weft::registry::hsds {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kA[] = "0b7e5b1a-52a4-4f0e-8f0b-2b6d5f7a9c1a";
constexpr char kB[] = "0b7e5b1a-52a4-4f0e-8f0b-2b6d5f7a9c1b";

std::string Organization(const std::string& id, const std::string& rest = "") {
  return absl::StrCat(R"({"id":")", id, R"(","name":"N","description":"N")", rest, "}");
}

// What is told is the same wherever the bytes are cut.
std::vector<std::string> ProblemsOf(const Files& files) {
  std::vector<std::string> whole = Read(files).problems();
  for (const size_t piece : {1, 2, 7}) EXPECT_EQ(Read(files, piece).problems(), whole) << piece;
  return whole;
}
std::vector<std::string> ProblemsOfJson(const std::string& json) {
  return ProblemsOf({{"o.json", json}});
}
std::vector<std::string> ProblemsOfCsv(const std::string& organizations) {
  return ProblemsOf({{"organizations.csv", organizations}});
}

TEST(ReasonsTest, TableIsInTheOrderOfTheEnum) {
  std::set<std::string> names;
  for (size_t i = 0; i < AllReasons().size(); ++i) {
    const ReasonInfo& info = AllReasons()[i];
    EXPECT_EQ(static_cast<size_t>(info.reason), i) << info.name;
    EXPECT_TRUE(names.insert(std::string(info.name)).second) << info.name;
    EXPECT_EQ(&InfoOf(info.reason), &info);
  }
  EXPECT_EQ(static_cast<size_t>(Reason::kUnknownParent) + 1, AllReasons().size());
}

// docs/directory-exchange.md has a row for each: | `REASON` | error | meaning |.
TEST(ReasonsTest, DocumentationSaysTheSame) {
  std::ifstream page(WEFT_SOURCE_DIR "/docs/directory-exchange.md");
  std::vector<std::string> documented;
  for (std::string line; std::getline(page, line);) {
    if (absl::StartsWith(line, "| `") && absl::StrContains(line, "` | error | ")) {
      documented.push_back(line);
    }
    if (absl::StartsWith(line, "| `") && absl::StrContains(line, "` | warning | ")) {
      documented.push_back(line);
    }
  }
  std::vector<std::string> expected;
  for (const ReasonInfo& info : AllReasons()) {
    const bool error = info.severity == v1::DirectoryProblem::SEVERITY_ERROR;
    expected.push_back(absl::StrCat("| `", info.name, "` | ", error ? "error" : "warning", " | ",
                                    info.meaning, " |"));
  }
  EXPECT_EQ(documented, expected);
}

TEST(BadJsonTest, ShapesOfFiles) {
  const std::string a = Organization(kA);
  const std::string b = Organization(kB);
  EXPECT_THAT(ProblemsOfJson(a), IsEmpty());
  EXPECT_THAT(ProblemsOfJson(absl::StrCat("\xef\xbb\xbf [", a, ",\n", b, "]\n")), IsEmpty());
  EXPECT_THAT(ProblemsOfJson(absl::StrCat(R"({"total_pages":1,"x":{"contents":[1]},"contents": [)",
                                          a, ",", b, R"(],"y":["]",{}]})")),
              IsEmpty());
  EXPECT_EQ(ReadJson(absl::StrCat(R"({"contents":[)", a, ",", b, "]}")).organizations.size(), 2u);
  EXPECT_THAT(ProblemsOfJson(absl::StrCat(R"({"contents":[)", a, R"(],"total_pages":3})")),
              ElementsAre("MORE_PAGES o.json:0:0"));
  EXPECT_THAT(ProblemsOfJson("[]"), ElementsAre("NO_ORGANIZATIONS :0:0"));
  EXPECT_THAT(ProblemsOfJson(" \n"), ElementsAre("EMPTY_FILE o.json:2:0"));
  EXPECT_THAT(ProblemsOfJson("\"text\""), ElementsAre("BAD_JSON o.json:1:0"));
  EXPECT_THAT(ProblemsOfJson(std::string("\xff\xfe[\0", 4)),
              ElementsAre("WRONG_ENCODING o.json:1:0"));
  EXPECT_THAT(ProblemsOfJson(absl::StrCat("[", a, ",\n\n")), ElementsAre("BAD_JSON o.json:3:0"));
  EXPECT_THAT(ProblemsOfJson(absl::StrCat("[", a, " ", b, "]")),
              ElementsAre("BAD_JSON o.json:1:0"));
  EXPECT_THAT(ProblemsOfJson(absl::StrCat("[", a, ",]")), ElementsAre("BAD_JSON o.json:1:0"));
  EXPECT_THAT(ProblemsOfJson(absl::StrCat("[", a, "] x")), ElementsAre("BAD_JSON o.json:1:0"));
  EXPECT_THAT(ProblemsOfJson("[1]"), ElementsAre("BAD_JSON o.json:1:0"));
  EXPECT_THAT(ProblemsOfJson(absl::StrCat(R"({"contents":[)", a, R"(],"contents":[{}]})")),
              ElementsAre("BAD_JSON o.json:1:0"));
  EXPECT_THAT(ProblemsOfJson(absl::StrCat(R"({"contents":[)", a, R"(],bad})")),
              ElementsAre("BAD_JSON o.json:1:0"));
  EXPECT_THAT(ProblemsOfJson("{\"id\" 1}"), ElementsAre("BAD_JSON o.json:1:0"));
}

TEST(BadJsonTest, BoundsOfFiles) {
  std::string deep = absl::StrCat(R"([{"id":")", kA, R"(","x":)");
  EXPECT_THAT(ProblemsOfJson(deep + std::string(100'000, '[')),
              ElementsAre("JSON_TOO_DEEP o.json:1:0"));
  EXPECT_THAT(ReadJson(deep + "\"" + std::string(5 << 20, 'x')).problems(),
              ElementsAre("ROW_TOO_LONG organizations.json:1:0"));
  EXPECT_THAT(ReadJson(absl::StrCat(R"({"x":")", std::string(5 << 20, 'x'))).problems(),
              ElementsAre("ROW_TOO_LONG organizations.json:1:0"));
  EXPECT_THAT(
      ReadJson(absl::StrCat(R"({"contents":[],"x":")", std::string(5 << 20, 'x'))).problems(),
      ElementsAre("ROW_TOO_LONG organizations.json:1:0"));
  // A number that no double holds.
  EXPECT_THAT(ProblemsOfJson(Organization(kA, R"(,"latitude":1e999)")),
              ElementsAre("BAD_JSON o.json:1:0"));
  EXPECT_EQ(ReadJson(Organization(kA, R"(,"year_incorporated":123456789012345678901234567890)"))
                .not_kept(),
            std::vector<std::string>{"organization.year_incorporated 1"});
}

TEST(BadJsonTest, Objects) {
  EXPECT_THAT(
      ProblemsOfJson(absl::StrCat("[", Organization(kA, "\xff"), ",\n", Organization(kB), "]")),
      ElementsAre("INVALID_UTF8 o.json:1:0 /0"));
  EXPECT_THAT(ProblemsOfJson(Organization(kA, std::string(1, '\0'))),
              ElementsAre("NUL_BYTE o.json:1:0"));
  EXPECT_THAT(ProblemsOfJson(Organization(kA, R"(,"website":"a\u0000b","c\u0000d":1)")),
              ElementsAre("NUL_BYTE o.json:1:0 /website", "NUL_BYTE o.json:1:0 /c?d"));
  EXPECT_THAT(ProblemsOfJson(Organization(kA, R"(,"name":"M")")),
              ElementsAre("REPEATED_KEY o.json:1:0 /name"));
  EXPECT_THAT(
      ProblemsOfJson(Organization(kA, R"(,"website":{"a":1},"email":["x"],"contacts":"x",)"
                                      R"("phones":[["1"],"2",{"number":["3"]}],)"
                                      R"("attributes":[{"taxonomy_term":[]}])")),
      ElementsAre("WRONG_TYPE o.json:1:0 /website", "WRONG_TYPE o.json:1:0 /email",
                  "WRONG_TYPE o.json:1:0 /contacts", "WRONG_TYPE o.json:1:0 /phones/0",
                  "WRONG_TYPE o.json:1:0 /phones/1", "WRONG_TYPE o.json:1:0 /phones/2/number",
                  "WRONG_TYPE o.json:1:0 /attributes/0/taxonomy_term"));
}

TEST(BadJsonTest, Organizations) {
  EXPECT_THAT(ProblemsOfJson(absl::StrCat("[\n{},\n{\"id\":\"7\"},\n{\"id\":\"", kA, "\"},\n",
                                          Organization(kB), ",", Organization(kB), "]")),
              ElementsAre("MISSING_ID o.json:2:0 /0", "BAD_ID o.json:3:0 /1/id",
                          "MISSING_NAME o.json:4:0 /2", "DUPLICATE_ID o.json:5:0 /4",
                          "MISSING_DESCRIPTION o.json:4:0 /2"));
  const std::string long_name = std::string(201, 'x');
  EXPECT_THAT(ProblemsOfJson(absl::StrCat("[{\"id\":\"", kA, "\",\"description\":\"d\",\"name\":\"",
                                          long_name, "\"},{\"id\":\"", kB,
                                          "\",\"description\":\"d\",\"name\":\"a\\tb\"}]")),
              ElementsAre("BAD_NAME o.json:1:0 /0/name", "BAD_NAME o.json:1:0 /1/name"));
  EXPECT_THAT(ProblemsOfJson(Organization(kA, R"(,"organization_identifiers":[
          {"identifier_scheme":"US-EIN","identifier":"123"},
          {"identifier_scheme":"nonsense","identifier":"123"}])")),
              ElementsAre("BAD_IDENTIFIER o.json:1:0 /organization_identifiers/0/identifier",
                          "BAD_IDENTIFIER o.json:1:0 /organization_identifiers/1/identifier"));
  std::string tags;
  for (int i = 0; i < 51; ++i) {
    absl::StrAppend(&tags, i == 0 ? "" : ",",
                    R"({"taxonomy_term":{"taxonomy":"weft-tag","name":"t)", i, "\"}}");
  }
  EXPECT_THAT(ProblemsOfJson(Organization(kA, absl::StrCat(R"(,"attributes":[)", tags, "]"))),
              ElementsAre("INVALID_FIELD o.json:1:0"));
}

TEST(BadPackageTest, Files) {
  const std::string good = absl::StrCat("id,name,description\n", kA, ",A,A\n");
  EXPECT_THAT(ProblemsOfCsv(good), IsEmpty());
  EXPECT_THAT(ProblemsOf({{"organizations.csv", good}, {"ORGANIZATIONS.CSV", good}}),
              ElementsAre("DUPLICATE_FILE ORGANIZATIONS.CSV:0:0"));
  EXPECT_THAT(ProblemsOf({{"organizations.csv", good}, {"o.json", Organization(kB)}}),
              ElementsAre("FILES_MIXED :0:0"));
  EXPECT_THAT(
      ProblemsOf(
          {{"organizations.csv", good}, {"notes.txt", "x"}, {"datapackage.json", "not read"}}),
      ElementsAre("FILE_NOT_READ notes.txt:0:0"));
  EXPECT_THAT(ProblemsOf({{"datapackage.json", "{}"}}), ElementsAre("NO_ORGANIZATIONS :0:0"));
  EXPECT_THAT(ProblemsOf({}), ElementsAre("NO_ORGANIZATIONS :0:0"));
  EXPECT_THAT(ProblemsOfCsv("id,name\n"), ElementsAre("NO_ORGANIZATIONS :0:0"));
  EXPECT_THAT(ProblemsOfCsv(" \n"), ElementsAre("EMPTY_FILE organizations.csv:0:0"));
}

TEST(BadPackageTest, Rows) {
  EXPECT_THAT(ProblemsOfCsv(std::string("i\0d\0,\0", 6)),
              ElementsAre("WRONG_ENCODING organizations.csv:0:0"));
  EXPECT_THAT(ProblemsOfCsv("id,alternate_name\n"),
              ElementsAre("MISSING_COLUMN organizations.csv:1:0"));
  EXPECT_THAT(ProblemsOfCsv("id,name,Name\n"),
              ElementsAre("DUPLICATE_COLUMN organizations.csv:1:3"));
  EXPECT_THAT(ProblemsOfCsv(absl::StrCat("id,name,description\n", kA, ",A\n")),
              ElementsAre("WRONG_COLUMN_COUNT organizations.csv:2:0"));
  EXPECT_THAT(ProblemsOfCsv(absl::StrCat("id;name;description\n\n", kA, ";A;A\n", "x;B;B\n")),
              ElementsAre("BAD_ID organizations.csv:4:1"));
  EXPECT_THAT(ProblemsOfCsv("id,name\nx,a\"b\n"), ElementsAre("BAD_QUOTE organizations.csv:2:2"));
  EXPECT_THAT(ProblemsOfCsv("id,\"name\n"),
              ElementsAre("UNTERMINATED_QUOTE organizations.csv:1:0"));
  EXPECT_THAT(ProblemsOfCsv("id,name\nx,\"ab\n"),
              ElementsAre("UNTERMINATED_QUOTE organizations.csv:2:2"));
  EXPECT_THAT(ProblemsOfCsv(absl::StrCat("id,name,description\n", kA, ",\xff,A\n", kB, ",B,B\n")),
              ElementsAre("INVALID_UTF8 organizations.csv:2:2"));
  EXPECT_THAT(
      Read({{"organizations.csv", absl::StrCat("id,name\n", kA, ",\"", std::string(2 << 20, 'x'))}})
          .problems(),
      ElementsAre("FIELD_TOO_LONG organizations.csv:2:2"));
}

TEST(BadPackageTest, LinksThatLeadNowhere) {
  const ReadDirectory read = Read({
      {"contacts.csv",
       absl::StrCat("id,organization_id,name\n", kB, ",", kA, ",Rosa\nx,", kB, ",Sam\ny,,Ann\n")},
      {"phones.csv", absl::StrCat("id,contact_id,organization_id,number\nx,", kB, ",,1\ny,z,,2\n")},
      {"services.csv", "id,name\ns,Reading\n"},
      {"organizations.csv", absl::StrCat("id,name,description,logo\n", kA, ",A,A,x.png\n")},
  });
  EXPECT_THAT(read.problems(), ElementsAre("UNKNOWN_LINK contacts.csv:3:2"));
  EXPECT_THAT(read.not_kept(),
              ElementsAre("contact 2", "organization.logo 1", "phone 1", "service 1"));
  ASSERT_EQ(read.organizations.size(), 1u);
  ASSERT_EQ(read.organizations[0].stated.contacts_size(), 1);
  EXPECT_EQ(read.organizations[0].stated.contacts(0).phone(), "1");
}

TEST(BoundsTest, OrganizationsAndRows) {
  std::string many = "id,name,description\n";
  for (int i = 0; i <= kMaxOrganizations; ++i) {
    absl::StrAppend(&many, "00000000-0000-4000-8000-", absl::Dec(i, absl::kZeroPad12), ",A,A\n");
  }
  const ReadDirectory read = Read({{"organizations.csv", many}});
  EXPECT_THAT(read.problems(), ElementsAre(absl::StrCat("TOO_MANY_ORGANIZATIONS organizations.csv:",
                                                        kMaxOrganizations + 2, ":0")));
  std::string rows = "id\n";
  for (int i = 0; i <= kMaxRows; ++i) rows += "x\n";
  EXPECT_THAT(Read({{"taxonomies.csv", rows}}).problems(),
              ElementsAre(absl::StrCat("TOO_MANY_ROWS taxonomies.csv:", kMaxRows + 2, ":0")));
}

// `,"{key}":[…]` with `count` objects, in which "#" is a number below `different`.
std::string Many(const std::string& key, const std::string& object, int count, int different) {
  std::string json = absl::StrCat(",\"", key, "\":[");
  for (int i = 0; i < count; ++i) {
    absl::StrAppend(&json, i == 0 ? "" : ",",
                    absl::StrReplaceAll(object, {{"#", absl::StrCat(i % different)}}));
  }
  return json + "]";
}

TEST(BoundsTest, ListsOfAnOrganizationMayBeLongInFiles) {
  const auto term = [](const std::string& taxonomy, const std::string& rest) {
    return absl::StrCat(R"({"taxonomy_term":{"taxonomy":")", taxonomy, "\",", rest);
  };
  const std::pair<std::string, std::string> lists[] = {
      {"contacts", R"({"name":"#"})"},
      {"phones", R"({"number":"#"})"},
      {"locations", R"({"addresses":[{"city":"#"}]})"},
      {"organization_identifiers", R"({"identifier_scheme":"GB-CHC","identifier":"#"})"},
      {"attributes", term("lcel-partner-type/a", R"("code":"t#"}})")},
      {"attributes", term("weft-tag", R"("code":"t#"}})")},
      {"attributes", term("weft-alternate-name", R"("code":"other"},"value":"#"})")}};
  for (const auto& [key, object] : lists) {
    EXPECT_THAT(ReadJson(Organization(kA, Many(key, object, 30'000, 30'000))).problems(),
                ElementsAre("INVALID_FIELD organizations.json:1:0"))
        << object;
    // The same ones again and again are no more than there are.
    EXPECT_THAT(ReadJson(Organization(kA, Many(key, object, 2000, 20))).problems(), IsEmpty())
        << object;
  }
}

TEST(BoundsTest, RowsOfOneId) {
  constexpr int kCount = 200'000;
  std::string locations = "id,organization_id\n";
  std::string addresses = "location_id,city\n";
  for (int i = 0; i < kCount; ++i) {
    absl::StrAppend(&locations, "x,", kA, "\n");
    addresses += "x,Springfield\n";
  }
  const ReadDirectory read =
      Read({{"organizations.csv", absl::StrCat("id,name,description\n", kA, ",A,A\n")},
            {"locations.csv", locations},
            {"addresses.csv", addresses}});
  EXPECT_THAT(read.problems(), IsEmpty());
  // The first one has all addresses.
  EXPECT_THAT(read.not_kept(), ElementsAre(absl::StrCat("location ", kCount - 1)));
  ASSERT_EQ(read.organizations.size(), 1u);
  EXPECT_EQ(read.organizations[0].stated.locations_size(), 1);
}

TEST(BoundsTest, ATermOfManyIsHeldOnce) {
  constexpr size_t kLong = 1'000'000;
  Report report;
  PackageReader reader(report);
  const auto feed = [&](const std::string& name, const std::string& content) {
    reader.Begin(report.AddFile(name), name);
    reader.Feed(content);
    reader.End();
  };
  feed("organizations.csv", absl::StrCat("id,name\n", kA, ",A\n", kB, ",B\n"));
  feed("taxonomies.csv", absl::StrCat("id,name\nx,", std::string(kLong, 't'), "\n"));
  feed("taxonomy_terms.csv",
       absl::StrCat("id,name,taxonomy_id\ny,", std::string(kLong, ' '), "Tag,x\n"));
  feed("attributes.csv",
       absl::StrCat("link_id,taxonomy_term_id\n", kA, ",y\n", kA, ",Y\n", kB, ",y\n"));
  std::vector<const Record*> terms;
  for (std::optional<Record> one = reader.NextOrganization(); one.has_value();
       one = reader.NextOrganization()) {
    for (const Record& attribute : one->children) terms.push_back(attribute.FirstChild());
  }
  ASSERT_EQ(terms.size(), 3u);
  ASSERT_NE(terms[0], nullptr);
  EXPECT_EQ(terms[1], terms[0]);
  EXPECT_EQ(terms[2], terms[0]);
  // And not as long as it may be in a file.
  EXPECT_EQ(terms[0]->Get("name"), "Tag");
  ASSERT_NE(terms[0]->FirstChild(), nullptr);
  EXPECT_LE(terms[0]->FirstChild()->Get("name").size(), 1000u);
}

TEST(BoundsTest, ProblemsAndNamesOfFields) {
  std::string json = "[";
  for (int i = 0; i < 1500; ++i) {
    absl::StrAppend(&json, i == 0 ? "" : ",", R"({"description":"d","name":"n","field-)", i,
                    std::string(200, 'x'), "\":1}");
  }
  const ReadDirectory read = ReadJson(json + "]");
  EXPECT_EQ(read.told.error_count(), 1500);
  EXPECT_EQ(read.told.problems_size(), kMaxProblems);
  EXPECT_EQ(read.told.not_kept_size(), static_cast<int>(kMaxNotKept) + 1);
  int32_t sum = 0;
  for (const v1::NotKept& one : read.told.not_kept()) {
    EXPECT_LE(one.field().size(), 100u);
    sum += one.count();
  }
  EXPECT_EQ(sum, 1500);
}

}  // namespace
}  // namespace weft::registry::hsds
