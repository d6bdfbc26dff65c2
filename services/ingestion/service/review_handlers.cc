#include "services/ingestion/service/review_handlers.h"

#include <optional>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/service/mutate.h"
#include "common/validation/ids.h"
#include "common/validation/text.h"
#include "services/ingestion/domain/answer_values.h"
#include "services/ingestion/domain/names.h"
#include "services/ingestion/domain/response_state.h"
#include "services/ingestion/service/batch.h"
#include "services/ingestion/service/response_store.h"

namespace weft::ingestion {
namespace {

constexpr size_t kMaxComment = 2000;
constexpr int kMaxAnswerComments = 200;

absl::Status ValidateComment(absl::string_view comment, bool required) {
  FieldViolations violations;
  violations.Require(!required || !comment.empty(), "comment",
                     "is required: it says what is to be done");
  CheckText(violations, "comment", comment, kMaxComment, Lines::kMany);
  return violations.ToStatus();
}

absl::Status ValidateComments(const InstrumentIndex& instrument, const AnswerComments& comments) {
  FieldViolations violations;
  violations.Require(comments.size() <= kMaxAnswerComments, "answer_comments",
                     absl::StrCat("holds more than ", kMaxAnswerComments, " comments"));
  absl::flat_hash_set<absl::string_view> seen;
  for (int i = 0; i < comments.size(); ++i) {
    const std::string at = absl::StrCat("answer_comments[", i, "].");
    const std::string& answer = comments[i].answer();
    violations.Require(
        FindSlot(instrument, answer).has_value() || instrument.FindQuestion(answer) != nullptr,
        absl::StrCat(at, "answer"),
        absl::StrCat(Quoted(answer), " is no question and no single answer of ",
                     instrument.instrument().name()));
    violations.Require(seen.insert(answer).second, absl::StrCat(at, "answer"),
                       absl::StrCat("repeats ", Quoted(answer)));
    violations.Require(!comments[i].comment().empty(), absl::StrCat(at, "comment"), "is required");
    CheckText(violations, absl::StrCat(at, "comment"), comments[i].comment(), kMaxComment,
              Lines::kMany);
  }
  return violations.ToStatus();
}

absl::Status Validate(const v1::DeclineResponseRequest& request) {
  FieldViolations violations;
  violations.Require(IdIn("waves", request.parent()).has_value(), "parent",
                     "must be a name like waves/2025-winter");
  violations.Require(IdIn("sites", request.respondent()).has_value(), "respondent",
                     "must be a name like sites/site-01");
  CheckText(violations, "comment", request.comment(), kMaxComment, Lines::kMany);
  return violations.ToStatus();
}

}  // namespace

Task<absl::Status> ReviewHandlers::ApproveResponse(rpc::CallContext& context,
                                                   const v1::ApproveResponseRequest& request,
                                                   v1::Response& response) {
  auto body = [&](storage::Transaction& txn) {
    return Decide(context, txn, request.name(), request.etag(), Approve, response);
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> ReviewHandlers::BatchApproveResponses(
    rpc::CallContext& context, const v1::BatchApproveResponsesRequest& request,
    v1::BatchApproveResponsesResponse& response) {
  auto one = [&](storage::Transaction& txn, const v1::ApproveResponseRequest& item,
                 v1::Response& row) {
    return Decide(context, txn, item.name(), item.etag(), Approve, row);
  };
  absl::Status status = co_await RunBatch(context, db_, tables_, request, response, one);
  co_return status;
}

Task<absl::Status> ReviewHandlers::ReturnResponse(rpc::CallContext& context,
                                                  const v1::ReturnResponseRequest& request,
                                                  v1::Response& response) {
  auto body = [&](storage::Transaction& txn) { return Return(context, txn, request, response); };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> ReviewHandlers::BatchReturnResponses(
    rpc::CallContext& context, const v1::BatchReturnResponsesRequest& request,
    v1::BatchReturnResponsesResponse& response) {
  auto one = [&](storage::Transaction& txn, const v1::ReturnResponseRequest& item,
                 v1::Response& row) { return Return(context, txn, item, row); };
  absl::Status status = co_await RunBatch(context, db_, tables_, request, response, one);
  co_return status;
}

Task<absl::Status> ReviewHandlers::Return(rpc::CallContext& context, storage::Transaction& txn,
                                          const v1::ReturnResponseRequest& request,
                                          v1::Response& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateComment(request.comment(), /*required=*/true));
  if (!request.answer_comments().empty()) {
    absl::StatusOr<v1::Response> row = co_await tables_.responses.Get(txn, request.name());
    WEFT_CO_RETURN_IF_ERROR(row.status());
    std::string wave_name(WaveOf(row->name()));
    absl::StatusOr<WaveContext> wave = co_await waves_.Load(txn, std::move(wave_name));
    WEFT_CO_RETURN_IF_ERROR(wave.status());
    WEFT_CO_RETURN_IF_ERROR(ValidateComments(*wave->instrument, request.answer_comments()));
  }
  const Verb verb = [&](absl::Time, v1::Response& row) {
    return ingestion::Return(request.comment(), request.answer_comments(), row);
  };
  absl::Status done = co_await Decide(context, txn, request.name(), request.etag(), verb, response);
  co_return done;
}

Task<absl::Status> ReviewHandlers::WithdrawResponse(rpc::CallContext& context,
                                                    const v1::WithdrawResponseRequest& request,
                                                    v1::Response& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateComment(request.comment(), /*required=*/false));
  const Verb verb = [&](absl::Time, v1::Response& row) { return Withdraw(request.comment(), row); };
  auto body = [&](storage::Transaction& txn) {
    return Decide(context, txn, request.name(), request.etag(), verb, response);
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> ReviewHandlers::Decide(rpc::CallContext& context, storage::Transaction& txn,
                                          std::string name, std::string etag, Verb verb,
                                          v1::Response& response) {
  absl::StatusOr<v1::Response> before = co_await tables_.responses.Get(txn, std::move(name));
  WEFT_CO_RETURN_IF_ERROR(before.status());
  response = *before;
  WEFT_CO_RETURN_IF_ERROR(verb(txn.now(), response));
  // Done already, whatever the etag: a caller that lost the first answer asks again.
  if (response.state() == before->state()) co_return absl::OkStatus();
  absl::Status updated = co_await UpdateResponse(txn, tables_, *before, std::move(etag),
                                                 context.principal().name, response);
  co_return updated;
}

Task<absl::Status> ReviewHandlers::DeclineResponse(rpc::CallContext& context,
                                                   const v1::DeclineResponseRequest& request,
                                                   v1::Response& response) {
  WEFT_CO_RETURN_IF_ERROR(Validate(request));
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<WaveContext> wave = co_await waves_.LoadOpen(txn, request.parent());
    WEFT_CO_RETURN_IF_ERROR(wave.status());
    absl::Status on_roster =
        co_await RequireRespondent(txn, tables_, wave->wave.name(), request.respondent());
    WEFT_CO_RETURN_IF_ERROR(std::move(on_roster));
    std::string key = RespondentKey(wave->wave.name(), request.respondent());
    absl::StatusOr<std::optional<v1::Response>> before =
        co_await tables_.responses.FindUnique(txn, kByRespondent, std::move(key));
    WEFT_CO_RETURN_IF_ERROR(before.status());
    if (before->has_value()) {
      response = **before;
      WEFT_CO_RETURN_IF_ERROR(Decline(request.comment(), response));
      absl::Status updated = co_await UpdateResponse(txn, tables_, **before, /*etag=*/"",
                                                     context.principal().name, response);
      co_return updated;
    }
    response.set_name(ResponseName(wave->wave.name(), LastId(request.respondent())));
    response.set_respondent(request.respondent());
    WEFT_CO_RETURN_IF_ERROR(Decline(request.comment(), response));
    absl::Status inserted =
        co_await InsertResponse(txn, tables_, context.principal().name, response);
    co_return inserted;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

}  // namespace weft::ingestion
