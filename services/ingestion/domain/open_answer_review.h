// Review of free text: what is taken out of it, who has cleared it, and what undoes that. No
// function here puts a word of a text into an error message.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_OPEN_ANSWER_REVIEW_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_OPEN_ANSWER_REVIEW_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "weft/ingestion/v1/open_answer_service.pb.h"
#include "weft/ingestion/v1/response.pb.h"

namespace weft::ingestion {

using Redactions = google::protobuf::RepeatedPtrField<v1::Redaction>;

// INVALID_ARGUMENT (REDACTIONS_INVALID), all at once: a redaction that is empty, reaches out of
// `text`, overlaps the one before or stands before it; a replacement that is empty, long or not on
// one line.
absl::Status ValidateRedactions(absl::string_view text, const Redactions& redactions);
// `text` with valid `redactions` carried out.
std::string Redact(absl::string_view text, const Redactions& redactions);

// What a request must say whatever the open answer is: INVALID_ARGUMENT (INVALID_FIELD).
absl::Status ValidateReview(const v1::ReviewOpenAnswerRequest& request);
// Carries out a valid request by `reviewer`; after an error the answer is as it was. Errors:
// INVALID_ARGUMENT (REDACTIONS_INVALID), FAILED_PRECONDITION (OPEN_ANSWER_ERASED, CONSENT_MISSING,
// SECOND_REVIEWER_NEEDED).
absl::Status Review(const v1::ReviewOpenAnswerRequest& request, absl::string_view reviewer,
                    absl::Time now, v1::OpenAnswer& answer);

// Back to RELEASE_WITHHELD, without what reviews have added.
void Unreview(v1::OpenAnswer& answer);
// Unreviews `after` where it differs from `before` in what a review rests on: another text, another
// speaker, or a consent that is no longer CONSENT_QUOTE. Another text is no erased one.
void KeepReviewHonest(const v1::OpenAnswer& before, v1::OpenAnswer& after);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_OPEN_ANSWER_REVIEW_H_
