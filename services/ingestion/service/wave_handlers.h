// weft.ingestion.v1.WaveService: waves. Their rosters stand in roster_handlers.h.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_WAVE_HANDLERS_H_
#define WEFT_SERVICES_INGESTION_SERVICE_WAVE_HANDLERS_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/stream.h"
#include "common/storage/database.h"
#include "google/protobuf/empty.pb.h"
#include "services/ingestion/service/registry_client.h"
#include "services/ingestion/store/tables.h"
#include "weft/ingestion/v1/wave.pb.h"

namespace weft::ingestion {

class WaveHandlers {
 public:
  WaveHandlers(const storage::Database& db, const Tables& tables, RegistryClient& registry)
      : db_(db), tables_(tables), registry_(registry) {}

  Task<absl::Status> CreateWave(rpc::CallContext& context, const v1::CreateWaveRequest& request,
                                v1::Wave& response);
  Task<absl::Status> GetWave(rpc::CallContext& context, const v1::GetWaveRequest& request,
                             rpc::Serialized<v1::Wave>& response);
  Task<absl::Status> ListWaves(rpc::CallContext& context, const v1::ListWavesRequest& request,
                               rpc::Serialized<v1::ListWavesResponse>& response);
  Task<absl::Status> UpdateWave(rpc::CallContext& context, const v1::UpdateWaveRequest& request,
                                v1::Wave& response);
  Task<absl::Status> DeleteWave(rpc::CallContext& context, const v1::DeleteWaveRequest& request,
                                google::protobuf::Empty& response);
  // One commit holds the open wave and its whole roster, so nobody sees half of it.
  Task<absl::Status> OpenWave(rpc::CallContext& context, const v1::OpenWaveRequest& request,
                              v1::Wave& response);
  Task<absl::Status> CloseWave(rpc::CallContext& context, const v1::CloseWaveRequest& request,
                               v1::Wave& response);

 private:
  // Whether what the wave refers to exists, here and in the registry.
  Task<absl::Status> CheckReferences(rpc::CallContext& context, storage::Reader& reader,
                                     const v1::Wave& wave);
  // An entry for every member of the wave's cohorts on `day`.
  Task<absl::Status> StoreRoster(rpc::CallContext& context, storage::Transaction& txn,
                                 std::vector<v1::RosterEntry>& roster);
  Task<absl::StatusOr<std::vector<v1::RosterEntry>>> FreezeRoster(rpc::CallContext& context,
                                                                  const v1::Wave& wave,
                                                                  google::type::Date day);

  const storage::Database& db_;
  const Tables& tables_;
  RegistryClient& registry_;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_WAVE_HANDLERS_H_
