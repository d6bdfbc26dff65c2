#include "services/ingestion/service/contribution_handlers.h"

#include <memory>
#include <string>
#include <utility>

#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/service/field_mask.h"
#include "common/service/mutate.h"
#include "common/service/names.h"
#include "common/service/stored.h"
#include "common/validation/ids.h"
#include "common/validation/text.h"
#include "services/ingestion/domain/contributions.h"
#include "services/ingestion/domain/names.h"
#include "services/ingestion/domain/response_state.h"
#include "services/ingestion/service/parents.h"
#include "services/ingestion/service/response_store.h"

namespace weft::ingestion {
namespace {

constexpr char kSource[] = "api";
constexpr size_t kMaxPersonText = 200;

absl::Status Validate(const v1::Contributor& contributor) {
  FieldViolations violations;
  violations.Require(IsId(LastId(contributor.name())), "contributor.name",
                     absl::StrCat("ends with an id, which ", kIdRule));
  RequireText(violations, "contributor.display_name", contributor.display_name(), kMaxPersonText);
  CheckText(violations, "contributor.role", contributor.role(), kMaxPersonText);
  return violations.ToStatus();
}

}  // namespace

Task<absl::Status> ContributionHandlers::ContributeAnswers(
    rpc::CallContext& context, const v1::ContributeAnswersRequest& request,
    v1::ContributeAnswersResponse& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateContribution(request));
  auto body = [&](storage::Transaction& txn) { return Merge(context, txn, request, response); };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::StatusOr<std::optional<v1::Response>>> ContributionHandlers::FindResponse(
    storage::Transaction& txn, const v1::ContributeAnswersRequest& request) {
  if (!request.name().empty()) {
    absl::StatusOr<v1::Response> named = co_await tables_.responses.Get(txn, request.name());
    WEFT_CO_RETURN_IF_ERROR(named.status());
    co_return std::optional<v1::Response>(*std::move(named));
  }
  std::string key = RespondentKey(request.parent(), request.respondent());
  absl::StatusOr<std::optional<v1::Response>> found =
      co_await tables_.responses.FindUnique(txn, kByRespondent, std::move(key));
  co_return found;
}

Task<absl::Status> ContributionHandlers::Merge(rpc::CallContext& context, storage::Transaction& txn,
                                               const v1::ContributeAnswersRequest& request,
                                               v1::ContributeAnswersResponse& response) {
  absl::StatusOr<std::optional<v1::Response>> found = co_await FindResponse(txn, request);
  WEFT_CO_RETURN_IF_ERROR(found.status());
  const std::optional<v1::Response> before = *std::move(found);
  v1::Response& row = *response.mutable_response();
  if (before.has_value()) {
    row = *before;
  } else {
    row.set_name(ResponseName(request.parent(), LastId(request.respondent())));
    row.set_respondent(request.respondent());
  }
  std::string wave_name(WaveOf(row.name()));
  absl::StatusOr<WaveContext> wave = co_await waves_.LoadOpen(txn, std::move(wave_name));
  WEFT_CO_RETURN_IF_ERROR(wave.status());
  absl::Status on_roster =
      co_await RequireRespondent(txn, tables_, wave->wave.name(), row.respondent());
  WEFT_CO_RETURN_IF_ERROR(std::move(on_roster));

  absl::StatusOr<v1::ResponseDraft> draft = co_await LoadDraft(txn, tables_, row);
  WEFT_CO_RETURN_IF_ERROR(draft.status());
  const bool first = row.contributor_count() == 0;
  v1::Answers answers = row.answers();
  absl::StatusOr<Contributed> contributed =
      Contribute(*wave->instrument, request, kSource, txn.now(), answers, *draft);
  WEFT_CO_RETURN_IF_ERROR(contributed.status());
  for (v1::ContributionResult& result : contributed->results) {
    *response.add_results() = std::move(result);
  }
  response.set_draft_version(draft->version());
  if (before.has_value() && !contributed->changed) co_return absl::OkStatus();

  if (before.has_value()) {
    WEFT_CO_RETURN_IF_ERROR(TakeContribution(std::move(answers), kSource, row));
  } else {
    *row.mutable_answers() = std::move(answers);
    StartResponse(kSource, row);
  }
  row.set_contributor_count(draft->contributors_size());
  row.set_unresolved_count(UnresolvedCount(*draft));
  if (contributed->changed) {
    Task<absl::Status> write =
        first ? tables_.drafts.Insert(txn, *draft) : tables_.drafts.Update(txn, *draft);
    absl::Status written = co_await std::move(write);
    WEFT_CO_RETURN_IF_ERROR(std::move(written));
  }
  Task<absl::Status> write =
      before.has_value()
          ? UpdateResponse(txn, tables_, *before, /*etag=*/"", context.principal().name, row,
                           request.contributor())
          : InsertResponse(txn, tables_, context.principal().name, row, request.contributor());
  absl::Status written = co_await std::move(write);
  co_return written;
}

Task<absl::Status> ContributionHandlers::GetResponseDraft(
    rpc::CallContext& context, const v1::GetResponseDraftRequest& request,
    v1::ResponseDraft& response) {
  WEFT_CO_RETURN_IF_ERROR(
      service::ParseName(tables_.drafts.pattern().text(), request.name()).status());
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  std::string owner = request.name().substr(0, request.name().rfind('/'));
  absl::StatusOr<v1::Response> row = co_await tables_.responses.Get(*snapshot, std::move(owner));
  WEFT_CO_RETURN_IF_ERROR(row.status());
  absl::StatusOr<v1::ResponseDraft> draft = co_await LoadDraft(*snapshot, tables_, *row);
  WEFT_CO_RETURN_IF_ERROR(draft.status());
  response = *std::move(draft);
  co_return absl::OkStatus();
}

Task<absl::Status> ContributionHandlers::GetContributor(
    rpc::CallContext& context, const v1::GetContributorRequest& request,
    rpc::Serialized<v1::Contributor>& response) {
  return service::GetStored(db_, tables_.contributors, request.name(), response);
}

Task<absl::Status> ContributionHandlers::ListContributors(
    rpc::CallContext& context, const v1::ListContributorsRequest& request,
    rpc::Serialized<v1::ListContributorsResponse>& response) {
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::Status parent = co_await RequireParent(*snapshot, tables_.responses, request.parent());
  WEFT_CO_RETURN_IF_ERROR(std::move(parent));
  absl::Status listed = co_await service::ListStored(
      *snapshot, tables_.contributors, request.parent(), request,
      v1::ListContributorsResponse::kContributorsFieldNumber, response);
  co_return listed;
}

Task<absl::Status> ContributionHandlers::UpdateContributor(
    rpc::CallContext& context, const v1::UpdateContributorRequest& request,
    v1::Contributor& response) {
  WEFT_CO_RETURN_IF_ERROR(service::ParseName(tables_.contributors.pattern().text(),
                                             request.contributor().name(), "contributor.name")
                              .status());
  // As with open answers: what is remembered for a repetition is without the person, so that one
  // who is deleted is gone.
  std::optional<v1::Contributor> person;
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::Status changed = co_await Change(txn, request, response);
    person = response;
    response.clear_display_name();
    response.clear_role();
    co_return changed;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  WEFT_CO_RETURN_IF_ERROR(std::move(status));
  if (!person.has_value()) {
    std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
    absl::StatusOr<std::optional<v1::Contributor>> stored =
        co_await tables_.contributors.Find(*snapshot, request.contributor().name());
    WEFT_CO_RETURN_IF_ERROR(stored.status());
    person = stored->has_value() ? **std::move(stored) : v1::Contributor();
  }
  response.set_display_name(person->display_name());
  response.set_role(person->role());
  co_return absl::OkStatus();
}

Task<absl::Status> ContributionHandlers::Change(storage::Transaction& txn,
                                                const v1::UpdateContributorRequest& request,
                                                v1::Contributor& response) {
  const std::string& name = request.contributor().name();
  std::string owner_name = ResponseOf(name);
  absl::StatusOr<v1::Response> owner = co_await tables_.responses.Get(txn, std::move(owner_name));
  WEFT_CO_RETURN_IF_ERROR(owner.status());
  absl::StatusOr<std::optional<v1::Contributor>> stored =
      co_await tables_.contributors.Find(txn, name);
  WEFT_CO_RETURN_IF_ERROR(stored.status());
  const bool is_new = !stored->has_value();
  if (is_new && !request.allow_missing()) {
    co_return NotFound(tables_.contributors.type(), name);
  }
  if (!is_new) response = **std::move(stored);
  WEFT_CO_RETURN_IF_ERROR(
      service::ApplyUpdateMask(request.update_mask(), request.contributor(), response));
  response.set_name(name);
  WEFT_CO_RETURN_IF_ERROR(Validate(response));
  Task<absl::Status> write =
      is_new ? tables_.contributors.Insert(txn, response)
             : tables_.contributors.Update(txn, response, request.contributor().etag());
  absl::Status written = co_await std::move(write);
  co_return written;
}

Task<absl::Status> ContributionHandlers::DeleteContributor(
    rpc::CallContext& context, const v1::DeleteContributorRequest& request,
    google::protobuf::Empty& response) {
  auto body = [&](storage::Transaction& txn) {
    return tables_.contributors.Delete(txn, request.name(), request.etag());
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

}  // namespace weft::ingestion
