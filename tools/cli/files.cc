#include "tools/cli/files.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/words/number_text.h"
#include "common/words/terms.h"
#include "tools/cli/terminal.h"
#include "weft/ingestion/v1/import.pb.h"

namespace weft::cli {
namespace {

namespace v1 = ::weft::ingestion::v1;

constexpr char kService[] = "weft.ingestion.v1.ImportService/";
constexpr size_t kChunkBytes = 256 * 1024;
constexpr int kProblemsShown = 20;
constexpr size_t kHeaderWidth = 48;
// A large file may take long; the server goes on without us, so this only bounds our patience.
constexpr absl::Duration kImportPatience = absl::Minutes(30);

// The value of an option that takes one of some words, by the words' places in `choices`.
template <class Value>
struct Choice {
  absl::string_view word;
  Value value;
};

template <class Value, size_t N>
std::string WordsOf(const Choice<Value> (&choices)[N]) {
  return absl::StrJoin(choices, ", ", [](std::string* words, const Choice<Value>& choice) {
    absl::StrAppend(words, choice.word);
  });
}

template <class Value, size_t N>
absl::StatusOr<Value> Choose(absl::string_view option, const std::string& word, Value unset,
                             const Choice<Value> (&choices)[N]) {
  if (word.empty()) return unset;
  for (const Choice<Value>& choice : choices) {
    if (choice.word == word) return choice.value;
  }
  return Error(absl::StatusCode::kInvalidArgument, "USAGE",
               absl::StrCat(option, " is one of ", WordsOf(choices), ", not \"", word, "\""));
}

constexpr Choice<v1::FileFormat> kImportFormats[] = {{"wide", v1::FILE_FORMAT_WIDE},
                                                     {"tidy", v1::FILE_FORMAT_TIDY},
                                                     {"qualtrics", v1::FILE_FORMAT_QUALTRICS},
                                                     {"google-forms", v1::FILE_FORMAT_GOOGLE_FORMS},
                                                     {"kobo", v1::FILE_FORMAT_KOBO},
                                                     {"kobo-json", v1::FILE_FORMAT_KOBO_JSON},
                                                     {"odk-central", v1::FILE_FORMAT_ODK_CENTRAL},
                                                     {"redcap", v1::FILE_FORMAT_REDCAP},
                                                     {"limesurvey", v1::FILE_FORMAT_LIMESURVEY}};
constexpr Choice<v1::FileFormat> kExportFormats[] = {{"wide", v1::FILE_FORMAT_WIDE},
                                                     {"tidy", v1::FILE_FORMAT_TIDY}};
constexpr Choice<v1::OnDuplicate> kOnDuplicate[] = {
    {"reject", v1::ON_DUPLICATE_REJECT},
    {"latest", v1::ON_DUPLICATE_LATEST},
    {"contributors", v1::ON_DUPLICATE_CONTRIBUTORS}};

using ExportRequest = v1::ExportResponsesRequest;
constexpr Choice<ExportRequest::ReviewFloor> kFloors[] = {
    {"approved", ExportRequest::REVIEW_FLOOR_APPROVED},
    {"submitted", ExportRequest::REVIEW_FLOOR_SUBMITTED}};
constexpr Choice<ExportRequest::Values> kValues[] = {{"labels", ExportRequest::VALUES_LABELS},
                                                     {"codes", ExportRequest::VALUES_CODES}};
constexpr Choice<ExportRequest::MultiSelect> kMultiSelect[] = {
    {"one", ExportRequest::MULTI_SELECT_ONE},
    {"many", ExportRequest::MULTI_SELECT_MANY},
    {"both", ExportRequest::MULTI_SELECT_BOTH}};
constexpr Choice<ExportRequest::Audience> kAudiences[] = {
    {"private", ExportRequest::AUDIENCE_PRIVATE}, {"public", ExportRequest::AUDIENCE_PUBLIC}};

// The word for a format, as --format takes it.
absl::string_view FormatWord(v1::FileFormat format) {
  for (const Choice<v1::FileFormat>& choice : kImportFormats) {
    if (choice.value == format) return choice.word;
  }
  return "unknown";
}

// A file, or standard input ("-"), piece by piece: files of responses may be larger than memory.
class FilePieces {
 public:
  explicit FilePieces(const std::string& path) : path_(path) {}
  FilePieces(const FilePieces&) = delete;
  FilePieces& operator=(const FilePieces&) = delete;
  ~FilePieces() {
    if (file_ != nullptr && file_ != stdin) std::fclose(file_);
  }

