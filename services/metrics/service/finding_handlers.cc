#include "services/metrics/service/finding_handlers.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/service/field_mask.h"
#include "common/service/names.h"
#include "common/service/stored.h"
#include "services/metrics/domain/releases/finding_rules.h"
#include "services/metrics/domain/releases/manifest.h"
#include "services/metrics/domain/releases/redaction.h"

namespace weft::metrics {
namespace {

const service::MaskRules& UpdateRules() {
  static const auto& rules = *new service::MaskRules{
      .output_only = {"stances", "wordings", "current_since_round"}, .immutable = {}};
  return rules;
}

using Quotes = google::protobuf::RepeatedPtrField<v1::FindingQuote>;

}  // namespace

Task<absl::Status> FindingHandlers::MutateFinding(rpc::CallContext& context,
                                                  const google::protobuf::Message& request,
                                                  v1::Finding& response,
                                                  service::MutationBody body) {
  std::optional<Quotes> quotes;
  auto without_words = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::Status status = co_await body(txn);
    quotes = std::move(*response.mutable_quotes());
    response.clear_quotes();
    co_return status;
  };
  absl::Status status =
      co_await service::Mutate(context, records_.db(), request, response, without_words);
  WEFT_CO_RETURN_IF_ERROR(std::move(status));
  if (!quotes.has_value()) {
    std::shared_ptr<storage::Snapshot> snapshot = records_.db().engine.GetSnapshot();
    absl::StatusOr<std::optional<v1::Finding>> row =
        co_await tables_.findings.Find(*snapshot, response.name());
    WEFT_CO_RETURN_IF_ERROR(row.status());
    quotes = row->has_value() ? (*row)->quotes() : Quotes();
  }
  *response.mutable_quotes() = *std::move(quotes);
  co_return absl::OkStatus();
}

Task<absl::StatusOr<v1::Release>> FindingHandlers::ReleaseOfFinding(storage::Transaction& txn,
                                                                    const std::string& finding) {
  WEFT_CO_RETURN_IF_ERROR(service::ParseName(tables_.findings.pattern().text(), finding).status());
  std::string name(ReleaseOf(finding));
  absl::StatusOr<v1::Release> release = co_await tables_.releases.Get(txn, std::move(name));
  co_return release;
}

Task<absl::Status> FindingHandlers::CreateFinding(rpc::CallContext& context,
                                                  const v1::CreateFindingRequest& request,
                                                  v1::Finding& response) {
  WEFT_CO_RETURN_IF_ERROR(
      service::ParseName(tables_.releases.pattern().text(), request.parent(), "parent").status());
  WEFT_CO_ASSIGN_OR_RETURN(const std::string id,
                           service::IdForCreate(request.finding_id(), "finding_id"));
  const std::string name = absl::StrCat(request.parent(), "/findings/", id);
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Release> release = co_await tables_.releases.Get(txn, request.parent());
    WEFT_CO_RETURN_IF_ERROR(release.status());
    WEFT_CO_RETURN_IF_ERROR(ValidateFinding(request.finding(), release->wave(), "finding"));
    WEFT_CO_RETURN_IF_ERROR(RequireEditable(*release));
    WEFT_CO_RETURN_IF_ERROR(CheckRoomForFinding(*release));
    response = NewFinding(*release, request.finding(), name);
    const v1::Finding nothing;
    absl::Status filled = co_await FillIn(context, txn, *release, nothing, response);
    WEFT_CO_RETURN_IF_ERROR(std::move(filled));
    absl::Status inserted = co_await tables_.findings.Insert(txn, response);
    WEFT_CO_RETURN_IF_ERROR(std::move(inserted));
    absl::Status counted = co_await records_.UpdateRelease(txn, *release);
    co_return counted;
  };
  absl::Status status = co_await MutateFinding(context, request, response, body);
  co_return status;
}

Task<absl::Status> FindingHandlers::GetFinding(rpc::CallContext& context,
                                               const v1::GetFindingRequest& request,
                                               rpc::Serialized<v1::Finding>& response) {
  return service::GetStored(records_.db(), tables_.findings, request.name(), response);
}

