// weft.ingestion.v1.WaveService: where the sites of a roster stand, and how that came about.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_ROSTER_STATUS_HANDLERS_H_
#define WEFT_SERVICES_INGESTION_SERVICE_ROSTER_STATUS_HANDLERS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/storage/database.h"
#include "services/ingestion/service/wave_context.h"
#include "services/ingestion/store/tables.h"
#include "weft/ingestion/v1/roster_status.pb.h"

namespace weft::ingestion {

class RosterStatusHandlers {
 public:
  RosterStatusHandlers(const storage::Database& db, const Tables& tables, WaveLoader& waves)
      : db_(db), tables_(tables), waves_(waves) {}

  Task<absl::Status> ListRosterStatus(rpc::CallContext& context,
                                      const v1::ListRosterStatusRequest& request,
                                      v1::ListRosterStatusResponse& response);
  Task<absl::Status> GetResponseRateSeries(rpc::CallContext& context,
                                           const v1::GetResponseRateSeriesRequest& request,
                                           v1::GetResponseRateSeriesResponse& response);

 private:
  // The response of each entry's site, if it has one.
  using Responses = std::vector<std::optional<v1::Response>>;
  Task<absl::StatusOr<Responses>> ResponsesOf(storage::Reader& reader, std::string wave,
                                              const std::vector<v1::RosterEntry>& entries);

  const storage::Database& db_;
  const Tables& tables_;
  WaveLoader& waves_;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_ROSTER_STATUS_HANDLERS_H_
