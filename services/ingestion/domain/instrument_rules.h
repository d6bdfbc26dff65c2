// Rules of instruments: what a draft may hold, and what it needs to be published.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_INSTRUMENT_RULES_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_INSTRUMENT_RULES_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/base/error.h"
#include "services/ingestion/domain/instrument_index.h"
#include "weft/ingestion/v1/instrument.pb.h"
#include "weft/registry/v1/taxonomy.pb.h"

namespace weft::ingestion {

// Characters of the id of a question or an option.
inline constexpr size_t kMaxItemId = 41;
// Matches ^[a-z][a-z0-9_]{0,40}$.
bool IsQuestionId(absl::string_view id);
// Matches ^[a-z0-9][a-z0-9_-]{0,40}$.
bool IsOptionId(absl::string_view id);

// What holds of every instrument, draft or not: sizes, id patterns, unique ids, known enums. A
// draft may still lack sections, labels and options. `path` is where the instrument stands in the
// request.
void ValidateInstrument(const v1::Instrument& instrument, absl::string_view path,
                        FieldViolations& violations);

// Everything that is wrong with the request, in one answer.
absl::Status ValidateCreate(const v1::CreateInstrumentRequest& request);
// The draft that a valid request asks for, under the id that was chosen for it.
v1::Instrument NewInstrument(const v1::CreateInstrumentRequest& request, absl::string_view id);

// Whether `instrument` may supersede `superseded`: published, same family, lower version.
absl::Status CheckSupersedes(const v1::Instrument& instrument, const v1::Instrument& superseded);

// Fixes a valid draft for good: checks that it is complete and that no text in it could mean two
// things, copies the codes of `taxonomy` into `partner_types`, and sets the state. Errors:
// INVALID_ARGUMENT (INSTRUMENT_INCOMPLETE, every problem at once), FAILED_PRECONDITION
// (TAXONOMY_NOT_PUBLISHED).
absl::Status Publish(const registry::v1::Taxonomy& taxonomy, v1::Instrument& instrument);

// FAILED_PRECONDITION (INSTRUMENT_PUBLISHED) unless `instrument` is a draft. `verb` completes "can
// not be ...", e.g. "changed".
absl::Status RequireDraft(const v1::Instrument& instrument, absl::string_view verb);
// FAILED_PRECONDITION (INSTRUMENT_NOT_PUBLISHED) unless it is published.
absl::Status RequirePublished(const v1::Instrument& instrument);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_INSTRUMENT_RULES_H_