  absl::Status Open() {
    file_ = path_ == "-" ? stdin : std::fopen(path_.c_str(), "rb");
    if (file_ == nullptr) return Unreadable();
    std::error_code error;
    const auto size = std::filesystem::file_size(path_, error);
    if (!error) size_ = static_cast<int64_t>(size);
    return absl::OkStatus();
  }
  // 0 when it is not known.
  int64_t size() const { return size_; }
  // Empty at the end.
  absl::StatusOr<std::string> Next(size_t max) {
    std::string piece(max, '\0');
    piece.resize(std::fread(piece.data(), 1, max, file_));
    if (std::ferror(file_) != 0) return Unreadable();
    return piece;
  }

 private:
  absl::Status Unreadable() const {
    return Error(absl::StatusCode::kNotFound, "FILE_NOT_FOUND",
                 absl::StrCat("cannot read \"", path_, "\"; does it exist?"));
  }

  const std::string path_;
  std::FILE* file_ = nullptr;
  int64_t size_ = 0;
};

// One line on standard error that is written over: what is under way and how far it is.
class Progress {
 public:
  explicit Progress(bool shown) : shown_(shown) {}
  ~Progress() { Clear(); }
  void Show(absl::string_view what, double share) {
    if (!shown_) return;
    std::fprintf(stderr, "\r%s %s %s", Fit(what, 12).c_str(), Bar(share, 30).c_str(),
                 Percent(share).c_str());
    drawn_ = true;
  }
  void Clear() {
    if (drawn_) std::fprintf(stderr, "\r%s\r", std::string(60, ' ').c_str());
    drawn_ = false;
  }

 private:
  bool shown_;
  bool drawn_ = false;
};

// A header may be a question of several lines.
std::string OneLine(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"\r\n", " "}, {"\n", " "}, {"\r", " "}});
}

// How it was told what a column is.
absl::string_view MatchWord(v1::ColumnMapping::Match match) {
  switch (match) {
    case v1::ColumnMapping::MATCH_NAME:
      return "by its name";
    case v1::ColumnMapping::MATCH_ALIAS:
      return "by an alias";
    case v1::ColumnMapping::MATCH_TEXT:
      return "by its text";
    case v1::ColumnMapping::MATCH_GIVEN:
      return "as --map says";
    case v1::ColumnMapping::MATCH_SAVED:
      return "as was saved";
    case v1::ColumnMapping::MATCH_CROSSWALK:
      return "by the crosswalk";
    default:
      return "";
  }
}

// What --explain shows: each column, what it is taken for, and why.
void PrintColumns(const v1::Import& import) {
  if (import.columns().empty()) return;
  std::printf("a file of format %s\n\n", std::string(FormatWord(import.format())).c_str());
  Table table({"column", "header", "taken for", "because"});
  bool unmapped = false;
  for (const v1::ColumnMapping& column : import.columns()) {
    const bool item = !column.item().empty();
    unmapped |= !item && column.match() == v1::ColumnMapping::MATCH_UNSPECIFIED;
    std::string header = OneLine(column.header());
    if (DisplayWidth(header) > kHeaderWidth) header = Fit(header, kHeaderWidth);
    table.Add({absl::StrCat(column.column()), std::move(header), item ? column.item() : "–",
               item ? std::string(MatchWord(column.match())) : OneLine(column.note())});
  }
  std::printf("%s\n", table.ToString().c_str());
  if (!unmapped) return;
  std::printf(
      "--map \"Header=item\" says what a column is, \"Header=-\" that it is none; with "
      "--save-mapping for later files, too\n\n");
}

// `explained`: PrintColumns() has said why columns are not read.
void PrintImport(const v1::Import& import, bool explained) {
  int shown = 0;
  for (const v1::ImportProblem& problem : import.problems()) {
    if (explained && problem.reason() == "COLUMN_NOT_MAPPED") continue;
    if (++shown > kProblemsShown) break;
    std::printf("  %s\n", ProblemLine(problem).c_str());
  }
  if (shown > kProblemsShown) {
    std::printf("  … and more; weft get %s shows them\n", import.name().c_str());
  }
  std::printf("%s: %s read, %s accepted, %d rejected; %s, %s\n", import.name().c_str(),
              Counted(import.rows_read(), "row", "rows").c_str(),
              Counted(import.sites_accepted(), "site", "sites").c_str(), import.sites_rejected(),
              Counted(import.error_count(), "error", "errors").c_str(),
              Counted(import.warning_count(), "warning", "warnings").c_str());
  if (import.state() == v1::Import::STATE_FAILED) {
    std::printf(
        "nothing was applied; mend the file, or apply the rows without errors with "
        "--partial\n");
  } else if (import.dry_run()) {
    std::printf("dry run: nothing was applied\n");
  } else {
    std::printf("%s applied, of which %d had these answers already\n",
                Counted(import.sites_applied(), "site", "sites").c_str(), import.sites_unchanged());
  }
}

