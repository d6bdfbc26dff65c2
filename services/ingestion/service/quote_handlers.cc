#include "services/ingestion/service/quote_handlers.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/executor.h"
#include "common/base/status_macros.h"
#include "common/service/list.h"
#include "common/storage/pages.h"
#include "common/validation/ids.h"
#include "services/ingestion/domain/names.h"
#include "services/ingestion/domain/open_answer_review.h"
#include "services/ingestion/domain/quotes.h"
#include "services/ingestion/service/open_answer_store.h"

namespace weft::ingestion {
namespace {

constexpr size_t kPageRows = 1000;

std::string ContributorName(const v1::OpenAnswer& answer) {
  return absl::StrCat(ResponseOf(answer.name()), "/contributors/", answer.contributor());
}

}  // namespace

Task<absl::Status> QuoteHandlers::ReviewOpenAnswer(rpc::CallContext& context,
                                                   const v1::ReviewOpenAnswerRequest& request,
                                                   v1::OpenAnswer& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateReview(request));
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::OpenAnswer> row = co_await tables_.open_answers.Get(txn, request.name());
    WEFT_CO_RETURN_IF_ERROR(row.status());
    // Before anything is said about a text that the caller has not seen.
    if (row->etag() != request.etag()) {
      co_return StaleEtag(request.name(), request.etag(), row->etag());
    }
    WEFT_CO_RETURN_IF_ERROR(Review(request, context.principal().name, txn.now(), *row));
    response = *std::move(row);
    absl::Status written = co_await tables_.open_answers.Update(txn, response, request.etag());
    co_return written;
  };
  absl::Status status =
      co_await MutateOpenAnswer(context, db_, tables_, request, request.name(), response, body);
  co_return status;
}

Task<absl::Status> QuoteHandlers::ListQuotes(rpc::CallContext& context,
                                             const v1::ListQuotesRequest& request,
                                             v1::ListQuotesResponse& response) {
  FieldViolations violations;
  violations.Require(IdIn("waves", request.parent()).has_value(), "parent",
                     "must be a name like waves/2025-winter");
  WEFT_CO_RETURN_IF_ERROR(violations.ToStatus());
  WEFT_CO_ASSIGN_OR_RETURN(storage::PageRequest page, service::ReadPage(request));
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::StatusOr<v1::Wave> wave = co_await tables_.waves.Get(*snapshot, request.parent());
  WEFT_CO_RETURN_IF_ERROR(wave.status());
  absl::StatusOr<std::map<std::string, v1::OpenAnswer>> quotable =
      co_await FindQuotable(context, *snapshot, request);
  WEFT_CO_RETURN_IF_ERROR(quotable.status());
  std::vector<v1::OpenAnswer> answers;
  std::string next_key;
  for (auto it = quotable->upper_bound(page.after); it != quotable->end(); ++it) {
    if (answers.size() == page.limit) {
      next_key = answers.back().uid();
      break;
    }
    answers.push_back(std::move(it->second));
  }
  absl::StatusOr<std::vector<v1::Quote>> quotes = co_await MakeQuotes(*snapshot, answers);
  WEFT_CO_RETURN_IF_ERROR(quotes.status());
  for (v1::Quote& quote : *quotes) *response.add_quotes() = std::move(quote);
  response.set_next_page_token(service::NextPageToken(request, next_key));
  co_return absl::OkStatus();
}

// All of them for each page: the order of names, and a page token with a name in it, would tell
// whose an anonymous quote is. Uids are made up.
Task<absl::StatusOr<std::map<std::string, v1::OpenAnswer>>> QuoteHandlers::FindQuotable(
    rpc::CallContext& context, storage::Reader& reader, const v1::ListQuotesRequest& request) {
  std::map<std::string, v1::OpenAnswer> quotable;
  auto may_be_quoted = [&](const v1::OpenAnswer& answer) {
    return answer.release() == v1::OpenAnswer::RELEASE_CLEARED &&
           (request.question().empty() || answer.question() == request.question());
  };
  storage::Pages<v1::OpenAnswer> pages(tables_.open_answers, reader,
                                       absl::StrCat(request.parent(), "/responses/-"), kPageRows,
                                       may_be_quoted);
  while (pages.more()) {
    absl::StatusOr<std::vector<v1::OpenAnswer>> answers = co_await pages.Next();
    WEFT_CO_RETURN_IF_ERROR(answers.status());
    for (v1::OpenAnswer& answer : *answers) {
      std::string uid = answer.uid();
      quotable.emplace(std::move(uid), std::move(answer));
    }
    co_await Yield(context.executor());
  }
  co_return quotable;
}

Task<absl::StatusOr<std::vector<v1::Quote>>> QuoteHandlers::MakeQuotes(
    storage::Reader& reader, const std::vector<v1::OpenAnswer>& answers) {
  std::vector<std::string> names;
  names.reserve(answers.size());
  for (const v1::OpenAnswer& answer : answers) names.push_back(ResponseOf(answer.name()));
  absl::StatusOr<std::vector<std::optional<v1::Response>>> responses =
      co_await tables_.responses.GetMany(reader, std::move(names));
  WEFT_CO_RETURN_IF_ERROR(responses.status());
  std::vector<std::string> entries;
  std::vector<std::string> people;
  for (size_t i = 0; i < answers.size(); ++i) {
    const std::optional<v1::Response>& response = (*responses)[i];
    const std::string site = response.has_value() ? response->respondent() : "sites/-";
    entries.push_back(RosterEntryName(WaveOf(answers[i].name()), site));
    // An id that nobody has, so that there is one for each answer.
    people.push_back(answers[i].contributor().empty() ? ContributorName(answers[i]) + "-"
                                                      : ContributorName(answers[i]));
  }
  absl::StatusOr<std::vector<std::optional<v1::RosterEntry>>> sites =
      co_await tables_.roster.GetMany(reader, std::move(entries));
  WEFT_CO_RETURN_IF_ERROR(sites.status());
  absl::StatusOr<std::vector<std::optional<v1::Contributor>>> contributors =
      co_await tables_.contributors.GetMany(reader, std::move(people));
  WEFT_CO_RETURN_IF_ERROR(contributors.status());
  std::vector<v1::Quote> quotes;
  for (size_t i = 0; i < answers.size(); ++i) {
    const std::optional<v1::RosterEntry>& site = (*sites)[i];
    const std::optional<v1::Contributor>& person = (*contributors)[i];
    quotes.push_back(QuoteOf(answers[i], site.has_value() ? *site : v1::RosterEntry(),
                             person.has_value() ? person->role() : ""));
  }
  co_return quotes;
}

}  // namespace weft::ingestion