Task<absl::Status> FindingHandlers::ListFindings(
    rpc::CallContext& context, const v1::ListFindingsRequest& request,
    rpc::Serialized<v1::ListFindingsResponse>& response) {
  WEFT_CO_RETURN_IF_ERROR(
      service::ParseName(tables_.releases.pattern().text(), request.parent(), "parent").status());
  std::shared_ptr<storage::Snapshot> snapshot = records_.db().engine.GetSnapshot();
  absl::StatusOr<v1::Release> release = co_await tables_.releases.Get(*snapshot, request.parent());
  WEFT_CO_RETURN_IF_ERROR(release.status());
  absl::Status listed =
      co_await service::ListStored(*snapshot, tables_.findings, request.parent(), request,
                                   v1::ListFindingsResponse::kFindingsFieldNumber, response);
  co_return listed;
}

Task<absl::Status> FindingHandlers::UpdateFinding(rpc::CallContext& context,
                                                  const v1::UpdateFindingRequest& request,
                                                  v1::Finding& response) {
  WEFT_CO_RETURN_IF_ERROR(service::ParseName(tables_.findings.pattern().text(),
                                             request.finding().name(), "finding.name")
                              .status());
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Release> release = co_await ReleaseOfFinding(txn, request.finding().name());
    WEFT_CO_RETURN_IF_ERROR(release.status());
    absl::StatusOr<v1::Finding> before =
        co_await tables_.findings.Get(txn, request.finding().name());
    WEFT_CO_RETURN_IF_ERROR(before.status());
    WEFT_CO_RETURN_IF_ERROR(RequireEditable(*release));
    response = *before;
    WEFT_CO_RETURN_IF_ERROR(service::ApplyUpdateMask(request.update_mask(), request.finding(),
                                                     response, UpdateRules()));
    WEFT_CO_RETURN_IF_ERROR(ValidateFinding(response, release->wave(), "finding"));
    absl::Status filled = co_await FillIn(context, txn, *release, *before, response);
    WEFT_CO_RETURN_IF_ERROR(std::move(filled));
    const Act act = ReleaseRecords::ActOf(context, txn.now());
    NoteChange(*release, *before, act, response);
    absl::Status updated =
        co_await tables_.findings.Update(txn, response, request.finding().etag());
    WEFT_CO_RETURN_IF_ERROR(std::move(updated));
    // Also where the counts stay, so that a release does not leave this state at the same time.
    absl::Status counted = co_await records_.UpdateRelease(txn, *release);
    co_return counted;
  };
  absl::Status status = co_await MutateFinding(context, request, response, body);
  co_return status;
}

Task<absl::Status> FindingHandlers::DeleteFinding(rpc::CallContext& context,
                                                  const v1::DeleteFindingRequest& request,
                                                  google::protobuf::Empty& response) {
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Release> release = co_await ReleaseOfFinding(txn, request.name());
    WEFT_CO_RETURN_IF_ERROR(release.status());
    absl::StatusOr<v1::Finding> finding = co_await tables_.findings.Get(txn, request.name());
    WEFT_CO_RETURN_IF_ERROR(finding.status());
    WEFT_CO_RETURN_IF_ERROR(CheckFindingDelete(*release, *finding));
    absl::Status deleted = co_await tables_.findings.Delete(txn, request.name(), request.etag());
    WEFT_CO_RETURN_IF_ERROR(std::move(deleted));
    absl::Status counted = co_await records_.UpdateRelease(txn, *release);
    co_return counted;
  };
  absl::Status status = co_await service::Mutate(context, records_.db(), request, response, body);
  co_return status;
}

template <class Request>
Task<absl::Status> FindingHandlers::ChangeStances(rpc::CallContext& context, const Request& request,
                                                  const StanceChange& change,
                                                  v1::Finding& response) {
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Release> release = co_await ReleaseOfFinding(txn, request.name());
    WEFT_CO_RETURN_IF_ERROR(release.status());
    absl::StatusOr<v1::Finding> finding = co_await tables_.findings.Get(txn, request.name());
    WEFT_CO_ASSIGN_OR_RETURN(response, std::move(finding));
    WEFT_CO_RETURN_IF_ERROR(change(*release, txn.now(), response));
    absl::Status updated = co_await tables_.findings.Update(txn, response, request.etag());
    WEFT_CO_RETURN_IF_ERROR(std::move(updated));
    absl::Status counted = co_await records_.UpdateRelease(txn, *release);
    co_return counted;
  };
  absl::Status status = co_await MutateFinding(context, request, response, body);
  co_return status;
}

