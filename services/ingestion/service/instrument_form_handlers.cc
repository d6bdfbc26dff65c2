#include "services/ingestion/service/instrument_form_handlers.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "common/base/error.h"
#include "common/base/status_macros.h"
#include "common/service/mutate.h"
#include "common/service/names.h"
#include "services/ingestion/domain/form/form_problems.h"
#include "services/ingestion/domain/form/form_sheets.h"
#include "services/ingestion/domain/form/xlsform_reader.h"
#include "services/ingestion/domain/form/xlsform_writer.h"
#include "services/ingestion/domain/instrument_diff.h"
#include "services/ingestion/domain/instrument_rules.h"
#include "services/ingestion/service/instrument_store.h"

namespace weft::ingestion {
namespace {

constexpr int kMaxSheets = 10;

// What can be said before the form is read.
absl::Status Validate(const v1::ImportInstrumentFormRequest& request) {
  FieldViolations violations;
  violations.Require(!request.instrument().taxonomy().empty(), "instrument.taxonomy",
                     "is required: its types make the partner matrix");
  violations.Require(request.instrument().sections().empty(), "instrument.sections",
                     "must be empty: the form says what is asked");
  violations.Require(!request.sheets().empty(), "sheets",
                     "is required: the sheets survey, choices and settings, or one with all");
  violations.Require(request.sheets_size() <= kMaxSheets, "sheets", "has more than 10 entries");
  return violations.ToStatus();
}

void AddSheet(absl::string_view name, const std::vector<FormRow>& rows,
              v1::ExportInstrumentFormResponse& response) {
  v1::FormSheet& sheet = *response.add_sheets();
  sheet.set_name(std::string(name));
  sheet.set_csv(WriteSheet(rows));
}

}  // namespace

Task<absl::Status> InstrumentFormHandlers::DiffInstruments(
    rpc::CallContext& context, const v1::DiffInstrumentsRequest& request,
    v1::DiffInstrumentsResponse& response) {
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::StatusOr<v1::Instrument> newer =
      co_await tables_.instruments.Get(*snapshot, request.name());
  WEFT_CO_RETURN_IF_ERROR(newer.status());
  const std::string compare_to =
      request.compare_to().empty() ? newer->supersedes() : request.compare_to();
  v1::Instrument older;
  if (!compare_to.empty()) {
    WEFT_CO_RETURN_IF_ERROR(
        service::ParseName(tables_.instruments.pattern().text(), compare_to, "compare_to")
            .status());
    absl::StatusOr<v1::Instrument> found = co_await tables_.instruments.Get(*snapshot, compare_to);
    WEFT_CO_ASSIGN_OR_RETURN(older, std::move(found));
  }
  response.set_compare_to(compare_to);
  for (v1::InstrumentChange& change : ingestion::DiffInstruments(older, *newer)) {
    *response.add_changes() = std::move(change);
  }
  co_return absl::OkStatus();
}

Task<absl::Status> InstrumentFormHandlers::ExportInstrumentForm(
    rpc::CallContext& context, const v1::ExportInstrumentFormRequest& request,
    v1::ExportInstrumentFormResponse& response) {
  std::shared_ptr<storage::Snapshot> snapshot = db_.engine.GetSnapshot();
  absl::StatusOr<v1::Instrument> instrument =
      co_await tables_.instruments.Get(*snapshot, request.name());
  WEFT_CO_RETURN_IF_ERROR(instrument.status());
  absl::StatusOr<registry::v1::Taxonomy> taxonomy =
      co_await registry_.GetTaxonomy(context, instrument->taxonomy());
  WEFT_CO_RETURN_IF_ERROR(taxonomy.status());
  absl::StatusOr<XlsForm> form = ToXlsForm(*instrument, *taxonomy, request);
  WEFT_CO_RETURN_IF_ERROR(form.status());
  AddSheet(kSurveySheet, form->sheets.survey, response);
  AddSheet(kChoicesSheet, form->sheets.choices, response);
  AddSheet(kSettingsSheet, form->sheets.settings, response);
  response.set_csv(WriteSheets(form->sheets));
  for (std::string& note : form->notes) response.add_notes(std::move(note));
  co_return absl::OkStatus();
}

Task<absl::Status> InstrumentFormHandlers::ImportInstrumentForm(
    rpc::CallContext& context, const v1::ImportInstrumentFormRequest& request,
    v1::ImportInstrumentFormResponse& response) {
  WEFT_CO_RETURN_IF_ERROR(Validate(request));
  WEFT_CO_ASSIGN_OR_RETURN(const std::string id,
                           service::IdForCreate(request.instrument_id(), "instrument_id"));
  // All of it in the transaction, so that a repetition is answered without the registry.
  auto body = [&](storage::Transaction& txn) -> Task<absl::Status> {
    absl::StatusOr<registry::v1::Taxonomy> taxonomy =
        co_await registry_.GetTaxonomy(context, request.instrument().taxonomy());
    WEFT_CO_RETURN_IF_ERROR(taxonomy.status());
    FormProblems problems;
    const FormSheets sheets = ReadSheets(request.sheets(), problems);
    v1::CreateInstrumentRequest create;
    create.set_instrument_id(request.instrument_id());
    *create.mutable_instrument() = FromXlsForm(sheets, *taxonomy, request.instrument(), problems);
    WEFT_CO_RETURN_IF_ERROR(problems.ToStatus());
    WEFT_CO_RETURN_IF_ERROR(ValidateCreate(create));
    for (const v1::FormNote& note : problems.notes()) *response.add_notes() = note;
    absl::Status inserted =
        co_await InsertDraft(txn, tables_, create, id, *response.mutable_instrument());
    co_return inserted;
  };
  absl::Status status = co_await service::Mutate(context, db_, request, response, body);
  co_return status;
}

}  // namespace weft::ingestion
