#include "services/ingestion/service/instrument_store.h"

#include <utility>

#include "absl/status/statusor.h"
#include "common/base/status_macros.h"
#include "services/ingestion/domain/instrument_rules.h"

namespace weft::ingestion {

Task<absl::Status> CheckSuperseded(storage::Reader& reader, const Tables& tables,
                                   const v1::Instrument& instrument) {
  if (instrument.supersedes().empty()) co_return absl::OkStatus();
  absl::StatusOr<v1::Instrument> superseded =
      co_await tables.instruments.Get(reader, instrument.supersedes());
  WEFT_CO_RETURN_IF_ERROR(superseded.status());
  co_return CheckSupersedes(instrument, *superseded);
}

Task<absl::Status> InsertDraft(storage::Transaction& txn, const Tables& tables,
                               const v1::CreateInstrumentRequest& request, const std::string& id,
                               v1::Instrument& instrument) {
  instrument = NewInstrument(request, id);
  absl::Status superseded = co_await CheckSuperseded(txn, tables, instrument);
  WEFT_CO_RETURN_IF_ERROR(std::move(superseded));
  absl::Status inserted = co_await tables.instruments.Insert(txn, instrument);
  co_return inserted;
}

}  // namespace weft::ingestion