Task<absl::Status> FindingHandlers::ReviewFinding(rpc::CallContext& context,
                                                  const v1::ReviewFindingRequest& request,
                                                  v1::Finding& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateStance(request));
  const StanceChange take = [&](const v1::Release& release, absl::Time now, v1::Finding& finding) {
    const Act act = ReleaseRecords::ActOf(context, now, request.note());
    return TakeStance(release, request.stance(), act, finding);
  };
  absl::Status status = co_await ChangeStances(context, request, take, response);
  co_return status;
}

Task<absl::Status> FindingHandlers::AnswerStance(rpc::CallContext& context,
                                                 const v1::AnswerStanceRequest& request,
                                                 v1::Finding& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateAnswer(request));
  const StanceChange answer = [&](const v1::Release& release, absl::Time now,
                                  v1::Finding& finding) {
    return metrics::AnswerStance(release, request, ReleaseRecords::ActOf(context, now), finding);
  };
  absl::Status status = co_await ChangeStances(context, request, answer, response);
  co_return status;
}

Task<absl::Status> FindingHandlers::FillIn(rpc::CallContext& context, storage::Transaction& txn,
                                           const v1::Release& release, const v1::Finding& before,
                                           v1::Finding& finding) {
  if (!finding.references().empty()) {
    std::string pin_name = PinName(release.name());
    absl::StatusOr<store::v1::ReleasePin> pin = co_await tables_.pins.Get(txn, std::move(pin_name));
    WEFT_CO_RETURN_IF_ERROR(pin.status());
    WEFT_CO_RETURN_IF_ERROR(FillReferences(pin->content().summary(), "finding", finding));
  }
  std::optional<SourceWords> words;
  for (v1::FindingQuote& quote : *finding.mutable_quotes()) {
    const auto kept = std::find_if(
        before.quotes().begin(), before.quotes().end(),
        [&](const v1::FindingQuote& each) { return each.open_answer() == quote.open_answer(); });
    if (kept != before.quotes().end()) {
      quote = *kept;
      continue;
    }
    if (!words.has_value()) {
      std::string wave = release.wave();
      absl::StatusOr<SourceWords> read =
          co_await records_.source().ReadWords(context, std::move(wave));
      WEFT_CO_RETURN_IF_ERROR(read.status());
      words = *std::move(read);
    }
    const SourceWords& cleared_words = *words;
    absl::Status cleared = co_await ClearQuote(context, cleared_words, quote);
    WEFT_CO_RETURN_IF_ERROR(std::move(cleared));
  }
  co_return absl::OkStatus();
}

Task<absl::Status> FindingHandlers::ClearQuote(rpc::CallContext& context, const SourceWords& words,
                                               v1::FindingQuote& quote) {
  std::string name = quote.open_answer();
  absl::StatusOr<ingestion::v1::OpenAnswer> answer =
      co_await records_.source().GetOpenAnswer(context, std::move(name));
  WEFT_CO_RETURN_IF_ERROR(answer.status());
  quote.set_question(answer->question());
  quote.set_text(answer->redacted_text());
  const ingestion::v1::Quote* const cleared =
      answer->release() == ingestion::v1::OpenAnswer::RELEASE_CLEARED
          ? FindQuote(words.quotes, quote)
          : nullptr;
  if (cleared == nullptr) {
    co_return Error(absl::StatusCode::kFailedPrecondition, "QUOTE_NOT_CLEARED",
                    absl::StrCat("\"", quote.open_answer(),
                                 "\" is not cleared for quotes; ReviewOpenAnswer does that"),
                    {{"name", quote.open_answer()}});
  }
  quote.set_attribution_line(cleared->attribution_line());
  co_return absl::OkStatus();
}

}  // namespace weft::metrics
