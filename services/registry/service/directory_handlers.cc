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
#include "common/service/file_stream.h"
#include "common/validation/text.h"
#include "services/registry/domain/hsds/report.h"
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

}  // namespace

Task<absl::Status> DirectoryHandlers::ImportDirectory(rpc::CallContext& context,
                                                      rpc::Reader<ImportDirectoryRequest>& reader,
                                                      ImportDirectoryResponse& response) {
  ImportDirectoryRequest message;
  absl::Status begun = co_await service::ReadHeader(reader, message);
  WEFT_CO_RETURN_IF_ERROR(std::move(begun));
  const v1::DirectoryHeader header = message.header();
  WEFT_CO_RETURN_IF_ERROR(Validate(header));
  if (importing_) {
    co_return WithRetryAfter(
        Error(absl::StatusCode::kResourceExhausted, "DIRECTORY_IMPORT_RUNNING",
              "another directory is being imported; try again in a few seconds"),
        kRetryAfter);
  }
  importing_ = true;
  const absl::Cleanup done = [this] { importing_ = false; };

  hsds::Report report;
  hsds::DirectoryReader directory(report);
  absl::Status received = co_await Receive(context, reader, directory);
  WEFT_CO_RETURN_IF_ERROR(std::move(received));
  directory.Finish();
  for (bool more = true; more;) {
    co_await Yield(context.executor());
    more = directory.Work(kStepRecords);
  }

  DirectoryImporter importer(db_, tables_, context.executor(), header.mode(), report);
  ImportDirectoryResponse checked;
  std::vector<hsds::Incoming> organizations = directory.TakeOrganizations();
  absl::Status check = co_await importer.Check(std::move(organizations), checked);
  WEFT_CO_RETURN_IF_ERROR(std::move(check));
  const bool failed = report.errors() > 0;
  if (failed || header.dry_run()) {
    response = checked;
  } else {
    // Whole and checked: it is written whatever becomes of the call.
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

Task<absl::Status> DirectoryHandlers::Receive(rpc::CallContext& context,
                                              rpc::Reader<ImportDirectoryRequest>& reader,
                                              hsds::DirectoryReader& directory) {
  int files = 0;
  int64_t size = 0;
  ImportDirectoryRequest message;
  while (true) {
    bool more = co_await reader.Read(message);
    if (!more) co_return service::Cut(reader.status());
    if (message.has_end()) break;
    if (message.has_file()) {
      WEFT_CO_RETURN_IF_ERROR(CheckFile(message.file(), ++files));
      directory.BeginFile(message.file().name());
      continue;
    }
    if (!message.has_chunk() || files == 0) {
      co_return service::Malformed(
          "MESSAGE_UNEXPECTED",
          "after the header the stream takes files, each with its chunks, then `end`");
    }
    if (message.chunk().size() > service::kMaxChunk) {
      co_return service::Malformed("CHUNK_TOO_LARGE", "a chunk holds at most 1 MiB");
    }
    size += static_cast<int64_t>(message.chunk().size());
    if (size > max_bytes_) co_return TooLarge(max_bytes_);
    for (absl::string_view rest = message.chunk(); !rest.empty();) {
      const absl::string_view step = rest.substr(0, kStepBytes);
      directory.Feed(step);
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
