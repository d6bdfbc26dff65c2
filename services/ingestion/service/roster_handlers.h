// weft.ingestion.v1.WaveService: rosters and the response rate.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_ROSTER_HANDLERS_H_
#define WEFT_SERVICES_INGESTION_SERVICE_ROSTER_HANDLERS_H_

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/stream.h"
#include "common/storage/database.h"
#include "services/ingestion/service/registry_client.h"
#include "services/ingestion/store/tables.h"
#include "weft/ingestion/v1/wave.pb.h"

namespace weft::ingestion {

class RosterHandlers {
 public:
  RosterHandlers(const storage::Database& db, const Tables& tables, RegistryClient& registry)
      : db_(db), tables_(tables), registry_(registry) {}

  Task<absl::Status> AmendRoster(rpc::CallContext& context, const v1::AmendRosterRequest& request,
                                 v1::AmendRosterResponse& response);
  Task<absl::Status> GetRosterEntry(rpc::CallContext& context,
                                    const v1::GetRosterEntryRequest& request,
                                    rpc::Serialized<v1::RosterEntry>& response);
  Task<absl::Status> ListRosterEntries(rpc::CallContext& context,
                                       const v1::ListRosterEntriesRequest& request,
                                       rpc::Serialized<v1::ListRosterEntriesResponse>& response);
  Task<absl::Status> GetResponseRate(rpc::CallContext& context,
                                     const v1::GetResponseRateRequest& request,
                                     v1::ResponseRate& response);

 private:
  Task<absl::Status> AddSite(rpc::CallContext& context, storage::Transaction& txn,
                             const v1::Wave& wave, std::string site,
                             const v1::RosterAmendment& amendment, v1::RosterEntry& entry);
  Task<absl::Status> RemoveSite(storage::Transaction& txn, const v1::Wave& wave, std::string site,
                                const v1::RosterAmendment& amendment, v1::RosterEntry& entry);
  // The wave's responses by respondent, without their answers.
  using ResponseStates = absl::flat_hash_map<std::string, v1::Response>;
  Task<absl::StatusOr<ResponseStates>> LoadResponseStates(rpc::CallContext& context,
                                                          storage::Reader& reader,
                                                          std::string wave);

  const storage::Database& db_;
  const Tables& tables_;
  RegistryClient& registry_;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_ROSTER_HANDLERS_H_
