// weft.ingestion.v1.InstrumentFormService.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_INSTRUMENT_FORM_HANDLERS_H_
#define WEFT_SERVICES_INGESTION_SERVICE_INSTRUMENT_FORM_HANDLERS_H_

#include "absl/status/status.h"
#include "common/base/task.h"
#include "common/rpc/call_context.h"
#include "common/storage/database.h"
#include "services/ingestion/service/registry_client.h"
#include "services/ingestion/store/tables.h"
#include "weft/ingestion/v1/instrument_form.pb.h"

namespace weft::ingestion {

class InstrumentFormHandlers {
 public:
  InstrumentFormHandlers(const storage::Database& db, const Tables& tables,
                         RegistryClient& registry)
      : db_(db), tables_(tables), registry_(registry) {}

  Task<absl::Status> DiffInstruments(rpc::CallContext& context,
                                     const v1::DiffInstrumentsRequest& request,
                                     v1::DiffInstrumentsResponse& response);
  Task<absl::Status> ExportInstrumentForm(rpc::CallContext& context,
                                          const v1::ExportInstrumentFormRequest& request,
                                          v1::ExportInstrumentFormResponse& response);
  Task<absl::Status> ImportInstrumentForm(rpc::CallContext& context,
                                          const v1::ImportInstrumentFormRequest& request,
                                          v1::ImportInstrumentFormResponse& response);

 private:
  const storage::Database& db_;
  const Tables& tables_;
  RegistryClient& registry_;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_INSTRUMENT_FORM_HANDLERS_H_