absl::StatusOr<v1::Import> Send(Session& session, const ImportOptions& options,
                                Progress& progress) {
  FilePieces file(options.file);
  WEFT_RETURN_IF_ERROR(file.Open());
  v1::ImportResponsesRequest message;
  v1::ImportHeader& header = *message.mutable_header();
  header.set_parent(options.wave);
  header.set_import_id(options.id);
  header.set_display_name(std::filesystem::path(options.file).filename().string());
  WEFT_ASSIGN_OR_RETURN(
      const v1::FileFormat format,
      Choose("--format", options.format, v1::FILE_FORMAT_UNSPECIFIED, kImportFormats));
  header.set_format(format);
  header.set_dry_run(options.dry_run || options.explain);
  header.set_partial(options.partial);
  WEFT_ASSIGN_OR_RETURN(
      const v1::OnDuplicate on_duplicate,
      Choose("--on-duplicate", options.on_duplicate, v1::ON_DUPLICATE_UNSPECIFIED, kOnDuplicate));
  header.set_on_duplicate(on_duplicate);
  for (const std::string& map : options.maps) {
    // The last "=", because a question may hold one and an item does not.
    const size_t equals = map.rfind('=');
    if (equals == std::string::npos || equals == 0) {
      return Error(absl::StatusCode::kInvalidArgument, "USAGE",
                   absl::StrCat("--map is Header=item, not \"", map, "\""));
    }
    v1::ColumnOverride& entry = *header.add_overrides();
    entry.set_header(map.substr(0, equals));
    entry.set_item(map.substr(equals + 1));
  }
  header.set_save_mapping(options.save_mapping);
  header.set_crosswalk(options.crosswalk);

  const std::string method = absl::StrCat(kService, "ImportResponses");
  rpc::ResponseMetadata metadata;
  rpc::CallOptions call;
  call.timeout = std::max(session.options().timeout, kImportPatience);
  call.response_metadata = &metadata;
  rpc::SyncStream stream = session.ClientFor(method).ClientStream(method, call);
  bool open = stream.Write(message);
  int64_t sent = 0;
  while (open) {
    WEFT_ASSIGN_OR_RETURN(std::string piece, file.Next(kChunkBytes));
    if (piece.empty()) break;
    sent += static_cast<int64_t>(piece.size());
    message.set_chunk(std::move(piece));
    open = stream.Write(message);
    if (file.size() > 0) progress.Show("sending", double(sent) / double(file.size()));
  }
  if (open) {
    message.mutable_end()->set_size_bytes(
        static_cast<int32_t>(std::min<int64_t>(sent, std::numeric_limits<int32_t>::max())));
    stream.Write(message);
  }
  progress.Show("applying", 0);
  v1::Import import;
  WEFT_RETURN_IF_ERROR(stream.Finish(import));
  session.NotePosition(method, import.position());
  return import;
}

struct ExportOptions {
  std::string wave;
  std::string output = "-";
  std::string format;
  std::string floor = "approved";
  std::string values;
  std::string multi_select;
  std::string audience;
};

absl::Status Export(Session& session, const ExportOptions& options) {
  v1::ExportResponsesRequest request;
  request.set_parent(options.wave);
  WEFT_ASSIGN_OR_RETURN(
      const v1::FileFormat format,
      Choose("--format", options.format, v1::FILE_FORMAT_UNSPECIFIED, kExportFormats));
  request.set_format(format);
  WEFT_ASSIGN_OR_RETURN(
      const ExportRequest::ReviewFloor floor,
      Choose("--floor", options.floor, ExportRequest::REVIEW_FLOOR_UNSPECIFIED, kFloors));
  request.set_floor(floor);
  WEFT_ASSIGN_OR_RETURN(
      const ExportRequest::Values values,
      Choose("--values", options.values, ExportRequest::VALUES_UNSPECIFIED, kValues));
  request.set_values(values);
  WEFT_ASSIGN_OR_RETURN(const ExportRequest::MultiSelect multi_select,
                        Choose("--multi-select", options.multi_select,
                               ExportRequest::MULTI_SELECT_UNSPECIFIED, kMultiSelect));
  request.set_multi_select(multi_select);
  WEFT_ASSIGN_OR_RETURN(
      const ExportRequest::Audience audience,
      Choose("--audience", options.audience, ExportRequest::AUDIENCE_UNSPECIFIED, kAudiences));
  request.set_audience(audience);
  const std::string method = absl::StrCat(kService, "ExportResponses");
  rpc::CallOptions call;
  call.timeout = std::max(session.options().timeout, kImportPatience);
  rpc::SyncStream stream = session.ClientFor(method).ServerStream(method, request, call);
  std::string content;
  v1::ExportResponsesResponse response;
  bool ended = false;
  int count = 0;
  while (stream.Read(response)) {
    content += response.chunk();
    if (response.has_end()) {
      ended = true;
      count = response.end().response_count();
    }
  }
  WEFT_RETURN_IF_ERROR(stream.Finish());
  if (!ended) {
    return Error(absl::StatusCode::kDataLoss, "EXPORT_CUT",
                 "the export ended before its last message; nothing was written, try again");
  }
  if (options.output == "-") {
    std::fwrite(content.data(), 1, content.size(), stdout);
    return absl::OkStatus();
  }
  WEFT_RETURN_IF_ERROR(WriteFile(options.output, content));
  std::printf("%d responses written to %s\n", count, options.output.c_str());
  if (count == 0 && options.floor == "approved") {
    std::printf("no response is approved yet; --floor submitted exports what was handed in\n");
  }
  return absl::OkStatus();
}

}  // namespace

