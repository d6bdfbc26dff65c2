// weft.ingestion.v1.WaveService: rosters and the response rate.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_ROSTER_HANDLERS_H_
#define WEFT_SERVICES_INGESTION_SERVICE_ROSTER_HANDLERS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/stream.h"
#include "common/storage/database.h"
#include "services/ingestion/service/registry_client.h"
#include "services/ingestion/service/response_rates.h"
#include "services/ingestion/store/tables.h"
#include "weft/ingestion/v1/wave.pb.h"

namespace weft::ingestion {

class RosterHandlers {
 public:
  RosterHandlers(const storage::Database& db, const Tables& tables, RegistryClient& registry)
      : db_(db), tables_(tables), registry_(registry), rates_(db, tables) {}

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

  const storage::Database& db_;
  const Tables& tables_;
  RegistryClient& registry_;
  ResponseRates rates_;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_ROSTER_HANDLERS_H_
