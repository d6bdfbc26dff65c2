// weft.ingestion.v1.InstrumentService.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_INSTRUMENT_HANDLERS_H_
#define WEFT_SERVICES_INGESTION_SERVICE_INSTRUMENT_HANDLERS_H_

#include "absl/status/status.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/rpc/stream.h"
#include "common/storage/database.h"
#include "google/protobuf/empty.pb.h"
#include "services/ingestion/service/registry_client.h"
#include "services/ingestion/store/tables.h"
#include "weft/ingestion/v1/instrument.pb.h"

namespace weft::ingestion {

class InstrumentHandlers {
 public:
  InstrumentHandlers(const storage::Database& db, const Tables& tables, RegistryClient& registry)
      : db_(db), tables_(tables), registry_(registry) {}

  Task<absl::Status> CreateInstrument(rpc::CallContext& context,
                                      const v1::CreateInstrumentRequest& request,
                                      v1::Instrument& response);
  Task<absl::Status> GetInstrument(rpc::CallContext& context,
                                   const v1::GetInstrumentRequest& request,
                                   rpc::Serialized<v1::Instrument>& response);
  Task<absl::Status> ListInstruments(rpc::CallContext& context,
                                     const v1::ListInstrumentsRequest& request,
                                     rpc::Serialized<v1::ListInstrumentsResponse>& response);
  Task<absl::Status> UpdateInstrument(rpc::CallContext& context,
                                      const v1::UpdateInstrumentRequest& request,
                                      v1::Instrument& response);
  Task<absl::Status> DeleteInstrument(rpc::CallContext& context,
                                      const v1::DeleteInstrumentRequest& request,
                                      google::protobuf::Empty& response);
  Task<absl::Status> PublishInstrument(rpc::CallContext& context,
                                       const v1::PublishInstrumentRequest& request,
                                       v1::Instrument& response);

 private:
  const storage::Database& db_;
  const Tables& tables_;
  RegistryClient& registry_;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_INSTRUMENT_HANDLERS_H_
