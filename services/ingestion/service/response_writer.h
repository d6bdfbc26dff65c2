// Takes whole responses from streams and files: validates, creates or replaces, and submits.
#ifndef WEFT_SERVICES_INGESTION_SERVICE_RESPONSE_WRITER_H_
#define WEFT_SERVICES_INGESTION_SERVICE_RESPONSE_WRITER_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/base/task.h"
#include "common/storage/transaction.h"
#include "services/ingestion/service/wave_context.h"
#include "services/ingestion/store/tables.h"
#include "weft/ingestion/v1/response_service.pb.h"

namespace weft::ingestion {

// Who takes the responses, and from where.
struct ResponseOrigin {
  std::string principal;  // `{kind}/{id}`
  std::string source;     // "api", or the import's resource name
};

// Items that one transaction should hold: commits are synced one by one, so fewer cost throughput;
// more make a conflict (an edit of one of the responses meanwhile) costlier to repeat.
inline constexpr int kResponsesPerCommit = 100;

// Checks that a whole item could be taken, without a transaction: respondent, answers, open
// answers, required questions. The same checks that UpsertSubmitted makes, for callers that
// validate first. `stored_texts`: text questions to which the respondent has an open answer
// already. Fields in violations start with "response." or "open_answers". OK, or INVALID_ARGUMENT
// (ANSWERS_INVALID).
absl::Status CheckItem(const InstrumentIndex& instrument, const v1::IngestItem& item,
                       const absl::flat_hash_set<std::string>& stored_texts = {});

// Brings one item into `txn`: the respondent's response is created or replaced and submitted, a
// revision is added when its answers changed, and its open answers are stored apart. `result` says
// what happened (its `index` is left alone): CREATED, UPDATED, UNCHANGED (nothing written), or
// REJECTED with `error`, when nothing of this item was written. Rejections: INVALID_ARGUMENT
// (ANSWERS_INVALID, with field violations), FAILED_PRECONDITION (NOT_ON_ROSTER, RESPONSE_APPROVED,
// RESPONSE_WITHDRAWN, RESPONSE_UNRESOLVED). A status other than OK says that the transaction
// failed, not the item.
//
// The wave must have been loaded (LoadOpen) through `txn`, so that closing it meanwhile is a
// conflict. Items may follow each other in one transaction, also for the same respondent. Open
// answers that the item does not mention are left as they are.
Task<absl::Status> UpsertSubmitted(storage::Transaction& txn, const Tables& tables,
                                   const WaveContext& wave, const v1::IngestItem& item,
                                   const ResponseOrigin& origin, v1::IngestResult& result);

// Reads at once what UpsertSubmitted() is going to ask of `txn` for these items.
Task<absl::Status> PrefetchItems(storage::Transaction& txn, const Tables& tables,
                                 const WaveContext& wave,
                                 const std::vector<const v1::IngestItem*>& items);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_SERVICE_RESPONSE_WRITER_H_
