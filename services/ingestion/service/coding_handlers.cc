#include "services/ingestion/service/coding_handlers.h"

#include <memory>
#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/rpc/status.h"
#include "common/service/file_stream.h"
#include "common/service/list.h"
#include "common/storage/pages.h"
#include "common/storage/run_in_transaction.h"
#include "common/validation/ids.h"
#include "common/validation/text.h"
#include "services/ingestion/domain/coding.h"
#include "services/ingestion/domain/names.h"
#include "services/ingestion/domain/wave_rules.h"

namespace weft::ingestion {
namespace {

constexpr size_t kPageRows = 1000;

absl::Status RequireWaveName(absl::string_view name, absl::string_view field) {
  FieldViolations violations;
  violations.Require(IdIn("waves", name).has_value(), field,
                     "must be a name like waves/2025-winter");
  return violations.ToStatus();
}

absl::Status Validate(const v1::CodedExcerptsHeader& header) {
  FieldViolations violations;
  violations.Require(IdIn("waves", header.parent()).has_value(), "header.parent",
                     "must be a name like waves/2025-winter");
  CheckText(violations, "header.coder", header.coder(), kMaxCodingName);
  return violations.ToStatus();
}

void Report(const ExcerptReader& file, v1::ImportCodedExcerptsResponse& response) {
  response.set_rows_read(file.rows_read());
  v1::Import problems;
  file.problems().CopyTo(problems);
  response.set_error_count(problems.error_count());
  response.mutable_problems()->Swap(problems.mutable_problems());
  for (const std::string& header : file.ignored_columns()) {
    response.add_ignored_columns(std::string(CutForProblem(header)));
  }
}

// Every row under `parent`, in the order of their keys.
template <class Row, class Each>
Task<absl::Status> ForEachRow(const storage::Table<Row>& table, storage::Reader& reader,
                              std::string parent, Each& each) {
  storage::Pages<Row> pages(table, reader, std::move(parent), kPageRows);
  while (pages.more()) {
    absl::StatusOr<std::vector<Row>> rows = co_await pages.Next();
    WEFT_CO_RETURN_IF_ERROR(rows.status());
    for (Row& row : *rows) each(row);
  }
  co_return absl::OkStatus();
}

}  // namespace

Task<absl::Status> CodingHandlers::ImportCodedExcerpts(
    rpc::CallContext& context, rpc::Reader<v1::ImportCodedExcerptsRequest>& reader,
    v1::ImportCodedExcerptsResponse& response) {
  v1::ImportCodedExcerptsRequest message;
  absl::Status begun = co_await service::ReadHeader(reader, message);
  WEFT_CO_RETURN_IF_ERROR(std::move(begun));
  const v1::CodedExcerptsHeader header = message.header();
  WEFT_CO_RETURN_IF_ERROR(Validate(header));
  std::string file;
  absl::Status received = co_await Receive(reader, file);
  WEFT_CO_RETURN_IF_ERROR(std::move(received));

  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::StatusOr<WaveContext> wave = co_await waves_.Load(*snapshot, header.parent());
  WEFT_CO_RETURN_IF_ERROR(wave.status());
  WEFT_CO_RETURN_IF_ERROR(RequireOpenOrClosed(wave->wave));
  absl::StatusOr<ExcerptContext> places = co_await LoadContext(*snapshot, header.parent());
  WEFT_CO_RETURN_IF_ERROR(places.status());
  snapshot.reset();
  ExcerptReader excerpt_reader(*places, *wave->instrument, header.coder());
  excerpt_reader.Read(file);
  Report(excerpt_reader, response);
  if (response.error_count() > 0) co_return absl::OkStatus();

  const std::vector<v1::CodedExcerpt> excerpts = excerpt_reader.excerpts();
  std::set<std::string> coders;
  for (const v1::CodedExcerpt& excerpt : excerpts) coders.insert(excerpt.coder());
  response.set_excerpt_count(static_cast<int>(excerpts.size()));
  for (const std::string& coder : coders) response.add_coders(coder);
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::Status replaced = co_await Replace(txn, header.parent(), excerpts, response);
    WEFT_CO_RETURN_IF_ERROR(std::move(replaced));
    if (header.validate_only()) txn.DiscardWrites();
    co_return absl::OkStatus();
  };
  while (replacing_) {
    const rpc::Signal::Outcome outcome = co_await replaced_.Wait(context);
    if (outcome == rpc::Signal::kInterrupted) co_return rpc::Stopped(context);
  }
  replacing_ = true;
  absl::StatusOr<storage::Position> position = co_await storage::RunInTransaction(db_, body);
  replacing_ = false;
  replaced_.NotifyAll();
  WEFT_CO_RETURN_IF_ERROR(position.status());
  context.SetPosition(position->ToString());
  co_return absl::OkStatus();
}

Task<absl::Status> CodingHandlers::Receive(rpc::Reader<v1::ImportCodedExcerptsRequest>& reader,
                                           std::string& file) {
  v1::ImportCodedExcerptsRequest message;
  auto append = [&file](const std::string& chunk) -> Task<absl::Status> {
    if (file.size() + chunk.size() > kMaxExcerptFileBytes) {
      co_return service::Malformed(
          "FILE_TOO_LARGE", absl::StrCat("the file is larger than ", kMaxExcerptFileBytes >> 20,
                                         " MiB; import each coder's excerpts by themselves"));
    }
    file.append(chunk);
    co_return absl::OkStatus();
  };
  absl::Status chunks = co_await service::ReadChunks(reader, append, message);
  WEFT_CO_RETURN_IF_ERROR(std::move(chunks));
  co_return service::CheckSize(message.end().size_bytes(), static_cast<int64_t>(file.size()));
}

