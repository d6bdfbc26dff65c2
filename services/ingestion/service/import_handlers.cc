#include "services/ingestion/service/import_handlers.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/csv/csv_reader.h"
#include "common/rpc/status.h"
#include "common/service/file_stream.h"
#include "common/service/list.h"
#include "common/service/stored.h"
#include "common/storage/run_in_transaction.h"
#include "common/validation/ids.h"
#include "common/validation/text.h"
#include "services/ingestion/domain/import/file_hash.h"
#include "services/ingestion/domain/instrument_index.h"
#include "services/ingestion/domain/names.h"
#include "services/ingestion/service/import_applier.h"
#include "services/ingestion/service/import_job.h"
#include "services/ingestion/service/import_names.h"
#include "services/ingestion/service/parents.h"

namespace weft::ingestion {
namespace {

constexpr size_t kMaxFileName = 200;
constexpr size_t kMaxHeader = 1000;

bool IsCrosswalkName(absl::string_view name) {
  const size_t child = name.find("/crosswalks/");
  return child != absl::string_view::npos &&
         IdIn("taxonomies", name.substr(0, child)).has_value() &&
         IdIn("crosswalks", name.substr(child + 1)).has_value();
}

absl::Status Validate(const v1::ImportHeader& header) {
  FieldViolations violations;
  violations.Require(IdIn("waves", header.parent()).has_value(), "header.parent",
                     "must be a name like waves/2025-winter");
  violations.Require(header.import_id().empty() || IsId(header.import_id()), "header.import_id",
                     kIdRule);
  CheckText(violations, "header.display_name", header.display_name(), kMaxFileName);
  violations.Require(v1::FileFormat_IsValid(header.format()), "header.format",
                     "must be a format that docs/formats.md describes, or unset");
  violations.Require(v1::OnDuplicate_IsValid(header.on_duplicate()), "header.on_duplicate",
                     "must be ON_DUPLICATE_REJECT, ON_DUPLICATE_LATEST, ON_DUPLICATE_CONTRIBUTORS, "
                     "or unset");
  violations.Require(header.overrides_size() <= kMaxColumns, "header.overrides",
                     absl::StrCat("must be at most ", kMaxColumns));
  absl::flat_hash_set<std::string> headers;
  for (int i = 0; i < std::min(header.overrides_size(), kMaxColumns); ++i) {
    const v1::ColumnOverride& entry = header.overrides(i);
    const std::string at = absl::StrCat("header.overrides[", i, "]");
    RequireText(violations, at + ".header", entry.header(), kMaxHeader);
    CheckText(violations, at + ".item", entry.item(), kMaxHeader);
    violations.Require(headers.insert(FoldText(entry.header())).second, at + ".header",
                       "must not be that of another override");
  }
  violations.Require(header.crosswalk().empty() || IsCrosswalkName(header.crosswalk()),
                     "header.crosswalk",
                     "must be a name like taxonomies/lab-2024/crosswalks/lab-2025, or empty");
  return violations.ToStatus();
}

absl::Status CheckEnd(const v1::ImportEnd& end, int64_t size, absl::string_view sha256) {
  WEFT_RETURN_IF_ERROR(service::CheckSize(end.size_bytes(), size));
  if (!end.sha256().empty() && absl::AsciiStrToLower(end.sha256()) != sha256) {
    return Error(absl::StatusCode::kInvalidArgument, "HASH_MISMATCH",
                 absl::StrCat("the stream's end gives another SHA-256 than what came has, ", sha256,
                              "; nothing was kept, send the file again"),
                 {{"received", std::string(sha256)}});
  }
  return absl::OkStatus();
}

// Whether `existing` came of the same file with the same options as `made`.
bool IsSame(const v1::Import& existing, const v1::Import& made) {
  return existing.sha256() == made.sha256() && existing.dry_run() == made.dry_run() &&
         existing.partial() == made.partial() && existing.on_duplicate() == made.on_duplicate() &&
         existing.mapping_hash() == made.mapping_hash() &&
         existing.crosswalk() == made.crosswalk() &&
         (made.format() == v1::FILE_FORMAT_UNSPECIFIED || existing.format() == made.format());
}

// Whether checking the file once more could do what was not done: nothing was applied then, and the
// roster or the responses may have changed since.
bool MayRunAgain(const v1::Import& import) {
  return import.state() == v1::Import::STATE_FAILED ||
         (import.state() == v1::Import::STATE_SUCCEEDED && import.dry_run());
}

}  // namespace

Task<absl::Status> ImportHandlers::ImportResponses(rpc::CallContext& context,
                                                   rpc::Reader<v1::ImportResponsesRequest>& reader,
                                                   v1::Import& response) {
  v1::ImportResponsesRequest message;
  absl::Status begun = co_await service::ReadHeader(reader, message);
  WEFT_CO_RETURN_IF_ERROR(std::move(begun));
  const v1::ImportHeader header = message.header();
  WEFT_CO_RETURN_IF_ERROR(Validate(header));
  registry::v1::Crosswalk crosswalk;
  {
    // So that a file for a wave that takes nothing is not sent in vain.
    std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
    absl::StatusOr<WaveContext> open = co_await waves_.LoadOpen(*snapshot, header.parent());
    WEFT_CO_RETURN_IF_ERROR(open.status());
    if (!header.crosswalk().empty()) {
      absl::Status loaded = co_await LoadCrosswalk(context, header, *open->instrument, crosswalk);
      WEFT_CO_RETURN_IF_ERROR(std::move(loaded));
    }
  }

  std::string import;
  {
    Upload upload(db_, tables_, header.parent(), max_file_bytes_, runner_.active_uploads());
    absl::Status received = co_await Receive(context, reader, header, crosswalk, upload, import);
    if (!received.ok()) {
      // Should this fail as well, the next start of the server deletes what is left.
      absl::Status discarded = co_await upload.Discard(context.executor());
      discarded.IgnoreError();
      co_return received;
    }
  }

  bool ended = co_await runner_.Wait(context, import);
  if (!ended) co_return rpc::Stopped(context);
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::StatusOr<v1::Import> row = co_await tables_.imports.Get(*snapshot, import);
  WEFT_CO_ASSIGN_OR_RETURN(response, std::move(row));
  context.SetPosition(snapshot->position().ToString());
  co_return absl::OkStatus();
}

Task<absl::Status> ImportHandlers::LoadCrosswalk(rpc::CallContext& context,
                                                 const v1::ImportHeader& header,
                                                 const InstrumentIndex& instrument,
                                                 registry::v1::Crosswalk& crosswalk) {
  const std::string& taxonomy = instrument.instrument().taxonomy();
  if (LastId(header.crosswalk()) != LastId(taxonomy)) {
    co_return Error(absl::StatusCode::kFailedPrecondition, "CROSSWALK_OF_OTHER_TAXONOMY",
                    absl::StrCat("\"", header.crosswalk(), "\" does not lead to ", taxonomy,
                                 ", whose types ", instrument.instrument().name(),
                                 " asks for; name one that ends in /crosswalks/", LastId(taxonomy)),
                    {{"crosswalk", header.crosswalk()}, {"taxonomy", taxonomy}});
  }
  absl::StatusOr<registry::v1::Crosswalk> found = co_await crosswalks_(context, header.crosswalk());
  WEFT_CO_ASSIGN_OR_RETURN(crosswalk, std::move(found));
  co_return absl::OkStatus();
}

Task<absl::Status> ImportHandlers::Receive(rpc::CallContext& context,
                                           rpc::Reader<v1::ImportResponsesRequest>& reader,
                                           const v1::ImportHeader& header,
                                           const registry::v1::Crosswalk& crosswalk, Upload& upload,
                                           std::string& import) {
  v1::ImportResponsesRequest message;
  auto append = [&upload](const std::string& chunk) { return upload.Append(chunk); };
  absl::Status chunks = co_await service::ReadChunks(reader, append, message);
  WEFT_CO_RETURN_IF_ERROR(std::move(chunks));
  v1::Import made;
  made.set_sha256(upload.Sha256());
  WEFT_CO_RETURN_IF_ERROR(CheckEnd(message.end(), upload.size(), made.sha256()));
  std::vector<v1::ImportMapping> saved;
  absl::Status mappings = co_await LoadMappings(header.parent(), saved);
  WEFT_CO_RETURN_IF_ERROR(std::move(mappings));
  made.set_mapping_hash(MappingHash(header, saved, crosswalk));
  made.set_display_name(header.display_name());
  made.set_format(header.format());
  made.set_dry_run(header.dry_run());
  made.set_partial(header.partial());
  if (header.on_duplicate() != v1::ON_DUPLICATE_REJECT) {
    made.set_on_duplicate(header.on_duplicate());
  }
  made.set_save_mapping(header.save_mapping());
  made.set_crosswalk(header.crosswalk());
  import = ImportName(header.parent(),
                      header.import_id().empty() ? DerivedImportId(made) : header.import_id());
  made.set_name(import);
  made.set_size_bytes(static_cast<int32_t>(upload.size()));
  made.set_state(v1::Import::STATE_VALIDATING);
  store::v1::ImportProgress overrides;
  overrides.set_name(OverridesName(import));
  *overrides.mutable_given_overrides() = header.overrides();
  for (v1::ImportMapping& mapping : saved) *overrides.add_saved_mappings() = std::move(mapping);
  *overrides.mutable_type_mappings() = crosswalk.mappings();
  bool joined = false;
  auto body = [&](storage::Transaction& txn) {
    return Make(txn, context, header, upload, made, overrides, joined);
  };
  absl::StatusOr<storage::Position> position = co_await storage::RunInTransaction(db_, body);
  // UNAVAILABLE leaves open whether the import was made; if it was, it goes on.
  if (absl::IsUnavailable(position.status())) upload.Keep();
  if (position.ok() || absl::IsUnavailable(position.status())) runner_.Enqueue(import);
  WEFT_CO_RETURN_IF_ERROR(position.status());
  if (joined) {
    absl::Status discarded = co_await upload.Discard(context.executor());
    co_return discarded;
  }
  co_return absl::OkStatus();
}

Task<absl::Status> ImportHandlers::Make(storage::Transaction& txn, rpc::CallContext& context,
                                        const v1::ImportHeader& header, Upload& upload,
                                        const v1::Import& made,
                                        const store::v1::ImportProgress& overrides, bool& joined) {
  joined = false;
  absl::StatusOr<WaveContext> open = co_await waves_.LoadOpen(txn, header.parent());
  WEFT_CO_RETURN_IF_ERROR(open.status());
  absl::StatusOr<std::optional<v1::Import>> existing =
      co_await tables_.imports.Find(txn, made.name());
  WEFT_CO_RETURN_IF_ERROR(existing.status());
  if (existing->has_value() && !IsSame(**existing, made)) {
    co_return Error(absl::StatusCode::kAlreadyExists, "IMPORT_EXISTS",
                    absl::StrCat("\"", made.name(),
                                 "\" is the import of another file, or with other options; choose "
                                 "another import_id or leave it empty"),
                    {{"name", made.name()}});
  }
  if (existing->has_value() && !MayRunAgain(**existing)) {
    joined = true;
    co_return absl::OkStatus();
  }
  v1::Import import = made;
  if (existing->has_value()) {
    absl::Status updated = co_await tables_.imports.Update(txn, import);
    WEFT_CO_RETURN_IF_ERROR(std::move(updated));
  } else {
    absl::Status inserted = co_await tables_.imports.Insert(txn, import);
    WEFT_CO_RETURN_IF_ERROR(std::move(inserted));
  }
  absl::Status stored = co_await upload.Finish(txn);
  WEFT_CO_RETURN_IF_ERROR(std::move(stored));
  store::v1::ImportProgress progress;
  progress.set_name(ProgressName(made.name()));
  progress.set_principal(context.principal().name);
  progress.set_upload(upload.name());
  progress.set_chunk_count(upload.chunk_count());
  absl::Status begun = co_await tables_.progress.Insert(txn, progress);
  WEFT_CO_RETURN_IF_ERROR(std::move(begun));
  if (made.mapping_hash().empty()) co_return absl::OkStatus();
  store::v1::ImportProgress row = overrides;
  absl::Status kept = co_await tables_.progress.Insert(txn, row);
  co_return kept;
}

Task<absl::Status> ImportHandlers::LoadMappings(std::string wave,
                                                std::vector<v1::ImportMapping>& mappings) {
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::StatusOr<v1::Wave> row = co_await tables_.waves.Get(*snapshot, std::move(wave));
  WEFT_CO_RETURN_IF_ERROR(row.status());
  storage::PageRequest page;
  // One for each format at most.
  page.limit = v1::FileFormat_ARRAYSIZE;
  absl::StatusOr<storage::Page<v1::ImportMapping>> rows =
      co_await tables_.import_mappings.List(*snapshot, row->instrument(), std::move(page));
  WEFT_CO_RETURN_IF_ERROR(rows.status());
  mappings = std::move(rows->rows);
  co_return absl::OkStatus();
}

Task<absl::Status> ImportHandlers::ListImportMappings(
    rpc::CallContext& context, const v1::ListImportMappingsRequest& request,
    rpc::Serialized<v1::ListImportMappingsResponse>& response) {
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::Status parent = co_await RequireParent(*snapshot, tables_.instruments, request.parent());
  WEFT_CO_RETURN_IF_ERROR(std::move(parent));
  absl::Status listed = co_await service::ListStored(
      *snapshot, tables_.import_mappings, request.parent(), request,
      v1::ListImportMappingsResponse::kImportMappingsFieldNumber, response);
  co_return listed;
}

Task<absl::Status> ImportHandlers::GetImport(rpc::CallContext& context,
                                             const v1::GetImportRequest& request,
                                             v1::Import& response) {
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::StatusOr<v1::Import> import = co_await tables_.imports.Get(*snapshot, request.name());
  WEFT_CO_ASSIGN_OR_RETURN(response, std::move(import));
  absl::Status added = co_await AddProgress(*snapshot, response);
  co_return added;
}

Task<absl::Status> ImportHandlers::ListImports(rpc::CallContext& context,
                                               const v1::ListImportsRequest& request,
                                               v1::ListImportsResponse& response) {
  WEFT_CO_ASSIGN_OR_RETURN(storage::PageRequest page, service::ReadPage(request));
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::Status parent = co_await RequireParent(*snapshot, tables_.waves, request.parent());
  WEFT_CO_RETURN_IF_ERROR(std::move(parent));
  absl::StatusOr<storage::Page<v1::Import>> imports =
      co_await tables_.imports.List(*snapshot, request.parent(), std::move(page));
  WEFT_CO_RETURN_IF_ERROR(imports.status());
  for (v1::Import& row : imports->rows) {
    absl::Status added = co_await AddProgress(*snapshot, row);
    WEFT_CO_RETURN_IF_ERROR(std::move(added));
    *response.add_imports() = std::move(row);
  }
  response.set_next_page_token(service::NextPageToken(request, imports->next_key));
  co_return absl::OkStatus();
}

Task<absl::Status> ImportHandlers::AddProgress(storage::Reader& reader, v1::Import& import) {
  if (import.state() != v1::Import::STATE_APPLYING) co_return absl::OkStatus();
  absl::StatusOr<store::v1::ImportProgress> applied =
      co_await FindApplied(reader, tables_, import.name());
  WEFT_CO_RETURN_IF_ERROR(applied.status());
  import.set_sites_applied(applied->sites_applied());
  import.set_sites_unchanged(applied->sites_unchanged());
  co_return absl::OkStatus();
}

}  // namespace weft::ingestion
