#include "tools/cli/directory.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/words/number_text.h"
#include "common/words/terms.h"
#include "tools/cli/terminal.h"
#include "tools/cli/words.h"
#include "weft/registry/v1/directory.pb.h"

namespace weft::cli {
namespace {

namespace v1 = ::weft::registry::v1;
namespace fs = std::filesystem;

constexpr char kService[] = "weft.registry.v1.OrganizationService/";
constexpr size_t kChunkBytes = 256 * 1024;
constexpr int kProblemsShown = 50;
// A directory of many thousands takes a while; this only bounds our patience.
constexpr absl::Duration kPatience = absl::Minutes(30);

constexpr char kFooter[] = R"(
  weft directory import partners.json --dry-run
  weft directory import partners/            (the CSV files of a tabular data package)
  weft directory export --out partners.json
  weft directory export --format package --out partners/
  weft directory export --format csv --filter "partner_type = library" --out libraries.csv
docs/directory-exchange.md says which fields are kept.
)";

// ---- import

struct ImportOptions {
  std::string path;
  std::string mode = "upsert";
  bool dry_run = false;
};

struct FileToSend {
  std::string name;
  std::string path;
  int64_t size = 0;
};

// The file, or the JSON and CSV files in the directory, by name.
absl::StatusOr<std::vector<FileToSend>> FilesAt(const std::string& path) {
  std::vector<FileToSend> files;
  std::error_code error;
  const auto add = [&](const fs::path& file) {
    files.push_back({file.filename().string(), file.string(),
                     static_cast<int64_t>(fs::file_size(file, error))});
  };
  if (fs::is_directory(path, error)) {
    for (const auto& entry : fs::directory_iterator(path, error)) {
      const std::string extension = entry.path().extension().string();
      if (entry.is_regular_file(error) && (extension == ".json" || extension == ".csv")) {
        add(entry.path());
      }
    }
    if (files.empty()) {
      return Error(absl::StatusCode::kNotFound, "FILE_NOT_FOUND",
                   absl::StrCat("there is no .json and no .csv file in \"", path, "\""));
    }
    std::sort(files.begin(), files.end(),
              [](const FileToSend& a, const FileToSend& b) { return a.name < b.name; });
  } else if (fs::is_regular_file(path, error)) {
    add(path);
  } else {
    return Error(absl::StatusCode::kNotFound, "FILE_NOT_FOUND",
                 absl::StrCat("cannot read \"", path, "\"; does it exist?"));
  }
  return files;
}

// One line on standard error that is written over.
class Sent {
 public:
  Sent(bool shown, int64_t total) : shown_(shown), total_(std::max<int64_t>(total, 1)) {}
  ~Sent() {
    if (drawn_) std::fprintf(stderr, "\r%s\r", std::string(60, ' ').c_str());
  }
  void Show(int64_t sent) {
    if (!shown_) return;
    const double share = static_cast<double>(sent) / static_cast<double>(total_);
    std::fprintf(stderr, "\r%s %s %s", Fit(sent < total_ ? "sending" : "checking", 12).c_str(),
                 Bar(share, 30).c_str(), Percent(share).c_str());
    drawn_ = true;
  }

