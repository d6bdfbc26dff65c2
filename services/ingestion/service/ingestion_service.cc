#include "services/ingestion/service/ingestion_service.h"

#include "absl/functional/bind_front.h"
#include "common/rpc/binder.h"

namespace weft::ingestion {

IngestionService::IngestionService(rpc::Server& server, const storage::Database& db,
                                   absl::string_view registry, observability::Logger* logger)
    : registry_(server, registry),
      waves_(tables_),
      instrument_handlers_(db, tables_, registry_),
      instrument_form_handlers_(db, tables_, registry_),
      wave_handlers_(db, tables_, registry_),
      roster_handlers_(db, tables_, registry_),
      roster_status_handlers_(db, tables_, waves_),
      response_handlers_(db, tables_, waves_),
      contribution_handlers_(db, tables_, waves_),
      submit_handlers_(db, tables_, waves_),
      review_handlers_(db, tables_, waves_),
      ingest_handlers_(db, tables_, waves_),
      open_answer_handlers_(db, tables_, waves_),
      quote_handlers_(db, tables_),
      coding_handlers_(db, tables_, waves_),
      erasure_runner_(db, tables_, logger),
      erasure_handlers_(db, tables_, erasure_runner_),
      import_runner_(db, tables_, waves_, logger),
      import_handlers_(db, tables_, waves_, import_runner_,
                       absl::bind_front(&RegistryClient::GetCrosswalk, &registry_)),
      export_handlers_(db, tables_, waves_),
      change_handlers_(db, tables_.FeedTables()) {
  rpc::Binder(server, "weft.ingestion.v1.InstrumentService")
      .On("CreateInstrument", &instrument_handlers_, &InstrumentHandlers::CreateInstrument)
      .On("GetInstrument", &instrument_handlers_, &InstrumentHandlers::GetInstrument)
      .On("ListInstruments", &instrument_handlers_, &InstrumentHandlers::ListInstruments)
      .On("UpdateInstrument", &instrument_handlers_, &InstrumentHandlers::UpdateInstrument)
      .On("DeleteInstrument", &instrument_handlers_, &InstrumentHandlers::DeleteInstrument)
      .On("PublishInstrument", &instrument_handlers_, &InstrumentHandlers::PublishInstrument);
  rpc::Binder(server, "weft.ingestion.v1.InstrumentFormService")
      .On("DiffInstruments", &instrument_form_handlers_, &InstrumentFormHandlers::DiffInstruments)
      .On("ExportInstrumentForm", &instrument_form_handlers_,
          &InstrumentFormHandlers::ExportInstrumentForm)
      .On("ImportInstrumentForm", &instrument_form_handlers_,
          &InstrumentFormHandlers::ImportInstrumentForm);
  BindWaves(server);
  BindResponses(server);
  BindImports(server);
  rpc::Binder(server, "weft.ingestion.v1.ChangeService")
      .On("Watch", &change_handlers_, &service::ChangeServiceHandlers::Watch)
      .On("ListChanges", &change_handlers_, &service::ChangeServiceHandlers::ListChanges);
}

void IngestionService::BindWaves(rpc::Server& server) {
  rpc::Binder(server, "weft.ingestion.v1.WaveService")
      .On("CreateWave", &wave_handlers_, &WaveHandlers::CreateWave)
      .On("GetWave", &wave_handlers_, &WaveHandlers::GetWave)
      .On("ListWaves", &wave_handlers_, &WaveHandlers::ListWaves)
      .On("UpdateWave", &wave_handlers_, &WaveHandlers::UpdateWave)
      .On("DeleteWave", &wave_handlers_, &WaveHandlers::DeleteWave)
      .On("OpenWave", &wave_handlers_, &WaveHandlers::OpenWave)
      .On("CloseWave", &wave_handlers_, &WaveHandlers::CloseWave)
      .On("AmendRoster", &roster_handlers_, &RosterHandlers::AmendRoster)
      .On("GetRosterEntry", &roster_handlers_, &RosterHandlers::GetRosterEntry)
      .On("ListRosterEntries", &roster_handlers_, &RosterHandlers::ListRosterEntries)
      .On("GetResponseRate", &roster_handlers_, &RosterHandlers::GetResponseRate)
      .On("ListRosterStatus", &roster_status_handlers_, &RosterStatusHandlers::ListRosterStatus)
      .On("GetResponseRateSeries", &roster_status_handlers_,
          &RosterStatusHandlers::GetResponseRateSeries);
}

void IngestionService::BindResponses(rpc::Server& server) {
  rpc::Binder(server, "weft.ingestion.v1.ResponseService")
      .On("CreateResponse", &response_handlers_, &ResponseHandlers::CreateResponse)
      .On("GetResponse", &response_handlers_, &ResponseHandlers::GetResponse)
      .On("ListResponses", &response_handlers_, &ResponseHandlers::ListResponses)
      .On("UpdateResponse", &response_handlers_, &ResponseHandlers::UpdateResponse)
      .On("ContributeAnswers", &contribution_handlers_, &ContributionHandlers::ContributeAnswers)
      .On("GetResponseDraft", &contribution_handlers_, &ContributionHandlers::GetResponseDraft)
      .On("GetContributor", &contribution_handlers_, &ContributionHandlers::GetContributor)
      .On("ListContributors", &contribution_handlers_, &ContributionHandlers::ListContributors)
      .On("UpdateContributor", &contribution_handlers_, &ContributionHandlers::UpdateContributor)
      .On("DeleteContributor", &contribution_handlers_, &ContributionHandlers::DeleteContributor)
      .On("CheckResponse", &submit_handlers_, &SubmitHandlers::CheckResponse)
      .On("SubmitResponse", &submit_handlers_, &SubmitHandlers::SubmitResponse)
      .On("BatchSubmitResponses", &submit_handlers_, &SubmitHandlers::BatchSubmitResponses)
      .On("GetResponseRevision", &response_handlers_, &ResponseHandlers::GetResponseRevision)
      .On("ListResponseRevisions", &response_handlers_, &ResponseHandlers::ListResponseRevisions)
      .On("DiffResponseRevisions", &response_handlers_, &ResponseHandlers::DiffResponseRevisions)
      .On("ApproveResponse", &review_handlers_, &ReviewHandlers::ApproveResponse)
      .On("ReturnResponse", &review_handlers_, &ReviewHandlers::ReturnResponse)
      .On("BatchApproveResponses", &review_handlers_, &ReviewHandlers::BatchApproveResponses)
      .On("BatchReturnResponses", &review_handlers_, &ReviewHandlers::BatchReturnResponses)
      .On("WithdrawResponse", &review_handlers_, &ReviewHandlers::WithdrawResponse)
      .On("DeclineResponse", &review_handlers_, &ReviewHandlers::DeclineResponse)
      .On("IngestResponses", &ingest_handlers_, &IngestHandlers::IngestResponses)
      .On("GetOpenAnswer", &open_answer_handlers_, &OpenAnswerHandlers::GetOpenAnswer)
      .On("ListOpenAnswers", &open_answer_handlers_, &OpenAnswerHandlers::ListOpenAnswers)
      .On("UpdateOpenAnswer", &open_answer_handlers_, &OpenAnswerHandlers::UpdateOpenAnswer)
      .On("DeleteOpenAnswer", &open_answer_handlers_, &OpenAnswerHandlers::DeleteOpenAnswer)
      .On("EraseSubject", &erasure_handlers_, &ErasureHandlers::EraseSubject)
      .On("GetErasure", &erasure_handlers_, &ErasureHandlers::GetErasure)
      .On("ListErasures", &erasure_handlers_, &ErasureHandlers::ListErasures);
  server.Spawn("erasures", auth::Principal{"services/ingestion"},
               [this](rpc::CallContext& context) { return erasure_runner_.Run(context); });
  rpc::Binder(server, "weft.ingestion.v1.OpenAnswerService")
      .On("ReviewOpenAnswer", &quote_handlers_, &QuoteHandlers::ReviewOpenAnswer)
      .On("ListQuotes", &quote_handlers_, &QuoteHandlers::ListQuotes)
      .On("ImportCodedExcerpts", &coding_handlers_, &CodingHandlers::ImportCodedExcerpts)
      .On("ListCodedExcerpts", &coding_handlers_, &CodingHandlers::ListCodedExcerpts)
      .On("GetCodingSummary", &coding_handlers_, &CodingHandlers::GetCodingSummary);
}

void IngestionService::BindImports(rpc::Server& server) {
  rpc::Binder(server, "weft.ingestion.v1.ImportService")
      .On("ImportResponses", &import_handlers_, &ImportHandlers::ImportResponses)
      .On("GetImport", &import_handlers_, &ImportHandlers::GetImport)
      .On("ListImports", &import_handlers_, &ImportHandlers::ListImports)
      .On("ListImportMappings", &import_handlers_, &ImportHandlers::ListImportMappings)
      .On("ExportResponses", &export_handlers_, &ExportHandlers::ExportResponses);
  server.Spawn("imports", auth::Principal{"services/ingestion"},
               [this](rpc::CallContext& context) { return import_runner_.Run(context); });
}

}  // namespace weft::ingestion
