#include "tests/fuzz/file_reader_target.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/csv/utf8.h"
#include "services/ingestion/domain/answers.h"
#include "services/ingestion/domain/import/answer_cells.h"
#include "services/ingestion/domain/import/file_reader.h"
#include "services/ingestion/domain/import/file_writer.h"
#include "services/ingestion/domain/import/site_directory.h"
#include "services/ingestion/domain/instrument_index.h"
#include "services/ingestion/domain/open_answers.h"
#include "tests/services/ingestion/example.h"

namespace weft::ingestion {
namespace {

void Require(bool condition, absl::string_view what) {
  if (condition) return;
  std::fprintf(stderr, "file reader: %s\n", std::string(what).c_str());
  std::abort();
}

// An instrument and a roster, made once.
struct Setting {
  InstrumentIndex instrument{ExampleInstrument()};
  SlotTable slots{instrument};
  SiteDirectory sites;

  Setting() {
    for (int i = 1; i <= 4; ++i) {
      v1::RosterEntry entry;
      entry.set_site(absl::StrCat("sites/site-0", i));
      entry.set_display_name(absl::StrCat("Community 0", i));
      // Two are called the same, and one is off the roster.
      entry.set_neutral_label(i < 3 ? "Twin" : absl::StrCat("Site 0", i));
      entry.set_active(i != 4);
      sites.Add(entry);
    }
  }
};

const Setting& TheSetting() {
  static const Setting& setting = *new Setting;
  return setting;
}

struct Reading {
  v1::Import import;
  std::vector<bool> accepted;
  std::vector<SiteAnswers> sites;
};

void ReadOnce(absl::string_view file, size_t step, FileReader& reader, Reading& reading) {
  for (size_t at = 0; at < file.size(); at += step) reader.Feed(file.substr(at, step));
  reader.Finish();
  bool more = true;
  while (more) {
    more = reader.Work(1);
    for (SiteAnswers& site : reader.TakeSites()) reading.sites.push_back(std::move(site));
  }
  reader.Summarize(reading.import);
  reading.accepted = reader.accepted();
}

Reading Read(absl::string_view file, ReadOptions options, size_t step) {
  const Setting& setting = TheSetting();
  Reading first;
  FileReader check(setting.instrument, setting.slots, setting.sites, options);
  ReadOnce(file, step, check, first);
  Require(first.sites.empty(), "the first pass yields sites that nobody wants");

  Reading second;
  options.wanted = first.accepted;
  FileReader apply(setting.instrument, setting.slots, setting.sites, options);
  ReadOnce(file, step, apply, second);
  Require(second.import.SerializeAsString() == first.import.SerializeAsString(),
          "the passes differ");
  size_t accepted = 0;
  for (const bool site : second.accepted) accepted += site ? 1 : 0;
  Require(second.sites.size() == accepted, "the second pass yields other sites");
  int32_t line = 0;
  for (const SiteAnswers& site : second.sites) {
    Require(second.accepted[site.site], "a site is yielded that was not accepted");
    Require(site.line > line, "sites are not in the order of their lines");
    line = site.line;
  }
  return second;
}

bool IsText(const std::string& text) {
  Utf8Checker checker;
  return checker.Check(text) == text.size() && !checker.incomplete();
}

void CheckProblems(const v1::Import& import) {
  int errors = 0;
  for (const v1::ImportProblem& problem : import.problems()) {
    errors += problem.severity() == v1::ImportProblem::SEVERITY_ERROR ? 1 : 0;
    Require(!problem.reason().empty() && !problem.message().empty(), "a problem says nothing");
    Require(IsText(problem.message()) && IsText(problem.value()) && IsText(problem.header()),
            "a problem holds what is no text");
    Require(problem.row() >= 0 && problem.column() >= 0, "a problem is nowhere");
  }
  for (const v1::ColumnMapping& column : import.columns()) {
    Require(IsText(column.header()), "a header is no text");
  }
  Require(errors <= import.error_count(), "problems are not counted");
  if (import.error_count() == 0) Require(import.sites_rejected() == 0, "rejected without error");
}

void CheckAnswers(const v1::IngestItem& item) {
  const InstrumentIndex& instrument = TheSetting().instrument;
  FieldViolations violations;
  ValidateAnswers(instrument, item.response().answers(), "answers", violations);
  ValidateOpenAnswers(instrument, item.open_answers(), "open_answers", violations);
  absl::flat_hash_set<std::string> texts;
  for (const v1::OpenAnswer& answer : item.open_answers()) {
    texts.insert(answer.question());
    Require(IsText(answer.text()), "a free text is no text");
  }
  RequireAnswers(instrument, item.response().answers(), texts, "answers", violations);
  Require(violations.empty(), "answers are accepted that the API refuses");
}

void CheckRoundTrip(const Reading& reading, v1::FileFormat format) {
  const Setting& setting = TheSetting();
  std::string file;
  const FileWriter writer(setting.instrument, setting.slots, {.format = format});
  writer.AppendHeader(file);
  for (const SiteAnswers& site : reading.sites) {
    writer.AppendSite({site.item.response().respondent(), "p-0", v1::Response::STATE_SUBMITTED},
                      site.item.response().answers(), file);
  }
  const Reading again = Read(file, {}, file.size() + 1);
  Require(again.sites.size() == reading.sites.size(), "a written site is not read back");
  for (size_t i = 0; i < again.sites.size(); ++i) {
    v1::Answers before = reading.sites[i].item.response().answers();
    v1::Answers after = again.sites[i].item.response().answers();
    Canonicalize(setting.instrument, before);
    Canonicalize(setting.instrument, after);
    Require(SameAnswers(before, after), "written answers are read back as others");
  }
}

}  // namespace

void CheckFile(absl::string_view file, const ReadOptions& options, size_t step) {
  const Reading reading = Read(file, options, step);
  const Reading whole = Read(file, options, file.size() + 1);
  Require(whole.import.SerializeAsString() == reading.import.SerializeAsString(),
          "the result depends on how the bytes are cut");
  CheckProblems(reading.import);
  for (const SiteAnswers& site : reading.sites) CheckAnswers(site.item);
  if (!reading.sites.empty()) {
    CheckRoundTrip(reading, v1::FILE_FORMAT_WIDE);
    CheckRoundTrip(reading, v1::FILE_FORMAT_TIDY);
  }
  if (options.format != v1::FILE_FORMAT_UNSPECIFIED ||
      reading.import.format() == v1::FILE_FORMAT_UNSPECIFIED) {
    return;
  }
  ReadOptions told = options;
  told.format = reading.import.format();
  const Reading same = Read(file, told, step);
  Require(same.import.SerializeAsString() == reading.import.SerializeAsString(),
          "a format that was told from the file reads it otherwise when it is said");
}

void UseCrosswalk(ReadOptions& options) {
  const auto map = [&options](const char* from, std::vector<const char*> to) {
    registry::v1::CrosswalkMapping& mapping = options.type_mappings.emplace_back();
    mapping.set_from_code(from);
    for (const char* code : to) mapping.add_to_codes(code);
  };
  options.crosswalk = "taxonomies/old/crosswalks/lab-2025";
  map("cbo", {"k12_school"});
  map("k12_school", {"cbo"});
  map("org", {"cbo"});
  map("school_district", {});
}

void CheckFileReader(absl::string_view input) {
  if (input.size() < 2) return;
  const auto choice = static_cast<unsigned char>(input[0]);
  ReadOptions options{.format = static_cast<v1::FileFormat>(choice % 3)};
  if ((choice & 0x80) != 0) UseCrosswalk(options);
  CheckFile(input.substr(2), options, 1 + static_cast<unsigned char>(input[1]));
}

}  // namespace weft::ingestion
