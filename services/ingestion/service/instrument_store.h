// How drafts of instruments come into being, whatever they are made from.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_INSTRUMENT_STORE_H_
#define WEFT_SERVICES_INGESTION_SERVICE_INSTRUMENT_STORE_H_

#include <string>

#include "absl/status/status.h"
#include "common/base/task.h"
#include "common/storage/transaction.h"
#include "services/ingestion/store/tables.h"
#include "weft/ingestion/v1/instrument.pb.h"

namespace weft::ingestion {

// Whether the instrument may supersede the one that it names, if it does. Once true it stays true,
// because what it names is published.
Task<absl::Status> CheckSuperseded(storage::Reader& reader, const Tables& tables,
                                   const v1::Instrument& instrument);

// Inserts the draft that a valid request asks for, under `id`. `instrument` is what was stored.
Task<absl::Status> InsertDraft(storage::Transaction& txn, const Tables& tables,
                               const v1::CreateInstrumentRequest& request, const std::string& id,
                               v1::Instrument& instrument);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_INSTRUMENT_STORE_H_