 private:
  const bool shown_;
  const int64_t total_;
  bool drawn_ = false;
};

// Writes the bytes of a file to the stream; false when the call has ended already.
absl::StatusOr<bool> SendFile(const FileToSend& file, rpc::SyncStream& stream, int64_t& sent,
                              Sent& progress) {
  std::FILE* const input = std::fopen(file.path.c_str(), "rb");
  if (input == nullptr) {
    return Error(absl::StatusCode::kNotFound, "FILE_NOT_FOUND",
                 absl::StrCat("cannot read \"", file.path, "\"; does it exist?"));
  }
  v1::ImportDirectoryRequest message;
  message.mutable_file()->set_name(file.name);
  bool open = stream.Write(message);
  while (open) {
    std::string piece(kChunkBytes, '\0');
    piece.resize(std::fread(piece.data(), 1, kChunkBytes, input));
    if (piece.empty()) break;
    sent += static_cast<int64_t>(piece.size());
    message.set_chunk(std::move(piece));
    open = stream.Write(message);
    progress.Show(sent);
  }
  const bool failed = std::ferror(input) != 0;
  std::fclose(input);
  if (failed) {
    return Error(absl::StatusCode::kDataLoss, "FILE_NOT_READ",
                 absl::StrCat("\"", file.path, "\" could not be read to its end"));
  }
  return open;
}

absl::StatusOr<v1::ImportDirectoryResponse> Send(Session& session, const ImportOptions& options) {
  v1::ImportDirectoryRequest message;
  v1::DirectoryHeader& header = *message.mutable_header();
  header.set_dry_run(options.dry_run);
  if (options.mode == "create") {
    header.set_mode(v1::DirectoryHeader::MODE_CREATE);
  } else if (options.mode == "upsert") {
    header.set_mode(v1::DirectoryHeader::MODE_UPSERT);
  } else {
    return UsageError(absl::StrCat("--mode is upsert or create, not \"", options.mode, "\""));
  }
  WEFT_ASSIGN_OR_RETURN(const std::vector<FileToSend> files, FilesAt(options.path));
  int64_t total = 0;
  for (const FileToSend& file : files) total += file.size;
  Sent progress(StderrIsTerminal() && !session.json(), total);

  const std::string method = absl::StrCat(kService, "ImportDirectory");
  rpc::ResponseMetadata metadata;
  rpc::CallOptions call;
  call.timeout = std::max(session.options().timeout, kPatience);
  call.response_metadata = &metadata;
  rpc::SyncStream stream = session.ClientFor(method).ClientStream(method, call);
  bool open = stream.Write(message);
  int64_t sent = 0;
  for (const FileToSend& file : files) {
    if (!open) break;
    WEFT_ASSIGN_OR_RETURN(open, SendFile(file, stream, sent, progress));
  }
  if (open) {
    message.mutable_end()->set_file_count(static_cast<int32_t>(files.size()));
    message.mutable_end()->set_size_bytes(sent);
    stream.Write(message);
  }
  v1::ImportDirectoryResponse response;
  WEFT_RETURN_IF_ERROR(stream.Finish(response));
  session.NotePosition(method, response.position());
  return response;
}

// `organizations.csv:3:2: BAD_ID: message`, as compilers write it.
std::string ProblemText(const v1::DirectoryProblem& problem) {
  std::string text;
  if (!problem.file().empty()) absl::StrAppend(&text, problem.file(), ":");
  if (problem.row() > 0) absl::StrAppend(&text, problem.row(), ":");
  if (problem.column() > 0) absl::StrAppend(&text, problem.column(), ":");
  if (!text.empty()) text.push_back(' ');
  if (problem.severity() == v1::DirectoryProblem::SEVERITY_WARNING) text += "warning: ";
  absl::StrAppend(&text, problem.reason(), ": ");
  if (!problem.pointer().empty()) absl::StrAppend(&text, problem.pointer(), " ");
  if (problem.pointer().empty() && !problem.field().empty()) {
    absl::StrAppend(&text, problem.field(), " ");
  }
  absl::StrAppend(&text, problem.message());
  return text;
}

void PrintImport(const v1::ImportDirectoryResponse& response) {
  const int shown = std::min(response.problems_size(), kProblemsShown);
  for (int i = 0; i < shown; ++i) std::printf("%s\n", ProblemText(response.problems(i)).c_str());
  const int all = response.error_count() + response.warning_count();
  if (all > shown) std::printf("… and %d more; --json shows 1000\n", all - shown);
  for (const v1::NotKept& one : response.not_kept()) {
    std::printf("not kept: %s (%d)\n", one.field().c_str(), one.count());
  }
  std::printf("%s read; %s, %s\n",
              Counted(response.organizations_read(), "organization", "organizations").c_str(),
              Counted(response.error_count(), "error", "errors").c_str(),
              Counted(response.warning_count(), "warning", "warnings").c_str());
  if (response.state() == v1::ImportDirectoryResponse::STATE_FAILED) {
    std::printf("nothing was changed; mend the files and send them again\n");
    return;
  }
  std::printf("%s%d created, %d updated, %d unchanged", response.dry_run() ? "would be: " : "",
              response.organizations_created(), response.organizations_updated(),
              response.organizations_unchanged());
  if (response.organizations_left_alone() > 0) {
    std::printf(", %d left alone", response.organizations_left_alone());
  }
  std::printf("%s\n", response.dry_run() ? "; dry run, nothing was changed" : "");
}

absl::Status Import(Session& session, const ImportOptions& options) {
  WEFT_ASSIGN_OR_RETURN(const v1::ImportDirectoryResponse response, Send(session, options));
  if (session.json()) {
    PrintJson(response);
  } else {
    PrintImport(response);
  }
  if (response.state() != v1::ImportDirectoryResponse::STATE_FAILED) return absl::OkStatus();
  return Error(
      absl::StatusCode::kFailedPrecondition, "IMPORT_FAILED",
      absl::StrCat("the directory has ", Counted(response.error_count(), "error", "errors")));
}

// ---- export

struct ExportOptions {
  std::string format = "json";
  std::string output = "-";
  std::string filter;
  std::string taxonomy;
};

// What is received, file by file: a single file goes to the output, several into it as a directory,
// each under another name until all are whole.
class Output {
 public:
  Output(std::string path, bool directory) : path_(std::move(path)), directory_(directory) {}
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output() {
    Close();
    std::error_code error;
    for (const auto& [part, whole] : parts_) fs::remove(part, error);
  }

