#include "services/ingestion/domain/import/problems.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"
#include "tests/services/ingestion/import/reading.h"

namespace weft::ingestion {
namespace {

TEST(ReasonsTest, TableIsInTheOrderOfTheEnum) {
  std::set<std::string> names;
  for (size_t i = 0; i < AllReasons().size(); ++i) {
    const ReasonInfo& info = AllReasons()[i];
    EXPECT_EQ(static_cast<size_t>(info.reason), i) << info.name;
    EXPECT_TRUE(names.insert(std::string(info.name)).second) << info.name;
    EXPECT_EQ(info.name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"),
              absl::string_view::npos)
        << info.name;
    EXPECT_EQ(&InfoOf(info.reason), &info);
  }
  EXPECT_EQ(static_cast<size_t>(Reason::kNoAnswers) + 1, AllReasons().size());
}

// docs/formats.md has a row for each: | `REASON` | error | meaning |.
TEST(ReasonsTest, DocumentationSaysTheSame) {
  std::vector<std::string> documented;
  const std::string page = ReadTestFile("../docs/formats.md");
  for (absl::string_view line : absl::StrSplit(page, '\n')) {
    if (absl::ConsumePrefix(&line, "| `")) documented.push_back(absl::StrCat("| `", line));
  }
  std::vector<std::string> expected;
  for (const ReasonInfo& info : AllReasons()) {
    const bool error = info.severity == v1::ImportProblem::SEVERITY_ERROR;
    expected.push_back(absl::StrCat("| `", info.name, "` | ", error ? "error" : "warning", " | ",
                                    info.meaning, " |"));
  }
  EXPECT_EQ(documented, expected);
}

TEST(ProblemLogTest, KeepsTheFirstInOrderWhateverComesFirst) {
  ProblemLog log;
  for (int row = 3000; row > 0; --row) {
    Place place;
    place.row = row;
    log.Add(Reason::kNaToken, place, [] { return std::string("warning"); });
    log.Add(Reason::kBadCount, place, [] { return std::string("error"); });
  }
  v1::Import import;
  log.CopyTo(import);
  EXPECT_EQ(import.error_count(), 3000);
  EXPECT_EQ(import.warning_count(), 3000);
  ASSERT_EQ(import.problems_size(), 1000);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(import.problems(i).row(), i + 1);
    EXPECT_EQ(import.problems(i).reason(), "BAD_COUNT");
  }
}

TEST(ProblemLogTest, AsksForNoMessageThatIsNotKept) {
  ProblemLog log;
  int asked = 0;
  for (int row = 1; row <= 5000; ++row) {
    Place place;
    place.row = row;
    log.Add(Reason::kBadCount, place, [&] {
      ++asked;
      return std::string();
    });
  }
  EXPECT_EQ(asked, 1000);
}

TEST(NearestOfTest, SuggestsSlipsAndNothingElse) {
  const std::vector<std::string> words = {"Networking", "Cooperation", "Coordination",
                                          "Collaboration"};
  EXPECT_EQ(NearestOf("colaboration", words), "Collaboration");
  EXPECT_EQ(NearestOf(" COORDINATON ", words), "Coordination");
  EXPECT_EQ(NearestOf("Merger", words), "");
  EXPECT_EQ(NearestOf("x", {"y", "z"}), "y");
  EXPECT_EQ(NearestOf("x", {}), "");
}

TEST(CutForProblemTest, CutsBetweenCharacters) {
  EXPECT_EQ(CutForProblem("short"), "short");
  std::string text(99, 'x');
  text += "\xe2\x82\xac";
  EXPECT_EQ(CutForProblem(text), text);
  EXPECT_EQ(CutForProblem(text + "y"), text);
}

}  // namespace
}  // namespace weft::ingestion
