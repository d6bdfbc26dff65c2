// Audiences: groups of people who are asked the same questions in words of their own.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_AUDIENCES_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_AUDIENCES_H_

#include "absl/strings/string_view.h"
#include "common/base/error.h"
#include "weft/ingestion/v1/instrument.pb.h"

namespace weft::ingestion {

// What holds of the audiences of every instrument, draft or not: ids, each once, and words for none
// but them. `path` is where the instrument stands in the request.
void ValidateAudiences(const v1::Instrument& instrument, absl::string_view path,
                       FieldViolations& violations);

// Adds a violation at `field` unless `audience` is empty or one of the instrument's.
void RequireAudience(const v1::Instrument& instrument, absl::string_view audience,
                     absl::string_view field, FieldViolations& violations);

// Makes the words for one audience those for everybody, as somebody of it sees the instrument; then
// no audience is told apart any more. With "" only that.
void SpeakTo(absl::string_view audience, v1::Instrument& instrument);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_AUDIENCES_H_
