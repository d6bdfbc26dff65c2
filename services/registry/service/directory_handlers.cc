#include "services/registry/service/directory_handlers.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "common/base/executor.h"
#include "common/base/status_macros.h"
#include "common/rpc/status.h"
#include "common/service/file_stream.h"
#include "common/validation/text.h"
#include "services/registry/domain/names.h"
#include "services/registry/domain/organization_filter.h"
#include "services/registry/service/directory_export.h"
#include "services/registry/service/directory_importer.h"
#include "services/registry/service/redirects.h"
#include "weft/registry/v1/taxonomy.pb.h"

namespace weft::registry {
namespace {

using v1::ExportDirectoryRequest;
using v1::ImportDirectoryRequest;
using v1::ImportDirectoryResponse;

constexpr int kMaxFiles = 100;
constexpr size_t kMaxFileName = 200;
constexpr absl::Duration kRetryAfter = absl::Seconds(5);
// Bytes that are read, and organizations that are put together, before others are served.
constexpr size_t kStepBytes = 16 << 10;
constexpr int kStepRecords = 50;

absl::Status Validate(const v1::DirectoryHeader& header) {
  return FieldViolations()
      .Require(v1::DirectoryHeader::Mode_IsValid(header.mode()), "header.mode",
               "must be MODE_UPSERT, MODE_CREATE, or unset")
      .ToStatus();
}

absl::Status Validate(const ExportDirectoryRequest& request) {
  FieldViolations violations;
  violations.Require(ExportDirectoryRequest::Format_IsValid(request.format()), "format",
                     "must be FORMAT_JSON, FORMAT_PACKAGE, FORMAT_CSV, or unset");
  if (!request.taxonomy().empty()) {
    CheckName(violations, "taxonomy", kTaxonomies, request.taxonomy());
  }
  return violations.ToStatus();
}

absl::Status CheckFile(const v1::DirectoryFile& file, int number) {
  FieldViolations violations;
  RequireText(violations, "file.name", file.name(), kMaxFileName);
  violations.Require(file.name().find('/') == std::string::npos, "file.name",
                     "must be a name without directories");
  violations.Require(number <= kMaxFiles, "file",
                     absl::StrCat("is one too many; a directory has at most ", kMaxFiles));
  return violations.ToStatus();
}

absl::Status TooLarge(int64_t max_bytes) {
  return Error(absl::StatusCode::kInvalidArgument, "DIRECTORY_TOO_LARGE",
               absl::StrCat("the files are larger than ", max_bytes >> 20,
                            " MiB together; send the organizations in parts"),
               {{"max_bytes", absl::StrCat(max_bytes)}});
}

absl::Status Silent() {
  return Error(
      absl::StatusCode::kAborted, "DIRECTORY_UPLOAD_SILENT",
      absl::StrCat("nothing came for ", absl::ToInt64Seconds(DirectoryHandlers::kMaxSilence),
                   " seconds, and another directory has taken the place; nothing was "
                   "kept, send the files again without a pause"));
}

}  // namespace

Task<absl::Status> DirectoryHandlers::ImportDirectory(rpc::CallContext& context,
                                                      rpc::Reader<ImportDirectoryRequest>& reader,
                                                      ImportDirectoryResponse& response) {
  ImportDirectoryRequest message;
  absl::Status begun = co_await service::ReadHeader(reader, message);
  WEFT_CO_RETURN_IF_ERROR(std::move(begun));
  const v1::DirectoryHeader header = message.header();
  WEFT_CO_RETURN_IF_ERROR(Validate(header));
  WEFT_CO_RETURN_IF_ERROR(MakePlace());
  Upload upload;
  importing_ = &upload;
  const absl::Cleanup done = [this, &upload] {
    if (importing_ == &upload) importing_ = nullptr;
  };

  absl::Status received = co_await Receive(context, reader, upload);
  WEFT_CO_RETURN_IF_ERROR(std::move(received));
  hsds::DirectoryReader& directory = *upload.directory;
  directory.Finish();
  for (bool more = true; more;) {
    co_await Yield(context.executor());
    if (context.stopping()) co_return rpc::Stopped(context);
    more = directory.Work(kStepRecords);
  }

  hsds::Report& report = upload.report;
  DirectoryImporter importer(db_, tables_, context, header.mode(), report);
  ImportDirectoryResponse checked;
  std::vector<hsds::Incoming> organizations = directory.TakeOrganizations();
  absl::Status check = co_await importer.Check(std::move(organizations), checked);
  WEFT_CO_RETURN_IF_ERROR(std::move(check));
  const bool failed = report.errors() > 0;
  if (failed || header.dry_run()) {
    response = checked;
  } else {
    if (context.stopping()) co_return rpc::Stopped(context);
    // Whole and checked: it is written whatever becomes of the call now.
    absl::Status applied = co_await importer.Apply(response);
    WEFT_CO_RETURN_IF_ERROR(std::move(applied));
    if (!response.position().empty()) context.SetPosition(response.position());
  }
  if (failed) {
    response.clear_organizations_created();
    response.clear_organizations_updated();
    response.clear_organizations_unchanged();
    response.clear_organizations_left_alone();
  }
  response.set_state(failed ? ImportDirectoryResponse::STATE_FAILED
                            : ImportDirectoryResponse::STATE_SUCCEEDED);
  response.set_dry_run(header.dry_run());
  response.set_organizations_read(directory.organizations_read());
  report.CopyTo(response);
  co_return absl::OkStatus();
}

absl::Status DirectoryHandlers::MakePlace() {
  if (importing_ == nullptr) return absl::OkStatus();
  if (db_.clock.Now() - importing_->silent_since < kMaxSilence) {
    return WithRetryAfter(Error(absl::StatusCode::kResourceExhausted, "DIRECTORY_IMPORT_RUNNING",
                                "another directory is being imported; try again in a few seconds"),
                          kRetryAfter);
  }
  // It waits for a message, and learns of it then.
  importing_->directory.reset();
  importing_ = nullptr;
  return absl::OkStatus();
}

Task<absl::Status> DirectoryHandlers::Receive(rpc::CallContext& context,
                                              rpc::Reader<ImportDirectoryRequest>& reader,
                                              Upload& upload) {
  int files = 0;
  int64_t size = 0;
  ImportDirectoryRequest message;
  while (true) {
    upload.silent_since = db_.clock.Now();
    absl::Status read = co_await service::ReadNext(reader, message);
    WEFT_CO_RETURN_IF_ERROR(std::move(read));
    if (!upload.directory.has_value()) co_return Silent();
    upload.silent_since = absl::InfiniteFuture();
    if (message.has_end()) break;
    if (message.has_file()) {
      WEFT_CO_RETURN_IF_ERROR(CheckFile(message.file(), ++files));
      upload.directory->BeginFile(message.file().name());
      continue;
    }
    if (!message.has_chunk() || files == 0) {
      co_return service::Malformed(
          "MESSAGE_UNEXPECTED",
          "after the header the stream takes files, each with its chunks, then `end`");
    }
    size += static_cast<int64_t>(message.chunk().size());
    if (size > max_bytes_) co_return TooLarge(max_bytes_);
    for (absl::string_view rest = message.chunk(); !rest.empty();) {
      const absl::string_view step = rest.substr(0, kStepBytes);
      upload.directory->Feed(step);
      rest.remove_prefix(step.size());
      co_await Yield(context.executor());
    }
  }
  WEFT_CO_RETURN_IF_ERROR(service::CheckSize(message.end().size_bytes(), size));
  if (message.end().file_count() != files) {
    co_return Error(
        absl::StatusCode::kInvalidArgument, "SIZE_MISMATCH",
        absl::StrCat("the stream's end says that there are ", message.end().file_count(),
                     " files, but ", files, " came; nothing was kept, send them again"),
        {{"file_count", absl::StrCat(message.end().file_count())},
         {"received", absl::StrCat(files)}});
  }
  co_return absl::OkStatus();
}

Task<absl::Status> DirectoryHandlers::ExportDirectory(
    rpc::CallContext& context, const ExportDirectoryRequest& request,
    rpc::Writer<v1::ExportDirectoryResponse>& writer) {
  WEFT_CO_RETURN_IF_ERROR(Validate(request));
  WEFT_CO_ASSIGN_OR_RETURN(OrganizationFilter filter, ParseOrganizationFilter(request.filter()));
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::Status followed = co_await FollowRedirects(tables_, *snapshot, "parent", filter);
  WEFT_CO_RETURN_IF_ERROR(std::move(followed));
  v1::Taxonomy taxonomy;
  if (!request.taxonomy().empty()) {
    absl::StatusOr<v1::Taxonomy> found =
        co_await tables_.taxonomies.Get(*snapshot, request.taxonomy());
    WEFT_CO_RETURN_IF_ERROR(found.status());
    taxonomy = *std::move(found);
  }
  DirectoryExport directory(context, tables_, *snapshot,
                            request.taxonomy().empty() ? nullptr : &taxonomy, writer);
  absl::Status written = co_await directory.Run(request.format(), filter);
  co_return written;
}

}  // namespace weft::registry
