#include "services/ingestion/service/roster_status_handlers.h"

#include <memory>
#include <utility>

#include "common/base/clock.h"
#include "common/base/executor.h"
#include "common/base/status_macros.h"
#include "common/rpc/status.h"
#include "common/service/list.h"
#include "common/storage/pages.h"
#include "services/ingestion/domain/names.h"
#include "services/ingestion/domain/roster.h"
#include "services/ingestion/domain/roster_status.h"
#include "services/ingestion/domain/wave_rules.h"

namespace weft::ingestion {
namespace {

constexpr size_t kEntriesAtOnce = 200;

const v1::Response* Pointer(const std::optional<v1::Response>& response) {
  return response.has_value() ? &*response : nullptr;
}

}  // namespace

Task<absl::Status> RosterStatusHandlers::ListRosterStatus(
    rpc::CallContext& context, const v1::ListRosterStatusRequest& request,
    v1::ListRosterStatusResponse& response) {
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::StatusOr<WaveContext> wave = co_await waves_.Load(*snapshot, request.parent());
  WEFT_CO_RETURN_IF_ERROR(wave.status());
  WEFT_CO_RETURN_IF_ERROR(RequireOpenOrClosed(wave->wave));
  WEFT_CO_RETURN_IF_ERROR(CheckCohort(wave->wave, request.cohort()));
  WEFT_CO_ASSIGN_OR_RETURN(storage::PageRequest page, service::ReadPage(request));
  absl::StatusOr<storage::Page<v1::RosterEntry>> entries =
      co_await tables_.roster.List(*snapshot, wave->wave.name(), std::move(page));
  WEFT_CO_RETURN_IF_ERROR(entries.status());
  absl::StatusOr<Responses> responses =
      co_await ResponsesOf(*snapshot, wave->wave.name(), entries->rows);
  WEFT_CO_RETURN_IF_ERROR(responses.status());
  const absl::Time now = db_.clock.Now();
  for (size_t i = 0; i < entries->rows.size(); ++i) {
    const v1::RosterEntry& entry = entries->rows[i];
    if (!entry.active() || !InCohort(entry, request.cohort())) continue;
    v1::RosterStatus status =
        StatusOf(wave->wave, *wave->instrument, entry, Pointer((*responses)[i]), now);
    if (request.due_only() && !status.due()) continue;
    *response.add_statuses() = std::move(status);
  }
  response.set_next_page_token(service::NextPageToken(request, entries->next_key));
  co_return absl::OkStatus();
}

Task<absl::Status> RosterStatusHandlers::GetResponseRateSeries(
    rpc::CallContext& context, const v1::GetResponseRateSeriesRequest& request,
    v1::GetResponseRateSeriesResponse& response) {
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::StatusOr<v1::Wave> wave = co_await tables_.waves.Get(*snapshot, request.name());
  WEFT_CO_RETURN_IF_ERROR(wave.status());
  WEFT_CO_RETURN_IF_ERROR(RequireOpenOrClosed(*wave));
  WEFT_CO_RETURN_IF_ERROR(CheckCohort(*wave, request.cohort()));
  absl::StatusOr<DayRange> days = DaysOf(request, *wave, db_.clock.Now());
  WEFT_CO_RETURN_IF_ERROR(days.status());
  ResponseRateSeries series(FromProto(wave->open_time()));
  storage::Pages<v1::RosterEntry> pages(tables_.roster, *snapshot, wave->name(), kEntriesAtOnce);
  while (pages.more()) {
    absl::StatusOr<std::vector<v1::RosterEntry>> entries = co_await pages.Next();
    WEFT_CO_RETURN_IF_ERROR(entries.status());
    absl::StatusOr<Responses> responses = co_await ResponsesOf(*snapshot, wave->name(), *entries);
    WEFT_CO_RETURN_IF_ERROR(responses.status());
    for (size_t i = 0; i < entries->size(); ++i) {
      if (!InCohort((*entries)[i], request.cohort())) continue;
      series.Add((*entries)[i], Pointer((*responses)[i]));
    }
    // A large wave takes a while; others get their turn.
    co_await Yield(context.executor());
    if (context.cancelled()) co_return rpc::Stopped(context);
  }
  for (v1::ResponseRateDay& day : series.Days(*days)) *response.add_days() = std::move(day);
  co_return absl::OkStatus();
}

Task<absl::StatusOr<RosterStatusHandlers::Responses>> RosterStatusHandlers::ResponsesOf(
    storage::Reader& reader, std::string wave, const std::vector<v1::RosterEntry>& entries) {
  // The names that they have unless somebody chose others: those are looked up one by one.
  std::vector<std::string> names;
  names.reserve(entries.size());
  for (const v1::RosterEntry& entry : entries) {
    names.push_back(ResponseName(wave, LastId(entry.site())));
  }
  absl::StatusOr<Responses> responses =
      co_await tables_.responses.GetMany(reader, std::move(names));
  WEFT_CO_RETURN_IF_ERROR(responses.status());
  for (size_t i = 0; i < entries.size(); ++i) {
    std::optional<v1::Response>& response = (*responses)[i];
    if (response.has_value() && response->respondent() == entries[i].site()) continue;
    std::string key = RespondentKey(wave, entries[i].site());
    absl::StatusOr<std::optional<v1::Response>> found =
        co_await tables_.responses.FindUnique(reader, kByRespondent, std::move(key));
    WEFT_CO_RETURN_IF_ERROR(found.status());
    response = *std::move(found);
  }
  co_return responses;
}

}  // namespace weft::ingestion
