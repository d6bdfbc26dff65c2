#include "services/ingestion/service/response_writer.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/validation/ids.h"
#include "services/ingestion/domain/answers.h"
#include "services/ingestion/domain/names.h"
#include "services/ingestion/domain/open_answers.h"
#include "services/ingestion/domain/response_state.h"
#include "services/ingestion/service/item_error.h"
#include "services/ingestion/service/response_store.h"

namespace weft::ingestion {
namespace {

bool IsRespondent(const std::string& name) { return IdIn("sites", name).has_value(); }

void Reject(const absl::Status& status, v1::IngestResult& result) {
  result.set_outcome(v1::IngestResult::OUTCOME_REJECTED);
  result.clear_name();
  SetItemError(status, *result.mutable_error());
}

// What one item changes. Everything is read and decided before the first write, because a rejected
// item must leave nothing in a transaction that goes on with the next one.
struct Plan {
  // Of the response that is there; without its answers, which stand in `response` too.
  std::optional<v1::Response> before;
  v1::Response response;
  bool response_changed = false;
  struct Text {
    v1::OpenAnswer answer;
    bool is_new = false;
  };
  std::vector<Text> texts;  // those that change
};

Task<absl::Status> PlanTexts(storage::Transaction& txn, const Tables& tables,
                             const v1::IngestItem& item, Plan& plan) {
  for (const v1::OpenAnswer& given : item.open_answers()) {
    std::string name = OpenAnswerName(plan.response.name(), given.question());
    absl::StatusOr<std::optional<v1::OpenAnswer>> stored =
        co_await tables.open_answers.Find(txn, name);
    WEFT_CO_RETURN_IF_ERROR(stored.status());
    Plan::Text text;
    text.is_new = !stored->has_value();
    if (!text.is_new) text.answer = **std::move(stored);
    if (!MergeOpenAnswer(given, text.answer)) continue;
    text.answer.set_name(std::move(name));
    text.answer.set_question(given.question());
    plan.texts.push_back(std::move(text));
  }
  co_return absl::OkStatus();
}

Task<absl::Status> MakePlan(storage::Transaction& txn, const Tables& tables,
                            const WaveContext& wave, const v1::IngestItem& item,
                            const ResponseOrigin& origin, Plan& plan) {
  const std::string& respondent = item.response().respondent();
  if (!IsRespondent(respondent)) co_return CheckItem(*wave.instrument, item);

  std::string key = RespondentKey(wave.wave.name(), respondent);
  absl::StatusOr<std::optional<v1::Response>> existing =
      co_await tables.responses.FindUnique(txn, kByRespondent, std::move(key));
  WEFT_CO_RETURN_IF_ERROR(existing.status());
  if (existing->has_value()) {
    plan.response = **std::move(existing);
    v1::Response& before = plan.before.emplace();
    before.set_name(plan.response.name());
    before.set_etag(plan.response.etag());
    before.set_revision(plan.response.revision());
  } else {
    plan.response.set_name(ResponseName(wave.wave.name(), LastId(respondent)));
    plan.response.set_respondent(respondent);
    absl::StatusOr<std::optional<v1::Response>> other =
        co_await tables.responses.Find(txn, plan.response.name());
    WEFT_CO_RETURN_IF_ERROR(other.status());
    if (other->has_value()) {
      co_return AlreadyExists(tables.responses.type(), plan.response.name());
    }
  }

  absl::StatusOr<absl::flat_hash_set<std::string>> texts =
      co_await AnsweredRequiredTexts(txn, tables, *wave.instrument, plan.response.name());
  WEFT_CO_RETURN_IF_ERROR(texts.status());
  WEFT_CO_RETURN_IF_ERROR(CheckItem(*wave.instrument, item, *texts));
  absl::Status on_roster = co_await RequireRespondent(txn, tables, wave.wave.name(), respondent);
  WEFT_CO_RETURN_IF_ERROR(std::move(on_roster));

  v1::Answers answers = item.response().answers();
  Complete(*wave.instrument, answers);
  absl::StatusOr<bool> changed = Take(std::move(answers), origin.source, txn.now(), plan.response);
  WEFT_CO_RETURN_IF_ERROR(changed.status());
  plan.response_changed = *changed;
  absl::Status planned = co_await PlanTexts(txn, tables, item, plan);
  co_return planned;
}

Task<absl::Status> Apply(storage::Transaction& txn, const Tables& tables,
                         const ResponseOrigin& origin, Plan& plan) {
  if (plan.response_changed) {
    Task<absl::Status> write = plan.before.has_value()
                                   ? UpdateResponse(txn, tables, *plan.before, /*etag=*/"",
                                                    origin.principal, plan.response)
                                   : InsertResponse(txn, tables, origin.principal, plan.response);
    absl::Status written = co_await std::move(write);
    WEFT_CO_RETURN_IF_ERROR(std::move(written));
  }
  for (Plan::Text& text : plan.texts) {
    Task<absl::Status> write = text.is_new ? tables.open_answers.Insert(txn, text.answer)
                                           : tables.open_answers.Update(txn, text.answer);
    absl::Status written = co_await std::move(write);
    WEFT_CO_RETURN_IF_ERROR(std::move(written));
  }
  co_return absl::OkStatus();
}

}  // namespace

absl::Status CheckItem(const InstrumentIndex& instrument, const v1::IngestItem& item,
                       const absl::flat_hash_set<std::string>& stored_texts) {
  FieldViolations violations;
  violations.Require(IsRespondent(item.response().respondent()), "response.respondent",
                     "must be a name like sites/site-01");
  ValidateAnswers(instrument, item.response().answers(), "response.answers", violations);
  ValidateOpenAnswers(instrument, item.open_answers(), "open_answers", violations);
  // What is required is told once the rest is right: answers that are refused are not missing.
  if (violations.empty()) {
    absl::flat_hash_set<std::string> texts = stored_texts;
    for (const v1::OpenAnswer& answer : item.open_answers()) texts.insert(answer.question());
    RequireAnswers(instrument, item.response().answers(), texts, "response.answers", violations);
  }
  return violations.ToStatus("ANSWERS_INVALID");
}

Task<absl::Status> PrefetchItems(storage::Transaction& txn, const Tables& tables,
                                 const WaveContext& wave,
                                 const std::vector<const v1::IngestItem*>& items) {
  std::vector<std::string> keys;
  for (const v1::IngestItem* item : items) {
    const std::string& respondent = item->response().respondent();
    if (!IsRespondent(respondent)) continue;
    const std::string& name = wave.wave.name();
    keys.push_back(tables.responses.UniqueKeyOf(kByRespondent, RespondentKey(name, respondent)));
    keys.push_back(tables.roster.KeyOf(RosterEntryName(name, respondent)));
    // The name that it has unless somebody chose another: then these are read one by one.
    const std::string response = ResponseName(name, LastId(respondent));
    keys.push_back(tables.responses.KeyOf(response));
    for (const v1::Question* question : wave.instrument->questions()) {
      if (!question->required() || !question->has_text_answer()) continue;
      keys.push_back(tables.open_answers.KeyOf(OpenAnswerName(response, question->id())));
    }
    for (const v1::OpenAnswer& answer : item->open_answers()) {
      keys.push_back(tables.open_answers.KeyOf(OpenAnswerName(response, answer.question())));
    }
  }
  absl::Status fetched = co_await txn.Prefetch(std::move(keys));
  co_return fetched;
}

Task<absl::Status> UpsertSubmitted(storage::Transaction& txn, const Tables& tables,
                                   const WaveContext& wave, const v1::IngestItem& item,
                                   const ResponseOrigin& origin, v1::IngestResult& result) {
  result.clear_error();
  Plan plan;
  absl::Status planned = co_await MakePlan(txn, tables, wave, item, origin, plan);
  if (IsItemError(planned)) {
    Reject(planned, result);
    co_return absl::OkStatus();
  }
  WEFT_CO_RETURN_IF_ERROR(std::move(planned));
  result.set_name(plan.response.name());
  if (!plan.response_changed && plan.texts.empty()) {
    result.set_outcome(v1::IngestResult::OUTCOME_UNCHANGED);
    co_return absl::OkStatus();
  }
  result.set_outcome(plan.before.has_value() ? v1::IngestResult::OUTCOME_UPDATED
                                             : v1::IngestResult::OUTCOME_CREATED);
  absl::Status applied = co_await Apply(txn, tables, origin, plan);
  co_return applied;
}

}  // namespace weft::ingestion
