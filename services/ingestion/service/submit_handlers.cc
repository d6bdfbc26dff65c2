#include "services/ingestion/service/submit_handlers.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "common/base/status_macros.h"
#include "common/service/mutate.h"
#include "services/ingestion/domain/answers.h"
#include "services/ingestion/domain/names.h"
#include "services/ingestion/domain/response_state.h"
#include "services/ingestion/domain/submission.h"
#include "services/ingestion/service/batch.h"
#include "services/ingestion/service/response_store.h"

namespace weft::ingestion {

Task<absl::Status> SubmitHandlers::SubmitResponse(rpc::CallContext& context,
                                                  const v1::SubmitResponseRequest& request,
                                                  v1::Response& response) {
  auto body = [&](storage::Transaction& txn) { return Submit(context, txn, request, response); };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> SubmitHandlers::BatchSubmitResponses(
    rpc::CallContext& context, const v1::BatchSubmitResponsesRequest& request,
    v1::BatchSubmitResponsesResponse& response) {
  auto one = [&](storage::Transaction& txn, const v1::SubmitResponseRequest& item,
                 v1::Response& row) { return Submit(context, txn, item, row); };
  absl::Status status = co_await RunBatch(context, db_, tables_, request, response, one);
  co_return status;
}

Task<absl::Status> SubmitHandlers::Submit(rpc::CallContext& context, storage::Transaction& txn,
                                          const v1::SubmitResponseRequest& request,
                                          v1::Response& response) {
  absl::StatusOr<v1::Response> before = co_await tables_.responses.Get(txn, request.name());
  WEFT_CO_RETURN_IF_ERROR(before.status());
  response = *before;
  // Whatever the etag: a caller that lost the first answer asks again with the draft's.
  if (response.state() == v1::Response::STATE_SUBMITTED) co_return absl::OkStatus();
  std::string name(WaveOf(response.name()));
  absl::StatusOr<WaveContext> wave = co_await waves_.LoadOpen(txn, std::move(name));
  WEFT_CO_RETURN_IF_ERROR(wave.status());
  absl::Status on_roster =
      co_await RequireRespondent(txn, tables_, wave->wave.name(), response.respondent());
  WEFT_CO_RETURN_IF_ERROR(std::move(on_roster));
  v1::Answers answers = response.answers();
  Complete(*wave->instrument, answers);
  WEFT_CO_RETURN_IF_ERROR(ingestion::Submit(std::move(answers), txn.now(), response));
  absl::StatusOr<v1::CheckResponseResponse> check =
      co_await Check(txn, *wave->instrument, response, txn.now());
  WEFT_CO_RETURN_IF_ERROR(check.status());
  WEFT_CO_RETURN_IF_ERROR(ToStatus(*wave->instrument, *check));
  absl::Status updated = co_await UpdateResponse(txn, tables_, *before, request.etag(),
                                                 context.principal().name, response);
  WEFT_CO_RETURN_IF_ERROR(std::move(updated));
  response.mutable_warnings()->Swap(check->mutable_warnings());
  co_return absl::OkStatus();
}

Task<absl::StatusOr<v1::CheckResponseResponse>> SubmitHandlers::Check(
    storage::Reader& reader, const InstrumentIndex& instrument, const v1::Response& response,
    absl::Time now) {
  absl::StatusOr<absl::flat_hash_set<std::string>> texts =
      co_await AnsweredRequiredTexts(reader, tables_, instrument, response.name());
  WEFT_CO_RETURN_IF_ERROR(texts.status());
  v1::ResponseDraft draft;
  if (NeedsDraft(instrument, response)) {
    absl::StatusOr<v1::ResponseDraft> loaded = co_await LoadDraft(reader, tables_, response);
    WEFT_CO_RETURN_IF_ERROR(loaded.status());
    draft = *std::move(loaded);
  }
  co_return CheckSubmission(instrument, response, *texts, draft, now);
}

Task<absl::Status> SubmitHandlers::CheckResponse(rpc::CallContext& context,
                                                 const v1::CheckResponseRequest& request,
                                                 v1::CheckResponseResponse& response) {
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::StatusOr<v1::Response> row = co_await tables_.responses.Get(*snapshot, request.name());
  WEFT_CO_RETURN_IF_ERROR(row.status());
  std::string name(WaveOf(row->name()));
  absl::StatusOr<WaveContext> wave = co_await waves_.Load(*snapshot, std::move(name));
  WEFT_CO_RETURN_IF_ERROR(wave.status());
  absl::StatusOr<v1::CheckResponseResponse> check =
      co_await Check(*snapshot, *wave->instrument, *row, db_.clock.Now());
  WEFT_CO_RETURN_IF_ERROR(check.status());
  response = *std::move(check);
  co_return absl::OkStatus();
}

}  // namespace weft::ingestion
