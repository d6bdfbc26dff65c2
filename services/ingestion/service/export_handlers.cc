#include "services/ingestion/service/export_handlers.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "common/base/error.h"
#include "common/base/executor.h"
#include "common/base/status_macros.h"
#include "common/rpc/status.h"
#include "common/storage/pages.h"
#include "common/storage/random_id.h"
#include "common/storage/run_in_transaction.h"
#include "common/validation/ids.h"
#include "services/ingestion/domain/import/answer_cells.h"
#include "services/ingestion/domain/import/file_writer.h"
#include "services/ingestion/domain/import/pseudonym.h"
#include "services/ingestion/domain/names.h"
#include "services/ingestion/domain/response_state.h"
#include "services/ingestion/domain/wave_rules.h"
#include "services/ingestion/service/import_names.h"

namespace weft::ingestion {
namespace {

constexpr size_t kPageRows = 100;
constexpr size_t kChunkBytes = 64 << 10;

absl::Status Validate(const v1::ExportResponsesRequest& request) {
  FieldViolations violations;
  violations.Require(IdIn("waves", request.parent()).has_value(), "parent",
                     "must be a name like waves/2025-winter");
  violations.Require(request.format() == v1::FILE_FORMAT_UNSPECIFIED ||
                         request.format() == v1::FILE_FORMAT_WIDE ||
                         request.format() == v1::FILE_FORMAT_TIDY,
                     "format", "must be FILE_FORMAT_WIDE, FILE_FORMAT_TIDY, or unset");
  violations.Require(v1::ExportResponsesRequest::ReviewFloor_IsValid(request.floor()), "floor",
                     "must be REVIEW_FLOOR_SUBMITTED, REVIEW_FLOOR_APPROVED, or unset");
  violations.Require(v1::ExportResponsesRequest::Values_IsValid(request.values()), "values",
                     "must be VALUES_LABELS, VALUES_CODES, or unset");
  violations.Require(v1::ExportResponsesRequest::MultiSelect_IsValid(request.multi_select()),
                     "multi_select",
                     "must be MULTI_SELECT_ONE, MULTI_SELECT_MANY, MULTI_SELECT_BOTH, or unset");
  violations.Require(v1::ExportResponsesRequest::Audience_IsValid(request.audience()), "audience",
                     "must be AUDIENCE_PRIVATE, AUDIENCE_PUBLIC, or unset");
  return violations.ToStatus();
}

// 256 bits.
constexpr size_t kKeyWords = 4;

std::string NewKey() {
  std::string key;
  for (size_t i = 0; i < kKeyWords; ++i) {
    const uint64_t word = storage::RandomNumber();
    key.append(reinterpret_cast<const char*>(&word), sizeof(word));
  }
  return key;
}

}  // namespace

Task<absl::Status> ExportHandlers::ExportResponses(
    rpc::CallContext& context, const v1::ExportResponsesRequest& request,
    rpc::Writer<v1::ExportResponsesResponse>& writer) {
  WEFT_CO_RETURN_IF_ERROR(Validate(request));
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::StatusOr<WaveContext> wave = co_await waves_.Load(*snapshot, request.parent());
  WEFT_CO_RETURN_IF_ERROR(wave.status());
  WEFT_CO_RETURN_IF_ERROR(RequireOpenOrClosed(wave->wave));
  absl::StatusOr<std::string> key = co_await PseudonymKey();
  WEFT_CO_RETURN_IF_ERROR(key.status());

  std::vector<Row> rows;
  absl::Status listed = co_await ListRows(context, *snapshot, request, *key, rows);
  WEFT_CO_RETURN_IF_ERROR(std::move(listed));
  const SlotTable slots(*wave->instrument);
  const FileWriter file(
      *wave->instrument, slots,
      {request.format(), request.values(), request.multi_select(), request.audience()});
  v1::ExportResponsesResponse message;
  std::string& chunk = *message.mutable_chunk();
  file.AppendHeader(chunk);
  int32_t responses = 0;
  int32_t size = 0;
  for (size_t i = 0; i <= rows.size(); ++i) {
    const bool more = i < rows.size();
    if (more) {
      absl::StatusOr<v1::Response> response =
          co_await tables_.responses.Get(*snapshot, rows[i].response);
      WEFT_CO_RETURN_IF_ERROR(response.status());
      v1::Answers answers;
      absl::StatusOr<v1::Response::State> state =
          co_await FindAnswers(*snapshot, *response, request.floor(), answers);
      WEFT_CO_RETURN_IF_ERROR(state.status());
      file.AppendSite({response->respondent(), std::move(rows[i].pseudonym), *state}, answers,
                      chunk);
      ++responses;
    }
    if (chunk.size() >= kChunkBytes || !more) {
      size += static_cast<int32_t>(chunk.size());
      bool sent = co_await writer.Write(message);
      if (!sent) co_return rpc::Stopped(context);
      chunk.clear();
    }
    if (i % kPageRows != kPageRows - 1) continue;
    co_await Yield(context.executor());
    if (context.stopping()) co_return rpc::Stopped(context);
  }
  v1::ExportResponsesResponse last;
  last.mutable_end()->set_response_count(responses);
  last.mutable_end()->set_size_bytes(size);
  bool sent = co_await writer.Write(last);
  if (!sent) co_return rpc::Stopped(context);
  co_return absl::OkStatus();
}

Task<absl::StatusOr<std::string>> ExportHandlers::PseudonymKey() {
  std::string key;
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    std::string name = kPseudonymSecret;
    absl::StatusOr<std::optional<store::v1::Secret>> stored =
        co_await tables_.secrets.Find(txn, name);
    WEFT_CO_RETURN_IF_ERROR(stored.status());
    if (stored->has_value()) {
      key = (*stored)->key();
      co_return absl::OkStatus();
    }
    store::v1::Secret secret;
    secret.set_name(name);
    secret.set_key(NewKey());
    key = secret.key();
    absl::Status inserted = co_await tables_.secrets.Insert(txn, secret);
    co_return inserted;
  };
  absl::StatusOr<storage::Position> position = co_await storage::RunInTransaction(db_, body);
  WEFT_CO_RETURN_IF_ERROR(position.status());
  co_return key;
}