  absl::Status Begin(const std::string& name) {
    Close();
    if (!directory_ && path_ == "-") {
      file_ = stdout;
      return absl::OkStatus();
    }
    std::error_code error;
    if (directory_) fs::create_directories(path_, error);
    // The server names it; it stays in the directory whatever it says.
    fs::path whole = path_;
    if (directory_) whole /= fs::path(name).filename();
    const std::string part = absl::StrCat(whole.string(), ".part");
    file_ = std::fopen(part.c_str(), "wb");
    if (file_ == nullptr) return Unwritable(part);
    parts_.emplace_back(part, whole.string());
    return absl::OkStatus();
  }
  absl::Status Write(absl::string_view bytes) {
    if (file_ == nullptr || std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) {
      return Unwritable(path_);
    }
    return absl::OkStatus();
  }
  // Everything has come: the files get their names.
  absl::Status Finish() {
    if (!Close()) return Unwritable(path_);
    for (const auto& [part, whole] : parts_) {
      std::error_code error;
      fs::rename(part, whole, error);
      if (error) return Unwritable(whole);
    }
    parts_.clear();
    return absl::OkStatus();
  }

 private:
  bool Close() {
    if (file_ == nullptr) return true;
    const bool good = file_ == stdout ? std::fflush(file_) == 0 : std::fclose(file_) == 0;
    file_ = nullptr;
    return good;
  }
  static absl::Status Unwritable(const std::string& path) {
    return Error(absl::StatusCode::kPermissionDenied, "FILE_NOT_WRITTEN",
                 absl::StrCat("cannot write \"", path, "\"; is there room, and may you?"));
  }

  const std::string path_;
  const bool directory_;
  std::FILE* file_ = nullptr;
  // Name while it is written, and for good.
  std::vector<std::pair<std::string, std::string>> parts_;
};

absl::Status Export(Session& session, const ExportOptions& options) {
  v1::ExportDirectoryRequest request;
  const bool package = options.format == "package";
  if (options.format == "json") {
    request.set_format(v1::ExportDirectoryRequest::FORMAT_JSON);
  } else if (package) {
    request.set_format(v1::ExportDirectoryRequest::FORMAT_PACKAGE);
  } else if (options.format == "csv") {
    request.set_format(v1::ExportDirectoryRequest::FORMAT_CSV);
  } else {
    return UsageError(
        absl::StrCat("--format is json, package or csv, not \"", options.format, "\""));
  }
  if (package && options.output == "-") {
    return UsageError("a package has several files; name a directory with --out");
  }
  request.set_filter(options.filter);
  request.set_taxonomy(options.taxonomy);
  const std::string method = absl::StrCat(kService, "ExportDirectory");
  rpc::CallOptions call;
  call.timeout = std::max(session.options().timeout, kPatience);
  rpc::SyncStream stream = session.ClientFor(method).ServerStream(method, request, call);
  Output output(options.output, package);
  v1::ExportDirectoryResponse response;
  v1::ExportDirectoryEnd end;
  bool ended = false;
  while (stream.Read(response)) {
    if (response.has_file()) WEFT_RETURN_IF_ERROR(output.Begin(response.file().name()));
    if (response.has_chunk()) WEFT_RETURN_IF_ERROR(output.Write(response.chunk()));
    if (!response.has_end()) continue;
    ended = true;
    end = response.end();
  }
  WEFT_RETURN_IF_ERROR(stream.Finish());
  if (!ended) {
    return Error(absl::StatusCode::kDataLoss, "EXPORT_CUT",
                 "the export ended before its last message; try again");
  }
  WEFT_RETURN_IF_ERROR(output.Finish());
  if (options.output == "-") return absl::OkStatus();
  if (session.json()) {
    PrintJson(end);
  } else {
    std::printf("%s written to %s\n",
                Counted(end.organization_count(), "organization", "organizations").c_str(),
                options.output.c_str());
  }
  return absl::OkStatus();
}

}  // namespace

void AddDirectoryCommands(CLI::App& app, Session*& session, absl::Status& result) {
  CLI::App* directory = app.add_subcommand(
      "directory", "Exchanges organizations with other directories, in HSDS 3.0 of Open Referral");
  directory->require_subcommand(1);
  directory->footer(kFooter);

  auto in = std::make_shared<ImportOptions>();
  CLI::App* import_command = directory->add_subcommand(
      "import",
      "Imports organizations. Everything is checked first; with errors nothing is changed, and the "
      "same files twice change nothing");
  import_command
      ->add_option("PATH", in->path,
                   "a JSON file, or a directory with JSON files or the CSV files of a package")
      ->required();
  import_command->add_flag("--dry-run", in->dry_run, "check and change nothing");
  import_command->add_option(
      "--mode", in->mode,
      "upsert (default): those that are there get what the files state; create: "
      "they are left alone");
  import_command->callback([&session, &result, in] { result = Import(*session, *in); });

  auto out = std::make_shared<ExportOptions>();
  CLI::App* export_command = directory->add_subcommand("export", "Exports organizations");
  export_command->add_option("--format", out->format,
                             "json (default), package (a directory of CSV files), or csv (one file "
                             "for spreadsheets)");
  export_command->add_option("-o,--out", out->output,
                             "the file, or a package's directory (default: standard output)");
  export_command->add_option("--filter", out->filter,
                             "only these, e.g. \"partner_type = library AND region = MO\"");
  export_command->add_option("--taxonomy", out->taxonomy,
                             "whose labels partner types have, e.g. taxonomies/lab-2025");
  export_command->callback([&session, &result, out] { result = Export(*session, *out); });
}

}  // namespace weft::cli
