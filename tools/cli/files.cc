#include "tools/cli/files.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "absl/strings/str_cat.h"
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
// A large file may take long; the server goes on without us, so this only bounds our patience.
constexpr absl::Duration kImportPatience = absl::Minutes(30);

absl::StatusOr<v1::FileFormat> ParseFormat(const std::string& format) {
  if (format.empty()) return v1::FILE_FORMAT_UNSPECIFIED;
  if (format == "wide") return v1::FILE_FORMAT_WIDE;
  if (format == "tidy") return v1::FILE_FORMAT_TIDY;
  return Error(absl::StatusCode::kInvalidArgument, "USAGE",
               absl::StrCat("--format is wide or tidy, not \"", format, "\""));
}

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

std::string ProblemLine(const v1::ImportProblem& problem) {
  std::string place = problem.row() > 0 ? absl::StrCat("row ", problem.row()) : "file";
  if (problem.column() > 0) {
    absl::StrAppend(&place, ", column ", problem.column());
    if (!problem.header().empty()) absl::StrAppend(&place, " (", problem.header(), ")");
  }
  return absl::StrCat(
      problem.severity() == v1::ImportProblem::SEVERITY_WARNING ? "warning: " : "error: ", place,
      problem.value().empty() ? "" : absl::StrCat(": \"", problem.value(), "\""), ": ",
      problem.message(), " [", problem.reason(), "]");
}

void PrintImport(const v1::Import& import) {
  int shown = 0;
  for (const v1::ImportProblem& problem : import.problems()) {
    if (++shown > kProblemsShown) break;
    std::printf("  %s\n", ProblemLine(problem).c_str());
  }
  const int total = import.error_count() + import.warning_count();
  if (total > kProblemsShown) {
    std::printf("  … and %d more; weft get %s shows them\n", total - kProblemsShown,
                import.name().c_str());
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
  WEFT_ASSIGN_OR_RETURN(const std::string content, ReadFile(options.file));
  v1::ImportResponsesRequest message;
  v1::ImportHeader& header = *message.mutable_header();
  header.set_parent(options.wave);
  header.set_import_id(options.id);
  header.set_display_name(std::filesystem::path(options.file).filename().string());
  WEFT_ASSIGN_OR_RETURN(const v1::FileFormat format, ParseFormat(options.format));
  header.set_format(format);
  header.set_dry_run(options.dry_run);
  header.set_partial(options.partial);

  const std::string method = absl::StrCat(kService, "ImportResponses");
  rpc::ResponseMetadata metadata;
  rpc::CallOptions call;
  call.timeout = std::max(session.options().timeout, kImportPatience);
  call.response_metadata = &metadata;
  rpc::SyncStream stream = session.ClientFor(method).ClientStream(method, call);
  bool open = stream.Write(message);
  for (size_t at = 0; open && at < content.size(); at += kChunkBytes) {
    message.set_chunk(content.substr(at, kChunkBytes));
    open = stream.Write(message);
    progress.Show("sending", double(std::min(at + kChunkBytes, content.size())) / content.size());
  }
  if (open) {
    message.mutable_end()->set_size_bytes(static_cast<int32_t>(content.size()));
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
};

absl::Status Export(Session& session, const ExportOptions& options) {
  v1::ExportResponsesRequest request;
  request.set_parent(options.wave);
  WEFT_ASSIGN_OR_RETURN(const v1::FileFormat format, ParseFormat(options.format));
  request.set_format(format);
  if (options.floor != "approved" && options.floor != "submitted") {
    return Error(absl::StatusCode::kInvalidArgument, "USAGE",
                 absl::StrCat("--floor is submitted or approved, not \"", options.floor, "\""));
  }
  request.set_floor(options.floor == "submitted"
                        ? v1::ExportResponsesRequest::REVIEW_FLOOR_SUBMITTED
                        : v1::ExportResponsesRequest::REVIEW_FLOOR_APPROVED);
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

absl::Status ImportFile(Session& session, const ImportOptions& options) {
  Progress progress(StderrIsTerminal() && !session.json());
  absl::StatusOr<v1::Import> import = Send(session, options, progress);
  progress.Clear();
  WEFT_RETURN_IF_ERROR(import.status());
  if (session.json()) {
    PrintJson(*import);
  } else {
    PrintImport(*import);
  }
  if (import->state() != v1::Import::STATE_FAILED) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "IMPORT_FAILED",
               absl::StrCat("the file has ", Counted(import->error_count(), "error", "errors")));
}

void AddFileCommands(CLI::App& app, Session*& session, absl::Status& result) {
  auto in = std::make_shared<ImportOptions>();
  CLI::App* import = app.add_subcommand(
      "import",
      "Imports a CSV file of responses, wide (one row for each site) or tidy (one row for each "
      "value). It is checked whole first; with errors nothing is applied, unless --partial");
  import->add_option("WAVE", in->wave, "e.g. waves/2025-winter")->required();
  import->add_option("FILE", in->file, "the file; - is standard input")->required();
  import->add_option("--format", in->format, "wide or tidy (default: told from the header)");
  import->add_option("--id", in->id, "id of the import (default: made from the file)");
  import->add_flag("--dry-run", in->dry_run, "check and apply nothing");
  import->add_flag("--partial", in->partial, "apply the sites without errors");
  import->callback([&session, &result, in] { result = ImportFile(*session, *in);
});

auto out = std::make_shared<ExportOptions>();
CLI::App* export_command =
    app.add_subcommand("export", "Exports a wave's structured answers as a CSV file");
export_command->add_option("WAVE", out->wave, "e.g. waves/2025-winter")->required();
export_command->add_option("-o,--output", out->output, "the file (default: standard output)");
export_command->add_option("--format", out->format, "wide (default) or tidy");
export_command->add_option("--floor", out->floor, "approved (default) or submitted");
export_command->callback([&session, &result, out] { result = Export(*session, *out); });
}  // namespace weft::cli

}  // namespace weft::cli