Task<absl::Status> ExportHandlers::ListRows(rpc::CallContext& context, storage::Reader& reader,
                                            const v1::ExportResponsesRequest& request,
                                            const std::string& key, std::vector<Row>& rows) {
  storage::Pages<v1::Response> pages(tables_.responses, reader, request.parent(), kPageRows);
  while (pages.more()) {
    absl::StatusOr<std::vector<v1::Response>> responses = co_await pages.Next();
    WEFT_CO_RETURN_IF_ERROR(responses.status());
    for (const v1::Response& response : *responses) {
      if (RevisionThatCounts(response, request.floor()) == 0) continue;
      rows.push_back({response.name(), Pseudonym(key, response.respondent())});
    }
    co_await Yield(context.executor());
    if (context.stopping()) co_return rpc::Stopped(context);
  }
  // The order of sites' ids would tell which pseudonym is whose.
  if (request.audience() == v1::ExportResponsesRequest::AUDIENCE_PUBLIC) {
    std::sort(rows.begin(), rows.end(),
              [](const Row& a, const Row& b) { return a.pseudonym < b.pseudonym; });
  }
  co_return absl::OkStatus();
}

int32_t ExportHandlers::RevisionThatCounts(const v1::Response& response,
                                           v1::ExportResponsesRequest::ReviewFloor floor) {
  if (!HoldsRosterPlace(response)) return 0;
  return floor == v1::ExportResponsesRequest::REVIEW_FLOOR_SUBMITTED ? response.submitted_revision()
                                                                     : response.approved_revision();
}

Task<absl::StatusOr<v1::Response::State>> ExportHandlers::FindAnswers(
    storage::Reader& reader, const v1::Response& response,
    v1::ExportResponsesRequest::ReviewFloor floor, v1::Answers& answers) {
  const int32_t revision = RevisionThatCounts(response, floor);
  // What was approved stays so while newer answers are being written.
  const v1::Response::State state = revision == response.approved_revision()
                                        ? v1::Response::STATE_APPROVED
                                        : v1::Response::STATE_SUBMITTED;
  if (revision == response.revision()) {
    answers = response.answers();
    co_return state;
  }
  std::string name = RevisionName(response.name(), revision);
  absl::StatusOr<v1::ResponseRevision> stored =
      co_await tables_.revisions.Get(reader, std::move(name));
  WEFT_CO_RETURN_IF_ERROR(stored.status());
  answers = std::move(*stored->mutable_answers());
  co_return state;
}

}  // namespace weft::ingestion
