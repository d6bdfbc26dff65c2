// The words of forms: names of partner questions, lists and columns.
#ifndef WEFT_SERVICES_INGESTION_DOMAIN_FORM_FORM_WORDS_H_
#define WEFT_SERVICES_INGESTION_DOMAIN_FORM_FORM_WORDS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace weft::ingestion {

// The list of choices of levels in forms that we write.
inline constexpr absl::string_view kLevelList = "interaction_level";
// The name of the question of that kind and of its list.
inline constexpr absl::string_view kResponsibilityName = "shared_responsibility";
inline constexpr absl::string_view kSiteName = "site";
inline constexpr absl::string_view kCountSuffix = "_count";
inline constexpr absl::string_view kLevelSuffix = "_level";
// A note at the head of the matrix: what helps with it, and what the levels mean.
inline constexpr absl::string_view kHelpSuffix = "_help";

// Columns that XLSForm does not have, for what it has no place for. Tools pass over them.
inline constexpr absl::string_view kUnitColumn = "weft_unit";
// Of a partner matrix, which a form cannot require: its questions stand for themselves there.
inline constexpr absl::string_view kRequiredColumn = "weft_required";
inline constexpr absl::string_view kPerRaterColumn = "weft_per_rater";
inline constexpr absl::string_view kOrderedColumn = "weft_ordered";
inline constexpr absl::string_view kDefinitionColumn = "weft_definition";
inline constexpr absl::string_view kAliasesColumn = "weft_aliases";
inline constexpr absl::string_view kCodeColumn = "weft_code";
// Between several aliases in one cell.
inline constexpr char kAliasSeparator = '\n';

// `name` as an id of a question or an option: lower case, what is no letter, digit, "_" or one of
// `also` as "_".
std::string AsId(absl::string_view name, absl::string_view also);

}  // namespace weft::ingestion

#endif  // WEFT_SERVICES_INGESTION_DOMAIN_FORM_FORM_WORDS_H_
