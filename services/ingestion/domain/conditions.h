// Skip rules: which questions of an instrument are asked, given the answers so far.
//
// Question.shown_if and Section.shown_if are filters (common/filter) over single values under the
// names that they have in wide files: `setting = school AND cbo.level >= networking`. A test of
// what has no value (not answered, missing for whatever reason, or itself not asked) does not hold;
// `a != x` is `NOT a = x`, and so holds then. Of a number of partners that is a range, a test holds
// when it holds for every number in it.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_CONDITIONS_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_CONDITIONS_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "common/base/error.h"
#include "common/filter/filter.h"
#include "services/ingestion/domain/instrument_index.h"
#include "weft/ingestion/v1/response.pb.h"

namespace weft::ingestion {

// Adds a violation at `path` for each test of `condition` that cannot be made of what the
// instrument, whose types are known, asks before the question at place `order`.
void CheckCondition(const InstrumentIndex& instrument, const filter::Expression& condition,
                    int order, absl::string_view path, FieldViolations& violations);

// By place in InstrumentIndex::questions(): whether the question is asked of who gave `answers`.
std::vector<bool> AskedQuestions(const InstrumentIndex& instrument, const v1::Answers& answers);

// Says NOT_ASKED of what is not asked and has no answer; to be done when answers are handed in, so
// that a skipped question is not taken for one that somebody left out. The result needs
// Canonicalize().
void FillNotAsked(const InstrumentIndex& instrument, v1::Answers& answers);

// Whether a missing reason answers the question at place `order`. NOT_ANSWERED does not; nor does
// NOT_ASKED where a condition decides what is asked, for then it may be left from before.
bool IsAnswer(const InstrumentIndex& instrument, int order, type::v1::MissingReason reason);

// By place: whether `answers`, which are valid, answer the question with a value or a reason that
// IsAnswer() takes. A partner matrix is answered when one of its cells is. Open answers are not
// looked at.
std::vector<bool> AnsweredQuestions(const InstrumentIndex& instrument, const v1::Answers& answers);

// Questions with a condition that does not hold, and which are answered all the same.
std::vector<const v1::Question*> AnsweredUnasked(const InstrumentIndex& instrument,
                                                 const v1::Answers& answers);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_CONDITIONS_H_
