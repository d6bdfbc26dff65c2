// What is looked at when a response is handed in: errors, which prevent it, and warnings, which a
// reviewer should see. All of them at once.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_SUBMISSION_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_SUBMISSION_H_

#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/ingestion/domain/instrument_index.h"
#include "weft/ingestion/v1/draft.pb.h"
#include "weft/ingestion/v1/response.pb.h"
#include "weft/ingestion/v1/response_service.pb.h"

namespace weft::ingestion {

// Partner types that make an unvarying level conspicuous, where the instrument does not say.
inline constexpr int kStraightLineTypes = 5;

// Whether CheckSubmission() needs the response's draft: else an empty one does.
bool NeedsDraft(const InstrumentIndex& instrument, const v1::Response& response);

// `answered_texts`: ids of text questions that have an open answer. `draft` is the response's.
v1::CheckResponseResponse CheckSubmission(const InstrumentIndex& instrument,
                                          const v1::Response& response,
                                          const absl::flat_hash_set<std::string>& answered_texts,
                                          const v1::ResponseDraft& draft, absl::Time now);

// OK without errors; else INVALID_ARGUMENT with each of them in its BadRequest. Its reason is the
// most basic one, ErrorInfo.metadata["reasons"] names all, separated by commas.
absl::Status ToStatus(const InstrumentIndex& instrument, const v1::CheckResponseResponse& check);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_SUBMISSION_H_