Task<absl::StatusOr<ExcerptContext>> CodingHandlers::LoadContext(storage::Reader& reader,
                                                                 std::string wave) {
  ExcerptContext context;
  context.wave = wave;
  auto add_site = [&](const v1::RosterEntry& entry) { context.sites.Add(entry); };
  absl::Status sites = co_await ForEachRow(tables_.roster, reader, wave, add_site);
  WEFT_CO_RETURN_IF_ERROR(std::move(sites));
  auto add_response = [&](const v1::Response& response) {
    context.respondents[LastId(response.name())] = response.respondent();
  };
  absl::Status responses = co_await ForEachRow(tables_.responses, reader, wave, add_response);
  WEFT_CO_RETURN_IF_ERROR(std::move(responses));
  co_return context;
}

Task<absl::StatusOr<std::vector<v1::CodedExcerpt>>> CodingHandlers::LoadExcerpts(
    storage::Reader& reader, std::string wave) {
  std::vector<v1::CodedExcerpt> excerpts;
  auto add = [&](v1::CodedExcerpt& row) { excerpts.push_back(std::move(row)); };
  absl::Status rows = co_await ForEachRow(tables_.coded_excerpts, reader, std::move(wave), add);
  WEFT_CO_RETURN_IF_ERROR(std::move(rows));
  co_return excerpts;
}

Task<absl::Status> CodingHandlers::Replace(storage::Transaction& txn, const std::string& wave,
                                           const std::vector<v1::CodedExcerpt>& excerpts,
                                           v1::ImportCodedExcerptsResponse& response) {
  response.clear_created_count();
  response.clear_deleted_count();
  // Read past the transaction, because nothing is decided by rows that stay as they are; files that
  // bring others in come one after the other.
  absl::StatusOr<std::vector<v1::CodedExcerpt>> stored =
      co_await LoadExcerpts(txn.snapshot(), wave);
  WEFT_CO_RETURN_IF_ERROR(stored.status());
  absl::flat_hash_map<std::string, bool> kept;
  for (const v1::CodedExcerpt& excerpt : excerpts) kept[excerpt.name()] = false;
  const std::set<std::string> coders(response.coders().begin(), response.coders().end());
  std::vector<v1::CodedExcerpt> after;
  for (v1::CodedExcerpt& row : *stored) {
    const auto found = kept.find(row.name());
    if (found != kept.end()) found->second = true;
    if (found != kept.end() || coders.count(row.coder()) == 0) {
      after.push_back(std::move(row));
      continue;
    }
    absl::Status deleted = co_await tables_.coded_excerpts.Delete(txn, row.name());
    WEFT_CO_RETURN_IF_ERROR(std::move(deleted));
    response.set_deleted_count(response.deleted_count() + 1);
  }
  for (const v1::CodedExcerpt& excerpt : excerpts) {
    if (kept[excerpt.name()]) continue;
    v1::CodedExcerpt row = excerpt;
    absl::Status inserted = co_await tables_.coded_excerpts.Insert(txn, row);
    WEFT_CO_RETURN_IF_ERROR(std::move(inserted));
    response.set_created_count(response.created_count() + 1);
    after.push_back(std::move(row));
  }
  co_return CheckCodingSize(after);
}

Task<absl::Status> CodingHandlers::ListCodedExcerpts(rpc::CallContext& context,
                                                     const v1::ListCodedExcerptsRequest& request,
                                                     v1::ListCodedExcerptsResponse& response) {
  WEFT_CO_RETURN_IF_ERROR(RequireWaveName(request.parent(), "parent"));
  WEFT_CO_ASSIGN_OR_RETURN(storage::PageRequest page, service::ReadPage(request));
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::StatusOr<v1::Wave> wave = co_await tables_.waves.Get(*snapshot, request.parent());
  WEFT_CO_RETURN_IF_ERROR(wave.status());
  auto asked_for = [&](const v1::CodedExcerpt& excerpt) {
    return (request.code().empty() || excerpt.code() == request.code()) &&
           (request.site().empty() || excerpt.site() == request.site());
  };
  absl::StatusOr<storage::Page<v1::CodedExcerpt>> rows =
      co_await tables_.coded_excerpts.List(*snapshot, request.parent(), std::move(page), asked_for);
  WEFT_CO_RETURN_IF_ERROR(rows.status());
  for (v1::CodedExcerpt& row : rows->rows) *response.add_coded_excerpts() = std::move(row);
  response.set_next_page_token(service::NextPageToken(request, rows->next_key));
  co_return absl::OkStatus();
}

Task<absl::Status> CodingHandlers::GetCodingSummary(rpc::CallContext& context,
                                                    const v1::GetCodingSummaryRequest& request,
                                                    v1::CodingSummary& response) {
  WEFT_CO_RETURN_IF_ERROR(RequireWaveName(request.parent(), "parent"));
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::StatusOr<v1::Wave> wave = co_await tables_.waves.Get(*snapshot, request.parent());
  WEFT_CO_RETURN_IF_ERROR(wave.status());
  absl::StatusOr<std::vector<v1::CodedExcerpt>> excerpts =
      co_await LoadExcerpts(*snapshot, request.parent());
  WEFT_CO_RETURN_IF_ERROR(excerpts.status());
  response = Summarize(*excerpts);
  co_return absl::OkStatus();
}

}  // namespace weft::ingestion
