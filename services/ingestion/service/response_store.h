// Writing a response together with what belongs to it, and finding what decides about it.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_RESPONSE_STORE_H_
#define WEFT_SERVICES_INGESTION_SERVICE_RESPONSE_STORE_H_

#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/task.h"
#include "common/storage/engine.h"
#include "common/storage/transaction.h"
#include "services/ingestion/domain/instrument_index.h"
#include "services/ingestion/store/tables.h"
#include "weft/ingestion/v1/draft.pb.h"
#include "weft/ingestion/v1/response.pb.h"

namespace weft::ingestion {

// Stores a new response with its first revision, if it has one. `contributor` is who made it with
// ContributeAnswers, and their draft is the caller's to store; "" for answers as a whole.
// ALREADY_EXISTS (RESPONSE_EXISTS, RESPONSE_RESPONDENT_TAKEN).
Task<absl::Status> InsertResponse(storage::Transaction& txn, const Tables& tables,
                                  std::string principal, v1::Response& response,
                                  std::string contributor = "");

// Stores what became of the response `before`, and a revision when its number went up; the draft
// follows answers that were written as a whole. ABORTED (ETAG_MISMATCH) when `etag` is given and
// stale.
Task<absl::Status> UpdateResponse(storage::Transaction& txn, const Tables& tables,
                                  const v1::Response& before, std::string etag,
                                  std::string principal, v1::Response& response,
                                  std::string contributor = "");

// The draft of `response`; made from its revisions when nobody has contributed to it.
Task<absl::StatusOr<v1::ResponseDraft>> LoadDraft(storage::Reader& reader, const Tables& tables,
                                                  const v1::Response& response);

// FAILED_PRECONDITION (NOT_ON_ROSTER) unless `respondent` is on the roster of `wave`. Inside a
// transaction the entry is a condition of the commit.
Task<absl::Status> RequireRespondent(storage::Reader& reader, const Tables& tables,
                                     std::string wave, std::string respondent);

// The required text questions to which `response` (its name) has an open answer.
Task<absl::StatusOr<absl::flat_hash_set<std::string>>> AnsweredRequiredTexts(
    storage::Reader& reader, const Tables& tables, const InstrumentIndex& instrument,
    std::string response);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_RESPONSE_STORE_H_
