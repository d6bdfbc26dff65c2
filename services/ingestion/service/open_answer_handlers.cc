#include "services/ingestion/service/open_answer_handlers.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/service/field_mask.h"
#include "common/service/mutate.h"
#include "common/service/names.h"
#include "common/service/stored.h"
#include "services/ingestion/domain/names.h"
#include "services/ingestion/domain/open_answer_review.h"
#include "services/ingestion/domain/open_answers.h"
#include "services/ingestion/domain/response_state.h"
#include "services/ingestion/domain/wave_rules.h"
#include "services/ingestion/service/open_answer_store.h"
#include "services/ingestion/service/parents.h"

namespace weft::ingestion {
namespace {

const service::MaskRules& UpdateRules() {
  static const auto& rules =
      *new service::MaskRules{.output_only = {"question", "release", "redacted_text", "redactions",
                                              "clearances", "review_note", "erase_time"},
                              .immutable = {}};
  return rules;
}

absl::Status Validate(const InstrumentIndex& instrument, const v1::OpenAnswer& answer) {
  FieldViolations violations;
  ValidateOpenAnswer(instrument, answer, "open_answer", violations);
  return violations.ToStatus("ANSWERS_INVALID");
}

}  // namespace

Task<absl::Status> OpenAnswerHandlers::GetOpenAnswer(rpc::CallContext& context,
                                                     const v1::GetOpenAnswerRequest& request,
                                                     rpc::Serialized<v1::OpenAnswer>& response) {
  return service::GetStored(db_, tables_.open_answers, request.name(), response);
}

Task<absl::Status> OpenAnswerHandlers::ListOpenAnswers(
    rpc::CallContext& context, const v1::ListOpenAnswersRequest& request,
    rpc::Serialized<v1::ListOpenAnswersResponse>& response) {
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::Status parent = co_await RequireParent(*snapshot, tables_.responses, request.parent());
  WEFT_CO_RETURN_IF_ERROR(std::move(parent));
  absl::Status listed =
      co_await service::ListStored(*snapshot, tables_.open_answers, request.parent(), request,
                                   v1::ListOpenAnswersResponse::kOpenAnswersFieldNumber, response);
  co_return listed;
}

Task<absl::Status> OpenAnswerHandlers::UpdateOpenAnswer(rpc::CallContext& context,
                                                        const v1::UpdateOpenAnswerRequest& request,
                                                        v1::OpenAnswer& response) {
  WEFT_CO_RETURN_IF_ERROR(service::ParseName(tables_.open_answers.pattern().text(),
                                             request.open_answer().name(), "open_answer.name")
                              .status());
  auto body = [&](storage::Transaction& txn) { return Change(txn, request, response); };
  absl::Status status = co_await MutateOpenAnswer(context, db_, tables_, request,
                                                  request.open_answer().name(), response, body);
  co_return status;
}

Task<absl::Status> OpenAnswerHandlers::Change(storage::Transaction& txn,
                                              const v1::UpdateOpenAnswerRequest& request,
                                              v1::OpenAnswer& response) {
  const std::string& name = request.open_answer().name();
  std::string response_name = ResponseOf(name);
  absl::StatusOr<v1::Response> owner =
      co_await tables_.responses.Get(txn, std::move(response_name));
  WEFT_CO_RETURN_IF_ERROR(owner.status());
  std::string wave_name(WaveOf(name));
  absl::StatusOr<WaveContext> wave = co_await waves_.Load(txn, std::move(wave_name));
  WEFT_CO_RETURN_IF_ERROR(wave.status());
  absl::StatusOr<std::optional<v1::OpenAnswer>> stored =
      co_await tables_.open_answers.Find(txn, name);
  WEFT_CO_RETURN_IF_ERROR(stored.status());
  const bool is_new = !stored->has_value();
  if (is_new && !request.allow_missing()) {
    co_return NotFound(tables_.open_answers.type(), name);
  }
  const v1::OpenAnswer before = is_new ? v1::OpenAnswer() : **std::move(stored);
  response = before;
  WEFT_CO_RETURN_IF_ERROR(service::ApplyUpdateMask(request.update_mask(), request.open_answer(),
                                                   response, UpdateRules()));
  response.set_name(name);
  response.set_question(QuestionOfOpenAnswerId(LastId(name)));
  WEFT_CO_RETURN_IF_ERROR(Validate(*wave->instrument, response));
  if (response.text() != before.text()) {
    WEFT_CO_RETURN_IF_ERROR(RequireOpen(wave->wave));
    WEFT_CO_RETURN_IF_ERROR(RequireTakingPart(*owner));
  }
  KeepReviewHonest(before, response);
  Task<absl::Status> write =
      is_new ? tables_.open_answers.Insert(txn, response)
             : tables_.open_answers.Update(txn, response, request.open_answer().etag());
  absl::Status written = co_await std::move(write);
  co_return written;
}

Task<absl::Status> OpenAnswerHandlers::DeleteOpenAnswer(rpc::CallContext& context,
                                                        const v1::DeleteOpenAnswerRequest& request,
                                                        google::protobuf::Empty& response) {
  auto body = [&](storage::Transaction& txn) {
    return tables_.open_answers.Delete(txn, request.name(), request.etag());
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

}  // namespace weft::ingestion
