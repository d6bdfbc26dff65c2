// When a row was submitted, as survey products write it.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_FORMATS_SUBMISSION_TIME_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_FORMATS_SUBMISSION_TIME_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace weft::ingestion {

// "2024-03-05 14:22:10", "2024-03-05T14:22:10.123Z", "2024/03/05 2:22:10 PM GMT+1", "2024-03-05
// 14:22", "2024-03-05". Without a zone it is UTC, which is as good as any to order rows by. Nothing
// that does not begin with the year: whether 3/5 is in March or in May cannot be told.
std::optional<absl::Time> ParseSubmissionTime(absl::string_view text);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_IMPORT_FORMATS_SUBMISSION_TIME_H_
