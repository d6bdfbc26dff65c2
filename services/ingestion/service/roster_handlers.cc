#include "services/ingestion/service/roster_handlers.h"

#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "common/service/mutate.h"
#include "common/service/stored.h"
#include "common/validation/dates.h"
#include "services/ingestion/domain/names.h"
#include "services/ingestion/domain/roster.h"
#include "services/ingestion/domain/wave_rules.h"
#include "services/ingestion/service/parents.h"

namespace weft::ingestion {

Task<absl::Status> RosterHandlers::AmendRoster(rpc::CallContext& context,
                                               const v1::AmendRosterRequest& request,
                                               v1::AmendRosterResponse& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateAmendment(request));
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Wave> row = co_await tables_.waves.Get(txn, request.name());
    WEFT_CO_RETURN_IF_ERROR(row.status());
    v1::Wave& wave = *response.mutable_wave();
    wave = *std::move(row);
    WEFT_CO_RETURN_IF_ERROR(RequireOpenOrClosed(wave));
    v1::RosterAmendment amendment;
    amendment.set_reason(request.reason());
    *amendment.mutable_effective_date() =
        request.has_effective_date() ? request.effective_date() : DayOf(txn.now());
    *amendment.mutable_record_time() = ToProto(txn.now());
    amendment.set_principal(context.principal().name);

    amendment.set_action(v1::RosterAmendment::ACTION_ADDED);
    for (const std::string& site : request.add_sites()) {
      absl::Status added =
          co_await AddSite(context, txn, wave, site, amendment, *response.add_entries());
      WEFT_CO_RETURN_IF_ERROR(std::move(added));
    }
    amendment.set_action(v1::RosterAmendment::ACTION_REMOVED);
    for (const std::string& site : request.remove_sites()) {
      absl::Status removed =
          co_await RemoveSite(txn, wave, site, amendment, *response.add_entries());
      WEFT_CO_RETURN_IF_ERROR(std::move(removed));
    }
    wave.set_roster_size(wave.roster_size() + request.add_sites_size() -
                         request.remove_sites_size());
    absl::Status updated = co_await tables_.waves.Update(txn, wave);
    co_return updated;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> RosterHandlers::AddSite(rpc::CallContext& context, storage::Transaction& txn,
                                           const v1::Wave& wave, std::string site,
                                           const v1::RosterAmendment& amendment,
                                           v1::RosterEntry& entry) {
  absl::StatusOr<std::optional<v1::RosterEntry>> existing =
      co_await tables_.roster.Find(txn, RosterEntryName(wave.name(), site));
  WEFT_CO_RETURN_IF_ERROR(existing.status());
  if (existing->has_value()) {
    entry = **std::move(existing);
    WEFT_CO_RETURN_IF_ERROR(AddToRoster(amendment, entry));
    absl::Status updated = co_await tables_.roster.Update(txn, entry);
    co_return updated;
  }
  std::vector<std::string> names = {site};
  absl::StatusOr<std::vector<registry::v1::Site>> sites =
      co_await registry_.GetSites(context, std::move(names));
  WEFT_CO_RETURN_IF_ERROR(sites.status());
  std::vector<std::string> cohorts(wave.cohorts().begin(), wave.cohorts().end());
  absl::StatusOr<std::map<std::string, std::vector<std::string>>> members =
      co_await registry_.MembersOn(context, std::move(cohorts), site, amendment.effective_date());
  WEFT_CO_RETURN_IF_ERROR(members.status());
  entry = FreezeSite(wave.name(), sites->front(), (*members)[site], amendment.effective_date());
  *entry.add_amendments() = amendment;
  absl::Status inserted = co_await tables_.roster.Insert(txn, entry);
  co_return inserted;
}

Task<absl::Status> RosterHandlers::RemoveSite(storage::Transaction& txn, const v1::Wave& wave,
                                              std::string site,
                                              const v1::RosterAmendment& amendment,
                                              v1::RosterEntry& entry) {
  absl::StatusOr<std::optional<v1::RosterEntry>> existing =
      co_await tables_.roster.Find(txn, RosterEntryName(wave.name(), site));
  WEFT_CO_RETURN_IF_ERROR(existing.status());
  WEFT_CO_RETURN_IF_ERROR(RequireOnRoster(*existing, wave.name(), site));
  entry = **std::move(existing);
  // Found or not, the answer is a condition of the commit: a response that is started meanwhile
  // makes this run again.
  absl::StatusOr<std::optional<v1::Response>> response =
      co_await tables_.responses.FindUnique(txn, kByRespondent, RespondentKey(wave.name(), site));
  WEFT_CO_RETURN_IF_ERROR(response.status());
  WEFT_CO_RETURN_IF_ERROR(RemoveFromRoster(amendment, *response, entry));
  absl::Status updated = co_await tables_.roster.Update(txn, entry);
  co_return updated;
}

Task<absl::Status> RosterHandlers::GetRosterEntry(rpc::CallContext& context,
                                                  const v1::GetRosterEntryRequest& request,
                                                  rpc::Serialized<v1::RosterEntry>& response) {
  return service::GetStored(db_, tables_.roster, request.name(), response);
}

Task<absl::Status> RosterHandlers::ListRosterEntries(
    rpc::CallContext& context, const v1::ListRosterEntriesRequest& request,
    rpc::Serialized<v1::ListRosterEntriesResponse>& response) {
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::Status parent = co_await RequireParent(*snapshot, tables_.waves, request.parent());
  WEFT_CO_RETURN_IF_ERROR(std::move(parent));
  absl::Status listed = co_await service::ListStored(
      *snapshot, tables_.roster, request.parent(), request,
      v1::ListRosterEntriesResponse::kRosterEntriesFieldNumber, response);
  co_return listed;
}

Task<absl::Status> RosterHandlers::GetResponseRate(rpc::CallContext& context,
                                                   const v1::GetResponseRateRequest& request,
                                                   v1::ResponseRate& response) {
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::StatusOr<v1::Wave> wave = co_await tables_.waves.Get(*snapshot, request.name());
  WEFT_CO_RETURN_IF_ERROR(wave.status());
  WEFT_CO_RETURN_IF_ERROR(CheckCohort(*wave, request.cohort()));
  absl::StatusOr<v1::ResponseRate> rate =
      co_await rates_.Get(context, request.name(), request.cohort());
  WEFT_CO_ASSIGN_OR_RETURN(response, std::move(rate));
  co_return absl::OkStatus();
}

}  // namespace weft::ingestion
