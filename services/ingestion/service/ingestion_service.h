// The ingestion service's handlers, bound to a server.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_INGESTION_SERVICE_H_
#define WEFT_SERVICES_INGESTION_SERVICE_INGESTION_SERVICE_H_

#include "absl/strings/string_view.h"
#include "common/observability/log.h"
#include "common/rpc/server.h"
#include "common/rpc/service_main.h"
#include "common/service/change_service.h"
#include "common/storage/database.h"
#include "services/ingestion/service/coding_handlers.h"
#include "services/ingestion/service/contribution_handlers.h"
#include "services/ingestion/service/erasure_handlers.h"
#include "services/ingestion/service/erasure_runner.h"
#include "services/ingestion/service/export_handlers.h"
#include "services/ingestion/service/import_handlers.h"
#include "services/ingestion/service/import_runner.h"
#include "services/ingestion/service/ingest_handlers.h"
#include "services/ingestion/service/instrument_form_handlers.h"
#include "services/ingestion/service/instrument_handlers.h"
#include "services/ingestion/service/open_answer_handlers.h"
#include "services/ingestion/service/quote_handlers.h"
#include "services/ingestion/service/registry_client.h"
#include "services/ingestion/service/response_handlers.h"
#include "services/ingestion/service/review_handlers.h"
#include "services/ingestion/service/roster_handlers.h"
#include "services/ingestion/service/roster_status_handlers.h"
#include "services/ingestion/service/submit_handlers.h"
#include "services/ingestion/service/wave_context.h"
#include "services/ingestion/service/wave_handlers.h"
#include "services/ingestion/store/tables.h"

namespace weft::ingestion {

class IngestionService final : public rpc::Service {
 public:
  // Binds InstrumentService, InstrumentFormService, WaveService, ResponseService,
  // OpenAnswerService, ImportService and ChangeService to `server`, and spawns the background tasks
  // that carry out imports and purge what was erased. `registry` is host:port of the registry,
  // which need not run yet. The database outlives the server's last call, and so does this.
  // `logger` is told when one of them is held up; it may be null.
  IngestionService(rpc::Server& server, const storage::Database& db, absl::string_view registry,
                   observability::Logger* logger = nullptr);

 private:
  void BindWaves(rpc::Server& server);
  void BindResponses(rpc::Server& server);
  void BindImports(rpc::Server& server);

  const Tables tables_;
  RegistryClient registry_;
  WaveLoader waves_;
  InstrumentHandlers instrument_handlers_;
  InstrumentFormHandlers instrument_form_handlers_;
  WaveHandlers wave_handlers_;
  RosterHandlers roster_handlers_;
  RosterStatusHandlers roster_status_handlers_;
  ResponseHandlers response_handlers_;
  ContributionHandlers contribution_handlers_;
  SubmitHandlers submit_handlers_;
  ReviewHandlers review_handlers_;
  IngestHandlers ingest_handlers_;
  OpenAnswerHandlers open_answer_handlers_;
  QuoteHandlers quote_handlers_;
  CodingHandlers coding_handlers_;
  ErasureRunner erasure_runner_;
  ErasureHandlers erasure_handlers_;
  ImportRunner import_runner_;
  ImportHandlers import_handlers_;
  ExportHandlers export_handlers_;
  service::ChangeServiceHandlers change_handlers_;
};

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_INGESTION_SERVICE_H_
