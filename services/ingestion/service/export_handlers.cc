#include "services/ingestion/service/export_handlers.h"

#include <memory>
#include <string>
#include <utility>

#include "common/base/error.h"
#include "common/base/executor.h"
#include "common/base/status_macros.h"
#include "common/rpc/status.h"
#include "common/validation/ids.h"
#include "services/ingestion/domain/import/answer_cells.h"
#include "services/ingestion/domain/import/file_writer.h"
#include "services/ingestion/domain/names.h"
#include "services/ingestion/domain/response_state.h"
#include "services/ingestion/domain/wave_rules.h"

namespace weft::ingestion {
namespace {

constexpr size_t kPageRows = 100;
constexpr size_t kChunkBytes = 64 << 10;

absl::Status Validate(const v1::ExportResponsesRequest& request) {
  FieldViolations violations;
  violations.Require(IdIn("waves", request.parent()).has_value(), "parent",
                     "must be a name like waves/2025-winter");
  violations.Require(v1::FileFormat_IsValid(request.format()), "format",
                     "must be FILE_FORMAT_WIDE, FILE_FORMAT_TIDY, or unset");
  violations.Require(v1::ExportResponsesRequest::ReviewFloor_IsValid(request.floor()), "floor",
                     "must be REVIEW_FLOOR_SUBMITTED, REVIEW_FLOOR_APPROVED, or unset");
  return violations.ToStatus();
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

  const SlotTable slots(*wave->instrument);
  const FileWriter file(*wave->instrument, slots, request.format());
  v1::ExportResponsesResponse message;
  std::string& chunk = *message.mutable_chunk();
  file.AppendHeader(chunk);
  int32_t responses = 0;
  int32_t size = 0;
  storage::PageRequest page;
  page.limit = kPageRows;
  bool more = true;
  while (more) {
    absl::StatusOr<storage::Page<v1::Response>> rows =
        co_await tables_.responses.List(*snapshot, request.parent(), page);
    WEFT_CO_RETURN_IF_ERROR(rows.status());
    for (const v1::Response& response : rows->rows) {
      v1::Answers answers;
      absl::StatusOr<bool> counts =
          co_await FindAnswers(*snapshot, response, request.floor(), answers);
      WEFT_CO_RETURN_IF_ERROR(counts.status());
      if (!*counts) continue;
      file.AppendSite(response.respondent(), answers, chunk);
      ++responses;
    }
    page.after = rows->next_key;
    more = !page.after.empty();
    if (chunk.size() >= kChunkBytes || !more) {
      size += static_cast<int32_t>(chunk.size());
      bool sent = co_await writer.Write(message);
      if (!sent) co_return rpc::Stopped(context);
      chunk.clear();
    }
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

Task<absl::StatusOr<bool>> ExportHandlers::FindAnswers(
    storage::Reader& reader, const v1::Response& response,
    v1::ExportResponsesRequest::ReviewFloor floor, v1::Answers& answers) {
  if (!HoldsRosterPlace(response)) co_return false;
  const int32_t revision = floor == v1::ExportResponsesRequest::REVIEW_FLOOR_SUBMITTED
                               ? response.submitted_revision()
                               : response.approved_revision();
  if (revision == 0) co_return false;
  if (revision == response.revision()) {
    answers = response.answers();
    co_return true;
  }
  std::string name = RevisionName(response.name(), revision);
  absl::StatusOr<v1::ResponseRevision> stored =
      co_await tables_.revisions.Get(reader, std::move(name));
  WEFT_CO_RETURN_IF_ERROR(stored.status());
  answers = std::move(*stored->mutable_answers());
  co_return true;
}

}  // namespace weft::ingestion
