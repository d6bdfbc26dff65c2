// Conditions in the two languages that they have: an instrument's `shown_if` (domain/conditions.h)
// and a form's `relevant`, which is XPath: `${setting} = 'school' and selected(${functions},
// 'fund')`.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_FORM_FORM_LOGIC_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_FORM_FORM_LOGIC_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/filter/filter.h"
#include "services/ingestion/domain/instrument_index.h"

namespace weft::ingestion {

// The `relevant` of what is asked when `condition` holds. `missing_words`: names of choices that
// the form offers for kinds of missing, which are no values. nullopt when no form can say it,
// because it is about includes_self, which forms do not ask.
std::optional<std::string> ToRelevant(const InstrumentIndex& instrument,
                                      const filter::Expression& condition,
                                      const std::vector<std::string>& missing_words);

// The condition that `relevant` is, of an instrument whose questions and types are known. Taken are
// comparisons of a question with a value, selected(), and, or, not() and parentheses; of other
// XPath INVALID_ARGUMENT says what it was.
absl::StatusOr<filter::Expression> FromRelevant(const InstrumentIndex& instrument,
                                                absl::string_view relevant);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_FORM_FORM_LOGIC_H_
