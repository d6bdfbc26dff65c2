// Rules of waves: what a wave may hold, and its life DRAFT -> OPEN -> CLOSED.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_WAVE_RULES_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_WAVE_RULES_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "google/type/date.pb.h"
#include "weft/ingestion/v1/instrument.pb.h"
#include "weft/ingestion/v1/wave.pb.h"

namespace weft::ingestion {

// What holds of every wave: texts, names and dates. `path` is where the wave stands in the request.
void ValidateWave(const v1::Wave& wave, absl::string_view path, FieldViolations& violations);

// Everything that is wrong with the request, in one answer.
absl::Status ValidateCreate(const v1::CreateWaveRequest& request);
// The draft that a valid request asks for, under the id that was chosen for it.
v1::Wave NewWave(const v1::CreateWaveRequest& request, absl::string_view id);

// FAILED_PRECONDITION (WAVE_NOT_DRAFT) when instrument or cohorts changed and the wave is no draft.
absl::Status CheckWaveUpdate(const v1::Wave& before, const v1::Wave& after);

// FAILED_PRECONDITION (WAVE_NOT_DRAFT, WAVE_NOT_OPEN). The last one also takes closed waves.
absl::Status RequireDraft(const v1::Wave& wave);
absl::Status RequireOpen(const v1::Wave& wave);
absl::Status RequireOpenOrClosed(const v1::Wave& wave);

// The draft `wave` with `roster_size` sites takes responses from now on. Errors:
// FAILED_PRECONDITION (ROSTER_EMPTY).
absl::Status Open(const v1::Instrument& instrument, int roster_size, absl::Time now,
                  v1::Wave& wave);
// The open `wave` takes none any more.
void Close(absl::Time now, v1::Wave& wave);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_WAVE_RULES_H_
