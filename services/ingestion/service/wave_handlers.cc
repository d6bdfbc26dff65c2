#include "services/ingestion/service/wave_handlers.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "common/base/executor.h"
#include "common/base/status_macros.h"
#include "common/service/field_mask.h"
#include "common/service/mutate.h"
#include "common/service/names.h"
#include "common/service/stored.h"
#include "common/validation/dates.h"
#include "services/ingestion/domain/instrument_rules.h"
#include "services/ingestion/domain/roster.h"
#include "services/ingestion/domain/wave_rules.h"

namespace weft::ingestion {
namespace {

constexpr size_t kEntriesAtOnce = 200;

const service::MaskRules& UpdateRules() {
  static const auto& rules = *new service::MaskRules{
      .output_only = {"state", "open_time", "close_time", "roster_size", "taxonomy"},
      .immutable = {}};
  return rules;
}

absl::Status Validate(const v1::Wave& wave) {
  FieldViolations violations;
  ValidateWave(wave, "wave", violations);
  return violations.ToStatus();
}

std::vector<std::string> CohortsOf(const v1::Wave& wave) {
  return {wave.cohorts().begin(), wave.cohorts().end()};
}

}  // namespace

Task<absl::Status> WaveHandlers::CreateWave(rpc::CallContext& context,
                                            const v1::CreateWaveRequest& request,
                                            v1::Wave& response) {
  WEFT_CO_RETURN_IF_ERROR(ValidateCreate(request));
  WEFT_CO_ASSIGN_OR_RETURN(const std::string id,
                           service::IdForCreate(request.wave_id(), "wave_id"));
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    response = NewWave(request, id);
    absl::Status exist = co_await CheckReferences(context, txn, response);
    WEFT_CO_RETURN_IF_ERROR(std::move(exist));
    absl::Status inserted = co_await tables_.waves.Insert(txn, response);
    co_return inserted;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> WaveHandlers::GetWave(rpc::CallContext& context,
                                         const v1::GetWaveRequest& request,
                                         rpc::Serialized<v1::Wave>& response) {
  return service::GetStored(db_, tables_.waves, request.name(), response);
}

Task<absl::Status> WaveHandlers::ListWaves(rpc::CallContext& context,
                                           const v1::ListWavesRequest& request,
                                           rpc::Serialized<v1::ListWavesResponse>& response) {
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::Status listed = co_await service::ListStored(
      *snapshot, tables_.waves, "", request, v1::ListWavesResponse::kWavesFieldNumber, response);
  co_return listed;
}

Task<absl::Status> WaveHandlers::UpdateWave(rpc::CallContext& context,
                                            const v1::UpdateWaveRequest& request,
                                            v1::Wave& response) {
  WEFT_CO_RETURN_IF_ERROR(
      service::ParseName(tables_.waves.pattern().text(), request.wave().name(), "wave.name")
          .status());
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Wave> wave = co_await tables_.waves.Get(txn, request.wave().name());
    WEFT_CO_RETURN_IF_ERROR(wave.status());
    response = *wave;
    WEFT_CO_RETURN_IF_ERROR(
        service::ApplyUpdateMask(request.update_mask(), request.wave(), response, UpdateRules()));
    WEFT_CO_RETURN_IF_ERROR(Validate(response));
    WEFT_CO_RETURN_IF_ERROR(CheckWaveUpdate(*wave, response));
    if (wave->state() == v1::Wave::STATE_DRAFT) {
      absl::Status exist = co_await CheckReferences(context, txn, response);
      WEFT_CO_RETURN_IF_ERROR(std::move(exist));
    }
    absl::Status updated = co_await tables_.waves.Update(txn, response, request.wave().etag());
    co_return updated;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> WaveHandlers::DeleteWave(rpc::CallContext& context,
                                            const v1::DeleteWaveRequest& request,
                                            google::protobuf::Empty& response) {
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Wave> wave = co_await tables_.waves.Get(txn, request.name());
    WEFT_CO_RETURN_IF_ERROR(wave.status());
    WEFT_CO_RETURN_IF_ERROR(RequireDraft(*wave));
    absl::Status deleted = co_await tables_.waves.Delete(txn, request.name(), request.etag());
    co_return deleted;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> WaveHandlers::OpenWave(rpc::CallContext& context,
                                          const v1::OpenWaveRequest& request, v1::Wave& response) {
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Wave> wave = co_await tables_.waves.Get(txn, request.name());
    WEFT_CO_ASSIGN_OR_RETURN(response, std::move(wave));
    WEFT_CO_RETURN_IF_ERROR(RequireDraft(response));
    absl::StatusOr<v1::Instrument> instrument =
        co_await tables_.instruments.Get(txn, response.instrument());
    WEFT_CO_RETURN_IF_ERROR(instrument.status());
    WEFT_CO_RETURN_IF_ERROR(RequirePublished(*instrument));
    absl::StatusOr<std::vector<v1::RosterEntry>> roster =
        co_await FreezeRoster(context, response, DayOf(txn.now()));
    WEFT_CO_RETURN_IF_ERROR(roster.status());
    WEFT_CO_RETURN_IF_ERROR(
        Open(*instrument, static_cast<int>(roster->size()), txn.now(), response));
    absl::Status updated = co_await tables_.waves.Update(txn, response, request.etag());
    WEFT_CO_RETURN_IF_ERROR(std::move(updated));
    absl::Status stored = co_await StoreRoster(context, txn, *roster);
    co_return stored;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> WaveHandlers::StoreRoster(rpc::CallContext& context, storage::Transaction& txn,
                                             std::vector<v1::RosterEntry>& roster) {
  for (size_t begin = 0; begin < roster.size(); begin += kEntriesAtOnce) {
    const size_t end = std::min(begin + kEntriesAtOnce, roster.size());
    std::vector<std::string> keys;
    for (size_t i = begin; i < end; ++i) keys.push_back(tables_.roster.KeyOf(roster[i].name()));
    absl::Status fetched = co_await txn.Prefetch(std::move(keys));
    WEFT_CO_RETURN_IF_ERROR(std::move(fetched));
    for (size_t i = begin; i < end; ++i) {
      absl::Status inserted = co_await tables_.roster.Insert(txn, roster[i]);
      WEFT_CO_RETURN_IF_ERROR(std::move(inserted));
    }
    // A large wave takes a while; others get their turn.
    co_await Yield(context.executor());
  }
  co_return absl::OkStatus();
}

Task<absl::Status> WaveHandlers::CloseWave(rpc::CallContext& context,
                                           const v1::CloseWaveRequest& request,
                                           v1::Wave& response) {
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<v1::Wave> wave = co_await tables_.waves.Get(txn, request.name());
    WEFT_CO_ASSIGN_OR_RETURN(response, std::move(wave));
    WEFT_CO_RETURN_IF_ERROR(RequireOpen(response));
    Close(txn.now(), response);
    absl::Status updated = co_await tables_.waves.Update(txn, response, request.etag());
    co_return updated;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

Task<absl::Status> WaveHandlers::CheckReferences(rpc::CallContext& context, storage::Reader& reader,
                                                 const v1::Wave& wave) {
  absl::StatusOr<v1::Instrument> instrument =
      co_await tables_.instruments.Get(reader, wave.instrument());
  WEFT_CO_RETURN_IF_ERROR(instrument.status());
  absl::Status cohorts = co_await registry_.RequireCohorts(context, CohortsOf(wave));
  co_return cohorts;
}

Task<absl::StatusOr<std::vector<v1::RosterEntry>>> WaveHandlers::FreezeRoster(
    rpc::CallContext& context, const v1::Wave& wave, google::type::Date day) {
  absl::StatusOr<std::map<std::string, std::vector<std::string>>> members =
      co_await registry_.MembersOn(context, CohortsOf(wave), /*site=*/"", day);
  WEFT_CO_RETURN_IF_ERROR(members.status());
  std::vector<std::string> names;
  names.reserve(members->size());
  for (const auto& [site, cohorts] : *members) names.push_back(site);
  absl::StatusOr<std::vector<registry::v1::Site>> sites =
      co_await registry_.GetSites(context, std::move(names));
  WEFT_CO_RETURN_IF_ERROR(sites.status());
  std::vector<v1::RosterEntry> roster;
  roster.reserve(sites->size());
  for (const registry::v1::Site& site : *sites) {
    roster.push_back(FreezeSite(wave.name(), site, (*members)[site.name()], day));
  }
  co_return roster;
}

}  // namespace weft::ingestion
