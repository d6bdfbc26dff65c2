#include "services/ingestion/service/response_handlers.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/executor.h"
#include "common/base/status_macros.h"
#include "common/rpc/status.h"
#include "common/service/field_mask.h"
#include "common/service/mutate.h"
#include "common/service/names.h"
#include "common/service/stored.h"
#include "common/validation/ids.h"
#include "services/ingestion/domain/answers.h"
#include "services/ingestion/domain/names.h"
#include "services/ingestion/domain/response_state.h"
#include "services/ingestion/domain/revision_diff.h"
#include "services/ingestion/service/parents.h"
#include "services/ingestion/service/response_store.h"

namespace weft::ingestion {
namespace {

constexpr char kSource[] = "api";

const service::MaskRules& UpdateRules() {
  static const auto& rules = *new service::MaskRules{
      .output_only = {"state", "revision", "submitted_revision", "approved_revision", "submit_time",
                      "approve_time", "state_comment", "source", "contributor_count",
                      "unresolved_count", "state_changes", "answer_comments", "answer_time",
                      "warnings"},
      .immutable = {"respondent"}};
  return rules;
}

// Whether an update is about the answers at all.
bool ChangesAnswers(const v1::UpdateResponseRequest& request) {
  if (request.update_mask().paths().empty()) return request.response().has_answers();
  for (const std::string& path : request.update_mask().paths()) {
    if (path == "*" || path == "answers" || absl::StartsWith(path, "answers.")) return true;
  }
  return false;
}

absl::Status ValidateCreate(const v1::CreateResponseRequest& request) {
  FieldViolations violations;
  violations.Require(request.response_id().empty() || IsId(request.response_id()), "response_id",
                     kIdRule);
  violations.Require(IdIn("waves", request.parent()).has_value(), "parent",
                     "must be a name like waves/2025-winter");
  if (request.has_response()) {
    violations.Require(IdIn("sites", request.response().respondent()).has_value(),
                       "response.respondent", "must be a name like sites/site-01");
  } else {
    violations.Add("response", "is required");
  }
  return violations.ToStatus();
}

absl::Status Validate(const InstrumentIndex& instrument, const v1::Answers& answers) {
  FieldViolations violations;
  ValidateAnswers(instrument, answers, "response.answers", violations);
  return violations.ToStatus("ANSWERS_INVALID");
}

// Another site's id is kept for that site's own response.
absl::Status ForeignId(const std::string& id) {
  return FieldViolations()
      .Add("response_id", absl::StrCat("is the id of another site on the roster, sites/", id,
                                       "; leave it empty to use the respondent's"))
      .ToStatus();
}

absl::Status RequireOlder(const v1::ResponseRevision& older, const v1::ResponseRevision& newer,
                          const std::string& owner) {
  return FieldViolations()
      .Require(ResponseOf(older.name()) == owner && older.revision() < newer.revision(),
               "compare_to", absl::StrCat("must be an older revision of ", owner))
      .ToStatus();
}

}  // namespace

Task<absl::Status> ResponseHandlers::CreateResponse(rpc::CallContext& context,
                                                    const v1::CreateResponseRequest& request,
                                                    v1::Response& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateCreate(request));
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    const std::string& respondent = request.response().respondent();
    absl::StatusOr<WaveContext> wave = co_await waves_.LoadOpen(txn, request.parent());
    WEFT_CO_RETURN_IF_ERROR(wave.status());
    *response.mutable_answers() = request.response().answers();
    WEFT_CO_RETURN_IF_ERROR(Validate(*wave->instrument, response.answers()));
    absl::Status on_roster =
        co_await RequireRespondent(txn, tables_, wave->wave.name(), respondent);
    WEFT_CO_RETURN_IF_ERROR(std::move(on_roster));
    std::string id(LastId(respondent));
    if (!request.response_id().empty() && request.response_id() != id) {
      id = request.response_id();
      std::string other = RosterEntryName(wave->wave.name(), id);
      absl::StatusOr<std::optional<v1::RosterEntry>> entry =
          co_await tables_.roster.Find(txn, std::move(other));
      WEFT_CO_RETURN_IF_ERROR(entry.status());
      if (entry->has_value()) co_return ForeignId(id);
    }
    response.set_name(ResponseName(wave->wave.name(), id));
    response.set_respondent(respondent);
    Canonicalize(*wave->instrument, *response.mutable_answers());
    StartResponse(kSource, response);
    absl::Status inserted =
        co_await InsertResponse(txn, tables_, context.principal().name, response);
    co_return inserted;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> ResponseHandlers::GetResponse(rpc::CallContext& context,
                                                 const v1::GetResponseRequest& request,
                                                 rpc::Serialized<v1::Response>& response) {
  return service::GetStored(db_, tables_.responses, request.name(), response);
}

Task<absl::Status> ResponseHandlers::ListResponses(
    rpc::CallContext& context, const v1::ListResponsesRequest& request,
    rpc::Serialized<v1::ListResponsesResponse>& response) {
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::Status parent = co_await RequireParent(*snapshot, tables_.waves, request.parent());
  WEFT_CO_RETURN_IF_ERROR(std::move(parent));
  absl::Status listed =
      co_await service::ListStored(*snapshot, tables_.responses, request.parent(), request,
                                   v1::ListResponsesResponse::kResponsesFieldNumber, response);
  co_return listed;
}

Task<absl::Status> ResponseHandlers::UpdateResponse(rpc::CallContext& context,
                                                    const v1::UpdateResponseRequest& request,
                                                    v1::Response& response) {
  WEFT_CO_RETURN_IF_ERROR(service::ParseName(tables_.responses.pattern().text(),
                                             request.response().name(), "response.name")
                              .status());
  auto body = [&](storage::Transaction& txn) { return Change(context, txn, request, response); };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> ResponseHandlers::Change(rpc::CallContext& context, storage::Transaction& txn,
                                            const v1::UpdateResponseRequest& request,
                                            v1::Response& response) {
  absl::StatusOr<v1::Response> before =
      co_await tables_.responses.Get(txn, request.response().name());
  WEFT_CO_RETURN_IF_ERROR(before.status());
  response = *before;
  v1::Response asked = *before;
  WEFT_CO_RETURN_IF_ERROR(
      service::ApplyUpdateMask(request.update_mask(), request.response(), asked, UpdateRules()));
  if (ChangesAnswers(request)) {
    std::string name(WaveOf(before->name()));
    absl::StatusOr<WaveContext> wave = co_await waves_.LoadOpen(txn, std::move(name));
    WEFT_CO_RETURN_IF_ERROR(wave.status());
    absl::Status on_roster =
        co_await RequireRespondent(txn, tables_, wave->wave.name(), before->respondent());
    WEFT_CO_RETURN_IF_ERROR(std::move(on_roster));
    WEFT_CO_RETURN_IF_ERROR(Validate(*wave->instrument, asked.answers()));
    Canonicalize(*wave->instrument, *asked.mutable_answers());
    WEFT_CO_RETURN_IF_ERROR(ChangeAnswers(asked.answers(), kSource, response));
  }
  absl::Status updated = co_await ingestion::UpdateResponse(
      txn, tables_, *before, request.response().etag(), context.principal().name, response);
  co_return updated;
}

Task<absl::Status> ResponseHandlers::GetResponseRevision(
    rpc::CallContext& context, const v1::GetResponseRevisionRequest& request,
    rpc::Serialized<v1::ResponseRevision>& response) {
  return service::GetStored(db_, tables_.revisions, request.name(), response);
}

Task<absl::Status> ResponseHandlers::ListResponseRevisions(
    rpc::CallContext& context, const v1::ListResponseRevisionsRequest& request,
    rpc::Serialized<v1::ListResponseRevisionsResponse>& response) {
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::Status parent = co_await RequireParent(*snapshot, tables_.responses, request.parent());
  WEFT_CO_RETURN_IF_ERROR(std::move(parent));
  absl::Status listed = co_await service::ListStored(
      *snapshot, tables_.revisions, request.parent(), request,
      v1::ListResponseRevisionsResponse::kRevisionsFieldNumber, response);
  co_return listed;
}

Task<absl::Status> ResponseHandlers::DiffResponseRevisions(
    rpc::CallContext& context, const v1::DiffResponseRevisionsRequest& request,
    v1::DiffResponseRevisionsResponse& response) {
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::StatusOr<v1::ResponseRevision> newer =
      co_await tables_.revisions.Get(*snapshot, request.name());
  WEFT_CO_RETURN_IF_ERROR(newer.status());
  const std::string owner = ResponseOf(newer->name());
  std::string compare_to = request.compare_to();
  if (compare_to.empty() && newer->revision() > 1) {
    compare_to = RevisionName(owner, newer->revision() - 1);
  }
  v1::ResponseRevision older;
  if (!compare_to.empty()) {
    absl::StatusOr<v1::ResponseRevision> found =
        co_await tables_.revisions.Get(*snapshot, compare_to);
    WEFT_CO_RETURN_IF_ERROR(found.status());
    older = *std::move(found);
    WEFT_CO_RETURN_IF_ERROR(RequireOlder(older, *newer, owner));
  }
  std::string wave_name(WaveOf(owner));
  absl::StatusOr<WaveContext> wave = co_await waves_.Load(*snapshot, std::move(wave_name));
  WEFT_CO_RETURN_IF_ERROR(wave.status());
  RevisionDiff diff(older.answers());
  for (int number = older.revision() + 1; number < newer->revision(); ++number) {
    absl::StatusOr<v1::ResponseRevision> between =
        co_await tables_.revisions.Get(*snapshot, RevisionName(owner, number));
    WEFT_CO_RETURN_IF_ERROR(between.status());
    diff.Add(*between);
    co_await Yield(context.executor());
    if (context.cancelled()) co_return rpc::Stopped(context);
  }
  diff.Add(*newer);
  response.set_compare_to(compare_to);
  for (v1::AnswerChange& change : diff.Changes(*wave->instrument)) {
    *response.add_changes() = std::move(change);
  }
  co_return absl::OkStatus();
}

}  // namespace weft::ingestion
