// Erasing somebody's words: whose they are, and what stays where they stood.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_ERASURE_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_ERASURE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "weft/ingestion/v1/coding.pb.h"
#include "weft/ingestion/v1/erasure.pb.h"
#include "weft/ingestion/v1/response.pb.h"

namespace weft::ingestion {

struct ErasureSubject {
  // `waves/{wave}/responses/{response}`.
  std::string response;
  // The id of one of its contributors; empty: everybody who had a part in it.
  std::string contributor;
};

// INVALID_ARGUMENT (INVALID_FIELD), all at once.
absl::Status ValidateErasure(const v1::EraseSubjectRequest& request);
// The subject that a valid request, or an erasure, names.
ErasureSubject SubjectOf(absl::string_view name);

// Whether `answer`, one of the subject's response, has words of theirs to erase.
bool HasWordsOf(const ErasureSubject& subject, const v1::OpenAnswer& answer);

// Whether `excerpt`, one of the subject's site, is of the words to erase: for a response all are.
// For a contributor those are that answer a question which one of `answers`, their open answers,
// answers, or that stand in the text of one: an excerpt does not say who wrote it.
bool IsExcerptOf(const ErasureSubject& subject, const std::vector<v1::OpenAnswer>& answers,
                 const v1::CodedExcerpt& excerpt);

// Makes `answer` the mark that there was one: no words, and nothing that was said of them.
void Erase(absl::Time now, v1::OpenAnswer& answer);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_ERASURE_H_