std::string ProblemLine(const v1::ImportProblem& problem) {
  std::string place = problem.row() > 0 ? absl::StrCat("row ", problem.row()) : "file";
  if (problem.column() > 0) {
    absl::StrAppend(&place, ", column ", problem.column());
    if (!problem.header().empty()) absl::StrAppend(&place, " (", problem.header(), ")");
  }
  return OneLine(absl::StrCat(
      problem.severity() == v1::ImportProblem::SEVERITY_WARNING ? "warning: " : "error: ", place,
      problem.value().empty() ? "" : absl::StrCat(": \"", problem.value(), "\""), ": ",
      problem.message(), " [", problem.reason(), "]"));
}

absl::Status ImportFile(Session& session, const ImportOptions& options) {
  Progress progress(StderrIsTerminal() && !session.json());
  absl::StatusOr<v1::Import> import = Send(session, options, progress);
  progress.Clear();
  WEFT_RETURN_IF_ERROR(import.status());
  if (session.json()) {
    PrintJson(*import);
  } else {
    if (options.explain) PrintColumns(*import);
    PrintImport(*import, options.explain);
  }
  if (import->state() != v1::Import::STATE_FAILED) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "IMPORT_FAILED",
               absl::StrCat("the file has ", Counted(import->error_count(), "error", "errors")));
}

void AddFileCommands(CLI::App& app, Session*& session, absl::Status& result) {
  auto in = std::make_shared<ImportOptions>();
  CLI::App* import = app.add_subcommand(
      "import",
      "Imports a file of responses: wide (one row for each site), tidy (one row for each value), "
      "or what a survey product writes. It is checked whole first; with errors nothing is applied, "
      "unless --partial. docs/formats.md describes the files");
  import->add_option("WAVE", in->wave, "e.g. waves/2025-winter")->required();
  import->add_option("FILE", in->file, "the file; - is standard input")->required();
  import->add_option("--format", in->format,
                     absl::StrCat(WordsOf(kImportFormats), " (default: told from the file)"));
  import->add_option("--id", in->id, "id of the import (default: made from the file)");
  import->add_flag("--dry-run", in->dry_run, "check and apply nothing");
  import->add_flag("--explain", in->explain,
                   "check, apply nothing, and say what each column is taken for, or why it is not");
  import->add_flag("--partial", in->partial, "apply the sites without errors");
  import->add_option("--on-duplicate", in->on_duplicate,
                     "several rows for a site: reject (default), latest, or contributors, which "
                     "merges them question by question");
  import
      ->add_option("--map", in->maps,
                   "Header=item: take a column, or a grid's question, for site, cbo.level, a "
                   "question's id, functions/convene, interaction_level, or - for nothing; with "
                   "nothing after = forget what was saved. May be given several times")
      ->allow_extra_args(false);
  import->add_flag("--save-mapping", in->save_mapping,
                   "keep what --map says for later files of this format and instrument");
  import->add_option("--crosswalk", in->crosswalk,
                     "the file names the partner types of another list: how they map to the "
                     "instrument's, e.g. taxonomies/lab-2024/crosswalks/lab-2025");
  import->callback([&session, &result, in] { result = ImportFile(*session, *in);
});

auto out = std::make_shared<ExportOptions>();
CLI::App* export_command =
    app.add_subcommand("export", "Exports a wave's structured answers as a CSV file");
export_command->add_option("WAVE", out->wave, "e.g. waves/2025-winter")->required();
export_command->add_option("-o,--output", out->output, "the file (default: standard output)");
export_command->add_option("--format", out->format, "wide (default) or tidy");
export_command->add_option("--floor", out->floor, "approved (default) or submitted");
export_command->add_option("--values", out->values, "labels (default) or codes");
export_command->add_option("--multi-select", out->multi_select,
                           "ticked options in one column (default), in many of 0 and 1, or both");
export_command->add_option("--audience", out->audience,
                           "private (default), or public: pseudonyms instead of sites");
export_command->callback([&session, &result, out] { result = Export(*session, *out); });
}  // namespace weft::cli

}  // namespace weft::cli
