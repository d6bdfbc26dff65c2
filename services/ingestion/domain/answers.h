// Rules of structured answers. Used alike for answers that come one by one, over a stream, or from
// a file. A contradiction (level 0 with a count above 0, say) is not an error here: it is data, and
// the metrics flag it.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_ANSWERS_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_ANSWERS_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "common/base/error.h"
#include "services/ingestion/domain/instrument_index.h"
#include "weft/ingestion/v1/response.pb.h"

namespace weft::ingestion {

// Adds a violation for everything in `answers` that the instrument does not allow: unknown or
// repeated partner types, questions and options; counts below 0, upside down, or approximate and a
// range; a level, rating or missing reason that is unspecified or unknown; a value of the wrong
// kind for its question; numbers out of range. Required questions are not looked at: a draft may
// lack them. `path` is where the answers stand in the request, e.g. "response.answers".
void ValidateAnswers(const InstrumentIndex& instrument, const v1::Answers& answers,
                     absl::string_view path, FieldViolations& violations);

// The required questions without an answer. A missing reason counts as an answer, except
// NOT_ANSWERED, which says that there is none. A partner matrix is answered when one of its cells
// is. `answered_texts`: ids of text questions that have an open answer.
std::vector<const v1::Question*> UnansweredRequired(
    const InstrumentIndex& instrument, const v1::Answers& answers,
    const absl::flat_hash_set<std::string>& answered_texts);
// Where the answer to `question` is missing in a request whose answers stand at `path`, and what to
// say about it.
std::string FieldOf(const v1::Question& question, absl::string_view path);
std::string LacksAnswer(const v1::Question& question);

// Adds a violation for each of them.
void RequireAnswers(const InstrumentIndex& instrument, const v1::Answers& answers,
                    const absl::flat_hash_set<std::string>& answered_texts, absl::string_view path,
                    FieldViolations& violations);

// Puts valid answers into the one form in which answers that say the same have the same bytes:
// cells in the taxonomy's order, items in the instrument's, options in their question's;
// NOT_ANSWERED as unset, cells that say nothing left out; no unknown fields.
void Canonicalize(const InstrumentIndex& instrument, v1::Answers& answers);

// The same of answers that are handed in: what its condition keeps from being asked, and has no
// answer, is said to be NOT_ASKED.
void Complete(const InstrumentIndex& instrument, v1::Answers& answers);

// Whether two canonical answers say the same.
bool SameAnswers(const v1::Answers& a, const v1::Answers& b);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_ANSWERS_H_
