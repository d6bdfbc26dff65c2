#include "services/ingestion/service/response_store.h"

#include <optional>
#include <utility>

#include "absl/strings/string_view.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/storage/pages.h"
#include "services/ingestion/domain/contributions.h"
#include "services/ingestion/domain/names.h"
#include "services/ingestion/domain/open_answers.h"
#include "services/ingestion/domain/response_state.h"
#include "services/ingestion/domain/roster.h"

namespace weft::ingestion {
namespace {

constexpr size_t kRevisionsAtOnce = 100;

Task<absl::Status> InsertRevision(storage::Transaction& txn, const Tables& tables,
                                  absl::string_view principal, absl::string_view contributor,
                                  v1::Response& response) {
  *response.mutable_answer_time() = ToProto(txn.now());
  // Answers are large, so the revision has them on loan.
  v1::Answers answers;
  const bool lent = response.has_answers();
  if (lent) answers.Swap(response.mutable_answers());
  v1::ResponseRevision revision = RevisionOf(response, principal);
  revision.set_name(RevisionName(response.name(), response.revision()));
  revision.set_contributor(std::string(contributor));
  revision.mutable_answers()->Swap(&answers);
  absl::Status inserted = co_await tables.revisions.Insert(txn, revision);
  if (lent) response.mutable_answers()->Swap(revision.mutable_answers());
  co_return inserted;
}

// The answers were written as a whole, and there are contributions to them.
Task<absl::Status> FollowDraft(storage::Transaction& txn, const Tables& tables,
                               v1::Response& response) {
  absl::StatusOr<v1::ResponseDraft> draft =
      co_await tables.drafts.Get(txn, DraftName(response.name()));
  WEFT_CO_RETURN_IF_ERROR(draft.status());
  v1::AttributedValue from;
  *from.mutable_time() = ToProto(txn.now());
  from.set_source(response.source());
  FollowAnswers(response.answers(), from, draft->version() + 1, *draft);
  response.set_unresolved_count(UnresolvedCount(*draft));
  absl::Status updated = co_await tables.drafts.Update(txn, *draft);
  co_return updated;
}

}  // namespace

Task<absl::Status> InsertResponse(storage::Transaction& txn, const Tables& tables,
                                  std::string principal, v1::Response& response,
                                  std::string contributor) {
  // Asked first, because the revision, which must stand before it in the feed, would be refused
  // under a less telling name.
  absl::StatusOr<std::optional<v1::Response>> existing =
      co_await tables.responses.Find(txn, response.name());
  WEFT_CO_RETURN_IF_ERROR(existing.status());
  if (existing->has_value()) co_return AlreadyExists(tables.responses.type(), response.name());
  RecordState(txn.now(), principal, response);
  if (response.revision() > 0) {
    absl::Status revised = co_await InsertRevision(txn, tables, principal, contributor, response);
    WEFT_CO_RETURN_IF_ERROR(std::move(revised));
  }
  absl::Status inserted = co_await tables.responses.Insert(txn, response);
  co_return inserted;
}

Task<absl::Status> UpdateResponse(storage::Transaction& txn, const Tables& tables,
                                  const v1::Response& before, std::string etag,
                                  std::string principal, v1::Response& response,
                                  std::string contributor) {
  // Asked first for the same reason.
  if (!etag.empty() && etag != before.etag()) {
    co_return StaleEtag(before.name(), etag, before.etag());
  }
  RecordState(txn.now(), principal, response);
  if (response.revision() > before.revision()) {
    absl::Status revised = co_await InsertRevision(txn, tables, principal, contributor, response);
    WEFT_CO_RETURN_IF_ERROR(std::move(revised));
    if (contributor.empty() && response.contributor_count() > 0) {
      absl::Status followed = co_await FollowDraft(txn, tables, response);
      WEFT_CO_RETURN_IF_ERROR(std::move(followed));
    }
  }
  absl::Status updated = co_await tables.responses.Update(txn, response);
  co_return updated;
}

Task<absl::StatusOr<v1::ResponseDraft>> LoadDraft(storage::Reader& reader, const Tables& tables,
                                                  const v1::Response& response) {
  if (response.contributor_count() > 0) {
    absl::StatusOr<v1::ResponseDraft> stored =
        co_await tables.drafts.Get(reader, DraftName(response.name()));
    co_return stored;
  }
  v1::ResponseDraft draft;
  draft.set_name(DraftName(response.name()));
  if (response.revision() == 0) co_return draft;
  storage::Pages<v1::ResponseRevision> pages(tables.revisions, reader, response.name(),
                                             kRevisionsAtOnce);
  while (pages.more()) {
    absl::StatusOr<std::vector<v1::ResponseRevision>> revisions = co_await pages.Next();
    WEFT_CO_RETURN_IF_ERROR(revisions.status());
    for (const v1::ResponseRevision& revision : *revisions) FollowRevision(revision, draft);
  }
  co_return draft;
}

Task<absl::Status> RequireRespondent(storage::Reader& reader, const Tables& tables,
                                     std::string wave, std::string respondent) {
  std::string name = RosterEntryName(wave, respondent);
  absl::StatusOr<std::optional<v1::RosterEntry>> entry =
      co_await tables.roster.Find(reader, std::move(name));
  WEFT_CO_RETURN_IF_ERROR(entry.status());
  co_return RequireOnRoster(*entry, wave, respondent);
}

Task<absl::StatusOr<absl::flat_hash_set<std::string>>> AnsweredRequiredTexts(
    storage::Reader& reader, const Tables& tables, const InstrumentIndex& instrument,
    std::string response) {
  absl::flat_hash_set<std::string> answered;
  for (const v1::Question* question : instrument.questions()) {
    if (!question->required() || !question->has_text_answer()) continue;
    std::string name = OpenAnswerName(response, question->id());
    absl::StatusOr<std::optional<v1::OpenAnswer>> answer =
        co_await tables.open_answers.Find(reader, std::move(name));
    WEFT_CO_RETURN_IF_ERROR(answer.status());
    if (answer->has_value()) answered.insert(question->id());
  }
  co_return answered;
}

}  // namespace weft::ingestion
