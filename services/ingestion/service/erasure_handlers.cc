#include "services/ingestion/service/erasure_handlers.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/service/mutate.h"
#include "common/service/names.h"
#include "common/service/stored.h"
#include "common/storage/pages.h"
#include "services/ingestion/domain/names.h"
#include "services/ingestion/service/parents.h"

namespace weft::ingestion {
namespace {

constexpr size_t kPageRows = 100;

}  // namespace

Task<absl::Status> ErasureHandlers::EraseSubject(rpc::CallContext& context,
                                                 const v1::EraseSubjectRequest& request,
                                                 v1::Erasure& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateErasure(request));
  const ErasureSubject subject = SubjectOf(request.name());
  WEFT_CO_ASSIGN_OR_RETURN(const std::string id, service::IdForCreate("", "erasure_id"));
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Response> owner = co_await tables_.responses.Get(txn, subject.response);
    WEFT_CO_RETURN_IF_ERROR(owner.status());
    response.set_name(absl::StrCat(WaveOf(subject.response), "/erasures/", id));
    response.set_subject(request.name());
    response.set_reason(request.reason());
    response.set_principal(context.principal().name);
    std::vector<v1::OpenAnswer> texts;
    absl::Status answers = co_await EraseAnswers(txn, subject, texts, response);
    WEFT_CO_RETURN_IF_ERROR(std::move(answers));
    absl::Status excerpts =
        co_await EraseExcerpts(txn, subject, owner->respondent(), texts, response);
    WEFT_CO_RETURN_IF_ERROR(std::move(excerpts));
    absl::Status people = co_await ErasePeople(txn, subject, response);
    WEFT_CO_RETURN_IF_ERROR(std::move(people));
    absl::Status inserted = co_await tables_.erasures.Insert(txn, response);
    co_return inserted;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  WEFT_CO_RETURN_IF_ERROR(std::move(status));
  if (!request.validate_only()) runner_.Notify();
  co_return absl::OkStatus();
}

Task<absl::Status> ErasureHandlers::EraseAnswers(storage::Transaction& txn,
                                                 const ErasureSubject& subject,
                                                 std::vector<v1::OpenAnswer>& erased,
                                                 v1::Erasure& erasure) {
  storage::Pages<v1::OpenAnswer> pages(tables_.open_answers, txn, subject.response, kPageRows);
  while (pages.more()) {
    absl::StatusOr<std::vector<v1::OpenAnswer>> answers = co_await pages.Next();
    WEFT_CO_RETURN_IF_ERROR(answers.status());
    for (v1::OpenAnswer& answer : *answers) {
      if (!HasWordsOf(subject, answer)) continue;
      erased.push_back(answer);
      Erase(txn.now(), answer);
      absl::Status updated = co_await tables_.open_answers.Update(txn, answer);
      WEFT_CO_RETURN_IF_ERROR(std::move(updated));
      erasure.set_open_answer_count(erasure.open_answer_count() + 1);
    }
  }
  co_return absl::OkStatus();
}

Task<absl::Status> ErasureHandlers::EraseExcerpts(storage::Transaction& txn,
                                                  const ErasureSubject& subject, std::string site,
                                                  const std::vector<v1::OpenAnswer>& answers,
                                                  v1::Erasure& erasure) {
  auto of_subject = [&](const v1::CodedExcerpt& excerpt) {
    return excerpt.site() == site && IsExcerptOf(subject, answers, excerpt);
  };
  // Past the transaction: it is enough that those which are deleted are still there.
  storage::Pages<v1::CodedExcerpt> pages(tables_.coded_excerpts, txn.snapshot(),
                                         std::string(WaveOf(subject.response)), kPageRows,
                                         of_subject);
  while (pages.more()) {
    absl::StatusOr<std::vector<v1::CodedExcerpt>> excerpts = co_await pages.Next();
    WEFT_CO_RETURN_IF_ERROR(excerpts.status());
    for (const v1::CodedExcerpt& excerpt : *excerpts) {
      absl::Status deleted = co_await tables_.coded_excerpts.Delete(txn, excerpt.name());
      WEFT_CO_RETURN_IF_ERROR(std::move(deleted));
      erasure.set_coded_excerpt_count(erasure.coded_excerpt_count() + 1);
    }
  }
  co_return absl::OkStatus();
}

Task<absl::Status> ErasureHandlers::ErasePeople(storage::Transaction& txn,
                                                const ErasureSubject& subject,
                                                v1::Erasure& erasure) {
  storage::Pages<v1::Contributor> pages(tables_.contributors, txn, subject.response, kPageRows);
  while (pages.more()) {
    absl::StatusOr<std::vector<v1::Contributor>> people = co_await pages.Next();
    WEFT_CO_RETURN_IF_ERROR(people.status());
    for (const v1::Contributor& person : *people) {
      if (!subject.contributor.empty() && LastId(person.name()) != subject.contributor) continue;
      absl::Status deleted = co_await tables_.contributors.Delete(txn, person.name());
      WEFT_CO_RETURN_IF_ERROR(std::move(deleted));
      erasure.set_contributor_count(erasure.contributor_count() + 1);
    }
  }
  co_return absl::OkStatus();
}

Task<absl::Status> ErasureHandlers::GetErasure(rpc::CallContext& context,
                                               const v1::GetErasureRequest& request,
                                               rpc::Serialized<v1::Erasure>& response) {
  return service::GetStored(db_, tables_.erasures, request.name(), response);
}

Task<absl::Status> ErasureHandlers::ListErasures(
    rpc::CallContext& context, const v1::ListErasuresRequest& request,
    rpc::Serialized<v1::ListErasuresResponse>& response) {
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::Status parent = co_await RequireParent(*snapshot, tables_.waves, request.parent());
  WEFT_CO_RETURN_IF_ERROR(std::move(parent));
  absl::Status listed =
      co_await service::ListStored(*snapshot, tables_.erasures, request.parent(), request,
                                   v1::ListErasuresResponse::kErasuresFieldNumber, response);
  co_return listed;
}

}  // namespace weft::ingestion
