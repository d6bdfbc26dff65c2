#include "tests/services/ingestion/import/reading.h"

#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ingestion/domain/answers.h"
#include "services/ingestion/domain/import/pseudonym.h"
#include "services/ingestion/domain/instrument_rules.h"
#include "tests/services/ingestion/example.h"

namespace weft::ingestion {
namespace {

v1::RosterEntry Entry(absl::string_view id, absl::string_view display_name,
                      absl::string_view neutral_label, bool active = true) {
  v1::RosterEntry entry;
  entry.set_name(absl::StrCat("waves/w1/roster/", id));
  entry.set_site(absl::StrCat("sites/", id));
  entry.set_display_name(std::string(display_name));
  entry.set_neutral_label(std::string(neutral_label));
  entry.set_active(active);
  return entry;
}

void FeedAll(absl::string_view file, size_t step, FileReader& reader) {
  for (size_t at = 0; at < file.size(); at += step) reader.Feed(file.substr(at, step));
  reader.Finish();
}

}  // namespace

ReadFile ExpectItsProblems(const BadFile& bad) {
  const FileTester tester;
  ReadFile whole = tester.Read(bad.file, bad.options);
  EXPECT_EQ(absl::StrJoin(whole.problems(), " "), bad.problems) << whole.import.DebugString();
  EXPECT_GT(whole.import.problems_size(), 0);
  if (whole.import.problems().empty()) return whole;
  const v1::ImportProblem& first = whole.import.problems(0);
  EXPECT_EQ(first.severity(), v1::ImportProblem::SEVERITY_ERROR);
  EXPECT_FALSE(first.message().empty());
  EXPECT_THAT(first.message(), ::testing::HasSubstr(bad.hint));
  for (const SiteAnswers& site : whole.sites) EXPECT_NE(site.line, first.row());
  // Byte by byte takes as long as the file is.
  if (bad.file.size() > 50'000) return whole;
  for (const size_t step : {1, 3, 64}) {
    EXPECT_EQ(tester.Read(bad.file, bad.options, step).import.SerializeAsString(),
              whole.import.SerializeAsString())
        << step;
  }
  return whole;
}

std::string RecordsOf(const InstrumentIndex& instrument, const ReadFile& read) {
  std::vector<std::string> records;
  for (const SiteAnswers& site : read.sites) {
    v1::IngestItem item = site.item;
    Canonicalize(instrument, *item.mutable_response()->mutable_answers());
    for (v1::OpenAnswer& open : *item.mutable_open_answers()) {
      open.set_text(absl::StrReplaceAll(open.text(), {{"\r\n", "\n"}}));
    }
    records.push_back(item.DebugString());
  }
  return absl::StrJoin(records, "\n");
}

v1::Instrument LenientInstrument() {
  v1::Instrument instrument = ExampleDraft();
  for (v1::Section& section : *instrument.mutable_sections()) {
    for (v1::Question& question : *section.mutable_questions()) question.clear_required();
  }
  const absl::Status published = Publish(ExampleTaxonomy(), instrument);
  EXPECT_TRUE(published.ok()) << published;
  return instrument;
}

std::vector<v1::RosterEntry> ExampleRoster() {
  std::vector<v1::RosterEntry> roster;
  for (int i = 1; i <= 5; ++i) {
    roster.push_back(Entry(absl::StrCat("site-0", i), absl::StrCat("Community 0", i),
                           absl::StrCat("Site 0", i)));
  }
  roster.push_back(Entry("twin-a", "Twin", "Site 06"));
  roster.push_back(Entry("twin-b", "Twin", "Site 07"));
  roster.push_back(Entry("gone", "Gone", "Site 08", /*active=*/false));
  return roster;
}

const v1::IngestItem& ReadFile::item(absl::string_view id) const {
  for (const SiteAnswers& site : sites) {
    if (site.item.response().respondent() == absl::StrCat("sites/", id)) return site.item;
  }
  ADD_FAILURE() << "no answers of " << id;
  return v1::IngestItem::default_instance();
}

std::vector<std::string> ReadFile::problems() const {
  std::vector<std::string> problems;
  for (const v1::ImportProblem& problem : import.problems()) {
    problems.push_back(absl::StrCat(problem.reason(), "@", problem.row(), ":", problem.column()));
  }
  return problems;
}

FileTester::FileTester(v1::Instrument instrument)
    : instrument_(std::move(instrument)), slots_(instrument_) {
  for (const v1::RosterEntry& entry : ExampleRoster()) {
    sites_.Add(entry, ExamplePseudonym(entry.site()));
  }
}

ReadFile FileTester::Read(absl::string_view file, v1::FileFormat format, size_t step) const {
  return Read(file, ReadOptions{.format = format}, step);
}

ReadFile FileTester::Read(absl::string_view file, ReadOptions options, size_t step) const {
  ReadFile result;
  FileReader check(instrument_, slots_, sites_, options);
  FeedAll(file, step, check);
  while (check.Work(1)) {
  }
  check.Summarize(result.import);
  result.file_rejected = check.file_rejected();
  options.wanted = check.accepted();
  FileReader apply(instrument_, slots_, sites_, std::move(options));
  FeedAll(file, step, apply);
  bool more = true;
  while (more) {
    more = apply.Work(2);
    for (SiteAnswers& site : apply.TakeSites()) result.sites.push_back(std::move(site));
  }
  EXPECT_EQ(static_cast<int>(result.sites.size()), result.import.sites_accepted());
  return result;
}

std::string ExamplePseudonym(absl::string_view site) { return Pseudonym("a key", site); }

bool IsOfCoding(Reason reason) {
  return reason >= Reason::kUnknownResponse && reason <= Reason::kTooManyExcerpts;
}

bool IsOfProducts(Reason reason) {
  switch (reason) {
    case Reason::kBadJson:
    case Reason::kJsonTooDeep:
    case Reason::kTooMuchToCollect:
    case Reason::kUnknownMapping:
    case Reason::kNoSubmissionTime:
    case Reason::kRepeatedKey:
    case Reason::kContributorsDisagree:
    case Reason::kBadSubmissionTime:
    case Reason::kBadTick:
    case Reason::kOptionColumnsDisagree:
      return true;
    default:
      return false;
  }
}

std::string ReadTestFile(absl::string_view path) {
  std::ifstream file(absl::StrCat(WEFT_SOURCE_DIR, "/tests/", path), std::ios::binary);
  EXPECT_TRUE(file.is_open()) << path;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace weft::ingestion
